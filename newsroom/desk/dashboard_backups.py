"""Backups on the desk's first page: whether the last one and the last drill went well, and are new enough."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from articles.admin.times import time_from_now
from newsroom.backups import outcome
from newsroom.desk.dashboard_blocks import TASKS, BlockLine, DashboardBlock, list_of


def backups_to_look_at(now: datetime) -> DashboardBlock:
    """Return a line for a backup or a drill that failed, is late, or never was."""
    newest, lines, well, url = outcome.newest_outcomes(), [], [], list_of(TASKS)
    for kind, name in ((outcome.BACKUP, _("Backup")), (outcome.DRILL, _("Drill of a backup"))):
        last = newest.get(kind)
        if last is None:
            lines.append(BlockLine(name, url, [_("There is none on record.")], _("missing")))
            continue
        fact = _("%(text)s, %(time)s") % {"text": last.fault or last.text, "time": time_from_now(last.at, now)}
        if last.fault or last.at < now - outcome.LATE:
            row = reverse(f"admin:{TASKS}_change", args=[last.task])
            lines.append(BlockLine(name, row, [fact], _("failed") if last.fault else _("late")))
        else:
            well.append(f"{name}: {fact}.")
    return DashboardBlock("backups", _("Backups that need a look"), url, " ".join(well), lines)
