"""The similarity of paragraphs, to find one that was rewritten."""

import re
from collections.abc import Sequence

MOST_WORDS = 300  # of a paragraph that are compared
ANY_TAG = re.compile(r"<[^>]*>")
ALIKE = 0.4  # share of the words of two paragraphs that are one, changed


def alike(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Return pairs of similar items, in the order of both, with the highest total similarity."""
    numbers: dict[tuple[str, int], int] = {}
    old, new = ([_words(html, numbers) for html in side] for side in (before, after))
    likeness = [[_likeness(words, two) for two in new] for words in old]
    best = _best(likeness, len(new))
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _best(likeness: list[list[float]], width: int) -> list[list[float]]:
    """Return the highest total similarity of all pairs from each position on."""
    best = [[0.0] * (width + 1) for _row in range(len(likeness) + 1)]
    for i in reversed(range(len(likeness))):
        for j in reversed(range(width)):
            paired = best[i + 1][j + 1] + likeness[i][j] if likeness[i][j] >= ALIKE else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    return best


def _words(html: str, numbers: dict[tuple[str, int], int]) -> frozenset[int]:
    """Return a number for each word, and another for each repetition: sets are compared ten times as fast."""
    times: dict[str, int] = {}
    word_numbers = []
    for word in ANY_TAG.sub(" ", html).split()[:MOST_WORDS]:
        times[word] = times.get(word, 0) + 1
        word_numbers.append(numbers.setdefault((word, times[word]), len(numbers)))
    return frozenset(word_numbers)


def _likeness(words: frozenset[int], two: frozenset[int]) -> float:
    total = len(words) + len(two)
    return 2 * len(words & two) / total if total else 0.0
