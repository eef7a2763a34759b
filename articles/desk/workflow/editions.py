"""The steps that change what readers see: publish, schedule, move, end, withdraw, erase.

``timeline`` creates an article's editions and keeps them in order.
"""

from datetime import datetime
from itertools import pairwise

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from articles import search, tasks
from articles.body import references
from articles.desk import lacking, notices, readiness, revisions
from articles.desk.workflow.locking import locked, set_stage, time_in_paper
from articles.desk.workflow.plans import lasting_columns, planned, planned_updates
from articles.desk.workflow.sharing import end_links
from articles.desk.workflow.timeline import (
    TICK,
    Text,
    WorkflowError,
    put_in,
    remove_words,
    take_out,
    text_of_copy,
    wished_path,
)
from articles.desk.workflow.timeline import freeze_rates_again as refreeze
from articles.models import Article, Edition, Notice
from articles.models.copy import shared_values
from ground.times import FOR_EVER


@transaction.atomic
def publish(article: Article, *, by: User, significant: bool = False) -> Edition:
    """Publish the working copy now; the live edition ends in the same instant.

    Only a ``significant`` change tells readers that the article was updated.
    """
    article = locked(article, "publish", by)
    now = timezone.now()
    _refuse_embargo(article, now)
    text = working_copy(article, now)
    edition = put_in(article, text, at=now, by=by, significant=significant, based_at=article.based_at)
    after_cut(article, by, _("Published"))
    tasks.after_commit(tasks.draw_card.enqueue, edition.pk)
    notices.tell_people(Notice.Kind.PUBLISHED, article, by=by, text=_("%(who)s published “%(article)s”."))
    tasks.after_commit(tasks.announce.enqueue)
    return edition


@transaction.atomic
def schedule(article: Article, *, by: User, at: datetime, significant: bool = False) -> Edition:
    """Schedule the working copy, as it is now, for ``at``; until then the live edition stays."""
    article = locked(article, "schedule", by)
    if at <= timezone.now():
        raise WorkflowError(_("Choose a time in the future, or publish now."))
    _refuse_too_far(at)
    _refuse_embargo(article, at)
    text = working_copy(article, at)
    edition = put_in(article, text, at=at, by=by, significant=significant, based_at=article.based_at)
    after_cut(article, by, _("Scheduled for %(time)s") % {"time": time_in_paper(at)})
    tasks.after_commit(tasks.draw_card.enqueue, edition.pk)
    _tell_of_schedule(article, by, at)
    _look_again(edition)
    return edition


@transaction.atomic
def reschedule(edition: Edition, *, by: User, at: datetime) -> Edition:
    """Move an edition that is not live yet to ``at``; its text stays as it was scheduled."""
    article = locked(edition.article, "schedule", by)
    edition = future(article, edition)
    if at <= timezone.now():
        raise WorkflowError(_("Choose a time in the future."))
    _refuse_too_far(at)
    _refuse_embargo(article, at)
    if article.editions.filter(live_from=at).exclude(pk=edition.pk).exists():
        raise WorkflowError(_("Another edition of this article starts at that very time."))
    text = text_of_copy(edition, edition.section_rows.filter(is_further=True))
    columns = lasting_columns(edition)  # moving does not make its text newer
    end = own_end(article, edition)
    if at >= end:
        raise WorkflowError(
            _("It ends %(time)s: choose a time before that, or set another end.") % {"time": time_in_paper(end)}
        )
    take_out(article, edition)
    edition = put_in(article, text, at=at, by=by, **columns)
    edition.live_until = min(edition.live_until, end)
    edition.save(update_fields=["live_until"])
    tasks.after_commit(tasks.draw_card.enqueue, edition.pk)
    revisions.keep_revision(article, by=by, note=_("Rescheduled for %(time)s") % {"time": time_in_paper(at)})
    _tell_of_schedule(article, by, at)
    _look_again(edition)
    return edition


@transaction.atomic
def cancel(edition: Edition, *, by: User) -> None:
    """Take out an edition that is not live yet; its predecessor gets its end back."""
    article = locked(edition.article, "cancel", by)
    take_out(article, future(article, edition))
    if article.stage == Article.Stage.PUBLISHED:  # an article that waits for review goes on waiting
        set_stage(article, Article.Stage.DRAFT)
    revisions.keep_revision(article, by=by, note=_("Schedule cancelled"))
    text = _("%(who)s cancelled the schedule of “%(article)s”.")
    notices.tell_people(Notice.Kind.WITHDRAWN, article, by=by, text=text)


@transaction.atomic
def take_down(article: Article, *, by: User, at: datetime | None) -> Edition:
    """Let the article end at ``at``, a future time; None: it stays for ever."""
    article = locked(article, "take_down", by)
    now, end = timezone.now(), at or FOR_EVER
    if end <= now:
        raise WorkflowError(_("Choose a time in the future, or withdraw the article now."))
    if at:
        _refuse_too_far(at)
    if later := article.editions.filter(live_from__gte=end).order_by("live_from").first():
        message = _("What is scheduled for %(time)s would bring it back. Cancel that first.")
        raise WorkflowError(message % {"time": time_in_paper(later.live_from)})
    if at is None:
        _close_gap(article, now)
    edition = article.editions.filter(live_from__lt=end, live_until__gt=now).order_by("live_from").last()
    if edition is None:
        raise WorkflowError(_("Nothing of this article is live at that time."))
    edition.live_until = end
    edition.save(update_fields=["live_until"])
    note = _("Ends %(time)s") % {"time": time_in_paper(end)} if at else _("Has no end any more")
    revisions.keep_revision(article, by=by, note=note)
    return edition


@transaction.atomic
def withdraw(article: Article, *, by: User, reason: str) -> Edition:
    """End the article and its preview links now; readers see ``reason``, and scheduled editions are taken out."""
    article = locked(article, "withdraw", by)
    if not reason.strip():
        raise WorkflowError(_("Write the reason: readers who come to the address will see it."))
    now = timezone.now()
    edition = article.editions.live(now).first()
    if edition is None:
        raise WorkflowError(_("The article is not live, so there is nothing to withdraw."))
    coming = list(article.editions.filter(live_from__gt=now).order_by("-live_from"))
    updates = planned_updates(coming)
    for later in coming:
        take_out(article, later)
    edition.refresh_from_db()
    edition.planned = planned(edition, updates)
    edition.live_until = max(now, edition.live_from + TICK)
    edition.withdrawn_reason, edition.withdrawn_by = reason.strip(), by
    edition.save(update_fields=["live_until", "withdrawn_reason", "withdrawn_by", "planned"])
    end_links(article)
    if article.stage == Article.Stage.PUBLISHED:
        set_stage(article, Article.Stage.DRAFT)
    note = _("Withdrawn: %(reason)s") % {"reason": reason.strip()}
    revisions.keep_revision(article, by=by, note=Truncator(note).chars(300))
    text = _("%(who)s withdrew “%(article)s”: %(reason)s")
    notices.tell_people(Notice.Kind.WITHDRAWN, article, by=by, text=text, reason=Truncator(reason.strip()).chars(200))
    tasks.after_commit(tasks.announce.enqueue)
    return edition


@transaction.atomic
def erase(edition: Edition, *, by: User, reason: str) -> Edition:
    """Blank the text of an ended edition, on a court order or privacy claim; a note by whom, when and why stays."""
    locked(edition.article, "erase", by)
    edition = Edition.objects.get(pk=edition.pk)
    if edition.live_until > timezone.now():
        raise WorkflowError(_("Withdraw the article first: only what readers no longer see can be erased."))
    if not reason.strip():
        raise WorkflowError(_("Write the reason: it stays in place of the text."))
    for name, value in shared_values(Edition()).items():
        if name not in {"slug", "section_id", "kind", "language"}:
            setattr(edition, name, value)
    edition.headline, edition.noindex = _("Erased"), True
    tasks.after_commit(tasks.remove_card.enqueue, edition.card)
    edition.card = ""
    edition.erased_at, edition.erased_by, edition.erased_reason = timezone.now(), by, reason.strip()
    edition.save()
    edition.article.editions.update(planned={})  # may have the same words
    remove_words(edition)
    search.forget_edition(edition)
    return edition


def _close_gap(article: Article, now: datetime) -> None:
    """Extend an edition that would end before the next one takes over."""
    rows = list(article.editions.filter(live_until__gt=now).order_by("live_from"))
    for before, after in pairwise(rows):
        if before.live_until < after.live_from or not after.took_over:
            before.live_until, after.took_over = after.live_from, True
            before.save(update_fields=["live_until"])
            after.save(update_fields=["took_over"])
    lacking.note_gaps(article)


def _refuse_embargo(article: Article, at: datetime) -> None:
    if embargo := readiness.under_embargo(article, at):
        raise WorkflowError(embargo.text)


def _refuse_too_far(at: datetime) -> None:
    if at >= FOR_EVER:
        raise WorkflowError(_("Choose a time before the year %(year)d.") % {"year": FOR_EVER.year})


def own_end(article: Article, edition: Edition) -> datetime:
    """Return the end that somebody set for a scheduled edition; for ever if it only ends where another begins."""
    followed = article.editions.filter(live_from=edition.live_until).exists()
    return FOR_EVER if followed else edition.live_until


def future(article: Article, edition: Edition) -> Edition:
    edition = article.editions.filter(pk=edition.pk, live_from__gt=timezone.now()).first()
    if edition is None:
        raise WorkflowError(_("This edition is live already or was cancelled. Load the article again."))
    return edition


def after_cut(article: Article, by: User, note: str) -> None:
    """Mark the working copy as published, and its due time as done."""
    set_stage(article, Article.Stage.PUBLISHED)
    Article.objects.filter(pk=article.pk).update(due_at=None, due_told_at=None, based_at=None)
    revisions.keep_revision(article, by=by, note=note)


def _tell_of_schedule(article: Article, by: User, at: datetime) -> None:
    text = _("%(who)s scheduled “%(article)s” for %(time)s.")
    notices.tell_people(Notice.Kind.PUBLISHED, article, by=by, text=text, time=time_in_paper(at))


def _look_again(edition: Edition) -> None:
    """Refresh rates after the commit, as a rate stored while ``edition`` was being cut may be missing in it."""
    if references.referred_pairs(edition.body):
        transaction.on_commit(freeze_editions_again, robust=True)


def working_copy(article: Article, at: datetime) -> Text:
    """Return the working copy, if nothing prevents it from going live at ``at``; else raise ``WorkflowError``."""
    first = min(article.published_at or at, at)
    if problems := readiness.problems(article, wished_path(article, first), at):
        raise WorkflowError(" ".join(problem.text for problem in problems))
    return text_of_copy(article, article.section_rows.all())


@transaction.atomic
def freeze_editions_again() -> int:
    """Refresh the rates in scheduled editions, after rates were stored; return how many changed. Live ones stay."""
    return refreeze(timezone.now())
