"""Where an article stands, in a few words: what readers have, what they lack, and what is to come."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from articles.admin.article.state import ArticleState
from articles.admin.times import embargo_words, short
from articles.desk.lacking import told_of_repeat
from articles.desk.notices import name_of_person
from articles.models import Article, Edition, Revision
from ground.times import FOR_EVER


@dataclass(frozen=True)
class StandingWord:
    """A fact of where an article stands; ``look`` is its colour, ``more`` a text that phones have no room for."""

    text: str
    look: str = ""
    more: str = ""


def standing_in_words(article: Article | None, now: ArticleState) -> list[StandingWord]:
    """Return what readers have, what they lack, and what is to come, each in a few words."""
    if article is None or article.pk is None:
        return [StandingWord(_("New"))]
    words = [StandingWord(_("In the trash"), "bad")] if article.trashed_at else []
    if now.live:
        words.append(
            StandingWord(_("Live"), "good", _("first published %(time)s") % {"time": short(article.published_at)})
        )
        if now.has_changed:
            words.append(StandingWord(_("Changes not published"), "warn"))
    elif now.withdrawn:
        text = _("Withdrawn %(time)s") if now.withdrawn.withdrawn_reason else _("Ended %(time)s")
        words.append(StandingWord(text % {"time": short(now.withdrawn.live_until)}, "bad"))
    if article.stage in {Article.Stage.IN_REVIEW, Article.Stage.READY} or (not now.live and now.has_changed):
        words.append(StandingWord(article.get_stage_display().capitalize()))
    return words + _to_come(article, now)


def standing_of_edition(edition: Edition, at: datetime) -> list[StandingWord]:
    """Return in words whether readers have ``edition`` at the time ``at``, had it, or will have it."""
    start, end = short(edition.has_since), short(edition.live_until)
    if edition.erased_at:
        return [StandingWord(_("Erased"), "bad")]
    if edition.live_from > at:
        return [StandingWord(_("Goes live %(time)s") % {"time": short(edition.live_from)}, "plan")]
    if edition.live_until <= at:
        return [StandingWord(_("Readers had it from %(start)s until %(end)s") % {"start": start, "end": end})]
    words = [StandingWord(_("Readers have it since %(time)s") % {"time": start}, "good")]
    return (
        words if edition.live_until == FOR_EVER else [*words, StandingWord(_("Ends %(time)s") % {"time": end}, "plan")]
    )


def standing_of_save(revision: Revision) -> list[StandingWord]:
    """Return a save's version, time and author in words, and its name and note."""
    values = {
        "version": revision.version,
        "time": short(revision.at),
        "by": name_of_person(revision.by) if revision.by else _("somebody"),
    }
    words = [StandingWord(_("Version %(version)s, saved %(time)s by %(by)s") % values)]
    return words + [StandingWord(text) for text in (revision.name, revision.note) if text]


def _to_come(article: Article, now: ArticleState) -> list[StandingWord]:
    """Return in words when the article goes live, when it ends, and until when its embargo lasts."""
    comes = _("Update goes live %(time)s") if now.live else _("Goes live %(time)s")
    words = [
        StandingWord(
            ": ".join(filter(None, [comes % {"time": short(edition.live_from)}, told_of_repeat(edition)])), "plan"
        )
        for edition in now.scheduled
    ]
    words += [StandingWord(_("Ends %(time)s") % {"time": short(end)}, "plan") for end in now.ends]
    if embargo := embargo_words(article.embargo_until, now.at, is_update=bool(now.live)):
        words.append(StandingWord(capfirst(embargo), "warn"))
    return words
