"""When each source sets rates: its working days and hours, and from which day on its newest rate is too old."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from tickers import providers

DAY = timedelta(days=1)
AHEAD = timedelta(days=2)  # banks set tomorrow's rate, on the eve of a holiday the day after's
RETRY = timedelta(minutes=15)  # from one asking to the next while a source is about to answer
LATER = timedelta(hours=1)  # and when its hours are over
LONGEST_HOLIDAY = 30  # days; no source rests longer


@lru_cache(maxsize=64)
def holidays(country: str, year: int) -> frozenset[date]:
    """The days on which a country's banks rest; those that follow the moon may be estimates."""
    import holidays as known  # a large package, and many processes never ask

    if country not in known.list_supported_countries():
        return frozenset(known.financial_holidays(country, years=year))
    return frozenset(known.country_holidays(country, years=year))


def is_working_day(code: str, day: date) -> bool:
    """Whether the source sets rates on ``day``."""
    source = providers.get_provider(code)
    if day.weekday() not in source.working_days:
        return False
    return not source.country or day not in holidays(source.country, day.year)


def oldest_fresh(code: str, today: date) -> date:
    """The effective date that the newest rate of a source must have on ``today`` not to be stale.

    It is the source's last working day before: what was set then is in force by now. A rate that was typed,
    or whose source is none any more, keeps the days of a week.
    """
    known = code if code in providers.ALL else providers.MANUAL
    due = today - DAY
    for _tried in range(LONGEST_HOLIDAY):
        if is_working_day(known, due):
            break
        due -= DAY
    return due


def is_due(code: str, now: datetime, asked_at: datetime | None, newest: date | None) -> bool:
    """Whether it is time to ask a source by ourselves: on its working day, from the hour it publishes at on.

    ``newest`` is the effective date of its newest rate: a source that has set its next rate is left alone.
    All times are UTC.
    """
    source, now = providers.get_provider(code), now.astimezone(UTC)
    today, (first, last) = now.date(), source.publishes_at
    if not source.is_fetched or not is_working_day(code, today) or now.hour < first:
        return False
    if newest is not None and newest >= today + timedelta(days=source.days_ahead):
        return False
    return asked_at is None or now - asked_at >= (RETRY if now.hour <= last else LATER)
