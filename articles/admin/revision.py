"""The admin of revisions: to be read, and restored as the working copy."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from articles import desk_search
from articles.admin.article import reading, standing
from articles.admin.article.versions import has_erased, restore_version
from articles.admin.desk import DeskAdmin, person_column
from articles.admin.lists import holding_words
from articles.admin.times import short
from articles.body import charts
from articles.desk import roles, text_diff
from articles.models import Article, Revision
from articles.public import rendering
from articles.search.headlines import among

MOST_ARTICLES = 100  # articles whose revisions a search shows


@admin.register(Revision)
class RevisionAdmin(DeskAdmin):
    change_form_template = "admin/articles/revision/change_form.html"
    list_display = ["article", "version", "saved", person_column("by", gettext_lazy("by")), "note"]
    list_display_links = ["article", "version"]
    list_select_related = ["article", "by"]
    search_fields = ["article__headline", "name"]  # there is a search; see below
    search_help_text = gettext_lazy(
        "Words of an article (of the hundred saved last that hold them), or of a version’s name."
    )
    sortable_by = []
    ordering = ["-pk"]
    fieldsets = [
        (None, {"fields": ["headline", "standfirst", "body"]}),
        (gettext_lazy("This save"), {"fields": ["article", "version", "name", "saved", "by", "note"]}),
    ]

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    def get_search_results(self, request, queryset, search_term):
        """Return revisions of articles with the words, and those with the words in their names; by indexes."""
        if not search_term.strip():
            return queryset, False
        articles = desk_search.find_copies(search_term, Article.objects.all(), most=MOST_ARTICLES).pks
        named_revisions = (
            Revision.objects.exclude(name="").filter(holding_words(search_term, "name")).order_by().values("pk")
        )
        of_articles = Revision.objects.filter(article__in=among(articles)).order_by().values("pk")
        return queryset.filter(pk__in=of_articles.union(named_revisions)), False

    def get_urls(self):
        restore = self.admin_site.admin_view(self.restore_view)
        return [path("<int:pk>/restore/", restore, name="articles_revision_restore"), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        newest = obj.version == obj.article.version
        context["may_restore"] = not newest and roles.may(request.user, "edit", obj.article)
        before = Revision.objects.filter(article=obj.article, version__lt=obj.version).first()
        context |= {"before": before, "erased": has_erased(obj.article), "reading": reading.of_save(obj)}
        context |= {"standing": standing.standing_of_save(obj), "furniture": list(context["adminform"])[1:]}
        context["changes"] = text_diff.compare_snapshots(before.snapshot, obj.snapshot) if before else []
        return super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)

    @method_decorator(require_POST)
    def restore_view(self, request, pk):
        """Restore a revision as the working copy; later saves stay in the history."""
        revision = self.get_object(request, str(pk))
        if revision is None:
            raise Http404
        if not roles.may(request.user, "edit", revision.article):
            raise PermissionDenied
        return restore_version(self, request, revision)

    @admin.display(description=gettext_lazy("saved"))
    def saved(self, revision):
        return short(revision.at)

    @admin.display(description=gettext_lazy("headline"))
    def headline(self, revision):
        return revision.snapshot.get("headline", "")

    @admin.display(description=gettext_lazy("standfirst"))
    def standfirst(self, revision):
        return revision.snapshot.get("standfirst", "")

    @admin.display(description=gettext_lazy("body"))
    def body(self, revision):
        return format_html(
            '<div class="body">{}</div>', rendering.body(charts.charts_in_words(revision.snapshot.get("body", "")))
        )
