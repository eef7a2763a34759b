"""Steps taken with many articles at once; each by itself, and the page says which were refused and why."""

from django.contrib import admin, messages
from django.db import transaction
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext

from articles import roles
from articles.admin.article import steps
from articles.workflow import WorkflowError

MOST_AT_ONCE = 50  # articles of one bulk action


class Bulk:
    """The actions of the list of articles."""

    actions = ["submit_selected", "publish_selected"]

    def has_publish_permission(self, request):
        return roles.may(request.user, "publish")

    def has_submit_permission(self, request):
        return roles.may(request.user, "submit")

    @admin.action(description=gettext_lazy("Submit"), permissions=["submit"])
    def submit_selected(self, request, queryset):
        self._each(request, queryset, "submit")

    @admin.action(description=gettext_lazy("Publish now"), permissions=["publish"])
    def publish_selected(self, request, queryset):
        self._each(request, queryset, "publish")

    def _each(self, request, queryset, step):
        """Take ``step`` with each article by itself, and say which were refused and why."""
        done = []
        for article in queryset[:MOST_AT_ONCE]:
            try:
                with transaction.atomic():
                    self.log_change(request, article, steps.take(step, article, steps.StepForm({}), by=request.user))
                done.append(str(article))
                if step == "publish" and (warning := steps.replaced_later(article)):
                    self.message_user(request, format_html("“{}”: {}", article, warning), messages.WARNING)
            except WorkflowError as refusal:
                self.message_user(request, format_html("“{}”: {}", article, refusal), messages.ERROR)
        if done:
            text = ngettext(
                "Done with %(count)d article: %(names)s", "Done with %(count)d articles: %(names)s", len(done)
            )
            names = ", ".join(f"“{name}”" for name in done)
            self.message_user(request, text % {"count": len(done), "names": names}, messages.SUCCESS)
