from datetime import date
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickers import providers, ratebar

register = template.Library()

UNITS = {
    "AFN": gettext_lazy("afghani"),
    "AZN": gettext_lazy("manat"),
    "KGS": gettext_lazy("som"),
    "KZT": gettext_lazy("tenge"),
    "MNT": gettext_lazy("tugrik"),
    "PKR": gettext_lazy("rupees"),
    "RUB": gettext_lazy("roubles"),
    "TJS": gettext_lazy("somoni"),
    "TMT": gettext_lazy("manat"),
    "UZS": gettext_lazy("sum"),
}


@register.filter
def shared_stale_date(rows: list[ratebar.Row]) -> date | None:
    """The date to be told once, when every row is stale since the same day."""
    return ratebar.shared_stale_date(rows)


@register.filter
def for_one_dollar(rows: list[ratebar.Row]) -> list[ratebar.Row]:
    """Each told as people ask for it: what a dollar costs, and whether the dollar rose."""
    return [ratebar.for_one(row, "USD") for row in rows]


@register.filter
def dollar_in(rows: list[ratebar.Row], currency: str) -> ratebar.Row | None:
    """What a dollar costs in ``currency``; None where that is not among the pairs."""
    row = next((row for row in rows if {row.base, row.quote} == {currency, "USD"}), None)
    return row and ratebar.for_one(row, "USD")


@register.filter
def unit(currency: str) -> str:
    """What people call a currency of the region, or its code."""
    return str(UNITS.get(currency, currency))


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
