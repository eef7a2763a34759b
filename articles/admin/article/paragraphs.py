"""Paragraphs that two people changed: a question about each, whose answers may keep both."""

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
    """Both texts of one place, and which of them was chosen; ``name`` is the field of the form."""

    name: str
    theirs: SafeString
    mine: SafeString
    stretch: Stretch
    chosen: str

    @property
    def choices(self):
        """Return value, label and whether it is chosen of each radio button."""
        ways = self.stretch.ways.items()
        return [(way, LABELS[way] if text else WITHOUT[way], way == self.chosen) for way, text in ways]


def paragraph_questions(base, mine, theirs, post):
    """Return a question for each place both changed, and the text by the answers in ``post``; None if some lack."""
    stretches = text_merge.stretches(base, mine, theirs)
    open_stretches = [stretch for stretch in stretches if stretch.taken is None]
    if len(open_stretches) > MOST:
        return [], None
    names = list(_names(open_stretches))
    chosen = [_choice(post.get(name, ""), stretch) for name, stretch in zip(names, open_stretches, strict=True)]
    text = series.keep_apart(text_merge.merged_body(stretches, chosen), mine, theirs) if all(chosen) else None
    questions = [
        ParagraphQuestion(*about) for about in zip(names, *_shown(open_stretches), open_stretches, chosen, strict=True)
    ]
    return questions, text


def _names(stretches):
    """Yield a field name for each stretch, made of its two texts, so that an answer counts for these texts alone."""
    counts: Counter[str] = Counter()
    for stretch in stretches:
        digest = hashlib.sha256(f"{stretch.theirs}\0{stretch.mine}".encode()).hexdigest()[:16]
        counts[digest] += 1
        yield f"_paragraph_{digest}_{counts[digest]}"


def _choice(answer, stretch):
    return answer if answer in stretch.ways else ""


def _shown(stretches):
    """Yield their texts, then mine, as HTML, with changes marked where the text before them is known."""
    for side in ("theirs", "mine"):
        texts = [getattr(stretch, side) for stretch in stretches]
        yield [
            text_diff.prose(text if stretch.base is None else stretch.base, text)
            for stretch, text in zip(stretches, texts, strict=True)
        ]
