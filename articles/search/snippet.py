"""The excerpt of a text that shows why it was found."""

import re
from bisect import bisect_left
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.folding import fold
from articles.search.query import Query, Term
from articles.search.row import JOINT, LEAST_BEGUN, LETTER, is_stemmed, tidy_line

LENGTH = 220  # characters
BEFORE = 60  # of them before the first match
MOST_PLACES = 200  # matches that are considered
MOST_TEXT = 20_000  # characters of a text that are searched
ANY = ""  # any language: a word matches by its stem, as typed, and as a beginning
REST = rf"(?:(?:{JOINT})?{LETTER})*"  # of a word


def snippet(query: Query, language: str, *texts: str) -> SafeString:
    """Return an escaped excerpt of the first of ``texts`` with a word of ``query``, with the matches in ``<mark>``."""
    pattern = _any_of(query, language)
    tidied = [tidied for text in texts if (tidied := tidy_line(text[:MOST_TEXT]))]
    for text in tidied:
        if places := _places(pattern, text):
            return _marked(text, places)
    return _marked(tidied[0], []) if tidied else SafeString("")


def terms_in(query: Query, language: str, text: str) -> list[Term]:
    """Return the terms of ``query`` that occur in the first MOST_TEXT characters of ``text``."""
    folded = fold(text[:MOST_TEXT])
    return [term for term in query.terms if _any_of(Query((term,), ()), language).search(folded)]


@lru_cache(maxsize=200)
def _any_of(query: Query, language: str) -> re.Pattern:
    """Return a pattern for the terms of ``query`` in a folded text of ``language``, a group each."""
    terms = "|".join(f"({_pattern(term, language)})" for term in query.terms)
    return re.compile(rf"(?<!{LETTER})(?<!{LETTER}')(?:{terms})(?!{LETTER}|{JOINT})")


def _pattern(term: Term, language: str) -> str:
    """Return a pattern for a term in a folded text of ``language``."""
    if term.is_phrase:
        return r"[\W_]+".join(map(_spelled, term.words)) + (REST if language == ANY else "")
    whole, begun = term.forms()
    if not is_stemmed(language):
        begun = begun | {word for word in term.words if len(word) >= LEAST_BEGUN}
    return "|".join([*map(_spelled, sorted(whole)), *(f"{_spelled(start)}{REST}" for start in sorted(begun))])


def _spelled(word: str) -> str:
    """Return a pattern for ``word`` with or without apostrophes within it."""
    return "'?".join(word)


def _places(pattern: re.Pattern, text: str) -> list[tuple[int, int, int | None]]:
    """Return the matches: start, end, and the number of the term."""
    matches = zip(range(MOST_PLACES), pattern.finditer(fold(text)), strict=False)
    return [(match.start(), match.end(), match.lastindex) for _number, match in matches]


def _marked(text: str, places: list[tuple[int, int, int | None]]) -> SafeString:
    start, end = _window(text, places)
    visible = [place for place in places if start <= place[0] and place[1] <= end]
    ends = [start, *(place[1] for place in visible)]
    parts = ((text[past:a], text[a:b]) for past, (a, b, _term) in zip(ends, visible, strict=False))
    marked = format_html_join("", "{}<mark>{}</mark>", parts)
    return format_html("{}{}{}{}", "… " if start else "", marked, text[ends[-1] : end], " …" if end < len(text) else "")


def _window(text: str, places: list[tuple[int, int, int | None]]) -> tuple[int, int]:
    """Return start and end of the window with most of the terms, the earliest among equals, in whole words."""
    best, most = 0, 0
    starts = [place[0] for place in places]
    for number, first in enumerate(starts):
        near = {place[2] for place in places[number : bisect_left(starts, first + LENGTH - BEFORE)]}
        if len(near) > most:
            best, most = first, len(near)
    start = 0 if best <= BEFORE else text.find(" ", best - BEFORE, best) + 1 or best
    if len(text) - start <= LENGTH:
        return start, len(text)
    end = text.rfind(" ", start + LENGTH // 2, start + LENGTH + 1)
    return start, end if end > 0 else start + LENGTH
