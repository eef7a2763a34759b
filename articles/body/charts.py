"""Charts of rates within a body: ``<figure data-chart="KGS/USD 3m">`` on the desk, with its points in an edition.

A chart names a pair, a span (1m, 3m, 1y, or 2025-09-01/2025-11-30) and, with ``turned``, that it shows the pair the
other way round. The project registers the functions that look up its rates and draw it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from html import escape
from typing import NamedTuple

from django.utils.translation import gettext as _

FIGURE = re.compile(r'<figure(?P<attributes>(?: [\w-]+="[^"]*")*)>(?P<inner>.*?)</figure>', re.DOTALL)
REFERENCE = re.compile(
    r"(?P<pair>[A-Z]{3}/[A-Z]{3}) (?P<span>1m|3m|1y|\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d)(?P<turned> turned)?\Z", re.ASCII
)
MOST = 12  # charts of one text: each takes milliseconds to draw, and kilobytes
POINTS = re.compile(r"(?:\d{4}-\d\d-\d\d:[0-9.]{1,40}(?: (?!\Z)|\Z)){2,200}\Z", re.ASCII)
SOURCES = re.compile(r"[a-z]{1,8}(?: [a-z]{1,8}){0,9}\Z", re.ASCII)
CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)


class ChartReference(NamedTuple):
    """What a chart shows: the pair, the span, and whether the pair is turned."""

    pair: str
    span: str
    turned: bool

    @property
    def text(self) -> str:
        """The value of the attribute ``data-chart``."""
        return f"{self.pair} {self.span}" + (" turned" if self.turned else "")


@dataclass(frozen=True)
class ResolvedChart:
    """The points of a chart in an edition: days with stored values of the pair, and the sources of the rates."""

    points: str  # 2025-12-05:0.011439 2025-12-08:0.01144
    sources: str  # nbkr cbr


LookUp = Callable[[set[ChartReference], datetime], dict[ChartReference, ResolvedChart]]
Draw = Callable[[ChartReference, ResolvedChart, str, int], str]
_look_up: LookUp = lambda references, at: {}  # noqa: E731 - until the project registers its own
_draw: Draw = lambda reference, chart, caption, number: ""  # noqa: E731 - until then a chart is nothing
_tell: Draw = _draw


def register_charts(look_up: LookUp, draw: Draw, tell: Draw) -> None:
    """Register how charts get their points at a time (``look_up``), and are shown on a page (``draw``) and in a feed
    (``tell``).

    Both get the reference, the points, the caption as HTML, and the number of the chart in the text.
    """
    global _look_up, _draw, _tell
    _look_up, _draw, _tell = look_up, draw, tell


def parse_chart_reference(text: str) -> ChartReference | None:
    """Return the reference in the value of ``data-chart``; None if it is invalid, like a span that ends before it
    begins.
    """
    match = REFERENCE.match(text)
    if match is None or not _is_span(match["span"]):
        return None
    return ChartReference(match["pair"], match["span"], bool(match["turned"]))


def charts_in_body(html: str) -> set[ChartReference]:
    """Return the references of the charts in a cleaned body."""
    return {reference for figure in FIGURE.finditer(html) if (reference := _reference(figure))}


def chart_pairs(html: str) -> set[str]:
    """Return the pairs that the charts of a cleaned body show."""
    return {reference.pair for reference in charts_in_body(html)}


def unknown_charts(html: str, at: datetime) -> list[ChartReference]:
    """Return the charts of a body without rates at that time, in order."""
    references = charts_in_body(html)
    return sorted(references - _look_up(references, at).keys()) if references else []


def too_many(html: str) -> int:
    """Return how many charts of a cleaned body exceed the number that readers are shown."""
    return (
        max(0, sum(1 for figure in FIGURE.finditer(html) if _reference(figure)) - MOST) if "data-chart" in html else 0
    )


def are_points(text: str) -> bool:
    """Return whether an attribute has days and values that can be drawn."""
    return bool(POINTS.match(text)) and all(map(_is_point, text.split(" ")))


def _is_point(text: str) -> bool:
    day, _colon, value = text.partition(":")
    try:
        return bool(date.fromisoformat(day)) and Decimal(value) > 0
    except (ValueError, InvalidOperation):
        return False


def freeze_charts(html: str, at: datetime, before: str = "") -> str:
    """Return a cleaned body whose first MOST charts have the rates known at ``at``; a chart without any has no points.

    The points of charts in ``before``, a frozen body, are kept.
    """
    references = charts_in_body(html)
    known_charts = _charts_of(before) if references else {}
    if references - known_charts.keys():
        known_charts = _look_up(references - known_charts.keys(), at) | known_charts
    count = 0

    def write_figure(figure: re.Match[str]) -> str:
        nonlocal count
        reference = _reference(figure)
        if reference is None:
            return figure[0]
        count += 1
        chart = known_charts.get(reference) if count <= MOST else None
        more = f' data-points="{chart.points}" data-source="{chart.sources}"' if chart else ""
        return f'<figure data-chart="{reference.text}"{more}>{figure["inner"]}</figure>'

    return FIGURE.sub(write_figure, html) if references else html


def thaw_charts(html: str) -> str:
    """Return a cleaned body as the desk stores it: each chart has only its reference and caption."""

    def write_figure(figure: re.Match[str]) -> str:
        reference = _reference(figure)
        if reference:
            return f'<figure data-chart="{reference.text}">{figure["inner"]}</figure>'
        attributes = re.sub(r' data-(?:points|source)="[^"]*"', "", figure["attributes"])
        return f"<figure{attributes}>{figure['inner']}</figure>"

    return FIGURE.sub(write_figure, html) if "data-" in html else html


def resolve_charts(html: str) -> str:
    """Return a frozen body with its charts drawn; a chart without rates is left out."""
    return _with_each(html, _draw, lambda reference, caption: "")


def resolve_in_words(html: str) -> str:
    """Return a frozen body with its charts in words, for feeds; a chart without rates is left out."""
    return _with_each(html, _tell, lambda reference, caption: "")


def charts_in_words(html: str) -> str:
    """Return a body for the desk with its charts in words; for a chart without rates its reference."""
    return _with_each(html, _tell, _in_words)


def _charts_of(html: str) -> dict[ChartReference, ResolvedChart]:
    """Return the points of each chart in a frozen body."""
    charts = {}
    for figure in FIGURE.finditer(html) if "data-points" in html else ():
        reference, points = _reference(figure), _value(figure, "points")
        if reference and points:
            charts[reference] = ResolvedChart(points, _value(figure, "source"))
    return charts


def _in_words(reference: ChartReference, caption: str) -> str:
    return f"<p>{escape(_('Chart of rates: %(asked)s') % {'asked': reference.text})}. {caption}</p>"


def _with_each(html: str, show: Draw, without: Callable[[ChartReference, str], str]) -> str:
    count = 0

    def write_chart(figure: re.Match[str]) -> str:
        nonlocal count
        reference, caption_match = _reference(figure), CAPTION.search(figure["inner"])
        if reference is None:
            return figure[0]
        chart, caption = (
            ResolvedChart(_value(figure, "points"), _value(figure, "source")),
            caption_match[1] if caption_match else "",
        )
        if not chart.points or count == MOST:
            return without(reference, caption)
        count += 1
        return show(reference, chart, caption, count)

    return FIGURE.sub(write_chart, html) if "data-chart" in html else html


def _reference(figure: re.Match[str]) -> ChartReference | None:
    return parse_chart_reference(_value(figure, "chart"))


def _value(figure: re.Match[str], name: str) -> str:
    match = re.search(rf' data-{name}="([^"]*)"', figure["attributes"])
    return match[1] if match else ""


def _is_span(span: str) -> bool:
    if "/" not in span:
        return True
    try:
        first, last = map(date.fromisoformat, span.split("/"))
    except ValueError:
        return False
    return first < last
