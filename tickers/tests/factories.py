"""Rows for tests, each right by itself; name only what a test is about."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tickers.models import Pair, Rate

BISHKEK = ZoneInfo("Asia/Bishkek")
MONDAY = date(2025, 12, 8)
NOON = datetime(2025, 12, 8, 6, tzinfo=UTC)  # of that Monday, in Bishkek
FRONT_PAGE = {  # currency: value, value before
    "KGS": ("0.01144", "0.011439"),
    "KZT": ("0.00196", "0.001965"),
    "TJS": ("0.10904", "0.10902"),
    "UZS": ("0.0000832", "0.00008318"),
    "TMT": ("0.28490", "0.28490"),
}


def make_pair(base="KGS", **fields) -> Pair:
    return Pair.objects.create(base=base, **fields)


def make_rate(pair, effective_date=MONDAY, value="0.01144", **fields) -> Rate:
    if fields.get("status") == Rate.Status.HELD:
        fields.setdefault("held_reason", "It moved by 40 %.")
    return Rate.objects.create(pair=pair, effective_date=effective_date, value=Decimal(value), **fields)


def make_front_page() -> list[Pair]:
    """The five pairs with the rates of Monday, 8 December 2025, and of the Friday before."""
    pairs = []
    for order, (base, (value, before)) in enumerate(FRONT_PAGE.items(), start=1):
        pair = make_pair(base, order=order)
        make_rate(pair, date(2025, 12, 5), before, provider="nbk")
        make_rate(pair, MONDAY, value, provider="nbk")
        pairs.append(pair)
    return pairs
