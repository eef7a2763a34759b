"""The desk's list of articles: its columns, its search, and the steps taken with ticked articles."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import desk_search
from articles.admin.article import bulk
from articles.admin.article.listing import FILTERS, first_published, shows_trash, standings, where_it_stands
from articles.admin.article.searching import ArticleList
from articles.admin.desk import DeskAdmin
from articles.admin.lists import RowsPaginator, number_in_address
from articles.admin.pictures import picture_thumbnail
from articles.admin.times import short, time_from_now
from articles.admin.times import time_with_zone as time_said
from articles.desk import roles
from articles.desk.notices import name_of_person as name_of
from articles.desk.steps import STEPS
from articles.models import Article
from articles.search.headlines import among

EMPTY_FRAME = mark_safe('<span class="thumbnail"></span>')  # our own words, with nothing of anybody's in them


class ArticleListAdmin(DeskAdmin):
    """The list of articles: its columns, filters and search, and the steps taken with ticked articles."""

    actions = bulk.ACTIONS

    list_display = ["picture", "named", "section", "state", "published", "saved", "in_hand"]
    list_display_links = ["named"]
    list_filter = FILTERS
    list_select_related = ["section", "saved_by", "assignee", "lead_image"]
    search_fields = ["headline"]  # there is a search; what it looks at is articles/desk_search's
    search_help_text = gettext_lazy(
        "Words, begun or “in a row”, or an article’s number; with - what must not be there."
    )
    sortable_by = ["saved"]
    paginator = RowsPaginator
    list_per_page = 40  # drawing a row costs more than finding it

    def get_queryset(self, request):
        """Return the articles on the desk, for every list and picker; those in the trash only if its filter is set."""
        rows: Any = super().get_queryset(request)
        articles = rows.with_state()
        return articles.filter(trashed_at__isnull=False) if shows_trash(request) else articles.on_desk()

    def get_changelist(self, request, **kwargs):
        return ArticleList

    def get_list_display(self, request):
        """Return the columns; in a search, also the passage that holds the words."""
        columns = list(super().get_list_display(request))
        return [*columns[:2], "found_in", *columns[2:]] if request.GET.get(SEARCH_VAR, "").strip() else columns

    def get_search_results(self, request, queryset, search_term):
        """Return the articles that hold all words anywhere, by an index; for a number, also the article so numbered."""
        if not search_term.strip():
            return queryset, False
        page = max(number_in_address(request.GET.get("p") or request.GET.get("page")), 1)
        matches = desk_search.find_copies(search_term, queryset, most=page * self.list_per_page + 1)
        request.desk_found = matches
        return queryset.filter(pk__in=among([*matches.pks, number_in_address(search_term)])), False

    def get_actions(self, request):
        """Return the steps that the user may take with some articles; in the trash, only those that lead out of it."""
        in_trash, actions = shows_trash(request), super().get_actions(request)
        ours = {f"{step.name}_selected": step for step in STEPS.values() if step.bulk}
        return {
            name: action
            for name, action in actions.items()
            if name in ours and ours[name].is_of_trash == in_trash and roles.may(request.user, ours[name].name)
        }

    def get_ordering(self, request):
        """Return the order: the newest change first; in the trash, what was put there last."""
        return ["-trashed_at", "-pk"] if shows_trash(request) else super().get_ordering(request)

    def get_object(self, request, object_id, from_field=None):
        """Return the article of a number, also one in the trash, whose form says so; None if there is none."""
        articles = Article.objects.select_related("section__parent", "assignee", "saved_by", "trashed_by")
        return articles.filter(pk=number_in_address(object_id)).first()

    @admin.display(description=gettext_lazy("found in"))
    def found_in(self, article):
        """Return the passages that hold the words, or “headline” if that holds them."""
        rows = ((excerpt.place, excerpt.text) for excerpt in getattr(article, "found_in", []))
        return format_html_join("", '<p class="excerpt"><span class="quiet">{}:</span> {}</p>', rows) or _("headline")

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, article):
        """Return a thumbnail of the lead picture; it is decoration beside the headline."""
        return picture_thumbnail(article.lead_image) or EMPTY_FRAME

    @admin.display(description=gettext_lazy("article"))
    def named(self, article):
        """Return the headline with its authors."""
        authors = ", ".join(str(byline.author) for byline in article.bylines.all())
        return format_html('{} <span class="authors">{}</span>', article.headline, authors)

    def standing(self, article):
        return where_it_stands(article, with_days=False)

    @admin.display(description=gettext_lazy("state"))
    def state(self, article):
        pairs = [pair for pair in standings(article) if pair[0] != "day"]
        return format_html_join(" ", '<span class="pill {}">{}</span>', pairs)

    @admin.display(description=gettext_lazy("first published"))
    def published(self, article):
        """Return when readers first had it, and when they got the text they have now, if that was later."""
        first = first_published(article)
        if first is None or not article.live_since or article.live_since <= first:
            return short(first) if first else ""
        changed = _("changed %(time)s") % {"time": short(article.live_since)}
        return format_html('{} <span class="quiet">{}</span>', short(first), changed)

    @admin.display(description=gettext_lazy("in hand, due"))
    def in_hand(self, article):
        """Return who it is assigned to, and when it is due."""
        holder = name_of(article.assignee) if article.assignee else ""
        if article.due_at is None:
            return holder
        text = _("overdue since %(time)s") if article.due_at < timezone.now() else _("due %(time)s")
        return format_html("{} <strong>{}</strong>", holder, text % {"time": short(article.due_at)})

    @admin.display(description=gettext_lazy("last change"), ordering="saved_at")
    def saved(self, article):
        """Return when the desk saved it last, and who did."""
        name = name_of(article.saved_by) if article.saved_by else ""
        return format_html(
            '<time datetime="{}" title="{}">{}</time> <span class="quiet">{}</span>',
            timezone.localtime(article.saved_at).isoformat(),
            time_said(article.saved_at),
            time_from_now(article.saved_at),
            name,
        )

    def describe_choice(self, article):
        """Return what an autocomplete says of an article besides its number."""
        return {"text": f"{article.headline} ({where_it_stands(article)})"}
