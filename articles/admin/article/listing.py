"""The desk's list of articles: where each stands, and the filters beside it."""

from datetime import timedelta

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article.searching import Searching
from articles.admin.article.states import asked_of_each, edited_by, own
from articles.admin.article.typed_filters import TYPED, ReadersFilter
from articles.admin.lists import RowsPaginator, number_in_address
from articles.admin.pictures import picture_thumbnail
from articles.admin.times import embargo_words, short, short_in_words, time_from_now
from articles.admin.times import time_with_zone as time_said
from articles.desk import lacking
from articles.desk.notices import name_of_person as name_of
from articles.models import Article, Section
from ground.times import midnight

ABOVE = "admin/articles/article/_typed_filter.html"  # of a filter that is a word of the row of states
EMPTY_FRAME = mark_safe('<span class="thumbnail"></span>')  # our own words, with nothing of anybody's in them
MOST_SECTIONS = 100  # a filter is read by eye


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
        section = number_in_address(self.value())
        within = Section.objects.filter(parent=section).order_by().values_list("pk", flat=True)
        return queryset.filter(section__in=[section, *within])  # numbers, for which there is an index


class MineFilter(admin.SimpleListFilter):
    """What I began or have a byline on, what is assigned to me, what is to be claimed."""

    title = gettext_lazy("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("Mine")), ("assigned", _("Assigned to me")), ("nobody", _("Drafts that nobody has"))]

    def queryset(self, request, queryset):
        if self.value() == "mine":
            return queryset.filter(own(request.user, getattr(request.user, "author", None)))
        if self.value() == "assigned":
            return queryset.filter(assignee=request.user)
        if self.value() == "nobody":
            return queryset.filter(assignee=None, stage=Article.Stage.DRAFT, published_at=None)
        return queryset


class DueFilter(admin.SimpleListFilter):
    """When it is wanted; what was published is not due any more."""

    title = gettext_lazy("due")
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [("over", _("Overdue")), ("today", _("Today")), ("week", _("Within a week"))]

    def queryset(self, request, queryset):
        now = timezone.now()
        today = midnight(timezone.localdate(now))
        spans = {"over": (None, now), "today": (today, today + timedelta(days=1)), "week": (now, now + timedelta(7))}
        if self.value() not in spans:
            return queryset
        start, end = spans[self.value()]
        queryset = queryset.filter(due_at__lt=end)
        return queryset.filter(due_at__gte=start) if start else queryset


class TrashFilter(admin.SimpleListFilter):
    """What lies in the trash, and nothing of it anywhere else: ``Listing.get_queryset`` sees to that."""

    template = ABOVE
    title = gettext_lazy("trash")
    parameter_name = "trash"

    def lookups(self, request, model_admin):
        return [("1", _("In the trash"))]

    def queryset(self, request, queryset):
        return queryset


class DeskFilter(admin.SimpleListFilter):
    """What the desk's first page shows the beginning of."""

    template = ABOVE
    title = gettext_lazy("to do")
    parameter_name = "desk"

    def lookups(self, request, model_admin):
        return [
            ("mine", _("Mine, under way")),
            ("waiting", _("Waits for me")),
            ("submitted", _("Mine, with the editors")),
            ("unpublished", _("Live, with unpublished changes")),
            ("older", _("Scheduled with an older text")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "mine":
            return asked_of_each(queryset.under_way(), request.user)
        if self.value() == "waiting":
            return queryset.waiting().filter(edited_by(request.user))
        if self.value() == "submitted":
            return asked_of_each(queryset.waiting(), request.user)
        if self.value() == "unpublished":
            return queryset.with_unpublished_changes()
        return queryset.scheduled_in_older_text() if self.value() == "older" else queryset


def section_name(section):
    """A section's name, after the one it lies within."""
    return f"{section.parent} › {section}" if section.parent_id else str(section)


def first_published(article):
    """When readers first had an article; None if they never did, though it may be scheduled."""
    first = article.published_at
    return first if first and first <= timezone.now() else None


def where_it_stands(article, *, with_days=True):
    """Where an article loaded ``with_state()`` stands, in words; ``with_days``, also when readers got it."""
    said = [text for kind, text in standings(article) if with_days or kind != "day"]
    return ", ".join(map(str, said))


def standings(article):
    """Everything that is to be said of where an article loaded ``with_state()`` stands: its kind, and the words."""
    now = timezone.now()
    if article.trashed_at:
        yield "gone", _("in the trash since %(time)s") % {"time": short(article.trashed_at)}
    if article.live_since:
        yield "live", _("live")
    yield from (("day", day) for day in _days(article))
    if article.next_live:
        older = article.stage != Article.Stage.PUBLISHED
        text = _("scheduled for %(time)s with an older text") if older else _("scheduled for %(time)s")
        text = text % {"time": short_in_words(article.next_live)}
        told = _("%(scheduled)s, nothing new in it") % {"scheduled": text} if article.next_repeats else text
        yield "urgent" if older or article.next_repeats else "coming", told
    if article.coming_lacks:
        yield "urgent", _("what is scheduled %(lacks)s") % {"lacks": lacking.gaps_in_words(article.coming_lacks)}
    embargo = embargo_words(article.embargo_until, now, is_update=bool(article.live_since), tell=short_in_words)
    if embargo:
        yield "coming", embargo
    if article.was_live and not article.live_since:
        yield "gone", _("no longer live")
    if article.stage != Article.Stage.PUBLISHED:
        changed = article.live_since and article.stage == Article.Stage.DRAFT
        yield (
            "changed" if changed else article.stage,
            _("changes unpublished") if changed else article.get_stage_display(),
        )


def _days(article):
    """When an article was first published, and when readers got what they have now, if that is another time."""
    first = first_published(article)
    said = [_("first published %(time)s") % {"time": short(first)}] if first else []
    if first and article.live_since and article.live_since > first:
        said.append(_("changed %(time)s") % {"time": short(article.live_since)})
    return said


def shows_trash(request):
    """Whether ``request`` is for the list of articles, filtered to those in the trash."""
    match = request.resolver_match
    return bool(match) and match.url_name == "articles_article_changelist" and request.GET.get("trash") == "1"


class Listing(Searching):
    """The list of articles."""

    list_display = ["picture", "named", "section", "state", "published", "saved", "in_hand"]
    list_display_links = ["named"]
    list_filter = [
        DeskFilter,
        SectionFilter,
        MineFilter,
        DueFilter,
        "stage",
        "kind",
        "language",
        ReadersFilter,
        TrashFilter,
        *TYPED,
    ]
    list_select_related = ["section", "saved_by", "assignee", "lead_image"]
    search_fields = ["headline"]  # there is a search; what it looks at is articles/desk_search's
    search_help_text = gettext_lazy(
        "Words, begun or “in a row”, or an article’s number; with - what must not be there."
    )
    sortable_by = ["saved"]
    paginator = RowsPaginator
    list_per_page = 40  # drawing a row costs more than finding it

    def get_queryset(self, request):
        """What is on the desk, in every list and picker; the trash only where its filter asks for it."""
        articles = super().get_queryset(request).with_state()
        return articles.filter(trashed_at__isnull=False) if shows_trash(request) else articles.on_desk()

    def get_ordering(self, request):
        """The newest change first; in the trash, what was put there last."""
        return ["-trashed_at", "-pk"] if shows_trash(request) else super().get_ordering(request)

    def get_object(self, request, object_id, from_field=None):
        """An article by its number, also one in the trash: its form says so."""
        articles = Article.objects.select_related("section__parent", "assignee", "saved_by", "trashed_by")
        return articles.filter(pk=number_in_address(object_id)).first()

    @admin.display(description=gettext_lazy("found in"))
    def found_in(self, article):
        """The words with what stands around them, where the headline does not hold them."""
        rows = ((excerpt.place, excerpt.text) for excerpt in getattr(article, "found_in", []))
        return format_html_join("", '<p class="excerpt"><span class="quiet">{}:</span> {}</p>', rows) or _("headline")

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, article):
        """Of the readers' page; decoration beside the headline."""
        return picture_thumbnail(article.lead_image) or EMPTY_FRAME

    @admin.display(description=gettext_lazy("article"))
    def named(self, article):
        """The headline, and who wrote it."""
        authors = ", ".join(str(byline.author) for byline in article.bylines.all())
        return format_html('{} <span class="authors">{}</span>', article.headline, authors)

    def standing(self, article):
        return where_it_stands(article, with_days=False)

    @admin.display(description=gettext_lazy("state"))
    def state(self, article):
        said = [pair for pair in standings(article) if pair[0] != "day"]
        return format_html_join(" ", '<span class="pill {}">{}</span>', said)

    @admin.display(description=gettext_lazy("first published"))
    def published(self, article):
        """When readers first had it, and below when they got what they have now, if it was changed since."""
        first = first_published(article)
        if first is None or not article.live_since or article.live_since <= first:
            return short(first) if first else ""
        changed = _("changed %(time)s") % {"time": short(article.live_since)}
        return format_html('{} <span class="quiet">{}</span>', short(first), changed)

    @admin.display(description=gettext_lazy("in hand, due"))
    def in_hand(self, article):
        """Who has it, and by when it is wanted."""
        holder = name_of(article.assignee) if article.assignee else ""
        if article.due_at is None:
            return holder
        text = _("overdue since %(time)s") if article.due_at < timezone.now() else _("due %(time)s")
        return format_html("{} <strong>{}</strong>", holder, text % {"time": short(article.due_at)})

    @admin.display(description=gettext_lazy("last change"), ordering="saved_at")
    def saved(self, article):
        """When the desk saved it last, and who."""
        who = name_of(article.saved_by) if article.saved_by else ""
        return format_html(
            '<time datetime="{}" title="{}">{}</time> <span class="quiet">{}</span>',
            timezone.localtime(article.saved_at).isoformat(),
            time_said(article.saved_at),
            time_from_now(article.saved_at),
            who,
        )

    def describe_choice(self, article):
        """What an autocomplete says of an article besides its number."""
        return {"text": f"{article.headline} ({where_it_stands(article)})"}
