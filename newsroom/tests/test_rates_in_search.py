"""Searches that rates answer better than articles, in the words of the region."""

from decimal import Decimal

from django.test import TestCase

from newsroom.serving import frame
from tickers.tests.factories import make_pair, make_rate

ALL, SOM, TENGE = "/rates/", "/rates/kgs-usd/", "/rates/kzt-usd/"
LEADS_TO = {
    "dollar rate": ALL,
    "Dollar": ALL,
    "курс доллара": ALL,
    "курс валют": ALL,
    "exchange rates today": ALL,
    "dollar kursi": ALL,
    "euro rate": ALL,
    "USD KGS": SOM,
    "KGS/USD": SOM,
    "usd to kgs": SOM,
    "100 USD in som": SOM,
    "доллар к сому": SOM,
    "курс сома": SOM,
    "dollar rate in Kyrgyzstan": SOM,
    "dollar tenge": TENGE,
    "Kazakh tenge": TENGE,
    "доллардын курсу": ALL,
    "теңге бағамы": TENGE,
    "dollar protests": None,
    "Kazakhstan": None,
    "railway": None,
    "today": None,
    "100": None,
    "": None,
}


class AnswerTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        for base in ("KGS", "KZT"):
            make_rate(make_pair(base=base, quote="USD"))

    def setUp(self):
        frame.forget_frame()

    def test_words_of_rates_lead_to_them(self):
        for query, url in LEADS_TO.items():
            with self.subTest(query):
                page = self.client.get("/search/", {"q": query})
                assert [answer.url for answer in page.context.get("answers", [])] == ([url] if url else [])
                if url:
                    self.assertContains(page, f'<a href="{url}">Exchange rate')

    def test_a_pair_is_told_as_it_was_asked_for(self):
        for query, said in (("usd kgs", "USD/KGS: "), ("kgs usd", "KGS/USD: "), ("сом", "KGS/USD: ")):
            (answer,) = self.client.get("/search/", {"q": query}).context["answers"]
            assert said in answer.name, query
            told = Decimal(answer.name.rpartition(" ")[2])
            assert (told > 1) == said.startswith("USD"), answer.name

    def test_they_are_suggested(self):
        assert self.client.get("/search/suggest/", {"q": "usd kgs"}).json()["suggestions"][0]["url"] == SOM


class NoRateTests(TestCase):
    def test_a_paper_without_rates_leads_nowhere(self):
        frame.forget_frame()
        assert self.client.get("/search/", {"q": "dollar rate"}).context["answers"] == []
