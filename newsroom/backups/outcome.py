"""How the last backups and drills went, kept as tasks: every machine's desk sees those, and failed ones stand there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django_tasks import task
from django_tasks_db.models import DBTaskResult

from newsroom.backups.archive import BackupError

BACKUP, DRILL = "backup", "drill"
LATE = timedelta(hours=30)  # for what is done each night
LOOKED_AT = 20  # newest outcomes, of either kind


@task()
def note_outcome(kind: str, text: str, fault: str) -> str:
    """Keep how a backup or a drill went; with a ``fault`` it is a failed task, which the desk shows."""
    if fault:
        raise BackupError(f"{kind}: {fault}")
    return text


@dataclass(frozen=True)
class BackupOutcome:
    """When a backup or a drill ended, what is to be said of it, and what went wrong, if anything did."""

    task: UUID  # the row that keeps it
    at: datetime
    text: str
    fault: str


def newest_outcomes() -> dict[str, BackupOutcome]:
    """Return the newest outcome of each kind of which there is any."""
    outcomes: dict[str, BackupOutcome] = {}
    rows = DBTaskResult.objects.filter(task_path=note_outcome.module_path).order_by("-enqueued_at")
    for key, enqueued_at, values in rows.values_list("pk", "enqueued_at", "args_kwargs")[:LOOKED_AT]:
        kind, text, fault = values["args"]
        outcomes.setdefault(kind, BackupOutcome(key, enqueued_at, text, fault))
    return outcomes
