"""The base of the desk's admin classes."""

from collections.abc import Mapping
from types import MappingProxyType

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Model, Q
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_prose_editor.fields import ProseEditorFormField

from articles.admin.lists import NoCountPaginator, holding_words, number_in_address
from articles.admin.times import TIME_FIELDS
from articles.body import markup, references
from articles.desk import notices, text_merge
from articles.models.copy import BodyField
from articles.models.merge import still_there, successors
from ground.rows import TickedRows


class ByNumber(forms.Select):
    """A widget that passes on only primary keys, so that any other value becomes an invalid choice."""

    def value_from_datadict(self, data, files, name):
        sent = super().value_from_datadict(data, files, name)
        if isinstance(sent, list):
            return [number_in_address(str(value)) for value in sent]
        return number_in_address(str(sent)) if sent else sent

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [text for text in value if number_in_address(str(text))], attr)


class RowChoice(ByNumber, AutocompleteSelect):
    """A row found by typing."""


class RowsChoice(ByNumber, AutocompleteSelectMultiple):
    """Rows found by typing."""


class KnownRowField(forms.ModelChoiceField):
    """A field that does not ask again for a row that a formset read for all its forms at once."""

    known_rows: Mapping[str, Model] = MappingProxyType({})  # by their numbers as text

    def to_python(self, value):
        return self.known_rows.get(str(value)) or super().to_python(value)


class RowField(KnownRowField):
    """A field that replaces a row merged while the form was open by the one it was merged into."""

    def clean(self, value):
        try:
            return super().clean(value)
        except forms.ValidationError:
            assert self.queryset is not None  # noqa: S101 - Django makes each such field with one
            if now := still_there(self.queryset.model, [number_in_address(str(value))]):
                return super().clean(now[0])
            raise


class RowsField(forms.ModelMultipleChoiceField):
    """A field that replaces rows merged while the form was open by those they were merged into."""

    def clean(self, value):
        try:
            return super().clean(value)
        except forms.ValidationError:
            numbers = [number_in_address(str(choice)) for choice in value or []]
            assert self.queryset is not None  # noqa: S101 - Django makes each such field with one
            now = still_there(self.queryset.model, numbers)
            if set(numbers) - set(now) - successors(self.queryset.model._meta.model_name, numbers).keys():
                raise
            return super().clean(now)


def person_column(name, label):
    """Return a column of a list with a person's name, where Django would show the login."""

    @admin.display(description=label)
    def column(row):
        user = getattr(row, name)
        return notices.name_of_person(user) if user else ""

    column.__name__ = name  # the admin makes the cell's class of it
    return column


class TypedHTML(ProseEditorFormField):
    """The body as the browser's editor writes it; a difference of notation is not a change."""

    def has_changed(self, initial, data):
        if not super().has_changed(initial, data):
            return False
        if max(len(initial or ""), len(data or "")) > markup.LONGEST:
            return True  # it is refused, and would take long to clean
        return _as_stored(initial or "") != _as_stored(data or "")


def _as_stored(html):
    return text_merge.as_editor_writes(references.thaw_rates(markup.clean(html)))


class LinkedRows(BaseModelAdmin):
    """Links beside the choice of a row to see it, change it or add one, but not to delete it."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and hasattr(field.widget, "can_delete_related"):
            field.widget.can_delete_related = False
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("form_class", RowField)
            kwargs.setdefault("widget", RowChoice(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class DeskAdmin(LinkedRows, TickedRows, admin.ModelAdmin):
    """The base of the admin: lists without counts, times in the paper's zone, a search for every alphabet."""

    formfield_overrides = TIME_FIELDS | {BodyField: {"form_class": TypedHTML, "widget": AdminTextareaWidget}}
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    paginator = NoCountPaginator

    def get_paginator(self, request, queryset, per_page, orphans=0, allow_empty_first_page=True):
        page = number_in_address(request.GET.get("p") or request.GET.get("page"))  # of a list, or of an autocomplete
        return self.paginator(queryset, per_page, orphans, allow_empty_first_page, number=page)

    def action_checkbox(self, obj):
        """Return Django's checkbox, without the template that it renders for every row of a list."""
        label = _("Select this object for an action - {}").format(obj)
        box = '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">'
        return format_html(box, ACTION_CHECKBOX_NAME, obj.pk, label)

    def get_search_results(self, request, queryset, search_term):
        """Return rows with all the words in any of ``search_fields``; for a number, also the row with that id."""
        condition = holding_words(search_term, *self.get_search_fields(request))
        if number_in_address(search_term):
            condition |= Q(pk=number_in_address(search_term))
        return queryset.filter(condition), False


class DeskInline(LinkedRows, admin.TabularInline):
    """Rows within another row's form."""
