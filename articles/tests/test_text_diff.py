"""Two texts told apart: words in the running text, whatever the texts are, and never HTML that was typed."""

import json
import re
import time
from difflib import SequenceMatcher
from html.parser import HTMLParser
from pathlib import Path
from unittest import mock

import hypothesis.extra.django
import nh3
from django.conf import settings as settings_of_project
from django.test import SimpleTestCase, TestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.body import markup
from articles.desk import revisions, text_diff, text_merge
from articles.desk.text_diff import blocks, matching
from articles.tests.factories import make_article, make_author, make_image, make_section

TAGS = "<p> </p> <h2> </h2> <ul> <li> </li> </ul> <ol> </ol> <table> <tr> <td> <th> </table> <figure> </figure>".split()
TAGS += ['<a href="https://a.example/">', "</a>", "<strong>", "</strong>", "<br>", "<script>", "&amp;", "&#0;", "\0"]
TAGS += ['<figure data-image="7">', "<figcaption>", '<aside data-fact-box="">', "</aside>", "<blockquote>", "\ud800"]
html = st.lists(st.one_of(st.sampled_from(TAGS), st.text(max_size=8), st.sampled_from(["lake ", "and "]))).map("".join)
OURS = {"p", "li", "ul", "blockquote", "div", "span", "ins", "del", "strong", "em", "sup", "sub", "br"}
OURS |= {"details", "summary"}


class Outline(HTMLParser):
    """Fails at any tag that is not ours or does not close in order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.text = [], []
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        assert tag in OURS, tag
        assert {name for name, _value in attrs} <= {"class", "aria-hidden"}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def bare(html):
    """Only what marks a change, for an assertion one can read."""
    html = re.sub(r'<span class="(?:visually-hidden|moved)">.*?</span> ?', "", html)
    return re.sub(r' (?:class|aria-hidden)="[^"]*"', "", html)


class TokensTests(SimpleTestCase):
    def test_tags_words_spaces_and_punctuation(self):
        found = text_diff.tokens('<p>Don’t go &amp; <a href="/x/">stay</a>.</p>')
        assert found == [
            "<p>", "Don’t", " ", "go", " ", "&amp;", " ", '<a href="/x/">', "stay", "</a>", ".", "</p>",
        ]  # fmt: skip

    @given(st.text())
    def test_joined_they_are_the_input(self, text):
        assert "".join(text_diff.tokens(text)) == text


class ProseTests(TestCase):
    def prose(self, before, after, **options):
        return bare(text_diff.prose(before, after, **options))

    def test_changed_words_are_marked_in_the_running_text(self):
        shown = self.prose("<p>The lake is cold today.</p>", "<p>The lake is warm today.</p>")
        assert shown == "<p>The lake is <del>cold</del> <ins>warm</ins> today.</p>"

    def test_nothing_is_marked_where_nothing_changed(self):
        body = "<p>The lake is cold.</p><ul><li>One</li></ul>"
        assert self.prose(body, body) == "<p>The lake is cold.</p><ul><li>One</li></ul>"
        assert not text_diff.Comparison(body, body)

    def test_new_and_lost_paragraphs_are_marked_whole(self):
        shown = self.prose("<p>One stays.</p><p>Gone.</p>", "<p>One stays.</p><p>Quite another text came.</p>")
        assert shown == "<p>One stays.</p><p><del>Gone.</del></p><p><ins>Quite another text came.</ins></p>"

    def test_what_happened_is_said_in_words_too(self):
        shown = text_diff.prose("<p>Going soon.</p><p>It is cold today here.</p>", "<p>It is warm today here.</p>")
        assert '<span class="visually-hidden">Removed:</span>' in shown
        assert '<span class="visually-hidden">Changed:</span>' in shown

    def test_punctuation_does_not_part_two_changes(self):
        shown = self.prose("<p>We saw red, green of all.</p>", "<p>We saw blue, grey of all.</p>")
        assert shown == "<p>We saw <del>red, green</del> <ins>blue, grey</ins> of all.</p>"

    def test_moved_paragraph_says_that_it_moved(self):
        one, two, three = "<p>First of them here.</p>", "<p>A second one is there.</p>", "<p>And then a third.</p>"
        shown = text_diff.prose(one + two + three, two + three + one)
        assert shown.count("Moved here:") == shown.count("Moved away from here:") == 1

    def test_paragraph_made_a_heading_says_what_it_was(self):
        shown = self.prose("<p>About the lake</p>", "<h2>About the lake</h2>")
        assert "About the lake" in shown
        assert "<del>paragraph</del> <ins>heading</ins>" in shown

    def test_lists_quotes_boxes_and_tables_stay_what_they_are(self):
        body = (
            "<ol><li>One</li><li>Two</li></ol><blockquote><p>Said</p></blockquote>"
            '<aside data-fact-box=""><h3>Facts</h3><p>Many</p></aside><table><tr><th>Name</th><td>Value</td></tr>'
            "</table>"
        )
        shown = self.prose(body, body)
        assert "<ul><li><span>1.</span> One</li><li><span>2.</span> Two</li></ul>" in shown
        assert "<blockquote><p>Said</p></blockquote>" in shown
        assert "<div><p>Facts</p><p>Many</p></div>" in shown
        assert "<div><p><span>│</span> Name<span>│</span> Value</p></div>" in shown

    def test_what_an_editor_in_the_browser_writes_otherwise_is_no_change(self):
        demo = json.loads((Path(settings_of_project.BASE_DIR) / "fixtures" / "demo.json").read_text())
        bodies = [row["fields"]["body"] for row in demo if row["fields"].get("body")]
        bodies.append("<table>\n<thead><tr>\n<th> Term </th>\n<th>Two <em>words</em></th></tr></thead>\n<tbody><tr>")
        bodies[-1] += "<td>Bid</td> <td>\n<p>One</p>\n<p>Two</p></td></tr></tbody></table>\n<ul><li>One</li>\n</ul>"
        assert len(bodies) > 30
        for body in bodies:
            assert blocks.blocks_of_body(body) == blocks.blocks_of_body(
                text_merge.as_editor_writes(markup.clean(body))
            ), body[:80]

    def test_a_changed_cell_is_marked_in_its_row(self):
        table = "<table><tr><td>Bishkek</td><td>{}</td></tr></table>"
        assert "<del>12</del><ins>15</ins>" in self.prose(table.format(12), table.format(15))

    def test_pictures_are_named_in_one_query(self):
        lake, hill = make_image(title="Lake at <dawn>"), make_image(title="Hill")
        figure = '<figure data-image="{}"><figcaption>The shore</figcaption></figure>'
        with self.assertNumQueries(1):
            shown = self.prose(figure.format(lake.pk), figure.format(hill.pk) + figure.format(99999))
        assert "Picture: Lake at &lt;dawn&gt;" in shown
        assert "Picture: Hill" in shown
        assert "Picture: number 99999" in shown

    def test_embed_is_named_by_its_address_and_so_is_the_picture_before_it(self):
        shown = self.prose("", '<figure data-embed="https://youtu.be/abcdefghijk"></figure>')
        assert "Embed: https://youtu.be/abcdefghijk" in shown
        bare, image = '<figure data-embed="https://t.me/a/1"{}></figure>', make_image(title="A crowd")
        shown = self.prose(bare.format(""), bare.format(f' data-poster="{image.pk}"'))
        assert "<ins" in shown
        assert "Picture: A crowd" in shown

    def test_link_that_leads_elsewhere_is_shown_as_such(self):
        link = '<p>See <a href="https://{}.example/">the report</a> of May.</p>'
        shown = self.prose(link.format("old"), link.format("new"))
        assert "<del>link to https://old.example/</del> <ins>link to https://new.example/</ins>" in shown
        assert "the report" in shown
        assert "<a" not in shown

    def test_powers_stay_powers_and_say_so_when_they_become_ones(self):
        shown = self.prose("<p>10<sup>6</sup> t</p>", "<p>10<sup>9</sup> t</p>")
        assert "<del><sup>6</sup></del>" in shown
        assert "<ins><sup>9</sup></ins>" in shown
        assert "[<ins>superscript</ins>]" in self.prose("<p>a b</p>", "<p>a <sup>b</sup></p>")

    def test_words_made_bold_say_so(self):
        shown = self.prose("<p>One two three</p>", "<p>One <strong>two</strong> three</p>")
        assert shown == "<p>One <span><strong>two</strong></span> <span>[<ins>bold</ins>]</span> three</p>"

    def test_unchanged_paragraphs_are_folded_with_their_number(self):
        same = "".join(f"<p>Paragraph {n} of the report.</p>" for n in range(14))
        shown = self.prose(same + "<p>It was cold there.</p>", same + "<p>It was warm there.</p>", fold=True)
        assert "… 13 paragraphs unchanged" in shown
        assert shown.index("</details>") < shown.index("Paragraph 13 of")

    def test_typed_html_never_reaches_the_page(self):
        bad = '<p onclick="x()">&lt;script&gt;alert(1)&lt;/script&gt;<img src=x onerror=y></p><script>z()</script>'
        for shown in (text_diff.prose("", bad), text_diff.prose(bad, ""), *text_diff.sides(bad, "<p>x</p>")):
            Outline(shown)
            assert "<script" not in shown

    def test_link_cannot_break_out_of_its_note(self):
        shown = text_diff.prose("", '<p><a href="https://a.example/?&quot;><b>">x</a></p>')
        Outline(shown)


class AnythingTests(hypothesis.extra.django.TestCase):
    @settings(max_examples=100, deadline=None)
    @given(html, html)
    def test_any_two_texts_are_compared_and_shown_clean(self, before, after):
        comparison = text_diff.Comparison(before, after)
        for shown in (comparison.prose(fold=True), comparison.prose(), *comparison.sides()):
            assert nh3.is_html(shown) or shown == "" or "<" not in shown
            Outline(shown)
        [pair for run in comparison.runs() for pair in run.pairs]
        Outline(text_diff.marked_words(before, after))

    @settings(max_examples=100, deadline=None)
    @given(html)
    def test_a_text_compared_with_itself_has_no_change(self, text):
        assert not text_diff.Comparison(text, text)

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.sampled_from("abcdefg")), st.lists(st.sampled_from("abcdefg")))
    def test_both_texts_can_be_read_out_of_the_comparison(self, before, after):
        ops = matching.ops_of([blocks.Token(x) for x in before], [blocks.Token(x) for x in after],
                              matching.Budget())  # fmt: skip
        assert [token.text for _same, old, _new in ops for token in old] == before
        assert [token.text for _same, _old, new in ops for token in new] == after


class SidesTests(TestCase):
    def test_left_shows_what_went_and_right_what_came(self):
        left, right = map(bare, text_diff.sides("<p>It is cold today.</p>", "<p>It is warm today.</p>"))
        assert left == "<p>It is <del>cold</del> today.</p>"
        assert right == "<p>It is <ins>warm</ins> today.</p>"


class SpeedTests(SimpleTestCase):
    """Ten thousand words, in shapes that bring simple ways of comparing to a halt."""

    def seconds(self, before, after):
        start = time.process_time()
        text_diff.prose(before, after)
        return time.process_time() - start

    def test_long_bodies_are_compared_quickly(self):
        many = [f"w{n}" for n in range(10_000)]
        other = [word if n % 2 else f"x{n}" for n, word in enumerate(many)]
        shapes = {
            "paragraphs": (self.paragraphs(many), self.paragraphs(other)),
            "one paragraph": (f"<p>{' '.join(many)}</p>", f"<p>{' '.join(other)}</p>"),
            "turned round": (self.paragraphs(many[:3000], 1), self.paragraphs(many[2999::-1], 1)),
            "always the same": ("<p>a b</p>" * 2000, "<p>b a</p><p>a</p>" * 1500),
            "two words": ("<p>" + "a b " * 5000, "<p>" + "b a a " * 4000),
        }
        for name, (before, after) in shapes.items():
            with self.subTest(name):
                assert self.seconds(before, after) < 5

    def paragraphs(self, words, size=50):
        return "".join(f"<p>{' '.join(words[n : n + size])}</p>" for n in range(0, len(words), size))

    def test_one_word_changed_in_every_long_paragraph_is_found_in_each(self):
        before = [f"<p>{' '.join(f'w{n}x{m}' for m in range(150))} som</p>" for n in range(60)]
        after = ["<p>Quite a new beginning.</p>", *(text.replace(" som", " tenge") for text in before)]
        shown = text_diff.prose("".join(before), "".join(after))
        assert shown.count("<del>som</del> <ins>tenge</ins>") == 60

    def test_coarser_answer_still_finds_what_is_there_once(self):
        many = [f"w{n}" for n in range(3000)]
        changed = [*many[:1500], "new", *many[1500:], "end"]
        with mock.patch.object(matching, "AT_ONCE", 10):
            shown = bare(text_diff.prose(f"<p>start {' '.join(many)}</p>", f"<p>begin {' '.join(changed)}</p>"))
        assert "<del>start</del><ins>begin</ins> w0" in shown
        assert " <ins>new</ins> w1500" in shown
        assert shown.count("<ins>") == 3

    def test_few_words_that_come_again_and_again_do_not_outlast_the_budget(self):
        before, after, budget = ["na"] * 400, ["na", "no"] * 200, matching.Budget()
        looks, real = [], SequenceMatcher.find_longest_match
        with mock.patch.object(SequenceMatcher, "find_longest_match", lambda *args: looks.append(1) or real(*args)):
            found = list(matching._matches(before, after, budget))
        assert 0 < len(looks) < 100
        assert budget.left >= 0
        assert all(before[i : i + n] == after[j : j + n] for i, j, n in found)


class CompareTests(TestCase):
    def test_each_field_that_differs_is_listed_with_names_in_words(self):
        news, culture = make_section(name="News"), make_section(name="Culture")
        lake = make_image(title="Lake at dawn")
        aida, bek = make_author(name="Aida"), make_author(name="Bek")
        article = make_article(headline="Old words here", section=news, authors=[aida], tags=["Rail"], kind="news")
        before = revisions.snapshot(article)
        after = before | {
            "headline": "New words here",
            "section_id": culture.pk,
            "lead_image_id": lake.pk,
            "bylines": [bek.pk, aida.pk],
            "tags": ["Rail", "Road"],
            "kind": "opinion",
            "noindex": True,
            "dated_corrections": [{"day": "2025-12-08", "text": "The lake is deeper."}],
        }
        with self.assertNumQueries(3):  # sections, images, authors
            changes = {change.label: change for change in text_diff.compare_snapshots(before, after)}
        assert next(iter(changes)) == "Headline"
        said = {label: bare(change.marked) for label, change in changes.items()}
        assert said == {
            "Headline": "<del>Old</del><ins>New</ins> words here",
            "Section": "<del>News</del> <ins>Culture</ins>",
            "Lead image": "<del>none</del> <ins>Lake at dawn</ins>",
            "Kind": "<del>news</del> <ins>opinion</ins>",
            "Dated corrections": "<ins>8 December 2025: The lake is deeper.</ins>",
            "Hide from search engines": "<del>no</del> <ins>yes</ins>",
            "Bylines": "<ins>Bek</ins>, Aida",
            "Tags": "Rail, <ins>Road</ins>",
        }

    def test_same_snapshots_have_no_changes_and_ask_nothing(self):
        snapshot = revisions.snapshot(make_article())
        with self.assertNumQueries(0):
            assert text_diff.compare_snapshots(snapshot, dict(snapshot)) == []

    def test_field_that_an_old_snapshot_did_not_have_is_as_it_was_born(self):
        snapshot = revisions.snapshot(make_article())
        older = {name: value for name, value in snapshot.items() if name != "dated_corrections"}
        assert text_diff.compare_snapshots(older, snapshot) == []

    def test_what_is_gone_is_named_by_its_number(self):
        (change,) = text_diff.compare_snapshots({"lead_image_id": 99999}, {})
        assert "number 99999, no longer there" in change.before

    def test_snapshot_of_anything_is_compared(self):
        odd = {"headline": None, "body": 3, "bylines": "x", "tags": [None, 2], "section_id": "x", "noindex": "maybe"}
        odd |= {"further_sections": [10**30, "x"], "dated_corrections": [3, {"day": "2025-99-99"}], "kind": []}
        assert text_diff.compare_snapshots(odd, {})
        assert text_diff.compare_snapshots({}, odd)
