"""The page to decide on a scheduled text that lacks something readers have."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article import going_live
from articles.admin.article.pages import ArticlePage, address_of
from articles.admin.times import zone
from articles.desk import lacking, roles, text_diff
from articles.desk.text_diff import FieldChange
from articles.desk.workflow import WorkflowError
from articles.models import Article, Edition

CHOICES = {
    "mine": gettext_lazy("as it is scheduled"),
    "theirs": gettext_lazy("as readers have it"),
    "both": gettext_lazy("both changes, word by word"),
}


@dataclass(frozen=True)
class Question:
    """A field in which the scheduled text lacks a change; ``clash`` if both texts changed the same words."""

    change: FieldChange
    clash: bool
    chosen: str = ""
    both: FieldChange | None = None  # put together word by word, where that can be

    @property
    def name(self) -> str:
        return f"choose_{self.change.field}"

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Return value, label and whether it is chosen of each radio button."""
        choices = [(value, str(label), value == self.chosen) for value, label in CHOICES.items()]
        return choices if self.both else choices[:-1]


class ScheduledEdition(ArticlePage):
    """The page that compares a scheduled text with what readers have, to take changes over or leave it as it is."""

    def urls(self):
        return [self.route("<int:pk>/scheduled/<int:edition>/", self.decide_view, "decide")]

    def decide_view(self, request, pk, edition):
        article = self.article(request, pk)
        if not roles.may(request.user, "schedule", article):
            text = _("Only an editor of the article’s section or a chief editor decides what is scheduled: ask one.")
            raise PermissionDenied(text)
        row = article.editions.filter(pk=edition, live_from__gt=timezone.now()).first()
        if row is None or not row.lacks:
            text = _("There is nothing to decide: it has what readers have, is live, or was cancelled.")
            self.admin.message_user(request, text, messages.INFO)
            return HttpResponseRedirect(address_of(article))
        row.article = article
        if request.method == "POST" and self._decide(request, row):
            return HttpResponseRedirect(address_of(article))
        return TemplateResponse(request, "admin/articles/article/decide.html", self._decide_context(request, row))

    def _decide(self, request, edition):
        """Do what was chosen; return False if that is refused, as when something is left to be chosen."""
        choices = {name.removeprefix("choose_"): value for name, value in request.POST.items()}
        try:
            if "_keep" in request.POST:
                done = going_live.press_keep(edition, {}, request.user)
            else:
                against = request.POST.get("against", "")
                done = going_live.carry(edition, {}, request.user, choices=choices, against=against)
        except WorkflowError as refusal:
            self.admin.message_user(request, str(refusal), messages.ERROR)
            return False
        self.admin.log_change(request, edition.article, done)
        self.admin.message_user(request, done, messages.SUCCESS)
        return True

    def _decide_context(self, request, edition):
        article, completed = edition.article, lacking.gaps_of(edition)
        lacks = edition.lacks.split(",")
        return {
            **self.admin.admin_site.each_context(request),
            "title": _("What is scheduled lacks what readers have"),
            "subtitle": article.headline,
            "original": article,
            "opts": self.admin.opts,
            "zone": zone(),
            "edition": edition,
            "against": completed.against,
            "questions": questions(completed, request.POST),
            "clashes": lacking.field_names(completed.clashes),
            "brings_back": lacking.END in lacks,
            "withdrawn": _withdrawn(article) if lacking.REASON in lacks else None,
        }


def questions(completed: lacking.Completed, post: dict[str, str]) -> list[Question]:
    """Return a question for each field in which the scheduled text lacks a change."""
    changes = text_diff.compare_snapshots(completed.mine, completed.with_theirs) if completed.lacks else []
    both = {
        change.field: change
        for change in text_diff.compare_snapshots(completed.mine, completed.mine | completed.together)
    }
    return [
        Question(row, row.field in completed.clashes, post.get(f"choose_{row.field}", ""), both.get(row.field))
        for row in changes
    ]


def _withdrawn(article: Article) -> Edition | None:
    return article.editions.exclude(withdrawn_reason="").order_by("-live_until").first()
