"""Finding working copies by the beginnings of words of their headlines: the desk's search, quick in a large archive.

PostgreSQL keeps the index by itself; SQLite has a table of words, which ``note()`` is told of every headline.
"""

import json
import re
from collections.abc import Collection

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import RawSQL

MOST_WORDS = 6  # of a search; the rest is not looked at
WORD = re.compile(r"\w+")

A_LOOK = 1_000  # of the newest articles, which hold enough of a common word
MANY = 5_000  # articles with the words: to sort more of them takes longer than to walk the newest of all
A_WALK = 6_000  # of the newest articles, where there are so many

# The expression is that of the index: migration 0016. In a step of its own, so that no plan walks the dates instead.
MATCHES = "to_tsvector('simple'::regconfig, headline) @@ to_tsquery('simple'::regconfig, %s)"
FIND_POSTGRES = f"""
WITH found AS MATERIALIZED (SELECT id, saved_at FROM articles_article WHERE {MATCHES} LIMIT %s)
SELECT id, EXISTS (SELECT FROM found OFFSET %s) FROM found ORDER BY saved_at DESC, id DESC LIMIT %s
"""  # noqa: S608 - our own constants are put in; what was typed is a parameter
WALK_POSTGRES = f"""
WITH newest AS (SELECT id, saved_at, headline FROM articles_article ORDER BY saved_at DESC, id DESC LIMIT %s)
SELECT id FROM newest WHERE {MATCHES} ORDER BY saved_at DESC, id DESC LIMIT %s
"""  # noqa: S608 - our own constants are put in; what was typed is a parameter
FIND_SQLITE = "SELECT rowid FROM articles_headline WHERE articles_headline MATCH %s ORDER BY rowid DESC LIMIT %s"


def note(pk: int, headline: str) -> None:
    """Index the headline of article number ``pk``, in place of what was there."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT OR REPLACE INTO articles_headline (rowid, headline) VALUES (%s, %s)", [pk, headline])


def find(text: str, *, limit: int) -> list[int]:
    """Numbers of the articles whose headlines have words that begin with those of ``text``, the newest first.

    Newest are those saved last; in SQLite those begun last. Of words that very many headlines hold,
    PostgreSQL looks through the newest articles alone.
    """
    words = WORD.findall(text.casefold())[:MOST_WORDS]
    if not words:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _find_postgres(cursor, " & ".join(f"'{word}':*" for word in words), limit)
        cursor.execute(FIND_SQLITE, [" AND ".join(f'"{word}"*' for word in words), limit])
        return [pk for (pk,) in cursor.fetchall()]


def among(numbers: Collection[int]) -> RawSQL:
    """``numbers`` for a filter by ``pk__in``, in one parameter however many they are."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(numbers)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(numbers))])


def _find_postgres(cursor: CursorWrapper, asked: str, limit: int) -> list[int]:
    """A look at the newest; if they hold too few, by the index; if that holds too many, a walk through the newest."""
    newest = _walk_postgres(cursor, asked, A_LOOK, limit)
    if len(newest) == limit:
        return newest
    cursor.execute(FIND_POSTGRES, [asked, MANY + 1, MANY, limit])
    found = cursor.fetchall()
    if found and found[0][1]:  # there are more
        return _walk_postgres(cursor, asked, A_WALK, limit)
    return [pk for pk, _more in found]


def _walk_postgres(cursor: CursorWrapper, asked: str, among: int, limit: int) -> list[int]:
    cursor.execute(WALK_POSTGRES, [among, asked, limit])
    return [pk for (pk,) in cursor.fetchall()]


def rebuild() -> None:
    """Index all headlines anew."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM articles_headline")
            cursor.execute("INSERT INTO articles_headline (rowid, headline) SELECT id, headline FROM articles_article")
