"""The desk's list of articles: where each stands, and the filters beside it."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article.list_states import asked_of_each, edited_by, own
from articles.admin.article.typed_filters import TYPED, ReadersFilter
from articles.admin.lists import number_in_address
from articles.admin.times import embargo_words, short, short_in_words
from articles.desk import lacking
from articles.models import Article, Section
from ground.times import midnight

ABOVE = "admin/articles/article/_typed_filter.html"  # of a filter that is a word of the row of states
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


class LanguageFilter(admin.SimpleListFilter):
    """The language of a text, out of those of the paper."""

    title = gettext_lazy("language")
    parameter_name = "language__exact"  # as saved searches have it

    def lookups(self, request, model_admin):
        return [(language["code"], language["name"]) for language in request.frame.paper.languages]

    def queryset(self, request, queryset):
        return queryset.filter(language=self.value()) if self.value() else queryset


class MineFilter(admin.SimpleListFilter):
    """Articles that the user began or has a byline on, those assigned to them, and drafts that nobody has."""

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
    """When an article is due; publishing it clears that."""

    title = gettext_lazy("due")
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [("over", _("Overdue")), ("today", _("Today")), ("week", _("Within a week"))]

    def queryset(self, request, queryset):
        now = timezone.now()
        today = midnight(timezone.localdate(now))
        spans = {"over": (None, now), "today": (today, today + timedelta(days=1)), "week": (now, now + timedelta(7))}
        span = spans.get(self.value() or "")
        if span is None:
            return queryset
        start, end = span
        queryset = queryset.filter(due_at__lt=end)
        return queryset.filter(due_at__gte=start) if start else queryset


class TrashFilter(admin.SimpleListFilter):
    """The articles in the trash; ``ArticleListAdmin.get_queryset`` hides them everywhere else."""

    template = ABOVE
    title = gettext_lazy("trash")
    parameter_name = "trash"

    def lookups(self, request, model_admin):
        return [("1", _("In the trash"))]

    def queryset(self, request, queryset):
        return queryset


class DeskFilter(admin.SimpleListFilter):
    """The lists whose beginnings the desk's first page shows."""

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


FILTERS: list[Any] = [
    DeskFilter,
    SectionFilter,
    MineFilter,
    DueFilter,
    "stage",
    "kind",
    LanguageFilter,
    ReadersFilter,
    TrashFilter,
    *TYPED,
]


def section_name(section):
    """Return a section's name, after that of its parent."""
    return f"{section.parent} › {section}" if section.parent_id else str(section)


def first_published(article):
    """Return when readers first had an article; None if they never did, even if it is scheduled."""
    first = article.published_at
    return first if first and first <= timezone.now() else None


def where_it_stands(article, *, with_days=True):
    """Return in words where an article loaded ``with_state()`` stands; ``with_days``, also when readers got it."""
    texts = [text for kind, text in standings(article) if with_days or kind != "day"]
    return ", ".join(map(str, texts))


def standings(article):
    """Yield each fact of where an article loaded ``with_state()`` stands: the fact's kind, and its words."""
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
        sentence = _("%(scheduled)s, nothing new in it") % {"scheduled": text} if article.next_repeats else text
        yield "urgent" if older or article.next_repeats else "coming", sentence
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
    """Return in words when an article was first published, and when readers got the text they have now, if later."""
    first = first_published(article)
    texts = [_("first published %(time)s") % {"time": short(first)}] if first else []
    if first and article.live_since and article.live_since > first:
        texts.append(_("changed %(time)s") % {"time": short(article.live_since)})
    return texts


def shows_trash(request):
    """Return whether ``request`` is for the list of articles, filtered to those in the trash."""
    match = request.resolver_match
    return bool(match) and match.url_name == "articles_article_changelist" and request.GET.get("trash") == "1"
