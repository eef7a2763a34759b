"""What nothing else ends is pruned once a day, so that no table and no folder grows without bound.

docs/operators.md states each bound; newsroom/tests/test_growth.py says of every table and folder what bounds it.
"""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.storage import Storage, storages
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from articles import tasks
from articles.desk import notices, workflow
from articles.models import BoardRevision, Edition, Image, LoginSession, Notice, PasswordLink, WorkerBeat
from articles.public import cards
from ground.priorities import LATER
from newsroom.background import heartbeat
from newsroom.backups import named_files

logger = logging.getLogger(__name__)
AT_ONCE = 500  # rows of one statement, so that no table is locked for long
DONE, FAILED = timedelta(days=2), timedelta(days=30)  # how long results of tasks are kept
NOTICES = timedelta(days=365)  # read or not
LINKS = timedelta(days=400)  # by which somebody could set a password
BOARDS = timedelta(days=400)  # saves of a board, but for its newest
AUDIT = timedelta(days=5 * 365)
CARDS = timedelta(days=30)  # after an edition ended, its picture for social networks stays
OURS = {  # files by the storage's name; what else is there is somebody else's
    "default": re.compile(r"(?:[0-9a-f]{2}/[0-9a-f]{32}|social|rates|nameplate)/|doctor-[0-9a-f]{16}\.txt\Z"),
    "uploads": re.compile(r"[^/]+\Z"),
}
ORPHANS = timedelta(days=2)  # a file without a row may belong to a form that is being sent


@task(priority=LATER)
def prune() -> dict[str, int]:
    """Delete what is older than its bound, and return how much of each kind; one that fails stops no other."""
    now, counts, failed = timezone.now(), {}, []
    for prune_kind in KINDS:
        name = prune_kind.__name__.removeprefix("prune_")
        try:
            counts[name] = prune_kind(now)
        except Exception:  # whatever a folder or a table does
            logger.exception("What is too old of %s could not be deleted.", name)
            failed.append(name)
    if failed:
        raise RuntimeError(f"Too old, and not deleted: {', '.join(failed)}. The log says why.")
    return counts


def prune_sessions(now: datetime) -> int:
    """Delete sessions that ended, and the rows about them."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE) + timedelta(hours=1)
    return _delete(LoginSession.objects.filter(seen_at__lt=now - age))


def prune_tasks(now: datetime) -> int:
    """Delete results of tasks, later those of failed ones, and rows of workers that are gone."""
    done = Q(status="SUCCESSFUL", finished_at__lt=now - DONE)
    old = DBTaskResult.objects.filter(done | Q(status="FAILED", finished_at__lt=now - FAILED))
    return _delete(old) + _delete(WorkerBeat.objects.filter(seen_at__lt=now - heartbeat.KEPT))


def prune_notices(now: datetime) -> int:
    """Delete notices that were read 90 days ago, and those that nobody read in a year."""
    removed = 0
    while count := notices.remove_read(now):
        removed += count
    return removed + _delete(Notice.objects.filter(at__lt=now - NOTICES))


def prune_boards(now: datetime) -> int:
    """Delete old saves of boards, but never the newest of a board: the next save is compared with it."""
    newest = BoardRevision.objects.order_by().values("section").annotate(newest=Max("pk")).values("newest")
    return _delete(
        BoardRevision.objects.filter(at__lt=now - BOARDS).exclude(pk__in=list(newest.values_list("newest", flat=True)))
    )


def prune_audit(now: datetime) -> int:
    """Delete entries of the audit that are older than five years, and old links for passwords."""
    old = _delete(LogEntry.objects.filter(action_time__lt=now - AUDIT))
    return old + _delete(PasswordLink.objects.filter(expires_at__lt=now - LINKS))


def prune_typed(now: datetime) -> int:
    """Delete what was typed and never saved, and what lay in the trash, by their own rules."""
    return tasks.empty_autosaves.func() + workflow.empty_trash()


def prune_cards(now: datetime) -> int:
    """Delete the pictures for social networks of editions that ended a month ago."""
    ended = Edition.objects.filter(live_until__lt=now - CARDS).exclude(card="").order_by("live_until")
    removed = 0
    while rows := list(ended.values_list("pk", "card")[:AT_ONCE]):
        Edition.objects.filter(pk__in=[pk for pk, _card in rows]).update(card="")
        for _pk, card in rows:
            cards.remove_card_file(card)
        removed += len(rows)
    return removed


def prune_files(now: datetime) -> int:
    """Delete files that no row names and that are two days old, as of broken uploads; empty ones of a full disk, too.

    What is in the folder of a picture is its own affair: pages that are open may still show former sizes.
    """
    keys = Image.objects.values_list("key", "former_key")
    pictures = frozenset(key for both in keys.iterator() for key in both)
    return sum(_remove_unnamed(place, pictures, now) for place in OURS)


KINDS: tuple[Callable[[datetime], int], ...] = (
    prune_sessions,
    prune_tasks,
    prune_notices,
    prune_boards,
    prune_audit,
    prune_typed,
    prune_cards,
    prune_files,
)


def walk(storage: Storage, folder: str = "", leaving_out: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the names of all files of ``storage`` in ``folder`` and below, but in none with a name to leave out."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever written there
        return
    before = f"{folder}/" if folder else ""
    yield from (before + name for name in files if name)
    for name in folders:
        if name not in leaving_out:
            yield from walk(storage, before + name, leaving_out)


def _remove_unnamed(place: str, pictures: frozenset[str], now: datetime) -> int:
    """Delete the files of the storage ``place`` that are old and in no row, and return how many.

    Rows are asked again before anything is deleted, as one may have been saved during the walk.
    """
    storage, names_in_rows = storages[place], set(named_files.names_in_columns(DEFAULT_DB_ALIAS))
    ours = filter(OURS[place].match, walk(storage, leaving_out=pictures))
    unnamed = (name for name in ours if name not in names_in_rows)
    old = {name for name in unnamed if storage.get_modified_time(name) < now - ORPHANS}
    if old:
        old -= set(named_files.names_in_columns(DEFAULT_DB_ALIAS))
    for name in old:
        storage.delete(name)
    return len(old)


def _delete(rows: QuerySet[Any]) -> int:
    """Delete ``rows``, some at a time, and return how many."""
    removed = 0
    while pks := list(rows.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        rows.model.objects.filter(pk__in=pks).delete()
        removed += len(pks)
    return removed
