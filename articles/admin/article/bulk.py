"""Steps taken with many articles at once; each by itself, and a summary says which were refused and why."""

import logging
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin import ModelAdmin, action
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import IntegrityError, OperationalError, transaction
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.admin.article import actions, outlook
from articles.admin.article.pages import DeskRequest
from articles.admin.times import zone
from articles.desk import roles, workflow
from articles.desk.steps import STEPS
from articles.desk.workflow import WorkflowError
from ground import outcomes

logger = logging.getLogger(__name__)
MEANWHILE = (IntegrityError, OperationalError)  # a tag was merged, or two waited for each other
MOST_AT_ONCE = 50  # articles of one bulk action


def _action(step):
    """Return the action in the list's menu that takes ``step`` with all ticked articles."""

    def take(admin, request, queryset):
        return BulkStep(admin, request).run(queryset, step)

    take.__name__ = f"{step.name}_selected"
    return action(take, description=step.bulk.label)


ACTIONS = [_action(step) for step in STEPS.values() if step.bulk]


@dataclass(frozen=True)
class BulkStep:
    """A step of the table of steps, taken with the articles that somebody ticked in a list."""

    admin: ModelAdmin
    request: DeskRequest

    def run(self, queryset, step):
        """Show the page that asks first, if the step has one; take the step with each article once it is answered."""
        articles = list(queryset.select_related("section", "assignee", "created_by", "saved_by")[: MOST_AT_ONCE + 1])
        if len(articles) > MOST_AT_ONCE:
            text = _("Nothing was done: choose at most %(most)d articles at once.")
            self.tell(text % {"most": MOST_AT_ONCE}, messages.ERROR)
            return None
        post = self.request.POST
        roles.load_own(self.request.user, articles)
        confirmed = "confirmed" in post
        sent = post if confirmed or not step.bulk.about else None
        form = actions.form_class_of(step)(sent, step=step, user=self.request.user, articles=articles)
        if step.bulk.about and not (confirmed and form.is_valid()):
            return self.ask(articles, form)
        self.tell_missing(len(set(post.getlist(ACTION_CHECKBOX_NAME))) - len(articles))
        return self.take(articles, form)

    def tell(self, text, level):
        self.admin.message_user(self.request, text, level)

    def ask(self, articles, form):
        """Return the page that asks for what the step needs, and says what it will do."""
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": form.step.bulk.about,
            "opts": self.admin.opts,
            "form": form,
            "outlook": outlook.look_ahead(articles, form),
            "action": f"{form.step.name}_selected",
            "writers": form.writers() if hasattr(form, "writers") else [],
            "zone": zone(),
        }
        return TemplateResponse(self.request, "admin/articles/article/bulk.html", context)

    def take(self, articles, form):
        """Take the step with each article by itself, and say which were refused and why."""
        done, refused = [], []
        for article in articles:
            try:
                with transaction.atomic():
                    _refuse_unseen(self.request, article)
                    outcome = form.act(article)
                    self.admin.log_change(self.request, article, outcome.text)
                done.append((article, outcome))
                if warning := form.warn(article):
                    self.tell(format_html("“{}”: {}", article, warning), messages.WARNING)
            except WorkflowError as refusal:
                refused.append((article, str(refusal)))
            except MEANWHILE as error:
                if not outcomes.is_conflict(error):
                    raise
                logger.exception("Article %s was changed by somebody else during a bulk action.", article.pk)
                refused.append((article, _("Something of it was changed in this very moment: do it again.")))
        self.sum_up(form, done, refused)

    def sum_up(self, form, done, refused):
        """Tell in three lists what readers see at once, what they don't see yet, and what was not done."""
        for reached, heading in ((True, form.step.bulk.reached), (False, form.step.bulk.done)):
            rows = [
                (article, outcome.text if form.step.bulk.tells_each else "")
                for article, outcome in done
                if outcome.reached == reached
            ]
            if rows:
                self.tell(_listed(heading % {"count": len(rows)}, rows), messages.SUCCESS)
        if refused:
            text = ngettext("Not done with %(count)d article:", "Not done with %(count)d articles:", len(refused))
            self.tell(_listed(text % {"count": len(refused)}, refused), messages.ERROR)

    def tell_missing(self, missing):
        """Warn of ``missing`` articles: ticked ones that have left the list since, as they were trashed or changed."""
        if missing > 0:
            text = ngettext(
                "%(count)d article is no longer in this list, so nothing was done with it.",
                "%(count)d articles are no longer in this list, so nothing was done with them.",
                missing,
            )
            self.tell(text % {"count": missing}, messages.WARNING)


def _refuse_unseen(request, article):
    """Raise ``WorkflowError`` if ``article`` was saved after the page that asked about the step was shown."""
    asked_about = request.POST.get(f"version-{article.pk}")
    if asked_about is not None and asked_about != str(workflow.locked_version(article)):
        raise WorkflowError(_("Somebody saved it after you were asked. Look at it, then do it again."))


def _listed(heading, rows):
    """Return ``rows``, articles with a text about each, as a list of links below ``heading``."""
    links = [(article.get_absolute_url(), article, f": {text}" if text else "") for article, text in rows]
    items = format_html_join("", '<li><a href="{}">“{}”</a>{}</li>', links)
    return format_html('{}<ul class="refused">{}</ul>', heading, items)
