"""Moving what is to come to another time: an edition's start or its end, by the steps of the workflow."""

from datetime import datetime

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import workflow
from articles.admin.calendar.entries import STEPS
from articles.admin.lists import number
from articles.admin.times import TimeField, said
from articles.models import Article, Edition
from articles.workflow import WorkflowError


class MoveForm(forms.Form):
    """Which entry of the calendar is moved, from when, to when."""

    entry = forms.CharField(max_length=40, widget=forms.HiddenInput)
    was = forms.CharField(max_length=40, widget=forms.HiddenInput)
    to = TimeField(label=gettext_lazy("New time"))


def find(name: str) -> tuple[str, Edition]:
    """The kind of an entry that can be moved, and its edition with the article; ``starts:12`` names them."""
    kind, _colon, row = name.partition(":")
    if kind not in STEPS:
        raise WorkflowError(_("This cannot be moved in the calendar."))
    edition = Edition.objects.select_related("section", "article__section").filter(pk=number(row)).first()
    if edition is None:
        raise WorkflowError(_("Somebody moved or cancelled it after you opened the calendar. Look at it again."))
    return kind, edition


@transaction.atomic
def move(name: str, *, was: str, to: datetime, by: User) -> tuple[Article, str]:
    """Move an entry that stood at ``was`` to ``to``; the article it is of, and what was done in words.

    What somebody else moved meanwhile is refused, as is whatever the workflow refuses.
    """
    _kind, edition = find(name)
    Article.objects.select_for_update(of=("self",)).get(pk=edition.article_id)
    kind, edition = find(name)  # as it is now that nobody else can move it
    at = edition.live_from if kind == "starts" else edition.live_until
    if at != _moment(was):
        text = _("Somebody moved it to %(time)s after you opened the calendar. Look at it again.")
        raise WorkflowError(text % {"time": said(at)})
    if at.replace(second=0, microsecond=0) == to:
        raise WorkflowError(_("That is the time it has already: choose another."))
    if kind == "starts":
        workflow.reschedule(edition, by=by, at=to)
        done = _("“%(headline)s” goes live %(new)s instead of %(old)s.")
    else:
        _move_end(edition, to, by)
        done = _("“%(headline)s” ends %(new)s instead of %(old)s.")
    return edition.article, done % {"headline": edition.headline, "new": said(to), "old": said(at)}


def _move_end(edition: Edition, to: datetime, by: User) -> None:
    """The workflow ends whatever is live at the time: here that must be this very edition."""
    if workflow.take_down(edition.article, by=by, at=to).pk != edition.pk:
        raise WorkflowError(_("Another text of the article is live at that time: set its end on the article’s screen."))


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
