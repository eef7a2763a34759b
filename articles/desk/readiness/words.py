"""The checks of an article's text."""

import re
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from articles.body import charts, footnotes, references
from articles.body.markup import plain_text
from articles.desk.readiness.problem import Problem
from articles.models import Article, Check
from articles.models.copy import texts_by_field

LONGEST_HEADLINE, LONGEST_STANDFIRST = 110, 160
MOST_NAMED = 8  # of one kind in one text
AROUND = 24  # characters shown on either side of a leftover
ASIDE = re.compile(r"<aside\b.*?</aside>", re.DOTALL)
PULL_QUOTE = re.compile(r'<aside data-pull-quote="">.*?</aside>', re.DOTALL)
HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.DOTALL)
TYPED_MARK = re.compile(r"\[\^?\d{1,3}\]")
# Whole words. In capitals where small letters are words: tk is Turkmen, xxx and todo are Spanish or a kiss.
# Marks of comments follow what they are about: “said[a]” (Docs), “said[AT1]” (Word), “said[Comment 2]”.
COMMENT = r"(?<=[\w.,;:!?…)»”’%])\[(?:[a-z]{1,2}|[^\W\d_]{1,4}\d{1,3}|[Cc]omment:? ?[^\W_]{0,12})\](?!\w)"
LEFTOVER = re.compile(
    rf"{COMMENT}|"
    r"(?<!\w)(?:TK(?:TK)*|XXX+|TODO|FIXME|[Ll](?:orem ipsum|OREM IPSUM))(?!\w)"
    r"|\[(?:\s*|…|\.{3}|\?+|[^\W\d_a-z]{2,}(?: [^\W\d_a-z]{2,})*)\]"
)


def word_problems(article: Article) -> Iterator[Problem]:
    yield from _lengths(article)
    if not article.bylines.exists():
        yield Problem("bylines", _("Add a byline: readers want to know who wrote it."), Check.BYLINE)
    if not article.tag_rows.exists():
        yield Problem("tags", _("Add a tag: it leads readers to more of the same."), Check.TAGS)
    yield from _headings(article.body)
    yield from _rates(article)
    yield from _footnotes(article.body)
    yield from _leftovers(article)


def _lengths(article: Article) -> Iterator[Problem]:
    length = len(article.headline)
    if length > LONGEST_HEADLINE:
        text = _("Shorten the headline: it has %(length)d characters, and lists cut it off after %(most)d.")
        yield Problem("headline", text % {"length": length, "most": LONGEST_HEADLINE}, Check.HEADLINE_LENGTH)
    length = len(article.standfirst)
    if not article.standfirst.strip():
        yield Problem("standfirst", _("Write a standfirst: a sentence that says why to read on."), Check.STANDFIRST)
    elif length > LONGEST_STANDFIRST:
        text = _("Shorten the standfirst: it has %(length)d characters; %(most)d are enough.")
        yield Problem("standfirst", text % {"length": length, "most": LONGEST_STANDFIRST}, Check.STANDFIRST)
    if not article.standfirst.strip() and not article.seo_description.strip():
        text = _("Write a description for search engines, or a standfirst, which takes its place.")
        yield Problem("seo_description", text, Check.DESCRIPTION)


def _headings(body: str) -> Iterator[Problem]:
    """Yield problems with the order of headings; fact boxes are left out, as they have headings of their own."""
    seen_large = False
    for size, inner in HEADING.findall(ASIDE.sub("", body))[: MOST_NAMED * 10]:
        words = plain_text(inner)
        if not words:
            yield Problem("body", _("Write the empty heading, or take it out."), Check.HEADING_ORDER)
        elif size == "3" and not seen_large:
            text = _("“%(heading)s” is a smaller heading with no heading above it: make it a heading, or add one.")
            yield Problem("body", text % {"heading": words}, Check.HEADING_ORDER, place=words)
            return  # those after it are wrong for the same reason
        seen_large |= size == "2"


def _rates(article: Article) -> Iterator[Problem]:
    for pair in references.unknown_pairs(article.body, timezone.now(), article.language):
        text = _("There is no rate of %(pair)s: readers will see the pair without a value.") % {"pair": pair}
        yield Problem("body", text, Check.RATES, place=pair)
    for chart in charts.unknown_charts(article.body, timezone.now()):
        text = _("There are no two rates of %(pair)s in the days of a chart: readers will not see it.")
        yield Problem("body", text % {"pair": chart.pair}, Check.RATES)
    if charts.too_many(article.body):
        text = _("There are more than %(most)d charts of rates: readers see the first %(most)d.")
        yield Problem("body", text % {"most": charts.MOST}, Check.RATES)


def _footnotes(body: str) -> Iterator[Problem]:
    """Yield footnotes that are empty or stand where no mark can lead to them, and marks that were typed as text."""
    for place, html in _places_of_footnotes(body)[:MOST_NAMED]:
        words = plain_text(footnotes.without_footnotes(html))
        if place == "empty":
            text = _("The footnote after “%(words)s” says nothing: write it, or take it out.")
        elif place == "heading":
            text = _("Move the footnote out of the heading “%(words)s” into the text below it.")
        else:
            text = _("Move the footnote out of the pull quote “%(words)s”: not all readers are led to it there.")
        yield Problem("body", text % {"words": words}, Check.FOOTNOTES, place=words)
    for mark in list(dict.fromkeys(TYPED_MARK.findall(plain_text(body))))[:MOST_NAMED]:
        text = _(
            "“%(mark)s” is no footnote but text: readers can't get from it to the note. Use the button “Footnote”."
        )
        yield Problem("body", text % {"mark": mark}, Check.FOOTNOTES, place=mark)


def _places_of_footnotes(body: str) -> list[tuple[str, str]]:
    """Return where footnotes are wrong, with the text there."""
    if footnotes.OPENING not in body:
        return []
    places = [("heading", inner) for _size, inner in HEADING.findall(body) if footnotes.OPENING in inner]
    places += [("pull quote", aside) for aside in PULL_QUOTE.findall(body) if _is_hidden_note(aside)]
    empty = footnotes.OPENING + footnotes.CLOSING
    before = body.split(empty)[:-1]
    return places + [("empty", footnotes.without_footnotes(text)[-AROUND:].rpartition(">")[2]) for text in before]


def _is_hidden_note(aside: str) -> bool:
    """Return whether a pull quote has a footnote that screen readers can't reach: they only read one with a speaker."""
    return footnotes.OPENING in aside and "data-speaker" not in aside


def _leftovers(article: Article) -> Iterator[Problem]:
    for field, text in texts_by_field(article).items():
        leftovers: set[str] = set()
        for match in LEFTOVER.finditer(text):
            if match[0] in leftovers or len(leftovers) == MOST_NAMED:
                continue
            leftovers.add(match[0])
            template = _("“%(leftover)s” is left over in “%(words)s”: put in what belongs there, or take it out.")
            params = {"leftover": match[0], "words": _around(text, match)}
            yield Problem(field, template % params, Check.LEFTOVERS, place=match[0])


def _around(text: str, match: re.Match) -> str:
    start, end = max(0, match.start() - AROUND), min(len(text), match.end() + AROUND)
    excerpt = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{excerpt}{'…' if end < len(text) else ''}"
