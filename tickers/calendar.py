"""When each source sets rates: its working days, and from which day on its newest rate is too old."""

from datetime import date, timedelta

from tickers import providers


def is_working_day(code: str, day: date) -> bool:
    """Whether the source sets rates on ``day``."""
    return day.weekday() in providers.get_provider(code).working_days


def oldest_fresh(code: str, today: date) -> date:
    """The effective date that the newest rate of a source must have on ``today`` not to be stale."""
    due = today - timedelta(days=1)
    while not is_working_day(code, due):
        due -= timedelta(days=1)
    return due
