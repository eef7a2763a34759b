"""What the doctor looks at in the database and its replicas."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.db.utils import DatabaseError

from newsroom.operating import code
from newsroom.operating.doctor.diagnosis import Diagnosis
from newsroom.postgresql import patience

OLDEST = 14  # PostgreSQL's version
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
ROLE_LIMIT = "30s"  # commands run by the same role
LOCK_LIMIT = "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'"  # in milliseconds
LATEST = 60  # seconds that a replica may be behind
LAG = """
SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
            ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END
"""


def examine_database() -> Iterator[Diagnosis]:
    """Find a database that is away, too old, read-only or wrongly set, or lacks migrations."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Diagnosis(
            fault=f"it does not answer: {str(error).splitlines()[0]}",
            remedy="Start it (systemctl status postgresql), or correct NEWSROOM_DATABASE_URL.",
        )
        return
    faults = list(_of_postgresql() if connection.vendor == "postgresql" else _of_sqlite())
    if plan := code.planned_migrations():
        faults.append(
            Diagnosis(fault=f"{len(plan)} migrations are missing, the first is {plan[0]}.", remedy="newsroom migrate")
        )
    yield from faults
    if not faults:
        version = ask_value("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        yield Diagnosis(note=f"{connection.display_name} {version} answers and has every migration.")


def _of_sqlite() -> Iterator[Diagnosis]:
    if (mode := ask_value("PRAGMA journal_mode")) != "wal":
        yield Diagnosis(
            fault=f"its journal is “{mode}”, so that readers wait for writers.",
            remedy="Give file and folder to the paper's user, on a disk of this machine: a network's has no WAL.",
        )


def _of_postgresql() -> Iterator[Diagnosis]:
    role = connection.settings_dict["USER"] or "newsroom"
    if (major := int(ask_value("SHOW server_version_num")) // 10000) < OLDEST:
        yield Diagnosis(
            fault=f"PostgreSQL {major} is too old.", remedy=f"Go to PostgreSQL {OLDEST} or newer: pg_upgradecluster"
        )
    if ask_value("SHOW jit") != "off":
        yield Diagnosis(
            fault="jit is on, which costs more than it gains here.", remedy=f"ALTER ROLE {role} SET jit = off;"
        )
    yield from _of_limits(role)
    if ask_value("SELECT pg_is_in_recovery()") or ask_value("SHOW default_transaction_read_only") == "on":
        yield Diagnosis(
            fault="it is read-only: nobody can save.",
            remedy="Name the primary in NEWSROOM_DATABASE_URL, or promote this one: SELECT pg_promote();",
        )


def _of_limits(role: str) -> Iterator[Diagnosis]:
    """Find limits that do not arrive; behind a pooler, to which none are told, those that the role lacks."""
    if connection.settings_dict.get("OPTIONS", {}).get("prepare_threshold") is not None:
        if int(ask_value(LOCK_LIMIT)) != 1000 * patience.current_limits().lock:
            yield Diagnosis(
                fault="the limits that the newsroom tells its connections do not arrive: a pooler is in between.",
                remedy="Add ?prepare=no to NEWSROOM_DATABASE_URL, and set the limits for the role.",
            )
        return
    for name in LIMITS:
        if ask_value(f"SHOW {name}") == "0":
            yield Diagnosis(
                fault=f"{name} is not set, so one hanging statement may hold up the paper.",
                remedy=f"ALTER ROLE {role} SET {name} = '{ROLE_LIMIT}';",
            )


def examine_replicas() -> Iterator[Diagnosis]:
    """Find replicas that are away, are none, or are late."""
    for name in settings.REPLICAS:
        try:
            is_replica, lag = ask_value("SELECT pg_is_in_recovery()", name), ask_value(LAG, name)
        except DatabaseError as error:
            yield Diagnosis(
                fault=f"{name} does not answer: {str(error).splitlines()[0]}",
                remedy="Start it, or take it out of NEWSROOM_REPLICA_URLS; the primary answers meanwhile.",
            )
            continue
        if not is_replica:
            yield Diagnosis(
                fault=f"{name} replicates nothing.",
                remedy="Name a standby of the primary in NEWSROOM_REPLICA_URLS, or none.",
            )
        elif lag is not None and lag > LATEST:
            yield Diagnosis(fault=f"{name} is {lag:.0f} s late.", remedy="Look at pg_stat_replication on the primary.")
        else:
            yield Diagnosis(note=f"{name} follows.")
    if not settings.REPLICAS:
        yield Diagnosis(note="none are named.")


def ask_value(sql: str, alias: str = "default") -> Any:
    """Return the one value that a statement gives."""
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
