"""The errors of a screen's fields: listed above its form, or left out where a form is only shown."""

from typing import Any

from django.forms.utils import ErrorDict, ErrorList


def errors_of(form: Any) -> list[tuple[str, str, str]]:
    """The errors of one form's fields: the field's id, its name, and what is wrong."""
    return [
        (form[name].auto_id, str(form[name].label), str(text))
        for name, texts in form.errors.items()
        if name in form.fields
        for text in texts
    ]


def without_errors(context: dict[str, Any]) -> None:
    """Take the errors out of the ``context`` of a form: what is wrong with it is said when somebody saves it."""
    context["adminform"].form._errors = ErrorDict()
    context["errors"] = []
    for inline in context["inline_admin_formsets"]:
        inline.formset._non_form_errors = ErrorList()
        for form in inline.formset.forms:
            form._errors = ErrorDict()
