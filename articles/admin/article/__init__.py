"""The article screen. The newsroom is open inside: everybody on the desk reads every article, ``roles.may`` says
who edits which.
"""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _

from articles import roles
from articles.admin.article.autosaving import Autosaving
from articles.admin.article.bulk import Bulk
from articles.admin.article.listing import Listing
from articles.admin.article.preview import Preview
from articles.admin.article.saving import Saving, address_of
from articles.admin.article.screen import Screen
from articles.admin.desk import DeskAdmin
from articles.models import Article, Revision


@admin.register(Article)
class ArticleAdmin(Autosaving, Screen, Saving, Preview, Listing, Bulk, DeskAdmin):
    """An article on the desk; each part of its screens is a module of this package."""

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or roles.may(request.user, "edit", obj))

    def has_delete_permission(self, request, obj=None):
        """Only what no reader ever saw, or will see by a schedule, is deleted; the rest is withdrawn."""
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or (roles.may(request.user, "delete", obj) and not obj.editions.exists())

    def delete_view(self, request, object_id, extra_context=None):
        article = self.get_object(request, unquote(object_id))
        if article and article.editions.exists():
            text = _(
                "“%(article)s” was published or is scheduled: withdraw it, or cancel its schedule, but don’t delete it."
            )
            self.message_user(request, text % {"article": article}, messages.ERROR)
            return HttpResponseRedirect(address_of(article))
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(self, objs, request):
        """With an article go its own rows, which nobody may delete by themselves."""
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, lacking - {Revision._meta.verbose_name}, protected
