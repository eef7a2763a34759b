"""Previews of an article's page, before readers have it."""

from collections.abc import Callable

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles.admin.article.pages import ArticlePage, DeskRequest
from articles.admin.article.trial_save import trial_save
from articles.desk.workflow import WorkflowError, timeline
from articles.models import Article, Edition
from articles.public import rendering


class Preview(ArticlePage):
    """The page that readers would get of the saved working copy, or of what is in the form."""

    def urls(self):
        return [
            self.route("<int:pk>/preview/", self.preview_view, "preview"),
            self.route("<int:pk>/live-preview/", self.live_preview_view, "live_preview"),
        ]

    @method_decorator(require_safe)
    def preview_view(self, request, pk):
        """Return the saved working copy as readers would see it."""
        return preview_page(request, self.readable(request, pk))

    @method_decorator(require_POST)
    def live_preview_view(self, request, pk):
        """Return what is in the form, however incomplete, as readers would see it; 0 is a new article."""
        article = self.article(request, pk) if pk else None
        if not self.may_write(request, article):
            raise PermissionDenied
        return preview_form(self.admin, request, article)


def preview_form(admin: ModelAdmin, request: DeskRequest, article: Article | None) -> HttpResponse:
    """Return the page that readers would get of what is in the form of ``article`` (None: a new one)."""

    def load(copy: Article) -> tuple[Edition, int | None]:
        if not request.POST.get("headline", "").strip():
            copy.headline = _("Without a headline")
        return timeline.unseen_edition(copy), copy.section_id

    return _page(request, lambda: trial_save(admin, request, article, load)[0])


def preview_page(request: DeskRequest, article: Article) -> HttpResponse:
    """Return the page that readers would get of ``article``."""
    return _page(request, lambda: (timeline.unseen_edition(article), article.section_id))


def _page(request: DeskRequest, find: Callable[[], tuple[Edition, int | None]]) -> HttpResponse:
    """Return the page of the edition that ``find`` returns with its section; 409 with the reason if it can't be one."""
    try:
        edition, section = find()
    except WorkflowError as refusal:
        return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
    return rendering.show_article(request, edition, preview=True, **rendering.as_unseen(section))
