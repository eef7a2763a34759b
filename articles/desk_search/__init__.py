"""Finding working copies: by the words of their headlines, standfirsts, texts and notes, and by authors and tags.

A working copy is indexed in the transaction of each save and each note. Code that knows nothing of the index may save,
too, while servers are replaced one by one: what it saved is found out by its version, and caught up with.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from types import ModuleType

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from articles.desk_search import asked, postgres, sqlite
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
    "index_copies",
    "index_late_copies",
    "rebuild_copies",
    "titled_first",
]

BATCH = 200  # articles that are in memory at a time
LOOKED_AT = 500  # of the newest saves and notes, to see whether some are not indexed
MOST_BEHIND = 5_000  # articles that are caught up with at a time
NEVER = (-1, -1)  # the save and the note that are known of an article that was never indexed


@dataclass(frozen=True)
class FoundCopies:
    """Numbers of articles, the newest first; not ``is_complete`` if more have the words than were looked at."""

    pks: list[int]
    is_complete: bool = True
    in_headlines: bool = False  # only there was looked, as all words are common ones


def find_copies(text: str, rows: QuerySet[Article], *, most: int) -> FoundCopies:
    """The first ``most`` of ``rows`` in their order (by the time of the save) that have every word of ``text``.

    Words may be begun, in quotation marks stand in a row, and with a minus before them must not be there.
    """
    return _find(text, rows, ARTICLES, most)


def find_among_editions(text: str, rows: QuerySet[Edition], *, most: int) -> FoundCopies:
    """As ``find`` does, among editions in the order of their first publication; notes are none of theirs."""
    return _find(text, rows, EDITIONS, most)


def _find(text: str, rows: QuerySet, table: Table, most: int) -> FoundCopies:
    wanted = asked.read_query(text)
    if not wanted.wanted:
        return FoundCopies([])
    pks, is_complete = _database().find_copy_numbers(wanted, rows, table=table, most=most, headlines=False)
    return FoundCopies(pks, is_complete, wanted.query.in_headlines)


def titled_first(text: str, rows: QuerySet[Article], *, most: int) -> list[int]:
    """Numbers of the newest ``most`` that have every word in the headline, then of those that have them anywhere."""
    wanted = asked.read_query(text)
    if not wanted.wanted:
        return []
    look = partial(_database().find_copy_numbers, wanted, rows, table=ARTICLES, most=most)
    pks, _is_complete = look(headlines=True)
    if len(pks) < most and not wanted.query.in_headlines:
        more, _is_complete = look(headlines=False)
        pks += [pk for pk in more if pk not in pks]
    return pks[:most]


@transaction.atomic(savepoint=False)
def index_copies(articles: Iterable[Article]) -> None:
    """Index the working copies as they are stored, in place of what was there."""
    rows = words_of(list(articles))
    if not rows:
        return
    _database().put_copies(rows)
    known = [IndexedArticle(article_id=row.pk, version=row.version, note_id=row.note) for row in rows]
    IndexedArticle.objects.bulk_create(
        known, update_conflicts=True, unique_fields=["article_id"], update_fields=["version", "note_id"]
    )


def rebuild_copies(progress: Callable[[int, int], None] | None = None) -> int:
    """Index every working copy anew, forget those that are gone; return how many were indexed.

    ``progress`` is told after each batch how many of how many are done.
    """
    done = _index_all(Article.objects.all(), progress)
    _forget()
    return done


def index_late_copies() -> int:
    """Index what was saved or noted without the index, and forget what is gone; how many articles that were."""
    done = 0
    while behind := _behind():
        done += _index_all(Article.objects.filter(pk__in=among(behind)))
    _forget()
    return done


def copies_are_late() -> bool:
    """Whether an article saved or noted of late is not indexed as it is; older ones were looked at in their time."""
    saved = dict(Article.objects.order_by("-saved_at", "-pk").values_list("pk", "version")[:LOOKED_AT])
    noted: dict[int, int] = {}
    for article, note in Note.objects.order_by("-pk").values_list("article", "pk")[:LOOKED_AT]:
        noted.setdefault(article, note)
    rows = IndexedArticle.objects.filter(article_id__in=[*saved, *noted])
    known = {pk: (version, note) for pk, version, note in rows.values_list("article_id", "version", "note_id")}
    if any(known.get(pk, NEVER)[0] != version for pk, version in saved.items()):
        return True
    return any(known.get(pk, NEVER)[1] < note for pk, note in noted.items())


def _behind() -> list[int]:
    """Articles whose newest save or newest note the index does not know; of very many the newest."""
    known = IndexedArticle.objects.filter(article_id=OuterRef("pk"), version=OuterRef("version"))
    saved = Article.objects.filter(~Exists(known)).order_by("-pk").values_list("pk", flat=True)[:MOST_BEHIND]
    read = IndexedArticle.objects.filter(article_id=OuterRef("article"), note_id__gte=OuterRef("pk"))
    noted = Note.objects.filter(~Exists(read)).order_by("-pk").values_list("article", flat=True)[:MOST_BEHIND]
    return sorted({*saved, *noted})


def _forget() -> None:
    """Forget what is known of articles that are gone."""
    IndexedArticle.objects.exclude(article_id__in=Article.objects.values("pk")).delete()
    _database().prune_copies()


def _index_all(articles: QuerySet[Article], progress: Callable[[int, int], None] | None = None) -> int:
    total, done, last = articles.count(), 0, 0
    while True:
        with transaction.atomic():  # a save meanwhile waits, and is indexed after this
            batch = list(articles.order_by("pk").filter(pk__gt=last).select_for_update()[:BATCH])
            index_copies(batch)
        if not batch:
            break
        done, last = done + len(batch), batch[-1].pk
        if progress:
            progress(done, max(done, total))
    return done


def _database() -> ModuleType:
    return {"postgresql": postgres, "sqlite": sqlite}[connection.vendor]
