"""What an article is looked at for before readers may see it; each problem says what to mend and where.

Some problems always block: a page can't do without a section, say. All others weigh what the rules of the article's
section say, else those of the section it lies within, else the paper's; without any rule they advise.
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
    """How much each check weighs for ``article``, in one query."""
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
    """Everything to mend before the working copy of ``article`` goes live at ``path``, what blocks first.

    ``at`` is when it is to go live; without it the embargo is not asked about. As many queries for many pictures and
    links as for one.
    """
    levels = levels_of(article) if levels is None else levels
    wanted = {check for check, level in levels.items() if level != Level.OFF}
    shown = pictures.pictures_of(article)
    found = [*_always(article, path, at), *pictures.lost(article, shown)]
    for problem in (
        *words.word_problems(article),
        *pictures.picture_problems(article, shown, at),
        *links.link_problems(article, path, wanted),
    ):
        if problem.check in wanted:
            found.append(problem.at(levels[problem.check]))
    return sorted(found, key=lambda problem: not problem.blocks)


def problems(article: Article, path: str, at: datetime | None = None) -> list[Problem]:
    """What keeps the working copy of ``article`` from going live at ``path``; empty when it is ready."""
    return [problem for problem in all_problems(article, path, at) if problem.blocks]


def _always(article: Article, path: str, at: datetime | None) -> list[Problem]:
    found = []
    if article.section_id is None:
        found.append(Problem("section", _("Choose a section: it decides where readers find the article.")))
    if not plain_text(article.body):
        found.append(Problem("body", _("Write the body: it is empty.")))
    if (free := path_claims.free(path, article.pk)) != path:
        text = _("Another article has the address %(path)s: this one gets %(free)s, unless you change the slug.")
        found.append(Problem("slug", text % {"path": path, "free": free}, level=Level.ADVISORY))
    if at and (embargo := under_embargo(article, at)):
        found.append(embargo)
    return found


def under_embargo(article: Article, at: datetime) -> Problem | None:
    """What keeps the article from going live at ``at``, whoever would put it there; None if nothing does."""
    if article.embargo_until is None or at >= article.embargo_until:
        return None
    text = _("This text is under embargo until %(time)s: schedule it for then, or later.")
    return Problem("embargo_until", text % {"time": SiteSettings.current().said(article.embargo_until)})
