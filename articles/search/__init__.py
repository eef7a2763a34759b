"""Searching editions by words: the only entry point; what one database alone can do is in its own module.

An edition is indexed in the transaction that creates it and never again, as its text never changes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.utils.safestring import SafeString

from articles.body.markup import plain_text
from articles.models.edition import Edition
from articles.models.edition_lists import CompiledEditionQuery, load_bylines
from articles.search import facets, headlines, postgres, spelling, sqlite
from articles.search.facets import FacetChoice
from articles.search.narrow import Narrow, Order
from articles.search.query import MOST_LETTERS, MOST_WORDS, STOP_WORDS, parse
from articles.search.row import IndexRow, tidy_line, word_beginnings, words
from articles.search.snippet import snippet
from ground.compiled_queries import KeysPlaceholder

__all__ = [
    "FacetChoice",
    "Hit",
    "Narrow",
    "Order",
    "SearchResults",
    "add",
    "add_all",
    "find_editions",
    "forget_edition",
    "rebuild_editions",
    "results_for",
    "suggest_headlines",
]

BATCH = 200  # editions that are in memory at a time while all are indexed anew
MOST_RANKED = 500  # of the newest live ones: as many as a reader can page to
LEAST_TYPED = 2  # letters, before headlines are suggested
SUGGESTED = 6
BEGINNINGS = "\u2029"  # ends the visible text of a body; the word beginnings after it are only searched


@dataclass(frozen=True)
class Hit:
    """An edition that was found, and an excerpt of its text with the matches in ``<mark>``."""

    edition: Edition
    snippet: SafeString


@dataclass(frozen=True)
class SearchResults:
    """A page of hits, their total number, the facets, and a corrected spelling."""

    hits: list[Hit]
    count: int = 0
    choices: dict[str, list[FacetChoice]] = field(default_factory=dict)  # by section, author, kind, year
    meant: str = ""  # the corrected query; the hits, if any, are of it
    in_headlines: bool = False  # only headlines were searched, as all words are common ones

    @property
    def is_cut_off(self) -> bool:
        """Whether there are more hits than were counted."""
        return self.count >= MOST_RANKED


def add(edition: Edition) -> None:
    """Index an edition, in place of its former row."""
    add_all([edition])


def add_all(editions: Iterable[Edition]) -> None:
    """Index editions, in place of their former rows."""
    rows = [_row(edition) for edition in editions]
    _database().put_editions(rows)
    spelling.learn(rows)


def forget_edition(edition: Edition) -> None:
    """Remove an edition from the index."""
    _database().remove_edition(edition.pk)


def find_editions(
    query: str,
    *,
    at: datetime,
    narrow: Narrow | None = None,
    order: Order = Order.BEST,
    offset: int = 0,
    limit: int = 21,
) -> list[Hit]:
    """Return the hits for editions live at ``at`` with every word of ``query``, sorted by ``order``.

    Best are those with every word in the headline, then in headline and standfirst, then those with some word there,
    then the rest; among equals the newer comes first.
    """
    return _hits(query, _ranked(query, at, narrow, order)[offset : offset + limit])


def results_for(
    query: str, *, at: datetime, narrow: Narrow, order: Order, offset: int, limit: int, literally: bool = False
) -> SearchResults:
    """Return the results of a search with all that its page shows.

    If nothing is found, the query with corrected spelling is searched instead, unless the words are to be taken
    ``literally``: then the correction is only offered.
    """
    tried: dict[str, list[int]] = {}

    def ranked(words: str) -> list[int]:
        if words not in tried:
            tried[words] = _ranked(words, at, narrow, order)
        return tried[words]

    corrected = "" if ranked(query) else spelling.corrected(query, lambda candidate: bool(ranked(candidate)))
    query = query if literally else corrected or query
    pks = ranked(query)
    if not pks:
        return SearchResults([], meant=corrected)
    hits, in_headlines = _hits(query, pks[offset : offset + limit]), parse(query).in_headlines
    return SearchResults(hits, len(pks), facets.facets_of(pks), corrected, in_headlines)


def suggest_headlines(typed: str, *, at: datetime) -> list[Edition]:
    """Return the newest live editions whose headlines have the words typed so far, the last one perhaps unfinished."""
    *whole, last = words(typed[:MOST_LETTERS]) or [""]
    if len(last) < LEAST_TYPED:
        return []
    parts = [*(word for word in whole if word not in STOP_WORDS), last][-MOST_WORDS:]
    pks = _database().suggest_numbers(parts, at=at, limit=SUGGESTED)
    editions = Edition.objects.only("headline", "path", "language", "published_at").in_bulk(pks)
    return [editions[pk] for pk in pks if pk in editions]


def rebuild_editions(progress: Callable[[int, int], None] | None = None) -> int:
    """Index every edition and headline anew, remove rows of deleted editions, and return how many were indexed.

    Readers can search meanwhile. ``progress`` is called after each batch with the number done and the total.
    """
    editions = Edition.objects.filter(erased_at=None).order_by("pk")
    total, indexed, last = editions.count(), 0, 0
    spelling.forget_words()
    while True:
        with transaction.atomic():  # an edition that is being erased waits, or is not indexed
            batch = list(editions.filter(pk__gt=last).select_for_update()[:BATCH])
            rows = [_row(edition) for edition in batch]
            _database().put_editions(rows)
            spelling.learn(rows)
        if not batch:
            break
        indexed, last = indexed + len(batch), batch[-1].pk
        if progress:
            progress(indexed, max(indexed, total))
    _database().prune_editions()
    headlines.rebuild_headlines()
    return indexed


def _ranked(query: str, at: datetime, narrow: Narrow | None, order: Order) -> list[int]:
    """Return the primary keys of all editions found, in order; if there are too many to rank, of the newest."""
    parsed = parse(query)
    if not parsed.terms:
        return []
    return _database().find_edition_numbers(parsed, at=at, narrow=narrow or Narrow(), order=order, most=MOST_RANKED)


def _hits(query: str, pks: list[int]) -> list[Hit]:
    if not pks:
        return []
    editions: dict[int, Any] = {edition.pk: edition for edition in load_bylines(WITH_TEXT.of(pks))}
    parsed = parse(query)
    return [
        Hit(edition, snippet(parsed, edition.language, _visible_text(edition.found_text), edition.standfirst))
        for pk in pks
        if (edition := editions.get(pk))
    ]


def _with_text(keys: KeysPlaceholder) -> QuerySet[Edition]:
    text = RawSQL(_database().TEXT, [])  # noqa: S611 - our own constant
    return Edition.objects.filter(pk__in=keys).annotate(found_text=text)


WITH_TEXT = CompiledEditionQuery(_with_text, also={"found_text": TextField()})


def _visible_text(text: str | None) -> str:
    return _database().stored_text((text or "").partition(BEGINNINGS)[0])


def _row(edition: Edition) -> IndexRow:
    headline, standfirst = tidy_line(edition.headline), tidy_line(edition.standfirst)
    body, language = tidy_line(f"{plain_text(edition.body)}\n{edition.corrections}"), edition.language
    beginnings = " ".join(word_beginnings(body, language))
    return IndexRow(
        pk=edition.pk,
        language=language,
        headline=" ".join([headline, *word_beginnings(headline, language)]),
        standfirst=" ".join([standfirst, *word_beginnings(standfirst, language)]),
        body=f"{body}{BEGINNINGS}{beginnings}" if beginnings else body,
        plain=f"{headline}\n{standfirst}\n{body}",
    )


def _database() -> ModuleType:
    return {"postgresql": postgres, "sqlite": sqlite}[connection.vendor]
