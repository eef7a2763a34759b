"""Paragraphs that two people changed: each is asked about by itself, and those of both can be kept."""

import hashlib
from collections import Counter
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from articles.body import series
from articles.desk import text_diff, text_merge
from articles.desk.text_merge import Stretch

CHOICE = "paragraphs"  # the choice of a field that is put together from these
MOST = 100  # questions of one text; where there are more, one of the texts is taken, or their merge
LABELS = {
    "theirs": gettext_lazy("Theirs"),
    "mine": gettext_lazy("Mine"),
    "theirs_mine": gettext_lazy("Both: theirs, then mine"),
    "mine_theirs": gettext_lazy("Both: mine, then theirs"),
}
WITHOUT = {"theirs": gettext_lazy("Theirs: without it"), "mine": gettext_lazy("Mine: without it")}


@dataclass(frozen=True)
class ParagraphQuestion:
    """What each has in one place, and what of it is to be kept; ``name`` is the form's field."""

    name: str
    theirs: SafeString
    mine: SafeString
    stretch: Stretch
    chosen: str

    @property
    def choices(self):
        """Value, label and whether it is chosen, for a row of radio buttons."""
        ways = self.stretch.ways.items()
        return [(way, LABELS[way] if text else WITHOUT[way], way == self.chosen) for way, text in ways]


def paragraph_questions(base, mine, theirs, post):
    """The questions that two texts leave, and the text that the answers in ``post`` make; None if some lack."""
    found = text_merge.stretches(base, mine, theirs)
    asked = [one for one in found if one.taken is None]
    if len(asked) > MOST:
        return [], None
    names = list(_names(asked))
    chosen = [_choice(post.get(name, ""), one) for name, one in zip(names, asked, strict=True)]
    text = series.keep_apart(text_merge.merged_body(found, chosen), mine, theirs) if all(chosen) else None
    questions = [ParagraphQuestion(*about) for about in zip(names, *_shown(asked), asked, chosen, strict=True)]
    return questions, text


def _names(asked):
    """A name for each by what it asks: an answer counts for these very words alone, whoever typed on meanwhile."""
    seen: Counter[str] = Counter()
    for one in asked:
        digest = hashlib.sha256(f"{one.theirs}\0{one.mine}".encode()).hexdigest()[:16]
        seen[digest] += 1
        yield f"_paragraph_{digest}_{seen[digest]}"


def _choice(given, stretch):
    return given if given in stretch.ways else ""


def _shown(asked):
    """Both sides of each, for people to read: with what it changed marked, where it is known what there was before."""
    for side in ("theirs", "mine"):
        texts = [getattr(one, side) for one in asked]
        yield [
            text_diff.prose(text if one.base is None else one.base, text)
            for one, text in zip(asked, texts, strict=True)
        ]
