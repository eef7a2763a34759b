"""The steps of an article: the only writers of stages and editions.

What readers see is rows with times; ``cutting`` makes them and keeps their line. Every step locks the
article's row, so two people's steps follow one another. Times are aware datetimes.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from articles import readiness, revisions, roles, search
from articles.cutting import TICK, Text, WorkflowError, address, put_in, take_out, text_of
from articles.models import FOR_EVER, Article, Author, Edition, Image, Revision, Section, SiteSettings
from articles.models.copy import shared_values


@transaction.atomic
def saved(article: Article, *, by: User, note: str = "") -> None:
    """Count a save of the working copy: a published article has something unpublished again."""
    if article.stage == Article.Stage.PUBLISHED:
        _set_stage(article, Article.Stage.DRAFT)
    revisions.keep(article, by=by, note=note)


@transaction.atomic
def submit(article: Article, *, by: User, note: str = "") -> None:
    """Hand a draft to the section's editors."""
    _step(article, "submit", by, {"draft"}, "in_review", note or _("Submitted"))


@transaction.atomic
def take_back(article: Article, *, by: User, note: str = "") -> None:
    """Make what waits for review, or is ready, a draft again."""
    _step(article, "take_back", by, {"in_review", "ready"}, "draft", note or _("Taken back"))


@transaction.atomic
def send_back(article: Article, *, by: User, note: str = "") -> None:
    """Return an article to its writer, with a note that says why."""
    if not note.strip():
        raise WorkflowError(_("Write a note that tells the writer what to change."))
    said = Truncator(_("Sent back: %(note)s") % {"note": note.strip()}).chars(300)
    _step(article, "send_back", by, {"in_review", "ready"}, "draft", said)
    Article.objects.filter(pk=article.pk).update(sent_back_note=note.strip())


@transaction.atomic
def approve(article: Article, *, by: User, note: str = "") -> None:
    """Call an article ready to be published."""
    _step(article, "approve", by, {"draft", "in_review"}, "ready", note or _("Approved"))


@transaction.atomic
def publish(article: Article, *, by: User) -> Edition:
    """Put the working copy before readers now; what was live ends in the same instant."""
    article = _locked(article, "publish", by)
    now = timezone.now()
    _refuse_embargo(article, now)
    edition = put_in(article, _working_copy(article, now), at=now, by=by)
    _after_cut(article, by, _("Published"))
    return edition


@transaction.atomic
def schedule(article: Article, *, by: User, at: datetime) -> Edition:
    """Have the working copy, as it is now, go live at ``at``; what is live until then stays live until then."""
    article = _locked(article, "schedule", by)
    if at <= timezone.now():
        raise WorkflowError(_("Choose a time in the future, or publish now."))
    _refuse_too_far(at)
    _refuse_embargo(article, at)
    edition = put_in(article, _working_copy(article, at), at=at, by=by)
    _after_cut(article, by, _("Scheduled for %(time)s") % {"time": _said(at)})
    return edition


@transaction.atomic
def reschedule(edition: Edition, *, by: User, at: datetime) -> Edition:
    """Move an edition that is not live yet to ``at``; its text stays as it was scheduled."""
    article = _locked(edition.article, "schedule", by)
    edition = _future(article, edition)
    if at <= timezone.now():
        raise WorkflowError(_("Choose a time in the future."))
    _refuse_too_far(at)
    _refuse_embargo(article, at)
    if article.editions.filter(live_from=at).exclude(pk=edition.pk).exists():
        raise WorkflowError(_("Another edition of this article starts at that very time."))
    text = text_of(edition, edition.section_rows.filter(is_further=True))
    cut_at, cut_by = edition.cut_at, edition.cut_by  # its text is no newer for being moved
    take_out(article, edition)
    edition = put_in(article, text, at=at, by=by)
    edition.cut_at, edition.cut_by = cut_at, cut_by
    edition.save(update_fields=["cut_at", "cut_by"])
    revisions.keep(article, by=by, note=_("Rescheduled for %(time)s") % {"time": _said(at)})
    return edition


@transaction.atomic
def cancel(edition: Edition, *, by: User) -> None:
    """Take back an edition that is not live yet; its predecessor gets its end back."""
    article = _locked(edition.article, "cancel", by)
    take_out(article, _future(article, edition))
    _set_stage(article, Article.Stage.DRAFT)
    revisions.keep(article, by=by, note=_("Schedule cancelled"))


@transaction.atomic
def take_down(article: Article, *, by: User, at: datetime | None) -> Edition:
    """Let the article end at ``at``, a future time; None keeps it for ever again."""
    article = _locked(article, "take_down", by)
    now, end = timezone.now(), at or FOR_EVER
    if end <= now:
        raise WorkflowError(_("Choose a time in the future, or withdraw the article now."))
    if at:
        _refuse_too_far(at)
    if later := article.editions.filter(live_from__gte=end).order_by("live_from").first():
        message = _("What is scheduled for %(time)s would bring it back. Cancel that first.")
        raise WorkflowError(message % {"time": _said(later.live_from)})
    edition = article.editions.filter(live_from__lt=end, live_until__gt=now).order_by("live_from").last()
    if edition is None:
        raise WorkflowError(_("Nothing of this article is live at that time."))
    edition.live_until = end
    edition.save(update_fields=["live_until"])
    note = _("Ends %(time)s") % {"time": _said(end)} if at else _("Has no end any more")
    revisions.keep(article, by=by, note=note)
    return edition


@transaction.atomic
def withdraw(article: Article, *, by: User, reason: str) -> Edition:
    """End the article now; readers of its address get ``reason``, and nothing scheduled brings it back."""
    article = _locked(article, "withdraw", by)
    if not reason.strip():
        raise WorkflowError(_("Write the reason: readers who come to the address will see it."))
    now = timezone.now()
    edition = article.editions.live(now).first()
    if edition is None:
        raise WorkflowError(_("The article is not live, so there is nothing to withdraw."))
    for future in article.editions.filter(live_from__gt=now).order_by("-live_from"):
        take_out(article, future)
    edition.refresh_from_db()
    edition.live_until = max(now, edition.live_from + TICK)
    edition.withdrawn_reason, edition.withdrawn_by = reason.strip(), by
    edition.save(update_fields=["live_until", "withdrawn_reason", "withdrawn_by"])
    _set_stage(article, Article.Stage.DRAFT)
    note = _("Withdrawn: %(reason)s") % {"reason": reason.strip()}
    revisions.keep(article, by=by, note=Truncator(note).chars(300))
    return edition


@transaction.atomic
def erase(edition: Edition, *, by: User, reason: str) -> Edition:
    """Blank the text of an edition that ended, for a court or a privacy claim; who, when and why stay."""
    _locked(edition.article, "erase", by)
    edition = Edition.objects.get(pk=edition.pk)
    if edition.live_until > timezone.now():
        raise WorkflowError(_("Withdraw the article first: only what readers no longer see can be erased."))
    if not reason.strip():
        raise WorkflowError(_("Write the reason: it stays in place of the text."))
    for name, value in shared_values(Edition()).items():
        if name not in {"slug", "section_id", "kind", "language"}:
            setattr(edition, name, value)
    edition.headline, edition.noindex = _("Erased"), True
    edition.erased_at, edition.erased_by, edition.erased_reason = timezone.now(), by, reason.strip()
    edition.save()
    search.remove(edition)
    return edition


@transaction.atomic
def restore(revision: Revision, *, by: User) -> Article:
    """Make what a save left the working copy again; of what it points at, what is gone since is left out."""
    article = _locked(revision.article, "edit", by)
    if article.stage == Article.Stage.PUBLISHED:
        _set_stage(article, Article.Stage.DRAFT)
    kept = revision.snapshot
    if article.published_at and not roles.may(by, "publish", article):
        kept["section_id"] = article.section_id  # a restored section would be a move, which is its editors' to make
    for name, model in (("section_id", Section), ("lead_image_id", Image)):
        if not model.objects.filter(pk=kept.get(name)).exists():
            kept[name] = None
    for name, model in (("bylines", Author), ("further_sections", Section)):
        there = set(model.objects.filter(pk__in=kept[name]).values_list("pk", flat=True))
        kept[name] = [pk for pk in kept[name] if pk in there]
    return revisions.restore(revision, by=by)


def _locked(article: Article, step: str, by: User) -> Article:
    """The article, fresh, with its row locked until the transaction ends, if ``by`` may take the step."""
    article = Article.objects.select_for_update(of=("self",)).select_related("section").get(pk=article.pk)
    if not roles.may(by, step, article):
        place = article.section or _("articles without a section")
        raise WorkflowError(_("You may not do this with an article of “%(place)s”.") % {"place": place})
    return article


def _step(article: Article, step: str, by: User, stages: set[str], stage: str, note: str) -> None:
    article_now = _locked(article, step, by)
    if article_now.stage not in stages:
        message = _("The article is “%(stage)s” now, so this step is no longer open. Load it again.")
        raise WorkflowError(message % {"stage": article_now.get_stage_display()})
    _set_stage(article_now, stage)
    revisions.keep(article_now, by=by, note=note)
    article.stage, article.version = article_now.stage, article_now.version


def _set_stage(article: Article, stage: str) -> None:
    """Also takes the note from the last time it was sent back off: it was for the writer's next step."""
    Article.objects.filter(pk=article.pk).update(stage=stage, sent_back_note="")
    article.stage, article.sent_back_note = stage, ""


def _refuse_embargo(article: Article, at: datetime) -> None:
    if article.embargo_until and at < article.embargo_until:
        message = _("The article is under embargo until %(time)s; nobody can make it start before.")
        raise WorkflowError(message % {"time": _said(article.embargo_until)})


def _refuse_too_far(at: datetime) -> None:
    if at >= FOR_EVER:
        raise WorkflowError(_("Choose a time before the year %(year)d.") % {"year": FOR_EVER.year})


def _future(article: Article, edition: Edition) -> Edition:
    edition = article.editions.filter(pk=edition.pk, live_from__gt=timezone.now()).first()
    if edition is None:
        raise WorkflowError(_("This edition is live already or was cancelled. Load the article again."))
    return edition


def _after_cut(article: Article, by: User, note: str) -> None:
    _set_stage(article, Article.Stage.PUBLISHED)
    revisions.keep(article, by=by, note=note)


def _working_copy(article: Article, at: datetime) -> Text:
    """The working copy, if nothing keeps it from going live at ``at``."""
    first = min(article.published_at or at, at)
    if problems := readiness.problems(article, address(article, first), at):
        raise WorkflowError(" ".join(problem.text for problem in problems))
    return text_of(article, article.section_rows.all())


def _said(moment: datetime) -> str:
    """A time as a person reads it, in the paper's time zone, with the zone's name."""
    zone = SiteSettings.current().zone
    return f"{date_format(moment.astimezone(zone), 'DATETIME_FORMAT')} ({zone.key})"
