from datetime import date
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from tickers import providers, ratebar
from tickers.history import Point
from tickers.span import Span

register = template.Library()


@register.filter
def shared_stale_date(rows: list[ratebar.Row]) -> date | None:
    """The date to be told once, when every row is stale since the same day."""
    return ratebar.shared_stale_date(rows)


@register.filter
def for_one_dollar(rows: list[ratebar.Row]) -> list[ratebar.Row]:
    """Each told as people ask for it: what a dollar costs, and whether the dollar rose."""
    return [ratebar.for_one(row, "USD") for row in rows]


@register.filter
def rate(value: Decimal, digits: int | None) -> str:
    """A rate as tables show it: up to six significant digits, or the decimals that its pair asks for."""
    return ratebar.long_text(value, digits)


@register.filter
def newest_date(rows: list[ratebar.Row]) -> date:
    """The effective date of the newest rate shown."""
    return max(row.effective_date for row in rows)


@register.filter
def sources(rows: list[ratebar.Row]) -> str:
    """Who sets the rates, in a few words; the rates page names each."""
    if {row.provider for row in rows} & {providers.MANUAL, "cbr", "ecb"}:
        return _("Exchange rates")
    return _("Official bank rates")


@register.filter
def told(point: Point, among: Span) -> str:
    """The value of a point with as many decimals as all of its span."""
    return among.text(point)
