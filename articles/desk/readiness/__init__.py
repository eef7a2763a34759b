"""The checks of an article before readers may see it; each problem says what to fix and where.

Some problems always block, like a missing section. The weight of all others is set by the rules of the article's
section, else of its parent, else of the paper; without a rule they advise.
"""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from articles.body.markup import plain_text
from articles.desk import path_claims
from articles.desk.readiness import links, pictures, words
from articles.desk.readiness.problem import Level, Problem
from articles.models import Article, Check, CheckRule, SiteSettings

__all__ = ["Level", "Problem", "all_problems", "levels_of", "problems"]

DEFAULT = Level.ADVISORY


def levels_of(article: Article) -> dict[str, str]:
    """Return the level of each check for ``article``, in one query."""
    section = article.section
    own, above = (section.pk, section.parent_id) if section else (None, None)
    rules = CheckRule.objects.filter(Q(section=None) | Q(section__in=[pk for pk in (own, above) if pk]))
    near = {own: 2, above: 1, None: 0}
    levels: dict[str, str] = {str(check): DEFAULT for check in Check.values}
    for rule in sorted(rules, key=lambda rule: near[rule.section_id]):
        if rule.check_name in levels:
            levels[rule.check_name] = rule.level
    return levels


def all_problems(
    article: Article, path: str, at: datetime | None = None, levels: dict[str, str] | None = None
) -> list[Problem]:
    """Return all problems of the working copy of ``article`` before it goes live at ``path``, blocking ones first.

    ``at`` is when it is to go live; without it the embargo is not checked. The number of queries does not depend on the
    number of pictures and links.
    """
    levels = levels_of(article) if levels is None else levels
    active_checks = {check for check, level in levels.items() if level != Level.OFF}
    images = pictures.pictures_of(article)
    found_problems = [*_always(article, path, at), *pictures.lost(article, images)]
    for problem in (
        *words.word_problems(article),
        *pictures.picture_problems(article, images, at),
        *links.link_problems(article, path, active_checks),
    ):
        if problem.check in active_checks:
            found_problems.append(problem.at(levels[problem.check]))
    return sorted(found_problems, key=lambda problem: not problem.blocks)


def problems(article: Article, path: str, at: datetime | None = None) -> list[Problem]:
    """Return the problems that prevent the working copy of ``article`` from going live at ``path``; empty if it is
    ready.
    """
    return [problem for problem in all_problems(article, path, at) if problem.blocks]


def _always(article: Article, path: str, at: datetime | None) -> list[Problem]:
    found_problems = []
    if article.section_id is None:
        found_problems.append(Problem("section", _("Choose a section: it decides where readers find the article.")))
    if not plain_text(article.body):
        found_problems.append(Problem("body", _("Write the body: it is empty.")))
    if (free := path_claims.free(path, article.pk)) != path:
        text = _("Another article has the address %(path)s: this one gets %(free)s, unless you change the slug.")
        found_problems.append(Problem("slug", text % {"path": path, "free": free}, level=Level.ADVISORY))
    if at and (embargo := under_embargo(article, at)):
        found_problems.append(embargo)
    return found_problems


def under_embargo(article: Article, at: datetime) -> Problem | None:
    """Return the problem if the article is under embargo at ``at``, whoever publishes it; else None."""
    if article.embargo_until is None or at >= article.embargo_until:
        return None
    text = _("This text is under embargo until %(time)s: schedule it for then, or later.")
    return Problem("embargo_until", text % {"time": SiteSettings.current().time_in_words(article.embargo_until)})
