"""Edit conflicts: no form of the admin saves over what somebody else saved meanwhile.

A change form has a mark of every field as it was loaded. When it is sent, the row is locked and the marks are computed
again; if any differs, nothing is saved. The form comes back with all that was typed and, beside it, the stored values,
field by field. Marks are keyed digests, so a page only tells whether a value is the same.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from articles.desk import notices
from ground.model_admins import ChangeFormAdmin
from newsroom.desk import form_values

LOADED, OVER, KEEP = "_loaded", "_over", "_keep_"  # in a form: marks as loaded; marks saved over; a field's choice
ROWS = "rows of "  # prefix of the mark of all inline rows; no field has such a name


@dataclass(frozen=True)
class DifferingField:
    """A field for which two people want different values; ``name`` is empty for inline rows."""

    name: str
    label: str
    words: tuple[str, str]  # theirs, mine
    keeps_theirs: bool = False  # by default: I did not change it

    @cached_property
    def sides(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Both texts in parts, compared when the page is written: the row's transaction has ended by then."""
        return form_values.marked(*self.words)

    @property
    def theirs(self) -> list[tuple[str, str]]:
        return self.sides[0]

    @property
    def mine(self) -> list[tuple[str, str]]:
        return self.sides[1]

    @property
    def keeps_mine(self) -> bool:
        return not self.keeps_theirs


@dataclass(frozen=True)
class Newer:
    """What was saved after a form was loaded, and by whom, if the log has it."""

    marks: str
    by: str
    at: datetime | None
    differences: list[DifferingField]


def marks_of(form: forms.BaseForm, formsets: list) -> dict[str, str]:
    """Return a mark of each editable field of ``form``, as it is stored, and of each group of inline rows."""
    marks = {name: _mark(form_values.stored_value(form, name)) for name in _fields(form)}
    for formset in formsets:
        rows = [
            [row.instance.pk, *(form_values.stored_value(row, name) for name in _fields(row))]
            for row in formset.initial_forms
        ]
        marks[ROWS + formset.prefix] = _mark(rows)
    return marks


def _fields(form: forms.BaseForm) -> list[str]:
    return [name for name, field in form.fields.items() if not field.disabled]


def _mark(value: Any) -> str:
    return salted_hmac("newsroom.overwriting", json.dumps(value, default=str)).hexdigest()[:16]


def pack(marks: dict[str, str]) -> str:
    return json.dumps({"at": timezone.now().timestamp(), "marks": marks}, separators=(",", ":"))


def unpack_marks(sent: str | None) -> tuple[datetime | None, dict[str, str]]:
    """Return when a form was loaded and its marks; nothing for an invalid text."""
    try:
        packed = json.loads(sent or "")
        return datetime.fromtimestamp(packed["at"], UTC), dict(packed["marks"])
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None, {}


class Refusing(forms.BaseForm):
    """A form that is not saved because the database has something newer."""

    def full_clean(self):
        super().full_clean()
        text = _("Somebody saved this after you opened it. Nothing of yours is lost: it is all in this form.")
        self.add_error(None, ValidationError(text, code="newer"))


class LoggedValues(ChangeFormAdmin):
    """A model's admin whose log has the values of fields before and after."""

    def construct_change_message(self, request, form, formsets, add=False):
        """Return Django's message, with the values before and after of the fields that changed."""
        message = super().construct_change_message(request, form, formsets, add)
        own: dict[str, Any] = next((part["changed"] for part in message if "fields" in part.get("changed", {})), {})
        if own and "object" not in own and (values := form_values.changes_in_words(form, own["fields"])):
            own["values"] = values
        return message


class Guarded(ChangeFormAdmin):
    """A model's admin with change forms that overwrite nothing unseen."""

    def _changeform_view(self, request, object_id, form_url, extra_context):
        """Check, within Django's transaction, that the row is the one that was loaded; then call Django's view."""
        if request.method == "POST" and object_id is not None and "_saveasnew" not in request.POST:
            request.newer = self._newer(request, unquote(object_id))
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def _newer(self, request, number):
        to_field = request.POST.get(TO_FIELD_VAR, request.GET.get(TO_FIELD_VAR))
        if to_field and not self.to_field_allowed(request, to_field):
            return None  # Django refuses it
        row = self.get_object(request, number, to_field)
        if row is None or not self.has_change_permission(request, row):
            return None
        if row.pk is not None:  # locks the row, so that two saves follow one another from here on
            list(self.model._base_manager.select_for_update().filter(pk=row.pk).values_list("pk"))
            row = self.get_object(request, number, to_field)
            if row is None:
                return None
        return self._compare(request, row)

    def _compare(self, request, row):
        """Return what is newer than the form that was sent; None if it may be saved."""
        form_class = self.get_form(request, row, change=True)
        stored, formsets = form_class(instance=row), self._stored_formsets(request, row)
        now = marks_of(stored, formsets)
        if OVER in request.POST:
            request.POST = _with_choices(request.POST, stored)
        loaded_at, loaded = unpack_marks(request.POST.get(OVER, request.POST.get(LOADED)))
        if all(loaded.get(name) == mark for name, mark in now.items()):
            return None
        typed = form_class(request.POST, request.FILES, instance=row)
        differences = _differences(typed, loaded)
        differences += _rows_that_differ(formsets, now, loaded)
        if not differences:
            return None
        entry = _newest_entry(row, loaded_at)
        by = _saver(entry, request.user) if entry else ""
        return Newer(pack(now), by, entry and entry.action_time, differences)

    def _stored_formsets(self, request, row):
        """Return the inline rows as they are stored, whatever was sent."""
        formsets, prefix_counts = [], Counter[str]()
        for formset_class, inline in self.get_formsets_with_inlines(request, row):
            prefix = formset_class.get_default_prefix()
            prefix_counts[prefix] += 1
            prefix = prefix if prefix_counts[prefix] == 1 else f"{prefix}-{prefix_counts[prefix]}"
            queryset = inline.get_queryset(request)
            formsets.append(formset_class(instance=row, prefix=prefix, queryset=queryset))
        return formsets

    def get_form(self, request, obj=None, change=False, **kwargs):
        form_class = super().get_form(request, obj, change, **kwargs)
        if getattr(request, "newer", None):
            return type(form_class.__name__, (Refusing, form_class), {})
        return form_class

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change and obj is not None and self.has_change_permission(request, obj):
            context |= {"newer_row": getattr(request, "newer", None), "loaded": _loaded(request, context)}
            if context["newer_row"] and not (context.get("to_mend") or _has_other_errors(context)):
                context["errors"] = []  # nothing is wrong: the choices are shown separately
        return super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)


def _has_other_errors(context):
    """Return whether anything else is to be corrected than what somebody saved meanwhile."""
    form = context["adminform"].form
    codes = {error.code for name, errors in form.errors.as_data().items() for error in errors}
    return bool(codes - {"newer"}) or any(
        inline.formset.total_error_count() for inline in context["inline_admin_formsets"]
    )


def _newest_entry(row, since):
    """Return the newest log entry after ``since``; programs that change rows leave none."""
    kinds = {ContentType.objects.get_for_model(row, for_concrete_model=concrete) for concrete in (True, False)}
    entries = LogEntry.objects.filter(content_type__in=kinds, object_id=str(row.pk)).select_related("user")
    return (entries.filter(action_time__gte=since) if since else entries).first()


def _saver(entry, reader):
    return _("you, in another window") if entry.user_id == reader.pk else notices.name_of_person(entry.user)


def _loaded(request, context):
    """Return the marks of a form as it was first loaded, however often it comes back."""
    if request.method == "POST":
        agreed = None if request.newer else request.POST.get(OVER)
        return agreed or request.POST.get(LOADED, "")
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    return pack(marks_of(context["adminform"].form, formsets))


def _with_choices(sent, stored):
    """Return what was sent, with the stored value in every field where somebody chose that."""
    sent = sent.copy()
    for name in _fields(stored):
        if sent.get(KEEP + name) == "theirs":
            for key, values in form_values.as_sent(stored, name).items():
                sent.setlist(key, values)
    return sent


def _differences(form, loaded):
    differing = []
    for name in _fields(form):
        theirs, mine = form_values.stored_value(form, name), form_values.typed_value(form, name)
        if theirs != mine and form_values.has_changed(form, name):
            words, label = form_values.both_in_words(form, name), str(form[name].label)
            differing.append(DifferingField(name, label, words, keeps_theirs=_mark(mine) == loaded.get(name)))
    return differing


def _rows_that_differ(formsets, now, loaded):
    differing = []
    for formset in formsets:
        name = ROWS + formset.prefix
        if now[name] != loaded.get(name):
            theirs = ", ".join(str(row.instance) for row in formset.initial_forms)
            label = str(formset.model._meta.verbose_name_plural)
            differing.append(DifferingField("", label, (theirs, str(_("as they stand below")))))
    return differing


def refuse_editable_list(admin_class: type) -> None:
    """Raise ``ImproperlyConfigured`` for screens whose list is a form: it can't say what it would save over."""
    if getattr(admin_class, "list_editable", ()):
        text = "{} has list_editable: a list can’t say what it would save over. Edit the rows in their own forms."
        raise ImproperlyConfigured(text.format(admin_class.__name__))
