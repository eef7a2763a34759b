"""The desk's list of articles: where each stands, and the filters beside it."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import roles
from articles.admin.lists import number
from articles.admin.times import short, short_in_words
from articles.models import Article, ArticleByline, Section

MOST_SECTIONS = 100  # a filter is read by eye
MOST_FOUND = 1000  # of a search; filters beside it look among them


class ArticleList(ChangeList):
    """Without the columns that no list shows."""

    def get_queryset(self, request, exclude_parameters=None):
        return super().get_queryset(request, exclude_parameters).defer("body", "corrections", "standfirst")


class SectionFilter(admin.SimpleListFilter):
    """A section with those within it."""

    title = gettext_lazy("section")
    parameter_name = "section"

    def lookups(self, request, model_admin):
        sections = Section.objects.with_parent()[:MOST_SECTIONS]
        return [(section.pk, section_name(section)) for section in sections]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        section = number(self.value())
        return queryset.filter(Q(section=section) | Q(section__parent=section))


class MineFilter(admin.SimpleListFilter):
    """What I began, or have a byline on."""

    title = gettext_lazy("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("Mine"))]

    def queryset(self, request, queryset):
        return queryset.filter(own(request.user)) if self.value() == "mine" else queryset


class DeskFilter(admin.SimpleListFilter):
    """What the desk's first page shows the beginning of."""

    title = gettext_lazy("to do")
    parameter_name = "desk"

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("Waits for me")),
            ("unpublished", _("Live, with unpublished changes")),
            ("older", _("Scheduled with an older text")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "waiting":
            return queryset.waiting().filter(edited_by(request.user))
        if self.value() == "unpublished":
            return queryset.with_unpublished_changes()
        return queryset.scheduled_in_older_text() if self.value() == "older" else queryset


def edited_by(user):
    """A filter: articles that ``user`` edits as an editor: of all sections, of those given to them, or none."""
    if roles.of(user) & {roles.CHIEF_EDITOR, roles.ADMINISTRATOR}:
        return Q()
    if roles.SECTION_EDITOR not in roles.of(user):
        return Q(pk__in=[])
    sections = roles.section_ids(user)
    return Q(section__in=sections) | Q(section__parent__in=sections)


def own(user):
    """A filter: articles that ``user`` began or has a byline on."""
    bylines = ArticleByline.objects.filter(article=OuterRef("pk"), author__user=user)
    return Q(created_by=user) | Exists(bylines)


def section_name(section):
    """A section's name, after the one it lies within."""
    return f"{section.parent} › {section}" if section.parent_id else str(section)


def standing(article):
    """Where an article loaded ``with_state()`` stands, in words."""
    said = []
    if article.live_since:
        said.append(_("live since %(time)s") % {"time": short(article.live_since)})
    if article.next_live:
        older = article.stage != Article.Stage.PUBLISHED
        text = _("scheduled for %(time)s with an older text") if older else _("scheduled for %(time)s")
        said.append(text % {"time": short_in_words(article.next_live)})
    if article.embargo_until and article.embargo_until > timezone.now():
        said.append(_("embargo until %(time)s") % {"time": short_in_words(article.embargo_until)})
    if article.was_live and not article.live_since:
        said.append(_("no longer live"))
    if article.stage != Article.Stage.PUBLISHED:
        changed = article.live_since and article.stage == Article.Stage.DRAFT
        said.append(_("changes unpublished") if changed else article.get_stage_display())
    return ", ".join(said)


class Listing:
    """The list of articles and its search."""

    list_display = ["headline", "section", "standing", "saved"]
    list_filter = [DeskFilter, MineFilter, "stage", SectionFilter, "kind", "language"]
    list_select_related = ["section", "saved_by"]
    search_fields = ["headline"]
    search_help_text = gettext_lazy("Words of the headline, or an article’s number.")
    sortable_by = ["saved"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_state()

    def get_changelist(self, request, **kwargs):
        return ArticleList

    def get_search_results(self, request, queryset, search_term):
        """Find the newest first by an index that holds all a search reads, then load only those."""
        found, _distinct = super().get_search_results(
            request, Article.objects.order_by("-saved_at", "-pk"), search_term
        )
        return queryset.filter(pk__in=list(found.values_list("pk", flat=True)[:MOST_FOUND])), False

    @admin.display(description=gettext_lazy("state"))
    def standing(self, article):
        return standing(article)

    @admin.display(description=gettext_lazy("saved"), ordering="saved_at")
    def saved(self, article):
        return format_html("{} {}", short(article.saved_at), article.saved_by or "")

    def describe_choice(self, article):
        """What an autocomplete says of an article besides its number."""
        return {"text": f"{article.headline} ({standing(article)})"}
