"""Finding authors by their folded names."""

from collections.abc import Callable, Iterable

from django.db.models import Q

from articles.folding import key
from articles.models import Author
from articles.models.named import MOST_WITHOUT_KEY
from articles.search.row import words

MOST_FOUND = 500
MOST_WORDS = 6  # of a search; the rest is ignored


def authors_named(text: str) -> list[tuple[int, str]]:
    """Return ids and names of the authors, the newest first, whose name or slug contains every word of ``text``.

    Without words there are none.
    """
    query_words = words(key(text))[:MOST_WORDS]
    condition = Q()
    for word in query_words:
        condition &= Q(plain__contains=word) | Q(slug__contains=word)
    return _matching(condition, lambda name, slug: all(word in f"{name} {slug}" for word in query_words))


def authors_holding(text: str) -> list[int]:
    """Return only the ids of ``authors_named``."""
    return [pk for pk, _name in authors_named(text)]


def authors_with_any(parts: Iterable[str]) -> list[tuple[int, str]]:
    """Return ids and names of the authors whose name contains one of ``parts``, the newest first."""
    plain_parts = {_plain(part) for part in parts} - {""}
    condition = Q()
    for part in plain_parts:
        condition |= Q(plain__contains=part)
    return _matching(condition, lambda name, _slug: any(part in name for part in plain_parts))


def _matching(condition: Q, holds: Callable[[str, str], bool]) -> list[tuple[int, str]]:
    """Return the authors that match ``condition``; ``holds`` decides on those that have no key yet."""
    if not condition:
        return []
    rows = Author.objects.plain_keys().filter(condition | Q(name_key="")).order_by("-pk")
    looked_at = rows.values_list("pk", "name", "slug", "name_key")[: MOST_FOUND + MOST_WITHOUT_KEY]
    matches = [(pk, name) for pk, name, slug, stored in looked_at if stored or holds(_plain(name), slug)]
    return matches[:MOST_FOUND]


def _plain(name: str) -> str:
    return key(name).replace("'", "")
