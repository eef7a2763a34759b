"""The newest rate of every pair as the rate bar and the rates page show it, in either of the paper's looks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from tickers import calendar, providers
from tickers.models import Pair, Rate

MINUS = "\N{MINUS SIGN}"
WIDE = Context(prec=80)  # no number that fits a row can be too long to write


@dataclass(frozen=True)
class Row:
    """A pair with its rate in force, and the one before it if there was one."""

    base: str
    quote: str
    value: Decimal  # units of quote for one unit of base
    previous: Decimal | None
    effective_date: date
    provider: str
    digits: int | None  # decimals the desk asks for; None: as many as the value needs
    is_stale: bool  # older than a working day; an official peg never is

    @property
    def pair(self) -> str:
        return f"{self.base}/{self.quote}"

    @property
    def anchor(self) -> str:
        return f"{self.base}-{self.quote}".lower()

    @property
    def source(self) -> str:
        return str(providers.get_provider(self.provider).name)

    @property
    def is_peg(self) -> bool:
        return self.provider == providers.PEG

    @property
    def change(self) -> Decimal | None:
        """Per cent since the previous effective date; None for a pair's first rate."""
        return None if self.previous is None else (self.value - self.previous) / self.previous * 100

    @property
    def direction(self) -> str:
        """``up``, ``down`` or ``flat``."""
        if not self.change:
            return "flat"
        return "up" if self.change > 0 else "down"

    @property
    def value_text(self) -> str:
        """The value with enough decimals to be true: 0.28490, but 0.0000832."""
        return _decimals(self.value, self.digits)

    @property
    def long_text(self) -> str:
        """The value for a table: up to six significant digits, so that a small change shows."""
        return _long(self.value, self.digits)

    @property
    def previous_long_text(self) -> str:
        """The value before, written like ``long_text``; empty for a first rate."""
        return "" if self.previous is None else _long(self.previous, self.digits)

    @property
    def change_text(self) -> str:
        """The signed change, as +0.12 % or −0.004 %; empty for a first rate."""
        if self.change is None:
            return ""
        sign = {"up": "+", "down": MINUS, "flat": ""}[self.direction]
        return f"{sign}{_percent(self.change)} %"

    @property
    def words(self) -> str:
        """The change for a screen reader, whatever the look: down 0.25 per cent."""
        if self.change is None:
            return _("no earlier rate")
        sentences = {"up": _("up %(percent)s per cent"), "down": _("down %(percent)s per cent"), "flat": _("unchanged")}
        return sentences[self.direction] % {"percent": _percent(self.change)}

    @property
    def classic_value(self) -> str:
        """The value with five decimals, whatever it is."""
        return _round(self.value, 5)

    @property
    def classic_change(self) -> str:
        """The change in whole per cent, where a small fall is -0%; empty for a first rate."""
        return "" if self.change is None else f"{_round(self.change, 0)}%"

    @property
    def classic_text(self) -> str:
        """The line of the classic look: KZT/USD = 0.00196 -0%."""
        return f"{self.pair} = {self.classic_value} {self.classic_change}".strip()

    @property
    def inverse_text(self) -> str:
        """What one unit of the quote is worth: 87.41 for KGS/USD."""
        inverse = 1 / self.value
        return _round(inverse, max(2, _places(inverse, 3)))


def current_rows(at: datetime, zone: tzinfo) -> list[Row]:
    """The active pairs that have a rate on the paper's day at ``at``, in their order.

    One query that probes the index a few times a pair, however long the past.
    """
    today = at.astimezone(zone).date()
    rates = Rate.objects.accepted().filter(pair=OuterRef("pk"), effective_date__lte=today).order_by("-effective_date")
    pairs = Pair.objects.active().annotate(
        value=Subquery(rates.values("value")[:1]),
        previous=Subquery(rates.values("value")[1:2]),
        effective_date=Subquery(rates.values("effective_date")[:1]),
        rate_provider=Subquery(rates.values("provider")[:1]),
    )
    rows = pairs.values_list("base", "quote", "value", "previous", "effective_date", "rate_provider", "digits")
    return [
        Row(base, quote, value, previous, day, provider, digits, _is_stale(day, provider, today))
        for base, quote, value, previous, day, provider, digits in rows
        if value is not None
    ]


def next_change(at: datetime, zone: tzinfo) -> datetime:
    """When the rows may next differ without anything being written: as the paper's next day begins."""
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=zone).astimezone(UTC)


def shared_stale_date(rows: list[Row]) -> date | None:
    """The date to be told once, when every row is stale since the same day; official pegs don't count."""
    dates = {row.effective_date if row.is_stale else None for row in rows if not row.is_peg}
    return dates.pop() if len(dates) == 1 else None


def _is_stale(effective: date, provider: str, today: date) -> bool:
    return provider != providers.PEG and effective < calendar.oldest_fresh(provider, today)


def _decimals(value: Decimal, digits: int | None) -> str:
    return _round(value, max(5, _places(value, 3)) if digits is None else digits)


def _long(value: Decimal, digits: int | None) -> str:
    if digits is not None:
        return _round(value, digits)
    text, least = _round(value, max(5, _places(value, 6))), max(5, _places(value, 3))
    while text.endswith("0") and len(text.partition(".")[2]) > least:
        text = text[:-1]
    return text


def _places(value: Decimal, significant: int) -> int:
    """How many decimals show that many significant digits."""
    return significant - 1 - value.adjusted()


def _percent(change: Decimal) -> str:
    """The size of a change with two decimals, or with the one digit that tells it from zero."""
    size = abs(change)
    text = _round(size, 2)
    return _round(size, -size.adjusted()) if size and not Decimal(text) else text


def _round(value: Decimal, places: int) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, WIDE):f}"
