"""Finding authors by their names, as they are stored for comparing."""

from collections.abc import Callable, Iterable

from django.db.models import Q

from articles.folding import key
from articles.models import Author
from articles.models.named import MOST_WITHOUT_KEY
from articles.search.row import words

MOST_FOUND = 500
MOST_WORDS = 6  # of a search; the rest is not looked at


def authors_named(text: str) -> list[tuple[int, str]]:
    """Numbers and names of authors, the newest first, in whose name or slug every word of ``text`` stands.

    None without words.
    """
    asked = words(key(text))[:MOST_WORDS]
    condition = Q()
    for word in asked:
        condition &= Q(plain__contains=word) | Q(slug__contains=word)
    return _found(condition, lambda name, slug: all(word in f"{name} {slug}" for word in asked))


def authors_holding(text: str) -> list[int]:
    """The numbers alone."""
    return [pk for pk, _name in authors_named(text)]


def authors_with_any(parts: Iterable[str]) -> list[tuple[int, str]]:
    """Numbers and names of authors in whose name one of ``parts`` stands, the newest first."""
    asked = {_plain(part) for part in parts} - {""}
    condition = Q()
    for part in asked:
        condition |= Q(plain__contains=part)
    return _found(condition, lambda name, _slug: any(part in name for part in asked))


def _found(condition: Q, holds: Callable[[str, str], bool]) -> list[tuple[int, str]]:
    """What the database finds; ``holds`` is asked of those that have no key yet."""
    if not condition:
        return []
    rows = Author.objects.plain_keys().filter(condition | Q(name_key="")).order_by("-pk")
    looked_at = rows.values_list("pk", "name", "slug", "name_key")[: MOST_FOUND + MOST_WITHOUT_KEY]
    found = [(pk, name) for pk, name, slug, stored in looked_at if stored or holds(_plain(name), slug)]
    return found[:MOST_FOUND]


def _plain(name: str) -> str:
    return key(name).replace("'", "")
