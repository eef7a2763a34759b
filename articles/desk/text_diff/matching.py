"""Matching the blocks and words of two texts, with bounded work whatever the texts are."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import Match, SequenceMatcher
from itertools import accumulate

from articles.desk.text_diff.blocks import BodyBlock, Token

BUDGET = 4_000_000  # pairs of words or blocks that are compared before the answer gets coarser
AT_ONCE = 160_000  # of them in one comparison
MOST_ALIKE = 1_500_000  # in one comparison that only counts common words of two blocks
ALIKE = 0.4  # the share of words that two blocks have in common if one is the other, rewritten
Matches = Iterator[tuple[int, int, int]]
Op = tuple[bool, tuple[Token, ...], tuple[Token, ...]]  # whether both sides are equal, before, after


@dataclass
class Budget:
    """The number of comparisons that may still be made."""

    left: int = BUDGET

    def spend(self, cost: int, most: int | None = None) -> bool:
        if cost > min(self.left, AT_ONCE if most is None else most):
            return False
        self.left -= cost
        return True


class Matcher(SequenceMatcher):
    """A matcher that finds what two sequences share while the budget lasts; anything not compared counts as changed.

    Where the same few items are repeated, ``SequenceMatcher`` takes time that grows with the cube.
    """

    def __init__(self, a: Sequence[Hashable], b: Sequence[Hashable], budget: Budget) -> None:
        super().__init__(None, a, b, autojunk=False)
        self.budget = budget
        where: dict[Hashable, list[int]] = self.b2j  # type: ignore[attr-defined] # typeshed knows no insides
        self.steps = [0, *accumulate(1 + len(where.get(item, ())) for item in a)]  # taken by the items before each

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        ahi = len(self.steps) - 1 if ahi is None else ahi
        if not self.budget.spend(self.steps[ahi] - self.steps[alo], self.budget.left):
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)


def _matches(a: Sequence[Hashable], b: Sequence[Hashable], budget: Budget) -> Matches:
    """Yield runs that are in both, in order, as (position in ``a``, position in ``b``, length)."""
    start, end = 0, 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    if start:
        yield 0, 0, start
    yield from _between(a[start : len(a) - end], b[start : len(b) - end], start, budget)
    if end:
        yield len(a) - end, len(b) - end, end


def _between(a: Sequence[Hashable], b: Sequence[Hashable], at: int, budget: Budget) -> Matches:
    if budget.spend(len(a) * len(b)):
        blocks = Matcher(a, b, budget).get_matching_blocks()
        yield from ((at + i, at + j, n) for i, j, n in blocks if n)
        return
    last_i, last_j = 0, 0
    for i, j in [*_anchors(a, b), (len(a), len(b))]:
        if budget.spend((i - last_i) * (j - last_j)):
            gap = Matcher(a[last_i:i], b[last_j:j], budget).get_matching_blocks()
            yield from ((at + last_i + x, at + last_j + y, n) for x, y, n in gap if n)
        if i < len(a) and j < len(b):
            yield at + i, at + j, 1
        last_i, last_j = i + 1, j + 1


def _anchors(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return pairs of items that occur once in ``a`` and once in ``b``, as many as are in the same order in both."""
    in_a, in_b = Counter(a), Counter(b)
    where = {value: j for j, value in enumerate(b) if in_b[value] == 1}
    pairs = [(i, where[value]) for i, value in enumerate(a) if in_a[value] == 1 and value in where]
    tails: list[int] = []  # the least end of a rising sequence of each length, and its pair
    ends: list[int] = []
    before: list[int] = []
    for number, (_i, j) in enumerate(pairs):
        length = bisect_left(tails, j)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1], ends[length : length + 1] = [j], [number]
    chain, at = [], ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


@dataclass
class BlockRow:
    """A block before and after; one of them is None if it was added or removed."""

    before: BodyBlock | None
    after: BodyBlock | None
    state: str = "same"
    ops: list[Op] = field(default_factory=list)


def rows_of(before: list[BodyBlock], after: list[BodyBlock]) -> list[BlockRow]:
    budget = Budget()
    rows: list[BlockRow] = []
    last_i, last_j = 0, 0
    matched = _matches([block.words for block in before], [block.words for block in after], budget)
    for i, j, length in [*matched, (len(before), len(after), 0)]:
        rows += _paired(before[last_i:i], after[last_j:j], budget)
        rows += [BlockRow(before[i + n], after[j + n]) for n in range(length)]
        last_i, last_j = i + length, j + length
    for row in rows:
        _judge(row, budget)
    _find_moves(rows)
    return rows


def _paired(before: list[BodyBlock], after: list[BodyBlock], budget: Budget) -> list[BlockRow]:
    """Return similar blocks as pairs, in order; the others by themselves."""
    rows: list[BlockRow] = []
    last_i, last_j = 0, 0
    for i, j in [*_alike(before, after, budget), (len(before), len(after))]:
        rows += [BlockRow(block, None) for block in before[last_i:i]] + [
            BlockRow(None, block) for block in after[last_j:j]
        ]
        if i < len(before) and j < len(after):
            rows.append(BlockRow(before[i], after[j]))
        last_i, last_j = i + 1, j + 1
    return rows


def _alike(before: list[BodyBlock], after: list[BodyBlock], budget: Budget) -> list[tuple[int, int]]:
    """Return the pairs, in order, with the highest total similarity; if that takes too long, the nth with the nth."""
    if not before or not after:
        return []
    counts = [Counter(block.words) for block in after]
    if not budget.spend(len(before) * sum(len(block.words) for block in after), MOST_ALIKE):
        firsts = zip(before, counts, strict=False)
        return [
            (n, n) for n, (block, after_counts) in enumerate(firsts) if _likeness(Counter(block.words), after_counts)
        ]
    best = [[0.0] * (len(after) + 1) for _row in range(len(before) + 1)]
    likeness = [[_likeness(Counter(block.words), after_counts) for after_counts in counts] for block in before]
    for i in range(len(before) - 1, -1, -1):
        for j in range(len(after) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], likeness[i][j] + best[i + 1][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(before) and j < len(after):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _likeness(before_counts: Counter, after_counts: Counter) -> float:
    total = before_counts.total() + after_counts.total()
    share = 2 * sum((before_counts & after_counts).values()) / total if total else 0
    return share if share >= ALIKE else 0


def _judge(row: BlockRow, budget: Budget) -> None:
    if row.before is None or row.after is None:
        row.state = "removed" if row.before else "added"
        return
    row.ops = ops_of(row.before.tokens, row.after.tokens, budget)
    same_marks = all(
        is_same and all(x.marks == y.marks for x, y in zip(old, new, strict=True)) for is_same, old, new in row.ops
    )
    row.state = "same" if same_marks and row.before.place == row.after.place else "changed"


def ops_of(a: Sequence[Token], b: Sequence[Token], budget: Budget, *, joining: bool = True) -> list[Op]:
    """Return runs of equal or changed tokens; with ``joining``, punctuation alone does not separate two changes."""
    ops: list[Op] = []
    last_i, last_j = 0, 0
    matched = _matches([token.text for token in a], [token.text for token in b], budget)
    for i, j, length in [*matched, (len(a), len(b), 0)]:
        if i > last_i or j > last_j:
            ops.append((False, tuple(a[last_i:i]), tuple(b[last_j:j])))
        if length:
            ops.append((True, tuple(a[i : i + length]), tuple(b[j : j + length])))
        last_i, last_j = i + length, j + length
    return _joined(ops) if joining else ops


def _joined(ops: list[Op]) -> list[Op]:
    joined: list[Op] = []
    for number, (is_same, old, new) in enumerate(ops):
        lone = is_same and 0 < number < len(ops) - 1 and not any(token.text[0].isalnum() for token in new)
        lone = lone and not any(token.text[0] in "\0\n" for token in new)
        is_same = is_same and not lone
        if joined and not joined[-1][0] and not is_same:
            joined[-1] = (False, joined[-1][1] + old, joined[-1][2] + new)
        else:
            joined.append((is_same, old, new))
    return joined


def _find_moves(rows: list[BlockRow]) -> None:
    removed_rows = {
        row.before.words: row for row in rows if row.before and row.after is None and len(row.before.words) > 3
    }
    for row in rows:
        if row.after and row.before is None and (old := removed_rows.pop(row.after.words, None)):
            old.state, row.state = "moved-away", "moved-here"
