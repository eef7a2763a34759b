"""Recovery of what was typed and not saved: offered when the form is opened, and filled in again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.admin.article import autosaves, form_snapshot, steps
from articles.admin.article.form_page import fill_form, form_page
from articles.admin.article.pages import DeskRequest, address_of, may_write
from articles.admin.lists import number_in_address
from articles.admin.times import zone
from articles.body.markup import LONGEST
from articles.desk import revisions, text_diff
from articles.models import Article, Autosave

MOST_OFFERED = 5
MOST_COMPARED = 2 * LONGEST  # characters of all bodies that are compared when a form is opened
LOOKED_AT = 200  # rows of one person and article


@dataclass(frozen=True)
class Offer:
    """The autosave of one window, and how it differs from the working copy."""

    pk: int
    at: datetime
    headline: str
    window: str
    changes: list  # label and difference of each field
    is_of_older: bool  # the differences are from the version it was typed into, not from what is saved by now
    sequence: int  # of its words, for the script that knows whether newer ones were typed

    @property
    def is_fresh(self):
        """Return whether it was typed less than a minute ago."""
        return timezone.now() - self.at < timedelta(minutes=1)


def take_up(admin: ModelAdmin, request: DeskRequest, number: str | None) -> HttpResponse | None:
    """Return the form of the article ``number`` (None: a new one) filled in from the autosave that ``?recover=`` names.

    It carries the version it was typed on, which saving compares. If it can't be taken up, None is returned, and a
    message says so.
    """
    article = admin.get_object(request, number) if number else None
    mine = Autosave.objects.open().filter(user=request.user, article=article)
    row = mine.filter(pk=number_in_address(request.GET["recover"])).first() if article or not number else None
    if row is None or not may_write(admin, request, article):
        text = _("This can’t be taken up again: it was saved or dropped meanwhile, or you may not edit the article.")
        messages.warning(request, text)
        return None
    fields = form_snapshot.form_data(row.fields)
    fields["version"], fields["recovered"] = str(row.base_version), str(row.pk)
    form_snapshot.put_bylines(fields, form_snapshot.bylines(fields, []), article)
    return form_page(admin, request, fill_form(admin, request, article, fields), says_errors=False)


def keep_refused(user: User, article: Article | None, sent: QueryDict) -> QueryDict:
    """Store a refused form as an autosave, and return it with the name of its window."""
    fields = _with_window(sent)
    _keep(user, article, fields)
    return fields


def keep_unsaved(user: User, article: Article | None, sent: QueryDict) -> str:
    """Store a form that was sent without a login as an autosave, and return the address where it is offered."""
    row = _keep(user, article, _with_window(sent))
    form = address_of(article) if article else reverse("admin:articles_article_add")
    return f"{form}?recover={row.pk}"


def _with_window(sent: QueryDict) -> QueryDict:
    fields = sent.copy()
    fields["window"] = autosaves.window_in(sent) or autosaves.new_window()
    return fields


def _keep(user: User, article: Article | None, fields: QueryDict) -> Autosave:
    window, version = autosaves.window_in(fields), autosaves.version_in(fields)
    return autosaves.keep_autosave(user, article, window, version, form_snapshot.fields_of(fields), again=True)


def offers_context(
    admin: ModelAdmin, request: DeskRequest, article: Article | None, *, without: Collection[str], recovered: str = ""
) -> dict[str, Any]:
    """Return what ``request.user`` typed into this form and never saved, except in the windows ``without``.

    ``recovered`` is the id of the autosave that fills the form in already.
    """
    rows = Autosave.objects.open().filter(user=request.user, article=article).exclude(pk=number_in_address(recovered))
    newest: dict[str, int] = {}
    for pk, window in rows.order_by("-at", "-pk").values_list("pk", "window")[:LOOKED_AT]:
        newest.setdefault(window, pk)
    pks = [pk for window, pk in newest.items() if window not in without][:MOST_OFFERED]
    return {
        "offers": _offers(admin.get_form(request, None), article, pks) if pks else [],  # with every field
        "offers_for": article,
        "zone": zone(),
        "may_take_up": may_write(admin, request, article),
    }


def _offers(form_class: type, article: Article | None, pks: list[int]) -> list[Offer]:
    """Return those of the autosaves ``pks`` that differ from ``article``."""
    article = Article.objects.get(pk=article.pk) if article else None
    stored = revisions.snapshot(article) if article else form_snapshot.empty_snapshot()
    offers, compared = [], 0
    for row in Autosave.objects.filter(pk__in=pks).order_by("-at", "-pk"):
        size = len(stored["body"]) + sum(len(value) for values in row.fields.values() for value in values)
        compared += size
        is_compared = compared <= MOST_COMPARED
        offers.append(_offer(form_class, article, stored, row) if is_compared else _uncompared(row, size))
    return [offer for offer in offers if offer.changes]


def _uncompared(row: Autosave, size: int) -> Offer:
    """Return what there is to say of an autosave that would take long to compare."""
    headline = " ".join(next(iter(row.fields.get("headline", [])), "").split())
    text = _("%(size)d characters, too many to be compared here: take it up to see it.") % {"size": size}
    return Offer(row.pk, row.at, headline, row.window, [(_("Text"), text)], False, autosaves.sequence_of(row.fields))


def _offer(form_class: type, article: Article | None, stored: dict[str, Any], row: Autosave) -> Offer:
    """Return how the autosave ``row`` differs from ``article``, whose snapshot is ``stored``."""
    data = form_snapshot.form_data(row.fields)
    says = form_snapshot.snapshot_of_form(form_class, data, stored)
    if article is None:
        says["bylines"] = stored["bylines"]  # the writer's own is there from the start
    changes = text_diff.compare_snapshots(stored, says)
    older = _older_text(article, row) if changes else None
    if older:
        changes = _without_others(changes, older, form_snapshot.snapshot_of_form(form_class, data, older))
    differences = [(change.label, change.body.prose(fold=True) if change.body else change.marked) for change in changes]
    differences += form_snapshot.texts_beside(form_class, data, article) + steps.words_in(data, article)
    sequence = autosaves.sequence_of(row.fields)
    return Offer(row.pk, row.at, says["headline"], row.window, differences, bool(older), sequence)


def _older_text(article, row):
    """Return the snapshot that ``row`` was typed into, if ``article`` was saved since; None otherwise."""
    if article is None or row.base_version == article.version:
        return None
    revision = article.revisions.filter(version=row.base_version).first()
    return revision.snapshot if revision else None


def _without_others(changes, older, says):
    """Return ``changes`` as changes of the ``older`` snapshot instead, so that what others saved since is left out."""
    own = {change.field: change for change in text_diff.compare_snapshots(older, says)}
    return [own.get(change.field, change) for change in changes if change.field in own or change.field not in older]
