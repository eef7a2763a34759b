"""Hears of every write to a table that readers see, and once it is committed has nothing older shown.

It listens to the statements themselves, as signals know nothing of ``update()``, ``bulk_create()`` and raw SQL. What is
rolled back, like the desk's previews, changes nothing. For a CDN it also notes what was written, as surrogate keys.
"""

import logging
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from articles.surrogates import OF_ARTICLE, PAPER, of_article
from newsroom import generation, purging

logger = logging.getLogger(__name__)
WRITE = re.compile(
    r"\s*(?:INSERT(?: OR [A-Z]+)? INTO|UPDATE|DELETE FROM|TRUNCATE(?: TABLE)?)\s+(?:ONLY\s+)?\"?(\w+)", re.IGNORECASE
)
SHOWN = [  # models whose rows readers see
    "articles.Alert",
    "articles.Author",
    "articles.Edition",
    "articles.EditionByline",
    "articles.EditionCorrection",
    "articles.EditionImage",
    "articles.EditionSection",
    "articles.EditionTag",
    "articles.FlatPage",
    "articles.FormerAddress",
    "articles.Image",
    "articles.Placement",
    "articles.Redirect",
    "articles.Section",
    "articles.SiteSettings",
    "taggit.Tag",
    "tickers.Pair",
    "tickers.Rate",
]


class Change:
    """What one transaction wrote that readers see; called when it is committed."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.tables: set[str] = set()
        self.keys: set[str] = set()  # of single articles, which explain what was written to some tables
        self.explained: set[str] = set()

    def __call__(self) -> None:
        try:
            generation.change(self._position())
        finally:
            if settings.CDN:
                purging.after_change(sorted(self.surrogate_keys()))

    def surrogate_keys(self) -> set[str]:
        """Those of the pages that this may change."""
        return {PAPER} if self.tables - self.explained else self.keys

    def _position(self) -> str:
        """Where the database's log ends now, if there are replicas that have to get there first."""
        if not settings.REPLICAS:
            return ""
        with connections[self.using].cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
            return cursor.fetchone()[0]


@lru_cache(maxsize=1)
def shown_tables() -> set[str]:
    """The tables that readers see."""
    return {apps.get_model(label)._meta.db_table for label in SHOWN}


def listen(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Hear what is written through a new ``connection``."""
    if hear not in connection.execute_wrappers:
        connection.execute_wrappers.append(hear)


def hear(execute: Callable, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's hook around each statement."""
    result = execute(sql, params, many, context)
    found = WRITE.match(sql) if isinstance(sql, str) else None
    if found and found[1] in shown_tables():
        _note(context["connection"], found[1])
    return result


def explain(instance: Any, **kwargs: Any) -> None:
    """Receiver: an edition was saved; what its transaction writes to editions' tables concerns its article alone."""
    change = _pending(connections["default"])
    if change:
        change.keys.add(of_article(instance.article_id))
        change.explained |= {model._meta.db_table for model in OF_ARTICLE}


def _pending(connection: BaseDatabaseWrapper) -> Change | None:
    return next((one[1] for one in connection.run_on_commit if isinstance(one[1], Change)), None)


def _note(connection: BaseDatabaseWrapper, table: str) -> None:
    change = _pending(connection)
    if change is None:
        change = Change(connection.alias)
        change.tables.add(table)
        _once_committed(connection, change)
    change.tables.add(table)


def _once_committed(connection: BaseDatabaseWrapper, change: Change) -> None:
    """Before anything else that waits for the commit: what fails there must not leave old pages."""
    if connection.in_atomic_block:
        connection.run_on_commit.insert(0, (set(connection.savepoint_ids), change, True))
        return
    try:
        change()
    except Exception:  # it is committed; whoever wrote it has not failed
        logger.exception("Readers may see old pages for up to an hour.")
