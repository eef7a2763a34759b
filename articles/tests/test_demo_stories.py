"""Stories of real events in the demo paper say what their sources say: figures, speakers, quotations, nothing more."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

from articles.body import markup

FIGURE = re.compile(r"\d[\d,.]*\d|\d")
QUOTE = re.compile(r"<blockquote><p>(.*?)</p><p>(.*?)</p></blockquote>")
PHRASE = re.compile("“(.*?)”")


@dataclass(frozen=True)
class Facts:
    """What a story must say, must not say, and may give as a figure or as somebody's words."""

    countries: set[str]
    said: list[str]
    never: list[str]
    figures: set[str]
    quotes: dict[str, str] = field(default_factory=dict)  # words in a quote block: how their speaker's line begins
    phrases: set[str] = field(default_factory=set)  # words quoted in a sentence, and names in quotation marks


STORIES = {
    "netflix-series-off-road-filmed-in-kyrgyzstan": Facts(
        countries={"kyrgyzstan"},
        said=[
            "Faraway Road Productions",
            "Ministry of Economy and Commerce",
            "Department of Tourism",
            "Tourism Development Support Fund",
            "Karakol",
            "expected to launch next year",
        ],
        never=["to be made", "advertisement", "2026"],
        figures=set(),
        quotes={
            "millions of viewers around the world will discover the stunning nature of Kyrgyzstan": "Edil Baisalov"
        },
        phrases={"Off Road"},
    ),
    "ktz-and-rzd-to-raise-rail-freight": Facts(
        countries={"kazakhstan", "russia"},
        said=[
            "according to a statement by Kazakhstan Temir Zholy",
            "also discussed",
            "interstate junctions",
            "Belarusian",
        ],
        never=["8 per cent. It was", "Part of the extra capacity", "common border", "RZD said"],
        figures={
            "2025",
            "2026",
            "21",
            "2024",
            "85",
            "65",
            "45",
            "4.1",
            "273,300",
            "18",
            "30",
            "10",
            "20",
            "40",
            "1,520",
        },
    ),
    "aliyev-thanks-uzbekistan-for-karabakh-school": Facts(
        countries={"azerbaijan", "uzbekistan"},
        said=[
            "Kudratkhodja recalled the friendship of Heydar Aliyev and Sharaf Rashidov",
            "mosques and churches",
            "room for 960 pupils",
            "Over 500 children",
            "only begun to return",
            "Leaders of eight ECO states",
            "former party headquarters",
        ],
        never=["Aliyev recalled", "Armenia's south", "resettled"],
        figures={"17", "960", "500", "15", "44", "2020", "2024", "25"},
        quotes={
            "Uzbekistan made the first gift in restoring Karabakh": "Ilham Aliyev",
            "These links are proof that our region can grow stronger together": "Ilham Aliyev",
            "I hope my father could see today’s Karabakh": "Ilham Aliyev",
        },
        phrases={"historic", "a beacon of friendship", "tolerance and noble spirit"},
    ),
    "closed-hearing-for-crocus-city-hall-suspects": Facts(
        countries={"tajikistan", "russia"},
        said=[
            "TASS",
            "Article 234",
            "149 people dead",
            "Three judges",
            "alleged",
            "Bryansk Region",
            "indictment is read",
        ],
        never=["claimed responsibility", "denied", "migrants", "Others arrested", "others arrested", "is guilty"],
        figures={"19", "22", "2024", "149", "234", "470", "200"},
        quotes={"We will take unprecedented security measures": "Irina Zhirnova, spokeswoman"},
        phrases={"in the interests of Ukraine’s political leadership", "Vilayat Khorasan"},
    ),
    "mongolias-president-in-bishkek": Facts(
        countries={"kyrgyzstan", "mongolia"},
        said=[
            "opened Kyrgyzstan's first embassy there",
            "less than a year old",
            "largely ceremonial",
            "months of protests over reports on his son's spending",
            "much of it confectionery",
            "by some estimates up to 92 per cent",
            "seeks membership of the Eurasian Economic Union",
            "first head of state of Uzbekistan to go there since independence",
        ],
        never=["exports had tripled", "trade tripled", "trade has tripled"],
        figures={"20", "37", "2023", "2021", "3.1", "2025", "2024", "1937", "1939", "20,000", "6.6", "92", "23"},
        quotes={
            "one of the priority areas of the development of Kyrgyzstan’s foreign policy": "Sadyr Japarov, president"
        },
        phrases={"a new market for Kyrgyz producers", "reduce dependence on giant neighbors"},
    ),
    "three-countries-to-study-trans-afghan-railway": Facts(
        countries={"uzbekistan", "afghanistan", "pakistan"},
        said=[
            "according to Uzbekistan Railways",
            "intergovernmental agreement",
            "acting minister of public works",
            "acting interior minister",
            "Saidov said that trade",
            "Tolo News",
            "Russia, Iran and financial institutions",
        ],
        never=["Taliban", "sanctions", "framework agreement", "most concrete", "within a year"],
        figures={"17", "2023", "2018", "2025", "4.8", "700", "1,520", "1,676"},
        quotes={"goodwill, constructive cooperation, and spirit of brotherhood": "Sirajuddin Haqqani, acting"},
    ),
}
WRAP = "market-wrap-five-currencies-in-the-bar"


class DemoStoriesTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rows = json.loads(Path(settings.BASE_DIR, "fixtures/demo.json").read_text())
        cls.editions = {row["fields"]["slug"]: row for row in rows if row["model"] == "articles.edition"}
        names = json.loads(Path(settings.BASE_DIR, "fixtures/sections.json").read_text())
        cls.countries = {row["pk"]: row["fields"]["slug"] for row in names if row["fields"]["kind"] == "country"}
        cls.further = [row["fields"] for row in rows if row["model"] == "articles.editionsection"]
        cls.corrected = {row["fields"]["edition"] for row in rows if row["model"] == "articles.editioncorrection"}

    def edition(self, slug):
        return self.editions[slug]["fields"]

    def text(self, slug):
        """All that readers read of it."""
        edition = self.edition(slug)
        words = (
            edition["headline"],
            edition["standfirst"],
            markup.plain_text(edition["body"]),
            edition["lead_caption"],
        )
        return " ".join("\n".join(words).split())

    def test_says_what_its_sources_say_and_no_more(self):
        for slug, facts in STORIES.items():
            text = self.text(slug)
            for words in facts.said:
                with self.subTest(slug, must_say=words):
                    assert words in text
            for words in facts.never:
                with self.subTest(slug, must_not_say=words):
                    assert words not in text

    def test_gives_no_figure_that_its_sources_do_not_give(self):
        for slug, facts in STORIES.items():
            with self.subTest(slug):
                assert set(FIGURE.findall(self.text(slug))) - facts.figures == set()
                assert facts.figures - set(FIGURE.findall(self.text(slug))) == set()

    def test_quotations_stand_in_a_block_word_for_word_with_their_speaker(self):
        for slug, facts in STORIES.items():
            found = {words.removeprefix("… "): speaker for words, speaker in QUOTE.findall(self.edition(slug)["body"])}
            with self.subTest(slug):
                assert found.keys() == facts.quotes.keys()
                for words, speaker in facts.quotes.items():
                    assert found[words].startswith(speaker)

    def test_puts_nobody_s_words_in_quotation_marks_but_those_that_were_said(self):
        for slug, facts in STORIES.items():
            with self.subTest(slug):
                assert set(PHRASE.findall(self.text(slug))) == facts.phrases

    def test_stands_in_the_sections_of_its_countries_and_has_no_made_up_correction(self):
        for slug, facts in STORIES.items():
            pk = self.editions[slug]["pk"]
            countries = {self.countries.get(row["section"]) for row in self.further if row["edition"] == pk} - {None}
            with self.subTest(slug):
                assert countries == facts.countries
                assert pk not in self.corrected
        assert self.corrected  # on an evergreen piece

    def test_lengths(self):
        for slug in [*STORIES, WRAP]:
            words = len(markup.plain_text(self.edition(slug)["body"]).split())
            least, most = (200, 300) if slug.startswith("netflix") else (400, 900)
            with self.subTest(slug):
                assert least <= words <= most

    def test_market_wrap_has_the_five_rates_of_its_day(self):
        body = self.edition(WRAP)["body"]
        rates = dict(re.findall(r'<data data-rate="(\w{3}/USD)" value="([0-9.]+)">', body))
        assert rates == {
            "KGS/USD": "0.01144",
            "KZT/USD": "0.00196",
            "TJS/USD": "0.10904",
            "UZS/USD": "0.0000832",
            "TMT/USD": "0.2849",
        }


class DemoPicturesTests(SimpleTestCase):
    def test_charts_and_maps_are_shown_whole_and_nothing_else_is(self):
        rows = json.loads(Path(settings.BASE_DIR, "fixtures/demo.json").read_text())
        images = [row["fields"] for row in rows if row["model"] == "articles.image"]
        whole = {image["title"] for image in images if image["is_whole"]}
        assert whole == {image["title"] for image in images if re.search(r"\b(chart|map)\b", image["alt"])}
        assert len(whole) == 3
