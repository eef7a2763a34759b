"""Finding working copies by the beginnings of words of their headlines: the desk's search, quick in a large archive.

PostgreSQL keeps the index by itself; SQLite has a table of words, which ``note()`` is told of every headline.
"""

import re

from django.db import connection

MOST_WORDS = 6  # of a search; the rest is not looked at
WORD = re.compile(r"\w+")

# The expression is that of the index: migration 0016. In a step of its own, so that no plan walks the dates instead.
FIND_POSTGRES = """
WITH found AS MATERIALIZED (
    SELECT id, saved_at FROM articles_article
    WHERE to_tsvector('simple'::regconfig, headline) @@ to_tsquery('simple'::regconfig, %s)
)
SELECT id FROM found ORDER BY saved_at DESC, id DESC LIMIT %s
"""
FIND_SQLITE = "SELECT rowid FROM articles_headline WHERE articles_headline MATCH %s ORDER BY rowid DESC LIMIT %s"


def note(pk: int, headline: str) -> None:
    """Index the headline of article number ``pk``, in place of what was there."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT OR REPLACE INTO articles_headline (rowid, headline) VALUES (%s, %s)", [pk, headline])


def find(text: str, *, limit: int) -> list[int]:
    """Numbers of the articles whose headlines have words that begin with those of ``text``, the newest first.

    Newest are those saved last; in SQLite those begun last.
    """
    words = WORD.findall(text.casefold())[:MOST_WORDS]
    if not words:
        return []
    is_postgres = connection.vendor == "postgresql"
    asked = " & ".join(f"'{word}':*" for word in words) if is_postgres else " AND ".join(f'"{word}"*' for word in words)
    with connection.cursor() as cursor:
        cursor.execute(FIND_POSTGRES if is_postgres else FIND_SQLITE, [asked, limit])
        return [pk for (pk,) in cursor.fetchall()]


def rebuild() -> None:
    """Index all headlines anew."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM articles_headline")
            cursor.execute("INSERT INTO articles_headline (rowid, headline) SELECT id, headline FROM articles_article")
