"""Which backups are kept: the last of each of some days, weeks and months."""

from datetime import datetime, timedelta

from django.conf import settings

from newsroom.backups import archive
from newsroom.backups.making import remove_backup

WRITING = timedelta(days=1)  # how long a backup may take; half a backup that is older was given up
SPANS = ("%Y-%m-%d", "%G-%V", "%Y-%m")  # of a day, a week and a month, in UTC


def kept_backups(names: list[str], counts: tuple[int, ...]) -> set[str]:
    """Return those of ``names`` to keep: the last of each of the newest days, weeks and months that have any.

    The newest of all is always one of them.
    """
    newest_first = sorted(names, reverse=True)
    keep = set(newest_first[:1])
    for span, count in zip(SPANS, counts, strict=True):
        last_ones: dict[str, str] = {}
        for name in newest_first:
            last_ones.setdefault(archive.made_at(name).strftime(span), name)
        keep.update(list(last_ones.values())[:count])
    return keep


def remove_old_backups(now: datetime) -> list[str]:
    """Delete what is not kept, and what was never finished; return the names."""
    storage = archive.place_of_backups()
    whole_ones = archive.whole_backups(storage)
    keep = kept_backups(whole_ones, settings.BACKUP_KEEP)
    half_ones = set(archive.folders_of_backups(storage)) - set(whole_ones)
    given_up = {name for name in half_ones if archive.made_at(name) < now - WRITING}
    old = sorted(set(whole_ones) - keep | given_up)
    for name in old:
        remove_backup(storage, name)
    return old
