"""What the doctor looks at of backups: the age of the newest whole one, and how the last drill of one went."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from newsroom.backups import archive, outcome
from newsroom.operating.doctor.diagnosis import Diagnosis

OLDEST = timedelta(hours=30)  # one is made each night


def finished_at() -> datetime | None:
    """Return when the newest whole backup was finished; None if there is none."""
    storage = archive.place_of_backups()
    names = archive.whole_backups(storage)
    return storage.get_modified_time(f"{names[-1]}/{archive.SUMS}") if names else None


def examine_backups() -> Iterator[Diagnosis]:
    """Find that there is no whole backup, or that the newest is old."""
    newest_at = finished_at()
    if newest_at is None:
        yield Diagnosis(
            fault="there is none.",
            remedy="Make one: systemctl start newsroom-backup.service; one each night: docs/operators.md, “Backup”.",
        )
        return
    age = timezone.now() - newest_at
    if age > OLDEST:
        yield Diagnosis(
            fault=f"the newest is {age.total_seconds() / 3600:.0f} hours old.",
            remedy="See why the last one failed, and make one now: docs/operators.md, “Backup”.",
        )
    else:
        yield Diagnosis(note=f"the newest is {age.total_seconds() / 3600:.0f} hours old.")


def examine_drills() -> Iterator[Diagnosis]:
    """Find that no backup was ever restored on trial, or that the last trial failed or is old."""
    last = outcome.newest_outcomes().get(outcome.DRILL)
    if last is None:
        yield Diagnosis(
            fault="nobody knows whether a backup can be restored: there was none yet, or the first one still runs.",
            remedy="See journalctl --unit=newsroom-backup; by hand: newsroom drill_backup.",
        )
    elif last.fault:
        yield Diagnosis(
            fault=f"the last one, of {last.at:%Y-%m-%d %H:%M} (UTC), failed: {last.fault}",
            remedy="Mend what it says, then: newsroom drill_backup.",
        )
    elif timezone.now() - last.at > outcome.LATE:
        yield Diagnosis(
            fault=f"the last one was made {last.at:%Y-%m-%d %H:%M} (UTC).",
            remedy="See whether newsroom-backup.timer is active: systemctl list-timers.",
        )
    else:
        yield Diagnosis(note=f"the last one, of {last.at:%Y-%m-%d %H:%M} (UTC), restored every row.")
