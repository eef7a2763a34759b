from datetime import date
from decimal import Decimal

from django import template

from tickers import currencies, providers, ratebar
from tickers.history import Point
from tickers.span import PairSpan

register = template.Library()


@register.filter
def shared_stale_date(rows: list[ratebar.PairRow]) -> date | None:
    """The date to be told once, when every row is stale since the same day."""
    return ratebar.shared_stale_date(rows)


@register.filter
def late(rows: list[ratebar.PairRow]) -> list[ratebar.PairRow]:
    """Those whose source has missed a working day."""
    return [row for row in rows if row.is_stale]


@register.filter
def for_one_dollar(rows: list[ratebar.PairRow]) -> list[ratebar.PairRow]:
    """Each told as people ask for it: what a dollar costs, and whether the dollar rose."""
    return [ratebar.for_one(row, "USD") for row in rows]


@register.filter
def rate(value: Decimal, row: ratebar.PairRow) -> str:
    """A value of the row's pair as tables show it."""
    return row.write(value)


@register.filter
def dollar_in(rows: list[ratebar.PairRow], currency: str) -> ratebar.PairRow | None:
    """What a dollar costs in ``currency``; None where that is not among the pairs."""
    row = next((row for row in rows if {row.base, row.quote} == {currency, "USD"}), None)
    return row and ratebar.for_one(row, "USD")


@register.filter
def unit(currency: str) -> str:
    """What people call a currency of the region, or its code."""
    known = currencies.currency_words(currency)
    return known.many if known else currency


@register.filter
def newest_date(rows: list[ratebar.PairRow]) -> date:
    """The effective date of the newest rate shown."""
    return max(row.effective_date for row in rows)


@register.filter
def sources(rows: list[ratebar.PairRow]) -> str:
    """What the rates are, in the words of those who set them; the rates page names each."""
    return str(providers.title_of_sources({row.provider for row in rows}))


@register.filter
def told(point: Point, among: PairSpan) -> str:
    """The value of a point with as many decimals as all of its span."""
    return among.text(point)
