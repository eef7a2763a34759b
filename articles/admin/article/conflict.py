"""Two people saved one article: both texts side by side, a choice for each field, a merge of what does not clash."""

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
    """A field that is another in both texts, what each may become, and what is taken if nobody says otherwise."""

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
        """Whether both changed the same place differently, so that a person must choose."""
        return not self.taken

    @property
    def choice(self):
        """What is taken as things stand; empty if nobody has chosen yet."""
        return self.chosen or self.taken

    @property
    def choices(self):
        """Value, label and whether it is chosen, for a row of radio buttons."""
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
        """What a person has to choose."""
        return [one for one in self.differences if one.clash]

    @property
    def agreed(self):
        """What only one of the two changed, or both in different places."""
        return [one for one in self.differences if not one.clash]


def find_conflict(form_class, post, article):
    """The conflict of the form sent in ``post`` with ``article`` as it is stored."""
    kept = article.revisions.filter(version=autosaves.version_in(post)).first()
    theirs, base = revisions.snapshot(article), kept.snapshot if kept else {}
    mine = form_snapshot.snapshot_of_form(form_class, post, theirs | base)
    labels = {change.field: change.label for change in text_diff.compare_snapshots(theirs, mine)}
    shown = [_shown(base, text, list(labels)) for text in (base, theirs, mine)]
    differences = [
        _difference(name, label, [texts.get(name, "") for texts in shown], base, mine, theirs, post)
        for name, label in labels.items()
    ]
    embargo = _embargo(form_class, post, article)
    return Conflict(article.version, mine, differences + embargo, is_base_known=kept is not None)


def _shown(base, text, names):
    """Fields of ``text``, with what it changed of ``base`` marked where that is known.

    Of two texts alone nobody can say which words one of them put in and which the other took out.
    """
    known, unknown = [name for name in names if name in base], [name for name in names if name not in base]
    changes = text_diff.compare_snapshots(base, text, known) if known else []
    if unknown and text is not base:
        changes += text_diff.compare_snapshots(text, text, unknown)
    return {change.field: change.marked for change in changes}


def _difference(name, label, shown, base, mine, theirs, post):
    ours, yours = mine.get(name), theirs.get(name)
    merged = text_merge.merge_value(name, base.get(name, text_merge.UNKNOWN), ours, yours)
    values = {"theirs": yours, "mine": ours}
    if not merged.clash and merged.mine not in (ours, yours):
        values["merged"] = merged.mine
    elif merged.clash and merged.mine != ours:
        values |= {"merged_mine": merged.mine, "merged_theirs": merged.theirs}
    if merged.clash and (rows := text_merge.one_after_the_other(name, ours, yours)) is not None:
        values["both"] = rows
    asked, taken = [], ""
    if not merged.clash:
        taken = next(key for key, value in reversed(values.items()) if value == merged.mine)
    elif name == "body":
        asked, text = paragraphs.paragraph_questions(base.get(name), ours, yours, post)
        if asked:
            values[paragraphs.CHOICE] = text
        elif text is not None:  # looked at paragraph by paragraph, it is no clash
            values["merged"], taken = text, "merged"
    chosen = _chosen(post, name, values)
    was, their_text, my_text = shown
    return ConflictingField(name, label, was, their_text, my_text, values, taken, chosen, asked)


def _chosen(post, name, values):
    """What a person chose; of paragraphs that were all chosen nothing else need be said."""
    choice = post.get(f"_choose_{name}") or paragraphs.CHOICE
    if choice == paragraphs.CHOICE:
        return choice if values.get(choice) is not None else ""
    return choice if choice in values else ""


def _embargo(form_class, post, article):
    """The embargo is no part of a revision, so nobody knows who changed it: where it differs, somebody chooses."""
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
    """Whether the form that was ``sent`` was loaded with another version than ``article`` is by now."""
    return f"{form_snapshot.BYLINES}-TOTAL_FORMS" in sent and article.version != autosaves.version_in(sent)


def rows_as_stored(sent: QueryDict, article: Article | None) -> QueryDict:
    """What was ``sent``, with its bylines on the rows that ``article`` has now, if somebody else saved meanwhile."""
    if article is None or not is_of_other_version(sent, article):
        return sent
    fields = sent.copy()
    form_snapshot.put_bylines(fields, form_snapshot.bylines(fields, []), article)
    return fields


@dataclass(frozen=True)
class SettledForm:
    """A form filled in as was chosen, on the newest version; ``still_to_do`` says what keeps it from being saved."""

    fields: QueryDict
    still_to_do: str = ""


def settle_conflict(form_class: type[forms.ModelForm], sent: QueryDict, article: Article) -> SettledForm:
    """Fill the form in as was chosen, if that was chosen of the version that ``article`` is, and nothing is left."""
    conflict = find_conflict(form_class, sent, article)
    if number_in_address(sent.get(MERGE)) != conflict.version:
        return SettledForm(sent, _("Somebody saved it once more while you were choosing. Look at it again."))
    fields = _filled_in(form_class, sent, conflict, article)
    if still := [one.label for one in conflict.differences if not one.choice]:
        text = _("Both of you changed the same words, so one thing is left to choose: %(fields)s.")
        return SettledForm(fields, text % {"fields": ", ".join(still)})
    fields["version"] = str(conflict.version)
    return SettledForm(fields)


def _filled_in(form_class, post, conflict, article):
    """The form with what was chosen; what nobody has chosen yet, or a field refuses, stays as it was typed."""
    chosen = {one.field: one.values[one.choice] for one in conflict.differences if one.choice}
    of_text = {name: value for name, value in chosen.items() if name in conflict.mine}
    refused = form_snapshot.not_read(form_class, post, conflict.mine) - {
        one.field for one in conflict.differences if one.chosen
    }
    data = form_snapshot.data_filled_in(form_class, post, conflict.mine | of_text, article, as_typed=refused)
    for name in chosen.keys() - of_text.keys():
        data[name] = chosen[name] or ""
    return data
