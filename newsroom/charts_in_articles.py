"""Charts of rates in articles: where the two apps meet.

An edition holds a chart's points as it went live, so that what readers see stays, whatever becomes of the rates.
"""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from articles.body.charts import ChartReference, ResolvedChart
from articles.models.site import SiteSettings
from newsroom.rates_in_articles import other_way
from tickers import chart, numerals, providers, span
from tickers.history import Point
from tickers.models import Rate
from tickers.span import PairSpan

MOST_SOURCES = 10
Day = tuple[date, Decimal, str]  # a rate's day, value and provider


def look_up_points(wanted: set[ChartReference], at: datetime) -> dict[ChartReference, ResolvedChart]:
    """The points that each chart shows from the paper's day at ``at`` on, where there are two or more. One query.

    A chart of USD/KGS, where the paper has KGS/USD, holds that pair's values turned round.
    """
    today = at.astimezone(SiteSettings.current().zone).date()
    spans = {one: span.days(one.span, today) for one in wanted}
    rates = _rates({one.pair for one in wanted}, min(first for first, _last in spans.values()), today)
    found = {}
    for one, (first, last) in spans.items():
        held = [rate for rate in _of(one.pair, rates) if first <= rate[0] <= last]
        if len(held) > 1:
            found[one] = _known(held)
    return found


def _rates(pairs: set[str], first: date, last: date) -> dict[str, list[Day]]:
    """The accepted rates of active pairs in those days, in their order, told either way round."""
    names = pairs | {other_way(pair) for pair in pairs}
    bases, quotes = {name[:3] for name in names}, {name[-3:] for name in names}
    rates = Rate.objects.accepted().filter(pair__active=True, pair__base__in=bases, pair__quote__in=quotes)
    rates = rates.filter(effective_date__range=(first, last)).order_by("effective_date")
    found: dict[str, list[Day]] = defaultdict(list)
    for base, quote, *day in rates.values_list("pair__base", "pair__quote", "effective_date", "value", "provider"):
        found[f"{base}/{quote}"].append((day[0], day[1], day[2]))
    return found


def _of(pair: str, rates: dict[str, list[Day]]) -> list[Day]:
    """The rates that a text means by USD/KGS: that pair's, or those of KGS/USD turned round."""
    if pair in rates:
        return rates[pair]
    return [
        (day, Decimal(numerals.machine_number(1 / value, is_computed=True)), provider)
        for day, value, provider in rates.get(other_way(pair), [])
    ]


def _known(held: list[Day]) -> ResolvedChart:
    points = span.thinned_points([Point(day, value) for day, value, _provider in held])
    sources = list(dict.fromkeys(provider for _day, _value, provider in reversed(held)))[:MOST_SOURCES]
    return ResolvedChart(
        " ".join(f"{point.day.isoformat()}:{point.value.normalize():f}" for point in points), " ".join(sources)
    )


def draw_chart(wanted: ChartReference, known: ResolvedChart, caption: str, number: int) -> str:
    """The chart as a page shows it; ``caption`` is HTML of the cleaned body."""
    told = _span(wanted, known)
    sizes = [("wide", chart.WIDE), ("narrow", chart.NARROW)]
    context = _context(wanted, known, caption) | {
        "charts": [(name, chart.draw_line(told.points, size)) for name, size in sizes],
        "number": number,
        "language": get_language(),
    }
    return render_to_string("tickers/_chart_in_article.html", context)


def chart_in_words(wanted: ChartReference, known: ResolvedChart, caption: str, number: int) -> str:
    """The chart in words, for a feed."""
    return render_to_string("tickers/_chart_in_words.html", _context(wanted, known, caption))


def _context(wanted: ChartReference, known: ResolvedChart, caption: str) -> dict:
    names = [providers.ALL[code].name if code in providers.ALL else code for code in known.sources.split()]
    return {
        "span": _span(wanted, known),
        "pair": wanted.pair,
        "address": f"/rates/{wanted.pair.replace('/', '-').lower()}/",
        "caption": mark_safe(caption),  # noqa: S308 - part of the cleaned body
        "sources": ", ".join(map(str, names)),
    }


def _span(wanted: ChartReference, known: ResolvedChart) -> PairSpan:
    days = (day.split(":") for day in known.points.split())
    points = [Point(date.fromisoformat(day), Decimal(value)) for day, value in days]
    return PairSpan.of(wanted.pair[:3], wanted.pair[-3:], points, turned=wanted.turned)
