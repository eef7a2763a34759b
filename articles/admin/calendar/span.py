"""The days that a calendar shows: a week, or the weeks of a month."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format

from articles.admin.calendar.kinds import CHOICES
from articles.admin.lists import number_in_address
from articles.admin.times import FIRST_YEAR, LAST_YEAR
from ground.times import midnight

WEEK, MONTH = "week", "month"
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class CalendarSpan:
    """The week or month around a day, of one section (0: all), and some kinds (empty: all)."""

    view: str
    day: date
    section: int = 0
    kinds: tuple[str, ...] = ()  # words of CHOICES

    @property
    def days(self) -> list[date]:
        """The days from a Monday to a Sunday."""
        count = (self._last - self._first).days + 1
        return [self._first + timedelta(days=number) for number in range(count)]

    @property
    def starts_at(self) -> datetime:
        return midnight(self._first)

    @property
    def ends_at(self) -> datetime:
        """The first moment after the span."""
        return midnight(self._last + timedelta(days=1))

    @property
    def title(self) -> str:
        if self.view == MONTH:
            return date_format(self.day, "F Y")
        first, last = self._first, self._last
        start = "j" if first.month == last.month else "j F" if first.year == last.year else "j F Y"
        return f"{date_format(first, start)} – {date_format(last, 'j F Y')}"

    @property
    def before(self) -> "CalendarSpan":
        return self._around(self.day - A_WEEK if self.view == WEEK else self.day.replace(day=1) - timedelta(days=1))

    @property
    def after(self) -> "CalendarSpan":
        return self._around(self.day + A_WEEK if self.view == WEEK else self.day.replace(day=28) + timedelta(days=4))

    @property
    def in_section(self) -> Q:
        """A filter for the section or its subsections."""
        return Q(section=self.section) | Q(section__parent=self.section) if self.section else Q()

    def holds(self, day: date) -> bool:
        """Return whether ``day`` belongs to the span; a month's first and last week have days of other months."""
        return self.view == WEEK or (day.year, day.month) == (self.day.year, self.day.month)

    def as_query(self, **changes: Any) -> str:
        """Return the query string of its page, after ``changes``."""
        span = replace(self, **changes)
        parts: dict[str, Any] = {"view": span.view, "day": span.day.isoformat()}
        parts |= {"section": span.section} if span.section else {}
        return urlencode(parts | {"kind": span.kinds}, doseq=True)

    def _around(self, day: date) -> "CalendarSpan":
        return replace(self, day=day.replace(day=1) if self.view == MONTH else day)

    @property
    def _first(self) -> date:
        start = self.day if self.view == WEEK else self.day.replace(day=1)
        return start - timedelta(days=start.weekday())

    @property
    def _last(self) -> date:
        if self.view == WEEK:
            return self._first + timedelta(days=6)
        end = (self.day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return end + timedelta(days=6 - end.weekday())


def read_span(query: QueryDict) -> CalendarSpan:
    """Return the span of an address; invalid parameters are ignored."""
    return CalendarSpan(
        view=MONTH if query.get("view") == MONTH else WEEK,
        day=_day(query.get("day", "")),
        section=number_in_address(query.get("section", "")),
        kinds=tuple(name for name in CHOICES if name in query.getlist("kind")),
    )


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    return day if day and FIRST_YEAR < day.year < LAST_YEAR else timezone.localdate()
