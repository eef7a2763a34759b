"""A pair's past in its direction on pages: its rates in a span, the highest and lowest, how far it has moved."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from tickers.models import Pair, Rate
from tickers.row import BACK, MONTH, YEAR, PairMove, PairRow, Past, Point, by_value, last_of_each

SPANS = {"1m": (_("1 month"), MONTH), "1y": (_("1 year"), YEAR), "5y": (_("5 years"), 1827), "all": (_("All"), None)}
MOST_POINTS = 400  # of a line; a longer past is thinned to the last rate of each week, month or year


@dataclass(frozen=True)
class History:
    """The rates of a span; ``points`` are those that are drawn and listed, the other values are of all."""

    points: list[Point]
    count: int
    high: Point
    low: Point
    average: Decimal
    step: str  # day, week, month or year, of which each point is the last rate

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def newest_first(self) -> list[Point]:
        return self.points[::-1]

    @property
    def move(self) -> PairMove:
        """The move from the first rate of the span to its last; none for a single one."""
        return PairMove.between(self.points[0].value if len(self.points) > 1 else None, self.last.value)


def history(row: PairRow) -> History | None:
    """Return the history of a row with a loaded past; None if it is empty."""
    points = row.points
    if not points:
        return None
    high, low = max(points, key=by_value), min(points, key=by_value)
    average = sum((point.value for point in points), Decimal(0)) / len(points)
    step, thinned = thinned_history(points)
    return History(thinned, len(points), high, low, average, step)


def with_span(row: PairRow, pair: Pair, span: str, until: date) -> PairRow:
    """Return the row of ``pair`` with its accepted rates in one of SPANS. One query."""
    days = SPANS[span][1]
    rates = pair.rates.accepted().filter(effective_date__lte=until)
    if days:
        rates = rates.filter(effective_date__gt=until - timedelta(days=days))
    day_values = rates.order_by("effective_date").values_list("effective_date", "value")
    return row.with_past(Past(tuple(Point(*day_value) for day_value in day_values)))


def thinned_history(points: list[Point]) -> tuple[str, list[Point]]:
    """Return the step, and at most MOST_POINTS points: the last of each step, and the first of all."""
    step, thinned = last_of_each(points, MOST_POINTS)
    return step, thinned if thinned[0] == points[0] else [points[0], *thinned]


def with_past(rows: list[PairRow], today: date) -> list[PairRow]:
    """Return rows of active pairs with their last month, and the rates in force some BACK ago. Two queries."""
    then, points = _then(today), _last_month(today)
    return [row.with_past(Past(tuple(points[row.slug]), then.get(row.slug, {}))) for row in rows]


def _then(today: date) -> dict[str, dict[str, Decimal | None]]:
    """Return for each active pair (kgs-usd) the values in force some BACK ago."""
    rates = Rate.objects.accepted().filter(pair=OuterRef("pk")).order_by("-effective_date")
    then = {name: rates.filter(effective_date__lte=today - timedelta(days=days)) for name, days in BACK.items()}
    pairs = Pair.objects.active().annotate(
        **{name: Subquery(rate_rows.values("value")[:1]) for name, rate_rows in then.items()}
    )
    return {pair.slug: {name: getattr(pair, name) for name in BACK} for pair in pairs}


def _last_month(today: date) -> dict[str, list[Point]]:
    """Return the last month of each active pair (kgs-usd), bounded by the number of pairs."""
    rates = Rate.objects.accepted().filter(
        pair__active=True, effective_date__lte=today, effective_date__gt=today - timedelta(days=MONTH)
    )
    points_by_pair: dict[str, list[Point]] = defaultdict(list)
    rows = rates.order_by("effective_date").values_list("pair__base", "pair__quote", "effective_date", "value")
    for base, quote, day, value in rows:
        points_by_pair[f"{base}-{quote}".lower()].append(Point(day, value))
    return points_by_pair
