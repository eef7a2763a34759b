"""A reader's query: words that must all occur, "phrases", and -words that must not."""

import re
import unicodedata
from dataclasses import dataclass

import snowballstemmer

from articles.search.row import words

MOST_LETTERS = 200  # of a query; the rest is ignored
MOST_WORDS = 12
SHORT = 4  # letters of a stem with which many other words begin, too: war, warm, Warsaw

QUOTES = str.maketrans(dict.fromkeys("“”„«»‟", '"'))
TERM = re.compile(r'(?:(?<=\s)|^)(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))|"(?P<tail>[^"]*)"?')
ENGLISH, RUSSIAN = re.compile(r"[a-z0-9]+"), re.compile(r"[а-я0-9]+")
ENDINGS = {
    "english": " e s es ed ing".split(" "),
    "russian": (
        " а ам ами ах ая е ев ей ем ы ые ый ым ыми ых и ие ий им ими их ия ию ией ии ью ь й о ов ого ое ой ом ому ою у "
        "ую ю юю я ям ями ях яя л ла ло ли ть т ят ет ют ут ит"
    ).split(" "),
}
# Snowball's lists, which PostgreSQL uses: both databases ignore the same words.
STOP_WORDS = frozenset(
    """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
    it its itself they them their theirs themselves what which who whom this that these those am is are was were be
    been being have has had having do does did doing a an the and but if or because as until while of at by for with
    about against between into through during before after above below to from up down in out on off over under
    again further then once here there when where why how all any both each few more most other some such no nor not
    only own same so than too very s t can will just don should now
    и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот от меня
    еще нет о из ему теперь когда даже ну вдруг ли если уже или ни быть был него до вас нибудь опять уж вам ведь там
    потом себя ничего ей может они тут где есть надо ней для мы тебя их чем была сам чтоб без будто чего раз тоже
    себе под будет ж тогда кто этот того потому этого какой совсем ним здесь этом один почти мой тем чтобы нее
    сейчас были куда зачем всех никогда можно при наконец два об другой хоть после над больше тот через эти нас про
    всего них какая много разве три эту моя впрочем хорошо свою этой перед иногда лучше чуть том нельзя такой им
    более всегда конечно всю между
    """.split()
)


@dataclass(frozen=True)
class Term:
    """A word, or several that follow each other."""

    words: tuple[str, ...]

    @property
    def is_phrase(self) -> bool:
        return len(self.words) > 1

    @property
    def is_foreign(self) -> bool:
        """Whether it is one word with letters that neither English nor Russian has."""
        return not (self.is_phrase or ENGLISH.fullmatch(self.words[0]) or RUSSIAN.fullmatch(self.words[0]))

    def forms(self) -> tuple[set[str], set[str]]:
        """Return the spellings of one word where a database can't stem: whole words, and beginnings of words."""
        word = self.words[0]
        language = "english" if ENGLISH.fullmatch(word) else "russian" if RUSSIAN.fullmatch(word) else None
        if word.isdecimal() or len(word) < 3 or word in STOP_WORDS:
            return {word}, set()
        if language is None:
            return set(), {word}
        stemmer = snowballstemmer.stemmer(language)  # it has a state, so there is one for each word: threads
        stem = stemmer.stemWord(word)
        if len(stem) < 3:
            return {word}, set()
        stems = {stem} | _respelled(stem)
        if len(stem) > SHORT:
            return set(), stems if word.startswith(tuple(stems)) else stems | {word}
        forms = {variant + ending for variant in stems for ending in ENDINGS[language]}
        forms |= {stem + stem[-1] + "ed", stem + stem[-1] + "ing"} if language == "english" else set()
        return {word} | {form for form in forms if stemmer.stemWord(form) == stem}, set()  # “some” is no form of “som”


@dataclass(frozen=True)
class Query:
    """A reader's query; without ``terms`` it finds nothing."""

    terms: tuple[Term, ...]
    unwanted: tuple[Term, ...]
    in_headlines: bool = False  # True if it has only stop words, which are indexed for headlines as they were written


def parse(text: str) -> Query:
    """Return the query in ``text``; any text is valid, but may find nothing."""
    terms: dict[bool, list[Term]] = {False: [], True: []}
    common: list[Term] = []
    words_left = MOST_WORDS
    for match in TERM.finditer(unicodedata.normalize("NFC", text[:MOST_LETTERS]).translate(QUOTES)):
        part = words(match["phrase"] or match["word"] or match["tail"] or "")[:words_left]
        if not STOP_WORDS.issuperset(part):
            terms[bool(match["minus"])].append(Term(tuple(part)))
            words_left -= len(part)
        elif part and not match["minus"]:
            common.append(Term(tuple(part)))
    if terms[False]:
        return Query(tuple(terms[False]), tuple(terms[True]))
    return Query(tuple(common[:MOST_WORDS]), tuple(terms[True]), in_headlines=True)


def _respelled(stem: str) -> set[str]:
    """Return the spellings of which Snowball's English stem is short: city for citi, making for make."""
    if stem.endswith("i"):
        return {stem[:-1] + "y"}
    return {stem[:-1] + "ing", stem + "d"} if stem.endswith("e") else set()
