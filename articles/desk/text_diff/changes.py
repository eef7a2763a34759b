"""The fields in which two snapshots differ, and their differences, for people to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ForeignKey, TextField
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.desk.text_diff.marking import Comparison, items, marked_words, words_beside
from articles.models import Article, Author, Image, Merge, Section
from articles.models.copy import Copy

MODELS = {
    "section_id": Section,
    "further_sections": Section,
    "bylines": Author,
    "lead_image_id": Image,
    "related": Article,
    "translation_of_id": Article,
}
LISTS = {
    "bylines": gettext_lazy("bylines"),
    "further_sections": gettext_lazy("further sections"),
    "tags": gettext_lazy("tags"),
    "dated_corrections": gettext_lazy("dated corrections"),
    "related": gettext_lazy("what to read next"),
}
FIRST = ["headline", "standfirst", "body"]  # the text, before its furniture
NAMED = 500  # rows whose names are read
LARGEST = 2**63
Names = dict[tuple[type, int], str]


@dataclass(frozen=True)
class FieldChange:
    """A field that differs: its old value, its new value, and both in one with the difference marked."""

    field: str
    label: str
    before: SafeString
    after: SafeString
    marked: SafeString
    body: Comparison | None = None  # of the body: for a page that folds unchanged parts


def compare_snapshots(before: dict[str, Any], after: dict[str, Any], names: Iterable[str] = ()) -> list[FieldChange]:
    """Return each field in which two snapshots (``revisions.snapshot``) differ, the text first; at most four queries.

    With ``names``, return those fields instead, whether they differ or not.
    """
    fields = {field.attname: field for field in Copy._meta.local_fields if field.attname not in LISTS}
    order = [*FIRST, *(name for name in [*fields, *LISTS] if name not in FIRST)]
    wanted_names = set(names) or {name for name in order if _value(fields, before, name) != _value(fields, after, name)}
    field_names = [name for name in order if name in wanted_names]
    row_names = _names([before, after], field_names)
    return [
        _change(fields, name, _value(fields, before, name), _value(fields, after, name), row_names)
        for name in field_names
    ]


def _value(fields: dict, snapshot: dict[str, Any], name: str) -> Any:
    """Return a field's value in a snapshot, or the default of a field that is newer than the snapshot."""
    if name in snapshot:
        return snapshot[name]
    if name in LISTS:
        return []
    return None if isinstance(fields[name], ForeignKey) else fields[name].get_default()


def _change(fields: dict, name: str, old: Any, new: Any, names: Names) -> FieldChange:
    label = capfirst(str(fields[name].verbose_name if name in fields else LISTS[name]))
    if name == "body":
        body = Comparison(_text(old), _text(new))
        left, right = body.sides()
        return FieldChange(name, label, left, right, body.prose(), body)
    if name in LISTS:
        old, new = _list(name, old, names), _list(name, new, names)
        return FieldChange(name, label, items(old, new, "before"), items(old, new, "after"), items(old, new))
    old, new = _value_in_words(fields[name], old, names), _value_in_words(fields[name], new, names)
    if isinstance(fields[name], TextField) or not _is_chosen(fields[name]):
        return FieldChange(name, label, *words_beside(old, new), marked_words(old, new))
    old_list, new_list = [old], [new]
    sides = items(old_list, new_list, "before"), items(old_list, new_list, "after")
    return FieldChange(name, label, *sides, items(old_list, new_list, separator=" "))


def _is_chosen(field: Any) -> bool:
    return bool(field.flatchoices) or isinstance(field, BooleanField | ForeignKey) or field.attname == "slug"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _value_in_words(field: Any, value: Any, names: Names) -> str:
    if isinstance(field, BooleanField):
        return str(_("yes") if value else _("no"))
    if isinstance(field, ForeignKey):
        return _name(MODELS[field.attname], value, names) if value else str(_("none"))
    if field.flatchoices:
        return str(dict(field.flatchoices).get(str(value), value))
    return "" if value is None else str(value)


def _list(name: str, value: Any, names: Names) -> list[str]:
    value = value if isinstance(value, list) else []
    if name == "dated_corrections":
        return [_correction(row) for row in value]
    if name in MODELS:
        return [_name(MODELS[name], number, names) for number in value]
    return [str(item) for item in value]


def _correction(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row)
    try:
        day = parse_date(str(row.get("day", "")))
    except ValueError:
        day = None
    return f"{date_format(day) if day else row.get('day', '')}: {row.get('text', '')}"


def _name(model: type, number: Any, names: Names) -> str:
    row_name = names.get((model, number)) if isinstance(number, int) else None
    return row_name or str(_("number %(id)s, no longer there") % {"id": number})


def _names(snapshots: Iterable[dict[str, Any]], differing: Iterable[str]) -> Names:
    """Return the names of all rows to which the differing fields refer, in a query for each kind of row."""
    ids_by_model: dict[type, set[int]] = {}
    for name in set(differing) & set(MODELS):
        for snapshot in snapshots:
            value = snapshot.get(name)
            ids = ids_by_model.setdefault(MODELS[name], set())
            several = value if isinstance(value, list) else [value]
            ids |= {number for number in several if isinstance(number, int) and 0 < number < LARGEST}
    names = {}
    for model, ids in ids_by_model.items():
        rows = model.objects.filter(pk__in=sorted(ids)[:NAMED])  # type: ignore[attr-defined]
        for row in rows.only("headline") if model is Article else rows:
            names[model, row.pk] = str(row)
        if lacking := {number for number in ids if (model, number) not in names}:
            names |= _former_names(model, lacking)
    return names


def _former_names(model: type, numbers: set[int]) -> Names:
    """Return the former names of rows that were merged into others since."""
    kind = model._meta.model_name  # type: ignore[attr-defined]
    rows = Merge.objects.filter(kind=kind, gone__in=sorted(numbers)[:NAMED]).order_by("pk")
    return {(model, number): name for number, name in rows.values_list("gone", "gone_name")}
