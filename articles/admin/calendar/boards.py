"""What changes on the front page and on sections' tops, a line for each minute of each board, not one for each slot."""

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

MOST = 1000  # placements of a span
NAMED = 3  # places of a change


@dataclass
class BoardChange:
    """What begins and what ends on a board in one minute; each slot with its headline."""

    at: datetime
    section: Section | None  # None: the front page
    placed: dict[int, Placement] = field(default_factory=dict)
    ended: dict[int, Placement] = field(default_factory=dict)

    def facts(self) -> list[str]:
        """The first places that change, and how many more do."""
        placed = {row.article_id for row in self.placed.values()}
        gone = {slot: row for slot, row in self.ended.items() if row.article_id not in placed}
        found = []
        for slot in sorted(self.placed.keys() | gone.keys()):
            if row := self.placed.get(slot):
                found.append(f"{slot_name(slot)}: “{row.article.headline}”")
            else:
                words = {"slot": slot_name(slot), "title": gone[slot].article.headline}
                found.append(_("%(slot)s: no longer “%(title)s”") % words)
        more = len(found) - NAMED
        text = ngettext("%(count)d place more", "%(count)d places more", more)
        return [*found[:NAMED], text % {"count": more}] if more > 0 else found

    def address(self, now: datetime) -> str:
        """The board, as it will stand then if that is to come."""
        asked = {"section": self.section.pk} if self.section else {}
        if self.at > now:
            asked["at"] = timezone.localtime(self.at).strftime(FORMAT)
        return reverse("admin:articles_placement_board") + (f"?{urlencode(asked)}" if asked else "")


def board_changes(span: CalendarSpan) -> tuple[list[BoardChange], bool]:
    """What changes in ``span``, minute by minute; and whether there is more than was looked at."""
    rows = Placement.objects.filter(span.in_section, ends_at__gt=span.starts_at, starts_at__lt=span.ends_at)
    rows = rows.filter(Q(starts_at__gte=span.starts_at) | Q(ends_at__lt=span.ends_at))
    fields = ["slot", "starts_at", "ends_at", "article__headline", "section__name"]
    found = list(rows.select_related("article", "section").only(*fields).order_by("ends_at")[:MOST])
    by_minute: dict[tuple[int | None, datetime], BoardChange] = {}
    for row in sorted(found, key=lambda one: one.starts_at):  # of two in a slot readers see the one that starts last
        start, end = _minute(row.starts_at), _minute(row.ends_at)
        if start == end:  # put right within the minute
            continue
        if span.starts_at <= start < span.ends_at:
            _change_at(by_minute, row, start).placed[row.slot] = row
        if span.starts_at <= end < span.ends_at:
            _change_at(by_minute, row, end).ended[row.slot] = row
    return list(by_minute.values()), len(found) >= MOST


def _change_at(by_minute: dict[tuple[int | None, datetime], BoardChange], row: Placement, at: datetime) -> BoardChange:
    return by_minute.setdefault((row.section_id, at), BoardChange(at, row.section))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
