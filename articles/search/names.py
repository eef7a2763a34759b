"""Sections, pages and authors that a search names."""

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
MOST_KNOWN = 5_000  # sections, pages, then authors by name: the rest is not looked at
MOST = 6  # of sections and pages, and of authors
LEAST_TYPED = 2  # letters
MOST_LIKE = 4  # words of a name that may be misspelt
LEAST_LIKE, LIKENESS = 4, 0.8  # letters of a word that may be misspelt, and how much of it is right


@dataclass(frozen=True)
class NamedRow:
    """A section, a page or an author, and where it is."""

    name: str
    url: str
    kind: int  # SECTION, PAGE or AUTHOR
    words: tuple[str, ...]
    pk: int


def find_named(query: str, at: datetime) -> list[NamedRow]:
    """The sections and pages and then the authors with words in their names that begin with each word of ``query``.

    Whole words go before beginnings; an author has an edition that is live at ``at``.
    """
    asked = _telling(words(query[:MOST_LETTERS]))
    if not 0 < len(asked) <= MOST_WORDS or max(map(len, asked)) < LEAST_TYPED:
        return []
    found = [one for one in _known() if all(any(word.startswith(part) for word in one.words) for part in asked)]
    found.sort(key=lambda one: -len(set(asked).intersection(one.words)))
    return _shown(found, at)


def near(query: str, at: datetime) -> list[NamedRow]:
    """Those whose names have a word much like each word of ``query``: for one that no text has."""
    asked = _telling(words(query[:MOST_LETTERS]))
    if not 0 < len(asked) <= MOST_LIKE:
        return []
    spelt = {word for one in _known() for word in one.words}
    like = [{part, *_like(part, spelt)} for part in asked]
    return _shown([one for one in _known() if all(close.intersection(one.words) for close in like)], at)


def _like(part: str, spelt: set[str]) -> list[str]:
    if len(part) < LEAST_LIKE:
        return []
    near = [word for word in spelt if word[0] == part[0] and abs(len(word) - len(part)) <= 2]
    return get_close_matches(part, near, cutoff=LIKENESS)


def _shown(found: list[NamedRow], at: datetime) -> list[NamedRow]:
    others = [one for one in found if one.kind != AUTHOR][:MOST]
    return others + _printed([one for one in found if one.kind == AUTHOR][:MOST], at)


def _telling(found: list[str]) -> list[str]:
    """Without “of” and “the”, where there are other words."""
    return [word for word in found if word not in STOP_WORDS] or found


def _printed(authors: list[NamedRow], at: datetime) -> list[NamedRow]:
    """Those of ``authors`` that stand above something readers see; by their bylines' own index, the newest first."""
    if not authors:
        return []
    live = EditionByline.objects.filter(author=OuterRef("pk"), edition__live_from__lte=at, edition__live_until__gt=at)
    newest = Subquery(live.order_by("-published_at").values("pk")[:1])
    rows = Author.objects.filter(pk__in=[one.pk for one in authors]).annotate(newest=newest)
    printed = {pk for pk, newest in rows.values_list("pk", "newest") if newest}
    return [one for one in authors if one.pk in printed]


def _known() -> tuple[NamedRow, ...]:
    return fragments.get_fragment("names that are searched", _all)


def _all() -> tuple[NamedRow, ...]:
    """Every section, page and author, in one query."""
    nothing = Value("", CharField())
    sections = Section.objects.annotate(over=Coalesce("parent__slug", nothing), kind_of=Value(SECTION), named=F("name"))
    pages = FlatPage.objects.filter(is_public=True).annotate(over=nothing, kind_of=Value(PAGE), named=F("title"))
    authors = Author.objects.public().annotate(over=nothing, kind_of=Value(AUTHOR), named=F("name"))
    columns = ("kind_of", "named", "pk", "slug", "over")
    parts = [part.order_by().values_list(*columns) for part in (sections, pages, authors)]
    rows = parts[0].union(*parts[1:], all=True)
    return tuple(_named(*row) for row in rows.order_by("kind_of", "named", "pk")[:MOST_KNOWN])


def _named(kind: int, name: str, pk: int, slug: str, over: str) -> NamedRow:
    places = [place for place in ("authors" if kind == AUTHOR else over, slug) if place]
    return NamedRow(name, f"/{'/'.join(places)}/", kind, tuple(words(name)), pk)
