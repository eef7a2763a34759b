"""The calendars of sources: their working days and hours, and when their newest rate is too old."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from tickers import providers

DAY = timedelta(days=1)
AHEAD = timedelta(days=2)  # banks set tomorrow's rate, and before a holiday that of the day after
RETRY = timedelta(minutes=15)  # between two requests while a source is about to answer
LATER = timedelta(hours=1)  # between two requests when its hours are over
LONGEST_HOLIDAY = 30  # days; no source is closed for longer


@lru_cache(maxsize=64)
def holidays(country: str, year: int) -> frozenset[date]:
    """Return the days on which a country's banks are closed; those that follow the moon may be estimates."""
    import holidays as holidays_package  # a large package that many processes never need

    if country not in holidays_package.list_supported_countries():
        return frozenset(holidays_package.financial_holidays(country, years=year))
    return frozenset(holidays_package.country_holidays(country, years=year))


def is_working_day(code: str, day: date) -> bool:
    """Return whether the source sets rates on ``day``."""
    source = providers.get_provider(code)
    if day.weekday() not in source.working_days:
        return False
    return not source.country or day not in holidays(source.country, day.year)


def oldest_fresh(code: str, today: date) -> date:
    """Return the effective date from which on the newest rate of a source is fresh on ``today``.

    It is the source's last working day before, because what was set then is in force by now. A typed rate, or one of a
    source that no longer exists, has the working days of a week.
    """
    source_code = code if code in providers.ALL else providers.MANUAL
    due = today - DAY
    for _tried in range(LONGEST_HOLIDAY):
        if is_working_day(source_code, due):
            break
        due -= DAY
    return due


def is_due(code: str, now: datetime, asked_at: datetime | None, newest: date | None) -> bool:
    """Return whether to ask a source by ourselves: on its working day, from its hour of publication on.

    ``newest`` is the effective date of its newest rate: a source that has set its next rate is not asked. All times are
    UTC.
    """
    source, now = providers.get_provider(code), now.astimezone(UTC)
    today, (first, last) = now.date(), source.publishes_at
    if not source.is_fetched or not is_working_day(code, today) or now.hour < first:
        return False
    if newest is not None and newest >= today + timedelta(days=source.days_ahead):
        return False
    return asked_at is None or now - asked_at >= (RETRY if now.hour <= last else LATER)
