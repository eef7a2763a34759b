"""The value of a form's field: as its browser has it, and in words for a person or the log."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from articles.desk.text_diff.matching import Budget, Matcher

LONGEST = 300  # characters of a value in the log
WORDS = re.compile(r"\s*\S+|\s+")  # the second part, so that spaces without a word are read once
MOST_WORDS = 2000  # of a text whose differences are marked
SAME, ONLY_HERE = "", "marked"


def stored_value(form: forms.BaseForm, name: str) -> str | list[str]:
    """Return a field's stored value as its browser would have it."""
    return _browser_value(form.fields[name], form.get_initial_for_field(form.fields[name], name))


def typed_value(form: forms.BaseForm, name: str) -> str | list[str]:
    """Return a field's sent value as its browser had it."""
    field, bound = form.fields[name], form[name]
    return _browser_value(field, field.bound_data(bound.data, form.get_initial_for_field(field, name)))


def has_changed(form: forms.BaseForm, name: str) -> bool:
    """Return whether the typed text means another value than the stored one: 1.50 is the same number as 1.5."""
    field = form.fields[name]
    return field.has_changed(form.get_initial_for_field(field, name), form[name].data)


def _browser_value(field: forms.Field, value: Any) -> str | list[str]:
    widget, value = _widget(field), field.prepare_value(value)
    if isinstance(widget, forms.CheckboxInput):
        return "on" if widget.check_test(value) else ""
    if isinstance(widget, forms.MultiWidget):
        parts = value if isinstance(value, list | tuple) else widget.decompress(value) or []
        return [_text(part.format_value(part_value)) for part, part_value in zip(widget.widgets, parts, strict=False)]
    value = widget.format_value(value)
    if isinstance(value, list | tuple | set):
        return sorted(map(_text, value))
    return _text(value)


def _widget(field: forms.Field) -> forms.Widget:
    inner = getattr(field.widget, "widget", None)  # the admin wraps choices in a widget with a link beside it
    return inner if isinstance(inner, forms.Widget) else field.widget


def _text(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")


def as_sent(form: forms.BaseForm, name: str) -> dict[str, list[str]]:
    """Return what a browser sends for a field that nobody changed."""
    widget, value, key = _widget(form.fields[name]), stored_value(form, name), form.add_prefix(name)
    if isinstance(widget, forms.MultiWidget):
        names: list[str] = vars(widget)["widgets_names"]  # django-stubs leave it out
        return {key + end: [part] for end, part in zip(names, value, strict=False)}
    if isinstance(widget, forms.CheckboxInput):
        return {key: ["on"] if value else []}
    return {key: [value] if isinstance(value, str) else value}


def both_in_words(form: forms.BaseForm, name: str) -> tuple[str, str]:
    """Return a field in words: its stored value, and the typed one."""
    field, before = form.fields[name], form.get_initial_for_field(form.fields[name], name)
    return value_in_words(field, before), value_in_words(field, field.bound_data(form[name].data, before))


def value_in_words(field: forms.Field, value: Any) -> str:
    """Return ``value``, stored or typed, in words."""
    if isinstance(_widget(field), forms.CheckboxInput):
        return _("yes") if _browser_value(field, value) else _("no")
    if value is None or value == "":
        return _nothing(field)
    if isinstance(field, forms.ModelMultipleChoiceField):
        return _names(field, value)
    if isinstance(field, forms.ModelChoiceField):
        return _name(field, value)
    choices = dict(_flat(getattr(field, "choices", ())))
    shown_value = _browser_value(field, value)
    return ", ".join(
        str(choices.get(key, key)) for key in ([shown_value] if isinstance(shown_value, str) else shown_value)
    )


def _nothing(field: forms.Field) -> str:
    """Return the label for an empty choice, if it is words."""
    is_row = isinstance(field, forms.ModelChoiceField)
    label = "" if is_row else str(dict(_flat(getattr(field, "choices", ()))).get("", ""))
    return "" if label.startswith("-") else label


def _names(field: forms.ModelMultipleChoiceField, value: Any) -> str:
    try:
        rows = field.clean([getattr(row, "pk", row) for row in value])
    except ValidationError:  # no longer one of the choices
        rows = value
    return ", ".join(field.label_from_instance(row) for row in rows)


def _name(field: forms.ModelChoiceField, value: Any) -> str:
    row = value if isinstance(value, Model) else _row(field, value)
    return field.label_from_instance(row) if row else _text(value)


def _row(field: forms.ModelChoiceField, value: Any) -> Model | None:
    """Return the choice that ``value`` stands for; None if it is none, or none any more."""
    assert field.queryset is not None  # noqa: S101 - Django makes each such field with one
    try:
        row = getattr(field, "known_rows", {}).get(str(value))
        return row or field.queryset.filter(**{field.to_field_name or "pk": value}).first()
    except (TypeError, ValueError):
        return None


def _flat(choices: Any) -> list[tuple[str, Any]]:
    pairs = []
    for key, label in choices:
        pairs += _flat(label) if isinstance(label, list | tuple) else [(_text(key), label)]
    return pairs


def changes_in_words(form: forms.BaseForm, labels: list[str]) -> dict[str, list[str]]:
    """Return old and new values of changed fields by ``labels`` (of ``form.changed_data``); no secrets, no formatted
    text.
    """
    values = {}
    for name, label in zip(form.changed_data, labels, strict=True):
        field = form.fields.get(name)
        if field is None or _is_private(name, field):
            continue
        before = value_in_words(field, form.get_initial_for_field(field, name))
        after = value_in_words(field, form.cleaned_data.get(name))
        values[label] = [Truncator(text).chars(LONGEST) for text in (before, after)]
    return values


def _is_private(name: str, field: forms.Field) -> bool:
    hidden = isinstance(_widget(field), forms.PasswordInput | forms.HiddenInput) or "password" in name
    return hidden or isinstance(field, forms.FileField) or hasattr(_widget(field), "config")  # the body's editor


def marked(theirs: str, mine: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return both texts in parts; those in only one of them are ``ONLY_HERE``."""
    left, right = WORDS.findall(theirs), WORDS.findall(mine)
    if max(len(left), len(right)) > MOST_WORDS:
        return [(SAME, theirs)], [(SAME, mine)]
    parts: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    for kind, *ends in Matcher(left, right, Budget()).get_opcodes():
        for side, words in enumerate((left[ends[0] : ends[1]], right[ends[2] : ends[3]])):
            text = "".join(words)
            bare = text.lstrip() if kind != "equal" else ""
            parts[side].extend(part for part in ((SAME, text.removesuffix(bare)), (ONLY_HERE, bare)) if part[1])
    return parts
