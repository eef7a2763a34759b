"""The query of a desk search: the readers' query, and the authors and tags that each of its terms may name."""

from dataclasses import dataclass

from articles.desk_search import authors
from articles.folding import key
from articles.models import tag_key
from articles.search.query import Query, Term, parse
from articles.search.row import words

MOST_NAMES = 500  # tags that are compared in one search
SHORTEST = 2  # letters of the shortest beginning of a name
Named = tuple[int, list[str]]  # the pk of an author or a tag, and the words of the name


@dataclass(frozen=True)
class Part:
    """A term, and the authors and tags whose names contain it."""

    term: Term
    authors: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()


@dataclass(frozen=True)
class DeskQuery:
    """The parts that must all occur, and those that must not."""

    query: Query
    wanted: tuple[Part, ...]
    unwanted: tuple[Part, ...]


def read_query(text: str) -> DeskQuery:
    """Return the query in ``text``, in two database queries; without words nothing is ``wanted``."""
    query = parse(text)
    terms = query.terms + query.unwanted
    author_names, tagged = _authors(terms), _tags(terms)
    parts = [Part(term, _begun(term, author_names), _begun(term, tagged)) for term in terms]
    return DeskQuery(query, tuple(parts[: len(query.terms)]), tuple(parts[len(query.terms) :]))


def _authors(terms: tuple[Term, ...]) -> list[Named]:
    """Return the authors whose names may contain one of ``terms``."""
    return [(pk, words(name)) for pk, name in authors.authors_with_any(_firsts(terms))]


def _tags(terms: tuple[Term, ...]) -> list[Named]:
    """Return the tags whose names may contain one of ``terms``, by their keys."""
    keys = tag_key.keys_with_any(map(key, _firsts(terms))).filter(is_former=False)
    keys_found = keys.order_by("-tag_id").values_list("tag_id", "name")[:MOST_NAMES]
    return [(pk, words(name)) for pk, name in keys_found]


def _firsts(terms: tuple[Term, ...]) -> list[str]:
    """Return the first word of each term, if it is long enough for a name."""
    return [term.words[0] for term in terms if len(term.words[0]) >= SHORTEST]


def _begun(term: Term, names: list[Named]) -> tuple[int, ...]:
    """Return the rows whose names contain the words of ``term`` in a row, the last one perhaps unfinished."""
    phrase = f" {' '.join(term.words)}"
    if len(term.words[0]) < SHORTEST:
        return ()
    return tuple(pk for pk, name in names if phrase in f" {' '.join(name)}")
