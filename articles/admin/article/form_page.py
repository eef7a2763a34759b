"""The page of an article's form filled in with what somebody typed; a form that shows what is stored is Django's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin, helpers
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.forms import BaseInlineFormSet, all_valid
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from articles.admin.article.conflict import find_conflict
from articles.admin.article.form import ArticleForm
from articles.admin.article.pages import DeskRequest
from articles.admin.form_errors import without_errors
from articles.models import Article


@dataclass(frozen=True)
class FilledForm:
    """The form of ``article`` (None: a new one) with its rows of bylines, filled in with what was ``sent``."""

    article: Article | None
    sent: QueryDict
    form: ArticleForm
    formsets: Sequence[BaseInlineFormSet]

    def is_valid(self) -> bool:
        """Return whether all of it can be saved; each part is validated, so that each shows its errors."""
        is_valid = self.form.is_valid()
        return all_valid(list(self.formsets)) and is_valid


def fill_form(admin: ModelAdmin, request: DeskRequest, article: Article | None, sent: QueryDict) -> FilledForm:
    """Return the form of ``article`` with what was ``sent``; ``is_valid()`` of it writes that into ``article``."""
    form_class: Any = admin.get_form(request, article, change=article is not None)
    form: ArticleForm = form_class(sent, request.FILES, instance=article)
    formsets = [
        formset_class(
            data=sent.copy(),
            files=request.FILES,
            instance=form.instance,
            prefix=formset_class.get_default_prefix(),
            queryset=inline.get_queryset(request),
        )
        for formset_class, inline in admin.get_formsets_with_inlines(request, article)
    ]
    return FilledForm(article, sent, form, formsets)


def form_page(
    admin: ModelAdmin, request: DeskRequest, filled: FilledForm, *, says_errors: bool = True, status: int = 200
) -> HttpResponse:
    """Return the page with ``filled``; without ``says_errors`` it shows no errors before somebody saves it."""
    filled.is_valid()
    context = _form_context(admin, request, filled) | _conflict_context(filled)
    if not says_errors:
        without_errors(context)
    is_new = filled.article is None
    response = admin.render_change_form(request, context, add=is_new, change=not is_new, obj=filled.article)
    response.status_code = status
    return response


def _form_context(admin: ModelAdmin, request: DeskRequest, filled: FilledForm) -> dict[str, Any]:
    """Return the context that Django's template of a form takes."""
    article, form, formsets = filled.article, filled.form, list(filled.formsets)
    fieldsets: Any = list(admin.get_fieldsets(request, article))
    adminform = helpers.AdminForm(form, fieldsets, {}, admin.get_readonly_fields(request, article), model_admin=admin)
    inlines = [inline for _formset, inline in admin.get_formsets_with_inlines(request, article)]
    rows = admin.get_inline_formsets(request, formsets, inlines, article)
    title = _("Change %s") if article else _("Add %s")
    return {
        **admin.admin_site.each_context(request),
        "title": title % admin.opts.verbose_name,
        "subtitle": str(article) if article else None,
        "adminform": adminform,
        "object_id": str(article.pk) if article else None,
        "original": article,
        "is_popup": IS_POPUP_VAR in request.POST or IS_POPUP_VAR in request.GET,
        "to_field": request.POST.get(TO_FIELD_VAR, request.GET.get(TO_FIELD_VAR)),
        "media": sum((row.media for row in rows), admin.media + adminform.media),
        "inline_admin_formsets": rows,
        "errors": helpers.AdminErrorList(form, formsets),
        "preserved_filters": admin.get_preserved_filters(request),
        "sent": filled.sent,
    }


def _conflict_context(filled: FilledForm) -> dict[str, Any]:
    """Return who saved since the form was loaded, and both texts side by side; an empty context if nobody did."""
    if not (filled.article and filled.form.newer):
        return {}
    stored = Article.objects.get(pk=filled.article.pk)  # the form has put what was typed into its own
    return {"newer": filled.form.newer, "conflict": find_conflict(type(filled.form), filled.sent, stored)}
