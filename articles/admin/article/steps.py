"""The steps of the workflow as an article's form offers them: buttons, and fields that some of them need."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles import roles, workflow
from articles.admin.article import whereabouts
from articles.admin.article.state import State
from articles.admin.lists import number
from articles.admin.times import TimeField, said
from articles.models import Article, Edition
from articles.notices import name as name_of
from articles.workflow import WorkflowError
from articles.workflow.notes import LONGEST

MOST_OFFERED = 200  # logins

OPEN = {  # the stages in which a step makes sense; the other steps ask the editions
    "submit": {"draft"},
    "take_back": {"in_review", "ready"},
    "send_back": {"in_review", "ready"},
    "approve": {"draft", "in_review"},
}
BESIDE_THE_TEXT = {"assign", "unassign", "claim", "release", "due", "note", "tick", "trash", "untrash"}
NEEDS = {  # the field that a step reads, beside which its refusal is shown
    "schedule": "go_live_at",
    "reschedule": "go_live_at",
    "take_down": "take_down_at",
    "send_back": "note",
    "assign": "assign_to",
    "due": "due_at",
    "note": "desk_note",
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
        help_text=gettext_lazy("Readers who come to the address see it. Preview links of the article end, too."),
    )
    assign_to = forms.CharField(
        label=gettext_lazy("Assign to"),
        required=False,
        max_length=150,
        widget=forms.TextInput({"list": "writers", "autocomplete": "off"}),
        help_text=gettext_lazy("A login name; the field offers them."),
    )
    due_at = TimeField(label=gettext_lazy("Due"), required=False)
    desk_note = forms.CharField(
        label=gettext_lazy("Note to the desk"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Readers never see it."),
    )


def form_of(article: Article | None) -> StepForm:
    """The fields of the steps, with who has ``article`` and when it is due."""
    if article is None:
        return StepForm()
    holder = article.assignee.get_username() if article.assignee else ""
    return StepForm(initial={"assign_to": holder, "due_at": article.due_at})


def offered(user: User, article: Article | None, state: State) -> set[str]:
    """The steps that ``user`` may take with ``article`` as it is now; None is one that is being begun."""
    stage = article.stage if article else Article.Stage.DRAFT
    sensible = {name for name, stages in OPEN.items() if stage in stages} | {"publish", "schedule"}
    if state.live:
        sensible |= {"withdraw", "furnish"}
    if state.live or state.scheduled:
        sensible.add("take_down")
    if state.scheduled:
        sensible.add("cancel")
    if article:
        sensible |= _beside(article, state)
    return {name for name in sensible if roles.may(user, name, article)}


def _beside(article: Article, state: State) -> set[str]:
    """The steps beside the text that make sense now."""
    if article.trashed_at:
        return {"untrash"}
    sensible = {"assign", "claim", "release", "due", "note", "tick"}
    return sensible if state.live or state.scheduled else sensible | {"trash"}


def take(asked: str, article: Article, form: StepForm, *, by: User) -> str:
    """Take the step ``asked`` for and say what was done; ``cancel:12`` names an edition, ``tick:12`` a note."""
    name, _colon, which = asked.partition(":")
    if name not in TAKE:
        raise WorkflowError(_("There is no such step."))
    needed = NEEDS.get(name)
    for field in (needed, "due_at") if name == "assign" else (needed,):
        if not form.is_valid() and field in form.errors:
            raise WorkflowError(" ".join(form.errors[field]))
    if name == "assign":
        return _assign(article, form.cleaned_data, by)
    given = form.cleaned_data.get(needed) if needed else None
    if name in {"publish", "schedule"}:
        return TAKE[name](article, given, by, significant=bool(form.cleaned_data.get("significant")))
    if name in {"cancel", "reschedule"}:
        return TAKE[name](_edition(article, which), given, by)
    if name == "tick":
        return _tick(article, which, by)
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
    names = whereabouts.with_whom(article, whereabouts.editors_for([article]))
    return _("Submitted: it waits for %(names)s.") % {"names": names}


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


def _furnish(article: Article, _given: Any, by: User) -> str:
    reached, what = workflow.publish_furniture(article, by=by)
    done = _("Readers see now: %(what)s. The text is the one they had.") % {"what": what}
    return f"{done} {also_scheduled(reached)}".strip()


def also_scheduled(reached: workflow.Furnished) -> str:
    """That what is scheduled got the same change; nothing if there is nothing scheduled that it concerns."""
    times = ", ".join(said(at) for at in reached.scheduled)
    return _("What is scheduled for %(times)s has it, too.") % {"times": times} if times else ""


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
    links = article.preview_links.valid().count()
    workflow.withdraw(article, by=by, reason=reason)
    done = _("Withdrawn: readers of its address see the reason.")
    ended = ngettext("%d preview link of it ended.", "%d preview links of it ended.", links) % links
    return f"{done} {ended}" if links else done


def writers() -> list[tuple[str, str]]:
    """Login and name of those who can be given articles, as many as a field can well offer."""
    roled = Q(groups__name__in=roles.WRITERS) | Q(is_superuser=True)
    found = User.objects.filter(roled, is_active=True, is_staff=True).distinct().order_by("username")
    return [(user.get_username(), user.get_full_name()) for user in found[:MOST_OFFERED]]


def writer_named(typed: str) -> User:
    """Whose login it is; ``WorkflowError`` if it is nobody's."""
    if not typed.strip():
        raise WorkflowError(_("Write the login of whom it is for."))
    user = User.objects.filter(username__iexact=typed.strip()).first()
    if user is None:
        raise WorkflowError(_("There is no login “%(name)s”.") % {"name": typed.strip()})
    return user


def _assign(article: Article, given: dict[str, Any], by: User) -> str:
    to = writer_named(given["assign_to"])
    stored, due = article.due_at, given["due_at"]
    is_same = stored is not None and due == stored.replace(second=0, microsecond=0)  # the field shows minutes
    workflow.assign(article, to, by=by, due_at=None if is_same else due)
    return _("Assigned to %(name)s.") % {"name": name_of(to)}


def _unassign(article: Article, _given: Any, by: User) -> str:
    workflow.assign(article, None, by=by)
    return _("Assigned to nobody.")


def _claim(article: Article, _given: Any, by: User) -> str:
    workflow.claim(article, by=by)
    return _("It is yours now.")


def _release(article: Article, _given: Any, by: User) -> str:
    workflow.release(article, by=by)
    return _("Given back: it is nobody’s.")


def _due(article: Article, at: Any, by: User) -> str:
    workflow.set_due(article, by=by, at=at)
    return _("Due %(time)s.") % {"time": said(at)} if at else _("Due at no certain time.")


def _note(article: Article, text: str, by: User) -> str:
    workflow.leave_note(article, by=by, text=text)
    return _("Note left: %(note)s") % {"note": Truncator(text).chars(200)}


def _tick(article: Article, which: str, by: User) -> str:
    note = article.notes.filter(pk=number(which)).first()
    if note is None:
        raise WorkflowError(_("There is no such note. Load the article again."))
    done = workflow.tick_note(note, by=by)
    text = _("Note done: %(note)s") if done else _("Note open again: %(note)s")
    return text % {"note": Truncator(str(note)).chars(200)}


def _trash(article: Article, _given: Any, by: User) -> str:
    workflow.trash(article, by=by)
    return _("Put in the trash. It can be restored for 30 days, and for good if readers ever saw it.")


def _untrash(article: Article, _given: Any, by: User) -> str:
    workflow.untrash(article, by=by)
    return _("Restored: it is on the desk again.")


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
    "furnish": _furnish,
    "schedule": _schedule,
    "reschedule": _reschedule,
    "cancel": _cancel,
    "take_down": _take_down,
    "withdraw": _withdraw,
    "assign": _assign,
    "unassign": _unassign,
    "claim": _claim,
    "release": _release,
    "due": _due,
    "note": _note,
    "tick": _tick,
    "trash": _trash,
    "untrash": _untrash,
}
