"""What reads typed text takes time that grows with its length alone: each function, each kind of odd text, in CPU."""

import time
from contextlib import suppress
from itertools import count

from django import forms
from django.contrib import admin
from django.test import RequestFactory, SimpleTestCase, TestCase

from articles import folding, text
from articles.admin.article import autosaves, recovery
from articles.admin.article.form import TagsField
from articles.body import charts, footnotes, markup, pull_quotes, references, series
from articles.desk import text_diff, text_merge
from articles.desk.people import passwords
from articles.desk.readiness import closed, words
from articles.desk.text_diff.blocks import blocks_of_body
from articles.desk.text_diff.matching import rows_of
from articles.models import Article, Autosave
from articles.models.copy import validate_body
from articles.search import query
from articles.tests.factories import make_article, make_chief, make_section
from ground import alphabets, characters
from newsroom.desk import form_values

SECONDS, SHARE = 2.0, 12  # of CPU for the longest text; of whose length the texts here have a twelfth
SIZE = markup.LONGEST // SHARE
NOTE, QUOTE = '<span data-footnote="">', '<aside data-pull-quote=""><p>a</p><p data-speaker="name">'
PIECES = {  # repeated until a text is long
    **{f"open {tag}": f"<{tag}>" for tag in ("p", "b", "ul><li", "table><tr><td", "h2", "blockquote", "figure", "div")},
    **{f"raw {tag}": f"<{tag}>" for tag in ("script", "textarea", "svg><title", "math><mi", "template", "select")},
    "closed tags": "</p>",
    "half tags": "<",
    "quotes": '"',
    "half attributes": '<a href="',
    "attributes": '<a b="c" ',
    "apostrophes in tags": "<p '",
    "ampersands": "&",
    "half entities": "&#",
    "entities": "&#x41;",
    "half comments": "<!--",
    "comments": "<!-- -->",
    "odd comments": "<!--->-",
    "links": '<a href="https://a.example/">b</a> ',
    "open links": '<a href="https://a.example/">',
    "footnotes": f"{NOTE}a</span>",
    "open footnotes": f"{NOTE}a ",
    "pull quotes": f"{QUOTE}b</p></aside>",
    "open pull quotes": QUOTE,
    "pictures": '<figure data-image="1"><figcaption>a</figcaption></figure>',
    "open pictures": '<figure data-image="1"><figcaption>',
    "charts": '<figure data-chart="KGS/USD 3m"></figure>',
    "rates": '<data data-rate="KGS/USD">a</data>',
    "open rates": '<data data-rate="KGS/USD">',
    "empty paragraphs": "<p></p>",
    "items": "<li>",
    "alternating words": "a b ",
    "one word": "a",
    "spaces": " ",
    "lines": "\r\n",
    "accents": "\u0301",
    "accents in another order": "a\u0301\u0316\u0301",
    "from the right": "\u05d0\u200f",
    "marks of direction": "\u200f",
    "joiners": "\u200d",
    "families": "\U0001f468\u200d",
    "flags": "\U0001f3f4\U000e0061",
    "soft hyphens": "a\xad",
    "NULs": "\0",
    "digits": "1",
    "brackets": "[",
    "brackets with capitals": "[AA ",
    "marks of footnotes": "[^1]",
    "joined words": "a-b'",
    "commas": "a,",
}
# A pattern that takes as much as it can and then misses its end begins anew at each letter.
ENCLOSED = ("digits", "spaces", "quotes", "commas", "half tags", "ampersands", "accents")
TYPED = {  # functions that see what was typed
    "normalise": characters.normalise,
    "normalise_html": characters.normalise_html,
    "visible": characters.visible,
    "clean": markup.clean,
    "validate_body": validate_body,
    "key": folding.key,
    "slug": text.make_slug,
    "spell": alphabets.spell,
    "links": text.validate_links,
    "tags": TagsField(required=False).clean,
    "typed text": text.TypedText(required=False, max_length=500).clean,
    "marked": lambda typed: form_values.marked(typed, typed[::-1]),
    "marked_words": lambda typed: text_diff.marked_words(typed, typed[1:] + "a"),
    "terms": query.parse,
    "common passwords": passwords.CommonInDisguise().validate,
}
CLEANED = {  # functions that see a body once it is cleaned
    "plain_text": markup.plain_text,
    "count_words": markup.count_words,
    "links_of_body": markup.links_of_body,
    "numbered": footnotes.numbered,
    "without_speaker": lambda html: pull_quotes.tidy_pull_quotes(footnotes.tidy_footnotes(html)),
    "patterns of checks": lambda html: [
        pattern.findall(html) for pattern in (words.ASIDE, words.HEADING, words.LEFTOVER, words.TYPED_MARK)
    ],
    "nowhere": closed.nowhere,
    "charts": charts.too_many,
    "thaw": references.thaw_rates,
    "series": lambda html: series.write_series(html, lambda match: match[0]),
    "as_editor_writes": text_merge.as_editor_writes,
    "differences": lambda html: rows_of(blocks_of_body(html), blocks_of_body(f"<p>a</p>{html[: len(html) // 2]}")),
    "merge": lambda html: text_merge.merge_body(html, f"<p>a</p>{html}", f"{html}<p>b</p>"),
}

COMPARING = {"marked", "marked_words", "differences", "merge"}  # their work is bounded, whatever the length


def taken(function, typed):
    """The CPU seconds that ``function`` takes."""
    begin = time.thread_time()
    with suppress(forms.ValidationError):
        function(typed)
    return time.thread_time() - begin


def pace():
    """How many times longer this machine takes now than the one that the seconds are of, by a fixed piece of work."""
    begin = time.thread_time()
    for _number in range(1_000_000):
        pass
    return max(1.0, (time.thread_time() - begin) / 0.03)


def long_text(piece, size=SIZE):
    return (piece * (size // len(piece) + 1))[:size]


class BoundsTests(SimpleTestCase):
    def slow(self, functions, texts):
        """Return which of ``functions`` take too long for which of ``texts``, with their CPU seconds."""
        slow, cases = {}, count()
        for kind, typed in texts.items():
            for name, function in functions.items():
                next(cases)
                limit = SECONDS if name in COMPARING else SECONDS / SHARE
                if (seconds := taken(function, typed)) > limit:
                    seconds = min(seconds, *(taken(function, typed) / pace() for _again in range(3)))
                if seconds > limit:
                    slow[name, kind] = round(seconds, 2)
        return slow, next(cases)

    def test_no_function_takes_long_for_odd_texts(self):
        typed = {kind: long_text(piece) for kind, piece in PIECES.items()}
        typed |= {f"{kind} between letters": f"a{typed[kind]}a" for kind in ENCLOSED}
        slow, cases = self.slow(TYPED, typed)
        cleaned = {kind: markup.clean(html)[: 2 * SIZE] for kind, html in typed.items()}
        slow_with_bodies, more_cases = self.slow(CLEANED, cleaned)
        assert slow | slow_with_bodies == {}
        assert cases + more_cases > 600

    def test_the_longest_body_takes_no_longer_than_it_may(self):
        for typed in ("<p>" * 90_000, ("<b>" * 1001 + "<" + "a" * markup.LONGEST)[: markup.LONGEST], long_text("a b ")):
            begin = time.thread_time()
            markup.clean(typed)
            assert (time.thread_time() - begin) / pace() < SECONDS


class OffersTests(TestCase):
    def test_texts_that_were_refused_are_not_compared_each_time_that_a_form_is_opened(self):
        user, article = make_chief(), make_article(section=make_section(), body="<p>a b</p>" * 20_000)
        for number in range(recovery.MOST_OFFERED):
            fields = {"headline": ["Road"], "body": ["<p>b a, </p>" * 75_000], "version": ["1"]}
            autosaves.keep_autosave(user, article, f"window-{number}", 1, fields)
        pks = list(Autosave.objects.values_list("pk", flat=True))
        request = RequestFactory().get("/")
        request.user = user
        form_class = admin.site.get_model_admin(Article).get_form(request, None)
        begin = time.thread_time()
        offers = recovery._offers(form_class, article, pks)
        assert (time.thread_time() - begin) / pace() < SECONDS
        assert len(offers) == recovery.MOST_OFFERED
        assert "too many to be compared" in str(offers[0].changes)
