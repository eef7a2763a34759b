"""Where tags, authors and sections stand: the tables whose rows a merge moves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from articles.models import Merge
from articles.models.redirect import MODELS


@dataclass(frozen=True)
class MergePlace:
    """A table with a column that points at a thing; in one ``whole`` (a column, too) no thing stands twice."""

    label: str
    column: str
    whole: str = ""
    article: str = ""  # where the article is found, of working copies
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


def kind_of(thing: Model) -> Merge.Kind:
    return KINDS[thing._meta.label]


def model_of(label: str) -> type[Model]:
    return apps.get_model(label)


def thing(merge: Merge, number: int) -> Any:
    """The tag, author or section of this number, locked; None if there is none any more."""
    return model_of(MODELS[merge.kind])._base_manager.filter(pk=number).select_for_update().first()


def both_rows(merge: Merge) -> tuple[Any, Any]:
    """What goes and what stays, as far as they are there."""
    found = model_of(MODELS[merge.kind])._base_manager.in_bulk([merge.gone, merge.stays])
    return found.get(merge.gone), found.get(merge.stays)


def columns_as_json(values: dict[str, Any]) -> dict[str, Any]:
    """Columns as JSON, to the microsecond."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def row_from_json(model: type[Model], values: dict[str, Any]) -> Model:
    """A row as ``plain`` wrote it, not yet stored."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: fields[name].to_python(value) for name, value in values.items() if name in fields})
