"""Links by which people without a login read unpublished articles."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.desk.workflow.locking import locked
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Article, PreviewLink, Revision

LONGEST_LINK = timedelta(days=90)  # the longest life of a preview link


@transaction.atomic
def share(
    article: Article, *, by: User, until: datetime, revision: Revision | None = None, takes_notes: bool = False
) -> PreviewLink:
    """Create a link to the newest save of ``article``, or to one ``revision``, for readers without a login."""
    article = locked(article, "share", by)
    if not timezone.now() < until <= timezone.now() + LONGEST_LINK:
        message = _("Choose a time from now on, at most %(days)d days ahead.")
        raise WorkflowError(message % {"days": LONGEST_LINK.days})
    return PreviewLink.objects.create(
        article=article, revision=revision, expires_at=until, takes_notes=takes_notes, created_by=by
    )


@transaction.atomic
def revoke(link: PreviewLink, *, by: User) -> None:
    """End a link."""
    locked(link.article, "share", by)
    PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())


def end_links(article: Article) -> int:
    """End all preview links of an article, and return how many."""
    return PreviewLink.objects.valid().filter(article=article).update(revoked_at=timezone.now())
