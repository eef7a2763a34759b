"""The trash: unwanted articles, for a while; articles that readers ever saw stay for good."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.desk.workflow.locking import locked, time_in_paper
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Article

KEPT = timedelta(days=30)
AT_ONCE = 100  # articles deleted in one transaction


@transaction.atomic
def trash(article: Article, *, by: User) -> None:
    """Put the article in the trash, where it stays unchanged; not if it is live or scheduled."""
    article = locked(article, "trash", by)
    now = timezone.now()
    if article.editions.live(now).exists():
        raise WorkflowError(_("The article is live: withdraw it first."))
    if edition := article.editions.filter(live_from__gt=now).order_by("live_from").first():
        message = _("The article is scheduled for %(time)s: cancel that first.")
        raise WorkflowError(message % {"time": time_in_paper(edition.live_from)})
    article.trashed_at, article.trashed_by = now, by
    article.save(update_fields=["trashed_at", "trashed_by"])


@transaction.atomic
def untrash(article: Article, *, by: User) -> None:
    """Put the article back where it was."""
    article = locked(article, "untrash", by)
    if article.trashed_at is None:
        raise WorkflowError(_("The article is on the desk already."))
    article.trashed_at = article.trashed_by = None
    article.save(update_fields=["trashed_at", "trashed_by"])


def empty_trash(at: datetime | None = None) -> int:
    """Delete articles that have been in the trash for 30 days at ``at`` (now) and were never live; return how many."""
    count = 0
    while number := _empty_some((at or timezone.now()) - KEPT):
        count += number
    return count


@transaction.atomic
def _empty_some(before: datetime) -> int:
    old = Article.objects.filter(trashed_at__lt=before, editions=None).order_by("trashed_at")
    ids = list(old.values_list("pk", flat=True)[:AT_ONCE])
    going = Article.objects.select_for_update().filter(pk__in=ids, trashed_at__lt=before).only("pk")
    going = [article.pk for article in going]  # somebody may have restored one since
    Article.objects.filter(pk__in=going).delete()
    return len(going)
