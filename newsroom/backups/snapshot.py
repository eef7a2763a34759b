"""A connection that sees the database as it was at one moment, while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from django.db import connections, transaction
from django.db.utils import load_backend

ALIAS = "one_moment"


@contextmanager
def one_moment(source: str = "default") -> Iterator[str]:
    """Yield the alias of a connection whose every query is answered from one snapshot of the database ``source``.

    PostgreSQL has transactions for it. SQLite has them in its journal mode WAL, which is the newsroom's; such a
    transaction must not begin like the newsroom's others, which wait for the lock of writers.
    """
    config = deepcopy(connections[source].settings_dict)
    if connections[source].vendor == "postgresql":
        from psycopg import IsolationLevel

        config["OPTIONS"]["isolation_level"] = IsolationLevel.REPEATABLE_READ
    else:
        config["OPTIONS"]["transaction_mode"] = "DEFERRED"
    with connected(ALIAS, config), transaction.atomic(using=ALIAS):
        lift_time_limits(ALIAS)
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM django_migrations")  # a snapshot is taken by the first look
        yield ALIAS


@contextmanager
def connected(alias: str, config: dict[str, Any]) -> Iterator[None]:
    """Know a database by ``alias`` for a while, with one connection instead of a pool."""
    config["OPTIONS"].pop("pool", None)
    usual = connections["default"].settings_dict  # what ``config`` leaves out
    connections[alias] = load_backend(config["ENGINE"]).DatabaseWrapper(usual | config, alias)
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]


def lift_time_limits(alias: str) -> None:
    """Let the statements of this transaction take their time: limits are for people who wait."""
    if connections[alias].vendor == "postgresql":
        with connections[alias].cursor() as cursor:
            for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute(f"SET LOCAL {limit} = 0")
