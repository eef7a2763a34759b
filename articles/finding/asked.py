"""What somebody of the desk asks for: the readers' query, and whose name and which tag each of its terms may be."""

from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet
from taggit.models import Tag

from articles.models import Author
from articles.search.query import Query, Term, parse
from articles.search.row import words
from articles.search.spelled import pattern

MOST_NAMES = 500  # authors, and tags, that are looked at for one search
SHORTEST = 2  # letters of a beginning of a name


@dataclass(frozen=True)
class Part:
    """A term, and the authors and tags that it is a part of the name of."""

    term: Term
    authors: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()


@dataclass(frozen=True)
class Asked:
    """Parts that must all be there, and those that must not."""

    query: Query
    wanted: tuple[Part, ...]
    unwanted: tuple[Part, ...]


def read(text: str) -> Asked:
    """What ``text`` asks for, in two queries; without words nothing is ``wanted``."""
    query = parse(text)
    terms = query.terms + query.unwanted
    authors, tags = _named(Author.objects.all(), terms), _named(Tag.objects.all(), terms)
    parts = [Part(term, _begun(term, authors), _begun(term, tags)) for term in terms]
    return Asked(query, tuple(parts[: len(query.terms)]), tuple(parts[len(query.terms) :]))


def _named(rows: "QuerySet[Model]", terms: tuple[Term, ...]) -> list[tuple[int, list[str]]]:
    """Those of ``rows`` whose names hold the words of any of ``terms``, with the words of their names."""
    holding = Q()
    for term in terms:
        if len(term.words[0]) >= SHORTEST:
            holding |= Q(*(("name__regex", pattern(word)) for word in term.words))
    if not holding:
        return []
    found = rows.filter(holding).order_by("-pk").values_list("pk", "name")[:MOST_NAMES]
    return [(pk, words(name)) for pk, name in found]


def _begun(term: Term, named: list[tuple[int, list[str]]]) -> tuple[int, ...]:
    """The rows in whose names the words of ``term`` stand in a row, the last one perhaps begun."""
    wanted = f" {' '.join(term.words)}"
    if len(term.words[0]) < SHORTEST:
        return ()
    return tuple(pk for pk, name in named if wanted in f" {' '.join(name)}")
