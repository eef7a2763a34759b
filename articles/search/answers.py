"""Pages that answer a search better than articles do, by parts of the paper that this app knows nothing of.

Each tells here how it finds them; ``newsroom`` has the rates do so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from articles.search.query import MOST_LETTERS


@dataclass(frozen=True)
class NamedPage:
    """A page by its name."""

    name: str
    url: str


Finder = Callable[[str, Any], list[NamedPage]]
_finders: list[Finder] = []


def register_finder(finder: Finder) -> None:
    """Have ``finder`` asked about every search: by its words and what stands on every page (the frame)."""
    if finder not in _finders:
        _finders.append(finder)


def find_answers(query: str, frame: Any) -> list[NamedPage]:
    """Every answer to ``query``."""
    return [answer for finder in _finders for answer in finder(query[:MOST_LETTERS], frame)]
