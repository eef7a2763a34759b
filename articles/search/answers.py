"""Pages that answer a search better than articles do, found by parts of the paper that this app does not know.

Each part registers a finder here; ``newsroom`` registers the one for rates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from articles.search.query import MOST_LETTERS


@dataclass(frozen=True)
class NamedPage:
    """A page and its name."""

    name: str
    url: str


Finder = Callable[[str, Any], list[NamedPage]]
_finders: list[Finder] = []


def register_finder(finder: Finder) -> None:
    """Register ``finder``, which is called for every search with its words and the frame."""
    if finder not in _finders:
        _finders.append(finder)


def find_answers(query: str, frame: Any) -> list[NamedPage]:
    """Return all answers to ``query``."""
    return [answer for finder in _finders for answer in finder(query[:MOST_LETTERS], frame)]
