"""The pages of an article's history: its list, two versions compared, a name given, one restored."""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles.admin.article import history
from articles.admin.article.pages import ArticlePage
from articles.admin.lists import number_in_address
from articles.admin.times import time_with_zone, zone
from articles.body import references
from articles.desk import lacking, notices, revisions, roles, text_diff, workflow
from articles.models import Article, Edition, Revision

CHOSEN = re.compile(r"([re])([1-9][0-9]{0,14})\Z", re.ASCII)
WORKING_COPY = "w"
PARTS = ["slug"]  # that the desk may leave empty and an edition always has


@dataclass(frozen=True)
class Side:
    """One of two compared versions: ``key`` names it in addresses, ``kept`` is its row; the working copy has none."""

    key: str
    label: str
    snapshot: dict[str, Any]
    kept: Revision | Edition | None = None

    @property
    def is_erased(self) -> bool:
        return isinstance(self.kept, Edition) and bool(self.kept.erased_at)

    @property
    def address(self) -> str:
        if self.kept is None:
            return ""
        return reverse(f"admin:articles_{self.kept._meta.model_name}_change", args=[self.kept.pk])


def kept_row(article: Article, key: str) -> Revision | Edition:
    """Return the save (``r12``) or edition (``e3``) of ``article``; raise ``Http404`` if it has no such row."""
    match = CHOSEN.match(key)
    if match is None:
        raise Http404
    rows = article.revisions.select_related("by") if match[1] == "r" else article.editions.select_related("cut_by")
    row = rows.filter(pk=int(match[2])).first()
    if row is None:
        raise Http404
    row.article = article
    return row


def side(article: Article, key: str) -> Side:
    """Return the version of ``article`` that ``key`` names, with its label and snapshot."""
    if key == WORKING_COPY:
        label = _("The working copy, version %(version)d") % {"version": article.version}
        return Side(key, label, revisions.snapshot(article))
    row = kept_row(article, key)
    if isinstance(row, Edition):
        label = _("What went live %(time)s") % {"time": time_with_zone(row.live_from)}
        return Side(key, _by(label, row.cut_by), {} if row.erased_at else revisions.edition_snapshot(row), row)
    label = _("Version %(version)d, %(time)s") % {"version": row.version, "time": time_with_zone(row.at)}
    return Side(key, _by(f"{label}: “{row.name}”" if row.name else label, row.by), row.snapshot, row)


def has_erased(article: Article) -> bool:
    """Return whether an edition's text was erased, so that pages can warn that saves may still hold its words."""
    return article.editions.filter(erased_at__isnull=False).exists()


def _by(label, person):
    return f"{label}, {notices.name_of_person(person)}" if person else label


def version_changes(before: Side, after: Side) -> list[text_diff.FieldChange]:
    """Return the differences between two sides.

    Left out are a slug that one side lacks, as an edition's is made if the desk left it empty, and the values of rates
    in an edition, where the desk's text has only their pairs.
    """
    old, new = dict(before.snapshot), dict(after.snapshot)
    if isinstance(before.kept, Edition) != isinstance(after.kept, Edition):
        old["body"], new["body"] = (references.thaw_rates(snapshot.get("body", "")) for snapshot in (old, new))
    for name in PARTS:
        if not (old.get(name) and new.get(name)):
            old.pop(name, None), new.pop(name, None)
    return text_diff.compare_snapshots(old, new)


class Versions(ArticlePage):
    """The saves and editions of an article: everybody may read and compare them, whoever may edit may restore them."""

    def urls(self):
        return [
            self.route("<int:pk>/versions/", self.versions_view, "versions"),
            self.route("<int:pk>/versions/name/", self.name_view, "name_version"),
            self.route("<int:pk>/versions/restore/", self.restore_view, "restore"),
            self.route("<int:pk>/compare/", self.compare_view, "compare"),
        ]

    @method_decorator(require_safe)
    def versions_view(self, request, pk):
        """Return the page of saves, with folded autosaves, and of editions."""
        article = self.readable(request, pk)
        show = request.GET.get("show", "")
        show = show if show in {history.SAVES, history.NAMED} else history.ALL
        saves = history.saves_of(article, show=show, before=number_in_address(request.GET.get("before")))
        seen_editions, older = history.seen_of(article, before=number_in_address(request.GET.get("seen_before")))
        context = {
            "show": show,
            "saves": saves,
            "unsaved": [] if saves.rows or show else history.unsaved(article),
            "seen": seen_editions,
            "seen_older": older,
            "live": next((row.edition for row in seen_editions if row.is_live), None),
            "erased": has_erased(article),
        }
        return self._show(request, article, "versions", _("Versions"), context)

    @method_decorator(require_safe)
    def compare_view(self, request, pk):
        """Return the page that compares two versions, as running text or side by side."""
        article = self.readable(request, pk)
        a, b = request.GET.get("a", ""), request.GET.get("b", "")
        if not (a and b):
            self.admin.message_user(request, _("Choose two versions: one in each column."), messages.WARNING)
            return HttpResponseRedirect(reverse("admin:articles_article_versions", args=[article.pk]))
        before, after = side(article, a), side(article, b)
        erased = [version.kept for version in (before, after) if version.is_erased]
        context = {
            "before": before,
            "after": after,
            "erased": has_erased(article),
            "erased_sides": erased,
            "changes": [] if erased else version_changes(before, after),
            "beside": request.GET.get("view") == "sides",
        }
        return self._show(request, article, "compare", _("Compare versions"), context)

    @method_decorator(require_POST)
    def name_view(self, request, pk):
        """Give a version a name, by which the history can be filtered."""
        article = self._edited(request, pk)
        revision = kept_row(article, request.POST.get("of", ""))
        if isinstance(revision, Edition):
            raise Http404
        try:
            revision = workflow.name_version(revision, by=request.user, name=request.POST.get("name", ""))
        except workflow.WorkflowError as refusal:
            self.admin.message_user(request, str(refusal), messages.ERROR)
        else:
            message = (
                _("Version %(version)d is named “%(name)s”.")
                if revision.name
                else _("Version %(version)d has no name now.")
            )
            message = message % {"version": revision.version, "name": revision.name}
            self.admin.log_change(request, article, message)
            self.admin.message_user(request, message, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:articles_article_versions", args=[article.pk]))

    @method_decorator(require_POST)
    def restore_view(self, request, pk):
        """Make a save or an edition the working copy again; what was saved since stays in the history."""
        article = self._edited(request, pk)
        return restore_version(self.admin, request, kept_row(article, request.POST.get("of", "")))

    def _edited(self, request, pk):
        article = self.readable(request, pk)
        if not self.admin.has_change_permission(request, article):
            raise PermissionDenied
        return article

    def _show(self, request, article, page, title, context):
        context = {
            **self.admin.admin_site.each_context(request),
            **context,
            "title": title,
            "subtitle": article.headline,
            "original": article,
            "opts": self.admin.opts,
            "zone": zone(),
            "may_edit": roles.may(request.user, "edit", article) and self.admin.has_change_permission(request, article),
        }
        return TemplateResponse(request, f"admin/articles/article/{page}.html", context)


def restore_version(admin, request, row):
    """Restore ``row``, a save or an edition, if the working copy is still the version in the form; tell the user."""
    article = row.article
    try:
        restored = workflow.restore(row, by=request.user, version=number_in_address(request.POST.get("version")))
    except workflow.WorkflowError as refusal:
        admin.message_user(request, str(refusal), messages.ERROR)
        return HttpResponseRedirect(reverse("admin:articles_article_versions", args=[article.pk]))
    note = restored.revisions.values_list("note", flat=True).first()
    admin.log_change(request, restored, note)
    text = _("%(what)s: it is the working copy now. What was there before stays in the history.") % {"what": note}
    admin.message_user(request, text, messages.SUCCESS)
    if lacks := lacking.gaps_in_words(",".join(lacking.of_working_copy(restored))):
        text = _("The text here %(lacks)s. Put that in before you publish it.") % {"lacks": lacks}
        admin.message_user(request, text, messages.WARNING)
    return HttpResponseRedirect(restored.get_absolute_url())
