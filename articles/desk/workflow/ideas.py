"""Ideas: articles that nobody has begun to write. They are assigned, dropped, or begun."""

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
    """Set the idea's assignee and due time: an editor for anybody, others only for themselves."""
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
    """Return whether ``user``, without being an editor, may take what nobody has, or give up their own."""
    is_free = idea.assignee_id in {None, user.pk}
    return is_free and roles.writes(user) and to in {None, user}


@transaction.atomic
def begin(idea: Article, *, by: User) -> Article:
    """Make the idea a draft of its assignee, else of ``by``; raise ``WorkflowError`` if somebody began it before."""
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
    """Raise ``WorkflowError``, naming the assignee, if somebody began to write it."""
    if article.stage == Article.Stage.IDEA:
        return
    if article.assignee is None:
        raise WorkflowError(_("“%(article)s” is an article by now: somebody began to write it.") % {"article": article})
    text = _("“%(article)s” is an article by now: %(who)s has it.")
    raise WorkflowError(text % {"article": article, "who": notices.name_of_person(article.assignee)})
