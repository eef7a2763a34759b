from datetime import date
from decimal import Decimal

from django import template

from tickers import currencies, providers, ratebar
from tickers.history import Point
from tickers.span import PairSpan

register = template.Library()


@register.filter
def shared_stale_date(rows: list[ratebar.PairRow]) -> date | None:
    """Return the date of all rows if they are stale since the same day, to show it once."""
    return ratebar.shared_stale_date(rows)


@register.filter
def late(rows: list[ratebar.PairRow]) -> list[ratebar.PairRow]:
    """Return the rows whose source has missed a working day."""
    return [row for row in rows if row.is_stale]


@register.filter
def for_one_dollar(rows: list[ratebar.PairRow]) -> list[ratebar.PairRow]:
    """Return each row in the direction in which people ask: the price of a dollar, and whether it rose."""
    return [ratebar.for_one(row, "USD") for row in rows]


@register.filter
def rate(value: Decimal, row: ratebar.PairRow) -> str:
    """Return a value of the row's pair as tables show it."""
    return row.write(value)


@register.filter
def dollar_in(rows: list[ratebar.PairRow], currency: str) -> ratebar.PairRow | None:
    """Return the price of a dollar in ``currency``; None if that is not among the pairs."""
    row = next((row for row in rows if {row.base, row.quote} == {currency, "USD"}), None)
    return row and ratebar.for_one(row, "USD")


@register.filter
def unit(currency: str) -> str:
    """Return the usual name of a currency of the region, or its code."""
    words = currencies.currency_words(currency)
    return words.many if words else currency


@register.filter
def newest_date(rows: list[ratebar.PairRow]) -> date:
    """Return the effective date of the newest rate in the rows."""
    return max(row.effective_date for row in rows)


@register.filter
def sources(rows: list[ratebar.PairRow]) -> str:
    """Return the title of the rates by their sources; the rates page names each."""
    return str(providers.title_of_sources({row.provider for row in rows}))


@register.filter
def told(point: Point, among: PairSpan) -> str:
    """Return the value of a point with as many decimals as its whole span."""
    return among.text(point)
