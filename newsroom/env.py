"""Typed readers of the NEWSROOM_* environment variables; only the settings use them.

Each takes the name without its prefix and raises ``ImproperlyConfigured`` naming the variable
and what it may hold, so that a wrong value stops the start instead of surprising somebody later.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PREFIX = "NEWSROOM_"
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks; ``default`` where it is missing or empty."""
    return os.environ.get(PREFIX + name, "").strip() or default


def words(name: str) -> list[str]:
    """The variable's values, separated by commas or blanks."""
    return text(name).replace(",", " ").split()


def flag(name: str, *, default: bool) -> bool:
    """A yes or a no."""
    value = text(name).lower()
    if not value:
        return default
    if value in YES | NO:
        return value in YES
    raise _wrong(name, value, "1 or 0 (also true, false, yes, no, on, off)")


def number(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """A whole number from ``least`` to ``most``."""
    value = text(name)
    if not value:
        return default
    if value.isdecimal() and least <= int(value) <= most:
        return int(value)
    raise _wrong(name, value, f"a whole number from {least} to {most}")


def folder(name: str, default: Path) -> Path:
    """An absolute path of a folder; it is made when something is first written to it."""
    value = text(name)
    if not value:
        return default
    if Path(value).is_absolute():
        return Path(value)
    raise _wrong(name, value, "an absolute path")


def database(name: str, *, default: Path) -> dict[str, Any]:
    """Django's settings for ``postgresql://user:password@host:port/name`` or ``sqlite:////path``."""
    value = text(name)
    url = urlsplit(value or f"sqlite:///{default}")
    if url.scheme == "sqlite" and url.path not in {"", "/"}:
        return _sqlite(unquote(url.path) if value.startswith("sqlite:////") or not value else unquote(url.path[1:]))
    if url.scheme in {"postgres", "postgresql"} and url.path not in {"", "/"}:
        return _postgresql(name, url)
    raise _wrong(name, _without_password(value), "postgresql://user:password@host:port/name or sqlite:////path")


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "/" + path.lstrip("/") if path.startswith("/") else path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # a writer waits at BEGIN instead of failing later
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def _postgresql(name: str, url: SplitResult) -> dict[str, Any]:
    try:
        port = url.port or ""
    except ValueError:
        raise _wrong(name, "its port", "postgresql://user:password@host:port/name") from None
    options = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", url.hostname or ""),
        "PORT": port,
        "CONN_MAX_AGE": 0,  # the pool keeps connections; Django must not
        "OPTIONS": {**options, "pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
    }


def _without_password(value: str) -> str:
    return value.split("@")[-1]


def _wrong(name: str, value: str, wanted: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{PREFIX}{name} is “{value}”; it must be {wanted}.")
