"""The row of an edition in the search index, and how its words and those of queries are normalised."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

from articles.folding import fold
from articles.languages import primary

MOST_TEXT = 200_000  # indexed characters of one field; PostgreSQL takes a megabyte of words
STEMMED = {"en", "ru"}  # a word is found by its stem; in other languages by its beginning
LEAST_BEGUN = 3  # letters of the shortest beginning
MOST_BEGINNINGS = 20_000  # beginnings of one field
LETTER = r"[^\W_]"  # a letter of a folded text
# An apostrophe within a word is part of it but need not be typed. Only the English ’s is a word of its own.
JOINT = rf"(?<={LETTER})'(?={LETTER})(?!(?<={LETTER}{LETTER}')s(?!{LETTER}))"
WORD = re.compile(rf"{LETTER}+(?:{JOINT}{LETTER}+)*")


@dataclass(frozen=True)
class IndexRow:
    """The words of an edition, each field with the beginnings of its words; ``plain`` is the text without them."""

    pk: int
    language: str
    headline: str
    standfirst: str
    body: str
    plain: str


def tidy_line(text: str) -> str:
    """Return ``text`` on one line, in NFC and without soft hyphens; it is cut at MOST_TEXT characters."""
    composed = unicodedata.normalize("NFC", text[:MOST_TEXT]).replace("\xad", "")
    return " ".join(composed.split())


def words(text: str) -> list[str]:
    """Return the words of ``text``, folded, and without apostrophes."""
    return [word.replace("'", "") for word in WORD.findall(fold(text))]


def is_stemmed(language: str) -> bool:
    """Return whether words of a language (BCP 47) are found by their stems, like those of en-GB."""
    return primary(language) in STEMMED


def word_beginnings(text: str, language: str) -> list[str]:
    """Return the beginnings of the words of ``text``, each once, if ``language`` has no stemmer: саат for саатта."""
    if is_stemmed(language):
        return []
    unique_words = dict.fromkeys(words(text))
    beginnings = (word[:end] for word in unique_words for end in range(LEAST_BEGUN, len(word)))
    return list(
        islice((beginning for beginning in dict.fromkeys(beginnings) if beginning not in unique_words), MOST_BEGINNINGS)
    )
