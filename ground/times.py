"""Moments as people name them: when a day begins, and a time with its zone."""

from datetime import date, datetime, time, tzinfo

from django.utils import timezone
from django.utils.formats import date_format


def midnight(day: date, zone: tzinfo | None = None) -> datetime:
    """When ``day`` begins in ``zone``, or else in the current one, which is the paper's."""
    return datetime.combine(day, time(), tzinfo=zone or timezone.get_current_timezone())


def time_with_zone(moment: datetime, zone: tzinfo | None = None, form: str = "DATETIME_FORMAT") -> str:
    """``moment`` in ``zone``, or else in the current one, with its name: 8 December 2025, 12:00 (Asia/Bishkek)."""
    zone = zone or timezone.get_current_timezone()
    return f"{date_format(moment.astimezone(zone), form)} ({zone})"
