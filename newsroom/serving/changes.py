"""Detects every write to a table that readers see, and makes all cached pages outdated once it is committed.

It wraps the statements themselves, because ``update()``, ``bulk_create()`` and raw SQL send no signals. What is rolled
back, like the desk's previews, changes nothing. For a CDN it also collects surrogate keys of what was written.
"""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from articles.public.surrogate_keys import OF_ARTICLE, PAPER, of_article
from ground import outcomes
from ground.priorities import ANNOUNCING
from newsroom.serving import generation, purging
from newsroom.serving.time_travel import DATED, OF_THAT_TIME, OF_TODAY

logger = logging.getLogger(__name__)
WRITE = re.compile(
    r"\s*(?:INSERT(?: OR [A-Z]+)? INTO|UPDATE|DELETE FROM|TRUNCATE(?: TABLE)?)\s+(?:ONLY\s+)?\"?(\w+)", re.IGNORECASE
)
WHAT_NOW = gettext_lazy(
    "The server can't write the folder by which pages kept before are known to be old. Until it can, each page is "
    "made anew for each reader; an nginx before it may show the old one for ten more seconds. Please tell whoever "
    "looks after the server."
)
SHOWN = OF_THAT_TIME | DATED | OF_TODAY  # models whose rows readers see


untold: ContextVar[bool] = ContextVar("a change of this request that pages kept before may not show", default=False)


def tell_the_desk(get_response):
    """Middleware that shows users of the desk if their change could not reach the page cache."""

    def middleware(request):
        before = untold.set(False)
        try:
            response = get_response(request)
            if untold.get() and request.path.startswith("/admin/"):
                messages.warning(request, _("It is done and saved. %(what)s") % {"what": WHAT_NOW})
            return response
        finally:
            untold.reset(before)

    return middleware


@task(priority=ANNOUNCING)
def tell_again() -> None:
    """Begin a new generation; raise ``OSError`` while that is impossible, which the desk shows among failed tasks."""
    generation.change()


def queue_untold() -> None:
    """Queue failed attempts once more."""
    failed = DBTaskResult.objects.filter(task_path=tell_again.module_path, status=TaskResultStatus.FAILED)
    if failed.exists():
        tell_again.enqueue()
        failed.delete()


def _tell_later() -> None:
    try:
        tell_again.enqueue()
    except Exception:  # each serving process begins a new generation by itself when it can write again
        logger.exception("Nobody is asked to tell it later.")


class CommittedChange:
    """What one transaction wrote that readers see; called when it is committed."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.tables: set[str] = set()
        self.keys: set[str] = set()  # of single articles, which explain the writes to some tables
        self.explained: set[str] = set()

    def __call__(self) -> None:
        """Make cached pages outdated. It never raises, because the write is committed, and other callbacks follow."""
        try:
            generation.change(self._position())
        except Exception:  # whatever the disk does
            logger.exception("What was written can't be told to all who keep pages.")
            untold.set(True)
            _tell_later()
        if settings.CDN:
            purging.after_change(sorted(self.surrogate_keys()))

    def surrogate_keys(self) -> set[str]:
        """Return the surrogate keys of the pages that the write may change."""
        return {PAPER} if self.tables - self.explained else self.keys

    def _position(self) -> str:
        """Return the present end of the database's log, if there are replicas that must replay it."""
        if not settings.REPLICAS:
            return ""
        try:
            with connections[self.using].cursor() as cursor:
                cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
                return cursor.fetchone()[0]
        except Exception:  # the database went away right after the commit: no replica answers until the next write
            logger.exception("Nobody knows what a replica has to show; the primary is asked.")
            return ""


@lru_cache(maxsize=1)
def shown_tables() -> set[str]:
    """Return the tables that readers see."""
    return {apps.get_model(label)._meta.db_table for label in SHOWN}


def listen_for_writes(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Detect what is written through a new ``connection``."""
    if hear_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(hear_writes)


def hear_writes(execute: Callable, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Wrap each statement (Django's execute_wrapper)."""
    match = WRITE.match(sql) if isinstance(sql, str) else None
    if match is None:
        return execute(sql, params, many, context)
    with outcomes.writing(context["connection"]):
        result = execute(sql, params, many, context)
    if match[1] in shown_tables():
        _note(context["connection"], match[1])
    return result


def explain(instance: Any, **kwargs: Any) -> None:
    """Receive the signal that an edition was saved: writes to editions' tables then only concern its article."""
    change = _pending(connections["default"])
    if change:
        change.keys.add(of_article(instance.article_id))
        change.explained |= {model._meta.db_table for model in OF_ARTICLE}


def _pending(connection: BaseDatabaseWrapper) -> CommittedChange | None:
    return next(
        (callback[1] for callback in connection.run_on_commit if isinstance(callback[1], CommittedChange)), None
    )


def _note(connection: BaseDatabaseWrapper, table: str) -> None:
    change = _pending(connection)
    if change is None:
        change = CommittedChange(connection.alias)
        change.tables.add(table)
        _once_committed(connection, change)
    change.tables.add(table)


def _once_committed(connection: BaseDatabaseWrapper, change: CommittedChange) -> None:
    """Call ``change`` at the commit, before any other callback, so that a failure of those leaves no old pages."""
    if connection.in_atomic_block:
        callbacks: list[Any] = connection.run_on_commit  # its types lack the third part, whether a failure is logged
        callbacks.insert(0, (set(connection.savepoint_ids), change, True))
        return
    change()
