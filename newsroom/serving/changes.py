"""Hears of every write to a table that readers see, and once it is committed has nothing older shown.

It listens to the statements themselves, as signals know nothing of ``update()``, ``bulk_create()`` and raw SQL. What is
rolled back, like the desk's previews, changes nothing. For a CDN it also notes what was written, as surrogate keys.
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
    """Middleware: whoever wrote what could not be told to readers' pages reads that on their next page."""

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


@task()
def tell_again() -> None:
    """Name a new generation; ``OSError`` while that is impossible, which the desk shows among what failed."""
    generation.change()


def queue_untold() -> None:
    """Queue once more what could not be told."""
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
        self.keys: set[str] = set()  # of single articles, which explain what was written to some tables
        self.explained: set[str] = set()

    def __call__(self) -> None:
        """Have nothing older shown. It never raises: what was written is committed, and others wait for that, too."""
        try:
            generation.change(self._position())
        except Exception:  # whatever the disk does
            logger.exception("What was written can't be told to all who keep pages.")
            untold.set(True)
            _tell_later()
        if settings.CDN:
            purging.after_change(sorted(self.surrogate_keys()))

    def surrogate_keys(self) -> set[str]:
        """Those of the pages that this may change."""
        return {PAPER} if self.tables - self.explained else self.keys

    def _position(self) -> str:
        """Where the database's log ends now, if there are replicas that have to get there first."""
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
    """The tables that readers see."""
    return {apps.get_model(label)._meta.db_table for label in SHOWN}


def listen_for_writes(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Hear what is written through a new ``connection``."""
    if hear_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(hear_writes)


def hear_writes(execute: Callable, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
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


def _pending(connection: BaseDatabaseWrapper) -> CommittedChange | None:
    return next((one[1] for one in connection.run_on_commit if isinstance(one[1], CommittedChange)), None)


def _note(connection: BaseDatabaseWrapper, table: str) -> None:
    change = _pending(connection)
    if change is None:
        change = CommittedChange(connection.alias)
        change.tables.add(table)
        _once_committed(connection, change)
    change.tables.add(table)


def _once_committed(connection: BaseDatabaseWrapper, change: CommittedChange) -> None:
    """Before anything else that waits for the commit: what fails there must not leave old pages."""
    if connection.in_atomic_block:
        connection.run_on_commit.insert(0, (set(connection.savepoint_ids), change, True))
        return
    change()
