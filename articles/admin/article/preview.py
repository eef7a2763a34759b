"""The page of an article before it is one."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles.admin.article.typed import typed
from articles.desk.workflow import WorkflowError, timeline
from articles.public import rendering


class Preview:
    """What readers would get of the saved working copy, or of what is in the form."""

    def get_urls(self):
        saved, live = self.admin_site.admin_view(self.preview_view), self.admin_site.admin_view(self.live_preview_view)
        return [
            path("<int:pk>/preview/", saved, name="articles_article_preview"),
            path("<int:pk>/live-preview/", live, name="articles_article_live_preview"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def preview_view(self, request, pk):
        """The saved working copy as readers would see it."""
        article = self.get_object(request, str(pk))
        if article is None:
            raise Http404
        if not self.has_view_or_change_permission(request, article):
            raise PermissionDenied
        return self._preview(request, article)

    @method_decorator(require_POST)
    def live_preview_view(self, request, pk):
        """What is typed, however incomplete, as readers would see it; 0 is an article still to be begun."""
        article = self.get_object(request, str(pk)) if pk else None
        if pk and article is None:
            raise Http404
        may_type = self.has_change_permission(request, article) if article else self.has_add_permission(request)
        if not may_type:
            raise PermissionDenied
        with typed(self, request, article) as (copy, _errors):
            if not request.POST.get("headline", "").strip():
                copy.headline = _("Without a headline")
            return self._preview(request, copy)

    def _preview_and_forget(self, request, article):
        """The page that readers would get of what is in the form; nothing of it is stored."""
        response = self._preview(request, article)
        transaction.set_rollback(True)
        return response

    def _preview(self, request, article):
        alone = rendering.as_unseen(article.section_id)
        try:
            return timeline.preview(article, partial(rendering.show_article, request, preview=True, **alone))
        except WorkflowError as refusal:
            return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
