"""Charts of rates within a body: ``<figure data-chart="KGS/USD 3m">`` on the desk, with its points in an edition.

A chart names a pair, a span (1m, 3m, 1y, or 2025-09-01/2025-11-30) and, with ``turned``, that it tells the pair the
other way round. What its rates are and how they are drawn, the project knows: it registers that.
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
ASKED = re.compile(
    r"(?P<pair>[A-Z]{3}/[A-Z]{3}) (?P<span>1m|3m|1y|\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d)(?P<turned> turned)?\Z", re.ASCII
)
MOST = 12  # of one text: each takes milliseconds to draw, and kilobytes
POINTS = re.compile(r"(?:\d{4}-\d\d-\d\d:[0-9.]{1,40}(?: (?!\Z)|\Z)){2,200}\Z", re.ASCII)
SOURCES = re.compile(r"[a-z]{1,8}(?: [a-z]{1,8}){0,9}\Z", re.ASCII)
CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)


class WantedChart(NamedTuple):
    """What a chart is asked to show."""

    pair: str
    span: str
    turned: bool

    @property
    def text(self) -> str:
        """As an attribute holds it."""
        return f"{self.pair} {self.span}" + (" turned" if self.turned else "")


@dataclass(frozen=True)
class KnownChart:
    """What an edition holds of a chart: days with values of the pair as it is stored, and who set them."""

    points: str  # 2025-12-05:0.011439 2025-12-08:0.01144
    sources: str  # nbkr cbr


LookUp = Callable[[set[WantedChart], datetime], dict[WantedChart, KnownChart]]
Draw = Callable[[WantedChart, KnownChart, str, int], str]
_look_up: LookUp = lambda wanted, at: {}  # noqa: E731 - until the project registers its own
_draw: Draw = lambda wanted, known, caption, number: ""  # noqa: E731 - until then a chart is nothing
_tell: Draw = _draw


def register_charts(look_up: LookUp, draw: Draw, tell: Draw) -> None:
    """Have ``look_up`` find the points of charts at a time, ``draw`` them for a page and ``tell`` them in a feed.

    Both take what was asked for, the points, the caption as HTML, and which chart of the text it is.
    """
    global _look_up, _draw, _tell
    _look_up, _draw, _tell = look_up, draw, tell


def asked_chart(text: str) -> WantedChart | None:
    """What the value of ``data-chart`` asks for; None for what is no chart, like a span that ends before it begins."""
    found = ASKED.match(text)
    if found is None or not _is_span(found["span"]):
        return None
    return WantedChart(found["pair"], found["span"], bool(found["turned"]))


def charts_in_body(html: str) -> set[WantedChart]:
    """The charts of a cleaned body."""
    return {wanted for figure in FIGURE.finditer(html) if (wanted := _wanted(figure))}


def chart_pairs(html: str) -> set[str]:
    """The pairs whose charts a cleaned body shows."""
    return {wanted.pair for wanted in charts_in_body(html)}


def unknown_charts(html: str, at: datetime) -> list[WantedChart]:
    """The charts of a body that have nothing to show at that time, in order."""
    wanted = charts_in_body(html)
    return sorted(wanted - _look_up(wanted, at).keys()) if wanted else []


def too_many(html: str) -> int:
    """How many charts of a cleaned body are more than readers are shown."""
    return max(0, sum(1 for figure in FIGURE.finditer(html) if _wanted(figure)) - MOST) if "data-chart" in html else 0


def are_points(text: str) -> bool:
    """Whether an attribute holds days and values that can be drawn."""
    return bool(POINTS.match(text)) and all(map(_is_point, text.split(" ")))


def _is_point(text: str) -> bool:
    day, _colon, value = text.partition(":")
    try:
        return bool(date.fromisoformat(day)) and Decimal(value) > 0
    except (ValueError, InvalidOperation):
        return False


def freeze_charts(html: str, at: datetime, before: str = "") -> str:
    """A cleaned body whose first MOST charts hold the rates known for ``at``; one without any holds none.

    What ``before``, a frozen body, holds of a chart stays as it is.
    """
    wanted = charts_in_body(html)
    known = _held(before) if wanted else {}
    if wanted - known.keys():
        known = _look_up(wanted - known.keys(), at) | known
    count = 0

    def one(figure: re.Match[str]) -> str:
        nonlocal count
        found = _wanted(figure)
        if found is None:
            return figure[0]
        count += 1
        held = known.get(found) if count <= MOST else None
        more = f' data-points="{held.points}" data-source="{held.sources}"' if held else ""
        return f'<figure data-chart="{found.text}"{more}>{figure["inner"]}</figure>'

    return FIGURE.sub(one, html) if wanted else html


def thaw_charts(html: str) -> str:
    """A cleaned body as the desk keeps it: of a chart nothing but what it asks for and its caption."""

    def one(figure: re.Match[str]) -> str:
        found = _wanted(figure)
        if found:
            return f'<figure data-chart="{found.text}">{figure["inner"]}</figure>'
        attributes = re.sub(r' data-(?:points|source)="[^"]*"', "", figure["attributes"])
        return f"<figure{attributes}>{figure['inner']}</figure>"

    return FIGURE.sub(one, html) if "data-" in html else html


def resolve_charts(html: str) -> str:
    """A frozen body with its charts drawn; one without rates is left out."""
    return _with_each(html, _draw, lambda wanted, caption: "")


def resolve_in_words(html: str) -> str:
    """A frozen body with its charts told in words, for feeds; one without rates is left out."""
    return _with_each(html, _tell, lambda wanted, caption: "")


def charts_in_words(html: str) -> str:
    """A body for the desk to read, with its charts in words; of one that holds no rates what it asks for."""
    return _with_each(html, _tell, _named)


def _held(html: str) -> dict[WantedChart, KnownChart]:
    """What a frozen body holds of each chart."""
    found = {}
    for figure in FIGURE.finditer(html) if "data-points" in html else ():
        wanted, points = _wanted(figure), _value(figure, "points")
        if wanted and points:
            found[wanted] = KnownChart(points, _value(figure, "source"))
    return found


def _named(wanted: WantedChart, caption: str) -> str:
    return f"<p>{escape(_('Chart of rates: %(asked)s') % {'asked': wanted.text})}. {caption}</p>"


def _with_each(html: str, show: Draw, without: Callable[[WantedChart, str], str]) -> str:
    count = 0

    def one(figure: re.Match[str]) -> str:
        nonlocal count
        wanted, found = _wanted(figure), CAPTION.search(figure["inner"])
        if wanted is None:
            return figure[0]
        held, caption = KnownChart(_value(figure, "points"), _value(figure, "source")), found[1] if found else ""
        if not held.points or count == MOST:
            return without(wanted, caption)
        count += 1
        return show(wanted, held, caption, count)

    return FIGURE.sub(one, html) if "data-chart" in html else html


def _wanted(figure: re.Match[str]) -> WantedChart | None:
    return asked_chart(_value(figure, "chart"))


def _value(figure: re.Match[str], name: str) -> str:
    found = re.search(rf' data-{name}="([^"]*)"', figure["attributes"])
    return found[1] if found else ""


def _is_span(span: str) -> bool:
    if "/" not in span:
        return True
    try:
        first, last = map(date.fromisoformat, span.split("/"))
    except ValueError:
        return False
    return first < last
