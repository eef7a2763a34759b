"""What was typed and not saved comes back: offered when the form is opened, and filled in again.

Also after a save that the database refused: the form comes back with everything, instead of an error page.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import InterfaceError, InternalError, OperationalError
from django.forms.utils import ErrorDict, ErrorList
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.admin.article import autosaves, steps, unsaved
from articles.admin.article.saving import address_of
from articles.admin.lists import number_in_address
from articles.admin.times import zone
from articles.desk import revisions, text_diff
from articles.models import Article, Autosave

logger = logging.getLogger(__name__)
UNWRITABLE = (OperationalError, InternalError, InterfaceError)  # read-only, full, locked or gone; not our mistakes
MOST_OFFERED = 5
LOOKED_AT = 200  # rows of one person and article


@dataclass(frozen=True)
class Offer:
    """What one window kept, and what it says that the working copy does not."""

    pk: int
    at: datetime
    headline: str
    window: str
    changes: list  # label and difference of each field
    is_of_older: bool  # the differences are from the version it was typed into, not from what is saved by now
    sequence: int  # of its words, for the script that knows whether newer ones were typed

    @property
    def is_fresh(self):
        """Whether it was typed less than a minute ago."""
        return timezone.now() - self.at < timedelta(minutes=1)


class NotSaved:
    """A form that is shown as it was filled in, and never saved."""

    def is_valid(self):
        super().is_valid()
        return False


class Recovery:
    """The offers above an article's form, and the form filled in from one of them."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "GET" and "recover" in request.GET:
            return self._take_up(request, object_id, form_url, extra_context)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except UNWRITABLE:
            if request.method != "POST":
                raise
            logger.exception("The database refused to save an article")
            text = _(
                "Nothing was saved: the database can’t be written to at the moment. Everything you typed is in this "
                "form. Leave it open and save again in a while."
            )
            messages.error(request, text)
            shown = self.show_again(request, object_id, form_url, extra_context, data=request.POST)
            shown.status_code = 503
            return shown

    def show_again(self, request, object_id, form_url, extra_context, *, data):
        """The form as ``data`` fills it in, without a complaint, and not saved yet."""
        _files = request.FILES  # read before it is a POST: reading them reads POST anew
        request.method, request.POST, request.is_shown_again = "POST", data, True
        return self._changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if getattr(request, "is_shown_again", False):
            return type(form)(form.__name__, (NotSaved, form), {"__module__": form.__module__})
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        sent = request.POST if request.method == "POST" else {}
        window = autosaves.window_in(sent)
        if getattr(request, "is_shown_again", False):
            without_errors(context)
        elif sent and self._may_write(request, obj):
            window = self._keep_refused(request, obj, window)
        article = obj if obj and obj.pk else None
        context |= self._offer_context(request, article, without={window}, taken=sent.get("recovered"))
        # Own windows are left to the script: this page may replace one of them, and a reload hasn't closed it yet.
        here = [one for one in autosaves.others(article, request.user, window) if not one["me"]] if article else []
        context |= {"window": window, "recovered": sent.get("recovered", ""), "is_unsaved": bool(sent), "here": here}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _may_write(self, request, article):
        return self.has_change_permission(request, article) if article else self.has_add_permission(request)

    def _keep_refused(self, request, article, window):
        """A form that was refused is kept at once, whatever becomes of the page that shows it again."""
        window = window or autosaves.new_window()
        fields = unsaved.fields_of(request.POST)
        stored = Article.objects.filter(pk=article.pk).first() if article else None
        autosaves.keep_autosave(request.user, stored, window, autosaves.version_in(request.POST), fields, again=True)
        return window

    def keep_unsaved(self, request, article, data):
        """Take over a form that was sent without a login, as an autosave of its window; where it is offered."""
        window = autosaves.window_in(data) or autosaves.new_window()
        fields = unsaved.fields_of(data)
        row = autosaves.keep_autosave(request.user, article, window, autosaves.version_in(data), fields, again=True)
        form = address_of(article) if article else reverse("admin:articles_article_add")
        return f"{form}?recover={row.pk}"

    def _take_up(self, request, object_id, form_url, extra_context):
        """The form filled in from an autosave; the version it was typed on goes with it, and is asked for on saving."""
        article = self.get_object(request, unquote(object_id)) if object_id else None
        mine = Autosave.objects.open().filter(user=request.user, article=article)
        row = mine.filter(pk=number_in_address(request.GET["recover"])).first() if article or not object_id else None
        if row is None or not self._may_write(request, article):
            text = _(
                "This can’t be taken up again: it was saved or dropped meanwhile, or you may not edit the article."
            )
            messages.warning(request, text)
            return super().changeform_view(request, object_id, form_url, extra_context)
        data = unsaved.form_data(row.fields)
        data["version"], data["recovered"] = str(row.base_version), str(row.pk)
        unsaved.put_bylines(data, unsaved.bylines(data, []), article)
        return self.show_again(request, object_id, form_url, extra_context, data=data)

    def _offer_context(self, request, article, *, without, taken=None):
        """What ``request.user`` typed here in other windows than those of the page, and never saved."""
        rows = Autosave.objects.open().filter(user=request.user, article=article).exclude(pk=number_in_address(taken))
        newest = {}
        for pk, window in rows.order_by("-at", "-pk").values_list("pk", "window")[:LOOKED_AT]:
            newest.setdefault(window, pk)
        wanted = [pk for window, pk in newest.items() if window not in without][:MOST_OFFERED]
        offers = self._offers(request, article, wanted) if wanted else []
        return {
            "offers": offers,
            "offers_for": article,
            "zone": zone(),
            "may_take_up": self._may_write(request, article),
        }

    def _offers(self, request, article, wanted):
        article = Article.objects.get(pk=article.pk) if article else None
        form_class = self.get_form(request, None)  # with every field, whoever may still edit this article
        stored = revisions.snapshot(article) if article else unsaved.empty_snapshot()
        offers = []
        for row in Autosave.objects.filter(pk__in=wanted):
            data = unsaved.form_data(row.fields)
            says = unsaved.snapshot_of_form(form_class, data, stored)
            if article is None:
                says["bylines"] = stored["bylines"]  # the writer's own is there from the start
            changes = text_diff.compare_snapshots(stored, says)
            older = _older_text(article, row) if changes else None
            if older:
                changes = _without_others(changes, older, unsaved.snapshot_of_form(form_class, data, older))
            shown = [(one.label, one.body.prose(fold=True) if one.body else one.marked) for one in changes]
            shown += unsaved.texts_beside(form_class, data, article) + steps.words_in(data, article)
            if shown:
                offers.append(
                    Offer(
                        row.pk,
                        row.at,
                        says["headline"],
                        row.window,
                        shown,
                        bool(older),
                        autosaves.sequence_of(row.fields),
                    )
                )
        return offers


def _older_text(article, row):
    """What ``row`` was typed into, if that is no longer what is saved."""
    if article is None or row.base_version == article.version:
        return None
    kept = article.revisions.filter(version=row.base_version).first()
    return kept.snapshot if kept else None


def _without_others(changes, older, says):
    """``changes`` of the saved text, told as changes of the ``older`` one: what others saved since is none of them."""
    own = {one.field: one for one in text_diff.compare_snapshots(older, says)}
    return [own.get(one.field, one) for one in changes if one.field in own or one.field not in older]


def without_errors(context):
    """The form is only shown: what is wrong with it is said when somebody saves it."""
    context["adminform"].form._errors = ErrorDict()
    context["errors"] = []
    for inline in context["inline_admin_formsets"]:
        inline.formset._non_form_errors = ErrorList()
        for form in inline.formset.forms:
            form._errors = ErrorDict()
