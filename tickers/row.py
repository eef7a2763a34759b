"""A pair as it is told: one value that says what it is the worth of, however many pages show it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter

from django.utils.translation import gettext as _

from tickers import numerals, providers

MONTH, YEAR = 31, 366  # days of a span, the last among them
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
    """Which of STEPS is the first that leaves at most ``most`` points, and the last point of each such step."""
    tried = ((step, list({of(point.day): point for point in points}.values())) for step, of in STEPS.items())
    return next((step, kept) for step, kept in tried if len(kept) <= most or step == LONGEST)


@dataclass(frozen=True)
class Past:
    """What is stored of a pair's past: rates in the order of their days, and those in force some BACK ago."""

    points: tuple[Point, ...] = ()
    then: Mapping[str, Decimal | None] = field(default_factory=dict)


@dataclass(frozen=True)
class PairMove:
    """How far a pair has moved in a span of time, in per cent; None where there was no rate before."""

    change: Decimal | None

    @classmethod
    def between(cls, before: Decimal | None, now: Decimal) -> "PairMove":
        """The move from one value to another; none without the first."""
        return cls(None if before is None else (now - before) / before * 100)

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
        return {"up": "+", "down": numerals.MINUS, "flat": ""}[self.direction] + f"{numerals.percent(self.change)} %"

    @property
    def words(self) -> str:
        """The same for a screen reader: down 0.25 per cent."""
        if self.change is None:
            return _("no earlier rate")
        sentences = {"up": _("up %(percent)s per cent"), "down": _("down %(percent)s per cent"), "flat": _("unchanged")}
        return sentences[self.direction] % {"percent": numerals.percent(self.change)}


@dataclass(frozen=True)
class PairRow:
    """A pair with its rate in force, the one before it if there was one, and as much of its past as was loaded.

    All it says goes with its name: whoever shows a pair the other way round shows its inverse().
    """

    base: str
    quote: str
    value: Decimal  # units of quote for one unit of base
    previous: Decimal | None
    effective_date: date
    provider: str
    digits: int | None  # decimals the desk asks for; None: as many as the value needs
    is_stale: bool  # older than a working day; an official peg never is
    is_inverse: bool = False  # base and quote are the pair's other way round
    inverse_digits: int | None = None  # decimals the desk asks for when it is turned round
    turned_from: "PairRow | None" = field(default=None, compare=False, repr=False)  # what it is when it is turned back
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
        known = providers.ALL.get(self.provider)
        return str(known.name) if known else self.provider

    @property
    def is_peg(self) -> bool:
        return self.provider == providers.PEG

    @property
    def change(self) -> Decimal | None:
        """Per cent since the previous effective date; None for a pair's first rate."""
        return self.move.change

    @property
    def move(self) -> PairMove:
        """How far it moved since the previous effective date."""
        return PairMove.between(self.previous, self.value)

    @property
    def moves(self) -> list[PairMove]:
        """How far it moved in each span of BACK."""
        found = [self.past.then.get(name) for name in BACK]
        return [PairMove.between(None if then is None else self.from_stored(then), self.value) for then in found]

    @cached_property
    def points(self) -> list[Point]:
        """The loaded past in the order of its days."""
        return [Point(point.day, self.from_stored(point.value)) for point in self.past.points]

    @property
    def direction(self) -> str:
        """``up``, ``down`` or ``flat``."""
        return self.move.direction

    @property
    def value_text(self) -> str:
        """The value with enough decimals to be true: 0.28490, but 0.0000832; 87.41, or 12,014, however it is stored."""
        return (numerals.large if self.is_large else numerals.small)(self.value, self.digits)

    @property
    def is_large(self) -> bool:
        """Whether its values are written as people write many units, not as a fraction of one."""
        return self.is_inverse or self.value >= 1

    @property
    def long_text(self) -> str:
        """The value for a table: up to six significant digits, so that a small change shows."""
        return self.write(self.value)

    @property
    def previous_long_text(self) -> str:
        """The value before, written like ``long_text``; empty for a first rate."""
        return "" if self.previous is None else self.write(self.previous)

    @property
    def change_text(self) -> str:
        """The signed change, as +0.12 % or −0.004 %; empty for a first rate."""
        return self.move.text

    @property
    def words(self) -> str:
        """The change for a screen reader, whatever the look: down 0.25 per cent."""
        return self.move.words

    @property
    def classic_value(self) -> str:
        """The value with five decimals, whatever it is."""
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
        """What one unit of the quote is worth: 87.41 for KGS/USD."""
        return inverse(self).value_text

    @property
    def stored(self) -> "PairRow":
        """The pair the way round its rates are stored."""
        return inverse(self) if self.is_inverse else self

    @property
    def unit(self) -> str:
        """What its values count, for machines."""
        return f"{self.quote} for 1 {self.base}"

    def write(self, value: Decimal) -> str:
        """A value of this pair, this way round, as tables show it."""
        return (numerals.large if self.is_large else numerals.small_in_full)(value, self.digits)

    def plain(self, value: Decimal) -> str:
        """A value of this pair, this way round, for machines."""
        return numerals.machine_number(value, is_computed=self.is_inverse)

    def from_stored(self, value: Decimal) -> Decimal:
        """A stored value of the pair, this way round."""
        return 1 / value if self.is_inverse else value

    def worth(self, amount: Decimal, currency: str) -> Decimal:
        """What a sum in one of the two currencies is in the other, by the rate as it is stored."""
        stored = self.stored
        return amount * stored.value if currency == stored.base else amount / stored.value

    def with_past(self, past: Past) -> "PairRow":
        """The same with what is stored of its past."""
        return replace(self, past=past, turned_from=self.turned_from and replace(self.turned_from, past=past))

    def data(self) -> dict[str, object]:
        """The newest rate for machines, in names that stay; numbers are strings, so that no reader rounds them."""
        source, other = providers.ALL.get(self.provider), inverse(self)
        return {
            "pair": self.pair,
            "base": self.base,
            "quote": self.quote,
            "unit": self.unit,
            "value": self.plain(self.value),
            "previous_value": None if self.previous is None else self.plain(self.previous),
            "change_percent": None if self.change is None else f"{self.change:z.6f}",
            "inverse_unit": other.unit,
            "inverse_value": other.plain(other.value),
            "effective_date": self.effective_date.isoformat(),
            "is_stale": self.is_stale,
            "provider": self.provider,
            "source": self.source,
            "source_url": source.home if source else "",
            "terms": str(source.terms) if source else "",
        }


def inverse(row: PairRow) -> PairRow:
    """The same, turned round: what one unit of the quote is worth; turned back it is the very row it was."""
    if row.turned_from is not None:
        return row.turned_from
    before = None if row.previous is None else 1 / row.previous
    turned = replace(row, base=row.quote, quote=row.base, value=1 / row.value, previous=before, turned_from=row)
    return replace(turned, is_inverse=not row.is_inverse, digits=row.inverse_digits, inverse_digits=row.digits)


def for_one(row: PairRow, currency: str) -> PairRow:
    """The row told as what one unit of ``currency`` costs, with the change of that; as it is without that currency."""
    return inverse(row) if row.quote == currency else row
