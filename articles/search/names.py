"""Sections and authors that a search names."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from articles import kept
from articles.models.author import Author
from articles.models.edition import EditionByline
from articles.models.section import Section
from articles.search.query import MOST_LETTERS, MOST_WORDS, STOP_WORDS
from articles.search.row import words

MOST_KNOWN = 5_000  # sections, then authors by name: the rest is not looked at
MOST = 6  # of sections, and of authors
LEAST_TYPED = 2  # letters


@dataclass(frozen=True)
class Named:
    """A section or an author, and where it is."""

    name: str
    url: str
    is_author: bool
    words: tuple[str, ...]
    pk: int


def find(query: str, at: datetime) -> list[Named]:
    """The sections and then the authors with words in their names that begin with each word of ``query``.

    Whole words go before beginnings; an author has an edition that is live at ``at``.
    """
    asked = _telling(words(query[:MOST_LETTERS]))
    if not 0 < len(asked) <= MOST_WORDS or max(map(len, asked)) < LEAST_TYPED:
        return []
    known = kept.piece("names that are searched", _all)
    found = [one for one in known if all(any(word.startswith(part) for word in one.words) for part in asked)]
    found.sort(key=lambda one: -len(set(asked).intersection(one.words)))
    sections = [one for one in found if not one.is_author][:MOST]
    return sections + _printed([one for one in found if one.is_author][:MOST], at)


def _telling(found: list[str]) -> list[str]:
    """Without “of” and “the”, where there are other words."""
    return [word for word in found if word not in STOP_WORDS] or found


def _printed(authors: list[Named], at: datetime) -> list[Named]:
    """Those of ``authors`` that stand above something readers see; by their bylines' own index, the newest first."""
    if not authors:
        return []
    live = EditionByline.objects.filter(author=OuterRef("pk"), edition__live_from__lte=at, edition__live_until__gt=at)
    newest = Subquery(live.order_by("-published_at").values("pk")[:1])
    rows = Author.objects.filter(pk__in=[one.pk for one in authors]).annotate(newest=newest)
    printed = {pk for pk, newest in rows.values_list("pk", "newest") if newest}
    return [one for one in authors if one.pk in printed]


def _all() -> tuple[Named, ...]:
    """Every section and author, in one query."""
    nothing = Value("", CharField())
    sections = Section.objects.annotate(over=Coalesce("parent__slug", nothing), kind_of=Value(0))
    authors = Author.objects.annotate(over=nothing, kind_of=Value(1))
    columns = ("kind_of", "name", "pk", "slug", "over")
    rows = sections.order_by().values_list(*columns).union(authors.order_by().values_list(*columns), all=True)
    return tuple(_named(*row) for row in rows.order_by("kind_of", "name", "pk")[:MOST_KNOWN])


def _named(kind: int, name: str, pk: int, slug: str, over: str) -> Named:
    places = [place for place in ("authors" if kind else over, slug) if place]
    return Named(name, f"/{'/'.join(places)}/", bool(kind), tuple(_telling(words(name))), pk)
