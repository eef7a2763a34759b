"""The base of an article's further pages: their addresses, and what the form shows of them."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase, QueryDict
from django.urls import URLPattern, path, reverse

from articles.models import Article
from ground.requests import LoggedInRequest


class DeskRequest(LoggedInRequest):
    """A request that the admin let through, with the nonce of its scripts."""

    csp_nonce: str


class ArticlePage:
    """Pages of articles besides list and form; ``admin`` decides on rights, and has their addresses among its own."""

    def __init__(self, admin: ModelAdmin):
        self.admin = admin

    def urls(self) -> list[URLPattern]:
        return []

    def panel(self, request: DeskRequest, article: Article | None, sent: QueryDict) -> dict[str, Any]:
        """Return what the template of the form shows of this page for ``article`` (None: a new one).

        ``sent`` is what somebody typed if the form is filled in with that, and empty if it shows what is stored.
        """
        return {}

    def route(self, address: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
        """Return the URL pattern of a page for logged-in users."""
        return path(address, self.admin.admin_site.admin_view(view), name=f"articles_article_{name}")

    def article(self, request: DeskRequest, pk: int) -> Article:
        """Return the article ``pk``; raise ``Http404`` if there is none."""
        article: Article | None = self.admin.get_object(request, str(pk))
        if article is None:
            raise Http404
        return article

    def readable(self, request: DeskRequest, pk: int) -> Article:
        """Return the article ``pk``; raise ``PermissionDenied`` if the user may not read it."""
        article = self.article(request, pk)
        if not self.admin.has_view_or_change_permission(request, article):
            raise PermissionDenied
        return article

    def may_write(self, request: DeskRequest, article: Article | None) -> bool:
        """Return whether the user may change ``article``, or begin one where it is None."""
        return may_write(self.admin, request, article)


def may_write(admin: ModelAdmin, request: DeskRequest, article: Article | None) -> bool:
    """Return whether the user may change ``article``, or begin one where it is None."""
    return admin.has_change_permission(request, article) if article else admin.has_add_permission(request)


def address_of(article: Article) -> str:
    """Return the address of the form of ``article``."""
    return reverse("admin:articles_article_change", args=[article.pk])
