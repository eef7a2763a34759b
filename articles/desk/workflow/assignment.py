"""The assignee of an article, its due time and its length. None of these changes the text or its version."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.desk import notices, roles
from articles.desk.steps import FIELDS
from articles.desk.workflow.locking import locked, time_in_paper
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Article, Notice
from ground.times import FOR_EVER

MOST_WORDS = FIELDS["word_goal"].most  # of a goal


@transaction.atomic
def assign(article: Article, to: User | None, *, by: User, due_at: datetime | None = None) -> None:
    """Assign the article to a writer, or to nobody (None). ``due_at`` becomes its due time."""
    article = locked(article, "assign", by)
    if to is not None and not roles.writes(to):
        message = _("“%(user)s” can't be given articles: only active logins who write or edit can.")
        raise WorkflowError(message % {"user": to})
    refuse_unlikely(due_at)
    is_new = to is not None and to.pk != article.assignee_id
    article.assignee = to
    if due_at is not None:
        article.due_at = due_at
    article.due_told_at = None
    article.save(update_fields=["assignee", "due_at", "due_told_at"])
    if is_new:
        text = _("%(who)s assigned “%(article)s” to you, due %(due)s.")
        if article.due_at is None:
            text = _("%(who)s assigned “%(article)s” to you.")
        due = time_in_paper(article.due_at) if article.due_at else ""
        notices.tell_people(Notice.Kind.ASSIGNED, article, by=by, text=text, due=due)


@transaction.atomic
def claim(article: Article, *, by: User) -> None:
    """Take an article that nobody has."""
    article = locked(article, "claim", by)
    if article.assignee_id == by.pk:
        raise WorkflowError(_("You have this article already."))
    article.assignee, article.due_told_at = by, None
    article.save(update_fields=["assignee", "due_told_at"])


@transaction.atomic
def release(article: Article, *, by: User) -> None:
    """Give up an article, so that somebody else may take it."""
    article = locked(article, "release", by)
    article.assignee = None
    article.save(update_fields=["assignee"])


@transaction.atomic
def set_due(article: Article, *, by: User, at: datetime | None) -> None:
    """Set when the article is due; None: at no certain time."""
    article = locked(article, "due", by)
    refuse_unlikely(at)
    article.due_at, article.due_told_at = at, None
    article.save(update_fields=["due_at", "due_told_at"])


@transaction.atomic
def set_goal(article: Article, *, by: User, words: int | None) -> None:
    """Set how many words the article is to have; None: no goal."""
    article = locked(article, "goal", by)
    if words is not None and not 1 <= words <= MOST_WORDS:
        raise WorkflowError(_("A goal has between 1 and %(most)d words.") % {"most": MOST_WORDS})
    article.word_goal = words
    article.save(update_fields=["word_goal"])


def refuse_unlikely(at: datetime | None) -> None:
    """Raise ``WorkflowError`` for a due time in the past, or in a year that nobody means."""
    if at is not None and at <= timezone.now():
        raise WorkflowError(_("Choose a due time in the future."))
    if at is not None and at >= FOR_EVER:
        raise WorkflowError(_("Choose a time before the year %(year)d.") % {"year": FOR_EVER.year})
