"""Who says a pull quote: kept with its words, and told to readers, feeds, search and whoever compares."""

from django.test import SimpleTestCase, TestCase

from articles.body import footnotes, pull_quotes
from articles.body.markup import clean, plain_text
from articles.desk import text_diff
from articles.desk.readiness import words
from articles.public import rendering
from articles.tests.factories import make_edition


def quote(words, *speaker):
    lines = "".join(
        f'<p data-speaker="{part}">{line}</p>' for part, line in zip(("name", "role"), speaker, strict=False)
    )
    return f'<aside data-pull-quote="">{words}{lines}</aside>'


WALK = quote("<p>We walk at night</p>", "Aigul Asanova", "a herder")


class TidyTests(SimpleTestCase):
    def test_speaker_stands_after_the_words_once_and_in_one_line(self):
        for typed, kept in [
            (WALK, WALK),
            (quote("Words"), quote("Words")),
            (quote("Words", "Aigul"), quote("Words", "Aigul")),
            (
                '<aside data-pull-quote="x"><p data-speaker="role">r</p><p data-speaker="name">n</p>w</aside>',
                quote("w", "n", "r"),
            ),
            (
                '<aside data-pull-quote=""><p>w</p><p data-speaker="role">a herder</p></aside>',
                quote("<p>w</p>", "a herder"),
            ),
            (
                quote("w", "one", "two")[:-8] + '<p data-speaker="name">three</p></aside>',
                quote("w<p>three</p>", "one", "two"),
            ),
            (quote("w", "<strong>Ai</strong>gul<br>Asanova "), quote("w", "Aigul Asanova")),
            (quote("w", f"Aigul{footnotes.OPENING}so named{footnotes.CLOSING}"), quote("w", "Aigul (so named)")),
            (quote("w", " "), quote("w")),
            ('<p data-speaker="name">Aigul</p>', "<p>Aigul</p>"),
            (
                '<aside data-fact-box=""><p data-speaker="name">A</p></aside>',
                '<aside data-fact-box=""><p>A</p></aside>',
            ),
            ('<p data-speaker="owner">Aigul</p>', "<p>Aigul</p>"),
        ]:
            with self.subTest(typed):
                assert clean(typed) == kept
                assert clean(kept) == kept

    def test_many_half_open_ones_are_looked_through_once(self):
        html = '<aside data-pull-quote=""><p data-speaker="name">' * 20_000
        assert pull_quotes.tidy_pull_quotes(html) == '<aside data-pull-quote=""><p>' * 20_000
        html = f'<aside data-pull-quote="">{"<p data-speaker=" * 50_000}</aside>'
        assert pull_quotes.tidy_pull_quotes(html) == html

    def test_search_and_counting_read_the_speaker_in_lines_of_their_own(self):
        assert plain_text(WALK) == "We walk at night\nAigul Asanova\na herder"


class ShownTests(TestCase):
    def test_with_a_speaker_it_is_a_quotation_for_everybody(self):
        html = rendering.body(WALK)
        assert html == (
            '<figure class="pull-quote"><blockquote><p>We walk at night</p></blockquote><figcaption>'
            '<span class="speaker"><bdi>Aigul Asanova</bdi></span> <span class="role"><bdi>a herder</bdi></span>'
            "</figcaption></figure>"
        )
        assert '<span class="role"' not in rendering.body(quote("We walk", "Aigul"))

    def test_without_a_speaker_it_repeats_the_text_as_it_did(self):
        assert rendering.body(quote("We walk")) == '<aside class="pull-quote" aria-hidden="true">We walk</aside>'

    def test_speaker_of_nothing_is_not_shown(self):
        assert rendering.body("<p>x</p>" + quote("<p></p>", "Aigul")).endswith("x</p>")

    def test_words_from_the_right_keep_their_direction(self):
        html = rendering.body(quote("<p>نمشي في الليل معا</p>", "عائشة", "herder"))
        assert '<blockquote><p dir="auto">' in html
        assert '<span class="speaker"><bdi>عائشة</bdi></span>' in html

    def test_names_are_written_as_they_are_typed(self):
        html = rendering.body(clean(quote("<p>a &amp; b</p>", "Smith &amp; &lt;Sons&gt;")))
        assert "<bdi>Smith &amp; &lt;Sons&gt;</bdi>" in html

    def test_feeds_have_it_as_a_quotation_and_leave_out_what_repeats(self):
        body = f"<p>Text.</p>{WALK}{quote('Bare', 'Aigul')}{quote('Repeated')}"
        (write,) = rendering.for_feeds([make_edition(body=body)], "https://paper.example")
        assert write() == (
            "<p>Text.</p><blockquote><p>We walk at night</p><p>— <cite>Aigul Asanova</cite>, a herder</p></blockquote>"
            "<blockquote><p>Bare</p><p>— <cite>Aigul</cite></p></blockquote>"
        )

    def test_a_note_in_it_can_be_come_to_where_it_has_a_speaker(self):
        note = f"{footnotes.OPENING}In May.{footnotes.CLOSING}"
        found = rendering.body(quote(f"<p>We walk{note}</p>", "Aigul"))
        assert 'href="#footnote-1"' in found
        assert not words._places_of_footnotes(quote(f"<p>We walk{note}</p>", "Aigul"))
        assert words._places_of_footnotes(quote(f"<p>We walk{note}</p>"))


class ComparingTests(TestCase):
    def test_another_speaker_is_a_change_of_the_speaker_alone(self):
        marked = str(text_diff.prose(WALK, quote("<p>We walk at night</p>", "Aigul Tash", "a herder")))
        assert "<del>Asanova</del>" in marked
        assert "<ins>Tash</ins>" in marked
        assert "at-speaker" in marked
        assert marked.count("<ins>") == marked.count("<del>") == 1

    def test_a_quote_is_the_same_with_and_without_a_paragraph_around_its_words(self):
        assert not text_diff.Comparison(quote("We walk"), quote("<p>We walk</p>"))
