"""The state of a board within one request: its time, and the arrangement, which may be unsaved."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.admin.times import FORMAT, TimeField, time_with_zone
from articles.desk import boards
from articles.models import BoardRevision, Placement, Section


@dataclass
class BoardState:
    """A board that is being edited; ``at`` is the time it shows, never before ``now``."""

    section: Section | None
    now: datetime
    may: bool
    stored: list[Placement] = field(default_factory=list)
    rows: list[boards.Placing] = field(default_factory=list)
    forms: list = field(default_factory=list)  # bound ones, if a field is invalid
    loaded: int = 0
    had: int = 0  # the stored number of slots
    slots: int = 0
    at: datetime = field(init=False)
    query: str = ""
    said: str = ""  # the last action, for screen readers
    problems: list[str] = field(default_factory=list)
    theirs: BoardRevision | None = None  # a save by somebody since this board was loaded

    def __post_init__(self):
        self.at = self.now

    @property
    def is_now(self) -> bool:
        return self.at <= self.now

    @property
    def at_typed(self) -> str:
        """The time as the field shows it; empty for now."""
        return "" if self.is_now else timezone.localtime(self.at).strftime(FORMAT)

    def plan(self) -> boards.Plan:
        return boards.plan(self.stored, self.rows, section=self.section, now=self.now)


QUICK = {  # the buttons beside the time, and their times
    "now": lambda now: now,
    "hour": lambda now: (now + timedelta(hours=1)).replace(second=0, microsecond=0),
    "morning": lambda now: _tomorrow(now, 7),
    "noon": lambda now: _tomorrow(now, 12),
}


def _tomorrow(now, hour):
    day = timezone.localtime(now).date() + timedelta(days=1)
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))  # noqa: DTZ001 - made aware here


def drawn_time(state, text):
    """Set the time for which the posted board was shown."""
    state.at = _read(text) or state.now


def requested_time(state, text):
    """Show the board at the time in ``text``; now if it is empty or past."""
    try:
        moment = TimeField(required=False).clean(text.replace("\0", ""))
    except ValidationError as error:
        state.problems += error.messages
        return
    if moment and moment < state.now - timedelta(minutes=1):
        text = _("The board shows now and what is to come. %(time)s is past: see the page itself as it stood then.")
        state.problems.append(text % {"time": time_with_zone(moment)})
    state.at = max(moment or state.now, state.now)


def typed_time(state, data):
    """Show the board at another time, by a quick button or as typed."""
    if quick := QUICK.get(data.get("_when", "")):
        state.at = max(quick(state.now), state.now)
    elif "_show" in data:
        requested_time(state, data.get("at", ""))


def _read(text):
    try:
        moment = TimeField(required=False).clean((text or "").replace("\0", ""))
    except ValidationError:
        return None
    return moment and max(moment, timezone.now())
