"""Rules that stand in Python and in a script, too: both are tested by the tables in newsroom/tests/cases/.

The scripts' side is in newsroom/tests/js/, which test_javascript.py runs.
"""

import json
import re
import unicodedata
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from articles.admin import times
from articles.admin.article.form import TagsField
from articles.body import charts, embeds, markup
from articles.models import Article, Edition
from articles.models.edition_lists import load_bylines
from articles.pictures import renditions, trimming
from articles.templatetags import articles as tags
from articles.tests.factories import make_edition
from articles.text import make_slug
from ground import characters, colours
from newsroom.desk import unsaved_forms

CASES = Path(__file__).parent / "cases"


def cases(name):
    return json.loads((CASES / f"{name}.json").read_text())


class TimeTests(SimpleTestCase):
    """desk-times.js"""

    def test_how_far_away_a_time_is(self):
        table = cases("desk_times")
        assert table["steps"] == " ".join(map(str, times.STEPS))
        for row in table["words"]:
            now = datetime.fromisoformat(row["now"])
            with timezone.override(row["zone"]):
                said = {moment: times.time_from_now(datetime.fromisoformat(moment), now) for moment in row["said"]}
            assert said == row["said"]

    def test_a_typed_time_is_one_instant(self):
        for row in cases("desk_times")["typed"]:
            with self.subTest(row["typed"], zone=row["zone"]), timezone.override(row["zone"]):
                if len(row["instants"]) == 1:
                    moment = times.TimeField().clean(row["typed"])
                    assert moment == datetime.fromisoformat(row["instants"][0])
                    assert times.time_with_zone(moment) == f"{row['written']} ({times.zone()})"
                else:
                    with self.assertRaisesMessage(forms.ValidationError, "twice" if row["instants"] else "no"):
                        times.TimeField().clean(row["typed"])


class LineOfLatestTests(TestCase):
    """times.js"""

    def test_a_line_says_the_hour_the_day_of_the_week_and_then_its_date(self):
        table = cases("readers_times")
        with timezone.override(table["zone"]):
            published = datetime.fromisoformat(table["published"])
            edition = load_bylines(Edition.objects.filter(pk=make_edition(live_from=published).pk).for_bare_cards())[0]
            assert tags.stamp(published) == table["published"]
            for row in table["said"]:
                at = datetime.fromisoformat(row["now"])
                if at - published < timedelta(hours=1):
                    continue  # minutes, which only a clock that goes on can tell
                html = tags.card(edition, look="line", level=3, at=at)
                said = re.search(r"<time [^>]*>([^<]*)<", html)[1]
                assert said == (row["line"] or table["date"]), row
                assert ('title="8 December 2025, 14:05"' in html) is bool(row["line"]), row


class SlugTests(SimpleTestCase):
    """desk-slugs.js"""

    def test_words_of_an_address(self):
        table = cases("slugs")
        table = table["names"] | table["letters"]
        assert {text: make_slug(text) for text in table} == table

    def test_every_letter_of_both_alphabets_is_in_the_table(self):
        letters = (chr(code) for code in range(0x11000) if unicodedata.category(chr(code)) in {"Ll", "Lu"})
        ours = {one for one in letters if unicodedata.name(one, "").startswith(("LATIN", "CYRILLIC"))}
        assert ours == set(cases("slugs")["letters"])


class ColourTests(SimpleTestCase):
    """desk-look.js"""

    def test_what_is_a_colour(self):
        table = cases("colours")["colours"]
        assert {text: colours.HEX.match(text) is not None for text in table} == table

    def test_contrast_and_whether_words_can_be_read(self):
        for row in cases("colours")["contrasts"]:
            assert round(colours.contrast(row["text"], row["ground"]), 4) == row["contrast"], row
            assert colours.is_readable(row["text"], row["ground"]) is row["readable"], row


class CardTests(SimpleTestCase):
    """desk-cards.js"""

    def test_words_that_search_engines_show(self):
        table = cases("cards")
        for row in table["cuts"]:
            assert tags.cut(row["text"], row["most"]) == row["cut"], row
        for row in table["descriptions"]:
            assert tags.description(*row["parts"]) == row["description"], row
        for row in table["titles"]:
            assert tags.page_title(row["text"], row["paper"]) == row["title"], row


class ReadingTests(SimpleTestCase):
    """editor-desk.js"""

    def test_words_and_minutes_to_read_them(self):
        table = cases("reading")
        bodies = {text: f"<p>{escape(text)}</p>" for text in table["counts"]}
        assert {text: markup.count_words(body) for text, body in bodies.items()} == table["counts"]
        articles = {words: Article(body="word " * int(words)) for words in table["minutes"]}
        minutes = {words: article.reading_minutes for words, article in articles.items()}
        assert minutes == table["minutes"]


class PictureTests(SimpleTestCase):
    """picture-batch.js, admin-focal.js and admin-trim.js"""

    def test_a_picture_that_can_be_used(self):
        assert cases("pictures")["least"] == renditions.MIN_SIDE
        for row in cases("pictures")["sizes"]:
            try:
                renditions.check_size(*row["size"])
            except ValidationError:
                assert not row["usable"], row
            else:
                assert row["usable"], row

    def test_a_crop_is_cut_around_its_point(self):
        for row in cases("pictures")["crops"]:
            within = renditions.point_within(tuple(row["size"]), row["crop"], tuple(row["point"]))
            assert list(within) == row["within"], row

    def test_a_place_of_the_original_in_what_is_shown(self):
        for row in cases("pictures")["trims"]:
            shown = trimming.Trim(*row["edges"], turn=row["turn"]).point(tuple(row["point"]))
            assert list(shown) == row["shown"], row


class ShapeTests(SimpleTestCase):
    """The editor's modules for charts, embeds, articles to read also, links and what is pasted."""

    def test_what_a_body_may_hold(self):
        table = cases("shapes")
        assert {text: charts.parse_chart_reference(text) is not None for text in table["charts"]} == table["charts"]
        assert {text: embeds.ADDRESS.match(text) is not None for text in table["embeds"]} == table["embeds"]
        numbers = markup.NUMBERS_OF_ARTICLES
        assert {text: numbers.match(text) is not None for text in table["read_also"]} == table["read_also"]

    def test_what_a_pasted_frame_shows_can_be_shown_here(self):
        for page in filter(None, cases("shapes")["frames"].values()):
            assert embeds.is_address(page), page
            assert not embeds.find_embed(page).is_link, page

    def test_attributes_that_stay_are_allowed(self):
        for tag, names in cases("shapes")["attributes"].items():
            assert set(names) <= markup.ATTRIBUTES[tag.lower()], tag

    def test_an_address_that_a_link_may_have(self):
        for address, is_kept in cases("shapes")["links"].items():
            html = f'<p><a href="{escape(address)}">here</a></p>'
            assert (markup.links_of_body(markup.clean(html)) == [address]) is is_kept, address


class TypedTests(SimpleTestCase):
    """admin-tags.js, editor-paste-text.js and desk-unsaved.js"""

    def test_the_names_in_a_line_of_tags(self):
        table = cases("typed")["tags"]
        assert {text: TagsField(required=False).clean(text) for text in table} == table

    def test_what_controls_or_shows_nothing_goes(self):
        table = cases("typed")["texts"]
        assert {text: characters.normalise(text) for text in table} == table

    def test_fields_of_a_form_that_are_kept(self):
        table = cases("typed")["fields"]
        kept = {name: name in unsaved_forms.typed_in(QueryDict(f"{name}=x")) for name in table}
        assert kept == table
