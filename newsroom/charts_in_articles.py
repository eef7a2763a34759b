"""Charts of rates in articles, which connect the two apps.

An edition stores the points of its charts when it goes live, so that readers see the same whatever happens to the
rates.
"""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from articles.body.charts import ChartReference, ResolvedChart
from articles.languages import direction
from articles.models.site import SiteSettings
from newsroom.rates_in_articles import other_way
from tickers import chart, numerals, providers, span
from tickers.history import Point
from tickers.models import Rate
from tickers.span import PairSpan

MOST_SOURCES = 10
Day = tuple[date, Decimal, str]  # a rate's day, value and provider


def look_up_points(references: set[ChartReference], at: datetime) -> dict[ChartReference, ResolvedChart]:
    """Return the points of each chart, up to the paper's day at ``at``, if there are two or more. One query.

    A chart of USD/KGS, if the paper has KGS/USD, gets that pair's values turned.
    """
    today = at.astimezone(SiteSettings.current().zone).date()
    spans = {reference: span.days(reference.span, today) for reference in references}
    rates = _rates({reference.pair for reference in references}, min(first for first, _last in spans.values()), today)
    charts = {}
    for reference, (first, last) in spans.items():
        days = [rate for rate in _of(reference.pair, rates) if first <= rate[0] <= last]
        if len(days) > 1:
            charts[reference] = _resolved(days)
    return charts


def _rates(pairs: set[str], first: date, last: date) -> dict[str, list[Day]]:
    """Return the accepted rates of active pairs in those days, in order, for the pairs in either direction."""
    names = pairs | {other_way(pair) for pair in pairs}
    bases, quotes = {name[:3] for name in names}, {name[-3:] for name in names}
    rates = Rate.objects.accepted().filter(pair__active=True, pair__base__in=bases, pair__quote__in=quotes)
    rates = rates.filter(effective_date__range=(first, last)).order_by("effective_date")
    days_by_pair: dict[str, list[Day]] = defaultdict(list)
    for base, quote, *day in rates.values_list("pair__base", "pair__quote", "effective_date", "value", "provider"):
        days_by_pair[f"{base}/{quote}"].append((day[0], day[1], day[2]))
    return days_by_pair


def _of(pair: str, rates: dict[str, list[Day]]) -> list[Day]:
    """Return the rates that a text means by USD/KGS: that pair's, or those of KGS/USD turned."""
    if pair in rates:
        return rates[pair]
    return [
        (day, Decimal(numerals.machine_number(1 / value, is_computed=True)), provider)
        for day, value, provider in rates.get(other_way(pair), [])
    ]


def _resolved(days: list[Day]) -> ResolvedChart:
    points = span.thinned_points([Point(day, value) for day, value, _provider in days])
    sources = list(dict.fromkeys(provider for _day, _value, provider in reversed(days)))[:MOST_SOURCES]
    return ResolvedChart(
        " ".join(f"{point.day.isoformat()}:{point.value.normalize():f}" for point in points), " ".join(sources)
    )


def draw_chart(reference: ChartReference, resolved: ResolvedChart, caption: str, number: int) -> str:
    """Return the chart for a page; ``caption`` is HTML of the cleaned body."""
    pair_span = _span(reference, resolved)
    sizes = [("wide", chart.WIDE), ("narrow", chart.NARROW)]
    context = _context(reference, resolved, caption) | {
        "charts": [(name, chart.draw_line(pair_span.points, size)) for name, size in sizes],
        "number": number,
        "language": get_language(),
        "direction": direction(get_language()),
    }
    return render_to_string("tickers/_chart_in_article.html", context)


def chart_in_words(reference: ChartReference, resolved: ResolvedChart, caption: str, number: int) -> str:
    """Return the chart in words, for a feed."""
    return render_to_string("tickers/_chart_in_words.html", _context(reference, resolved, caption))


def _context(reference: ChartReference, resolved: ResolvedChart, caption: str) -> dict:
    names = [providers.ALL[code].name if code in providers.ALL else code for code in resolved.sources.split()]
    return {
        "span": _span(reference, resolved),
        "pair": reference.pair,
        "address": f"/rates/{reference.pair.replace('/', '-').lower()}/",
        "caption": mark_safe(caption),  # noqa: S308 - part of the cleaned body
        "sources": ", ".join(map(str, names)),
    }


def _span(reference: ChartReference, resolved: ResolvedChart) -> PairSpan:
    days = (day.split(":") for day in resolved.points.split())
    points = [Point(date.fromisoformat(day), Decimal(value)) for day, value in days]
    return PairSpan.of(reference.pair[:3], reference.pair[-3:], points, turned=reference.turned)
