"""The steps of the workflow as an article's form offers them: buttons, and fields that some of them need."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article import going_live, whereabouts
from articles.admin.article.state import ArticleState
from articles.admin.lists import number_in_address
from articles.admin.times import TimeField, said
from articles.desk import roles, workflow
from articles.desk.notices import name_of_person as name_of
from articles.desk.workflow import WorkflowError
from articles.desk.workflow.notes import LONGEST
from articles.folding import same
from articles.models import Article, Edition

MOST_OFFERED = 200  # logins

OPEN = {  # the stages in which a step makes sense; the other steps ask the editions
    "submit": {"draft"},
    "take_back": {"in_review", "ready"},
    "send_back": {"in_review", "ready"},
    "approve": {"draft", "in_review"},
}
BESIDE_THE_TEXT = {"assign", "unassign", "claim", "release", "due", "note", "tick", "trash", "untrash", "goal"}
NEEDS = {  # the field that a step reads, beside which its refusal is shown
    "publish": "go_live_at",
    "schedule": "go_live_at",
    "reschedule": "go_live_at",
    "take_down": "take_down_at",
    "send_back": "note",
    "assign": "assign_to",
    "due": "due_at",
    "goal": "word_goal",
    "note": "desk_note",
    "withdraw": "withdrawal_reason",
}
TICKS = {"significant", "carry", "forget_end", "plan_again"}
USES = {  # all fields that a step reads; what is typed in others waits in the form for its own step
    "publish": {"take_down_at", *TICKS},
    "schedule": {"go_live_at", "take_down_at", *TICKS},
    "reschedule": {"go_live_at", "take_down_at"},
    "assign": {"assign_to", "due_at", "word_goal"},
    "due": {"due_at", "word_goal"},
}


IN_HAND = ("assign_to", "due_at", "word_goal")  # fields that show what others may have changed since
SHOWN = "shown_{}"  # what such a field showed when its page was made


class StepForm(forms.Form):
    """What some steps need to know; nothing of it is stored with the article."""

    waits = False  # something is typed for the step of assigning
    now: dict[str, Any] = {}  # what the fields of ``IN_HAND`` show, whatever waits to be done

    go_live_at = TimeField(label=gettext_lazy("Goes live at"), required=False)
    take_down_at = TimeField(
        label=gettext_lazy("Ends at"), required=False, help_text=gettext_lazy("Empty: it stays for ever.")
    )
    significant = forms.BooleanField(
        label=gettext_lazy("Tell readers that it was updated"),
        required=False,
        help_text=gettext_lazy("For a change that matters, not for a comma: the page then says when."),
    )
    carry = forms.ChoiceField(
        label=gettext_lazy("Also put it into what is scheduled"),
        required=False,
        choices=[
            ("corrections", gettext_lazy("if it adds a correction")),
            ("yes", gettext_lazy("yes")),
            ("no", gettext_lazy("no")),
        ],
        help_text=gettext_lazy("Where both changed the same paragraph, you are asked."),
    )
    forget_end = forms.BooleanField(label=gettext_lazy("Without the end that was planned"), required=False)
    plan_again = forms.BooleanField(label=gettext_lazy("Schedule again what was scheduled"), required=False)
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
    word_goal = forms.IntegerField(
        label=gettext_lazy("Words it is to have"),
        required=False,
        min_value=1,
        max_value=workflow.MOST_WORDS,
        help_text=gettext_lazy("Empty: no goal."),
    )
    desk_note = forms.CharField(
        label=gettext_lazy("Note to the desk"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Readers never see it."),
    )

    def shown(self) -> dict[str, str]:
        """What the fields of ``IN_HAND`` showed first, for the page to send back."""
        sent = {name: self.data.get(SHOWN.format(name)) for name in IN_HAND}
        return {name: self._text(name) if sent[name] is None else sent[name] for name in IN_HAND}

    def _text(self, name: str) -> str:
        field = self.fields[name]
        return field.widget.format_value(field.prepare_value(self.now.get(name))) or ""


def form_of(article: Article | None, typed: dict[str, str] | None = None) -> StepForm:
    """The fields of the steps, with who has ``article``, when it is due, and what was ``typed`` for later."""
    form = StepForm(initial=initial(article) | (typed or {}))
    form.waits = bool({"assign_to", "due_at"} & (typed or {}).keys())
    form.now = initial(article)
    return form


def initial(article: Article | None) -> dict[str, Any]:
    """Who has ``article``, when it is due and how long it is to be, as the fields show it."""
    if article is None:
        return {}
    due = article.due_at and article.due_at.replace(second=0, microsecond=0)  # the field shows minutes
    return {"assign_to": article.assignee.get_username() if article.assignee else "", "due_at": due} | {
        "word_goal": article.word_goal
    }


def shown_on(post: Any, article: Article) -> dict[str, Any]:
    """What the page that sent ``post`` showed of ``IN_HAND``, which somebody may have changed since; else as it is."""
    found = initial(article)
    for name in IN_HAND:
        if (text := post.get(SHOWN.format(name))) is not None:
            with suppress(ValidationError):
                found[name] = StepForm.base_fields[name].clean(text)
    return found


def left_over(post: Any, shown: dict[str, Any], asked: str = "") -> dict[str, str]:
    """What ``post`` has in fields that the step ``asked`` for, or a save, does not read; ``shown`` is their initial."""
    name = asked.partition(":")[0]
    used = USES.get(name, {NEEDS.get(name)})
    changed = StepForm(post, initial=shown | {"carry": "corrections"}).changed_data
    return {field: post.get(field) for field in changed if field in post and field not in used}


def words_in(post: Any, article: Article | None) -> list[tuple[str, str]]:
    """Labels and texts of what ``post`` has for steps; not who has the article, which others may have changed since."""
    shown = initial(article)
    fields = {name: text for name, text in left_over(post, shown).items() if name not in TICKS | shown.keys()}
    return [(str(StepForm.base_fields[name].label), text) for name, text in fields.items() if text.strip()]


def labels(fields: Any) -> str:
    """Names of fields that somebody typed into, as the form says them; a tick is nothing to be done by itself."""
    return ", ".join(str(StepForm.base_fields[name].label) for name in fields if name not in TICKS)


def offered(user: User, article: Article | None, state: ArticleState) -> set[str]:
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


def _beside(article: Article, state: ArticleState) -> set[str]:
    """The steps beside the text that make sense now."""
    if article.trashed_at:
        return {"untrash"}
    sensible = {"assign", "claim", "release", "due", "goal", "note", "tick"}
    return sensible if state.live or state.scheduled else sensible | {"trash"}


def take(asked: str, article: Article, form: StepForm, *, by: User) -> str:
    """Take the step ``asked`` for and say what was done; ``cancel:12`` names an edition, ``tick:12`` a note."""
    name, _colon, which = asked.partition(":")
    if name not in TAKE:
        raise WorkflowError(_("There is no such step."))
    needed = NEEDS.get(name)
    for field in {needed, *USES.get(name, set())}:
        if not form.is_valid() and field in form.errors:
            raise WorkflowError(" ".join(form.errors[field]))
    if name in {"assign", "due"}:
        return TAKE[name](article, form.cleaned_data | _untouched(form, article), by)
    given = form.cleaned_data.get(needed) if needed else None
    if name in {"publish", "schedule"}:
        return TAKE[name](article, given, by, form.cleaned_data)
    if name == "reschedule":
        return going_live.reschedule(_edition(article, which), given, by, form.cleaned_data["take_down_at"])
    if name in OF_AN_EDITION:
        return TAKE[name](_edition(article, which), given, by)
    if name == "tick":
        return _tick(article, which, by)
    return TAKE[name](article, given, by)


def _untouched(form: StepForm, article: Article) -> dict[str, Any]:
    """What stays as it is by now, as nobody typed into its field, or the page has none."""
    typed = StepForm(form.data, initial=shown_on(form.data, article)).changed_data
    now = initial(article)
    left = {name for name in ("due_at", "word_goal") if name not in typed or name not in form.data}
    return {name: now[name] for name in left}


def refuse(form: StepForm, asked: str, refusal: WorkflowError) -> None:
    """Show ``refusal`` beside the field that the step needs, or above all of them."""
    needed = NEEDS.get(asked.partition(":")[0])
    if form.is_valid() or needed not in form.errors:
        form.add_error(needed, str(refusal))


def _edition(article: Article, text: str) -> Edition:
    edition = article.editions.filter(pk=number_in_address(text)).first()
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


def _furnish(article: Article, _given: Any, by: User) -> str:
    reached, what = workflow.publish_furniture(article, by=by)
    done = _("Readers see now: %(what)s. The text is the one they had.") % {"what": what}
    return f"{done} {also_scheduled(reached)}".strip()


def also_scheduled(reached: workflow.Furnished) -> str:
    """That what is scheduled got the same change; nothing if there is nothing scheduled that it concerns."""
    times = ", ".join(said(at) for at in reached.scheduled)
    return _("What is scheduled for %(times)s has it, too.") % {"times": times} if times else ""


def writers() -> list[tuple[str, str]]:
    """Login and name of those who can be given articles, as many as a field can well offer."""
    roled = Q(groups__name__in=roles.WRITERS) | Q(is_superuser=True)
    found = User.objects.filter(roled, is_active=True, is_staff=True).distinct().order_by("username")
    return [(user.get_username(), user.get_full_name()) for user in found[:MOST_OFFERED]]


def writer_named(typed: str) -> User:
    """Whose login it is; ``WorkflowError`` if it is nobody's."""
    if not typed.strip():
        raise WorkflowError(_("Write the login of whom it is for."))
    user = User.objects.filter(same("username", typed.strip())).first()
    if user is None:
        raise WorkflowError(_("There is no login “%(name)s”.") % {"name": typed.strip()})
    return user


def _assign(article: Article, given: dict[str, Any], by: User) -> str:
    to = writer_named(given["assign_to"])
    due = given["due_at"]
    is_same = due == initial(article)["due_at"]
    workflow.assign(article, to, by=by, due_at=None if is_same else due)
    _set_other_goal(article, given["word_goal"], by)
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


def _due(article: Article, given: dict[str, Any], by: User) -> str:
    at = given["due_at"]
    _set_other_goal(article, given["word_goal"], by)
    workflow.set_due(article, by=by, at=at)
    return _("Due %(time)s.") % {"time": said(at)} if at else _("Due at no certain time.")


def _set_other_goal(article: Article, words: int | None, by: User) -> None:
    if words != article.word_goal:
        workflow.set_goal(article, by=by, words=words)


def _goal(article: Article, words: int | None, by: User) -> str:
    workflow.set_goal(article, by=by, words=words)
    return _("Goal: %(words)s words.") % {"words": words} if words else _("No goal any more.")


def _note(article: Article, text: str, by: User) -> str:
    workflow.leave_note(article, by=by, text=text)
    return _("Note left: %(note)s") % {"note": Truncator(text).chars(200)}


def _tick(article: Article, which: str, by: User) -> str:
    note = article.notes.filter(pk=number_in_address(which)).first()
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


OF_AN_EDITION = {"cancel", "carry", "keep", "renew"}  # that is scheduled
TAKE = {
    "submit": _submit,
    "take_back": _take_back,
    "send_back": _send_back,
    "approve": _approve,
    "publish": going_live.publish,
    "furnish": _furnish,
    "schedule": going_live.schedule,
    "reschedule": going_live.reschedule,
    "cancel": going_live.cancel,
    "carry": going_live.carry,
    "keep": going_live.keep,
    "renew": going_live.renew,
    "take_down": going_live.take_down,
    "withdraw": going_live.withdraw,
    "assign": _assign,
    "unassign": _unassign,
    "claim": _claim,
    "release": _release,
    "due": _due,
    "goal": _goal,
    "note": _note,
    "tick": _tick,
    "trash": _trash,
    "untrash": _untrash,
}
