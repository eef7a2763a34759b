"""Words of working copies' headlines in SQLite, for servers of before ``articles/desk_search``; numbers for filters.

PostgreSQL keeps such an index by itself. Both can go when no server of that time runs any more.
"""

import json
from collections.abc import Collection

from django.db import connection
from django.db.models.expressions import RawSQL


def index_headline(pk: int, headline: str) -> None:
    """Index the headline of article number ``pk``, in place of what was there."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT OR REPLACE INTO articles_headline (rowid, headline) VALUES (%s, %s)", [pk, headline])


def among(numbers: Collection[int]) -> RawSQL:
    """``numbers`` for a filter by ``pk__in``, in one parameter however many they are."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(numbers)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(numbers))])


def rebuild_headlines() -> None:
    """Index all headlines anew."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM articles_headline")
            cursor.execute("INSERT INTO articles_headline (rowid, headline) SELECT id, headline FROM articles_article")
