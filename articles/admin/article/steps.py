"""The steps of the workflow as an article's form offers them: their buttons, fields, and the sentences that follow."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from articles.admin.article import editors, going_live
from articles.admin.article.going_live import Given
from articles.admin.article.state import ArticleState
from articles.admin.lists import number_in_address
from articles.admin.times import TimeField, time_with_zone
from articles.desk import roles, workflow
from articles.desk import steps as table
from articles.desk.notices import name_of_person as name_of
from articles.desk.steps import FIELDS, IN_HAND, STEPS, TICKS, Step
from articles.desk.workflow import WorkflowError
from articles.folding import same
from articles.models import Article, Edition, Note

MOST_OFFERED = 200  # logins
SHOWN = "shown_{}"  # what a field of ``IN_HAND`` showed when its page was made
MAKE: dict[str, Callable[..., forms.Field]] = {
    table.TIME: lambda field, **options: TimeField(**options),
    table.WORDS: lambda field, **options: forms.CharField(
        max_length=field.most, widget=forms.Textarea({"rows": 2}), **options
    ),
    table.TICK: lambda field, **options: forms.BooleanField(**options),
    table.CHOICE: lambda field, **options: forms.ChoiceField(choices=field.choices, **options),
    table.LOGIN: lambda field, **options: forms.CharField(
        max_length=field.most, widget=forms.TextInput({"list": "writers", "autocomplete": "off"}), **options
    ),
    table.NUMBER: lambda field, **options: forms.IntegerField(min_value=1, max_value=field.most, **options),
}


class StepForm(forms.Form):
    """The fields that steps ask for, from the table of steps; the article's own form stores none of them."""

    waits = False  # something is typed for the step of assigning
    now: dict[str, Any] = {}  # what the fields of ``IN_HAND`` show, whatever waits to be done

    def shown(self) -> dict[str, str]:
        """Return what the fields of ``IN_HAND`` showed first, for the page to send back."""
        sent = {name: self.data.get(SHOWN.format(name)) for name in IN_HAND}
        return {name: self._text(name) if text is None else str(text) for name, text in sent.items()}

    def _text(self, name: str) -> str:
        field = self.fields[name]
        return field.widget.format_value(field.prepare_value(self.now.get(name))) or ""


StepForm.base_fields = {
    name: MAKE[field.kind](field, label=field.label, help_text=field.help, required=False)
    for name, field in FIELDS.items()
}


def form_of(article: Article | None, typed: dict[str, str] | None = None) -> StepForm:
    """Return the fields of the steps, with who has ``article``, when it is due, and what was ``typed`` for later."""
    form = StepForm(initial=initial(article) | (typed or {}))
    form.waits = bool({"assign_to", "due_at"} & (typed or {}).keys())
    form.now = initial(article)
    return form


def initial(article: Article | None) -> dict[str, Any]:
    """Return who has ``article``, when it is due and its goal (a number of words), as the fields show them."""
    if article is None:
        return {}
    due = article.due_at and article.due_at.replace(second=0, microsecond=0)  # the field shows minutes
    return {"assign_to": article.assignee.get_username() if article.assignee else "", "due_at": due} | {
        "word_goal": article.word_goal
    }


def shown_on(post: Any, article: Article) -> dict[str, Any]:
    """Return the fields of ``IN_HAND`` as the page that sent ``post`` showed them, or as they are if it did not say."""
    values = initial(article)
    for name in IN_HAND:
        if (text := post.get(SHOWN.format(name))) is not None:
            with suppress(ValidationError):
                values[name] = StepForm.base_fields[name].clean(text)
    return values


def left_over(post: Any, shown_values: dict[str, Any], button: str = "") -> dict[str, str]:
    """Return the changed fields in ``post`` that the step of ``button``, or a save (no button), does not read.

    ``shown_values`` are the values that the page showed, with which ``post`` is compared.
    """
    step = named(button)
    used = step.fields if step else set()
    changed = StepForm(post, initial=shown_values | {"carry": "corrections"}).changed_data
    return {field: post.get(field) for field in changed if field in post and field not in used}


def words_in(post: Any, article: Article | None) -> list[tuple[str, str]]:
    """Return labels and texts of what ``post`` has for steps, without assignee, due time and goal.

    Somebody else may have changed those since.
    """
    shown_values = initial(article)
    fields = {name: text for name, text in left_over(post, shown_values).items() if name not in {*TICKS, *shown_values}}
    return [(str(StepForm.base_fields[name].label), text) for name, text in fields.items() if text.strip()]


def labels(fields: Any) -> str:
    """Return the labels of ``fields`` with commas between them, without ticks, which do nothing by themselves."""
    return ", ".join(str(StepForm.base_fields[name].label) for name in fields if name not in TICKS)


def named(button: str) -> Step | None:
    """Return the step of the ``button`` that was pressed; None if it names no step that has a button."""
    step = STEPS.get(button.partition(":")[0])
    return step if step and step.button else None


def offered(user: User, article: Article | None, state: ArticleState) -> set[str]:
    """Return the names of the steps that ``user`` may take with ``article`` (None: a new one) in its ``state``."""
    own_rights = [step for step in STEPS.values() if step.button and not step.right]
    sensible = [step.name for step in own_rights if _makes_sense(step, article, state)]
    return {name for name in sensible if roles.may(user, name, article)}


def _makes_sense(step: Step, article: Article | None, state: ArticleState) -> bool:
    """Return whether the step is possible from where the article stands, whoever takes it."""
    if article is None and step.is_beside:
        return False
    if step.is_of_trash != bool(article and article.trashed_at):
        return False
    stage = article.stage if article else Article.Stage.DRAFT
    standing = {name for name, rows in ((table.LIVE, state.live), (table.SCHEDULED, state.scheduled)) if rows}
    return stage in step.stages and bool(step.standing & (standing or {table.NEITHER}))


def is_beside(button: str) -> bool:
    """Return whether the step of ``button`` leaves the text alone."""
    step = named(button)
    return step is not None and step.is_beside


def take(button: str, article: Article, form: StepForm, *, by: User) -> str:
    """Take the step of ``button``, and return a sentence on what was done; raise ``WorkflowError`` if it is refused.

    ``cancel:12`` names an edition, ``tick:12`` a note.
    """
    step = named(button)
    if step is None:
        raise WorkflowError(_("There is no such step."))
    if not form.is_valid():
        for field in sorted({step.asks, *step.fields} & form.errors.keys()):
            raise WorkflowError(" ".join(map(str, form.errors[field])))
    values = form.cleaned_data | _untouched(form, article, step.keeps)
    target = FIND[step.of](article, button.partition(":")[2]) if step.of else article
    if step.name in TOLD:
        return TOLD[step.name](target, values, by)
    arguments = {step.argument: values[step.asks]} if step.argument else {}
    import_string(f"articles.desk.workflow.{step.function}")(target, by=by, **arguments)
    return str(step.said) % values


def _untouched(form: StepForm, article: Article, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the current values of those fields in ``names`` that nobody typed into, or that the page lacks."""
    if not names:
        return {}
    typed = StepForm(form.data, initial=shown_on(form.data, article)).changed_data
    now = initial(article)
    return {name: now[name] for name in names if name not in typed or name not in form.data}


def refuse(form: StepForm, button: str, refusal: WorkflowError) -> None:
    """Show ``refusal`` beside the field that the step of ``button`` asks for, or above all fields."""
    step = named(button)
    beside = (step.asks or None) if step else None
    if form.is_valid() or beside not in form.errors:
        form.add_error(beside, str(refusal))


def _edition(article: Article, text: str) -> Edition:
    edition = article.editions.filter(pk=number_in_address(text)).first()
    if edition is None:
        raise WorkflowError(_("This edition is not scheduled any more. Load the article again."))
    return edition


def _noted(article: Article, text: str) -> Note:
    note = article.notes.filter(pk=number_in_address(text)).first()
    if note is None:
        raise WorkflowError(_("There is no such note. Load the article again."))
    return note


def _submit(article: Article, _values: Given, by: User) -> str:
    workflow.submit(article, by=by)
    names = editors.with_whom(article, editors.editors_for([article]))
    return _("Submitted: it waits for %(names)s.") % {"names": names}


def _furnish(article: Article, _values: Given, by: User) -> str:
    reached, furniture = workflow.publish_furniture(article, by=by)
    done = _("Readers see now: %(what)s. The text is the one they had.") % {"what": furniture}
    return f"{done} {also_scheduled(reached)}".strip()


def also_scheduled(reached: workflow.Furnished) -> str:
    """Return a sentence that scheduled editions got the same change; an empty text if none did."""
    times = ", ".join(time_with_zone(at) for at in reached.scheduled)
    return _("What is scheduled for %(times)s has it, too.") % {"times": times} if times else ""


def writers() -> list[tuple[str, str]]:
    """Return login and name of users who can be assigned articles, at most MOST_OFFERED."""
    roled = Q(groups__name__in=roles.WRITERS) | Q(is_superuser=True)
    users = User.objects.filter(roled, is_active=True, is_staff=True).distinct().order_by("username")
    return [(user.get_username(), user.get_full_name()) for user in users[:MOST_OFFERED]]


def writer_named(typed: str) -> User:
    """Return the user whose login was typed; raise ``WorkflowError`` if it is nobody's."""
    if not typed.strip():
        raise WorkflowError(_("Write the login of whom it is for."))
    user = User.objects.filter(same("username", typed.strip())).first()
    if user is None:
        raise WorkflowError(_("There is no login “%(name)s”.") % {"name": typed.strip()})
    return user


def _assign(article: Article, values: Given, by: User) -> str:
    to = writer_named(values["assign_to"])
    due = values["due_at"]
    is_same = due == initial(article)["due_at"]
    workflow.assign(article, to, by=by, due_at=None if is_same else due)
    _set_other_goal(article, values["word_goal"], by)
    return _("Assigned to %(name)s.") % {"name": name_of(to)}


def _unassign(article: Article, _values: Given, by: User) -> str:
    workflow.assign(article, None, by=by)
    return _("Assigned to nobody.")


def _due(article: Article, values: Given, by: User) -> str:
    at = values["due_at"]
    _set_other_goal(article, values["word_goal"], by)
    workflow.set_due(article, by=by, at=at)
    return _("Due %(time)s.") % {"time": time_with_zone(at)} if at else _("Due at no certain time.")


def _set_other_goal(article: Article, words: int | None, by: User) -> None:
    if words != article.word_goal:
        workflow.set_goal(article, by=by, words=words)


def _goal(article: Article, values: Given, by: User) -> str:
    words = values["word_goal"]
    workflow.set_goal(article, by=by, words=words)
    return _("Goal: %(words)s words.") % {"words": words} if words else _("No goal any more.")


def _note(article: Article, values: Given, by: User) -> str:
    text = values["desk_note"]
    workflow.leave_note(article, by=by, text=text)
    return _("Note left: %(note)s") % {"note": Truncator(text).chars(200)}


def _tick(note: Note, _values: Given, by: User) -> str:
    done = workflow.tick_note(note, by=by)
    text = _("Note done: %(note)s") if done else _("Note open again: %(note)s")
    return text % {"note": Truncator(str(note)).chars(200)}


FIND: dict[str, Callable[[Article, str], Any]] = {table.EDITION: _edition, table.NOTE: _noted}
TOLD: dict[str, Callable[..., str]] = {  # steps that say more than their row of the table can
    "submit": _submit,
    "publish": going_live.press_publish,
    "furnish": _furnish,
    "schedule": going_live.press_schedule,
    "reschedule": going_live.press_reschedule,
    "cancel": going_live.press_cancel,
    "carry": going_live.carry,
    "keep": going_live.press_keep,
    "renew": going_live.press_renew,
    "take_down": going_live.press_take_down,
    "withdraw": going_live.press_withdraw,
    "assign": _assign,
    "unassign": _unassign,
    "due": _due,
    "goal": _goal,
    "note": _note,
    "tick": _tick,
}
