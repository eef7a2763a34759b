"""The tables whose rows refer to tags, authors and sections, and are moved by a merge."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from articles.models import Merge
from articles.models.redirect import MODELS


@dataclass(frozen=True)
class MergePlace:
    """A table with a column for the merged kind of row; within one ``whole`` (a column, too) none occurs twice."""

    label: str
    column: str
    whole: str = ""
    article: str = ""  # the path to the article, for tables of working copies
    newest: str = "-pk"
    is_ordered: bool = False  # within the whole

    @property
    def rows(self) -> QuerySet:
        return model_of(self.label)._base_manager.all()


PLACES = {
    Merge.Kind.TAG: [
        MergePlace("articles.EditionTag", "tag_id", "edition_id", newest="-published_at"),
        MergePlace("articles.ArticleTag", "tag_id", "content_object_id", "content_object_id"),
    ],
    Merge.Kind.AUTHOR: [
        MergePlace("articles.EditionByline", "author_id", "edition_id", newest="-published_at", is_ordered=True),
        MergePlace("articles.ArticleByline", "author_id", "article_id", "article_id", is_ordered=True),
    ],
    Merge.Kind.SECTION: [  # editions' own sections are moved with their listings
        MergePlace("articles.Article", "section_id", "", "pk", newest="-saved_at"),
        MergePlace("articles.Template", "section_id"),
        MergePlace("articles.ArticleSection", "section_id", "article_id", "article_id"),
    ],
}
LISTED = "articles.EditionSection"
OF_A_SECTION = ["articles.CheckRule", "articles.Placement", "articles.BoardRevision"]  # go with it
KINDS = {label: Merge.Kind(kind) for kind, label in MODELS.items() if kind in Merge.Kind.values}


def kind_of(row: Model) -> Merge.Kind:
    return KINDS[row._meta.label]


def model_of(label: str) -> type[Model]:
    return apps.get_model(label)


def lock_row(merge: Merge, number: int) -> Any:
    """Return the tag, author or section with this primary key, locked; None if it does not exist."""
    return model_of(MODELS[merge.kind])._base_manager.filter(pk=number).select_for_update().first()


def both_rows(merge: Merge) -> tuple[Any, Any]:
    """Return the row that goes and the row that stays, or None for one that does not exist."""
    rows_by_pk = model_of(MODELS[merge.kind])._base_manager.in_bulk([merge.gone, merge.stays])
    return rows_by_pk.get(merge.gone), rows_by_pk.get(merge.stays)


def columns_as_json(values: dict[str, Any]) -> dict[str, Any]:
    """Return columns as JSON, with times to the microsecond."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def row_from_json(model: type[Model], values: dict[str, Any]) -> Model:
    """Return an unsaved row of the values that ``columns_as_json`` wrote."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: fields[name].to_python(value) for name, value in values.items() if name in fields})
