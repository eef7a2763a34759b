"""Finding authors by their names: a paper has some thousands at most, which are looked at here, letter by letter.

A database would compare each name with every way to write each letter, which takes it ten times as long.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from articles.folding import fold
from articles.models import Author
from articles.search.row import words

MOST_AUTHORS = 20_000  # of the newest
MOST_FOUND = 500
MOST_WORDS = 6  # of a search; the rest is not looked at


def named(text: str) -> list[tuple[int, str]]:
    """Numbers and names of authors, the newest first, in whose name or slug every word of ``text`` stands.

    None without words.
    """
    asked = words(text)[:MOST_WORDS]
    found = ((pk, name) for pk, name, slug in _all(asked) if all(word in f"{_plain(name)} {slug}" for word in asked))
    return list(islice(found, MOST_FOUND))


def holding(text: str) -> list[int]:
    """The numbers alone."""
    return [pk for pk, _name in named(text)]


def with_any(parts: Iterable[str]) -> list[tuple[int, str]]:
    """Numbers and names of authors in whose name one of ``parts``, folded, stands, the newest first."""
    parts = list(parts)
    found = ((pk, name) for pk, name, _slug in _all(parts) if any(part in _plain(name) for part in parts))
    return list(islice(found, MOST_FOUND))


def _all(asked: list[str]) -> Iterator[tuple[int, str, str]]:
    """Number, name and slug of each, if anything is asked."""
    rows = Author.objects.order_by("-pk").values_list("pk", "name", "slug")
    return iter(rows[:MOST_AUTHORS] if asked else ())


def _plain(name: str) -> str:
    return fold(name).replace("'", "")
