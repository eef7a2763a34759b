"""Forms that were typed and not saved, on the screen: in the original form, or as a list of what was typed."""

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.body.markup import LONGEST, clean, remember_cleaned
from articles.body.references import thaw_rates
from articles.models import UnsavedForm
from articles.models.copy import BodyField
from ground.characters import strip_control
from ground.model_admins import ChangeFormAdmin
from newsroom.desk import unsaved_forms

Why = UnsavedForm.Why
DRAWS = {"articles_placement_board": ({"_save", "_over"}, "_draw")}  # screens that can show unsaved changes


class NotSaved(forms.BaseForm):
    """A form that is shown as it was filled in, and never saved."""

    def is_valid(self):
        super().is_valid()
        return False


class FilledIn(ChangeFormAdmin):
    """A model's admin whose forms can be filled in with what was typed and not saved."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        with remember_cleaned():
            return self._show_or_save(request, object_id, form_url, extra_context)

    def _show_or_save(self, request, object_id, form_url, extra_context):
        number = request.GET.get("unsaved")
        if request.method != "GET" or not number:
            self._clean_first(request, object_id, request.POST)
            return super().changeform_view(request, object_id, form_url, extra_context)
        row = unsaved_forms.unsaved_form_of(request.user, number)
        model_admin, key = unsaved_forms.model_admin_of(self.admin_site, row.path) if row else (None, None)
        if model_admin is not self or key != object_id:
            messages.warning(request, _("What was typed here was saved or dropped meanwhile."))
            return HttpResponseRedirect(request.path)
        return self._show_filled_in(request, row, object_id, form_url, extra_context)

    def _clean_first(self, request, object_id, data):
        """Clean stored and typed bodies before Django begins its transaction, in which nobody else writes."""
        names = [field.name for field in self.opts.concrete_fields if isinstance(field, BodyField)] if data else []
        row = self.get_object(request, unquote(object_id)) if names and object_id else None
        for name in names:
            for html in (data.get(name, ""), getattr(row, name, "")):
                if len(html) <= LONGEST:
                    clean(thaw_rates(clean(html)))

    def _show_filled_in(self, request, row, object_id, form_url, extra_context):
        """Show the form filled in from ``row``, without errors; nothing is saved."""
        _files = request.FILES  # read before it is a POST, because reading them reads POST anew
        request.method, request.POST, request.filled_in = "POST", row.data, row
        self._clean_first(request, object_id, row.data)
        with transaction.atomic():
            return self._changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if getattr(request, "filled_in", None):
            return type(form.__name__, (NotSaved, form), {"__module__": form.__module__})
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        from articles.admin.form_errors import without_errors  # its package registers with us: not while we are loaded

        if row := getattr(request, "filled_in", None):
            without_errors(context)
            context |= {"filled_in": row, "filled_in_why": why(row), "unsaved": row.pk}
        elif request.method == "POST":
            context |= {"unsaved": request.POST.get(unsaved_forms.UNSAVED, ""), "wrong": _wrong(context)}
        return super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)


class SentForms(ChangeFormAdmin):
    """A model's screens, which tell the browser what is saved, and show what was typed for a row that is gone."""

    def response_add(self, request, obj, post_url_continue=None):
        request.is_saved = True  # whatever the answer is: some screens show a page that is no redirect
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        request.is_saved = True
        return super().response_change(request, obj)

    def construct_change_message(self, request, form, formsets, add=False):
        message = super().construct_change_message(request, form, formsets, add)
        request.changed_nothing = not add and not message
        return message

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Show what was typed into the form of a deleted row, so that it can be copied.

        A model admin whose rows become something else overrides ``tell_what_became()``.
        """
        redirect = self.keep_words(request, object_id) if request.method == "POST" else None
        return redirect or super()._get_obj_does_not_exist_redirect(request, opts, object_id)

    def keep_words(self, request, object_id):
        """Keep what was typed into a form that can't be saved any more, and return a redirect to it; None if empty.

        A form of too many characters is not kept.
        """
        fields = unsaved_forms.typed_in(request.POST)
        if IS_POPUP_VAR in request.POST or not unsaved_forms.has_words(fields) or unsaved_forms.is_too_large(fields):
            return None
        self.tell_what_became(request, object_id)
        request.is_not_saved = True
        row = unsaved_forms.store(request.user, request.path, fields, [], Why.GONE)
        return HttpResponseRedirect(unsaved_forms.form_address(row))

    def tell_what_became(self, request, object_id):
        """Add a message on what the row is now; most missing rows are deleted, and have none."""
        parent = getattr(super(), "tell_what_became", None)
        return parent(request, object_id) if parent else None


def _wrong(context):
    """Every error of a screen's fields: the field's id, its name, and what is wrong."""
    from articles.admin.form_errors import errors_of  # its package registers with us: not while we are loaded

    all_errors = errors_of(context["adminform"].form)
    for inline in context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            all_errors += errors_of(form)
    return all_errors


STOCK = {  # Django's messages on a list's actions
    "Items must be selected in order to perform actions on them. No items have been changed.": gettext_lazy(
        "Nothing was done: tick the rows first."
    ),
    "No action selected.": gettext_lazy("Nothing was done: choose what to do with the rows."),
}


class NothingNew(ChangeFormAdmin):
    """A ModelAdmin that says so when a save changed nothing, and uses the desk's words for actions.

    It stands right above Django's class, so that a model's own messages are left alone.
    """

    guards_itself = False  # True for screens whose form carries a version, and which save and recover by themselves

    def response_change(self, request, obj):
        request.says_changed = getattr(request, "changed_nothing", False)
        try:
            return super().response_change(request, obj)
        finally:
            request.says_changed = False

    def message_user(self, request, message, level=messages.INFO, *args, **kwargs):
        if getattr(request, "says_changed", False) and level == messages.SUCCESS and not self.guards_itself:
            message = _("Nothing new to save: it stays as it was.")
        message = STOCK.get(str(message), message)
        super().message_user(request, message, level, *args, **kwargs)


def form_view(request, pk, *, site):
    """Show a form that was not saved: in the original form, or as a list of what was typed."""
    row = unsaved_forms.unsaved_form_of(request.user, pk)
    if row is None:
        messages.warning(request, _("This was saved or dropped meanwhile."))
        return HttpResponseRedirect(reverse("admin:index"))
    if request.method == "POST":
        row.delete()
        messages.success(request, _("Dropped."))
        return HttpResponseRedirect(reverse("admin:index"))
    if address := unsaved_forms.screen_of(site, request, row):
        if not row.pk:  # the screen has taken it over, and does not say why it is there
            messages.warning(request, why(row))
        return HttpResponseRedirect(address)
    return render(request, "admin/unsaved_form.html", _context(request, row, site))


def keep_view(request, *, site):
    """Store what the browser kept, and show it."""
    path, fields = strip_control(request.POST.get("path", "")), unsaved_forms.read_typed(request.POST.get("fields", ""))
    if request.method != "POST" or fields is None or not _is_of_the_desk(path):
        request.is_not_saved = True
        messages.error(request, _("The browser sent nothing that can be shown. It is still kept in the browser."))
        return HttpResponseRedirect(reverse("admin:index"))
    row = unsaved_forms.store(request.user, path, fields, [], Why.LEFT)
    return HttpResponseRedirect(unsaved_forms.form_address(row))


def _is_of_the_desk(path: str) -> bool:
    if not path.startswith(reverse("admin:index")) or len(path) > unsaved_forms.LONGEST_PATH:
        return False
    try:
        return bool(resolve(path.partition("?")[0]).url_name)  # an address that is not ours has none
    except Resolver404:
        return False


def why(row: UnsavedForm) -> str:
    """Return what happened to a form, in a sentence or two."""
    texts = {
        Why.LOGIN: _(
            "You were logged out when you sent this, so nothing was saved. What you typed is here: look at it."
        ),
        Why.EXPIRED: _(
            "You had logged in anew since this form was opened, so nothing was saved. What you typed is here."
        ),
        Why.LEFT: _("You typed this and left the page, so nothing was saved. What you typed is here: look at it."),
        Why.STEP: _("You typed this for a step of an article, and did not take it. What you typed is here."),
        Why.GONE: _(
            "What this form was about is deleted, or something else by now, so nothing was saved. Copy what you need."
        ),
    }
    return texts[Why(row.why)]


def _context(request, row, site):
    name = getattr(resolve(row.path.partition("?")[0]), "url_name", "")
    dropped, instead = DRAWS.get(name, (set(), ""))
    fields = {key: values for key, values in row.fields.items() if key not in dropped}
    if instead:
        fields[instead] = ["1"]
    return site.each_context(request) | {
        "title": _("Typed and not saved"),
        "row": row,
        "about": unsaved_forms.form_title(site, row),
        "why": why(row),
        "words": [(_label(name), value) for name, value in _words(row)],
        "sent": [(name, value) for name, values in fields.items() for value in values],
        "only_draws": bool(instead),
    }


def _words(row):
    """Yield what a person typed or chose, field by field."""
    for name, values in row.fields.items():
        if unsaved_forms.has_words({name: values}) or name == "action":
            yield from ((name, value) for value in values if value.strip())


def _label(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").strip()
