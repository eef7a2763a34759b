"""Merging two people's changes to one text: a merge of three snapshots, the base and both versions.

A change by only one of the two is taken. Different changes by both in the same place clash, and a person chooses. A
merge never loses a word that either of them typed.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from articles.body import series
from articles.body.markup import clean, plain_text
from articles.desk.text_merge.hunks import BaseStretch, Budgets, base_stretches, budgets, hunk_changes

TAG = r"""</?[a-z](?:[^<>"']|"[^"]*"|'[^']*')*>"""
PIECE = re.compile(rf"{TAG}|[^<]+|<", re.IGNORECASE)
TOKEN = re.compile(rf"{TAG}|\s*[^\s<]+|\s+|<", re.IGNORECASE)
SOLID = re.compile(r"<(?:table|figure)\b")  # is taken as a whole: half a table is not a table
BLOCK = "p|h2|h3|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|figure|figcaption|aside"
BETWEEN = re.compile(rf">\s+(?=</?(?:{BLOCK})\b)")
BARE = re.compile(r"(<(li|th|td)\b[^>]*>)((?:(?!</?(?:p|ul|ol|li|th|td|h2|h3|blockquote)\b).)*)(</\2>)", re.DOTALL)
HEAD = re.compile(r"</thead><tbody>|(<)thead>|(</)thead>")
MOST_BLOCKS = 3000  # of a text; a longer one counts as a single place
MOST_TOKENS = 2000  # of a place that both changed; a longer one clashes
UNKNOWN = object()  # the base of a field that is newer than the base


@dataclass(frozen=True)
class FieldMerge:
    """One merged field: with ``mine`` or with ``theirs`` in the places that clash; both are equal if none does."""

    mine: Any
    theirs: Any
    clash: bool = False


@dataclass(frozen=True)
class Merged:
    """A merged snapshot; it has my values where the two clash."""

    snapshot: dict[str, Any]
    clashes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Stretch:
    """Some paragraphs of a text that is being merged: ``taken``, or both versions if a person has to choose."""

    taken: str | None
    mine: str = ""
    theirs: str = ""
    base: str | None = None  # the text that both changed, if it is known

    @property
    def ways(self) -> dict[str, str]:
        """The choices: one of the two, or one after the other."""
        choices = {"theirs": self.theirs, "mine": self.mine}
        if not (self.mine and self.theirs):
            return choices
        return choices | {"theirs_mine": self.theirs + self.mine, "mine_theirs": self.mine + self.theirs}


def merge(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> Merged:
    """Return the merge of ``mine`` and ``theirs``, which both began with ``base``."""
    snapshot, clashes = {}, set()
    for name in [*theirs, *(name for name in mine if name not in theirs)]:
        yours = theirs.get(name, mine.get(name))
        merged = merge_value(name, base.get(name, UNKNOWN), mine.get(name, yours), yours)
        snapshot[name] = merged.mine
        if merged.clash:
            clashes.add(name)
    return Merged(snapshot, clashes)


def merge_value(name: str, base: Any, mine: Any, theirs: Any) -> FieldMerge:
    """Return the merge of the field ``name``, whose kind decides how finely it is compared."""
    if mine in (theirs, base):
        return FieldMerge(theirs, theirs)
    if theirs == base:
        return FieldMerge(mine, mine)
    how = KINDS.get(name)
    if how is None or type(base) is not type(mine) or type(mine) is not type(theirs):
        return FieldMerge(mine, theirs, clash=True)
    return how(base, mine, theirs)


def merge_body(base: str, mine: str, theirs: str) -> FieldMerge:
    """Return the merge of HTML block by block, and word by word within a block that both changed."""
    base, mine, theirs = map(as_editor_writes, (base, mine, theirs))
    if mine in (theirs, base):
        return _agreed(theirs)
    before, ours, yours = body_elements(base), body_elements(mine), body_elements(theirs)
    if not before or max(map(len, (before, ours, yours))) > MOST_BLOCKS:
        return FieldMerge(mine, theirs, clash=True)
    chosen: list[FieldMerge] = []
    spend = budgets()
    for place in base_stretches(before, ours, yours, fine=True, spend=spend):
        if (blocks := place.taken_or_both) is not None:
            chosen.append(_agreed("".join(blocks)))
        else:
            chosen.append(_merge_words(place, spend))
    sides = zip(*((part.mine, part.theirs) for part in chosen), strict=True)
    with_mine, with_theirs = (series.keep_apart(clean("".join(part)), mine, theirs) for part in sides)
    clash = any(part.clash for part in chosen)
    if not clash and _loses_words(base, mine, theirs, with_mine):
        return FieldMerge(mine, theirs, clash=True)
    return FieldMerge(with_mine, with_theirs, clash)


def stretches(base: Any, mine: str, theirs: str) -> list[Stretch]:
    """Return a body's stretches from start to end; without a ``base``, a person has to choose wherever the texts
    differ.
    """
    mine, theirs = as_editor_writes(mine), as_editor_writes(theirs)
    ours, yours = body_elements(mine), body_elements(theirs)
    before = body_elements(as_editor_writes(base)) if isinstance(base, str) else []
    if max(map(len, (before, ours, yours))) > MOST_BLOCKS:
        return [Stretch(None, mine, theirs)]
    spend = budgets()
    merged_stretches = (
        [_stretch_of(place, spend) for place in base_stretches(before, ours, yours, fine=True, spend=spend)]
        if before
        else []
    )
    is_chosen = all(stretch.taken is not None for stretch in merged_stretches)
    if is_chosen and (
        not merged_stretches or _loses_words("".join(before), mine, theirs, merged_body(merged_stretches, []))
    ):
        return _of_two(ours, yours)
    return merged_stretches


def merged_body(body_parts: Iterable[Stretch], choices: Iterable[str]) -> str:
    """Return the body of ``body_parts``; ``choices`` has a key of ``Stretch.ways`` for each that a person chooses."""
    chosen = iter(choices)
    parts = [part.ways[next(chosen)] if part.taken is None else part.taken for part in body_parts]
    return clean("".join(parts))


def _stretch_of(place: BaseStretch, spend: Budgets) -> Stretch:
    if (blocks := place.taken_or_both) is not None:
        return Stretch("".join(blocks))
    merged = _merge_words(place, spend)
    if not merged.clash:
        return Stretch(merged.mine)
    return Stretch(None, "".join(place.mine), "".join(place.theirs), "".join(place.base))


def _of_two(mine: list[str], theirs: list[str]) -> list[Stretch]:
    """Return the stretches of two texts: common ones are taken, all others are to be chosen."""
    parts, at = [], 0
    for i1, i2, j1, j2 in hunk_changes(theirs, mine, budgets()[0], fine=True):
        parts += [Stretch("".join(theirs[at:i1])), Stretch(None, "".join(mine[j1:j2]), "".join(theirs[i1:i2]))]
        at = i2
    parts.append(Stretch("".join(theirs[at:])))
    return [part for part in parts if part.taken != ""]


def one_after_the_other(name: str, mine: Any, theirs: Any) -> list | None:
    """Return the rows of theirs and then of mine, none twice; None for a field without rows."""
    if KINDS.get(name) not in (merge_sequence, merge_corrections):
        return None
    rows = theirs + mine
    return [row for at, row in enumerate(rows) if row not in rows[:at]]


def as_editor_writes(html: str) -> str:
    """Return HTML in the form that the editor writes, so that imported HTML does not look changed."""
    html = BETWEEN.sub(">", html.strip())
    html = BARE.sub(r"\1<p>\3</p>\4", html)
    return HEAD.sub(lambda match: f"{match[1] or match[2]}tbody>" if match[1] or match[2] else "", html)


def body_elements(html: str) -> list[str]:
    """Return the top-level elements of a cleaned body; joined they are the body again."""
    elements, depth, start = [], 0, 0
    for part in PIECE.finditer(html):
        text = part[0]
        if not text.startswith("<") or len(text) == 1 or text.startswith("<br"):
            continue
        depth += -1 if text.startswith("</") else 1
        if depth <= 0:
            elements.append(html[start : part.end()])
            depth, start = 0, part.end()
    return [*elements, html[start:]] if start < len(html) else elements


def merge_set(base: list, mine: list, theirs: list) -> FieldMerge:
    """Return a merge of unordered values, like tags: those that both kept, and what either added."""
    return _agreed(sorted((set(theirs) - (set(base) - set(mine))) | (set(mine) - set(base))))


def merge_sequence(base: list, mine: list, theirs: list) -> FieldMerge:
    """Return a merge of ordered values, like bylines, none of them twice."""
    chosen: list = []
    for place in base_stretches(base, mine, theirs):
        if (items := place.taken_or_both) is None:
            return FieldMerge(mine, theirs, clash=True)
        chosen += items
    return _agreed(list(dict.fromkeys(chosen)))


def merge_corrections(base: list, mine: list, theirs: list) -> FieldMerge:
    """Return a merge of dated corrections, each taken as a whole."""
    merged = merge_sequence(*([json.dumps(row, sort_keys=True) for row in rows] for rows in (base, mine, theirs)))
    if merged.clash:
        return FieldMerge(mine, theirs, clash=True)
    rows = [json.loads(row) for row in merged.mine]
    return _agreed(sorted(rows, key=lambda row: str(row.get("day", "")) if isinstance(row, dict) else ""))


KINDS: dict[str, Callable[[Any, Any, Any], FieldMerge]] = {
    "body": merge_body,
    "bylines": merge_sequence,
    "dated_corrections": merge_corrections,
    "further_sections": merge_set,
    "related": merge_sequence,
    "tags": merge_set,
}


def _agreed(value: Any) -> FieldMerge:
    return FieldMerge(value, value)


def _merge_words(place: BaseStretch, spend: Budgets) -> FieldMerge:
    """Return a merge of blocks that both changed, word by word.

    If less than half of it is unchanged it clashes, because a sentence put together from both would be nobody's.
    """
    base, mine, theirs = ("".join(part) for part in (place.base, place.mine, place.theirs))
    tokens = [TOKEN.findall(html) for html in (base, mine, theirs)]
    if max(map(len, tokens)) > MOST_TOKENS or any(SOLID.search(html) for html in (base, mine, theirs)):
        return FieldMerge(mine, theirs, clash=True)
    places = base_stretches(*tokens, gap=1, spend=spend)
    unchanged = sum(len(place.base) for place in places if place.base == place.mine == place.theirs)
    if unchanged * 2 < len(tokens[0]):
        return FieldMerge(mine, theirs, clash=True)
    pairs = [(p.mine, p.theirs) if p.taken is None else (p.taken, p.taken) for p in places]
    with_mine, with_theirs = ("".join("".join(part) for part in side) for side in zip(*pairs, strict=True))
    return FieldMerge(with_mine, with_theirs, clash=any(place.taken is None for place in places))


def _loses_words(base: str, mine: str, theirs: str, merged: str) -> bool:
    """Return whether a word that one of the two typed is missing in ``merged``, as a last check."""
    before, ours, yours, after = (Counter(plain_text(html).split()) for html in (base, mine, theirs, merged))
    return bool(((ours - before) | (yours - before)) - after)
