"""Saving an article, and taking the step whose button was pressed, both in one transaction.

A step that is refused leaves the text saved and comes back with everything that was typed for it.
"""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import connection, transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from articles import tasks
from articles.admin.article import steps, waiting
from articles.admin.lists import number_in_address
from articles.admin.times import time_with_zone
from articles.desk import revisions, workflow
from articles.desk.readiness.links import outside_of
from articles.desk.steps import IN_HAND
from articles.desk.workflow import WorkflowError
from articles.models import Article
from articles.models.unsaved_form import KEPT_FOR


class Saving:
    """What happens to an article's form when it is sent."""

    def get_object(self, request, object_id, from_field=None):
        """The article; with its row locked where a form is being saved, so that two saves follow one another."""
        if request.method == "POST" and connection.in_atomic_block:
            list(Article.objects.select_for_update().filter(pk=number_in_address(object_id)).values_list("pk"))
        return super().get_object(request, object_id, from_field)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Django's; but somebody who may take a step without editing (take back, say) posts a form without fields."""
        if request.method == "POST" and object_id and "_step" in request.POST:
            with transaction.atomic():
                article = self.get_object(request, unquote(object_id))
                if article and not self.has_change_permission(request, article):
                    return self._step_alone(request, article)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        if change:
            stored = Article.objects.get(pk=obj.pk)
            obj.before, obj.embargo_before = revisions.snapshot(stored), stored.embargo_until
        else:
            obj.before, obj.embargo_before, obj.created_by = None, None, request.user
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Keep a revision once all rows are stored, if anything is new in the text or the embargo is another."""
        super().save_related(request, form, formsets, change)
        article = form.instance
        if form.guest:
            workflow.add_guest(article, form.guest, by=request.user)
        is_new_text, moved = article.before != revisions.snapshot(article), _embargo_note(article)
        note = " ".join(filter(None, [self._note(request, article), moved]))
        article.is_new_version = is_new_text or bool(moved)
        if article.before and article.is_new_version:
            revisions.keep_first(article, article.before)
        if is_new_text:
            workflow.saved(article, by=request.user, note=note)
            tasks.want_answers(outside_of(article.body))
        elif moved:
            revisions.keep_revision(article, by=request.user, note=note)

    def _note(self, request, article):
        if "_overwrite" in request.POST:
            return _("Saved over version %(version)s") % {"version": article.version}
        return "" if article.before else _("Begun")

    def log_change(self, request, obj, message):
        """Nothing changed, nothing to log."""
        return super().log_change(request, obj, message) if message else None

    def response_add(self, request, obj, post_url_continue=None):
        return self._go_on(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._go_on(request, obj) or super().response_change(request, obj)

    def _go_on(self, request, article):
        """What follows a save, unless Django knows it."""
        if "_preview" in request.POST:
            return self._preview_and_forget(request, article)
        if "_step" in request.POST:
            return self._take(request, article)
        self._keep_typed(request, article, steps.shown_on(request.POST, article))
        if "_continue" in request.POST or "_overwrite" in request.POST:
            new, same = _("Saved as version %(version)s."), _("Nothing new to save: this is version %(version)s.")
            text = new if article.is_new_version else same
            self.message_user(request, text % {"version": article.version}, messages.SUCCESS)
            return HttpResponseRedirect(address_of(article))
        return None

    def _step_alone(self, request, article):
        beside = steps.is_beside(request.POST["_step"])
        if not beside and str(article.version) != request.POST.get("version"):
            text = _(
                "It was saved, or taken a step further, after you opened it, so nothing was done. It is: %(stage)s."
            )
            self.message_user(request, text % {"stage": article.get_stage_display()}, messages.ERROR)
            return HttpResponseRedirect(address_of(article))
        article.is_new_version = False
        return self._take(request, article)

    def _take(self, request, article):
        """Take the step asked for; when it is refused the text stays saved, and the reason stands in the form."""
        step, form = request.POST["_step"], steps.StepForm(request.POST)
        shown = steps.shown_on(request.POST, article)
        try:
            with transaction.atomic():
                done = steps.take(step, article, form, by=request.user)
        except WorkflowError as refusal:
            self._refused(request, article, step, refusal, shown)
        else:
            self.log_change(request, article, done)
            self.message_user(request, done, messages.SUCCESS)
            self._keep_typed(request, article, shown, step)
        return HttpResponseRedirect(address_of(article))

    def _keep_typed(self, request, article, shown, step=""):
        """What was typed for another step than the one taken waits in the form, and is named."""
        typed = steps.left_over(request.POST, shown, step)
        waiting.remember(request, article, typed)
        if not (names := steps.labels(typed)):
            return
        link = format_html('<a href="{}">{}</a>', address_of(article), article)
        text = _(
            "Typed and not done yet: %(fields)s. For %(days)d days, or until you empty it, it stands in the form of"
        )
        text %= {"fields": names, "days": KEPT_FOR.days}
        self.message_user(request, format_html("{} “{}”.", text, link), messages.WARNING)

    def _refused(self, request, article, step, refusal, shown):
        given = {name: request.POST.get(name, "") for name in steps.StepForm.base_fields}
        given |= {name: text for name, text in request.POST.items() if name in map(steps.SHOWN.format, IN_HAND)}
        typed = steps.left_over(request.POST, shown)
        waiting.remember(request, article, typed, step=step, sent=given, text=str(refusal))
        saved = _("The text is saved.") if article.is_new_version else ""
        self.message_user(request, format_html("{} {}", refusal, saved), messages.ERROR)


def address_of(article):
    """Where the article's form is."""
    return reverse("admin:articles_article_change", args=[article.pk])


def _embargo_note(article):
    """What a save did to the embargo, in words; nothing if it did nothing."""
    before, after = article.embargo_before, article.embargo_until
    if before == after:
        return ""
    times = {
        "before": time_with_zone(before) if before else _("none"),
        "after": time_with_zone(after) if after else _("none"),
    }
    return _("Embargo changed from %(before)s to %(after)s") % times
