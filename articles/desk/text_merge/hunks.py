"""The changes of two people to a list, place by place: of paragraphs, of words, or of rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from articles.desk.text_diff.matching import Budget, Matcher
from articles.desk.text_merge.likeness import alike

MOST_STEPS = 1_000_000  # to compare one version with the base; beyond these, places are coarser
MOST_PAIRS = 2500  # of paragraphs whose similarity is computed at once
PAIR = 10  # steps that each takes
Budgets = tuple[Budget, Budget]  # for mine and for theirs: neither makes the other's comparison coarser


def budgets() -> Budgets:
    """Return the budgets of one merge, whatever the texts are."""
    return Budget(MOST_STEPS), Budget(MOST_STEPS)


@dataclass(frozen=True)
class BaseStretch:
    """A stretch of the base, and both versions of it."""

    base: list
    mine: list
    theirs: list

    @property
    def taken(self) -> list | None:
        """The merged items; None if both changed them differently."""
        if self.mine == self.theirs or self.theirs == self.base:
            return self.mine
        return self.theirs if self.mine == self.base else None

    @property
    def taken_or_both(self) -> list | None:
        """The merged items; items that both inserted in the same place follow each other."""
        return self.theirs + self.mine if self.taken is None and not self.base else self.taken


def base_stretches(
    base: list, mine: list, theirs: list, *, gap: int = 0, fine: bool = False, spend: Budgets | None = None
) -> list[BaseStretch]:
    """Return the base from start to end, as stretches that nobody, one or both changed.

    Changes by both with fewer than ``gap`` unchanged items between them are one place. With ``fine``, a changed
    paragraph and a new one beside it are two. When the budgets are spent, the rest is one place.
    """
    stretches, start = [], (0, 0, 0)
    for_mine, for_theirs = spend or budgets()
    hunks = _hunks(base, mine, 0, fine, for_mine) + _hunks(base, theirs, 1, fine, for_theirs)
    for first, last, members in _groups(hunks, gap):
        before = _moved(start, first, [])
        after = _moved(before, last, members)
        stretches += [_stretch(base, mine, theirs, start, before), _stretch(base, mine, theirs, before, after)]
        start = after
    stretches.append(_stretch(base, mine, theirs, start, (len(base), len(mine), len(theirs))))
    return [place for place in stretches if place.base or place.mine or place.theirs]


@dataclass(frozen=True)
class _Hunk:
    """A change by one side: the items from ``first`` to ``last`` of the base became ``grows`` more, or fewer."""

    first: int
    last: int
    side: int
    grows: int


def _hunks(base: list, version: list, side: int, fine: bool, budget: Budget) -> list[_Hunk]:
    changes = hunk_changes(base, version, budget, fine=fine)
    return [_Hunk(i1, i2, side, j2 - j1 - i2 + i1) for i1, i2, j1, j2 in changes]


def hunk_changes(base: list, version: list, budget: Budget, *, fine: bool) -> Iterator[tuple[int, int, int, int]]:
    """Yield the ranges in which both differ; with ``fine``, one for each item that was changed."""
    for tag, i1, i2, j1, j2 in Matcher(base, version, budget).get_opcodes():
        pairs = (i2 - i1) * (j2 - j1)
        if tag == "replace" and fine and budget.spend(pairs * PAIR, MOST_PAIRS * PAIR):
            yield from _paired(base, version, (i1, i2), (j1, j2))
        elif tag != "equal":
            yield i1, i2, j1, j2


def _paired(base: list, version: list, here: tuple[int, int], version_range: tuple[int, int]) -> Iterator[tuple]:
    """Yield similar items one by one, and the ranges between them."""
    i, j = here[0], version_range[0]
    for i_match, two in [
        *alike(base[slice(*here)], version[slice(*version_range)]),
        (here[1] - here[0], version_range[1] - version_range[0]),
    ]:
        to_i, to_j = here[0] + i_match, version_range[0] + two
        if to_i - i == to_j - j:
            yield from ((i + n, i + n + 1, j + n, j + n + 1) for n in range(to_i - i))
        elif to_i > i or to_j > j:
            yield i, to_i, j, to_j
        if to_i < here[1] and to_j < version_range[1]:
            yield to_i, to_i + 1, to_j, to_j + 1
        i, j = to_i + 1, to_j + 1


def _groups(hunks: list[_Hunk], gap: int) -> list[tuple[int, int, list[_Hunk]]]:
    """Return start and end in the base of each place that anybody changed, with its changes."""
    groups: list[tuple[int, int, list[_Hunk]]] = []
    for hunk in sorted(hunks, key=lambda item: (item.first, item.last)):
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
    """Return the positions in base, mine and theirs after reading the base up to ``to``, past ``hunks``."""
    mine, theirs = (sum(hunk.grows for hunk in hunks if hunk.side == side) for side in (0, 1))
    read = to - at[0]
    return to, at[1] + read + mine, at[2] + read + theirs


def _stretch(base: list, mine: list, theirs: list, start: tuple, end: tuple) -> BaseStretch:
    return BaseStretch(base[start[0] : end[0]], mine[start[1] : end[1]], theirs[start[2] : end[2]])
