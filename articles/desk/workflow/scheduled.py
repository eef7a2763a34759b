"""Scheduled editions that lack what readers have: it is put in, or somebody confirms the edition as it is."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import tasks
from articles.desk import lacking, revisions
from articles.desk.lacking import END, REASON, Completed
from articles.desk.workflow.editions import after_cut, future, own_end, take_down, working_copy
from articles.desk.workflow.locking import locked, time_in_paper
from articles.desk.workflow.plans import lasting_columns, planned_end, put_in_again
from articles.desk.workflow.timeline import TICK, Text, WorkflowError, put_in, take_out, text_from
from articles.models import Article, Edition

MINE, THEIRS, BOTH = "mine", "theirs", "both"  # the scheduled text, the readers' text, or both word by word


class ClashError(WorkflowError):
    """Both texts changed the same words, so that a person must choose."""


@transaction.atomic
def carry_over(edition: Edition, *, by: User, choices: Mapping[str, str] | None = None, against: str = "") -> Edition:
    """Put into a scheduled edition what readers have and it lacks.

    ``choices`` maps a field to the version that stays where both changed the same paragraph; ``ClashError`` names those
    that nobody chose. ``against`` identifies the texts on the page.
    """
    article = locked(edition.article, "schedule", by)
    edition = future(article, edition)
    field_names = lacking.field_names(name for name in edition.lacks.split(",") if name and name != END)
    edition = _carry(article, edition, by, choices or {}, against)
    note = _("Put into what is scheduled for %(time)s: %(what)s")
    revisions.keep_revision(
        article, by=by, note=(note % {"time": time_in_paper(edition.live_from), "what": field_names})[:300]
    )
    return edition


def carry_into_all(article: Article, *, by: User) -> list[Edition]:
    """Put what was just published into all scheduled editions that lack it, and return them.

    Where both changed the same paragraph it is left out, for a person to decide. The revision of the publication
    mentions it.
    """
    article = locked(article, "schedule", by)
    changed_editions = []
    for edition in article.editions.filter(live_from__gt=timezone.now(), lacks__gt="").order_by("live_from"):
        with suppress(WorkflowError), transaction.atomic():
            changed_editions.append(_carry(article, future(article, edition), by, {}))
    return changed_editions


def _carry(article: Article, edition: Edition, by: User, choices: Mapping[str, str], against: str = "") -> Edition:
    completed = lacking.gaps_of(edition)
    if against and against != completed.against:
        raise WorkflowError(_("Something else was published meanwhile. Look at it again."))
    lacking_fields = edition.lacks.split(",") if edition.lacks else []
    if not completed.lacks and REASON not in lacking_fields:
        raise WorkflowError(_nothing_to_put_in(lacking_fields))
    snapshot = _chosen(completed, choices) if completed.lacks else lacking.desk_snapshot(edition)
    if REASON in lacking_fields:
        snapshot["dated_corrections"] = _with_reason(article, snapshot["dated_corrections"])
    now = timezone.now()
    if article.based_at is None:  # the working copy does not have the text that was merged here
        Article.objects.filter(pk=article.pk).update(based_at=now - TICK)
    return _put_in_anew(article, edition, text_from(snapshot), by, based_at=now)


@transaction.atomic
def keep_as_is(edition: Edition, *, by: User) -> Edition:
    """Confirm that a scheduled edition goes out without what it lacks."""
    article = locked(edition.article, "schedule", by)
    edition = future(article, edition)
    edition.decided_at = timezone.now()
    edition.save(update_fields=["decided_at"])
    lacking.note_gaps(article)
    edition.refresh_from_db()
    return edition


@transaction.atomic
def renew(edition: Edition, *, by: User) -> Edition:
    """Replace a scheduled edition's text by the working copy's; its time and its end stay."""
    article = locked(edition.article, "schedule", by)
    edition = future(article, edition)
    text = working_copy(article, edition.live_from)
    fresh = {"cut_at": timezone.now(), "cut_by": by, "decided_at": None, "based_at": article.based_at}
    edition = _put_in_anew(article, edition, text, by, **fresh)
    after_cut(article, by, _("Newest text for %(time)s") % {"time": time_in_paper(edition.live_from)})
    return edition


@transaction.atomic
def take_up_plans(article: Article, withdrawn: Edition, *, by: User, end: bool, updates: bool) -> list[str]:
    """Restore the end and the schedule that ``article`` had when it was withdrawn, after it was published again.

    Return what was done, in words.
    """
    article = locked(article, "schedule", by)
    results = []
    if updates:
        again = put_in_again(article, withdrawn, by=by)
        text = _("Scheduled again for %(time)s.")
        results += [text % {"time": time_in_paper(edition.live_from)} for edition in again]
    if end and (at := planned_end(withdrawn)) and _may_end(article, at):
        take_down(article, by=by, at=at)
        results.append(_("It ends %(time)s, as was planned before it was withdrawn.") % {"time": time_in_paper(at)})
    return results


def _may_end(article: Article, at: datetime) -> bool:
    return (
        article.editions.filter(live_from__lt=at).exists() and not article.editions.filter(live_from__gte=at).exists()
    )


def _put_in_anew(article: Article, edition: Edition, text: Text, by: User, **columns: object) -> Edition:
    """Return the edition created anew with another text, at the same time and with the same end."""
    at, end, columns_kept = edition.live_from, own_end(article, edition), lasting_columns(edition) | columns
    take_out(article, edition)
    edition = put_in(article, text, at=at, by=by, **columns_kept)
    edition.live_until = min(edition.live_until, end)
    edition.save(update_fields=["live_until"])
    tasks.after_commit(tasks.draw_card.enqueue, edition.pk)
    return edition


def _chosen(completed: Completed, choices: Mapping[str, str]) -> dict:
    """Return the merged text, with the chosen version where both changed the same words."""
    ways = {MINE: completed.merged, THEIRS: completed.with_theirs, BOTH: completed.together}
    open_ = [name for name in completed.clashes if name not in ways.get(choices.get(name, ""), {})]
    if open_:
        text = _("Both texts changed the same paragraph or field, so somebody must choose: %(what)s.")
        raise ClashError(text % {"what": lacking.field_names(open_)})
    return completed.merged | {name: ways[choices[name]][name] for name in completed.clashes}


def _nothing_to_put_in(lacking_fields: list[str]) -> str:
    if END in lacking_fields:
        return _("It begins after the planned end: move it, cancel it, or say that it is meant so.")
    return _("It has all that readers have already.")


def _with_reason(article: Article, corrections: list[dict]) -> list[dict]:
    """Return ``corrections`` with the reason of the last withdrawal, on its day."""
    last = article.editions.exclude(withdrawn_reason="").order_by("-live_until").first()
    if last is None:
        return corrections
    day = timezone.localdate(last.live_until).isoformat()
    return sorted([*corrections, {"day": day, "text": last.withdrawn_reason}], key=lambda correction: correction["day"])
