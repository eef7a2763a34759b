"""The checks beside the text: of the saved copy when the page opens, of what is in the form while somebody types."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles import cutting, footnotes, markup, readiness, references
from articles.admin.article.typed import typed
from articles.models import Check

ANCHORS = {"bylines": "bylines-group"}  # where a field is on the screen, if not at id_<name>


class Checks:
    """What the rail of the article screen says is still to be mended."""

    def get_urls(self):
        checks = self.admin_site.admin_view(self.checks_view)
        return [path("<int:pk>/checks/", checks, name="articles_article_checks"), *super().get_urls()]

    @method_decorator(require_POST)
    def checks_view(self, request, pk):
        """The list for what is in the form (0: a new article's), or of what is saved for those who only look."""
        article = self.get_object(request, str(pk)) if pk else None
        if pk and article is None:
            raise Http404
        may = self.has_view_or_change_permission(request, article) if article else self.has_add_permission(request)
        if not may:
            raise PermissionDenied
        return render(request, "admin/articles/article/_check_list.html", {"checks": self._look(request, article)})

    def _look(self, request, article):
        if article and not self.has_change_permission(request, article):
            return looked_at(article)
        with typed(self, request, article) as (copy, _errors):
            return looked_at(copy)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        is_saved = request.method == "GET" and obj is not None and obj.pk
        context |= {"checks": looked_at(obj) if is_saved else None}
        return super().render_change_form(request, context, add, change, form_url, obj)


def looked_at(article):
    """What blocks ``article``, what is advised, and what is fine, as the panel shows it."""
    now = timezone.now()
    levels = readiness.levels_of(article)
    first = min(article.published_at or now, now)
    found = readiness.look(article, cutting.address(article, first), now, levels)
    troubled = {problem.check for problem in found} | _nothing_to_look_at(article)
    return {
        "blocking": [_entry(problem) for problem in found if problem.blocks],
        "advisory": [_entry(problem) for problem in found if not problem.blocks],
        "fine": [_short(check) for check in Check if levels[check] != readiness.Level.OFF and check not in troubled],
    }


def _nothing_to_look_at(article):
    """Checks that are not fine, but have nothing to find."""
    idle = set()
    if not article.lead_image_id:
        idle |= {Check.PICTURE_SIZE}
        if not markup.image_ids(article.body):
            idle |= {Check.ALTERNATIVE, Check.CREDIT, Check.LICENCE}
    if not markup.links(article.body):
        idle |= {Check.INTERNAL_LINKS, Check.EXTERNAL_LINKS}
    if not references.pairs(article.body):
        idle |= {Check.RATES}
    if not footnotes.found(article.body):
        idle |= {Check.FOOTNOTES}
    return idle


def _entry(problem):
    return {"problem": problem, "anchor": ANCHORS.get(problem.field, f"id_{problem.field}")}


def _short(check):
    """What a check looks at, in a word or two."""
    return {
        Check.HEADLINE_LENGTH: _("headline"),
        Check.STANDFIRST: _("standfirst"),
        Check.LEAD_IMAGE: _("lead picture"),
        Check.ALTERNATIVE: _("alternative texts"),
        Check.CREDIT: _("credits"),
        Check.LICENCE: _("licences"),
        Check.PICTURE_SIZE: _("size of the lead picture"),
        Check.BYLINE: _("byline"),
        Check.TAGS: _("tags"),
        Check.DESCRIPTION: _("description"),
        Check.INTERNAL_LINKS: _("links into the paper"),
        Check.EXTERNAL_LINKS: _("links to other sites"),
        Check.HEADING_ORDER: _("headings"),
        Check.RATES: _("exchange rates"),
        Check.FOOTNOTES: _("footnotes"),
        Check.LEFTOVERS: _("no leftovers"),
    }[check]
