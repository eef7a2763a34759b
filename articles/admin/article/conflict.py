"""Two people changed one article: both texts side by side, a choice for each field, a merge of what does not clash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import conditional_escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article import autosaves, form_snapshot, paragraphs
from articles.admin.lists import number_in_address
from articles.admin.times import time_with_zone
from articles.desk import revisions, text_diff, text_merge
from articles.models import Article

MERGE = "_merge"  # the button; its value is the version that the person sees
LABELS = {
    "theirs": gettext_lazy("Theirs"),
    "mine": gettext_lazy("Mine"),
    "both": gettext_lazy("Both: theirs, then mine"),
    "merged": gettext_lazy("Both merged"),
    "merged_mine": gettext_lazy("Both merged; mine where we changed the same words"),
    "merged_theirs": gettext_lazy("Both merged; theirs where we changed the same words"),
    paragraphs.CHOICE: gettext_lazy("One by one, as chosen below"),
}


@dataclass(frozen=True)
class ConflictingField:
    """A field that differs between both texts, the values it may get, and the one it gets if nobody chooses."""

    field: str
    label: str
    was: str  # when the form was loaded; empty if that is not known
    theirs: str
    mine: str
    values: dict[str, Any]  # by choice
    taken: str  # the choice that a merge makes; empty where the two clash
    chosen: str  # by a person
    questions: Sequence[paragraphs.ParagraphQuestion] = ()  # each of a paragraph that both changed

    @property
    def clash(self):
        """Return whether both changed the same place differently, so that a person must choose."""
        return not self.taken

    @property
    def choice(self):
        """Return the choice that counts now: a person's, else the merge's; empty if there is none yet."""
        return self.chosen or self.taken

    @property
    def choices(self):
        """Return value, label and whether it is chosen of each radio button."""
        return [(name, LABELS[name], name == self.choice) for name in self.values]


@dataclass(frozen=True)
class Conflict:
    """All differences between what somebody has in the form and what somebody else saved meanwhile."""

    version: int  # theirs
    mine: dict[str, Any]
    differences: list[ConflictingField]
    is_base_known: bool

    @property
    def clashing(self):
        """Return the fields for which a person has to choose."""
        return [difference for difference in self.differences if difference.clash]

    @property
    def agreed(self):
        """Return the fields that only one of the two changed, or both in different places."""
        return [difference for difference in self.differences if not difference.clash]


def find_conflict(form_class, post, article):
    """Return the conflict between the form sent in ``post`` and ``article`` as it is stored."""
    base_revision = article.revisions.filter(version=autosaves.version_in(post)).first()
    theirs, base = revisions.snapshot(article), base_revision.snapshot if base_revision else {}
    mine = form_snapshot.snapshot_of_form(form_class, post, theirs | base)
    labels = {change.field: change.label for change in text_diff.compare_snapshots(theirs, mine)}
    marked_texts = [_shown(base, text, list(labels)) for text in (base, theirs, mine)]
    differences = [
        _difference(name, label, [texts.get(name, "") for texts in marked_texts], base, mine, theirs, post)
        for name, label in labels.items()
    ]
    embargo = _embargo(form_class, post, article)
    return Conflict(article.version, mine, differences + embargo, is_base_known=base_revision is not None)


def _shown(base, text, names):
    """Return the fields ``names`` of the snapshot ``text`` as HTML, with its changes since ``base`` marked.

    A field that ``base`` lacks is not marked: from two texts alone nobody can say which words one of them added and
    which the other removed.
    """
    in_base, not_in_base = [name for name in names if name in base], [name for name in names if name not in base]
    changes = text_diff.compare_snapshots(base, text, in_base) if in_base else []
    if not_in_base and text is not base:
        changes += text_diff.compare_snapshots(text, text, not_in_base)
    return {change.field: change.marked for change in changes}


def _difference(name, label, marked_texts, base, mine, theirs, post):
    ours, yours = mine.get(name), theirs.get(name)
    merged = text_merge.merge_value(name, base.get(name, text_merge.UNKNOWN), ours, yours)
    values = {"theirs": yours, "mine": ours}
    if not merged.clash and merged.mine not in (ours, yours):
        values["merged"] = merged.mine
    elif merged.clash and merged.mine != ours:
        values |= {"merged_mine": merged.mine, "merged_theirs": merged.theirs}
    if merged.clash and (rows := text_merge.one_after_the_other(name, ours, yours)) is not None:
        values["both"] = rows
    questions, merge_choice = [], ""
    if not merged.clash:
        merge_choice = next(key for key, value in reversed(values.items()) if value == merged.mine)
    elif name == "body":
        questions, text = paragraphs.paragraph_questions(base.get(name), ours, yours, post)
        if questions:
            values[paragraphs.CHOICE] = text
        elif text is not None:  # looked at paragraph by paragraph, it is no clash
            values["merged"], merge_choice = text, "merged"
    chosen = _chosen(post, name, values)
    was, their_text, my_text = marked_texts
    return ConflictingField(name, label, was, their_text, my_text, values, merge_choice, chosen, questions)


def _chosen(post, name, values):
    """Return what a person chose for the field ``name``, or the merge by paragraphs once each of those is chosen."""
    choice = post.get(f"_choose_{name}") or paragraphs.CHOICE
    if choice == paragraphs.CHOICE:
        return choice if values.get(choice) is not None else ""
    return choice if choice in values else ""


def _embargo(form_class, post, article):
    """Return the embargo as a field to choose if it differs: no revision holds it, so nobody knows who changed it."""
    field = form_class.base_fields.get("embargo_until")
    if field is None or field.disabled or "embargo_until" not in post:
        return []
    try:
        mine = field.clean(post["embargo_until"])
    except ValidationError:
        return []  # the field says what is wrong with it
    theirs = article.embargo_until and article.embargo_until.replace(second=0, microsecond=0)
    if mine == theirs:
        return []
    their_text, my_text = (_moment(moment) for moment in (theirs, mine))
    values = {"theirs": field.prepare_value(theirs), "mine": post["embargo_until"]}
    chosen = _chosen(post, "embargo_until", values)
    label = str(field.label)
    return [ConflictingField("embargo_until", label, "", their_text, my_text, values, taken="", chosen=chosen)]


def _moment(moment: datetime | None) -> str:
    return conditional_escape(time_with_zone(moment) if moment else _("none"))


def is_of_other_version(sent: QueryDict, article: Article) -> bool:
    """Return whether the form that was ``sent`` was loaded with another version than ``article`` is by now."""
    return f"{form_snapshot.BYLINES}-TOTAL_FORMS" in sent and article.version != autosaves.version_in(sent)


def rows_as_stored(sent: QueryDict, article: Article | None) -> QueryDict:
    """Return what was ``sent``; if somebody else saved since, with its bylines on the rows that ``article`` has now."""
    if article is None or not is_of_other_version(sent, article):
        return sent
    fields = sent.copy()
    form_snapshot.put_bylines(fields, form_snapshot.bylines(fields, []), article)
    return fields


@dataclass(frozen=True)
class SettledForm:
    """A form filled in with the choices, on the newest version; ``still_to_do`` says what keeps it from being saved."""

    fields: QueryDict
    still_to_do: str = ""


def settle_conflict(form_class: type[forms.ModelForm], sent: QueryDict, article: Article) -> SettledForm:
    """Return the form filled in with the choices; it can't be saved if one is left, or ``article`` was saved since."""
    conflict = find_conflict(form_class, sent, article)
    if number_in_address(sent.get(MERGE)) != conflict.version:
        return SettledForm(sent, _("Somebody saved it once more while you were choosing. Look at it again."))
    fields = _filled_in(form_class, sent, conflict, article)
    if still := [difference.label for difference in conflict.differences if not difference.choice]:
        text = _("Both of you changed the same words, so one thing is left to choose: %(fields)s.")
        return SettledForm(fields, text % {"fields": ", ".join(still)})
    fields["version"] = str(conflict.version)
    return SettledForm(fields)


def _filled_in(form_class, post, conflict, article):
    """Return the form filled in with the choices; fields without a choice, or with a refused text, stay as typed."""
    chosen = {
        difference.field: difference.values[difference.choice]
        for difference in conflict.differences
        if difference.choice
    }
    of_text = {name: value for name, value in chosen.items() if name in conflict.mine}
    refused = form_snapshot.not_read(form_class, post, conflict.mine) - {
        difference.field for difference in conflict.differences if difference.chosen
    }
    data = form_snapshot.data_filled_in(form_class, post, conflict.mine | of_text, article, as_typed=refused)
    for name in chosen.keys() - of_text.keys():
        data[name] = chosen[name] or ""
    return data
