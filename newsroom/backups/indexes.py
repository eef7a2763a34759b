"""PostgreSQL's foreign keys and indexes, taken away while tables are filled: made at the end they are made quicker."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY conname
"""
INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY relname
"""


@contextmanager
def filled_at_once(alias: str) -> Iterator[None]:
    """Fill tables without foreign keys and indexes but those of primary and unique keys, and make them again.

    It is all within the transaction of the caller. SQLite needs nothing of it.
    """
    connection = connections[alias]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        statements = []
        for query in (KEYS, INDEXES):
            cursor.execute(query, [])
            statements += cursor.fetchall()
        for drop, _make in statements:
            cursor.execute(drop)
        yield
        for _drop, make in reversed(statements):
            cursor.execute(make)
        cursor.execute("ANALYZE")  # else the first readers wait for plans that were made for empty tables
