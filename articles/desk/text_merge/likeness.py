"""Which paragraph is which other one, rewritten."""

import re
from collections.abc import Sequence

MOST_WORDS = 300  # of a paragraph that are looked at
ANY_TAG = re.compile(r"<[^>]*>")
ALIKE = 0.4  # of the words of two paragraphs: they are one that was changed


def alike(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of items that say nearly the same, in the order of both, as alike in all as can be."""
    numbers: dict[tuple[str, int], int] = {}
    old, new = ([_words(html, numbers) for html in side] for side in (before, after))
    likeness = [[_likeness(one, two) for two in new] for one in old]
    best = _best(likeness, len(new))
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


def _best(likeness: list[list[float]], width: int) -> list[list[float]]:
    """How alike all pairs from each place on can be in sum."""
    best = [[0.0] * (width + 1) for _row in range(len(likeness) + 1)]
    for i in reversed(range(len(likeness))):
        for j in reversed(range(width)):
            paired = best[i + 1][j + 1] + likeness[i][j] if likeness[i][j] >= ALIKE else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    return best


def _words(html: str, numbers: dict[tuple[str, int], int]) -> frozenset[int]:
    """A number for each word, and another for each time that it comes again: sets are compared ten times as fast."""
    times: dict[str, int] = {}
    found = []
    for word in ANY_TAG.sub(" ", html).split()[:MOST_WORDS]:
        times[word] = times.get(word, 0) + 1
        found.append(numbers.setdefault((word, times[word]), len(numbers)))
    return frozenset(found)


def _likeness(one: frozenset[int], two: frozenset[int]) -> float:
    total = len(one) + len(two)
    return 2 * len(one & two) / total if total else 0.0
