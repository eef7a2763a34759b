"""Copying the database to an empty one, perhaps of the other kind, while people write; no task is run by both."""

from collections.abc import Callable
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from newsroom.backups import table_rows
from newsroom.backups.archive import BackupError
from newsroom.backups.elsewhere import restore_elsewhere, temporary_folder
from newsroom.backups.making import make_backup
from newsroom.backups.snapshot import connected

SOURCE, COPY = "default", "copy"
UNFINISHED = [TaskResultStatus.READY, TaskResultStatus.RUNNING]
MOST_TASKS = 500  # in one statement

Tell = Callable[[str], None]


def copy_paper(url: str, config: dict[str, Any], tell: Tell, *, take_over: bool) -> None:
    """Copy the database to the empty one at ``url``, whose settings are ``config``, by a backup that is restored there.

    Unfinished tasks stay with the source, and the copy has none; if the copy is to ``take_over``, they are its alone.
    """
    with temporary_folder("copy-") as folder:
        name, manifest = make_backup(FileSystemStorage(folder), tell, with_files=False)
        restore_elsewhere(name, str(folder), url, folder / "var", tell)
    with connected(COPY, config):
        if take_over:
            _refuse_later_writes(manifest)
            _take_over_tasks(tell)
        else:
            unfinished = DBTaskResult.objects.using(COPY).filter(status__in=UNFINISHED)
            tell(f"{unfinished.count()} unfinished tasks stay with the source; the copy has none of them.")
            unfinished.delete()


def _refuse_later_writes(manifest: dict[str, Any]) -> None:
    """Raise ``BackupError`` if anything was written to the source since it was copied."""
    written = [
        table.name
        for table in table_rows.model_tables()
        if str(table_rows.checksum_of(table, SOURCE)) != manifest["tables"][table.name]["checksum"]
    ]
    if written:
        raise BackupError(
            f"The copy is whole as of {manifest['made_at']}, but somebody wrote since then: {', '.join(written)}. All "
            "tasks stay with the source, and so should the paper. Stop the web server and the worker, empty the "
            "target, and run this again."
        )


def _take_over_tasks(tell: Tell) -> None:
    """Take the waiting tasks from the source, in one transaction; what runs there or began meanwhile stays there."""
    waiting, dropped = 0, 0
    unfinished = list(DBTaskResult.objects.using(COPY).filter(status__in=UNFINISHED).values_list("pk", flat=True))
    with transaction.atomic(using=SOURCE), transaction.atomic(using=COPY):
        for first in range(0, len(unfinished), MOST_TASKS):
            keys = unfinished[first : first + MOST_TASKS]
            rows = DBTaskResult.objects.using(SOURCE).filter(pk__in=keys, status=TaskResultStatus.READY)
            taken_over = set(rows.select_for_update().values_list("pk", flat=True))
            DBTaskResult.objects.using(SOURCE).filter(pk__in=taken_over).delete()
            DBTaskResult.objects.using(COPY).filter(pk__in=set(keys) - taken_over).delete()
            waiting, dropped = waiting + len(taken_over), dropped + len(keys) - len(taken_over)
    tell(f"{waiting} waiting tasks are the copy’s now; {dropped} that were running stay with the source.")
