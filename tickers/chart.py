"""A pair's past as a line: the positions of points and ticks in a drawing that scales with the page."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format

from tickers import numerals
from tickers.row import Point

WIDE, NARROW = (720, 320), (360, 260)  # for a screen, and for a phone, on which the letters would get too small
LEFT, RIGHT, TOP, BOTTOM = 80, 18, 14, 30  # margins for the labels of the axes
STEPS = [Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10)]
MOST_Y = 5  # ticks
A_LABEL = 100  # the width of a label below the line


@dataclass(frozen=True)
class Tick:
    """A label on an axis, with its position."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """The data from which a template draws a chart."""

    width: int
    height: int
    left: int
    right: float  # the end of the drawing
    bottom: float
    line: str  # of an SVG polyline
    area: str  # of an SVG polygon: the area below the line
    last: tuple[float, float]
    y_ticks: list[Tick]
    x_ticks: list[Tick]


def draw_line(points: list[Point], size: tuple[int, int] = WIDE) -> Chart:
    """Return the chart of at least one point, in the order of days."""
    width, height = size
    low, high = _range([point.value for point in points])
    first, last = points[0].day, points[-1].day
    right, bottom = width - RIGHT, height - BOTTOM
    spread = max(1, (last - first).days)

    def x(day: date) -> float:
        return round(LEFT + (day - first).days / spread * (right - LEFT), 1) if last > first else float(right)

    def y(value: Decimal) -> float:
        return round(float(bottom - (value - low) / (high - low) * (bottom - TOP)), 1)

    places = [(x(point.day), y(point.value)) for point in points]
    line = " ".join(f"{across},{down}" for across, down in places)
    return Chart(
        width,
        height,
        LEFT,
        right,
        bottom,
        line,
        f"{places[0][0]},{bottom} {line} {places[-1][0]},{bottom}",
        places[-1],
        [Tick(y(value), text) for value, text in _y_ticks(low, high)],
        [Tick(x(day), text) for day, text in _x_ticks(first, last, width // A_LABEL)],
    )


def spark(points: list[Point], width: int = 120, height: int = 32) -> str:
    """Return the points of a small line without axes; empty for fewer than two."""
    if len(points) < 2:
        return ""
    low, high = _range([point.value for point in points])
    first, spread = points[0].day, max(1, (points[-1].day - points[0].day).days)
    return " ".join(
        f"{(point.day - first).days / spread * (width - 4) + 2:.1f},"
        f"{float((high - point.value) / (high - low)) * (height - 4) + 2:.1f}"
        for point in points
    )


def _range(values: list[Decimal]) -> tuple[Decimal, Decimal]:
    """Return the lowest and the highest value of the drawing; a value that never moved is in the middle."""
    low, high = min(values), max(values)
    margin = (high - low) / 20 or high / 50
    return low - margin, high + margin


def _y_ticks(low: Decimal, high: Decimal) -> list[tuple[Decimal, str]]:
    """Return round numbers within the range, with as many decimals as distinguish them."""
    rough = (high - low) / MOST_Y
    unit = Decimal(1).scaleb(rough.adjusted())
    step = next(unit * factor for factor in STEPS if unit * factor >= rough)
    places = max(0, -int(step.normalize().as_tuple().exponent))
    count = int(low / step) + 1
    ticks = []
    while count * step <= high:
        ticks.append(
            (count * step, numerals.written_number(count * step, places, grouped=count * step >= numerals.GROUPED))
        )
        count += 1
    return ticks


def _x_ticks(first: date, last: date, most: int) -> list[tuple[date, str]]:
    """Return the beginnings of years, or of months, or days: at most ``most``."""
    for days, form in (_years(first, last), "Y"), (_months(first, last), "M Y"):
        if len(days) > 2:
            return [(day, date_format(day, form)) for day in days[:: -(-len(days) // most)]]
    spread = (last - first).days
    count = min(most - 1, spread) or 1
    days = [date.fromordinal(first.toordinal() + spread * number // count) for number in range(count + 1)]
    return [(day, date_format(day, "j M")) for day in dict.fromkeys(days)]


def _years(first: date, last: date) -> list[date]:
    return [date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]


def _months(first: date, last: date) -> list[date]:
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]
