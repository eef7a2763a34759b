"""Planning an article from an hour or a day of the calendar."""

from datetime import date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from articles.admin.calendar.span import CalendarSpan, read_span
from articles.admin.times import FORMAT

QUARTER = timedelta(minutes=15)
NOON = 12


def may_plan(user: User) -> bool:
    """Return whether ``user`` may plan articles."""
    return user.has_perm("articles.add_idea")


def hour_of(day: date, hour: int, now: datetime) -> datetime | None:
    """Return the first future quarter of the hour that the clock shows once; None if there is none."""
    zone = timezone.get_current_timezone()
    for quarter in range(4):
        typed = datetime.combine(day, time(hour), zone) + quarter * QUARTER
        if not _is_off_the_clock(typed) and typed > now:
            return typed
    return None


def day_of(day: date, now: datetime) -> datetime | None:
    """Return noon of a day, or the next future quarter after it; None if the day is over."""
    hours = (hour_of(day, hour, now) for hour in range(NOON, 24))
    return next((moment for moment in hours if moment), None)


def off_the_clock(day: date, hour: int) -> str:
    """Return why nothing can be planned in an hour of the clock's change, in words; "" for any other hour."""
    start = datetime.combine(day, time(hour), timezone.get_current_timezone())
    if not all(_is_off_the_clock(start + quarter * QUARTER) for quarter in range(4)):
        return ""
    is_skipped = start.utcoffset() < start.replace(fold=1).utcoffset()  # type: ignore[operator]
    return _("The clock skips this hour.") if is_skipped else _("This hour comes twice.")


def planning_address(moment: datetime | None, span: CalendarSpan) -> str:
    """Return the form to plan an article for ``moment``, which leads back to the calendar; "" without a moment."""
    if moment is None:
        return ""
    query: dict[str, str | int] = {"due": moment.strftime(FORMAT), "calendar": span.as_query()}
    query |= {"section": span.section} if span.section else {}
    return f"{reverse('admin:articles_idea_add')}?{urlencode(query)}"


def way_back(query: QueryDict) -> str:
    """Return the address of the calendar from which an article was planned; "" if there is none."""
    if "calendar" not in query:
        return ""
    calendar_query = QueryDict(query.get("calendar", "")[:500])
    return f"{reverse('admin:articles_edition_calendar')}?{read_span(calendar_query).as_query()}"


def _is_off_the_clock(typed: datetime) -> bool:
    """Return whether the clock skips the time, or shows it twice."""
    return typed.utcoffset() != typed.replace(fold=1 - typed.fold).utcoffset()
