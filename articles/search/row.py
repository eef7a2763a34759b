"""What is kept of an edition to find it by, and how words are spelled there and in queries."""

import re
import unicodedata
from dataclasses import dataclass

MOST_TEXT = 200_000  # characters of one field that are indexed; PostgreSQL takes a megabyte of words
WORD = re.compile(r"[^\W_ʻʼ]+")  # Uzbek's letters o‘ and g‘ are typed with many marks: all of them part words


@dataclass(frozen=True)
class Row:
    """An edition's words."""

    pk: int
    language: str
    headline: str
    standfirst: str
    body: str


def tidy(text: str) -> str:
    """``text`` on one line, with one spelling of each letter, without what hides in words; cut at a bound."""
    composed = unicodedata.normalize("NFC", text[:MOST_TEXT]).replace("\xad", "")
    return " ".join(composed.split())


class _Folding(dict):
    """Lower-case letters without the marks that readers leave out: Ё is е, Ü is u, but Й is й. One for one."""

    def __missing__(self, code):
        letter = chr(code).lower()[0]
        base = unicodedata.normalize("NFD", letter)[0]
        self[code] = base if base.isascii() else "е" if letter == "ё" else letter
        return self[code]


_folding = _Folding()


def fold(text: str) -> str:
    """``text`` as it is compared: as long as before, so that a place in one is the same place in the other."""
    return text.translate(_folding)


def words(text: str) -> list[str]:
    """The words of ``text``, folded."""
    return WORD.findall(fold(text))
