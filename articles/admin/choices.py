"""The fields of a form that offer choices, with their types: what a form offers depends on who fills it in."""

from django import forms


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """Return the field ``name`` of ``form``, which must be a choice."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - its form declares it so
    return field


def row_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    """Return the field ``name`` of ``form``, which must be a choice of rows."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - its form declares it so
    return field
