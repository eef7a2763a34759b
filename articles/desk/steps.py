"""The steps of the workflow: one row for each, with everything about it that several places need.

The rows determine whom ``roles.may()`` lets take a step, the buttons and fields of an article's form, the steps with
many articles at once, what can be moved in the calendar, and the tables of the documentation. A new step is a function
in ``articles/desk/workflow``, a row here, and the line that tries it in ``articles/tests/permission_table.py``.

The table is imported by ``articles/desk/roles.py`` and so by the workflow. That is why a row names its function and
does not hold it, and why no decorator on the function could replace it: roles would have to import the workflow.

An unknown name is a programming error: ``step_named()`` raises.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

Text = str | Promise

# Who may take a step; a chief editor takes all but the last, an administrator all.
READERS = "whoever reads the desk's articles"
WRITERS = "whoever writes, with what is theirs; and the section's editors"
EDITORS = "the section's editors"
CHIEFS = "chief editors"
ADMINISTRATORS = "administrators"

ANY_STAGE = frozenset({"idea", "draft", "in_review", "ready", "published"})
LIVE, SCHEDULED, NEITHER = "live", "scheduled", "neither"  # what readers have of an article, or will have

EDITION, NOTE = "edition", "note"  # what a step is taken with, if it is not the article

TIME, WORDS, TICK, CHOICE, LOGIN, NUMBER = "time", "words", "tick", "choice", "login", "number"


class UnknownStepError(LookupError):
    """There is no row of that name."""


@dataclass(frozen=True)
class Field:
    """A field of the form that some steps read, beside the text; it is not stored with the article's own fields."""

    label: Text
    kind: str
    help: Text = ""
    most: int = 0  # characters; of a number its largest value
    choices: tuple[tuple[str, Text], ...] = ()


FIELDS = {
    "go_live_at": Field(_("Goes live at"), TIME),
    "take_down_at": Field(_("Ends at"), TIME, _("Empty: it stays for ever.")),
    "significant": Field(
        _("Tell readers that it was updated"),
        TICK,
        _("For a change that matters, not for a comma: the page then says when."),
    ),
    "carry": Field(
        _("Also put it into what is scheduled"),
        CHOICE,
        _("Where both changed the same paragraph, you are asked."),
        choices=(("corrections", _("if it adds a correction")), ("yes", _("yes")), ("no", _("no"))),
    ),
    "forget_end": Field(_("Without the end that was planned"), TICK),
    "plan_again": Field(_("Schedule again what was scheduled"), TICK),
    "take_away": Field(_("Publish it without that"), TICK),
    "note": Field(_("Note to the writer"), WORDS, most=250),
    "withdrawal_reason": Field(
        _("Reason for withdrawal"),
        WORDS,
        _("Readers who come to the address see it. Preview links of the article end, too."),
        most=1000,
    ),
    "assign_to": Field(_("Assign to"), LOGIN, _("A login name; the field offers them."), most=150),
    "due_at": Field(_("Due"), TIME),
    "word_goal": Field(_("Words it is to have"), NUMBER, _("Empty: no goal."), most=50_000),  # no body has many more
    "desk_note": Field(_("Note to the desk"), WORDS, _("Readers never see it."), most=4000),
}
TICKS = (
    "significant",
    "carry",
    "forget_end",
    "plan_again",
    "take_away",
)  # options of other steps, which do nothing by themselves
IN_HAND = ("assign_to", "due_at", "word_goal")  # their present values are shown, as others may have changed them


@dataclass(frozen=True)
class InBulk:
    """How a step is taken with many articles at once."""

    label: Text  # in the list's menu
    done: Text  # the heading of the list of articles done, counted
    about: Text = ""  # the heading of a confirmation page; without one there is none
    button: Text = ""  # of that page
    reached: Text = ""  # the heading of articles whose change readers see at once
    tells_each: bool = False  # the result lists each article in a sentence


@dataclass(frozen=True)
class Step:
    """One step; the defaults are what most steps have."""

    name: str
    does: str = ""  # for the documentation; of several steps with one function the first has it
    function: str = ""  # within ``articles.desk.workflow``; without one the row is only a right

    who: str = EDITORS
    right: str = ""  # another step whose right this one needs: it is a second way to take that step
    own_at: Set[str] = frozenset()  # the stages in which writers may take it with their own articles
    is_before_readers: bool = False  # writers may take it only with articles that were never published
    is_of_ideas: bool = False  # also with an idea that nobody has begun to write
    is_of_trash: bool = False  # with articles in the trash, where no other step is possible

    stages: Set[str] = ANY_STAGE  # the stages in which it is offered
    standing: Set[str] = frozenset({LIVE, SCHEDULED, NEITHER})  # it is offered if one of these is true
    next_at: Mapping[str, int] = field(default_factory=dict)  # its rank after the stages whose usual next step it is
    is_beside: bool = False  # it leaves the text alone, so the text is not saved with it, nor its version checked
    of: str = ""  # EDITION or NOTE, whose primary key the button sends
    moves: str = ""  # the kind of calendar entries that it moves

    asks: str = ""  # the field beside which a refusal is shown
    argument: str = ""  # the argument of the function that gets that field's value
    reads: Set[str] = frozenset()  # all fields that it reads, if more; the others stay in the form for their own step
    keeps: tuple[str, ...] = ()  # fields that keep their present values if nobody typed into them

    button: Text = ""  # on the article's form; without one the step is taken elsewhere
    update_button: Text = ""  # the same while readers have the article
    is_in_menu: bool = False  # its button is in the menu of further steps; others have a place in a template
    said: Text = ""  # the message afterwards, perhaps with values of fields; without it the admin has a function for it
    logged: Text = ""  # the same in the third person, for the audit: {thing} is the article, {a} the value of a field
    bulk: InBulk | None = None  # with many articles at once

    @property
    def fields(self) -> Set[str]:
        """The fields that the step reads."""
        return self.reads or {self.asks} - {""}


WAITS = frozenset({"in_review", "ready"})
NOT_BEGUN = frozenset({"idea", "draft"})  # articles that nobody submitted
SAVED = ngettext_lazy(
    "Saved in %(count)d article, readers see no difference:",
    "Saved in %(count)d articles, readers see no difference:",
    "count",
)
REACHED = ngettext_lazy("Readers see it in %(count)d article:", "Readers see it in %(count)d articles:", "count")

ROWS = [
    Step("submit", "hands a draft to the section's editors", "stages.submit",
         who=WRITERS, own_at={"draft"}, stages={"draft"}, next_at={"draft": 2},
         button=_("Submit"), is_in_menu=True,
         bulk=InBulk(_("Submit"), ngettext_lazy(
             "Submitted %(count)d article:", "Submitted %(count)d articles:", "count"))),
    Step("take_back", "makes what waits, or is ready, a draft again", "stages.take_back",
         who=WRITERS, own_at={"in_review"}, stages=WAITS, next_at={"in_review": 3, "ready": 2},
         button=_("Take back"), is_in_menu=True,
         said=_("Taken back: it is a draft again."), logged=_("took {thing} back from the editors")),
    Step("send_back", "returns it to its writer, with a note", "stages.send_back",
         stages=WAITS, asks="note", argument="note",
         button=_("Send back"), is_in_menu=True, said=_("Sent back: %(note)s"), logged=_("sent {thing} back: {a}")),
    Step("approve", "calls it ready", "stages.approve",
         stages={"draft", "in_review"}, next_at={"in_review": 1},
         button=_("Approve"), is_in_menu=True,
         said=_("Approved: it is ready to be published."), logged=_("approved {thing}"),
         bulk=InBulk(_("Approve"), ngettext_lazy(
             "Approved %(count)d article:", "Approved %(count)d articles:", "count"))),
    Step("publish", "puts the working copy before readers now", "editions.publish",
         next_at={"draft": 1, "in_review": 2, "ready": 1, "published": 1},
         asks="go_live_at", reads={"take_down_at", *TICKS},
         button=_("Publish now"), update_button=_("Publish the update now"), is_in_menu=True,
         bulk=InBulk(_("Publish now …"), ngettext_lazy(
             "Published %(count)d article:", "Published %(count)d articles:", "count"),
             about=_("You are about to publish"), button=_("Publish now"), tells_each=True)),
    Step("furnish", "puts section, bylines and tags before readers, without the text", "furniture.publish_furniture",
         standing={LIVE}, button=_("Publish section, bylines and tags alone")),
    Step("schedule", "has the working copy go live at a time", "editions.schedule",
         asks="go_live_at", reads={"go_live_at", "take_down_at", *TICKS}, button=_("Schedule")),
    Step("reschedule", "moves what is scheduled", "editions.reschedule",
         right="schedule", of=EDITION, moves="starts",
         asks="go_live_at", reads={"go_live_at", "take_down_at"}, button=_("Move to the time above")),
    Step("cancel", "takes back what is scheduled", "editions.cancel",
         standing={SCHEDULED}, of=EDITION, button=_("Cancel")),
    Step("carry", "puts what readers have by now into what is scheduled", "scheduled.carry_over",
         right="schedule", of=EDITION, button=_("Put it in")),
    Step("keep", "says that it goes out without that", "scheduled.keep_as_is",
         right="schedule", of=EDITION, button=_("It is meant so")),
    Step("renew", "has what is scheduled say what the working copy says now", "scheduled.renew",
         right="schedule", of=EDITION, button=_("Send the newest text")),
    Step("take_down", "sets an end, or takes it away", "editions.take_down",
         standing={LIVE, SCHEDULED}, asks="take_down_at", moves="ends", button=_("Set the end")),
    Step("withdraw", "ends it now, with a reason for readers", "editions.withdraw",
         standing={LIVE}, asks="withdrawal_reason", button=_("Withdraw now"),
         bulk=InBulk(_("Withdraw …"), ngettext_lazy(
             "Withdrew %(count)d article, readers see the reason:",
             "Withdrew %(count)d articles, readers see the reason:", "count"),
             about=_("You are about to take from readers"), button=_("Withdraw now"))),
    Step("erase", "blanks the text of an edition that ended", "editions.erase",
         who=ADMINISTRATORS, is_of_trash=True),
    Step("assign", "gives the article to somebody, or to nobody", "assignment.assign",
         is_of_ideas=True, is_beside=True, asks="assign_to", reads=set(IN_HAND), keeps=("due_at", "word_goal"),
         button=_("Assign"),
         bulk=InBulk(_("Assign …"), ngettext_lazy(
             "Assigned %(count)d article:", "Assigned %(count)d articles:", "count"),
             about=_("You are about to assign"), button=_("Assign"))),
    Step("unassign", "", "assignment.assign",
         right="assign", is_beside=True, button=_("To nobody")),
    Step("claim", "takes an article that nobody has", "assignment.claim",
         who=WRITERS, is_of_ideas=True, is_beside=True, button=_("Claim it"),
         said=_("It is yours now."), logged=_("claimed {thing}")),
    Step("release", "gives it back", "assignment.release",
         who=WRITERS, own_at=ANY_STAGE, is_of_ideas=True, is_beside=True,
         button=_("Give it back"), said=_("Given back: it is nobody’s."), logged=_("gave {thing} back")),
    Step("due", "says by when it is wanted", "assignment.set_due",
         is_of_ideas=True, is_beside=True, moves="due",
         asks="due_at", reads={"due_at", "word_goal"}, keeps=("due_at", "word_goal"),
         button=_("Set only the due time")),
    Step("goal", "says how many words it is to have", "assignment.set_goal",
         who=WRITERS, own_at=ANY_STAGE, is_beside=True, asks="word_goal", button=_("Set the goal")),
    Step("note", "leaves a note for the desk", "notes.leave_note",
         who=READERS, is_of_ideas=True, is_beside=True, asks="desk_note", button=_("Leave the note")),
    Step("tick", "calls a note done, or open again", "notes.tick_note",
         who=WRITERS, own_at=ANY_STAGE, is_of_ideas=True, is_beside=True, of=NOTE, button=_("Done")),
    Step("trash", "puts it in the trash", "trash.trash",
         who=WRITERS, own_at=NOT_BEGUN, is_before_readers=True, is_of_ideas=True, is_beside=True,
         standing={NEITHER}, button=_("Put in the trash"),
         said=_("Put in the trash. It can be restored for 30 days, and for good if readers ever saw it."),
         bulk=InBulk(_("Put in the trash …"), ngettext_lazy(
             "Put in the trash: %(count)d article:", "Put in the trash: %(count)d articles:", "count"),
             about=_("You are about to put in the trash"), button=_("Put in the trash"))),
    Step("untrash", "restores it from there", "trash.untrash",
         who=WRITERS, own_at=NOT_BEGUN, is_before_readers=True, is_of_ideas=True, is_of_trash=True, is_beside=True,
         button=_("Restore"), said=_("Restored: it is on the desk again."), logged=_("took {thing} out of the trash"),
         bulk=InBulk(_("Restore"), ngettext_lazy(
             "Restored %(count)d article:", "Restored %(count)d articles:", "count"))),
    Step("begin", "makes an idea a draft", "ideas.begin",
         who=WRITERS, own_at={"idea"}, is_of_ideas=True),
    Step("share", "makes a preview link", "sharing.share", who=WRITERS, own_at=ANY_STAGE),
    Step("edit", who=WRITERS, own_at={"idea", "draft", "published"}, is_of_ideas=True, moves="idea"),
    Step("move", "changes the working copy's section, from the list", "working_copy.move", right="edit",
         bulk=InBulk(_("Move to a section …"), SAVED, about=_("You are about to move"),
                   button=_("Move"), reached=REACHED, tells_each=True)),
    Step("also_in", "lists the working copy in one section more, from the list", "working_copy.add_section",
         right="edit",
         bulk=InBulk(_("Also list in a section …"), SAVED, about=_("You are about to list in one section more"),
                   button=_("List there, too"), reached=REACHED, tells_each=True)),
    Step("tag", "adds tags to the working copy, from the list", "working_copy.add_tags", right="edit",
         bulk=InBulk(_("Tag …"), SAVED, about=_("You are about to tag"),
                   button=_("Add the tags"), reached=REACHED, tells_each=True)),
    Step("lift_embargo", who=CHIEFS),
]  # fmt: skip
STEPS = {row.name: row for row in ROWS}


def step_named(name: str) -> Step:
    """Return the row of that name; raise ``UnknownStepError`` if there is none."""
    if name not in STEPS:
        raise UnknownStepError(f"There is no step “{name}” in articles/desk/steps.py.")
    return STEPS[name]


def right_of(name: str) -> Step:
    """Return the row whose right the step of that name needs: its own, or that of the step in ``right``."""
    row = step_named(name)
    return step_named(row.right) if row.right else row
