"""Search in SQLite: an FTS5 table, which does not stem, so a query spells out beginnings and forms of its words."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from articles.search.query import Query, Term
from articles.search.row import Row

MOST_FOUND = 10_000  # of the editions cut last with the words: whether they are live is looked up
MOST_RANKED = 1_000  # of the newest that are live

FIND = """
WITH found AS MATERIALIZED (
    SELECT rowid AS id FROM articles_search WHERE articles_search MATCH %(every)s ORDER BY rowid DESC LIMIT %(found)s
), newest AS MATERIALIZED (
    SELECT edition.id, edition.published_at
    FROM found CROSS JOIN articles_edition edition ON edition.id = found.id
    WHERE edition.live_from <= %(at)s AND edition.live_until > %(at)s AND edition.erased_at IS NULL
    ORDER BY edition.published_at DESC, edition.id DESC LIMIT %(ranked)s
), headline AS MATERIALIZED (
    SELECT rowid AS id FROM articles_search WHERE articles_search MATCH %(headline)s ORDER BY rowid DESC LIMIT %(found)s
), top AS MATERIALIZED (
    SELECT rowid AS id FROM articles_search WHERE articles_search MATCH %(top)s ORDER BY rowid DESC LIMIT %(found)s
), any_of AS MATERIALIZED (
    SELECT rowid AS id FROM articles_search WHERE articles_search MATCH %(any_of)s ORDER BY rowid DESC LIMIT %(found)s
), page AS MATERIALIZED (
    SELECT id, published_at, (id IN headline) + (id IN top) + (id IN any_of) AS score
    FROM newest ORDER BY score DESC, published_at DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
)
SELECT page.id, articles_search.body
FROM page CROSS JOIN articles_search ON articles_search.rowid = page.id
ORDER BY score DESC, published_at DESC, id DESC
"""


def put(rows: Iterable[Row]) -> None:
    """Index rows, in place of those that have their numbers."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT OR REPLACE INTO articles_search (rowid, headline, standfirst, body) VALUES (%s, %s, %s, %s)",
            [(row.pk, *map(_stored, (row.headline, row.standfirst, row.body))) for row in rows],
        )


def remove(pk: int) -> None:
    """Forget one row."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search WHERE rowid = %s", [pk])


def prune() -> None:
    """Forget rows of editions that are gone or erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM articles_search WHERE rowid NOT IN (SELECT id FROM articles_edition WHERE erased_at IS NULL)"
        )


def find(query: Query, *, at: datetime, offset: int, limit: int) -> list[tuple[int, str]]:
    """The page of editions found, best first: number and text."""
    terms = [_term(term) for term in query.terms]
    every, any_of = " AND ".join(terms), " OR ".join(terms)
    unwanted = f" NOT ({' OR '.join(map(_term, query.unwanted))})" if query.unwanted else ""
    asked = {
        "every": f"({every}){unwanted}",
        "headline": f"{{headline}} : ({every})",
        "top": f"{{headline standfirst}} : ({every})",
        "any_of": f"{{headline standfirst}} : ({any_of})",
        "at": connection.ops.adapt_datetimefield_value(at),
        "found": MOST_FOUND,
        "ranked": MOST_RANKED,
        "limit": limit,
        "offset": offset,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, asked)
        return [(pk, unicodedata.normalize("NFC", text)) for pk, text in cursor.fetchall()]


def _term(term: Term) -> str:
    """A term in FTS5's language: quoted, and made of letters and digits alone."""
    if term.is_phrase:
        return f'"{" ".join(term.words)}"'
    whole, begun = term.forms()
    return (
        "(" + " OR ".join([*(f'"{word}"' for word in sorted(whole)), *(f'"{start}"*' for start in sorted(begun))]) + ")"
    )


def _stored(text: str) -> str:
    """The tokenizer drops marks that stand by themselves, of any letter: thus ё is found as е and shown as ё."""
    return text.replace("ё", "е\u0308").replace("Ё", "Е\u0308")
