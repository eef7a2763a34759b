"""Two people's changes to one text, put together: a merge of three snapshots, the base and what each made of it.

Where only one of the two changed something, the change is taken. Where both changed the same place differently
they clash, and a person chooses. No word that either of them typed is left out of what is called merged.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from articles.markup import clean, plain_text

TAG = r"""</?[a-z](?:[^<>"']|"[^"]*"|'[^']*')*>"""
PIECE = re.compile(rf"{TAG}|[^<]+|<", re.IGNORECASE)
TOKEN = re.compile(rf"{TAG}|\s*[^\s<]+|\s+|<", re.IGNORECASE)
SOLID = re.compile(r"<(?:table|figure)\b")  # is taken as a whole: half a table is none
BLOCK = "p|h2|h3|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|figure|figcaption|aside"
BETWEEN = re.compile(rf">\s+(?=</?(?:{BLOCK})\b)")
BARE = re.compile(r"(<(li|th|td)\b[^>]*>)((?:(?!</?(?:p|ul|ol|li|th|td|h2|h3|blockquote)\b).)*)(</\2>)", re.DOTALL)
HEAD = re.compile(r"</thead><tbody>|(<)thead>|(</)thead>")
MOST_BLOCKS = 3000  # comparing takes time that grows with the square; beyond these, places are coarser
MOST_TOKENS = 2000
MOST_PAIRS = 2500  # of paragraphs that are looked at for likeness
MOST_WORDS = 300  # of a paragraph, for that
ALIKE = 0.4  # of the words of two paragraphs: they are one that was changed
UNKNOWN = object()  # what a field was, when the base is too old to have it


@dataclass(frozen=True)
class Merge:
    """One field merged: with ``mine`` or with ``theirs`` in the places that clash, and the same if none does."""

    mine: Any
    theirs: Any
    clash: bool = False


@dataclass(frozen=True)
class Merged:
    """A merged snapshot; it says mine where we clash."""

    snapshot: dict[str, Any]
    clashes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Place:
    """A stretch of the base, and what each made of it."""

    base: list
    mine: list
    theirs: list

    @property
    def taken(self) -> list | None:
        """What the merge says here; None if both changed it, differently."""
        if self.mine == self.theirs or self.theirs == self.base:
            return self.mine
        return self.theirs if self.mine == self.base else None

    @property
    def taken_or_both(self) -> list | None:
        """The same; what both put in between the same two items comes one after the other."""
        return self.theirs + self.mine if self.taken is None and not self.base else self.taken


@dataclass(frozen=True)
class Stretch:
    """Some paragraphs of a text that is being merged: what is taken, or what each has where a person has to choose."""

    taken: str | None
    mine: str = ""
    theirs: str = ""

    @property
    def ways(self) -> dict[str, str]:
        """What may be taken: one of the two, or one after the other."""
        one = {"theirs": self.theirs, "mine": self.mine}
        if not (self.mine and self.theirs):
            return one
        return one | {"theirs_mine": self.theirs + self.mine, "mine_theirs": self.mine + self.theirs}


def merge(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> Merged:
    """What ``mine`` and ``theirs`` both made of ``base``."""
    snapshot, clashes = {}, set()
    for name in [*theirs, *(name for name in mine if name not in theirs)]:
        yours = theirs.get(name, mine.get(name))
        merged = merge_value(name, base.get(name, UNKNOWN), mine.get(name, yours), yours)
        snapshot[name] = merged.mine
        if merged.clash:
            clashes.add(name)
    return Merged(snapshot, clashes)


def merge_value(name: str, base: Any, mine: Any, theirs: Any) -> Merge:
    """The field ``name``, whose kind decides how finely it is looked at."""
    if mine in (theirs, base):
        return Merge(theirs, theirs)
    if theirs == base:
        return Merge(mine, mine)
    how = KINDS.get(name)
    if how is None or type(base) is not type(mine) or type(mine) is not type(theirs):
        return Merge(mine, theirs, clash=True)
    return how(base, mine, theirs)


def merge_body(base: str, mine: str, theirs: str) -> Merge:
    """HTML block by block, and word by word within a block that both changed."""
    base, mine, theirs = map(as_editor_writes, (base, mine, theirs))
    if mine in (theirs, base):
        return _same(theirs)
    before, ours, yours = blocks(base), blocks(mine), blocks(theirs)
    if not before or max(map(len, (before, ours, yours))) > MOST_BLOCKS:
        return Merge(mine, theirs, clash=True)
    chosen: list[Merge] = []
    for place in places(before, ours, yours, fine=True):
        if (taken := place.taken_or_both) is not None:
            chosen.append(_same("".join(taken)))
        else:
            chosen.append(_merge_words(*("".join(part) for part in (place.base, place.mine, place.theirs))))
    with_mine, with_theirs = (clean("".join(part)) for part in zip(*((c.mine, c.theirs) for c in chosen), strict=True))
    clash = any(one.clash for one in chosen)
    if not clash and _loses_words(base, mine, theirs, with_mine):
        return Merge(mine, theirs, clash=True)
    return Merge(with_mine, with_theirs, clash)


def stretches(base: Any, mine: str, theirs: str) -> list[Stretch]:
    """A body from start to end, paragraph by paragraph; without a ``base`` all that differs is to be chosen."""
    mine, theirs = as_editor_writes(mine), as_editor_writes(theirs)
    ours, yours = blocks(mine), blocks(theirs)
    before = blocks(as_editor_writes(base)) if isinstance(base, str) else []
    if max(map(len, (before, ours, yours))) > MOST_BLOCKS:
        return [Stretch(None, mine, theirs)]
    found = [_stretch_of(place) for place in places(before, ours, yours, fine=True)] if before else []
    is_chosen = all(one.taken is not None for one in found)
    if is_chosen and (not found or _loses_words("".join(before), mine, theirs, put_together(found, []))):
        return _of_two(ours, yours)
    return found


def put_together(found: Iterable[Stretch], choices: Iterable[str]) -> str:
    """The body of ``found``, with one of ``choices`` (a key of ``Stretch.ways``) for each that is to be chosen."""
    chosen = iter(choices)
    parts = [one.ways[next(chosen)] if one.taken is None else one.taken for one in found]
    return clean("".join(parts))


def _stretch_of(place: Place) -> Stretch:
    if (taken := place.taken_or_both) is not None:
        return Stretch("".join(taken))
    base, mine, theirs = ("".join(part) for part in (place.base, place.mine, place.theirs))
    merged = _merge_words(base, mine, theirs)
    return Stretch(None, mine, theirs) if merged.clash else Stretch(merged.mine)


def _of_two(mine: list[str], theirs: list[str]) -> list[Stretch]:
    """What both have is taken, all else is to be chosen."""
    found, at = [], 0
    for i1, i2, j1, j2 in _changes(theirs, mine, fine=True):
        found += [Stretch("".join(theirs[at:i1])), Stretch(None, "".join(mine[j1:j2]), "".join(theirs[i1:i2]))]
        at = i2
    found.append(Stretch("".join(theirs[at:])))
    return [one for one in found if one.taken != ""]


def one_after_the_other(name: str, mine: Any, theirs: Any) -> list | None:
    """Rows of theirs and then of mine, none twice; None for a field that has no rows."""
    if KINDS.get(name) not in (merge_sequence, merge_corrections):
        return None
    rows = theirs + mine
    return [row for at, row in enumerate(rows) if row not in rows[:at]]


def as_editor_writes(html: str) -> str:
    """The same text without what tells hand-written or imported HTML from the editor's: it would look like changes."""
    html = BETWEEN.sub(">", html.strip())
    html = BARE.sub(r"\1<p>\3</p>\4", html)
    return HEAD.sub(lambda found: f"{found[1] or found[2]}tbody>" if found[1] or found[2] else "", html)


def blocks(html: str) -> list[str]:
    """The elements of a cleaned body one after the other; put together they are the body again."""
    found, depth, start = [], 0, 0
    for piece in PIECE.finditer(html):
        text = piece[0]
        if not text.startswith("<") or len(text) == 1 or text.startswith("<br"):
            continue
        depth += -1 if text.startswith("</") else 1
        if depth <= 0:
            found.append(html[start : piece.end()])
            depth, start = 0, piece.end()
    return [*found, html[start:]] if start < len(html) else found


def merge_set(base: list, mine: list, theirs: list) -> Merge:
    """Things in no order of their own, like tags: all that stayed, and what either added."""
    return _same(sorted((set(theirs) - (set(base) - set(mine))) | (set(mine) - set(base))))


def merge_sequence(base: list, mine: list, theirs: list) -> Merge:
    """Things in an order that means something, like bylines, none of them twice."""
    chosen: list = []
    for place in places(base, mine, theirs):
        if (taken := place.taken_or_both) is None:
            return Merge(mine, theirs, clash=True)
        chosen += taken
    return _same(list(dict.fromkeys(chosen)))


def merge_corrections(base: list, mine: list, theirs: list) -> Merge:
    """Dated corrections, each taken as a whole."""
    merged = merge_sequence(*([json.dumps(row, sort_keys=True) for row in rows] for rows in (base, mine, theirs)))
    if merged.clash:
        return Merge(mine, theirs, clash=True)
    rows = [json.loads(row) for row in merged.mine]
    return _same(sorted(rows, key=lambda row: str(row.get("day", "")) if isinstance(row, dict) else ""))


KINDS: dict[str, Callable[[Any, Any, Any], Merge]] = {
    "body": merge_body,
    "bylines": merge_sequence,
    "dated_corrections": merge_corrections,
    "further_sections": merge_set,
    "related": merge_sequence,
    "tags": merge_set,
}


def _same(value: Any) -> Merge:
    return Merge(value, value)


def _merge_words(base: str, mine: str, theirs: str) -> Merge:
    """A stretch of HTML that both changed, word by word.

    Where less than half of it is as it was, a sentence put together from both would be nobody's: that clashes.
    """
    tokens = [TOKEN.findall(html) for html in (base, mine, theirs)]
    if max(map(len, tokens)) > MOST_TOKENS or any(SOLID.search(html) for html in (base, mine, theirs)):
        return Merge(mine, theirs, clash=True)
    found = places(*tokens, gap=1)
    unchanged = sum(len(place.base) for place in found if place.base == place.mine == place.theirs)
    if unchanged * 2 < len(tokens[0]):
        return Merge(mine, theirs, clash=True)
    pairs = [(p.mine, p.theirs) if p.taken is None else (p.taken, p.taken) for p in found]
    with_mine, with_theirs = ("".join("".join(part) for part in side) for side in zip(*pairs, strict=True))
    return Merge(with_mine, with_theirs, clash=any(place.taken is None for place in found))


def _loses_words(base: str, mine: str, theirs: str, merged: str) -> bool:
    """Whether a word that one of the two typed is missing in ``merged``: the last look before it is called so."""
    before, ours, yours, after = (Counter(plain_text(html).split()) for html in (base, mine, theirs, merged))
    return bool(((ours - before) | (yours - before)) - after)


def places(base: list, mine: list, theirs: list, *, gap: int = 0, fine: bool = False) -> list[Place]:
    """The base from start to end, as stretches that nobody, one or both changed.

    Changes by both with fewer than ``gap`` unchanged items between them are one place. With ``fine``, a changed
    paragraph and a new one beside it are two.
    """
    found, start = [], (0, 0, 0)
    for first, last, hunks in _groups(_hunks(base, mine, 0, fine) + _hunks(base, theirs, 1, fine), gap):
        before = _moved(start, first, [])
        after = _moved(before, last, hunks)
        found += [_stretch(base, mine, theirs, start, before), _stretch(base, mine, theirs, before, after)]
        start = after
    found.append(_stretch(base, mine, theirs, start, (len(base), len(mine), len(theirs))))
    return [place for place in found if place.base or place.mine or place.theirs]


@dataclass(frozen=True)
class _Hunk:
    """A change by one side: the items from ``first`` to ``last`` of the base became ``grows`` more, or fewer."""

    first: int
    last: int
    side: int
    grows: int


def _hunks(base: list, other: list, side: int, fine: bool) -> list[_Hunk]:
    return [_Hunk(i1, i2, side, j2 - j1 - i2 + i1) for i1, i2, j1, j2 in _changes(base, other, fine=fine)]


def _changes(base: list, other: list, *, fine: bool) -> Iterator[tuple[int, int, int, int]]:
    """Where in both something is another; with ``fine``, each item that was changed by itself."""
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, base, other, autojunk=False).get_opcodes():
        if tag == "replace" and fine and (i2 - i1) * (j2 - j1) <= MOST_PAIRS:
            yield from _paired(base, other, (i1, i2), (j1, j2))
        elif tag != "equal":
            yield i1, i2, j1, j2


def _paired(base: list, other: list, here: tuple[int, int], there: tuple[int, int]) -> Iterator[tuple]:
    """Items that are alike, each by itself, and what lies between them."""
    i, j = here[0], there[0]
    for one, two in [*_alike(base[slice(*here)], other[slice(*there)]), (here[1] - here[0], there[1] - there[0])]:
        to_i, to_j = here[0] + one, there[0] + two
        if to_i - i == to_j - j:
            yield from ((i + n, i + n + 1, j + n, j + n + 1) for n in range(to_i - i))
        elif to_i > i or to_j > j:
            yield i, to_i, j, to_j
        if to_i < here[1] and to_j < there[1]:
            yield to_i, to_i + 1, to_j, to_j + 1
        i, j = to_i + 1, to_j + 1


def _alike(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of items that say nearly the same, in the order of both, as alike in all as can be."""
    old, new = ([Counter(plain_text(html).split()[:MOST_WORDS]) for html in side] for side in (before, after))
    best = [[0.0] * (len(new) + 1) for _row in range(len(old) + 1)]
    likeness = [[_likeness(one, two) for two in new] for one in old]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = best[i + 1][j + 1] + likeness[i][j] if likeness[i][j] >= ALIKE else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    found, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            found.append((i, j))
            i, j = i + 1, j + 1
    return found


def _likeness(one: Counter, two: Counter) -> float:
    total = one.total() + two.total()
    return 2 * (one & two).total() / total if total else 0.0


def _groups(hunks: list[_Hunk], gap: int) -> list[tuple[int, int, list[_Hunk]]]:
    """Where in the base each place begins and ends that anybody changed, and its changes."""
    groups: list[tuple[int, int, list[_Hunk]]] = []
    for hunk in sorted(hunks, key=lambda one: (one.first, one.last)):
        if groups and _meet(groups[-1], hunk, gap):
            first, last, members = groups[-1]
            groups[-1] = (first, max(last, hunk.last), [*members, hunk])
        else:
            groups.append((hunk.first, hunk.last, [hunk]))
    return groups


def _meet(group: tuple[int, int, list[_Hunk]], hunk: _Hunk, gap: int) -> bool:
    first, last, members = group
    if all(member.side == hunk.side for member in members):
        return False  # one side's changes never meet
    return hunk.first < last + gap or first == last == hunk.first == hunk.last


def _moved(at: tuple[int, int, int], to: int, hunks: list[_Hunk]) -> tuple[int, int, int]:
    """The places in base, mine and theirs when the base is read on to ``to``, past ``hunks``."""
    mine, theirs = (sum(hunk.grows for hunk in hunks if hunk.side == side) for side in (0, 1))
    read = to - at[0]
    return to, at[1] + read + mine, at[2] + read + theirs


def _stretch(base: list, mine: list, theirs: list, start: tuple, end: tuple) -> Place:
    return Place(base[start[0] : end[0]], mine[start[1] : end[1]], theirs[start[2] : end[2]])
