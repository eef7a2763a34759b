"""Finding editions by words: the only way in; what one database alone can do lives in its own module.

An edition is indexed in the transaction that cuts it and never again, as its text never changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from django.db import connection, transaction
from django.utils.safestring import SafeString

from articles.markup import plain_text
from articles.models.edition import Edition
from articles.search import headlines, postgres, sqlite
from articles.search.query import parse
from articles.search.row import Row, tidy
from articles.search.snippet import snippet

BATCH = 200  # editions that are in memory at a time when all are indexed anew


@dataclass(frozen=True)
class Hit:
    """An edition that was found, and a piece of its text with the words found in ``<mark>``."""

    edition: Edition
    snippet: SafeString


def add(edition: Edition) -> None:
    """Index an edition; indexed again, it replaces what was there."""
    _database().put([_row(edition)])


def remove(edition: Edition) -> None:
    """Forget an edition's words."""
    _database().remove(edition.pk)


def find(query: str, *, at: datetime, offset: int = 0, limit: int = 21) -> list[Hit]:
    """Editions live at ``at`` that have every word of ``query``, best first.

    Best are those with every word in the headline, then in headline and standfirst, then those with some
    word there, then the rest; among equals the newer comes first.
    """
    asked = parse(query)
    if not asked.terms:
        return []
    texts = dict(_database().find(asked, at=at, offset=offset, limit=limit))
    editions = Edition.objects.for_cards().in_bulk(texts)
    return [
        Hit(edition, snippet(asked, text, edition.standfirst))
        for pk, text in texts.items()
        if (edition := editions.get(pk))
    ]


def rebuild(progress: Callable[[int, int], None] | None = None) -> int:
    """Index every edition and headline anew, forget rows of editions that are gone; return how many were indexed.

    Readers can search meanwhile. ``progress`` is told after each batch how many of how many are done.
    """
    editions = Edition.objects.filter(erased_at=None).order_by("pk")
    total, done, last = editions.count(), 0, 0
    while True:
        with transaction.atomic():  # an edition that is being erased waits, or is not indexed
            batch = list(editions.filter(pk__gt=last).select_for_update()[:BATCH])
            _database().put([_row(edition) for edition in batch])
        if not batch:
            break
        done, last = done + len(batch), batch[-1].pk
        if progress:
            progress(done, max(done, total))
    _database().prune()
    headlines.rebuild()
    return done


def _row(edition: Edition) -> Row:
    return Row(
        pk=edition.pk,
        language=edition.language,
        headline=tidy(edition.headline),
        standfirst=tidy(edition.standfirst),
        body=tidy(f"{plain_text(edition.body)}\n{edition.corrections}"),
    )


def _database() -> ModuleType:
    return {"postgresql": postgres, "sqlite": sqlite}[connection.vendor]
