"""Pairs whose rates are older than they should be."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from tickers.models import Pair, Source
from tickers.providers import MANUAL

LATE = 3  # working days without a new rate
SATURDAY = 5


def late_pairs(now: datetime) -> Any:
    """Return the pairs without a rate of the last three working days; each has ``newest`` and ``newest_by``."""
    return Pair.objects.late(working_days_before(timezone.localdate(now), LATE))


def asked_providers() -> set[str]:
    """Return the providers that were ever asked from here."""
    return set(Source.objects.exclude(asked_at=None).values_list("provider", flat=True))


def is_awaited(pair: Any, providers: set[str]) -> bool:
    """Return whether rates of ``pair`` were ever fetched or typed here, so that a new one is missed."""
    return pair.newest_by is not None if pair.provider == MANUAL else pair.provider in providers


def working_days_before(day: date, count: int) -> date:
    """Return the day ``count`` working days before ``day``."""
    while count:
        day -= timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day
