"""The pages of rates and the same as data: what they say, and how many queries it takes."""

import csv
import json
import re
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import time_machine
from django.contrib.auth import get_user_model
from django.test import TestCase

from tickers.models import Rate
from tickers.tests.factories import MONDAY, NOON, make_pair, make_rate

SOM = "0.01144"


@time_machine.travel(NOON, tick=False)
class RatesTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.pair = make_pair(provider="nbkr")
        for back, value in ((0, SOM), (1, "0.011439"), (8, "0.0114"), (31, "0.0112"), (400, "0.0110")):
            make_rate(cls.pair, MONDAY - timedelta(days=back), value, provider="nbkr")

    def text(self, path):
        html = self.client.get(path).content.decode()
        return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<head>.*?</head>", "", html, flags=re.DOTALL)).split())


class RatesPageTests(RatesTestCase):
    def test_pair_has_its_row_with_all_that_is_known(self):
        text = self.text("/rates/")
        line = "KGS/USD 0.01144 +0.01 % up 0.01 per cent +0.35 % +2.14 % +4.00 %"
        assert line in text
        assert "1 USD = 87.41 KGS 8 December 2025 National Bank of the Kyrgyz Republic" in text
        self.assertContains(self.client.get("/rates/"), '<a href="/rates/kgs-usd/">KGS/USD</a>', html=True)

    def test_pair_told_the_other_way_round_moves_the_other_way(self):
        self.pair.is_inverse = True
        self.pair.save()
        assert "USD/KGS 87.41 −0.01 % down 0.01 per cent −0.35 % −2.10 % −3.85 %" in self.text("/rates/")

    def test_says_so_when_there_are_no_rates(self):
        self.pair.rates.all().delete()
        self.assertContains(self.client.get("/rates/"), "There are no rates yet.")

    def test_names_each_source_and_what_it_asks(self):
        text = self.text("/rates/")
        assert "please credit the National Bank of the Kyrgyz Republic as the source" in text

    def test_many_pairs_and_a_long_past_take_as_many_queries_as_one(self):
        for number in range(9):
            pair = make_pair("ABCDEFGHI"[number] * 3)
            Rate.objects.bulk_create(
                Rate(pair=pair, effective_date=MONDAY - timedelta(days=day), value=Decimal(1)) for day in range(60)
            )
        self.client.get("/rates/")  # makes the frame ready
        with self.assertNumQueries(3):  # rates, moves, small lines
            response = self.client.get("/rates/")
        assert len(response.context["table"]) == 10

    def test_changes_nothing_by_post(self):
        for path in ("/rates/", "/rates/kgs-usd/", "/rates/kgs-usd.csv", "/rates.json"):
            assert self.client.post(path).status_code == 405


class PairPageTests(RatesTestCase):
    PAGE = "/rates/kgs-usd/"

    def test_other_way_round_leads_to_the_pair_with_what_was_asked(self):
        for asked in ("", "?span=1y", "?amount=5&span=all"):
            response = self.client.get(f"/rates/usd-kgs/{asked}")
            self.assertRedirects(response, self.PAGE + asked, status_code=301, fetch_redirect_response=False)
        for slug in ("usd-xxx", "kgs-kgs"):
            assert self.client.get(f"/rates/{slug}/").status_code == 404

    def test_tells_value_change_day_source_and_inverse(self):
        text = self.text(self.PAGE)
        assert "KGS/USD 0.01144 +0.01 % up 0.01 per cent 1 USD = 87.41 KGS" in text
        assert "In force from 8 December 2025 , National Bank of the Kyrgyz Republic." in text

    def test_old_rate_says_so(self):
        with time_machine.travel(NOON + timedelta(days=20), tick=False):
            text = self.text(self.PAGE)
            assert (
                "As of 8 December 2025 , National Bank of the Kyrgyz Republic; no newer rate has been published."
                in text
            )
            assert "Highest 0.01144" in text  # the month before the newest

    def test_spans_hold_what_they_say(self):
        counts = {}
        for span in ("1m", "1y", "5y", "all"):
            history = self.client.get(self.PAGE, {"span": span}).context["history"]
            counts[span] = (history.count, str(history.low.value.normalize()))
        assert counts == {"1m": (3, "0.0114"), "1y": (4, "0.0112"), "5y": (5, "0.011"), "all": (5, "0.011")}
        assert self.client.get(self.PAGE, {"span": "2y"}).status_code == 404

    def test_chart_and_table_hold_the_same_numbers(self):
        response = self.client.get(self.PAGE, {"span": "all"})
        points = response.context["history"].points
        for _name, chart in response.context["charts"]:
            assert len(chart.line.split()) == len(points) == 5
        body = response.content.decode()
        for point in points:
            assert f'<time datetime="{point.day}">' in body
        assert body.count("<title") == 3  # the page's, and one of each drawing
        assert 'role="img" aria-labelledby="wide-title wide-desc"' in body

    def test_high_low_average_and_change_are_of_every_rate(self):
        text = self.text(self.PAGE + "?span=all")
        assert "Highest 0.01144 8 December 2025 Lowest 0.01100 3 November 2024 Average 0.0112958 Change +4.00 %" in text

    def test_pages_take_few_queries_however_long_the_past(self):
        Rate.objects.bulk_create(
            Rate(pair=self.pair, effective_date=MONDAY - timedelta(days=500 + day), value=Decimal(1))
            for day in range(3000)
        )
        self.client.get(self.PAGE)
        with self.assertNumQueries(3):  # pair and newest rate, past, rate of the converter
            response = self.client.get(self.PAGE, {"span": "all", "amount": "5", "currency": "KGS"})
        history = response.context["history"]
        assert (history.step, history.count) == ("month", 3005)
        assert len(history.points) < 120
        with self.assertNumQueries(2):
            list(self.client.get("/rates/kgs-usd.csv").streaming_content)
        with self.assertNumQueries(1):
            self.client.get("/rates.json")

    def test_unknown_and_inactive_pairs_are_not_found(self):
        make_rate(make_pair("RUB", active=False))
        make_pair("EUR")
        for path in ("/rates/rub-usd/", "/rates/eur-usd/", "/rates/xxx-usd/", "/rates/rub-usd.csv"):
            assert self.client.get(path).status_code == 404
        assert (
            self.client.get("/rates/KGS-usd/").headers["Location"] == "/rates/kgs-usd/"
        )  # capitals make no other page

    def test_peg_without_any_rate_has_a_page(self):
        make_pair("TMT", provider="cbt", peg_value=Decimal("0.2857"))
        text = self.text("/rates/tmt-usd/")
        assert "Official peg: a rate fixed by law." in text
        assert "Official peg" in text


class AnotherTimeTests(RatesTestCase):
    def test_staff_see_every_page_as_it_stood_and_readers_do_not(self):
        make_rate(self.pair, MONDAY + timedelta(days=1), "0.0120", provider="nbkr")
        user = get_user_model().objects.create_superuser("root")
        then, tomorrow = "?at=2025-12-07T12:00", "?at=2025-12-09T12:00"
        assert self.client.get(f"/rates/kgs-usd/{then}").status_code == 403
        self.client.force_login(user)
        self.assertContains(self.client.get(f"/rates/{then}"), "0.011439")
        self.assertContains(self.client.get(f"/rates/kgs-usd/{tomorrow}"), "<strong>0.01200</strong>", html=True)
        assert self.client.get(f"/rates.json{then}").json()["rates"][0]["value"] == "0.011439"
        rows = b"".join(self.client.get(f"/rates/kgs-usd.csv{then}").streaming_content).decode().splitlines()
        assert rows[1].startswith("2025-12-07")


class ConverterTests(RatesTestCase):
    def convert(self, **query):
        return self.text("/rates/kgs-usd/?" + "&".join(f"{name}={value}" for name, value in query.items()))

    def test_turns_sums_either_way_exactly(self):
        assert "1,250.50 KGS = 14.31 USD" in self.convert(amount="1 250,5", currency="KGS")
        assert "100.00 USD = 8,741.26 KGS" in self.convert(amount="100", currency="USD")
        assert "0.05 KGS = 0.0005720 USD" in self.convert(amount="0.05", currency="KGS")

    def test_takes_the_rate_of_another_day(self):
        text = self.convert(amount="100", currency="KGS", day="2025-12-02")
        assert "100.00 KGS = 1.14 USD at the rate in force from 30 November 2025" in text

    def test_refuses_in_words_and_keeps_what_was_typed(self):
        refused = {
            "": "Enter an amount.",
            "many": "Enter an amount, for example 1250.50.",
            "-5": "at least 0.01",
            "0": "at least 0.01",
            "1e40": "Enter a smaller amount",
            "NaN": "Enter an amount, for example",
        }
        for amount, words in refused.items():
            with self.subTest(amount):
                assert words in self.convert(amount=amount, currency="KGS")
        self.assertContains(self.client.get("/rates/kgs-usd/?amount=many&currency=KGS"), 'value="many"')
        assert "Rates for that day have not been published yet." in self.convert(
            amount="5", currency="KGS", day="2026-01-01"
        )
        assert "There is no rate for that day" in self.convert(amount="5", currency="KGS", day="1999-01-01")


class DataTests(RatesTestCase):
    def test_csv_has_stable_columns_and_every_accepted_rate(self):
        make_rate(self.pair, MONDAY, "7", status="held")
        make_rate(self.pair, MONDAY + timedelta(days=1), "0.02")
        response = self.client.get("/rates/kgs-usd.csv")
        rows = list(csv.reader(StringIO(b"".join(response.streaming_content).decode())))
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert rows[0] == ["effective_date", "pair", "unit", "value", "provider"]
        assert rows[1] == ["2025-12-08", "KGS/USD", "USD for 1 KGS", "0.01144", "nbkr"]
        assert len(rows) == 6

    def test_json_says_units_source_and_terms(self):
        found = self.client.get("/rates.json").json()["rates"]
        assert found == [
            {
                "pair": "KGS/USD",
                "base": "KGS",
                "quote": "USD",
                "unit": "USD for 1 KGS",
                "value": "0.01144",
                "previous_value": "0.011439",
                "change_percent": "0.008742",
                "effective_date": "2025-12-08",
                "is_stale": False,
                "provider": "nbkr",
                "source": "National Bank of the Kyrgyz Republic",
                "source_url": "https://www.nbkr.kg/",
                "terms": "Official rates; please credit the National Bank of the Kyrgyz Republic as the source.",
            }
        ]
        one = self.client.get("/rates/kgs-usd.json").json()
        assert one["rates"][0] == {"effective_date": "2025-12-08", "value": "0.01144", "provider": "nbkr"}
        assert {name: one[name] for name in found[0]} == found[0]

    def test_data_is_never_turned_round(self):
        self.pair.is_inverse = True
        self.pair.save()
        for value in ("0.01144", "0.0000832", "0.3", "7"):
            Rate.objects.filter(effective_date=MONDAY).update(value=value)
            one = self.client.get("/rates/kgs-usd.json").json()
            for found in (self.client.get("/rates.json").json()["rates"][0], one, one["rates"][0] | one):
                assert (found["pair"], found["unit"], found["value"]) == ("KGS/USD", "USD for 1 KGS", value)

    def test_linked_data_is_whole(self):
        body = self.client.get("/rates/kgs-usd/").content.decode()
        data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', body)[1])
        assert data["currentExchangeRate"]["price"] == 0.01144
        assert data["currency"] == "KGS"
