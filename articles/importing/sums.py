"""Checksums of all tables of the paper, by which it is shown that an import was taken back whole."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

# What an import may change for good, each with the reason; everything else is as before once it was taken back.
NOT_COMPARED = {
    "articles.Import": "that it was done and taken back is kept",
    "articles.ImportedRow": "as are rows that somebody changed since",
    "articles.ImportedSource": "as are their sources",
    "articles.ImportFinding": "as is what was told of them",
    "articles.ArchiveMonth": "counts for the sitemap: they say when a month changed, and taking back is a change",
    "articles.Announcement": "who was told of what",
    "articles.WorkerBeat": "which processes run",
    "articles.PaperFault": "what is wrong with the server",
    "articles.Presence": "who has what open",
    "articles.LoginSession": "who is logged in",
    "articles.LoginAttempt": "who tried to",
    "sessions.Session": "who is logged in",
    "admin.LogEntry": "the audit is never taken back",
    "django_tasks_database.DBTaskResult": "work that waits or was done",
}
OUTSIDE = {"articles_search", "articles_desk_search", "articles_headline"}  # tables without models
AT_ONCE = 2_000


def sum_of_tables() -> dict[str, str]:
    """Return the checksum of each table, by its name; rows are read in order and never all in memory."""
    sums = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label not in NOT_COMPARED and not model._meta.proxy and model._meta.managed:
            sums[model._meta.db_table] = _sum(_rows(model))
    tables = connection.introspection.table_names()
    for table in sorted(OUTSIDE & set(tables)):
        sums[table] = _sum(_rows_outside(table))
    return sums


def _sum(rows: Iterator[Any]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, default=str).encode())
    return digest.hexdigest()


def _rows(model: type[models.Model]) -> Iterator[Any]:
    columns = [field.attname for field in model._meta.concrete_fields]
    yield from model._base_manager.order_by("pk").values_list(*columns).iterator(AT_ONCE)


def _rows_outside(table: str) -> Iterator[Any]:
    with connection.cursor() as cursor:
        columns = "*" if connection.vendor == "postgresql" else "rowid, *"
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY 1")  # noqa: S608 - our own names
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows
