"""Times as people name them: when a day begins, and a time with its zone."""

from datetime import UTC, date, datetime, time, tzinfo

from django.utils import timezone
from django.utils.formats import date_format

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)  # ends what is to go on until somebody ends it


def midnight(day: date, zone: tzinfo | None = None) -> datetime:
    """Return when ``day`` begins in ``zone``, by default the current one, which is the paper's."""
    return datetime.combine(day, time(), tzinfo=zone or timezone.get_current_timezone())


def time_with_zone(moment: datetime, zone: tzinfo | None = None, form: str = "DATETIME_FORMAT") -> str:
    """Return ``moment`` in ``zone`` (by default the current one) with the zone's name: 8 December 2025, 12:00
    (Asia/Bishkek).
    """
    zone = zone or timezone.get_current_timezone()
    return f"{date_format(moment.astimezone(zone), form)} ({zone})"
