"""Moving an edition's start or end, or a due time, by the steps of the workflow."""

from datetime import datetime

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.calendar.entries import DUE, MOVED_BY, Entry, due_entry, edition_entry
from articles.admin.lists import number_in_address
from articles.admin.times import TimeField, time_with_zone
from articles.desk import workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article, Edition


class EntryMoveForm(forms.Form):
    """The entry of the calendar that is moved, its former time, and the new one."""

    entry = forms.CharField(max_length=40, widget=forms.HiddenInput)
    was = forms.CharField(max_length=40, widget=forms.HiddenInput)
    to = TimeField(label=gettext_lazy("New time"))


def find_entry(name: str, user: User) -> Entry:
    """Return the entry with that name, as ``user`` sees it now; ``starts:12`` and ``idea:7`` are names."""
    row = _row(name)
    if isinstance(row, Article):
        return due_entry(row, user)
    return edition_entry(name.partition(":")[0], row, user, timezone.now())


@transaction.atomic
def move_entry(name: str, *, was: str, to: datetime, by: User) -> tuple[Article, str]:
    """Move an entry from ``was`` to ``to``; return its article, and what was done in words.

    Raise WorkflowError if somebody else moved it meanwhile, or the workflow refuses.
    """
    row = _row(name)
    article = row if isinstance(row, Article) else row.article
    Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
    row = _row(name)  # as it is now that nobody else can move it
    kind = name.partition(":")[0]
    at = _time_of(kind, row)
    if at != _moment(was):
        text = _("Somebody moved it to %(time)s after you opened the calendar. Look at it again.")
        raise WorkflowError(text % {"time": time_with_zone(at)})
    if at.replace(second=0, microsecond=0) == to:
        raise WorkflowError(_("That is the time it has already: choose another."))
    done_text = _move_due(kind, row, to, by) if isinstance(row, Article) else _move_edition(kind, row, to, by)
    return article, done_text % {"headline": row.headline, "new": time_with_zone(to), "old": time_with_zone(at)}


def _row(name: str) -> Edition | Article:
    """Return the edition, or the due article, of an entry that can be moved."""
    kind, _colon, row = name.partition(":")
    if kind in DUE:
        return _due_row(kind, number_in_address(row))
    if kind not in MOVED_BY:
        raise WorkflowError(_("This cannot be moved in the calendar."))
    edition = Edition.objects.select_related("section", "article__section").filter(pk=number_in_address(row)).first()
    if edition is None:
        raise WorkflowError(_("Somebody moved or cancelled it after you opened the calendar. Look at it again."))
    return edition


def _due_row(kind: str, pk: int) -> Article:
    """Return the article or the idea, if it is still due."""
    article = Article.objects.on_desk().select_related("section__parent", "assignee").filter(pk=pk).first()
    if article is None or article.due_at is None or article.stage == Article.Stage.PUBLISHED:
        raise WorkflowError(_("It is not due any more: somebody changed it after you opened the calendar."))
    if kind == "idea":
        workflow.refuse_begun(article)
    return article


def _time_of(kind: str, row: Edition | Article) -> datetime:
    if isinstance(row, Article):
        assert row.due_at  # noqa: S101 - for mypy: _due_row refuses an article without one
        return row.due_at
    return row.live_from if kind == "starts" else row.live_until


def _move_due(kind: str, article: Article, to: datetime, by: User) -> str:
    if kind == "idea":
        workflow.hold_idea(article, by=by, to=article.assignee, due_at=to)
    else:
        workflow.set_due(article, by=by, at=to)
    return _("“%(headline)s” is due %(new)s instead of %(old)s.")


def _move_edition(kind: str, edition: Edition, to: datetime, by: User) -> str:
    if kind == "starts":
        workflow.reschedule(edition, by=by, at=to)
        return _("“%(headline)s” goes live %(new)s instead of %(old)s.")
    _move_end(edition, to, by)
    return _("“%(headline)s” ends %(new)s instead of %(old)s.")


def _move_end(edition: Edition, to: datetime, by: User) -> None:
    """End this edition; the workflow ends whatever is live at the time, and here that must be this one."""
    if workflow.take_down(edition.article, by=by, at=to).pk != edition.pk:
        raise WorkflowError(_("Another text of the article is live at that time: set its end on the article’s screen."))


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
