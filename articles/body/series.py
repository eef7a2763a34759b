"""Series of pictures: pictures that follow one another without text between them, unless one is kept apart.

A picture with ``data-apart`` is in no series with the one before it. The editor sets it wherever two pictures became
neighbours and nobody asked for a series (static/js/editor-series.js); ``keep_apart`` does so for merged texts.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from itertools import pairwise

from django.utils.translation import gettext as _

APART = ' data-apart=""'
NUMBER = r'data-image="(\d{1,11})"'
REST = r">(?:(?!</figure>).)*</figure>"
JOINED = re.compile(f"<figure {NUMBER}{REST}", re.DOTALL)
PICTURE = re.compile(f"<figure(?:{APART})? {NUMBER}(?:{APART})?{REST}", re.DOTALL)
SERIES = re.compile(rf"{PICTURE.pattern}(?:\s*{JOINED.pattern})+", re.DOTALL)
MARKED = re.compile(rf'<figure(?:{APART} (data-image="\d{{1,11}}")| (data-image="\d{{1,11}}"){APART})>')
NO_TEXT = re.compile(r"(?:\s|<p>(?:\s|&nbsp;|<br>)*</p>)*")  # empty paragraphs are not shown


def write_series(html: str, write: Callable[[re.Match[str]], str]) -> str:
    """Return a cleaned body with each series written by ``write``, and without the marks of pictures kept apart."""
    return MARKED.sub(lambda match: f"<figure {match[1] or match[2]}>", SERIES.sub(write, html))


def group(match: re.Match[str]) -> str:
    """Return a series for readers to leaf through."""
    count = match[0].count("<figure ")
    label = escape(_("A series of %(count)d pictures") % {"count": count})
    look = "pair" if count == 2 else "many"
    return f'<div class="series {look}" role="group" tabindex="0" aria-label="{label}">{match[0].strip()}</div>'


def keep_apart(merged: str, *texts: str) -> str:
    """Return ``merged`` with no picture in a series with another unless they were in one in any of ``texts``."""
    if merged.count("<figure") < 2:
        return merged
    together = {(picture[1], following[1]) for html in texts for picture, following in _neighbours(html)}
    apart = [following for picture, following in _neighbours(merged) if (picture[1], following[1]) not in together]
    ends = [merged.index(">", picture.start()) for picture in apart]
    return APART.join(merged[start:end] for start, end in pairwise([0, *ends, len(merged)]))


def _neighbours(html: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Yield the pictures of each series, each with the next."""
    before = None
    for picture in PICTURE.finditer(html):
        if before and JOINED.match(picture[0]) and NO_TEXT.fullmatch(html, before.end(), picture.start()):
            yield before, picture
        before = picture
