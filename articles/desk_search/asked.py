"""What somebody of the desk asks for: the readers' query, and whose name and which tag each of its terms may be."""

from dataclasses import dataclass

from articles.desk_search import authors
from articles.folding import key
from articles.models import tag_key
from articles.search.query import Query, Term, parse
from articles.search.row import words

MOST_NAMES = 500  # tags that are looked at for one search
SHORTEST = 2  # letters of a beginning of a name
Named = tuple[int, list[str]]  # the number of an author or a tag, and the words of the name


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


def read_query(text: str) -> Asked:
    """What ``text`` asks for, in two queries; without words nothing is ``wanted``."""
    query = parse(text)
    terms = query.terms + query.unwanted
    named, tagged = _authors(terms), _tags(terms)
    parts = [Part(term, _begun(term, named), _begun(term, tagged)) for term in terms]
    return Asked(query, tuple(parts[: len(query.terms)]), tuple(parts[len(query.terms) :]))


def _authors(terms: tuple[Term, ...]) -> list[Named]:
    """Authors whose names may hold one of ``terms``."""
    return [(pk, words(name)) for pk, name in authors.authors_with_any(_firsts(terms))]


def _tags(terms: tuple[Term, ...]) -> list[Named]:
    """Tags whose names may hold one of ``terms``, by their keys."""
    keys = tag_key.keys_with_any(map(key, _firsts(terms))).filter(is_former=False)
    found = keys.order_by("-tag_id").values_list("tag_id", "name")[:MOST_NAMES]
    return [(pk, words(name)) for pk, name in found]


def _firsts(terms: tuple[Term, ...]) -> list[str]:
    """The first word of each term, as far as it is long enough to be a name's."""
    return [term.words[0] for term in terms if len(term.words[0]) >= SHORTEST]


def _begun(term: Term, named: list[Named]) -> tuple[int, ...]:
    """The rows in whose names the words of ``term`` stand in a row, the last one perhaps begun."""
    wanted = f" {' '.join(term.words)}"
    if len(term.words[0]) < SHORTEST:
        return ()
    return tuple(pk for pk, name in named if wanted in f" {' '.join(name)}")
