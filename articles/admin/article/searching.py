"""The search above the list of articles: its fields, the line that sums it up, and saved searches."""

from django.contrib import messages
from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Prefetch
from django.http import HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles import desk_search
from articles.admin import lists
from articles.admin.article import list_states
from articles.admin.article.pages import ArticlePage
from articles.admin.article.typed_filters import TypedFilter
from articles.admin.lists import number_in_address
from articles.models import ArticleByline, SavedSearch
from ground.characters import strip_control

MOST_SAVED = 30  # searches that are shown, and that one person keeps
LONGEST_QUERY = 1000
LIST = "admin:articles_article_changelist"


class ArticleList(ChangeList):
    """The list of articles, without columns of the table that it never shows, and with what stands above it."""

    def get_queryset(self, request, exclude_parameters=None):
        rows = super().get_queryset(request, exclude_parameters).defer("body", "corrections", "standfirst")
        return rows.prefetch_related(Prefetch("bylines", ArticleByline.objects.select_related("author")))

    def get_results(self, request):
        super().get_results(request)
        if self.multi_page or self.paginator.asked_for == 1:  # else the only page is shown, whichever was asked for
            self.result_list = self.paginator.rows[: self.list_per_page]
        self.saved = list(SavedSearch.objects.of(request.user)[:MOST_SAVED])
        self.me = request.user
        self.fields = [spec for spec in self.filter_specs if isinstance(spec, TypedFilter)]
        self.typed = any(spec.typed for spec in self.fields)
        self.kept = [
            pair for pair in self.params.items() if pair[0] not in {spec.parameter_name for spec in self.fields}
        ]
        self.pieces = lists.pieces(self)
        self.states = list_states.states_row(self, request.user)
        self.looked = self._looked(getattr(request, "desk_found", None))
        self.as_saved = searched(request.GET.urlencode(), self.model_admin.list_filter)
        if self.query:
            excerpts = desk_search.excerpts(self.query, {article.pk: article.headline for article in self.result_list})
            for article in self.result_list:
                article.found_in = excerpts.get(article.pk, [])

    def _looked(self, matches):
        """Return a sentence that says where the words were searched for."""
        if matches is None:
            return ""
        if matches.in_headlines:
            return _("These words are so common that they were looked for in headlines alone.")
        if not matches.is_complete:
            return _("Very many articles hold these words. Looked at were those begun last: add a word or a filter.")
        return _("Looked for in headlines, standfirsts, texts, tags, authors and notes, as they were last saved.")


class SavedSearches(ArticlePage):
    """The addresses that save and remove searches."""

    def urls(self):
        return [
            self.route("searches/save/", self.save_search_view, "save_search"),
            self.route("searches/remove/", self.remove_search_view, "remove_search"),
        ]

    @method_decorator(require_POST)
    def save_search_view(self, request):
        """Save the current search and filters under a name."""
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        query = searched(request.POST.get("query", ""), self.admin.list_filter)
        name = " ".join(strip_control(request.POST.get("name", "")).split())
        trouble = _refusal(request.user, name, query) or self._save(request, name, query)
        if trouble:
            self.admin.message_user(request, trouble, messages.ERROR)
        else:
            self.admin.message_user(request, _("Saved: the search “%(name)s”.") % {"name": name}, messages.SUCCESS)
        return HttpResponseRedirect(f"{reverse(LIST)}?{query}")

    def _save(self, request, name, query):
        """Save the search; return a sentence if its name is taken already, else an empty text."""
        try:
            with transaction.atomic():
                shared = "shared" in request.POST
                SavedSearch.objects.create(user=request.user, name=name, query=query, is_shared=shared)
        except IntegrityError:
            return _("You have a search called “%(name)s” already: give this one another name.") % {"name": name}
        return ""

    @method_decorator(require_POST)
    def remove_search_view(self, request):
        """Remove a search of the user's own."""
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        mine = SavedSearch.objects.filter(
            user=request.user, pk=number_in_address(request.POST.get("search", ""))
        ).first()
        if mine is None:
            text = _("This search is gone already, or it is somebody else’s: only they remove it.")
            self.admin.message_user(request, text, messages.WARNING)
        else:
            mine.delete()
            self.admin.message_user(request, _("Removed: the search “%(name)s”.") % {"name": mine}, messages.SUCCESS)
        query = searched(request.POST.get("query", ""), self.admin.list_filter)
        return HttpResponseRedirect(f"{reverse(LIST)}?{query}")


def searched(query, filters):
    """Return the part of a list's query string that is a search: words, order, and ``filters`` (``list_filter``)."""
    parameters = {
        list_filter.parameter_name if hasattr(list_filter, "parameter_name") else f"{list_filter}__exact"
        for list_filter in filters
    }
    allowed_names = {SEARCH_VAR, ORDER_VAR, *parameters}
    values = QueryDict(strip_control(query)[: 2 * LONGEST_QUERY], mutable=True)
    for name in [name for name in values if name not in allowed_names or not any(values.getlist(name))]:
        del values[name]
    return values.urlencode()


def _refusal(user, name, query):
    if not name:
        return _("Give the search a name.")
    if len(name) > (SavedSearch._meta.get_field("name").max_length or 0):
        return _("A name has at most 60 characters.")
    if not query:
        return _("Search or filter first: this is the whole list.")
    if len(query) > LONGEST_QUERY:
        return _("There is too much in this search to keep it.")
    if user.saved_searches.count() >= MOST_SAVED:
        return _("You keep %(most)d searches, which is as many as are shown. Remove one first.") % {"most": MOST_SAVED}
    return ""
