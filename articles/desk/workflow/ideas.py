"""Ideas: articles that nobody has begun to write. Somebody gets them, drops or begins them."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from articles.desk import notices, revisions, roles
from articles.desk.workflow.assignment import assign, refuse_unlikely
from articles.desk.workflow.locking import locked, locked_row, set_stage
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Article, ArticleByline, Author


@transaction.atomic
def hold_idea(idea: Article, *, by: User, to: User | None, due_at: datetime | None) -> None:
    """Say who has the idea, and by when it is wanted: an editor for anybody, others for themselves alone."""
    article = locked(idea, "edit", by)
    refuse_begun(article)
    if due_at != article.due_at:
        refuse_unlikely(due_at)
        Article.objects.filter(pk=article.pk).update(due_at=due_at, due_told_at=None)
    if (to and to.pk) == article.assignee_id:
        return
    if may_hold(by, article, to):
        Article.objects.filter(pk=article.pk).update(assignee=to, due_told_at=None)
    else:
        assign(article, to, by=by)


def may_hold(user: User, idea: Article, to: User | None) -> bool:
    """Whether ``user`` may, without being an editor: take what nobody has, give back what is theirs."""
    is_free = idea.assignee_id in {None, user.pk}
    return is_free and roles.writes(user) and to in {None, user}


@transaction.atomic
def begin(idea: Article, *, by: User) -> Article:
    """Make the idea a draft, for whoever has it, else for ``by``; the second of two people is told of the first."""
    refuse_begun(locked_row(idea))
    article = locked(idea, "begin", by)
    if article.assignee is None and roles.writes(by):
        article.assignee = by
        article.save(update_fields=["assignee"])
    author = Author.objects.filter(user=article.assignee_id).first() if article.assignee_id else None
    if author and not article.bylines.exists():
        ArticleByline.objects.create(article=article, author=author)
    set_stage(article, Article.Stage.DRAFT)
    revisions.keep_revision(article, by=by, note=_("Begun from an idea"))
    return article


def refuse_begun(article: Article) -> None:
    """``WorkflowError`` if somebody began to write it, which tells who has it."""
    if article.stage == Article.Stage.IDEA:
        return
    if article.assignee is None:
        raise WorkflowError(_("“%(article)s” is an article by now: somebody began to write it.") % {"article": article})
    text = _("“%(article)s” is an article by now: %(who)s has it.")
    raise WorkflowError(text % {"article": article, "who": notices.name_of_person(article.assignee)})
