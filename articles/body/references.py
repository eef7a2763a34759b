"""Rates within a body: ``<data data-rate="KGS/USD">`` on the desk; in an edition, the value and words that readers see.

The project registers a function that looks rates up. The desk's copy has the pair and the form in which it is written.
An edition has the rates of the time when it went live; until then they are refreshed, as in charts.
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
TYPED = re.compile(r"<data(?P<attributes>[^<>]*)>(?:(?P<words>[^<>]*)</data>)?|</data>")  # also half or nested ones
OLD_DAY = re.compile(r"\(0(?=\d )")  # in editions frozen when days were written with two digits
UNLINKED = re.compile(r'<a [^>]*>.*?</a>|<aside data-pull-quote="">.*?</aside>', re.DOTALL)


class RateReference(NamedTuple):
    """A pair and the form in which it is written: ``pair``, ``words`` or ``amount``, after ``turned-``, before
    ``-dated``.
    """

    pair: str
    form: str = ""  # as before there were forms: the pair with its value and day

    @property
    def html(self) -> str:
        """The attributes of the reference."""
        return f' data-rate="{self.pair}"' + (f' data-form="{self.form}"' if self.form else "")


@dataclass(frozen=True)
class ResolvedRate:
    """A rate that was looked up: its exact value, and its text for readers."""

    value: str
    text: str


LookUp = Callable[[set[RateReference], datetime, str], dict[RateReference, ResolvedRate]]
_look_up: LookUp = lambda pairs, at, language: {}  # noqa: E731 - until the project registers its own


def register_rates(look_up: LookUp) -> None:
    """Register the function that looks up rates: of pairs, at a time, in a language; it leaves unknown ones out."""
    global _look_up
    _look_up = look_up


def referred_pairs(html: str) -> set[str]:
    """Return the pairs that a cleaned body refers to, in its text or in a chart."""
    return {reference.pair for reference in _references(html)} | charts.chart_pairs(html)


def unknown_pairs(html: str, at: datetime, language: str) -> list[str]:
    """Return the pairs in a body's text that have no rate at that time, in order."""
    references = _references(html)
    return (
        sorted({reference.pair for reference in references - _look_up(references, at, language).keys()})
        if references
        else []
    )


def freeze_rates(html: str, at: datetime, language: str, before: str = "") -> str:
    """Return a cleaned body with the rates in force at ``at``; of a pair without one readers see the pair alone.

    The rates in ``before``, a frozen body in the same language, are kept.
    """
    html = charts.freeze_charts(html, at, before)
    references = _references(html)
    if not references:
        return REFERENCE.sub(lambda match: match["words"], html)
    known_rates = _rates_of(before)
    if references - known_rates.keys():
        known_rates = _look_up(references - known_rates.keys(), at, language) | known_rates

    def write_rate(match: re.Match[str]) -> str:
        reference = _reference(match["attributes"])
        if reference is None:
            return match["words"]
        rate = known_rates.get(reference)
        if rate is None:
            return f"<data{reference.html}>{reference.pair}</data>"
        return f'<data{reference.html} value="{rate.value}">{escape(rate.text, quote=False)}</data>'

    return REFERENCE.sub(write_rate, html)


def thaw_rates(html: str) -> str:
    """Return a cleaned body as the desk stores it: references without values; any other words stay as text."""

    def write_reference(match: re.Match[str]) -> str:
        words, attributes = match["words"] or "", match["attributes"] or ""
        reference = _reference(attributes)
        if reference is None:
            return words
        is_frozen = bool(reference.form and FROZEN.search(attributes) and words)
        return (
            f"<data{reference.html}>{reference.pair}</data>" if is_frozen or words.startswith(reference.pair) else words
        )

    return TYPED.sub(write_reference, charts.thaw_charts(html))


def resolve_rates(html: str) -> str:
    """Return a frozen body for readers: each rate links to its pair's page.

    Rates within another link stay plain, and so do those in a pull quote, which is hidden from screen readers, so that
    nothing in it can take the focus.
    """
    html = UNLINKED.sub(lambda match: REFERENCE.sub(lambda inner: inner["words"], match[0]), html)

    def write_link(match: re.Match[str]) -> str:
        pair, value = RATE.search(match["attributes"]), FROZEN.search(match["attributes"])
        if not (pair and value):
            return match["words"]
        address = f"/rates/{pair[1].replace('/', '-').lower()}/"
        words = OLD_DAY.sub("(", match["words"])
        return f'<a class="rate-reference" href="{address}"><data value="{value[1]}">{words}</data></a>'

    return REFERENCE.sub(write_link, html)


def _rates_of(html: str) -> dict[RateReference, ResolvedRate]:
    """Return the rates in a frozen body, by reference."""
    rates = {}
    for match in REFERENCE.finditer(html):
        reference, value = _reference(match["attributes"]), FROZEN.search(match["attributes"])
        if reference and value:
            rates[reference] = ResolvedRate(value[1], unescape(match["words"]))
    return rates


def _references(html: str) -> set[RateReference]:
    return {reference for match in REFERENCE.finditer(html) if (reference := _reference(match["attributes"]))}


def _reference(attributes: str) -> RateReference | None:
    pair, form = RATE.search(attributes), FORM.search(attributes)
    return RateReference(pair[1], form[1] if form else "") if pair else None
