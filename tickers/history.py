"""A pair's past: its rates in a span of time, the highest and lowest, and how far it has moved."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from tickers.models import Pair, Rate

SPANS = {"1m": (_("1 month"), 31), "1y": (_("1 year"), 366), "5y": (_("5 years"), 1827), "all": (_("All"), None)}
MOST_POINTS = 400  # of a line; a longer past is thinned to the last rate of each week or month
BACK = {"week": 7, "month": 30, "year": 365}  # days
SPARK = 31


@dataclass(frozen=True)
class Point:
    """A rate in force from a day on, units of quote for one unit of base."""

    day: date
    value: Decimal


@dataclass(frozen=True)
class History:
    """The rates of a span; ``points`` are those to be drawn and listed, the rest is of all."""

    points: list[Point]
    count: int
    high: Point
    low: Point
    average: Decimal
    step: str  # day, week or month: of which each point is the last rate

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def newest_first(self) -> list[Point]:
        return self.points[::-1]

    @property
    def change(self) -> Decimal:
        """Per cent from the first rate of the span to its last."""
        return (self.last.value - self.points[0].value) / self.points[0].value * 100


def history(pair: Pair, span: str, today: date) -> History | None:
    """The accepted rates of ``pair`` in one of SPANS until ``today``; None when there are none. One query."""
    days = SPANS[span][1]
    rates = pair.rates.accepted().filter(effective_date__lte=today)
    if days:
        rates = rates.filter(effective_date__gt=today - timedelta(days=days))
    rows = list(rates.order_by("effective_date").values_list("effective_date", "value"))
    if not rows:
        return None
    high, low = max(rows, key=lambda row: row[1]), min(rows, key=lambda row: row[1])
    average = sum((value for _day, value in rows), Decimal(0)) / len(rows)
    step, points = thinned([Point(*row) for row in rows])
    return History(points, len(rows), Point(*high), Point(*low), average, step)


def thinned(points: list[Point]) -> tuple[str, list[Point]]:
    """At most MOST_POINTS or one a month: the first, and the last of each week or month."""
    if len(points) <= MOST_POINTS:
        return "day", points
    weeks = {point.day.isocalendar()[:2]: point for point in points}
    months = {(point.day.year, point.day.month): point for point in points}
    step, kept = ("week", list(weeks.values())) if len(weeks) <= MOST_POINTS else ("month", list(months.values()))
    return step, kept if kept[0] == points[0] else [points[0], *kept]


def moves(today: date) -> dict[str, dict[str, Decimal | None]]:
    """For each active pair (kgs-usd) the move since a week, a month and a year ago, in per cent. One query."""
    rates = Rate.objects.accepted().filter(pair=OuterRef("pk")).order_by("-effective_date")
    then = {"now": rates.filter(effective_date__lte=today)}
    then |= {name: rates.filter(effective_date__lte=today - timedelta(days=days)) for name, days in BACK.items()}
    pairs = Pair.objects.active().annotate(
        **{name: Subquery(found.values("value")[:1]) for name, found in then.items()}
    )
    return {pair.slug: {name: _move(getattr(pair, name), pair.now) for name in BACK} for pair in pairs}


def _move(then: Decimal | None, now: Decimal | None) -> Decimal | None:
    return None if then is None or now is None else (now - then) / then * 100


def sparks(today: date) -> dict[str, list[Point]]:
    """The last month of each active pair, for a small line. One query, bounded by the number of pairs."""
    rates = Rate.objects.accepted().filter(
        pair__active=True, effective_date__lte=today, effective_date__gt=today - timedelta(days=SPARK)
    )
    found: dict[str, list[Point]] = {}
    rows = rates.order_by("effective_date").values_list("pair__base", "pair__quote", "effective_date", "value")
    for base, quote, day, value in rows:
        found.setdefault(f"{base}-{quote}".lower(), []).append(Point(day, value))
    return found


def in_force(pair: Pair, day: date) -> Point | None:
    """The rate that was in force on ``day``."""
    row = pair.rates.accepted().filter(effective_date__lte=day).values_list("effective_date", "value").first()
    return Point(*row) if row else None
