"""A save of the form that is rolled back at the end: for checks and previews."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from articles.admin.article import form_snapshot
from articles.admin.article.form import set_tags
from articles.body.markup import clean, remember_cleaned
from articles.body.references import thaw_rates
from articles.desk import workflow
from articles.models import Article, ArticleByline, Author


def trial_save(model_admin: Any, request: Any, article: Article | None, load: Callable[[Article], Any]) -> Any:
    """Return ``load`` of ``article`` (None: a new one) as ``request.POST`` has it, and the form's errors by field.

    The form is stored with all its rows in a transaction that is rolled back once ``load`` has read what it needs; a
    field that is not valid yet keeps what is stored. The version that was loaded does not matter.
    """
    article = Article.objects.select_related("section").get(pk=article.pk) if article and article.pk else None
    stage = article or Article(created_by=request.user)
    form_class = model_admin.get_form(request, article, change=article is not None)
    form = form_class(request.POST, instance=stage)
    form.data = form.data.copy()
    form.data["_overwrite"] = str(stage.version)  # another version is no matter here
    with remember_cleaned():
        form.is_valid()  # before the transaction: nobody else can write while a text is cleaned in it
        remember_stored(form.instance)
        with transaction.atomic():
            errors = _store(model_admin, request, article, form)
            loaded = load(form.instance)
            transaction.set_rollback(True)
    return loaded, errors


def remember_stored(article: Article) -> None:
    """Clean the body of ``article`` as it will be when it is stored, within ``remember_cleaned()``."""
    clean(thaw_rates(clean(article.body)))


def _store(model_admin: Any, request: Any, article: Article | None, form: Any) -> dict[str, Any]:
    """Store the form with its rows, and return its errors."""
    copy = form.instance
    if not copy.headline:
        copy.headline = _("Without a headline")
    if form.is_valid():
        form.save()
    else:
        copy.save()
        _store_rows(form, copy)
    errors = dict(form.errors)
    for formset, _inline in model_admin.get_formsets_with_inlines(request, article):
        if refused := _store_inline(formset, request, copy):
            errors[form_snapshot.BYLINES] = refused
    if form.guest:
        workflow.add_guest(copy, form.guest, by=request.user)
    return errors


def _store_rows(form, copy):
    """Store the further sections and tags that are valid, although another field is not."""
    if "further_sections" in form.cleaned_data:
        copy.further_sections.set(form.cleaned_data["further_sections"])
    if "tags" in form.cleaned_data:
        set_tags(copy, form.cleaned_data["tags"])


def _store_inline(formset_class, request, copy):
    """Store the valid rows of bylines, and return the errors of the others as sentences."""
    formset = formset_class(request.POST, instance=copy, prefix=formset_class.get_default_prefix())
    if formset.is_valid():
        formset.save()
        return []
    authors = Author.objects.in_bulk(
        form_snapshot.bylines(request.POST, [])
    )  # an author named twice is there all the same
    copy.bylines.all().delete()
    ArticleByline.objects.bulk_create(
        ArticleByline(article=copy, author_id=pk, order=order) for order, pk in enumerate(authors)
    )
    return [*formset.non_form_errors(), *(text for row in formset.errors for texts in row.values() for text in texts)]
