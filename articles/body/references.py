"""Rates within a body: ``<data data-rate="KGS/USD">`` on the desk, the value and words that readers see in an edition.

What a rate is, the project knows: it registers a function that looks them up. The desk's copy holds the pair and the
form in which it is told. An edition holds what stood when it went live, and is frozen anew until then, as are charts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape
from typing import NamedTuple

from articles.body import charts

REFERENCE = re.compile(r"<data(?P<attributes>(?: [\w-]+=\"[^\"]*\")*)>(?P<words>.*?)</data>", re.DOTALL)
RATE = re.compile(r' data-rate="([A-Z]{3}/[A-Z]{3})"')
FORM = re.compile(r' data-form="([a-z-]{1,24})"')
FROZEN = re.compile(r' value="([0-9.]{1,40})"')
TYPED = re.compile(r"<data(?P<attributes>[^<>]*)>(?:(?P<words>[^<>]*)</data>)?|</data>")  # also half or in another
OLD_DAY = re.compile(r"\(0(?=\d )")  # of editions frozen when days were written with two digits
UNLINKED = re.compile(r'<a [^>]*>.*?</a>|<aside data-pull-quote="">.*?</aside>', re.DOTALL)


class WantedRate(NamedTuple):
    """A pair, and the form it is told in: ``pair``, ``words`` or ``amount``, after ``turned-``, before ``-dated``."""

    pair: str
    form: str = ""  # as before there were forms: the pair with its value and day

    @property
    def html(self) -> str:
        """The attributes that ask for it."""
        return f' data-rate="{self.pair}"' + (f' data-form="{self.form}"' if self.form else "")


@dataclass(frozen=True)
class KnownRate:
    """A rate that was looked up: its exact value, and what readers see of it."""

    value: str
    text: str


LookUp = Callable[[set[WantedRate], datetime, str], dict[WantedRate, KnownRate]]
_look_up: LookUp = lambda pairs, at, language: {}  # noqa: E731 - until the project registers its own


def register_rates(look_up: LookUp) -> None:
    """Have ``look_up`` find rates: of pairs, at a time, in words of a language; what it doesn't know is left out."""
    global _look_up
    _look_up = look_up


def referred_pairs(html: str) -> set[str]:
    """The pairs that a cleaned body refers to, in its words or in a chart."""
    return {wanted.pair for wanted in _wanted(html)} | charts.chart_pairs(html)


def unknown_pairs(html: str, at: datetime, language: str) -> list[str]:
    """The pairs of a body's words that have no rate at that time, in order."""
    wanted = _wanted(html)
    return sorted({one.pair for one in wanted - _look_up(wanted, at, language).keys()}) if wanted else []


def freeze_rates(html: str, at: datetime, language: str, before: str = "") -> str:
    """A cleaned body with the rates in force ``at``; of a pair without one readers see the pair alone.

    What ``before``, a frozen body of the same language, says already stays as it is.
    """
    html = charts.freeze_charts(html, at, before)
    wanted = _wanted(html)
    if not wanted:
        return REFERENCE.sub(lambda match: match["words"], html)
    known = _held(before)
    if wanted - known.keys():
        known = _look_up(wanted - known.keys(), at, language) | known

    def one(match: re.Match[str]) -> str:
        found = _asked(match["attributes"])
        if found is None:
            return match["words"]
        rate = known.get(found)
        if rate is None:
            return f"<data{found.html}>{found.pair}</data>"
        return f'<data{found.html} value="{rate.value}">{escape(rate.text, quote=False)}</data>'

    return REFERENCE.sub(one, html)


def thaw_rates(html: str) -> str:
    """A cleaned body as the desk keeps it: of a reference nothing but what it asks for; other words stay, as words."""

    def one(match: re.Match[str]) -> str:
        words, attributes = match["words"] or "", match["attributes"] or ""
        found = _asked(attributes)
        if found is None:
            return words
        is_frozen = bool(found.form and FROZEN.search(attributes) and words)
        return f"<data{found.html}>{found.pair}</data>" if is_frozen or words.startswith(found.pair) else words

    return TYPED.sub(one, charts.thaw_charts(html))


def resolve_rates(html: str) -> str:
    """A frozen body for readers: each rate leads to its pair's page.

    Not within another link, nor in a pull quote, which is hidden from screen readers, so nothing in it takes the focus.
    """
    html = UNLINKED.sub(lambda match: REFERENCE.sub(lambda inner: inner["words"], match[0]), html)

    def one(match: re.Match[str]) -> str:
        pair, value = RATE.search(match["attributes"]), FROZEN.search(match["attributes"])
        if not (pair and value):
            return match["words"]
        address = f"/rates/{pair[1].replace('/', '-').lower()}/"
        words = OLD_DAY.sub("(", match["words"])
        return f'<a class="rate-reference" href="{address}"><data value="{value[1]}">{words}</data></a>'

    return REFERENCE.sub(one, html)


def _held(html: str) -> dict[WantedRate, KnownRate]:
    """What a frozen body says of each rate."""
    found = {}
    for match in REFERENCE.finditer(html):
        asked, value = _asked(match["attributes"]), FROZEN.search(match["attributes"])
        if asked and value:
            found[asked] = KnownRate(value[1], unescape(match["words"]))
    return found


def _wanted(html: str) -> set[WantedRate]:
    return {found for match in REFERENCE.finditer(html) if (found := _asked(match["attributes"]))}


def _asked(attributes: str) -> WantedRate | None:
    pair, form = RATE.search(attributes), FORM.search(attributes)
    return WantedRate(pair[1], form[1] if form else "") if pair else None
