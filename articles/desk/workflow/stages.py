"""The stages of an article on the desk: submitted, taken back, sent back, approved."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from articles.desk import notices, revisions
from articles.desk.workflow.locking import locked, set_stage
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Article, Note, Notice


@transaction.atomic
def submit(article: Article, *, by: User, note: str = "") -> None:
    """Submit a draft to the section's editors."""
    now = _step(article, "submit", by, {"draft"}, "in_review", note or _("Submitted"))
    notices.tell_people(Notice.Kind.SUBMITTED, now, by=by, text=_("%(who)s submitted “%(article)s”."))


@transaction.atomic
def take_back(article: Article, *, by: User, note: str = "") -> None:
    """Make an article that waits for review, or is ready, a draft again."""
    _step(article, "take_back", by, {"in_review", "ready"}, "draft", note or _("Taken back"))


@transaction.atomic
def send_back(article: Article, *, by: User, note: str = "") -> None:
    """Return an article to its writer, with a note that says why and stays among the article's notes."""
    note = note.strip()
    if not note:
        raise WorkflowError(_("Write a note that tells the writer what to change."))
    revision_note = Truncator(_("Sent back: %(note)s") % {"note": note}).chars(300)
    now = _step(article, "send_back", by, {"in_review", "ready"}, "draft", revision_note)
    Article.objects.filter(pk=article.pk).update(sent_back_note=note)
    Note.objects.create(article=now, text=note, by=by, version=now.version)
    notices.tell_people(
        Notice.Kind.SENT_BACK, now, by=by, text=_("%(who)s sent “%(article)s” back: %(note)s"), note=note
    )


@transaction.atomic
def approve(article: Article, *, by: User, note: str = "") -> None:
    """Mark an article as ready to be published."""
    now = _step(article, "approve", by, {"draft", "in_review"}, "ready", note or _("Approved"))
    notices.tell_people(Notice.Kind.APPROVED, now, by=by, text=_("%(who)s approved “%(article)s”."))


def _step(article: Article, step: str, by: User, stages: set[str], stage: str, note: str) -> Article:
    article_now = locked(article, step, by)
    if article_now.stage not in stages:
        message = _("The article is “%(stage)s” now, so this step is no longer open. Load it again.")
        raise WorkflowError(message % {"stage": article_now.get_stage_display()})
    set_stage(article_now, stage)
    revisions.keep_revision(article_now, by=by, note=note)
    article.stage, article.version = article_now.stage, article_now.version
    return article_now
