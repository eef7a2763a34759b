"""The page of an article before it is one."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from articles import cutting, rendering
from articles.workflow import WorkflowError


class Preview:
    """What readers would get of the saved working copy, or of what is in the form."""

    def get_urls(self):
        preview = self.admin_site.admin_view(self.preview_view)
        return [path("<int:pk>/preview/", preview, name="articles_article_preview"), *super().get_urls()]

    @method_decorator(require_safe)
    def preview_view(self, request, pk):
        """The saved working copy as readers would see it."""
        article = self.get_object(request, str(pk))
        if article is None:
            raise Http404
        if not self.has_view_or_change_permission(request, article):
            raise PermissionDenied
        return self._preview(request, article)

    def _preview_and_forget(self, request, article):
        """The page that readers would get of what is in the form; nothing of it is stored."""
        response = self._preview(request, article)
        transaction.set_rollback(True)
        return response

    def _preview(self, request, article):
        try:
            return cutting.preview(article, partial(rendering.show_article, request, preview=True))
        except WorkflowError as refusal:
            return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
