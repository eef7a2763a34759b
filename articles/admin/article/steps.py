"""The steps of the workflow as an article's form offers them: buttons, and fields that some of them need."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import roles, workflow
from articles.admin.article.state import State
from articles.admin.lists import number
from articles.admin.times import TimeField, said
from articles.models import Article, Edition
from articles.workflow import WorkflowError

OPEN = {  # the stages in which a step makes sense; the other steps ask the editions
    "submit": {"draft"},
    "take_back": {"in_review", "ready"},
    "send_back": {"in_review", "ready"},
    "approve": {"draft", "in_review"},
}
NEEDS = {  # the field that a step reads, beside which its refusal is shown
    "schedule": "go_live_at",
    "reschedule": "go_live_at",
    "take_down": "take_down_at",
    "send_back": "note",
    "withdraw": "withdrawal_reason",
}


class StepForm(forms.Form):
    """What some steps need to know; nothing of it is stored with the article."""

    go_live_at = TimeField(label=gettext_lazy("Goes live at"), required=False)
    take_down_at = TimeField(
        label=gettext_lazy("Ends at"), required=False, help_text=gettext_lazy("Empty: it stays for ever.")
    )
    significant = forms.BooleanField(
        label=gettext_lazy("Tell readers that it was updated"),
        required=False,
        help_text=gettext_lazy("For a change that matters, not for a comma: the page then says when."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note to the writer"), required=False, max_length=250, widget=forms.Textarea({"rows": 2})
    )
    withdrawal_reason = forms.CharField(
        label=gettext_lazy("Reason for withdrawal"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Readers who come to the address see it."),
    )


def offered(user: User, article: Article | None, state: State) -> set[str]:
    """The steps that ``user`` may take with ``article`` as it is now; None is one that is being begun."""
    stage = article.stage if article else Article.Stage.DRAFT
    sensible = {name for name, stages in OPEN.items() if stage in stages} | {"publish", "schedule"}
    if state.live:
        sensible.add("withdraw")
    if state.live or state.scheduled:
        sensible.add("take_down")
    if state.scheduled:
        sensible.add("cancel")
    return {name for name in sensible if roles.may(user, name, article)}


def take(asked: str, article: Article, form: StepForm, *, by: User) -> str:
    """Take the step ``asked`` for and say what was done; ``cancel:12`` and ``reschedule:12`` name an edition."""
    name, _colon, edition = asked.partition(":")
    if name not in TAKE:
        raise WorkflowError(_("There is no such step."))
    needed = NEEDS.get(name)
    if not form.is_valid() and needed in form.errors:
        raise WorkflowError(" ".join(form.errors[needed]))
    given = form.cleaned_data.get(needed) if needed else None
    if name in {"publish", "schedule"}:
        return TAKE[name](article, given, by, significant=bool(form.cleaned_data.get("significant")))
    if name in {"cancel", "reschedule"}:
        return TAKE[name](_edition(article, edition), given, by)
    return TAKE[name](article, given, by)


def refuse(form: StepForm, asked: str, refusal: WorkflowError) -> None:
    """Show ``refusal`` beside the field that the step needs, or above all of them."""
    needed = NEEDS.get(asked.partition(":")[0])
    if form.is_valid() or needed not in form.errors:
        form.add_error(needed, str(refusal))


def replaced_later(article: Article) -> str:
    """A warning, when something scheduled is going to replace what readers of ``article`` see now."""
    following = article.editions.filter(live_from__gt=timezone.now()).order_by("live_from").first()
    if following is None:
        return ""
    text = _("But the text scheduled for %(time)s will replace it then: cancel that schedule, or schedule anew.")
    return text % {"time": said(following.live_from)}


def _edition(article: Article, text: str) -> Edition:
    edition = article.editions.filter(pk=number(text)).first()
    if edition is None:
        raise WorkflowError(_("This edition is not scheduled any more. Load the article again."))
    return edition


def _submit(article: Article, _given: Any, by: User) -> str:
    workflow.submit(article, by=by)
    return _("Submitted: it waits for the section’s editors.")


def _take_back(article: Article, _given: Any, by: User) -> str:
    workflow.take_back(article, by=by)
    return _("Taken back: it is a draft again.")


def _send_back(article: Article, note: str, by: User) -> str:
    workflow.send_back(article, by=by, note=note)
    return _("Sent back: %(note)s") % {"note": note}


def _approve(article: Article, _given: Any, by: User) -> str:
    workflow.approve(article, by=by)
    return _("Approved: it is ready to be published.")


def _publish(article: Article, _given: Any, by: User, *, significant: bool) -> str:
    edition = workflow.publish(article, by=by, significant=significant)
    done = _("Published: readers see it at %(path)s.") % {"path": edition.path}
    return f"{done} {replaced_later(article)}".strip()


def _schedule(article: Article, at: Any, by: User, *, significant: bool) -> str:
    edition = workflow.schedule(article, by=by, at=_given_time(at), significant=significant)
    return _("Scheduled: it goes live %(time)s.") % {"time": said(edition.live_from)}


def _reschedule(edition: Edition, at: Any, by: User) -> str:
    edition = workflow.reschedule(edition, by=by, at=_given_time(at))
    return _("Rescheduled: it goes live %(time)s.") % {"time": said(edition.live_from)}


def _cancel(edition: Edition, _given: Any, by: User) -> str:
    workflow.cancel(edition, by=by)
    return _("Schedule of %(time)s cancelled.") % {"time": said(edition.live_from)}


def _take_down(article: Article, at: Any, by: User) -> str:
    edition = workflow.take_down(article, by=by, at=at)
    return _("It ends %(time)s.") % {"time": said(edition.live_until)} if at else _("It has no end: it stays for ever.")


def _withdraw(article: Article, reason: str, by: User) -> str:
    workflow.withdraw(article, by=by, reason=reason)
    return _("Withdrawn: readers of its address see the reason.")


def _given_time(at: Any) -> Any:
    if at is None:
        raise WorkflowError(_("Choose the day and the time at which it goes live."))
    return at


TAKE = {
    "submit": _submit,
    "take_back": _take_back,
    "send_back": _send_back,
    "approve": _approve,
    "publish": _publish,
    "schedule": _schedule,
    "reschedule": _reschedule,
    "cancel": _cancel,
    "take_down": _take_down,
    "withdraw": _withdraw,
}
