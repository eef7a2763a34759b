"""Searching working copies: by the words of their headlines, standfirsts, texts and notes, and by authors and tags.

A working copy is indexed in the transaction of each save and each note. Code that does not know the index may save,
too, while servers are replaced one by one: its articles are detected by their version and indexed later.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from types import ModuleType

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from articles.desk_search import desk_query, postgres, sqlite
from articles.desk_search.copy import words_of
from articles.desk_search.excerpts import Excerpt, excerpts
from articles.desk_search.tables import ARTICLES, EDITIONS, Table
from articles.models import Article, Edition, IndexedArticle, Note
from articles.search.headlines import among

__all__ = [
    "Excerpt",
    "FoundCopies",
    "copies_are_late",
    "excerpts",
    "find_among_editions",
    "find_copies",
    "forget_copies",
    "index_copies",
    "index_late_copies",
    "rebuild_copies",
    "titled_first",
]

BATCH = 200  # articles that are in memory at a time
LOOKED_AT = 500  # newest saves and notes that are checked for being indexed
MOST_BEHIND = 5_000  # articles that are indexed later at a time
NEVER = (-1, -1)  # version and note of an article that was never indexed


@dataclass(frozen=True)
class FoundCopies:
    """The primary keys of articles, the newest first; not ``is_complete`` if more have the words than were checked."""

    pks: list[int]
    is_complete: bool = True
    in_headlines: bool = False  # only headlines were searched, as all words are common ones


def find_copies(text: str, rows: QuerySet[Article], *, most: int) -> FoundCopies:
    """Return the first ``most`` of ``rows`` in their order (by the time of the save) with every word of ``text``.

    Words may be unfinished; words in quotation marks must follow each other; a word after a minus must not occur.
    """
    return _find(text, rows, ARTICLES, most)


def find_among_editions(text: str, rows: QuerySet[Edition], *, most: int) -> FoundCopies:
    """Return the same as ``find_copies`` among editions, ordered by first publication; notes are not searched."""
    return _find(text, rows, EDITIONS, most)


def _find(text: str, rows: QuerySet, table: Table, most: int) -> FoundCopies:
    query = desk_query.read_query(text)
    if not query.wanted:
        return FoundCopies([])
    pks, is_complete = _database().find_copy_numbers(query, rows, table=table, most=most, headlines=False)
    return FoundCopies(pks, is_complete, query.query.in_headlines)


def titled_first(text: str, rows: QuerySet[Article], *, most: int) -> list[int]:
    """Return the newest ``most`` articles with every word in the headline, then those with the words anywhere."""
    query = desk_query.read_query(text)
    if not query.wanted:
        return []
    look = partial(_database().find_copy_numbers, query, rows, table=ARTICLES, most=most)
    pks, _is_complete = look(headlines=True)
    if len(pks) < most and not query.query.in_headlines:
        more, _is_complete = look(headlines=False)
        pks += [pk for pk in more if pk not in pks]
    return pks[:most]


@transaction.atomic(savepoint=False)
def index_copies(articles: Iterable[Article]) -> None:
    """Index the working copies as they are stored, in place of their former rows."""
    rows = words_of(list(articles))
    if not rows:
        return
    _database().put_copies(rows)
    indexed = [IndexedArticle(article_id=row.pk, version=row.version, note_id=row.note) for row in rows]
    IndexedArticle.objects.bulk_create(
        indexed, update_conflicts=True, unique_fields=["article_id"], update_fields=["version", "note_id"]
    )


def rebuild_copies(progress: Callable[[int, int], None] | None = None) -> int:
    """Index every working copy anew, remove deleted ones, and return how many were indexed.

    ``progress`` is called after each batch with the number done and the total.
    """
    indexed = _index_all(Article.objects.all(), progress)
    _forget()
    return indexed


def index_late_copies() -> int:
    """Index what was saved or noted without the index, remove deleted articles, and return how many were indexed."""
    indexed = 0
    while behind := _behind():
        indexed += _index_all(Article.objects.filter(pk__in=among(behind)))
    _forget()
    return indexed


def forget_copies(pks: Collection[int]) -> None:
    """Remove the rows of articles that were deleted."""
    IndexedArticle.objects.filter(article_id__in=pks).delete()
    _database().remove_copies(pks)


def copies_are_late() -> bool:
    """Return whether a recently saved or noted article is not indexed; older ones were checked in their time."""
    saved = dict(Article.objects.order_by("-saved_at", "-pk").values_list("pk", "version")[:LOOKED_AT])
    noted: dict[int, int] = {}
    for article, note in Note.objects.order_by("-pk").values_list("article", "pk")[:LOOKED_AT]:
        noted.setdefault(article, note)
    rows = IndexedArticle.objects.filter(article_id__in=[*saved, *noted])
    indexed = {pk: (version, note) for pk, version, note in rows.values_list("article_id", "version", "note_id")}
    if any(indexed.get(pk, NEVER)[0] != version for pk, version in saved.items()):
        return True
    return any(indexed.get(pk, NEVER)[1] < note for pk, note in noted.items())


def _behind() -> list[int]:
    """Return articles whose newest save or note is not indexed; of very many the newest."""
    indexed = IndexedArticle.objects.filter(article_id=OuterRef("pk"), version=OuterRef("version"))
    saved = Article.objects.filter(~Exists(indexed)).order_by("-pk").values_list("pk", flat=True)[:MOST_BEHIND]
    read = IndexedArticle.objects.filter(article_id=OuterRef("article"), note_id__gte=OuterRef("pk"))
    noted = Note.objects.filter(~Exists(read)).order_by("-pk").values_list("article", flat=True)[:MOST_BEHIND]
    return sorted({*saved, *noted})


def _forget() -> None:
    """Remove rows of deleted articles."""
    IndexedArticle.objects.exclude(article_id__in=Article.objects.values("pk")).delete()
    _database().prune_copies()


def _index_all(articles: QuerySet[Article], progress: Callable[[int, int], None] | None = None) -> int:
    total, indexed, last = articles.count(), 0, 0
    while True:
        with transaction.atomic():  # a save meanwhile waits, and is indexed after this
            batch = list(articles.order_by("pk").filter(pk__gt=last).select_for_update()[:BATCH])
            index_copies(batch)
        if not batch:
            break
        indexed, last = indexed + len(batch), batch[-1].pk
        if progress:
            progress(indexed, max(indexed, total))
    return indexed


def _database() -> ModuleType:
    return {"postgresql": postgres, "sqlite": sqlite}[connection.vendor]
