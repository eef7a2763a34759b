"""The desk's list of articles: where each stands, and the filters beside it."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.lists import number
from articles.admin.times import short
from articles.models import Article, ArticleByline, Section

MOST_SECTIONS = 100  # a filter is read by eye


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
        said.append(_("scheduled for %(time)s") % {"time": short(article.next_live)})
    if article.was_live and not article.live_since:
        said.append(_("no longer live"))
    if article.stage != Article.Stage.PUBLISHED:
        changed = article.live_since and article.stage == Article.Stage.DRAFT
        said.append(_("changes unpublished") if changed else article.get_stage_display())
    return ", ".join(said)
