"""A pair within a span of days, in words, and short enough to be stored with a text."""

from dataclasses import dataclass
from datetime import date, timedelta

from tickers import wording
from tickers.row import MONTH, YEAR, PairMove, Point, by_value, last_of_each

DAYS = {"1m": MONTH, "3m": 92, "1y": YEAR}
MOST_POINTS = 100  # besides the first, the lowest and the highest; a longer past is thinned to the last of each step
MOST_DECIMALS = 12


def days(name: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of a span: one of DAYS until ``today``, or two days with a slash."""
    if name in DAYS:
        return today - timedelta(days=DAYS[name] - 1), today
    first, last = map(date.fromisoformat, name.split("/"))
    return first, min(last, today)


def thinned_points(points: list[Point]) -> list[Point]:
    """Return at most MOST_POINTS points, the last of each step, with the first, the lowest and the highest of all."""
    _step, thinned = last_of_each(points, MOST_POINTS)
    ends = [points[0], min(points, key=by_value), max(points, key=by_value)]
    return sorted({*thinned[-MOST_POINTS:], *ends}, key=lambda point: point.day)


@dataclass(frozen=True)
class PairSpan:
    """Some days of a pair in one direction, of at least two points in the order of days."""

    base: str
    quote: str
    points: list[Point]  # units of quote per one unit of base

    @classmethod
    def of(cls, base: str, quote: str, points: list[Point], *, turned: bool) -> "PairSpan":
        """Return the span of a pair, or of the same pair in the other direction."""
        if turned:
            return cls(quote, base, [Point(point.day, 1 / point.value) for point in points])
        return cls(base, quote, points)

    @property
    def first(self) -> Point:
        return self.points[0]

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def low(self) -> Point:
        return min(self.points, key=by_value)

    @property
    def high(self) -> Point:
        return max(self.points, key=by_value)

    @property
    def subject(self) -> str:
        """Som to the dollar."""
        return wording.subject(self.base, self.quote)

    @property
    def move(self) -> str:
        """The move from the first day to the last: up 0.25 per cent, unchanged."""
        return PairMove.between(self.first.value, self.last.value).words

    @property
    def digits(self) -> int:
        """The number of decimals that distinguishes the lowest from the highest."""
        low, high = self.low.value, self.high.value
        usual = max(wording.decimal_places(low), wording.decimal_places(high))
        return max(usual, min(MOST_DECIMALS, -(high - low).adjusted())) if high > low else usual

    def text(self, point: Point) -> str:
        """Return a value, with as many decimals as the whole span."""
        return wording.number_in_words(point.value, self.digits)

    @property
    def rows(self) -> list[tuple[date, str]]:
        """Each day with its value, the newest first."""
        digits = self.digits
        return [(point.day, wording.number_in_words(point.value, digits)) for point in reversed(self.points)]
