"""Sections, pages and authors whose names a search contains."""

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from articles.models.author import Author
from articles.models.edition import EditionByline
from articles.models.flat_page import FlatPage
from articles.models.section import Section
from articles.search.query import MOST_LETTERS, MOST_WORDS, STOP_WORDS
from articles.search.row import words
from ground import fragments

SECTION, PAGE, AUTHOR = range(3)
MOST_KNOWN = 5_000  # sections, pages, then authors by name: any more are ignored
MOST = 6  # of sections and pages, and of authors
LEAST_TYPED = 2  # letters
MOST_LIKE = 4  # words of a query that may be misspelt
LEAST_LIKE, LIKENESS = 4, 0.8  # least letters of a misspelt word, and how similar it must be


@dataclass(frozen=True)
class NamedRow:
    """A section, a page or an author with its address."""

    name: str
    url: str
    kind: int  # SECTION, PAGE or AUTHOR
    words: tuple[str, ...]
    pk: int


def find_named(query: str, at: datetime) -> list[NamedRow]:
    """Return the sections and pages, then the authors, whose names have words beginning with each word of ``query``.

    Whole words rank before beginnings; an author has an edition that is live at ``at``.
    """
    parts = _telling(words(query[:MOST_LETTERS]))
    if not 0 < len(parts) <= MOST_WORDS or max(map(len, parts)) < LEAST_TYPED:
        return []
    matches = [
        row for row in _searched_rows() if all(any(word.startswith(part) for word in row.words) for part in parts)
    ]
    matches.sort(key=lambda match: -len(set(parts).intersection(match.words)))
    return _first_results(matches, at)


def near(query: str, at: datetime) -> list[NamedRow]:
    """Return the rows whose names have a word similar to each word of ``query``; for a search without results."""
    parts = _telling(words(query[:MOST_LETTERS]))
    if not 0 < len(parts) <= MOST_LIKE:
        return []
    spelt = {word for row in _searched_rows() for word in row.words}
    like = [{part, *_like(part, spelt)} for part in parts]
    return _first_results([row for row in _searched_rows() if all(close.intersection(row.words) for close in like)], at)


def _like(part: str, spelt: set[str]) -> list[str]:
    if len(part) < LEAST_LIKE:
        return []
    near = [word for word in spelt if word[0] == part[0] and abs(len(word) - len(part)) <= 2]
    return get_close_matches(part, near, cutoff=LIKENESS)


def _first_results(matches: list[NamedRow], at: datetime) -> list[NamedRow]:
    places = [match for match in matches if match.kind != AUTHOR][:MOST]
    return places + _printed([match for match in matches if match.kind == AUTHOR][:MOST], at)


def _telling(query_words: list[str]) -> list[str]:
    """Return the words without “of” and “the”, if there are others."""
    return [word for word in query_words if word not in STOP_WORDS] or query_words


def _printed(authors: list[NamedRow], at: datetime) -> list[NamedRow]:
    """Return those of ``authors`` with a live edition, looked up by the index of their bylines, the newest first."""
    if not authors:
        return []
    live = EditionByline.objects.filter(author=OuterRef("pk"), edition__live_from__lte=at, edition__live_until__gt=at)
    newest = Subquery(live.order_by("-published_at").values("pk")[:1])
    rows = Author.objects.filter(pk__in=[author.pk for author in authors]).annotate(newest=newest)
    printed = {pk for pk, newest in rows.values_list("pk", "newest") if newest}
    return [author for author in authors if author.pk in printed]


def _searched_rows() -> tuple[NamedRow, ...]:
    return fragments.get_fragment("names that are searched", _all)


def _all() -> tuple[NamedRow, ...]:
    """Return every section, page and author, in one query."""
    nothing = Value("", CharField())
    sections = Section.objects.annotate(over=Coalesce("parent__slug", nothing), kind_of=Value(SECTION), named=F("name"))
    pages = FlatPage.objects.filter(is_public=True).annotate(over=nothing, kind_of=Value(PAGE), named=F("title"))
    authors = Author.objects.public().annotate(over=nothing, kind_of=Value(AUTHOR), named=F("name"))
    columns = ("kind_of", "named", "pk", "slug", "over")
    parts = [part.order_by().values_list(*columns) for part in (sections, pages, authors)]
    rows = parts[0].union(*parts[1:], all=True)
    return tuple(_named_row(*row) for row in rows.order_by("kind_of", "named", "pk")[:MOST_KNOWN])


def _named_row(kind: int, name: str, pk: int, slug: str, over: str) -> NamedRow:
    places = [place for place in ("authors" if kind == AUTHOR else over, slug) if place]
    return NamedRow(name, f"/{'/'.join(places)}/", kind, tuple(words(name)), pk)
