"""The article screen. The newsroom is open inside: everybody on the desk reads every article, ``roles.may`` says
who edits which.
"""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from articles.admin.article import recovery, saving
from articles.admin.article.autosaving import Autosaving
from articles.admin.article.checks import Checks
from articles.admin.article.downloads import Downloads
from articles.admin.article.form_screen import ArticleFormAdmin, form_context, to_mend
from articles.admin.article.from_template import FromTemplate
from articles.admin.article.list_screen import ArticleListAdmin
from articles.admin.article.pages import address_of
from articles.admin.article.picks_field import Picks
from articles.admin.article.preview import Preview
from articles.admin.article.scheduled_edition import ScheduledEdition
from articles.admin.article.searching import SavedSearches
from articles.admin.article.sharing import Sharing
from articles.admin.article.versions import Versions
from articles.desk import roles
from articles.models import Article

PAGES = [
    Autosaving,
    Checks,
    FromTemplate,
    Picks,
    Sharing,
    Preview,
    Downloads,
    ScheduledEdition,
    Versions,
    SavedSearches,
]


@admin.register(Article)
class ArticleAdmin(ArticleFormAdmin, ArticleListAdmin):
    """An article on the desk: its list, its form, and the pages beside them."""

    guards_itself = True  # its form carries a version

    def __init__(self, model, admin_site):
        super().__init__(model, admin_site)
        self.pages = [page(self) for page in PAGES]

    def get_urls(self):
        return [*(url for page in self.pages for url in page.urls()), *super().get_urls()]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Let ``saving`` answer a form that was sent; Django shows the form, and says if there is no such article."""
        number, response = object_id and unquote(object_id), None
        if request.method == "POST":
            response = saving.answer_sent_form(self, request, number)
        elif request.method == "GET" and "recover" in request.GET:
            response = recovery.take_up(self, request, number)
        return response or super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Return the form with its panels; an idea leads to its short form until somebody begins to write it."""
        if obj is not None and obj.stage == Article.Stage.IDEA:
            return HttpResponseRedirect(obj.get_absolute_url())
        sent = context.get("sent", QueryDict())
        context |= form_context(request, context, obj, sent)
        for page in self.pages:
            context |= page.panel(request, obj, sent)
        context["to_mend"] = to_mend(context)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def keep_unsaved(self, request, article, data):
        """Keep a form that was sent without a login, and return the address where it is offered again."""
        return recovery.keep_unsaved(request.user, article, data)

    def has_change_permission(self, request, obj=None):
        may_edit = obj is None or (obj.stage != Article.Stage.IDEA and roles.may(request.user, "edit", obj))
        return super().has_change_permission(request, obj) and may_edit

    def has_delete_permission(self, request, obj=None):
        """Return False: articles are deleted by way of the trash alone."""
        return False

    def delete_view(self, request, object_id, extra_context=None):
        article = self.get_object(request, unquote(object_id))
        if article is None or not self.has_view_permission(request, article):
            return super().delete_view(request, object_id, extra_context)
        text = _("“%(article)s” is not deleted: put it in the trash, where what nobody published goes after 30 days.")
        self.message_user(request, text % {"article": article}, messages.ERROR)
        return HttpResponseRedirect(address_of(article))
