"""How it is known that somebody changed a row since an import made it: its hash then and now.

Every step and save on the desk counts an article's version, so the version stands for the article.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable

from django.apps import apps
from django.db.models import Model

from articles.models import Article, ImportedRow

BY_ITSELF = {"changed_at", "first_cut", "made_cut", "wanted_cut", "former_key", "name_key", "uploaded_at"}


def trace_of(row: Model) -> str:
    """Return the hash of a row's columns, except those that the newsroom writes by itself."""
    values = {
        field.attname: str(field.get_prep_value(field.value_from_object(row)))
        for field in row._meta.concrete_fields
        if field.attname not in BY_ITSELF
    }
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def trace_of_article(version: int, stage: str, *, is_trashed: bool) -> str:
    """Return what stands for an article as it is."""
    return f"version {version}, {stage}{', trashed' if is_trashed else ''}"


def traces_now(rows: Iterable[ImportedRow]) -> dict[int, str]:
    """Return the traces of the rows that items were made into, by the number of the item; missing ones are gone."""
    numbers: dict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        if row.row and row.made:
            numbers[row.model][row.row] = row.pk
    traces = {}
    for label, items in numbers.items():
        for pk, trace in _traces(label, list(items)):
            traces[items[pk]] = trace
    return traces


def _traces(label: str, pks: list[int]) -> Iterable[tuple[int, str]]:
    if label == Article._meta.label:
        columns = ("pk", "version", "stage", "trashed_at")
        for pk, version, stage, trashed_at in Article.objects.filter(pk__in=pks).values_list(*columns):
            yield pk, trace_of_article(version, stage, is_trashed=bool(trashed_at))
        return
    for row in apps.get_model(label)._base_manager.filter(pk__in=pks):
        yield row.pk, trace_of(row)
