"""The checks beside the text: of the saved copy when the page opens, of what is in the form while somebody types."""

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db.models import prefetch_related_objects
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles.admin.article.pages import ArticlePage
from articles.admin.article.trial_save import trial_save
from articles.body import footnotes, markup, references
from articles.desk import readiness
from articles.desk.readiness import Problem, words
from articles.desk.readiness.links import is_outside, outside_of, path_within
from articles.desk.workflow import timeline
from articles.models import Check, OutsideLink
from articles.models.copy import texts_by_field

FIELDS = {  # whose contents a check looks at
    Check.HEADLINE_LENGTH: "headline",
    Check.STANDFIRST: "standfirst",
    Check.DESCRIPTION: "seo_description",
    Check.BYLINE: "bylines",
    Check.TAGS: "tags",
    Check.LEAD_IMAGE: "lead_image",
    Check.PICTURE_SIZE: "lead_image",
    Check.HEADING_ORDER: "body",
    Check.RATES: "body",
    Check.FOOTNOTES: "body",
    Check.LEFTOVERS: "body",
    Check.INTERNAL_LINKS: "body",
    Check.EXTERNAL_LINKS: "body",
}
ANCHORS = {"bylines": "bylines-group"}  # where a field is on the screen, if not at id_<name>


class Checks(ArticlePage):
    """The list, in the rail of the article screen, of what is still to be mended."""

    def urls(self):
        return [self.route("<int:pk>/checks/", self.checks_view, "checks")]

    @method_decorator(require_POST)
    def checks_view(self, request, pk):
        """Return the checks of what is in the form (0: a new article's), or of what is saved if the user only reads."""
        article = self.readable(request, pk) if pk else None
        if article is None and not self.admin.has_add_permission(request):
            raise PermissionDenied
        return render(request, "admin/articles/article/_check_list.html", {"checks": self._look(request, article)})

    def panel(self, request, article, sent):
        """Return the checks of what is saved; for a form filled in with ``sent`` the page's script asks by itself."""
        return {"checks": looked_at(article) if article and not sent else None}

    def _look(self, request, article):
        if article and not self.admin.has_change_permission(request, article):
            return looked_at(article)
        copy, errors = trial_save(self.admin, request, article, _with_rows)
        fields = self.admin.get_form(request, article, change=article is not None).base_fields
        return looked_at(copy, _refused(fields, errors))


def _with_rows(copy):
    """Return ``copy`` with the rows that checks look at."""
    prefetch_related_objects([copy], "bylines", "tag_rows")
    return copy


def looked_at(article, refused=()):
    """Return what blocks ``article``, what is advised, and what is fine, as the panel shows it.

    ``refused`` are problems of the form. What was typed into those fields is not in ``article``, so other checks of
    them are left out.
    """
    now = timezone.now()
    levels = readiness.levels_of(article)
    first = min(article.published_at or now, now)
    problems = readiness.all_problems(article, timeline.wished_path(article, first), now, levels)
    not_right = {problem.field for problem in refused}
    problems = [*refused, *(problem for problem in problems if problem.field not in not_right)]
    unasked = levels[Check.EXTERNAL_LINKS] != readiness.Level.OFF and _has_unasked(article)
    silent = {problem.check for problem in problems} | _nothing_to_look_at(article, not_right)
    silent |= {Check.EXTERNAL_LINKS} if unasked else set()
    silent |= {check for check, field in FIELDS.items() if field in not_right}
    return {
        "count": len(problems),
        "blocking": [_entry(problem) for problem in problems if problem.blocks],
        "advisory": [_entry(problem) for problem in problems if not problem.blocks],
        "fine": [_short(check) for check in Check if levels[check] != readiness.Level.OFF and check not in silent],
        "unasked": unasked,
        "will_ask": settings.ASK_OUTSIDE_LINKS,
    }


def _refused(fields, errors):
    """Return the form's errors as problems."""
    problems = []
    for name, texts in errors.items():
        label = fields[name].label if name in fields else ""
        problems += [Problem(name, _in_a_sentence(label, str(text))) for text in texts if name != NON_FIELD_ERRORS]
    return problems


def _in_a_sentence(label, text):
    return f"{label}: {text}" if label else text


def _has_unasked(article):
    """Return whether the text has links to other sites that were not checked yet."""
    hrefs = outside_of(article.body)
    answers = OutsideLink.objects.about(hrefs) if hrefs else {}
    return any(href not in answers or answers[href].checked_at is None for href in hrefs)


def _nothing_to_look_at(article, not_right):
    """Return the checks that have nothing to look at; fields that are ``not_right`` hold what was stored."""
    idle = set()
    if not any(text.strip() for name, text in texts_by_field(article).items() if name not in not_right):
        idle |= {Check.LEFTOVERS}
    if not words.HEADING.search(article.body):
        idle |= {Check.HEADING_ORDER}
    if not article.lead_image_id:
        idle |= {Check.PICTURE_SIZE}
        if not markup.image_ids(article.body):
            idle |= {Check.ALTERNATIVE, Check.CREDIT, Check.LICENCE}
    hrefs = markup.links_of_body(article.body)
    if not any(path_within(href) is not None for href in hrefs):
        idle |= {Check.INTERNAL_LINKS}
    if not any(map(is_outside, hrefs)):
        idle |= {Check.EXTERNAL_LINKS}
    if not references.referred_pairs(article.body):
        idle |= {Check.RATES}
    if not footnotes.footnote_texts(article.body):
        idle |= {Check.FOOTNOTES}
    return idle


def _entry(problem):
    return {"problem": problem, "anchor": ANCHORS.get(problem.field, f"id_{problem.field}")}


def _short(check):
    """Return what a check looks at, in a word or two."""
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
        Check.LEFTOVERS: _("no TK, XXX, empty brackets or marks of comments"),
    }[check]
