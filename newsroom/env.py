"""Typed readers of the NEWSROOM_* environment variables; only the settings use them.

Each takes the name without its prefix and raises ``ImproperlyConfigured`` naming the variable
and what it may hold, so that a wrong value stops the start instead of surprising somebody later.
"""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PREFIX = "NEWSROOM_"
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]", re.IGNORECASE)  # as Django takes it; IPv6 in brackets
PLACE = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:.]+\]):\d{1,5}", re.IGNORECASE)
MAIL_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+|[^\r\n<>@]+ <[^\s<>@]+@[^\s<>@]+>")
POSTGRESQL = "postgresql://user:password@host:port/name"
# Seconds that a request waits for a connection, and after which the pool gives up one that fails and begins another:
# else it asks ever more seldom, and goes on waiting when the server has long been back.
POOL = {"min_size": 1, "timeout": 8, "reconnect_timeout": 1}
# Statements of ground/compiled_queries.py are planned for any values at once, and never again: tests look at the plans.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"
# Compiling a statement takes longer than running any of ours, which the planner does not see.
NOT_COMPILED = "-c jit=off"
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks; ``default`` where it is missing or empty."""
    return os.environ.get(PREFIX + name, "").strip() or default


def words(name: str) -> list[str]:
    """The variable's values, separated by commas or blanks."""
    return text(name).replace(",", " ").split()


def hosts(name: str) -> list[str]:
    """Names of hosts, each written out: no pattern, scheme, port or path."""
    for host in words(name):
        if not HOST.fullmatch(host):
            raise _wrong(name, host, "the hosts' bare names, like news.example.org,www.news.example.org")
    return words(name)


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


def choice(name: str, default: str, among: list[str]) -> str:
    """One of a few words."""
    value = text(name, default).lower()
    if value not in among:
        raise _wrong(name, value, f"one of {', '.join(among)}")
    return value


def mail_address(name: str, default: str) -> str:
    """An address that mails come from: ``news@example.org``, or with a name, ``The Paper <news@example.org>``."""
    value = text(name, default)
    if not MAIL_ADDRESS.fullmatch(value):
        raise _wrong(name, value, "news@example.org, or The Paper <news@example.org>")
    return value


def writable_folder(name: str, default: Path) -> Path:
    """A folder that is there from now on, and can be written to."""
    path = folder(name, default)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _wrong(name, str(path), f"a folder that can be made ({error.strerror})") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise _wrong(name, str(path), "a folder that this user may write to")
    return path


def folder(name: str, default: Path) -> Path:
    """An absolute path of a folder; it is made when something is first written to it."""
    value = text(name)
    if not value:
        return default
    if Path(value).is_absolute():
        return Path(value)
    raise _wrong(name, value, "an absolute path")


def some(name: str, among: list[str]) -> list[str]:
    """Any of a few words."""
    for word in words(name):
        if word not in among:
            raise _wrong(name, word, f"some of {', '.join(among)}")
    return words(name)


def text_for(name: str, *, needed: bool) -> str:
    """The variable's text, which must be set where it is ``needed``."""
    if needed and not text(name):
        raise ImproperlyConfigured(f"{PREFIX}{name} must be set for what {PREFIX}CDN names.")
    return text(name)


def addresses(name: str, *, needed: bool) -> list[str]:
    """Web addresses, separated by blanks; at least one where they are ``needed``."""
    found = words(name)
    for address in found:
        url = _split(name, address, "http://host:port/ or https://host/")
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise _wrong(name, _without_password(address), "http://host:port/ or https://host/")
    if needed and not found:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be set for what {PREFIX}CDN names.")
    return found


def redis(name: str) -> str:
    """Where a Redis is; empty for none.

    ``redis://``, ``rediss://`` (TLS) or ``unix://`` for one; ``redis+sentinel://host:26379,other:26379/name/0`` for
    one that Sentinels know by name; ``redis+cluster://host:6379,other:6379`` for a cluster.
    """
    value = text(name)
    wanted = (
        "redis://host:6379/0, rediss://host:6379/0, unix:///path, redis+sentinel://host:26379,host:26379/name/0 or "
        "redis+cluster://host:6379,host:6379"
    )
    scheme, _, rest = value.partition("://")
    if scheme in {"redis+sentinel", "redis+cluster"}:
        places, _, path = rest.rpartition("@")[2].partition("/")
        named = path.partition("/")[0] if scheme == "redis+sentinel" else "a cluster needs none"
        if not named or not all(PLACE.fullmatch(place) for place in places.partition("?")[0].split(",")):
            raise _wrong(name, _without_password(value), wanted)
    elif value:
        url = _split(name, value, wanted)
        place = {"redis": url.hostname, "rediss": url.hostname, "unix": url.path.strip("/")}
        if not place.get(url.scheme):
            raise _wrong(name, _without_password(value), wanted)
    return value


def replicas(name: str, *, pool: int) -> dict[str, Any]:
    """Django's settings for each replica of the database, as ``replica1``, ``replica2``, …"""
    found = {}
    for number, address in enumerate(words(name), start=1):
        url = _split(name, address, f"{POSTGRESQL}, for each replica")
        if url.scheme not in {"postgres", "postgresql"} or url.path in {"", "/"}:
            raise _wrong(name, _without_password(address), f"{POSTGRESQL}, for each replica")
        found[f"replica{number}"] = _postgresql(url, pool) | {"TEST": {"MIRROR": "default"}}
    return found


def bucket(name: str) -> dict[str, Any]:
    """django-storages' settings for ``s3://key:secret@host/bucket?region=…``; empty for none.

    The host may have a port; ``s3+http://`` is for one without TLS. Without a login the machine's own role is asked.
    """
    value, wanted = text(name), "s3://key:secret@host/bucket?region=name"
    if not value:
        return {}
    url = _split(name, value, wanted)
    folder = url.path.strip("/")
    if url.scheme not in {"s3", "s3+http"} or not url.hostname or not folder or "/" in folder:
        raise _wrong(name, _without_password(value), wanted)
    port = f":{url.port}" if url.port else ""
    return {
        "endpoint_url": f"{'http' if url.scheme == 's3+http' else 'https'}://{url.hostname}{port}",
        "bucket_name": folder,
        "region_name": dict(parse_qsl(url.query)).get("region"),
        "access_key": unquote(url.username or "") or None,
        "secret_key": unquote(url.password or "") or None,
        "default_acl": None,  # the bucket's own policy; it needs no public access, as this server hands pictures out
        "querystring_auth": False,
        "file_overwrite": False,  # a name is never taken twice, as with files
    }


def database(name: str, *, default: Path, pool: int = 16) -> dict[str, Any]:
    """Django's settings for ``postgresql://user:password@host:port/name`` or ``sqlite:////path``.

    What follows a question mark is for libpq, as ``sslmode=require``, but ``prepare=no``: for a pooler like PgBouncer,
    which takes no statements that are prepared.
    """
    value, wanted = text(name), f"{POSTGRESQL} or sqlite:////path"
    if not value:
        return _sqlite(str(default))
    url = _split(name, value, wanted)
    if url.scheme == "sqlite" and url.path not in {"", "/"}:
        return _sqlite(unquote(url.path if value.startswith("sqlite:////") else url.path[1:]))
    if url.scheme in {"postgres", "postgresql"} and url.path not in {"", "/"}:
        return _postgresql(url, pool)
    raise _wrong(name, _without_password(value), wanted)


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "/" + path.lstrip("/") if path.startswith("/") else path,
        "CONN_MAX_AGE": None,  # a thread's connection to a file never breaks
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # a writer waits at BEGIN instead of failing later
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def _postgresql(url: SplitResult, pool: int) -> dict[str, Any]:
    options = dict(parse_qsl(url.query))
    planning: dict[str, Any] = {}
    if options.pop("prepare", "yes") != "no":
        planning = {
            "prepare_threshold": 2,
            "options": f"{options.get('options', '')} {PLANNED_ONCE} {NOT_COMPILED}".strip(),
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", url.hostname or ""),
        "PORT": url.port or "",
        "CONN_MAX_AGE": 0,  # the pool keeps connections; Django must not
        "CONN_HEALTH_CHECKS": True,  # so that nobody gets one that the server's restart has broken
        "OPTIONS": {
            **options,
            "connect_timeout": options.get("connect_timeout", "3"),
            "pool": POOL | {"max_size": pool},
            **planning,
        },
    }


def _split(name: str, value: str, wanted: str) -> SplitResult:
    """The parts of an address; refused without being shown, as what can't be taken apart may be the password."""
    try:
        url = urlsplit(value)
        _ = url.port  # a number, if there is one
    except ValueError:
        raise ImproperlyConfigured(
            f"{PREFIX}{name} can't be read: its port must be a number from 0 to 65535, and special characters of the "
            f"password written like %2F for a slash. It must be {wanted}."
        ) from None
    return url


def _without_password(value: str) -> str:
    """What may be shown of an address: after the login; of one without a login, which may be misspelt, the scheme."""
    _login, at, place = value.rpartition("@")
    scheme, colon, _rest = value.partition(":")
    return place.partition("?")[0] if at else f"{scheme}{colon and ':…'}"


def _wrong(name: str, value: str, wanted: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{PREFIX}{name} is “{value}”; it must be {wanted}.")
