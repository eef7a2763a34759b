"""Times in the desk's forms: one native field, in the paper's time zone, whose name stands beside it."""

import math
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ground.times import time_with_zone as time_with_zone  # beside the other ways in which the desk tells a time

FORMAT = "%Y-%m-%dT%H:%M"
FIRST_YEAR, LAST_YEAR = 1900, 2999  # other years are typing errors, near the limits of databases
# The most of each unit before the next one is used in words; desk-times.js gets them with each field.
STEPS = MINUTES, HOURS, DAYS, WEEKS, MONTHS = 90, 6, 14, 8, 24
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def check_year(moment):
    """Refuse a day or a time of a year that nobody at the desk can mean."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        message = _("Look at the year: it must lie between %(first)d and %(last)d.")
        raise ValidationError(message, params={"first": FIRST_YEAR, "last": LAST_YEAR}, code="year")


class DeskTime(forms.DateTimeInput):
    """An input of date and time in the paper's zone; ``desk-times.js`` shows how far away it is."""

    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs, format=FORMAT)

    def render(self, name, value, attrs=None, renderer=None):
        id_ = (attrs or {}).get("id", name)
        note, words = f"{id_}_zone", f"{id_}_words"
        described = " ".join(filter(None, [(attrs or {}).get("aria-describedby"), note, words]))
        field = super().render(name, value, {**(attrs or {}), "aria-describedby": described}, renderer)
        beside = format_html('<span id="{}" class="zone">{}</span>', note, zone())
        away = format_html('<span id="{}" class="when" aria-live="polite">{}</span>', words, _words_of(value))
        steps = " ".join(map(str, STEPS))
        holder = '<span class="desk-time" data-zone="{}" data-steps="{}">{} {} {}</span>'
        return format_html(holder, zone(), steps, field, beside, away)


class DeskDate(forms.DateInput):
    """An input of a day."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class TimeField(forms.DateTimeField):
    """A date and a time in whole minutes, of a plausible year, that the clock shows exactly once.

    Typed seconds are refused, as the field could not show them; those of a stored time are ignored.
    """

    widget = DeskTime
    default_validators = [check_year]

    def to_python(self, value):
        try:
            moment = super().to_python(value)
        except ValidationError as error:
            if getattr(error, "code", "") == "ambiguous_timezone" and error.params:
                raise _off_the_clock(error.params["datetime"]) from error
            raise
        if moment and isinstance(value, str) and (moment.second or moment.microsecond):
            raise _with_seconds(moment)
        return moment and moment.replace(second=0, microsecond=0)


class DayField(forms.DateField):
    """A day of a plausible year."""

    widget = DeskDate
    default_validators = [check_year]


def short(moment):
    """Return a time for a list."""
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def short_in_words(moment):
    """Return a time for a list, with how far away it is."""
    return f"{short(moment)} ({time_from_now(moment)})"


def embargo_words(until, now, *, is_update, tell=short):
    """Return what an embargo holds back, and until when, formatted by ``tell``; "" once it is over."""
    if until is None or until <= now:
        return ""
    text = gettext("updates under embargo until %(time)s") if is_update else gettext("embargo until %(time)s")
    return text % {"time": tell(until)}


def time_as_html(moment, form="DATETIME_FORMAT"):
    """Return a time and how far away it is, as HTML; ``desk-times.js`` adds the user's local time."""
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" data-zone="{}">{}</time> <span class="when">({})</span>',
        local.isoformat(),
        zone(),
        date_format(local, form),
        time_from_now(moment),
    )


def time_from_now(moment, now=None):
    """Return how far ``moment`` is from ``now``: in 3 hours, yesterday 18:00, 3 days ago; like ``desk-times.js``."""
    now = now or timezone.now()
    away = abs(moment - now)
    minutes = _whole(away / MINUTE)
    if minutes < 1:
        return gettext("now")
    if minutes < MINUTES:
        return _ahead_or_ago(ngettext("%(count)d minute", "%(count)d minutes", minutes), minutes, moment > now)
    local = timezone.localtime(moment)
    days = abs((local.date() - timezone.localtime(now).date()).days)
    if days == 0 or away < timedelta(hours=HOURS):
        hours = _whole(away / HOUR)
        return _ahead_or_ago(ngettext("%(count)d hour", "%(count)d hours", hours), hours, moment > now)
    if days == 1:
        near = gettext("tomorrow %(time)s") if moment > now else gettext("yesterday %(time)s")
        return near % {"time": date_format(local, "TIME_FORMAT")}
    return _far(days, moment > now)


def _far(days, ahead):
    """Return days, weeks, months or years, whichever gives a small number."""
    weeks, months, years = _whole(days / 7), _whole(days / 30.44), _whole(days / 365.25)
    if days <= DAYS:
        return _ahead_or_ago(ngettext("%(count)d day", "%(count)d days", days), days, ahead)
    if weeks <= WEEKS:
        return _ahead_or_ago(ngettext("%(count)d week", "%(count)d weeks", weeks), weeks, ahead)
    if months < MONTHS:
        return _ahead_or_ago(ngettext("%(count)d month", "%(count)d months", months), months, ahead)
    return _ahead_or_ago(ngettext("%(count)d year", "%(count)d years", years), years, ahead)


def _whole(number):
    """Return the nearest whole number, a half up, like scripts; ``round()`` takes the even one."""
    return math.floor(number + 0.5)


def _ahead_or_ago(span, count, ahead):
    text = gettext("in %(span)s") if ahead else gettext("%(span)s ago")
    return text % {"span": span % {"count": count}}


def _words_of(value):
    """Return the words for a field's value, if it is a time."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else value
        if not isinstance(moment, datetime):
            return ""
        return time_from_now(timezone.make_aware(moment) if timezone.is_naive(moment) else moment)
    except (ValueError, OverflowError):
        return ""


def _with_seconds(moment):
    """Return the error for a time with seconds."""
    local = timezone.localtime(moment)
    text = gettext("Times are whole minutes here: write %(minute)s, not %(typed)s.")
    params = {"minute": f"{local:%H:%M}", "typed": f"{local:%H:%M:%S}"}
    return ValidationError(text % params, code="seconds")


def _off_the_clock(typed):
    """Return the error for a time that the paper's zone does not have, or has twice."""
    zone_now = timezone.get_current_timezone()
    skipped = typed.replace(tzinfo=zone_now, fold=0).utcoffset() < typed.replace(tzinfo=zone_now, fold=1).utcoffset()
    skipped_text = gettext(
        "On %(day)s there is no %(time)s in %(zone)s: the clock is put forward over it. Choose another time."
    )
    twice = gettext("On %(day)s %(time)s comes twice in %(zone)s: the clock is put back then. Choose another time.")
    when = {"day": date_format(typed, "DATE_FORMAT"), "time": date_format(typed, "TIME_FORMAT"), "zone": zone()}
    return ValidationError((skipped_text if skipped else twice) % when, code="ambiguous_timezone")


def zone():
    """Return the name of the paper's time zone, in which the desk's pages show and read times."""
    return str(timezone.get_current_timezone())


TIME_FIELDS: dict[type[models.Field], dict[str, Any]] = {
    models.DateTimeField: {"form_class": TimeField, "widget": DeskTime},
    models.DateField: {"form_class": DayField, "widget": DeskDate},
}
