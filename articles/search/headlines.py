"""The index of working copies' headlines in SQLite, for servers older than ``articles/desk_search``; ids for filters.

PostgreSQL maintains such an index by itself. Both can be removed when no server of that version runs any more.
"""

import json
from collections.abc import Collection

from django.db import connection
from django.db.models.expressions import RawSQL


def index_headline(pk: int, headline: str) -> None:
    """Index the headline of article ``pk``, in place of its former row."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT OR REPLACE INTO articles_headline (rowid, headline) VALUES (%s, %s)", [pk, headline])


def forget_headlines(pks: Collection[int]) -> None:
    """Remove the headlines of articles that were deleted."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM articles_headline WHERE rowid = %s", [(pk,) for pk in pks])


def among(numbers: Collection[int]) -> RawSQL:
    """Return ``numbers`` for a filter by ``pk__in``, as one parameter for any number of them."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(numbers)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(numbers))])


def rebuild_headlines() -> None:
    """Index all headlines anew."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM articles_headline")
            cursor.execute("INSERT INTO articles_headline (rowid, headline) SELECT id, headline FROM articles_article")
