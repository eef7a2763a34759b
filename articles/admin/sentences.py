"""Entries of the log as sentences in the third person: Aigul published the article “X”."""

import re
from dataclasses import dataclass

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin import log
from articles.admin.times import zone
from articles.desk import notices
from articles.desk.steps import STEPS

LONGEST = 240  # characters of each value

# What the code writes into the log (% stands for variable parts), and the sentence for it: {thing} is the object,
# {a}, {b} and {c} are the text at each %. The first match is used.
PATTERNS = [
    *((re.sub(r"%\(\w+\)s", "%", str(step.said)), step.logged) for step in STEPS.values() if step.logged),
    ("Submitted: it waits for %.", gettext_lazy("submitted {thing} to {a}")),
    ("Published: readers see it at %.%", gettext_lazy("published {thing} at {a}. {b}")),
    ("Scheduled: it goes live %.%", gettext_lazy("scheduled {thing} for {a}. {b}")),
    ("Rescheduled: it goes live %.%", gettext_lazy("rescheduled {thing} for {a}. {b}")),
    ("Schedule of % cancelled.%", gettext_lazy("cancelled the schedule of {thing} for {a}. {b}")),
    ("What is scheduled for % has what readers have.%", gettext_lazy("put what readers have into {thing} of {a}. {b}")),
    ("It goes out % as it was scheduled.", gettext_lazy("left {thing} of {a} as it was scheduled")),
    ("The newest text goes out %.%", gettext_lazy("scheduled the newest text of {thing} for {a}. {b}")),
    ("It ends %.", gettext_lazy("set the end of {thing}: {a}")),
    ("It has no end: it stays for ever.", gettext_lazy("took the end off {thing}")),
    ("Withdrawn: readers of its address see the reason.%", gettext_lazy("withdrew {thing}. {a}")),
    (
        "Readers see now: %. The text is the one they had.%",
        gettext_lazy("published what stands around the text of {thing}: {a}. {b}"),
    ),
    ("Assigned to nobody.", gettext_lazy("made {thing} nobody’s")),
    ("Assigned to %.", gettext_lazy("assigned {thing} to {a}")),
    ("Due at no certain time.", gettext_lazy("took the due time off {thing}")),
    ("Due %.", gettext_lazy("set when {thing} is due: {a}")),
    ("Goal: % words.", gettext_lazy("set how many words {thing} is to have: {a}")),
    ("No goal any more.", gettext_lazy("took the goal in words off {thing}")),
    ("Begun as a draft", gettext_lazy("began to write {thing}")),
    ("Note left: %", gettext_lazy("left a note on {thing}: {a}")),
    ("Note done: %", gettext_lazy("ticked off a note on {thing}: {a}")),
    ("Note open again: %", gettext_lazy("opened a note on {thing} again: {a}")),
    ("Put in the trash.%", gettext_lazy("put {thing} in the trash")),
    ("Restored version %", gettext_lazy("restored version {a} of {thing}")),
    ("Restored what went live %", gettext_lazy("restored what readers had of {thing} from {a} on")),
    ("Version % is named “%”.", gettext_lazy("named version {a} of {thing} “{b}”")),
    ("Version % has no name now.", gettext_lazy("took the name off version {a} of {thing}")),
    ("Preview link made, until %", gettext_lazy("made a preview link of {thing}, until {a}")),
    ("Preview link of % revoked", gettext_lazy("revoked a preview link of {thing} from {a}")),
    ("Moved to “%”.%", gettext_lazy("moved {thing} to “{a}”. {b}")),
    ("Also listed in “%”.%", gettext_lazy("also listed {thing} in “{a}”. {b}")),
    ("Tagged: %.", gettext_lazy("tagged {thing}: {a}")),
    ("“%” goes live % instead of %.", gettext_lazy("moved the start of {thing}: {b} instead of {c}")),
    ("“%” ends % instead of %.", gettext_lazy("moved the end of {thing}: {b} instead of {c}")),
    ("Noted as an idea", gettext_lazy("noted {thing} as an idea")),
    ("Began to write it", gettext_lazy("began to write {thing}")),
    ("Dropped the idea", gettext_lazy("dropped {thing}")),
    ("Brought the idea back", gettext_lazy("brought {thing} back")),
    ("Erased: %", gettext_lazy("erased {thing}: {a}")),
    ("Ended at once", gettext_lazy("ended {thing} at once")),
    ("Merged into “%”.", gettext_lazy("merged {thing} into “{a}”")),
    ("“%” was merged into it.", gettext_lazy("merged “{a}” into {thing}")),
    ("Its merge into “%” was undone.", gettext_lazy("undid the merge of {thing} into “{a}”")),
    ("The merge of “%” into it was undone.", gettext_lazy("undid the merge of “{a}” into {thing}")),
    ("Chose which notices to get", gettext_lazy("chose which notices to get")),
    ("Set their password by the invitation", gettext_lazy("set a password by the invitation")),
    ("Set a new password by a link", gettext_lazy("set a new password by a link")),
    ("Set up a second factor: %", gettext_lazy("set up a second factor: {a}")),
    ("Removed a second factor: %", gettext_lazy("removed a second factor: {a}")),
    ("Made new recovery codes", gettext_lazy("made new recovery codes")),
    ("Second factor reset", gettext_lazy("reset the second factor of {thing}")),
    ("Logged in from %", gettext_lazy("logged in from {a}")),
    ("Not let in: a wrong password was typed at %", gettext_lazy("was not let in: a wrong password was typed at {a}")),
    ("Not let in: a provider was asked at %", gettext_lazy("was not let in, though a provider knows them, at {a}")),
    ("Not let in: a wrong second factor was shown at %", gettext_lazy("was not let in: a wrong second factor at {a}")),
    ("Suspended: %", gettext_lazy("suspended {thing}: {a}")),
    ("Handed over from % to %", gettext_lazy("handed {thing} over from {a} to {b}")),
    ("Let in again", gettext_lazy("let {thing} in again")),
    (
        "A link to set a password was mailed to %. It works until %.",
        gettext_lazy("mailed a link to set a password for {thing} to {a}; it works until {b}"),
    ),
    (
        "Link to set a password made, to be handed over. It works until %.",
        gettext_lazy("made a link to set a password for {thing}, to be handed over; it works until {a}"),
    ),
    ("Link to set a password ended", gettext_lazy("ended the link to set a password for {thing}")),
    ("1 session ended", gettext_lazy("ended a session of {thing}")),
    ("% sessions ended", gettext_lazy("ended {a} sessions of {thing}")),
    ("Typed as %, with the reason: %", gettext_lazy("typed {thing} as {a}, with the reason: {b}")),
    ("Typed as %.", gettext_lazy("typed {thing} as {a}")),
    ("Another value was typed in its place: %.", gettext_lazy("typed another value in place of {thing}: {a}")),
    ("Accepted.", gettext_lazy("accepted {thing}")),
    ("Accepted, as it follows from the rate before it.", gettext_lazy("accepted {thing} with the rate before it")),
    ("Rejected.", gettext_lazy("rejected {thing}")),
    (
        "Rejected, as another value was typed for its day: %.",
        gettext_lazy("rejected {thing} by typing another value for its day: {a}"),
    ),
    ("Replaced by %.", gettext_lazy("replaced {thing} by {a}")),
]
ARRANGED = gettext_lazy("arranged {thing}: {a}")
PLAIN = {ADDITION: gettext_lazy("added {thing}"), DELETION: gettext_lazy("deleted {thing}")}
OTHER = gettext_lazy("worked on {thing}: {a}")  # for what another program wrote


@dataclass(frozen=True)
class Sentence:
    """The person, the action and the object; ``phrase`` has placeholders for the object and the values."""

    who: str
    phrase: str
    kind: str
    name: str
    said: tuple[str, ...]

    def did(self, object_html: str | SafeString) -> SafeString:
        """Return the sentence without the person, as HTML; ``object_html`` stands for the object."""
        words = dict(zip("abc", map(conditional_escape, (*self.said, "", "", "")), strict=False))
        return _tidy(format_html(self.phrase, thing=object_html, **words))

    @property
    def text(self) -> str:
        """The sentence without the person, as plain text."""
        words = dict(zip("abc", (*self.said, "", "", ""), strict=False))
        return _tidy(self.phrase.format(thing=f"{self.kind} “{self.name}”", **words))


def sentence_of(entry: LogEntry) -> Sentence:
    """Return the sentence of ``entry``, which was loaded with its user and kind of object."""
    content_type = _content_type(entry)
    kind = _("the %(kind)s") % {"kind": content_type.name if content_type else _("thing")}
    name, message = entry.object_repr, log.message(entry).replace(f" ({zone()})", "").strip()
    if content_type and content_type.model == "boardrevision":
        kind, (name, _colon, message) = _("the board"), message.partition(": ")
        phrase, values = str(ARRANGED), (message,)
    else:
        phrase, values = _phrase(entry, message)
    return Sentence(
        notices.name_of_person(entry.user),
        phrase,
        kind,
        name,
        tuple(Truncator(value).chars(LONGEST) for value in values),
    )


def _content_type(entry: LogEntry) -> ContentType | None:
    """Return the kind of object, which Django's history loads separately."""
    if entry.content_type_id is None or LogEntry._meta.get_field("content_type").is_cached(entry):
        return entry.content_type
    return ContentType.objects.get_for_id(entry.content_type_id)


def _phrase(entry: LogEntry, message: str) -> tuple[str, tuple[str, ...]]:
    if (parts := log.parts(entry)) is not None:
        return _of_parts(entry, parts)
    for pattern, phrase in PATTERNS:
        if (values := match(pattern, message)) is not None:
            return str(phrase), values
    if plain := PLAIN.get(entry.action_flag):
        return (f"{plain}: {{a}}", (message,)) if message else (str(plain), ())
    return str(OTHER), (message or str(_("no more is known")),)


def match(pattern: str, message: str) -> tuple[str, ...] | None:
    """Return the text in ``message`` at each % of ``pattern``; None if it doesn't match. It takes linear time."""
    first, *parts = pattern.split("%")
    if not message.startswith(first) or not (parts or message == first):
        return None
    values, at = [], len(first)
    for number, part in enumerate(parts, start=1):
        is_last = number == len(parts)
        end = _end(message, part, at) if is_last else message.find(part, at)
        if end < at:
            return None
        values.append(message[at:end].strip())
        at = end + len(part)
    return tuple(values)


def _end(message: str, part: str, at: int) -> int:
    """Return where the last part begins, at the very end; -1 if it isn't there."""
    return len(message) - len(part) if message.endswith(part) and len(message) - len(part) >= at else -1


def _of_parts(entry: LogEntry, parts: list) -> tuple[str, tuple[str, ...]]:
    """Return Django's own message: the fields of the row, and inline rows."""
    if entry.action_flag in PLAIN:
        return str(PLAIN[entry.action_flag]), ()
    descriptions = [description for part in parts if (description := _of_part(part))]
    if not descriptions:
        return str(_("saved {thing} without a change")), ()
    return str(_("changed {thing}: {a}")), (", ".join(descriptions),)


def _of_part(part: dict) -> str:
    (action, details), *_others = part.items()
    fields = ", ".join(_(name) for name in details.get("fields", []) if name)
    if "object" not in details:
        return fields
    words = {"kind": _(details.get("name") or ""), "name": details["object"], "fields": fields}
    text = {
        "added": _("added %(kind)s “%(name)s”"),
        "deleted": _("removed %(kind)s “%(name)s”"),
    }.get(action, _("%(fields)s of %(kind)s “%(name)s”"))
    return text % words


def _tidy(text):
    """Return a text without a full stop and spaces that follow nothing."""
    return type(text)(text.strip().removesuffix(".").strip())
