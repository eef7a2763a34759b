"""A regular expression for names: what was typed, in every spelling that a search treats alike, for both databases."""

from collections import defaultdict
from functools import cache, lru_cache

from articles.folding import MARKS, fold

LETTERS = range(0x2100)  # of every alphabet that the paper prints
MOST_LETTERS = 60  # of a word
WITHIN = f"[{MARKS}\u00ad]?"  # an apostrophe or a soft hyphen, which need not be typed


@cache
def _letter_variants() -> dict[str, str]:
    """Return the letters that folding changes, by their folded form."""
    variants = defaultdict(list)
    for code in LETTERS:
        letter = chr(code)
        if letter.isalnum() and fold(letter) != letter:
            variants[fold(letter)].append(letter)
    return {folded: "".join(letters) for folded, letters in variants.items()}


@lru_cache(maxsize=500)
def pattern(word: str) -> str:
    """Return a regular expression for ``word`` anywhere in a text, regardless of capitals, ё for е, and apostrophes."""
    letters = [letter for letter in fold(word[:MOST_LETTERS]) if letter not in "'\u00ad"]
    return WITHIN.join(map(_one_of, letters)) or WITHIN


def _one_of(letter: str) -> str:
    if letter.isalnum():
        variants = _letter_variants().get(letter, "")
        return f"[{letter}{variants}]" if variants else letter
    return f"\\{letter}" if letter.isascii() else letter
