"""What the doctor looks at of backups: the age of the newest whole one."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone

from newsroom.operating.doctor.finding import Finding

OLDEST = timedelta(hours=30)  # one is made each night
WHOLE = "SHA256SUMS"  # written last, into the folder of a backup


def backup_storage() -> Storage:
    """Return the storage that backups are in: a folder for each."""
    if "backups" in settings.STORAGES:
        return storages["backups"]
    return FileSystemStorage(settings.VAR_DIR / "backups")


def newest_backup(place: Storage) -> datetime | None:
    """Return when the newest whole backup was finished; None if there is none."""
    try:
        folders = sorted(place.listdir("")[0], reverse=True)  # their names begin with the time
    except FileNotFoundError:
        return None
    whole = next((name for name in folders if place.exists(f"{name}/{WHOLE}")), None)
    return None if whole is None else place.get_modified_time(f"{whole}/{WHOLE}")


def examine_backups() -> Iterator[Finding]:
    """Find that there is no whole backup, or that the newest is old."""
    finished_at = newest_backup(backup_storage())
    if finished_at is None:
        yield Finding(fault="there is none.", remedy="Make one each night: docs/operators.md, “Backup”.")
        return
    age = timezone.now() - finished_at
    if age > OLDEST:
        yield Finding(
            fault=f"the newest is {age.total_seconds() / 3600:.0f} hours old.",
            remedy="See why the last one failed, and make one now: docs/operators.md, “Backup”.",
        )
    else:
        yield Finding(note=f"the newest is {age.total_seconds() / 3600:.0f} hours old.")
