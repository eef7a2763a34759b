"""Rates within a body: ``<data data-rate="KGS/USD">`` on the desk, the value and day that readers see in an edition.

What a rate is, the project knows: it registers a function that looks them up. The desk's copy holds the pair alone.
An edition holds what stood when it went live, and is frozen anew until then.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape

REFERENCE = re.compile(r"<data(?P<attributes>(?: [\w-]+=\"[^\"]*\")*)>(?P<words>.*?)</data>", re.DOTALL)
RATE = re.compile(r' data-rate="([A-Z]{3}/[A-Z]{3})"')
FROZEN = re.compile(r' value="([0-9.]{1,40})"')
TYPED = re.compile(r"<data(?P<attributes>[^<>]*)>(?:(?P<words>[^<>]*)</data>)?|</data>")  # also half or in another
OLD_DAY = re.compile(r"\(0(?=\d )")  # of editions frozen when days were written with two digits
UNLINKED = re.compile(r'<a [^>]*>.*?</a>|<aside data-pull-quote="">.*?</aside>', re.DOTALL)


@dataclass(frozen=True)
class Known:
    """A rate that was looked up: its exact value, and what readers see of it."""

    value: str
    text: str


LookUp = Callable[[set[str], datetime, str], dict[str, Known]]
_look_up: LookUp = lambda pairs, at, language: {}  # noqa: E731 - until the project registers its own


def register(look_up: LookUp) -> None:
    """Have ``look_up`` find rates: of pairs, at a time, in words of a language; what it doesn't know is left out."""
    global _look_up
    _look_up = look_up


def pairs(html: str) -> set[str]:
    """The pairs that a cleaned body refers to."""
    return {found[1] for match in REFERENCE.finditer(html) if (found := RATE.search(match["attributes"]))}


def unknown(html: str, at: datetime, language: str) -> list[str]:
    """The pairs of a body that have no rate at that time, in order."""
    wanted = pairs(html)
    return sorted(wanted - _look_up(wanted, at, language).keys()) if wanted else []


def freeze(html: str, at: datetime, language: str) -> str:
    """A cleaned body with the rates in force ``at``; of a pair without one readers see the pair alone."""
    wanted = pairs(html)
    if not wanted:
        return REFERENCE.sub(lambda match: match["words"], html)
    known = _look_up(wanted, at, language)

    def one(match: re.Match[str]) -> str:
        found = RATE.search(match["attributes"])
        if found is None:
            return match["words"]
        rate = known.get(found[1])
        if rate is None:
            return f'<data data-rate="{found[1]}">{found[1]}</data>'
        return f'<data data-rate="{found[1]}" value="{rate.value}">{escape(rate.text, quote=False)}</data>'

    return REFERENCE.sub(one, html)


def thaw(html: str) -> str:
    """A cleaned body as the desk keeps it: of a reference nothing but its pair; other words stay, as words."""

    def one(match: re.Match[str]) -> str:
        words = match["words"] or ""
        found = RATE.search(match["attributes"] or "")
        is_whole = found is not None and words.startswith(found[1])
        return f'<data data-rate="{found[1]}">{found[1]}</data>' if found and is_whole else words

    return TYPED.sub(one, html)


def resolve(html: str) -> str:
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
