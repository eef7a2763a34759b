"""Changes of boards in the calendar: one line for each minute of each board, not one for each slot."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.admin.calendar.span import CalendarSpan
from articles.admin.times import FORMAT
from articles.desk.boards import slot_name
from articles.models import Placement, Section

MOST = 1000  # placements within a span
NAMED = 3  # places named in a change


@dataclass
class BoardChange:
    """The placements that begin and end on a board in one minute, by slot."""

    at: datetime
    section: Section | None  # None: the front page
    placed: dict[int, Placement] = field(default_factory=dict)
    ended: dict[int, Placement] = field(default_factory=dict)

    def facts(self) -> list[str]:
        """Return the first places that change, and the number of others."""
        placed = {row.article_id for row in self.placed.values()}
        ended_alone = {slot: row for slot, row in self.ended.items() if row.article_id not in placed}
        lines = []
        for slot in sorted(self.placed.keys() | ended_alone.keys()):
            if row := self.placed.get(slot):
                lines.append(f"{slot_name(slot)}: “{row.article.headline}”")
            else:
                words = {"slot": slot_name(slot), "title": ended_alone[slot].article.headline}
                lines.append(_("%(slot)s: no longer “%(title)s”") % words)
        more = len(lines) - NAMED
        text = ngettext("%(count)d place more", "%(count)d places more", more)
        return [*lines[:NAMED], text % {"count": more}] if more > 0 else lines

    def address(self, now: datetime) -> str:
        """Return the address of the board, at that time if it is in the future."""
        query: dict[str, str | int] = {"section": self.section.pk} if self.section else {}
        if self.at > now:
            query["at"] = timezone.localtime(self.at).strftime(FORMAT)
        return reverse("admin:articles_placement_board") + (f"?{urlencode(query)}" if query else "")


def board_changes(span: CalendarSpan) -> tuple[list[BoardChange], bool]:
    """Return the changes in ``span``, minute by minute, and whether there are more than were read."""
    rows = Placement.objects.filter(span.in_section, ends_at__gt=span.starts_at, starts_at__lt=span.ends_at)
    rows = rows.filter(Q(starts_at__gte=span.starts_at) | Q(ends_at__lt=span.ends_at))
    fields = ["slot", "starts_at", "ends_at", "article__headline", "section__name"]
    placements = list(rows.select_related("article", "section").only(*fields).order_by("ends_at")[:MOST])
    by_minute: dict[tuple[int | None, datetime], BoardChange] = {}
    # Of two in a slot readers see the one that starts last.
    for row in sorted(placements, key=lambda placement: placement.starts_at):
        start, end = _minute(row.starts_at), _minute(row.ends_at)
        if start == end:  # corrected within the minute
            continue
        if span.starts_at <= start < span.ends_at:
            _change_at(by_minute, row, start).placed[row.slot] = row
        if span.starts_at <= end < span.ends_at:
            _change_at(by_minute, row, end).ended[row.slot] = row
    return list(by_minute.values()), len(placements) >= MOST


def _change_at(by_minute: dict[tuple[int | None, datetime], BoardChange], row: Placement, at: datetime) -> BoardChange:
    return by_minute.setdefault((row.section_id, at), BoardChange(at, row.section))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
