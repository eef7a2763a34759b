"""The newest rate of every pair as the rate bar and the rates page show it, in either of the paper's looks."""

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from tickers import calendar, providers
from tickers.models import Pair, Rate

MINUS = "\N{MINUS SIGN}"
GROUPED = 10_000  # from here on thousands stand apart, and decimals say nothing
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
    is_inverse: bool = False  # base and quote are the pair's other way round
    turned_from: "Row | None" = field(default=None, compare=False, repr=False)  # what it is when it is turned back

    @property
    def pair(self) -> str:
        return f"{self.base}/{self.quote}"

    @property
    def slug(self) -> str:
        """The pair in its page's address."""
        return (f"{self.quote}-{self.base}" if self.is_inverse else f"{self.base}-{self.quote}").lower()

    @property
    def source(self) -> str:
        known = providers.ALL.get(self.provider)
        return str(known.name) if known else self.provider

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
        return Move(self.change).direction

    @property
    def value_text(self) -> str:
        """The value with enough decimals to be true: 0.28490, but 0.0000832; turned round it is 87.41, or 12,014."""
        return turned(self.value, self.digits) if self.is_inverse else _decimals(self.value, self.digits)

    @property
    def long_text(self) -> str:
        """The value for a table: up to six significant digits, so that a small change shows."""
        return turned(self.value, self.digits) if self.is_inverse else long_text(self.value, self.digits)

    @property
    def previous_long_text(self) -> str:
        """The value before, written like ``long_text``; empty for a first rate."""
        if self.previous is None:
            return ""
        return turned(self.previous, self.digits) if self.is_inverse else long_text(self.previous, self.digits)

    @property
    def change_text(self) -> str:
        """The signed change, as +0.12 % or −0.004 %; empty for a first rate."""
        return Move(self.change).text

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
        other = 1 / self.value
        return _round(other, max(5, _places(other, 3))) if self.is_inverse else turned(other, None)


def current_rows(at: datetime, zone: tzinfo, typed: Pair | None = None) -> list[Row]:
    """The active pairs that have a rate on the paper's day at ``at``, in their order.

    One query that probes the index a few times a pair, however long the past. ``typed`` is a pair as somebody
    is typing it: it is shown as it will be when it is saved.
    """
    today = at.astimezone(zone).date()
    pairs: list[Any] = list(with_newest(today))
    if typed is not None:
        pairs = _with_typed(pairs, typed, today)
    made = [row_of(pair, today) for pair in pairs]
    return [row for row in made if row is not None]


def _with_typed(pairs: list[Any], typed: Any, today: date) -> list[Any]:
    """The pairs with the one that is being typed in its place."""
    past = Rate.objects.accepted().filter(pair=typed.pk, effective_date__lte=today) if typed.pk else Rate.objects.none()
    found = list(past.values_list("value", "effective_date", "provider")[:2])
    typed.value, typed.effective_date, typed.rate_provider = found[0] if found else (None, None, "")
    typed.previous = found[1][0] if len(found) > 1 else None
    others = [pair for pair in pairs if pair.pk != typed.pk]
    return sorted(
        [*others, *([typed] if typed.active else [])], key=lambda pair: (pair.order or 0, pair.pk or math.inf)
    )


def with_newest(today: date) -> QuerySet[Pair]:
    """The active pairs with what row_of() takes: the newest rates of the paper's day ``today`` beside their fields."""
    rates = Rate.objects.accepted().filter(pair=OuterRef("pk"), effective_date__lte=today).order_by("-effective_date")
    return Pair.objects.active().annotate(
        value=Subquery(rates.values("value")[:1]),
        previous=Subquery(rates.values("value")[1:2]),
        effective_date=Subquery(rates.values("effective_date")[:1]),
        rate_provider=Subquery(rates.values("provider")[:1]),
    )


def row_of(pair: Any, today: date) -> Row | None:
    """The row of a pair that has its newest rate beside its fields; None while it has none, nor a peg.

    A pair with an official peg shows that, while its source is silent.
    """
    value, previous, day, provider = pair.value, pair.previous, pair.effective_date, pair.rate_provider
    if value is None and pair.peg_value is None:
        return None
    is_stale = value is None or _is_stale(day, provider, today)
    if is_stale and pair.peg_value is not None:
        value, previous, day, provider, is_stale = pair.peg_value, pair.peg_value, today, providers.PEG, False
    row = Row(pair.base, pair.quote, value, previous, day, provider, pair.digits, is_stale)
    return inverse(row) if pair.is_inverse else row


def inverse(row: Row) -> Row:
    """The same, turned round: what one unit of the quote is worth; turned back it is the very row it was."""
    if row.turned_from is not None:
        return row.turned_from
    before = None if row.previous is None else 1 / row.previous
    turned_round = replace(row, base=row.quote, quote=row.base, value=1 / row.value, previous=before)
    return replace(turned_round, is_inverse=not row.is_inverse, turned_from=row)


def for_one(row: Row, currency: str) -> Row:
    """The row told as what one unit of ``currency`` costs, with the change of that; as it is without that currency."""
    return replace(inverse(row), digits=None) if row.quote == currency else row  # its decimals are the other way's


def next_change(at: datetime, zone: tzinfo) -> datetime:
    """When the rows may next differ without anything being written: as the paper's next day begins."""
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=zone).astimezone(UTC)


def shared_stale_date(rows: list[Row]) -> date | None:
    """The date to be told once, when every row is stale since the same day; official pegs don't count."""
    dates = {row.effective_date if row.is_stale else None for row in rows if not row.is_peg}
    return dates.pop() if len(dates) == 1 else None


@dataclass(frozen=True)
class Move:
    """How far a pair has moved in a span of time, in per cent; None where there was no rate before."""

    change: Decimal | None

    @classmethod
    def of(cls, change: Decimal | None, *, turned: bool) -> "Move":
        """The move of a pair, or of the same pair turned round."""
        return cls((1 / (1 + change / 100) - 1) * 100 if turned and change is not None else change)

    @property
    def direction(self) -> str:
        """``up``, ``down`` or ``flat``."""
        if not self.change:
            return "flat"
        return "up" if self.change > 0 else "down"

    @property
    def text(self) -> str:
        """+0.12 % or −0.004 %; empty for none."""
        if self.change is None:
            return ""
        return {"up": "+", "down": MINUS, "flat": ""}[self.direction] + f"{_percent(self.change)} %"


def _is_stale(effective: date, provider: str, today: date) -> bool:
    return provider != providers.PEG and effective < calendar.oldest_fresh(provider, today)


def turned(value: Decimal, digits: int | None) -> str:
    """A worth of many units: 87.41, 9.345, 12,019, with the thousands apart; a small one with three digits."""
    if digits is None:
        digits = 0 if value >= GROUPED else max(2, _places(value, 4 if value >= 1 else 3))
    return (
        number_format(_round(value, digits), digits, force_grouping=True) if value >= GROUPED else _round(value, digits)
    )


def _decimals(value: Decimal, digits: int | None) -> str:
    return _round(value, max(5, _places(value, 3)) if digits is None else digits)


def long_text(value: Decimal, digits: int | None) -> str:
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
