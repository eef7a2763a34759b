"""Filters of the list of articles that are typed above it: by an author, a tag, who published, days."""

from datetime import date, timedelta

from django.contrib import admin
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.lists import holding_words
from articles.desk_search import authors
from articles.models import ArticleByline, ArticleTag, Author, Edition, tag_key
from articles.search.row import words
from ground.characters import strip_control
from ground.times import midnight

LONGEST = 100  # letters of a name
MOST_NAMES = 50  # authors, tags or logins that a name may stand for
NAMED = 3  # of them that are shown
MOST_PUBLISHED = 2_000  # editions of one person, those published last, among which it is looked


class TypedFilter(admin.SimpleListFilter):
    """A filter with a text field above the list instead of choices beside it."""

    template = "admin/articles/article/_typed_filter.html"
    field_type = "text"

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        self.typed = " ".join(strip_control(self.value() or "").split())[:LONGEST]

    def lookups(self, request, model_admin):
        return []

    def has_output(self):
        return True

    def choices(self, changelist):
        return []

    def describe(self):
        """Return in words what the filter lets through."""
        raise NotImplementedError


class NameFilter(TypedFilter):
    """A filter by a typed name; if no row has that name, the list is empty and says why."""

    nobody = gettext_lazy("nobody is called “%(name)s”")

    def called(self):
        """Return the rows that have the typed name, or hold its words."""
        raise NotImplementedError

    def articles(self, pks):
        """Return the ids of the articles to which the rows ``pks`` belong."""
        raise NotImplementedError

    def queryset(self, request, queryset):
        if not self.typed:
            return queryset
        rows = list(self.called().order_by("pk")[: MOST_NAMES + 1])
        called_so = [row for row in rows if words(self.name_of(row)) == words(self.typed)]
        self.found = called_so or rows
        return queryset.filter(pk__in=self.articles([row.pk for row in self.found[:MOST_NAMES]]))

    def describe(self):
        if not self.found:
            return self.nobody % {"name": self.typed}
        names = [self.name_of(row) for row in self.found[:NAMED]]
        more = len(self.found) - NAMED
        if len(self.found) > MOST_NAMES:
            names.append(_("the first %(most)d called “%(name)s”") % {"most": MOST_NAMES, "name": self.typed})
        elif more > 0:
            names.append(_("%(count)d more called “%(name)s”") % {"count": more, "name": self.typed})
        return _(" or ").join(names)

    def name_of(self, row):
        return str(row)


class AuthorFilter(NameFilter):
    title, parameter_name = gettext_lazy("author"), "author"
    nobody = gettext_lazy("no author is called “%(name)s”")

    def called(self):
        return Author.objects.filter(pk__in=authors.authors_holding(self.typed))

    def articles(self, pks):
        return ArticleByline.objects.filter(author__in=pks).values("article")


class TagFilter(NameFilter):
    title, parameter_name = gettext_lazy("tag"), "tag"
    nobody = gettext_lazy("no tag is called “%(name)s”")

    def called(self):
        return tag_key.tags_holding(self.typed)

    def articles(self, pks):
        return ArticleTag.objects.filter(tag__in=pks).values("content_object")


class PublisherFilter(NameFilter):
    """A filter by who published an edition, at any time."""

    title, parameter_name = gettext_lazy("published by"), "published_by"
    nobody = gettext_lazy("no login is called “%(name)s”")

    def called(self):
        return User.objects.filter(holding_words(self.typed, "username", "first_name", "last_name"))

    def articles(self, pks):
        cut = Edition.objects.filter(cut_by__in=pks).order_by("-pk").values_list("article", flat=True)
        self.is_cut_off = bool(cut[MOST_PUBLISHED : MOST_PUBLISHED + 1])
        return cut[:MOST_PUBLISHED]

    def describe(self):
        description = super().describe()
        if self.found and self.is_cut_off:
            return _("%(who)s, of the last %(most)d editions") % {"who": description, "most": MOST_PUBLISHED}
        return description

    def name_of(self, row):
        return row.get_full_name() or row.get_username()


class DayFilter(TypedFilter):
    """A filter by a day in the paper's zone; a text that is no day filters nothing, and the list says so."""

    field_type = "date"

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        try:
            self.day = date.fromisoformat(self.typed) if self.typed else None
            self.moment = self.day and midnight(self.day)
            self.next_moment = self.day and midnight(self.day + timedelta(1))
        except (ValueError, OverflowError):
            self.day = self.moment = self.next_moment = None

    def queryset(self, request, queryset):
        return self.narrow(queryset) if self.day else queryset

    def narrow(self, queryset):
        """Return the part of ``queryset`` that the day lets through."""
        raise NotImplementedError

    def describe(self):
        if self.day is None:
            return _("“%(typed)s” is no day, so nothing is left out") % {"typed": self.typed}
        return date_format(self.day)


class SinceFilter(DayFilter):
    title, parameter_name = gettext_lazy("first published from"), "since"

    def narrow(self, queryset):
        return queryset.filter(published_at__gte=self.moment)


class UntilFilter(DayFilter):
    title, parameter_name = gettext_lazy("first published until"), "until"

    def narrow(self, queryset):
        return queryset.filter(published_at__lt=self.next_moment)


class ReadersFilter(admin.SimpleListFilter):
    """Whether articles are live, scheduled, or were never published."""

    title = gettext_lazy("with readers")
    parameter_name = "readers"

    def lookups(self, request, model_admin):
        return [("live", _("Live")), ("coming", _("Scheduled")), ("never", _("Never published"))]

    def queryset(self, request, queryset):
        if self.value() == "live":
            return queryset.live_with_readers()
        if self.value() == "coming":
            return queryset.filter(pk__in=Edition.objects.filter(live_from__gt=timezone.now()).values("article"))
        return queryset.filter(published_at=None) if self.value() == "never" else queryset


TYPED = [AuthorFilter, TagFilter, PublisherFilter, SinceFilter, UntilFilter]
