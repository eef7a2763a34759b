"""What is kept of an edition to find it by, and how words are spelled there and in queries."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

from articles.folding import fold

MOST_TEXT = 200_000  # characters of one field that are indexed; PostgreSQL takes a megabyte of words
STEMMED = {"en", "ru"}  # a word is found by its stem; in other languages by its beginning
LEAST_BEGUN = 3  # letters of a beginning
MOST_BEGINNINGS = 20_000  # of one field
LETTER = r"[^\W_]"  # of a folded text
# An apostrophe within a word is a part of it that nobody has to type. Only the English ’s is a word of its own.
JOINT = rf"(?<={LETTER})'(?={LETTER})(?!(?<={LETTER}{LETTER}')s(?!{LETTER}))"
WORD = re.compile(rf"{LETTER}+(?:{JOINT}{LETTER}+)*")


@dataclass(frozen=True)
class IndexRow:
    """An edition's words, each field with the beginnings of its words; ``plain`` is all of it without them."""

    pk: int
    language: str
    headline: str
    standfirst: str
    body: str
    plain: str


def tidy_line(text: str) -> str:
    """``text`` on one line, with one spelling of each letter, without what hides in words; cut at a bound."""
    composed = unicodedata.normalize("NFC", text[:MOST_TEXT]).replace("\xad", "")
    return " ".join(composed.split())


def words(text: str) -> list[str]:
    """The words of ``text``, folded, and without apostrophes."""
    return [word.replace("'", "") for word in WORD.findall(fold(text))]


def word_beginnings(text: str, language: str) -> list[str]:
    """Beginnings of the words of ``text``, each once, where its ``language`` has no stems: бир саатта by саат."""
    if language in STEMMED:
        return []
    known = dict.fromkeys(words(text))
    beginnings = (word[:end] for word in known for end in range(LEAST_BEGUN, len(word)))
    return list(islice((one for one in dict.fromkeys(beginnings) if one not in known), MOST_BEGINNINGS))
