"""The beginning of every step: the article, fresh and locked, and the right to take the step."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from articles.desk import roles
from articles.desk.steps import right_of
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Article, SiteSettings


def locked(article: Article, step: str, by: User) -> Article:
    """Return the article, fresh, with its row locked until the transaction ends, if ``by`` may take the step."""
    row = locked_row(article)
    if roles.may(by, step, row):
        return row
    if row.trashed_at:
        raise WorkflowError(_("“%(article)s” lies in the trash: restore it first.") % {"article": row})
    if row.stage == Article.Stage.IDEA and not right_of(step).is_of_ideas:
        raise WorkflowError(_("“%(article)s” is an idea: begin to write it first.") % {"article": row})
    place = row.section or _("articles without a section")
    raise WorkflowError(_("You may not do this with an article of “%(place)s”.") % {"place": place})


def locked_row(article: Article) -> Article:
    """Return the article, fresh, with its row locked, without checking a right."""
    # Two statements: one that waited for the lock would read the section that the article had before.
    list(Article.objects.select_for_update().filter(pk=article.pk).values_list("pk"))
    row = Article.objects.select_related("section__parent").filter(pk=article.pk).first()
    if row is None:
        raise WorkflowError(_("“%(article)s” is gone: the trash was emptied.") % {"article": article})
    return row


def locked_version(article: Article) -> int:
    """Return the version of ``article``, which can't change until the transaction ends."""
    return locked_row(article).version


def set_stage(article: Article, stage: str) -> None:
    """Set the stage, and delete the note of the last time it was sent back, which was for the writer's next step."""
    Article.objects.filter(pk=article.pk).update(stage=stage, sent_back_note="")
    article.stage, article.sent_back_note = stage, ""


def time_in_paper(moment: datetime) -> str:
    """Return a time in the paper's time zone, in words, with the zone's name."""
    return SiteSettings.current().time_in_words(moment)
