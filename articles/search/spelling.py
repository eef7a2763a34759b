"""Words that the paper has printed, and which of them a reader may have meant who is one letter off."""

import string
from collections.abc import Callable, Iterable, Iterator

from articles.folding import fold
from articles.models.search_word import LONGEST, SearchWord
from articles.search.query import MOST_LETTERS, STOP_WORDS
from articles.search.row import WORD, IndexRow, words

SHORTEST = 4  # letters of a word that is worth a guess
MOST_GUESSES = 5  # other words that are tried for one
MOST_WORDS = 3  # of a query that may be misspelt
BATCH = 1000
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяғқңөұүһәіҳҷӣӯ"


def forget_words() -> None:
    """Know no words."""
    SearchWord.objects.all().delete()


def learn(rows: Iterable[IndexRow]) -> None:
    """Know the words of ``rows``; of a scheduled edition, too, as nothing is said of a word that finds nothing live."""
    known = {word for row in rows for word in words(row.plain)}
    worth = sorted(word for word in known if SHORTEST <= len(word) <= LONGEST and not word.isdecimal())
    new = (SearchWord(word=word) for word in worth)
    SearchWord.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)


def meant(query: str, finds: Callable[[str], bool]) -> str:
    """``query`` with misspelt words put right, if ``finds`` says that it finds something then; else nothing."""
    query = query[:MOST_LETTERS]
    places = [match for match in WORD.finditer(fold(query)) if _is_worth(_bare(match[0]))]
    unknown = _unknown({_bare(match[0]) for match in places})
    wrong = [match for match in places if _bare(match[0]) in unknown][:MOST_WORDS]
    guesses = {match[0]: _guesses(_bare(match[0])) for match in wrong}
    if not wrong or not all(guesses.values()):
        return ""
    for number in range(MOST_GUESSES):
        other = query
        for match in reversed(wrong):
            choice = guesses[match[0]]
            word = _with_marks(choice[min(number, len(choice) - 1)], query[match.start() : match.end()])
            word = word.capitalize() if query[match.start()].isupper() else word
            other = other[: match.start()] + word + other[match.end() :]
        if finds(other):
            return other
    return ""


def _bare(word: str) -> str:
    return word.replace("'", "")


def _with_marks(guess: str, typed: str) -> str:
    """``guess`` with the apostrophes that stand in what was ``typed``: at most one letter of it is another one."""
    bare, word = _bare(fold(typed)), guess
    marks = [(place - before, typed[place]) for before, place in enumerate(_marks(typed))]
    for place, mark in reversed(marks):  # a place in what is bare
        where = place if guess[:place] == bare[:place] else len(guess) - len(bare) + place
        word = word[:where] + mark + word[where:]
    return word


def _marks(typed: str) -> list[int]:
    return [place for place, letter in enumerate(fold(typed)) if letter == "'"]


def _is_worth(word: str) -> bool:
    return SHORTEST <= len(word) < LONGEST and word not in STOP_WORDS and not word.isdecimal()


def _unknown(asked: set[str]) -> set[str]:
    known = SearchWord.objects.filter(word__in=asked).values_list("word", flat=True)
    return asked - set(known)


def _guesses(word: str) -> list[str]:
    """Known words that are one letter off; a wrong letter or two that changed places before one too many or too few."""
    others = list(dict.fromkeys(_one_off(word)))
    known = set(SearchWord.objects.filter(word__in=others).values_list("word", flat=True))
    return [other for other in others if other in known][:MOST_GUESSES]


def _one_off(word: str) -> Iterator[str]:
    letters = string.ascii_lowercase if word.isascii() else CYRILLIC
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield from (start + end[1] + end[0] + end[2:] for start, end in cuts if len(end) > 1)
    yield from (start + letter + end[1:] for start, end in cuts if end for letter in letters if letter != end[0])
    yield from (start + letter + end for start, end in cuts for letter in letters)
    yield from (start + end[1:] for start, end in cuts if end)
