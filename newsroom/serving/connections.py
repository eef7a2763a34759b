"""Connections to other machines that somebody on the way could read: shown by ``check --deploy`` and the doctor."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Tags, Warning, register

from newsroom.serving.redis_client import CLUSTER, SENTINEL

IN_THE_CLEAR = "newsroom.W002"
HERE = re.compile(r"(127\.[\d.]+|localhost|::1|\[::1\]|/.*)?(:\d+)?")  # loopback, and sockets in the file system


def is_here(host: str) -> bool:
    """Return whether a host is this machine; an empty one is the usual socket."""
    return bool(HERE.fullmatch(host))


def in_the_clear() -> list[tuple[str, str]]:
    """Return each connection that is not encrypted, or whose server need not prove who it is; and what to do."""
    return [*_databases(), *_redis(), *_mail(), *_addresses()]


def _databases() -> Iterator[tuple[str, str]]:
    for name, database in settings.DATABASES.items():
        is_elsewhere = database["ENGINE"].endswith("postgresql") and not is_here(database["HOST"])
        if is_elsewhere and database["OPTIONS"].get("sslmode") != "verify-full":
            variable = "NEWSROOM_DATABASE_URL" if name == "default" else "NEWSROOM_REPLICA_URLS"
            remedy = (
                f"Add ?sslmode=verify-full&sslrootcert=system to {variable}, or the path of your own authority's "
                "certificate instead of system; PostgreSQL needs ssl = on. With sslcert and sslkey a certificate "
                "takes the place of the password."
            )
            yield f"PostgreSQL at {database['HOST']} ({name}) need not prove who it is.", remedy


def _redis() -> Iterator[tuple[str, str]]:
    url = urlsplit(settings.REDIS_URL)
    if url.scheme in {SENTINEL, CLUSTER}:
        hosts, is_plain = url.netloc.rpartition("@")[2].split(","), "tls=1" not in url.query.split("&")
    else:
        hosts, is_plain = [url.hostname or ""], url.scheme == "redis"
    if is_plain and not all(map(is_here, hosts)):
        remedy = "Write rediss:// instead of redis:// in NEWSROOM_REDIS_URL, ?tls=1 after several hosts."
        yield f"Redis at {', '.join(hosts)} is spoken to in the clear.", remedy


def _mail() -> Iterator[tuple[str, str]]:
    if settings.EMAIL_TLS == "none" and not is_here(settings.EMAIL_HOST):
        remedy = "Set NEWSROOM_EMAIL_TLS to starttls (port 587) or ssl (465), as that server says."
        yield f"Mails, with links that set passwords, go to {settings.EMAIL_HOST} in the clear.", remedy


def _addresses() -> Iterator[tuple[str, str]]:
    buckets = [storage.get("OPTIONS", {}).get("endpoint_url", "") for storage in settings.STORAGES.values()]
    by_variable = {"NEWSROOM_PURGE_URLS": settings.PURGE_URLS, "NEWSROOM_SENTRY_DSN": [settings.SENTRY_DSN]}
    by_variable |= {"NEWSROOM_S3_URL or NEWSROOM_BACKUP_URL": sorted(set(buckets))}
    for variable, addresses in by_variable.items():
        for url in map(urlsplit, addresses):
            if url.scheme == "http" and not is_here(url.hostname or ""):
                remedy = f"Have it answer by https, and say so in {variable}."
                yield f"{url.hostname}, named in {variable}, is spoken to in the clear.", remedy


@register(Tags.security, deploy=True)
def connections_are_encrypted(app_configs, **kwargs):
    """Warn of what goes to other machines unencrypted, or to whoever answers in a server's place."""
    return [Warning(finding, hint=remedy, id=IN_THE_CLEAR) for finding, remedy in in_the_clear()]
