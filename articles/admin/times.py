"""Times as the desk types them: one native field, in the paper's time zone, whose name stands beside it."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

FORMAT = "%Y-%m-%dT%H:%M"
FIRST_YEAR, LAST_YEAR = 1900, 2999  # beyond them a slip of the keyboard reaches the ends of what databases can tell


def check_year(moment):
    """Refuse a day or a time of a year that nobody at the desk can mean."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        message = _("Look at the year: it must lie between %(first)d and %(last)d.")
        raise ValidationError(message, params={"first": FIRST_YEAR, "last": LAST_YEAR}, code="year")


class DeskTime(forms.DateTimeInput):
    """A date and a time of the paper's time zone."""

    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs, format=FORMAT)

    def render(self, name, value, attrs=None, renderer=None):
        note = f"{(attrs or {}).get('id', name)}_zone"
        described = " ".join(filter(None, [(attrs or {}).get("aria-describedby"), note]))
        field = super().render(name, value, {**(attrs or {}), "aria-describedby": described}, renderer)
        beside = format_html('<span id="{}" class="zone">{}</span>', note, zone())
        return format_html('<span class="desk-time">{} {}</span>', field, beside)


class DeskDate(forms.DateInput):
    """A day."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class TimeField(forms.DateTimeField):
    """A date and a time as the desk types them, of a year that makes sense."""

    widget = DeskTime
    default_validators = [check_year]


class DayField(forms.DateField):
    """A day as the desk types it, of a year that makes sense."""

    widget = DeskDate
    default_validators = [check_year]


def said(moment):
    """A time with the name of its zone."""
    return f"{date_format(timezone.localtime(moment), 'DATETIME_FORMAT')} ({zone()})"


def short(moment):
    """A time in a list."""
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def zone():
    """The name of the paper's time zone, in which the desk's pages show and read times."""
    return str(timezone.get_current_timezone())


TIME_FIELDS = {
    models.DateTimeField: {"form_class": TimeField, "widget": DeskTime},
    models.DateField: {"form_class": DayField, "widget": DeskDate},
}
