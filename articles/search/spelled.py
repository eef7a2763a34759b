"""A pattern for names: what was typed, in every way that a search takes for the same. Both databases read it."""

from collections import defaultdict
from functools import cache, lru_cache

from articles.folding import MARKS, fold

LETTERS = range(0x2100)  # of every alphabet the paper prints
MOST_LETTERS = 60  # of a word
WITHIN = f"[{MARKS}\u00ad]?"  # an apostrophe or a soft hyphen, which nobody has to type


@cache
def _same() -> dict[str, str]:
    """Every letter that folding changes, by what it becomes."""
    found = defaultdict(list)
    for code in LETTERS:
        letter = chr(code)
        if letter.isalnum() and fold(letter) != letter:
            found[fold(letter)].append(letter)
    return {folded: "".join(letters) for folded, letters in found.items()}


@lru_cache(maxsize=500)
def pattern(word: str) -> str:
    """A regular expression that finds ``word`` anywhere in a text: capitals, ё for е, apostrophes are as one likes."""
    letters = [letter for letter in fold(word[:MOST_LETTERS]) if letter not in "'\u00ad"]
    return WITHIN.join(map(_one_of, letters)) or WITHIN


def _one_of(letter: str) -> str:
    if letter.isalnum():
        same = _same().get(letter, "")
        return f"[{letter}{same}]" if same else letter
    return f"\\{letter}" if letter.isascii() else letter
