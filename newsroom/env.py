"""Typed readers of the NEWSROOM_* environment variables; only the settings use them, and copy_database
for an address.

Each takes the name without its prefix and raises ``ImproperlyConfigured`` naming the variable and its valid values, so
that a wrong value stops the start instead of surprising somebody later.
"""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PREFIX = "NEWSROOM_"
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]", re.IGNORECASE)  # as Django accepts it; IPv6 in brackets
PLACE = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:.]+\]):\d{1,5}", re.IGNORECASE)
MAIL_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+|[^\r\n<>@]+ <[^\s<>@]+@[^\s<>@]+>")
AGE_KEY = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}")
POSTGRESQL = "postgresql://user:password@host:port/name"
# Seconds that are waited for a connection where DATABASE_LIMITS of the settings says nothing, and after which the pool
# gives up a failing one and begins another: otherwise it tries ever more seldom, and keeps waiting long after the
# server is back.
POOL = {"min_size": 1, "timeout": 8, "reconnect_timeout": 1}
# When a connection is given up that another machine lets hang, as libpq calls it: seconds; the last is milliseconds.
OF_TCP = {
    "connect_timeout": "2",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
# Statements of ground/compiled_queries.py are planned once for any values: tests check the plans.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"
# JIT compilation takes longer than any of our statements, which the planner does not know.
NOT_COMPILED = "-c jit=off"
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """Return the variable, or what the file holds that its name with ``_FILE`` names; ``default`` if neither is set.

    Such a file is written by whatever keeps secrets: Docker, an agent of a vault, or systemd, whose credentials of the
    service are named without a folder.
    """
    value, path = os.environ.get(PREFIX + name, "").strip(), os.environ.get(f"{PREFIX}{name}_FILE", "").strip()
    if value and path:
        raise ImproperlyConfigured(f"{PREFIX}{name} and {PREFIX}{name}_FILE are both set: take one of them away.")
    if path:
        try:
            value = Path(os.getenv("CREDENTIALS_DIRECTORY", "/"), path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", "") or "it is no text"
            raise ImproperlyConfigured(
                f"{PREFIX}{name}_FILE is “{path}”, which can't be read ({reason}): it must be the path of a file that "
                "the service's user may read."
            ) from None
    return value or default


def words(name: str) -> list[str]:
    """Return the variable's values, separated by commas or blanks."""
    return text(name).replace(",", " ").split()


def hosts(name: str) -> list[str]:
    """Return names of hosts; patterns, schemes, ports and paths are refused."""
    for host in words(name):
        if not HOST.fullmatch(host):
            raise _wrong(name, host, "the hosts' bare names, like news.example.org,www.news.example.org")
    return words(name)


def flag(name: str, *, default: bool) -> bool:
    """Return a yes or a no."""
    value = text(name).lower()
    if not value:
        return default
    if value in YES | NO:
        return value in YES
    raise _wrong(name, value, "1 or 0 (also true, false, yes, no, on, off)")


def number(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """Return a whole number from ``least`` to ``most``."""
    value = text(name)
    if not value:
        return default
    if value.isdecimal() and least <= int(value) <= most:
        return int(value)
    raise _wrong(name, value, f"a whole number from {least} to {most}")


def choice(name: str, default: str, among: list[str]) -> str:
    """Return one of the words in ``among``."""
    value = text(name, default).lower()
    if value not in among:
        raise _wrong(name, value, f"one of {', '.join(among)}")
    return value


def mail_address(name: str, default: str) -> str:
    """Return the sender of mails: ``news@example.org``, or with a name, ``The Paper <news@example.org>``."""
    value = text(name, default)
    if not MAIL_ADDRESS.fullmatch(value):
        raise _wrong(name, value, "news@example.org, or The Paper <news@example.org>")
    return value


def writable_folder(name: str, default: Path) -> Path:
    """Return a folder, which is created if it is missing, and can be written to."""
    path = folder(name, default)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _wrong(name, str(path), f"a folder that can be made ({error.strerror})") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise _wrong(name, str(path), "a folder that this user may write to")
    return path


def folder(name: str, default: Path) -> Path:
    """Return the absolute path of a folder, which is created when something is first written to it."""
    value = text(name)
    if not value:
        return default
    if Path(value).is_absolute():
        return Path(value)
    raise _wrong(name, value, "an absolute path")


def some(name: str, among: list[str]) -> list[str]:
    """Return any of the words in ``among``."""
    for word in words(name):
        if word not in among:
            raise _wrong(name, word, f"some of {', '.join(among)}")
    return words(name)


def text_for(name: str, *, needed: bool, by: str = "CDN") -> str:
    """Return the variable's text, which must be set if it is ``needed`` for what another variable says."""
    if needed and not text(name):
        raise ImproperlyConfigured(f"{PREFIX}{name} must be set for what {PREFIX}{by} names.")
    return text(name)


def issuer(name: str) -> str:
    """Return the address of an OpenID Connect provider; empty for none. On this machine it may do without TLS."""
    value, valid_form = text(name).rstrip("/"), "https://login.example.org, maybe with a path"
    if not value:
        return ""
    url = _split(name, value, valid_form)
    is_here = url.scheme == "http" and url.hostname in {"127.0.0.1", "localhost", "::1"}
    if not url.hostname or url.query or url.username or not (url.scheme == "https" or is_here):
        raise _wrong(name, _without_password(value), valid_form)
    return value


def networks(name: str, default: list[str]) -> list[IPv4Network | IPv6Network]:
    """Return networks and single addresses, like ``10.0.0.0/8`` and ``::1``."""
    parsed = []
    for network in words(name) or default:
        try:
            parsed.append(ip_network(network))
        except ValueError:
            raise _wrong(name, network, "addresses or networks, like 10.0.0.2,10.1.0.0/16") from None
    return parsed


def addresses(name: str, *, needed: bool) -> list[str]:
    """Return web addresses, separated by blanks; at least one if they are ``needed``."""
    urls = words(name)
    for address in urls:
        url = _split(name, address, "http://host:port/ or https://host/")
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise _wrong(name, _without_password(address), "http://host:port/ or https://host/")
    if needed and not urls:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be set for what {PREFIX}CDN names.")
    return urls


def redis(name: str) -> str:
    """Return the address of a Redis; empty for none.

    ``redis://``, ``rediss://`` (TLS) or ``unix://`` for a single server;
    ``redis+sentinel://host:26379,other:26379/name/0`` for one that Sentinels know by name;
    ``redis+cluster://host:6379,other:6379`` for a cluster.
    """
    value = text(name)
    valid_forms = (
        "redis://host:6379/0, rediss://host:6379/0, unix:///path, redis+sentinel://host:26379,host:26379/name/0 or "
        "redis+cluster://host:6379,host:6379"
    )
    scheme, _, location = value.partition("://")
    if scheme in {"redis+sentinel", "redis+cluster"}:
        places, _, path = location.rpartition("@")[2].partition("/")
        service_name = path.partition("/")[0] if scheme == "redis+sentinel" else "a cluster needs none"
        if not service_name or not all(PLACE.fullmatch(place) for place in places.partition("?")[0].split(",")):
            raise _wrong(name, _without_password(value), valid_forms)
    elif value:
        url = _split(name, value, valid_forms)
        place = {"redis": url.hostname, "rediss": url.hostname, "unix": url.path.strip("/")}
        if not place.get(url.scheme):
            raise _wrong(name, _without_password(value), valid_forms)
    return value


def replicas(name: str, *, pool: int) -> dict[str, Any]:
    """Return Django's settings for each replica of the database, as ``replica1``, ``replica2``, …"""
    databases = {}
    for number, address in enumerate(words(name), start=1):
        url = _split(name, address, f"{POSTGRESQL}, for each replica")
        if url.scheme not in {"postgres", "postgresql"} or url.path in {"", "/"}:
            raise _wrong(name, _without_password(address), f"{POSTGRESQL}, for each replica")
        databases[f"replica{number}"] = _postgresql(url, pool) | {"TEST": {"MIRROR": "default"}}
    return databases


def bucket(name: str) -> dict[str, Any]:
    """Return django-storages' settings for ``s3://key:secret@host/bucket?region=…``; empty for none.

    The host may have a port; ``s3+http://`` is for one without TLS. Without a login the machine's own role is used.
    """
    value, valid_form = text(name), "s3://key:secret@host/bucket?region=name"
    if not value:
        return {}
    url = _split(name, value, valid_form)
    folder = url.path.strip("/")
    if url.scheme not in {"s3", "s3+http"} or not url.hostname or not folder or "/" in folder:
        raise _wrong(name, _without_password(value), valid_form)
    port = f":{url.port}" if url.port else ""
    return {
        "endpoint_url": f"{'http' if url.scheme == 's3+http' else 'https'}://{url.hostname}{port}",
        "bucket_name": folder,
        "region_name": dict(parse_qsl(url.query)).get("region"),
        "access_key": unquote(url.username or "") or None,
        "secret_key": unquote(url.password or "") or None,
        "default_acl": None,  # the bucket's own policy; it needs no public access, because this server serves them
        "querystring_auth": False,
        "file_overwrite": False,  # no name is used twice, as with files
    }


def backups(name: str, default: Path) -> dict[str, Any]:
    """Return Django's settings for the storage of backups: a folder, or a bucket like ``bucket()``'s."""
    value = text(name)
    if "://" in value:
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": bucket(name) | {"location": "backups"},
        }
    modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}  # the paper's own user alone
    location = {"location": folder(name, default), "base_url": None}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": location | modes}


def age_key(name: str) -> str:
    """Return a secret key of the program age; empty for none. The error does not show it."""
    value = text(name)
    if value and not AGE_KEY.fullmatch(value):
        raise ImproperlyConfigured(
            f"{PREFIX}{name} must be a key that age-keygen wrote, from AGE-SECRET-KEY-1 to its last letter."
        )
    return value


def counts(name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """Return as many whole numbers as ``default`` has."""
    numbers = words(name)
    if not numbers:
        return default
    if len(numbers) != len(default) or not all(number.isdecimal() and len(number) < 5 for number in numbers):
        raise _wrong(name, text(name), f"{len(default)} numbers, like {','.join(map(str, default))}")
    return tuple(map(int, numbers))


def database(name: str, *, default: Path, pool: int = 16) -> dict[str, Any]:
    """Return Django's settings for ``postgresql://user:password@host:port/name`` or ``sqlite:////path``.

    Parameters after a question mark go to libpq, like ``sslmode=require``, except ``prepare=no``: it is for a pooler
    like PgBouncer that does not support prepared statements.
    """
    value = text(name)
    return database_at(name, value, pool=pool) if value else _sqlite(str(default))


def database_at(name: str, value: str, *, pool: int = 16) -> dict[str, Any]:
    """Return Django's settings for the database with the address ``value``, which the variable ``name`` would have."""
    valid_forms = f"{POSTGRESQL} or sqlite:////path"
    url = _split(name, value, valid_forms)
    if url.scheme == "sqlite" and url.path not in {"", "/"}:
        return _sqlite(unquote(url.path if value.startswith("sqlite:////") else url.path[1:]))
    if url.scheme in {"postgres", "postgresql"} and url.path not in {"", "/"}:
        return _postgresql(url, pool)
    raise _wrong(name, _without_password(value), valid_forms)


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "/" + path.lstrip("/") if path.startswith("/") else path,
        "CONN_MAX_AGE": 10,  # seconds: one that was opened while the file was read-only would never write again
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
        "ENGINE": "newsroom.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", url.hostname or ""),
        "PORT": url.port or "",
        "CONN_MAX_AGE": 0,  # the pool keeps connections; Django must not
        "CONN_HEALTH_CHECKS": True,  # so that nobody gets one that the server's restart has broken
        "OPTIONS": {
            **OF_TCP,
            **options,
            "pool": POOL | {"max_size": pool},
            **planning,
        },
    }


def _split(name: str, value: str, valid_form: str) -> SplitResult:
    """Return the parts of an address; the error does not show it, because an unreadable part may be the password."""
    try:
        url = urlsplit(value)
        _ = url.port  # a number, if there is one
    except ValueError:
        raise ImproperlyConfigured(
            f"{PREFIX}{name} can't be read: its port must be a number from 0 to 65535, and special characters of the "
            f"password written like %2F for a slash. It must be {valid_form}."
        ) from None
    return url


def _without_password(value: str) -> str:
    """Return what may be shown of an address: the part after the login, or if there is none the scheme."""
    _login, at, place = value.rpartition("@")
    scheme, colon, _rest = value.partition(":")
    return place.partition("?")[0] if at else f"{scheme}{colon and ':…'}"


def _wrong(name: str, value: str, valid_form: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{PREFIX}{name} is “{value}”; it must be {valid_form}.")
