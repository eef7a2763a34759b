"""Steps taken with many articles at once; each by itself, and a summary says which were refused and why."""

import logging

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import IntegrityError, OperationalError, transaction
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.admin.article import actions, outlook
from articles.admin.article.listing import shows_trash
from articles.admin.times import zone
from articles.desk import roles, workflow
from articles.desk.steps import STEPS
from articles.desk.workflow import WorkflowError

logger = logging.getLogger(__name__)
MEANWHILE = (IntegrityError, OperationalError)  # a tag was merged, or two waited for each other
MOST_AT_ONCE = 50  # articles of one bulk action


def _action(step):
    """The entry of the list's menu that takes ``step`` with all that is ticked."""

    def take(self, request, queryset):
        return self._run(request, queryset, step)

    take.__name__ = f"{step.name}_selected"
    return admin.action(take, description=step.bulk.label)


class Bulk:
    """The actions of the list of articles: the steps that the table of steps has in bulk."""

    actions = [_action(step) for step in STEPS.values() if step.bulk]

    def get_actions(self, request):
        """What somebody may do with some article, the workflow asks for each; in the trash only the way out of it."""
        there, found = shows_trash(request), super().get_actions(request)
        ours = {f"{step.name}_selected": step for step in STEPS.values() if step.bulk}
        return {
            name: action
            for name, action in found.items()
            if name in ours and ours[name].is_of_trash == there and roles.may(request.user, ours[name].name)
        }

    def _run(self, request, queryset, step):
        """Ask first where something is to be asked; then take the step with each article."""
        articles = list(queryset.select_related("section", "assignee", "created_by", "saved_by")[: MOST_AT_ONCE + 1])
        if len(articles) > MOST_AT_ONCE:
            text = _("Nothing was done: choose at most %(most)d articles at once.")
            self.message_user(request, text % {"most": MOST_AT_ONCE}, messages.ERROR)
            return None
        roles.load_own(request.user, articles)
        confirmed = "confirmed" in request.POST
        sent = request.POST if confirmed or not step.bulk.about else None
        form = actions.form_class_of(step)(sent, step=step, user=request.user, articles=articles)
        if step.bulk.about and not (confirmed and form.is_valid()):
            return self._ask(request, articles, form)
        self._tell_missing(request, len(set(request.POST.getlist(ACTION_CHECKBOX_NAME))) - len(articles))
        return self._each(request, articles, form)

    def _ask(self, request, articles, form):
        context = {
            **self.admin_site.each_context(request),
            "title": form.step.bulk.about,
            "opts": self.opts,
            "form": form,
            "outlook": outlook.look_ahead(articles, form),
            "action": f"{form.step.name}_selected",
            "writers": form.writers() if hasattr(form, "writers") else [],
            "zone": zone(),
        }
        return TemplateResponse(request, "admin/articles/article/bulk.html", context)

    def _each(self, request, articles, form):
        """Take the step with each article by itself, and say which were refused and why."""
        done, refused = [], []
        for article in articles:
            try:
                with transaction.atomic():
                    _refuse_unseen(request, article)
                    what = form.act(article)
                    self.log_change(request, article, what.text)
                done.append((article, what))
                if warning := form.warn(article):
                    self.message_user(request, format_html("“{}”: {}", article, warning), messages.WARNING)
            except WorkflowError as refusal:
                refused.append((article, str(refusal)))
            except MEANWHILE:
                logger.exception("Article %s was changed by somebody else during a bulk action.", article.pk)
                refused.append((article, _("Something of it was changed in this very moment: do it again.")))
        self._sum_up(request, form, done, refused)

    def _sum_up(self, request, form, done, refused):
        """Apart: what readers see at once, what they don't, and what was not done."""
        for reached, heading in ((True, form.step.bulk.reached), (False, form.step.bulk.done)):
            rows = [
                (one, what.text if form.step.bulk.tells_each else "") for one, what in done if what.reached == reached
            ]
            if rows:
                self.message_user(request, _listed(heading % {"count": len(rows)}, rows), messages.SUCCESS)
        if refused:
            text = ngettext("Not done with %(count)d article:", "Not done with %(count)d articles:", len(refused))
            self.message_user(request, _listed(text % {"count": len(refused)}, refused), messages.ERROR)

    def _tell_missing(self, request, missing):
        """Of what was ticked some may have left the list since: trashed, or not what it is filtered by any more."""
        if missing > 0:
            text = ngettext(
                "%(count)d article is no longer in this list, so nothing was done with it.",
                "%(count)d articles are no longer in this list, so nothing was done with them.",
                missing,
            )
            self.message_user(request, text % {"count": missing}, messages.WARNING)


def _refuse_unseen(request, article):
    """A step whose page asked first is for the text that stood there, not for one that was saved since."""
    asked_about = request.POST.get(f"version-{article.pk}")
    if asked_about is not None and asked_about != str(workflow.locked_version(article)):
        raise WorkflowError(_("Somebody saved it after you were asked. Look at it, then do it again."))


def _listed(heading, rows):
    """Articles below a heading, each a link, with what is said of it."""
    named = [(article.get_absolute_url(), article, f": {text}" if text else "") for article, text in rows]
    items = format_html_join("", '<li><a href="{}">“{}”</a>{}</li>', named)
    return format_html('{}<ul class="refused">{}</ul>', heading, items)
