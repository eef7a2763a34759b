"""The row of a pair: its rate in the direction of pages, with all that they show of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter

from django.utils.translation import gettext as _

from tickers import numerals, providers

MONTH, YEAR = 31, 366  # days of a span, including the last
BACK = {"week": 7, "month": MONTH - 1, "year": YEAR - 1}  # days before the last
STEPS: dict[str, Callable[[date], object]] = {
    "day": date.toordinal,
    "week": lambda day: day.isocalendar()[:2],
    "month": lambda day: (day.year, day.month),
    "year": lambda day: day.year,
}
LONGEST = "year"
by_value = attrgetter("value")


@dataclass(frozen=True)
class Point:
    """A rate in force from a day on."""

    day: date
    value: Decimal


def last_of_each(points: list[Point], most: int) -> tuple[str, list[Point]]:
    """Return the first of STEPS that leaves at most ``most`` points, and the last point of each such step."""
    tried = ((step, list({of(point.day): point for point in points}.values())) for step, of in STEPS.items())
    return next((step, thinned) for step, thinned in tried if len(thinned) <= most or step == LONGEST)


@dataclass(frozen=True)
class Past:
    """The loaded past of a pair: rates in the order of days, and those in force some BACK ago."""

    points: tuple[Point, ...] = ()
    then: Mapping[str, Decimal | None] = field(default_factory=dict)


@dataclass(frozen=True)
class PairMove:
    """How far a pair has moved in a span of time, in per cent; None if there was no rate before."""

    change: Decimal | None

    @classmethod
    def between(cls, before: Decimal | None, now: Decimal) -> "PairMove":
        """Return the move from one value to another; none without the first."""
        return cls(None if before is None else (now - before) / before * 100)

    @property
    def direction(self) -> str:
        """``up``, ``down`` or ``flat``."""
        if not self.change:
            return "flat"
        return "up" if self.change > 0 else "down"

    @property
    def text(self) -> str:
        """+0.12 % or −0.004 %; empty without a change."""
        if self.change is None:
            return ""
        return {"up": "+", "down": numerals.MINUS, "flat": ""}[self.direction] + f"{numerals.percent(self.change)} %"

    @property
    def words(self) -> str:
        """The move for a screen reader: down 0.25 per cent."""
        if self.change is None:
            return _("no earlier rate")
        sentences = {"up": _("up %(percent)s per cent"), "down": _("down %(percent)s per cent"), "flat": _("unchanged")}
        return sentences[self.direction] % {"percent": numerals.percent(self.change)}


@dataclass(frozen=True)
class PairRow:
    """A pair with its rate in force, the one before if there was one, and the part of its past that was loaded.

    All values are for its own direction; for the other direction use inverse().
    """

    base: str
    quote: str
    value: Decimal  # units of quote per one unit of base
    previous: Decimal | None
    effective_date: date
    provider: str
    digits: int | None  # decimals set by the desk; None: as many as the value needs
    is_stale: bool  # older than a working day; an official peg never is
    is_inverse: bool = False  # base and quote are in the other direction than the pair's
    inverse_digits: int | None = None  # decimals set by the desk for the other direction
    turned_from: "PairRow | None" = field(default=None, compare=False, repr=False)  # the row before it was turned
    past: Past = field(default=Past(), compare=False, repr=False)

    @property
    def pair(self) -> str:
        return f"{self.base}/{self.quote}"

    @property
    def slug(self) -> str:
        """The pair in its page's address."""
        return (f"{self.quote}-{self.base}" if self.is_inverse else f"{self.base}-{self.quote}").lower()

    @property
    def source(self) -> str:
        provider = providers.ALL.get(self.provider)
        return str(provider.name) if provider else self.provider

    @property
    def is_peg(self) -> bool:
        return self.provider == providers.PEG

    @property
    def change(self) -> Decimal | None:
        """Per cent since the previous effective date; None for a pair's first rate."""
        return self.move.change

    @property
    def move(self) -> PairMove:
        """The move since the previous effective date."""
        return PairMove.between(self.previous, self.value)

    @property
    def moves(self) -> list[PairMove]:
        """The moves in each span of BACK."""
        past_values = [self.past.then.get(name) for name in BACK]
        return [PairMove.between(None if then is None else self.from_stored(then), self.value) for then in past_values]

    @cached_property
    def points(self) -> list[Point]:
        """The loaded past in the order of days."""
        return [Point(point.day, self.from_stored(point.value)) for point in self.past.points]

    @property
    def direction(self) -> str:
        """``up``, ``down`` or ``flat``."""
        return self.move.direction

    @property
    def value_text(self) -> str:
        """The value with enough decimals to be exact: 0.28490, but 0.0000832; 87.41, or 12,014, in either direction."""
        return (numerals.large if self.is_large else numerals.small)(self.value, self.digits)

    @property
    def is_large(self) -> bool:
        """Whether its values are written as many units, not as a fraction of one."""
        return self.is_inverse or self.value >= 1

    @property
    def long_text(self) -> str:
        """The value for a table: up to six significant digits, so that a small change shows."""
        return self.write(self.value)

    @property
    def previous_long_text(self) -> str:
        """The previous value, written like ``long_text``; empty for a first rate."""
        return "" if self.previous is None else self.write(self.previous)

    @property
    def change_text(self) -> str:
        """The signed change, as +0.12 % or −0.004 %; empty for a first rate."""
        return self.move.text

    @property
    def words(self) -> str:
        """The change for a screen reader, in either look: down 0.25 per cent."""
        return self.move.words

    @property
    def classic_value(self) -> str:
        """The value with five decimals, whatever its size."""
        return numerals.written_number(self.value, 5)

    @property
    def classic_change(self) -> str:
        """The change in whole per cent, where a small fall is -0%; empty for a first rate."""
        return "" if self.change is None else f"{numerals.rounded(self.change, 0)}%"

    @property
    def classic_text(self) -> str:
        """The line of the classic look: KZT/USD = 0.00196 -0%."""
        return f"{self.pair} = {self.classic_value} {self.classic_change}".strip()

    @property
    def inverse_text(self) -> str:
        """The price of one unit of the quote: 87.41 for KGS/USD."""
        return inverse(self).value_text

    @property
    def stored(self) -> "PairRow":
        """The row in the direction in which its rates are stored."""
        return inverse(self) if self.is_inverse else self

    @property
    def unit(self) -> str:
        """The unit of its values, for machines."""
        return f"{self.quote} for 1 {self.base}"

    def write(self, value: Decimal) -> str:
        """Return a value of this pair, in this direction, as tables show it."""
        return (numerals.large if self.is_large else numerals.small_in_full)(value, self.digits)

    def plain(self, value: Decimal) -> str:
        """Return a value of this pair, in this direction, for machines."""
        return numerals.machine_number(value, is_computed=self.is_inverse)

    def from_stored(self, value: Decimal) -> Decimal:
        """Return a stored value of the pair, in this direction."""
        return 1 / value if self.is_inverse else value

    def worth(self, amount: Decimal, currency: str) -> Decimal:
        """Return a sum in one of the two currencies in the other, by the stored rate."""
        stored = self.stored
        return amount * stored.value if currency == stored.base else amount / stored.value

    def with_past(self, past: Past) -> "PairRow":
        """Return the row with the loaded past."""
        return replace(self, past=past, turned_from=self.turned_from and replace(self.turned_from, past=past))

    def data(self) -> dict[str, object]:
        """Return the newest rate for machines, under permanent names; numbers are strings, so that no parser rounds
        them.
        """
        source, turned = providers.ALL.get(self.provider), inverse(self)
        return {
            "pair": self.pair,
            "base": self.base,
            "quote": self.quote,
            "unit": self.unit,
            "value": self.plain(self.value),
            "previous_value": None if self.previous is None else self.plain(self.previous),
            "change_percent": None if self.change is None else f"{self.change:z.6f}",
            "inverse_unit": turned.unit,
            "inverse_value": turned.plain(turned.value),
            "effective_date": self.effective_date.isoformat(),
            "is_stale": self.is_stale,
            "provider": self.provider,
            "source": self.source,
            "source_url": source.home if source else "",
            "terms": str(source.terms) if source else "",
        }


def inverse(row: PairRow) -> PairRow:
    """Return the row in the other direction: the price of one unit of the quote; turned twice it is the same row."""
    if row.turned_from is not None:
        return row.turned_from
    before = None if row.previous is None else 1 / row.previous
    turned = replace(row, base=row.quote, quote=row.base, value=1 / row.value, previous=before, turned_from=row)
    return replace(turned, is_inverse=not row.is_inverse, digits=row.inverse_digits, inverse_digits=row.digits)


def for_one(row: PairRow, currency: str) -> PairRow:
    """Return the row as the price of one unit of ``currency``, with its change; unchanged without that currency."""
    return inverse(row) if row.quote == currency else row
