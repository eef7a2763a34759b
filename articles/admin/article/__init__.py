"""The article screen. The newsroom is open inside: everybody on the desk reads every article, ``roles.may`` says
who edits which.
"""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _

from articles.admin.article.autosaving import Autosaving
from articles.admin.article.beginning import Beginning
from articles.admin.article.bulk import Bulk
from articles.admin.article.checks import Checks
from articles.admin.article.deciding import Deciding
from articles.admin.article.listing import Listing
from articles.admin.article.picking import Picking
from articles.admin.article.preview import Preview
from articles.admin.article.saving import Saving, address_of
from articles.admin.article.screen import Screen
from articles.admin.article.sharing import Sharing
from articles.admin.article.versions import Versions
from articles.admin.desk import DeskAdmin
from articles.desk import roles
from articles.models import Article


@admin.register(Article)
class ArticleAdmin(
    Autosaving,
    Checks,
    Beginning,
    Screen,
    Picking,
    Sharing,
    Saving,
    Preview,
    Deciding,
    Versions,
    Listing,
    Bulk,
    DeskAdmin,
):
    """An article on the desk; each part of its screens is a module of this package."""

    guards_itself = True  # its form carries a version

    def has_change_permission(self, request, obj=None):
        may_edit = obj is None or (obj.stage != Article.Stage.IDEA and roles.may(request.user, "edit", obj))
        return super().has_change_permission(request, obj) and may_edit

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """An idea has a short form of its own until somebody begins to write it."""
        if obj is not None and obj.stage == Article.Stage.IDEA:
            return HttpResponseRedirect(obj.get_absolute_url())
        return super().render_change_form(request, context, add, change, form_url, obj)

    def has_delete_permission(self, request, obj=None):
        """Articles go by way of the trash."""
        return False

    def delete_view(self, request, object_id, extra_context=None):
        article = self.get_object(request, unquote(object_id))
        if article is None or not self.has_view_permission(request, article):
            return super().delete_view(request, object_id, extra_context)
        text = _("“%(article)s” is not deleted: put it in the trash, where what nobody published goes after 30 days.")
        self.message_user(request, text % {"article": article}, messages.ERROR)
        return HttpResponseRedirect(address_of(article))
