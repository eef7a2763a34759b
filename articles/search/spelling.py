"""Correcting the spelling of a search: the words that the paper has printed, and those one letter off."""

import string
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from articles.folding import fold
from articles.models.search_word import LONGEST, SearchWord
from articles.search.query import MOST_LETTERS, STOP_WORDS
from articles.search.row import WORD, IndexRow, words

SHORTEST = 4  # letters of the shortest word that is corrected
MOST_GUESSES = 5  # words that are tried for one
MOST_WORDS = 3  # of a query that may be misspelt
BATCH = 1000
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяғқңөұүһәіҳҷӣӯ"


def forget_words() -> None:
    """Delete all words."""
    SearchWord.objects.all().delete()


_learnt: ContextVar[list[str] | None] = ContextVar("words that no text had before", default=None)


@contextmanager
def note_new_words() -> Iterator[list[str]]:
    """Yield a list to which ``learn()`` adds within the block what no text had before."""
    new_words: list[str] = []
    token = _learnt.set(new_words)
    try:
        yield new_words
    finally:
        _learnt.reset(token)


def learn(rows: Iterable[IndexRow]) -> None:
    """Store the words of ``rows``, scheduled editions included, because a correction is checked for live results."""
    printed = {word for row in rows for word in words(row.plain)}
    worth = sorted(word for word in printed if SHORTEST <= len(word) <= LONGEST and not word.isdecimal())
    learnt = _learnt.get()
    if learnt is not None:
        stored: set[str] = set()
        for start in range(0, len(worth), BATCH):
            batch = SearchWord.objects.filter(word__in=worth[start : start + BATCH])
            stored |= set(batch.values_list("word", flat=True))
        worth = [word for word in worth if word not in stored]
        learnt += worth
    new = (SearchWord(word=word) for word in worth)
    SearchWord.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)


def corrected(query: str, finds: Callable[[str], bool]) -> str:
    """Return ``query`` with misspelt words corrected, if ``finds`` is true of the result; else ""."""
    query = query[:MOST_LETTERS]
    places = [match for match in WORD.finditer(fold(query)) if _is_worth(_bare(match[0]))]
    unknown = _unknown({_bare(match[0]) for match in places})
    wrong = [match for match in places if _bare(match[0]) in unknown][:MOST_WORDS]
    guesses = {match[0]: _guesses(_bare(match[0])) for match in wrong}
    if not wrong or not all(guesses.values()):
        return ""
    for number in range(MOST_GUESSES):
        candidate = query
        for match in reversed(wrong):
            choice = guesses[match[0]]
            word = _with_marks(choice[min(number, len(choice) - 1)], query[match.start() : match.end()])
            word = word.capitalize() if query[match.start()].isupper() else word
            candidate = candidate[: match.start()] + word + candidate[match.end() :]
        if finds(candidate):
            return candidate
    return ""


def _bare(word: str) -> str:
    return word.replace("'", "")


def _with_marks(guess: str, typed: str) -> str:
    """Return ``guess`` with the apostrophes of ``typed``, from which it differs by one letter at most."""
    bare, word = _bare(fold(typed)), guess
    marks = [(place - before, typed[place]) for before, place in enumerate(_marks(typed))]
    for place, mark in reversed(marks):  # a position without counting apostrophes
        where = place if guess[:place] == bare[:place] else len(guess) - len(bare) + place
        word = word[:where] + mark + word[where:]
    return word


def _marks(typed: str) -> list[int]:
    return [place for place, letter in enumerate(fold(typed)) if letter == "'"]


def _is_worth(word: str) -> bool:
    return SHORTEST <= len(word) < LONGEST and word not in STOP_WORDS and not word.isdecimal()


def _unknown(query_words: set[str]) -> set[str]:
    printed = SearchWord.objects.filter(word__in=query_words).values_list("word", flat=True)
    return query_words - set(printed)


def _guesses(word: str) -> list[str]:
    """Return printed words one letter off: a wrong or swapped letter first, then one too many or too few."""
    candidates = list(dict.fromkeys(_one_off(word)))
    printed = set(SearchWord.objects.filter(word__in=candidates).values_list("word", flat=True))
    return [candidate for candidate in candidates if candidate in printed][:MOST_GUESSES]


def _one_off(word: str) -> Iterator[str]:
    letters = string.ascii_lowercase if word.isascii() else CYRILLIC
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield from (start + end[1] + end[0] + end[2:] for start, end in cuts if len(end) > 1)
    yield from (start + letter + end[1:] for start, end in cuts if end for letter in letters if letter != end[0])
    yield from (start + letter + end for start, end in cuts for letter in letters)
    yield from (start + end[1:] for start, end in cuts if end)
