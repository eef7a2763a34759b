"""The texts of made-up articles and their sections, tags and authors: as uneven as in a real newsroom, always the same.

One section has four of ten articles, most articles have one of a few tags, and few authors write a lot: a page that is
fast for the average tag may be slow for a real one.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

SHARES = (42, 14, 10, 8, 6, 5, 4, 3.5, 3, 2, 1.5, 1)  # of a hundred articles, each section's
AUTHORS, TAGS, PICTURES = 60, 500, 24
CHOICES = 5003  # different ones; no multiple of how many texts there are
PATTERNS = 500  # different texts
WORDS = "steppe market river summit border price valley school road minister harvest train tax loan gas song".split()
COMMON = "government"  # in three of ten whole texts
SMALL_WORDS = "the of and to in a that for on with as by at from is was were has had it its this be which".split()
SYLLABLES = "ka ro mi ten sal vor bek ast lun dra pi sho mar gul rek tan ibe nor zay kul".split()


@dataclass(frozen=True)
class Choice:
    """The section, tags, authors and picture of an article, each as its place in a list."""

    section: int
    tags: tuple[int, ...]
    authors: tuple[int, ...]
    picture: int


@cache
def choices() -> list[Choice]:
    """Return the choices of articles number 0, 1, 2 …; after ``CHOICES`` articles they begin again."""
    chance = random.Random("choices")
    return [
        Choice(
            chance.choices(range(len(SHARES)), SHARES)[0],
            _some(chance, TAGS, chance.randint(3, 5), steep=1.0),
            _some(chance, AUTHORS, chance.choice((1, 1, 1, 2)), steep=0.6),
            chance.randrange(PICTURES),
        )
        for _ in range(CHOICES)
    ]


def short_text(number: int) -> str:
    """Return fifty-nine words, which are fast to write: for a large archive of which only lists are measured."""
    return " ".join(WORDS[(number * step) % len(WORDS)] for step in range(1, 60))


def body(number: int) -> str:
    """Return a whole text of 600 to 900 words, with subheads, quotes and links."""
    chance, parts, written = random.Random(f"text {number}"), [], 0
    word_count = chance.randint(600, 900)
    while written < word_count:
        sentences = [_sentence(chance) for _ in range(chance.randint(2, 5))]
        written += sum(len(sentence.split()) for sentence in sentences)
        parts.append(_block(chance, len(parts), sentences))
    if chance.random() < 0.3:
        parts.append(f"<p>The {COMMON} declined to comment.</p>")
    return "".join(parts)


def _block(chance: random.Random, place: int, sentences: list[str]) -> str:
    if place % 5 == 4:
        return f"<h2>{_sentence(chance)[:40].strip()}</h2><p>{' '.join(sentences)}</p>"
    if place == 3:
        return f"<blockquote><p>{' '.join(sentences)}</p></blockquote>"
    if place % 3 == 1:
        sentences[0] = f'<a href="https://example.org/{place}/">{sentences[0]}</a>'
    if place % 3 == 2:
        sentences[-1] = f"<strong>{sentences[-1]}</strong>"
    return f"<p>{' '.join(sentences)}</p>"


def _sentence(chance: random.Random) -> str:
    words, weights = _vocabulary()
    sentence_words = chance.choices(words, cum_weights=weights, k=chance.randint(9, 24))
    return (
        " ".join(chance.choice(SMALL_WORDS) if chance.random() < 0.4 else word for word in sentence_words).capitalize()
        + "."
    )


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Return words and their cumulative weights: the tenth word is used a tenth as often as the first."""
    chance = random.Random("words")
    vocabulary = {"".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))): None for _ in range(9000)}
    return list(vocabulary), _by_rank(len(vocabulary), 1.0)


def _some(chance: random.Random, number: int, most: int, *, steep: float) -> tuple[int, ...]:
    """Return ``most`` different places of ``number``, the first ones far more often than the last."""
    places: set[int] = set()
    while len(places) < most:
        places.update(chance.choices(range(number), cum_weights=_by_rank(number, steep), k=most - len(places)))
    return tuple(sorted(places))


@cache
def _by_rank(number: int, steep: float) -> list[float]:
    return list(accumulate((rank + 1) ** -steep for rank in range(number)))


def texts() -> Iterator[tuple[int, str]]:
    """Yield the number and the short text of each pattern."""
    return ((number, short_text(number)) for number in range(PATTERNS))
