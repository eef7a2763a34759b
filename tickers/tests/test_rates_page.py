"""The pages of rates and the same as data: what they say, and how many queries it takes."""

import csv
import json
import re
from datetime import date, timedelta
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
        line = "USD/KGS 87.41 −0.01 % down 0.01 per cent −0.35 % −2.10 % −3.85 %"
        assert line in text
        assert "1 KGS = 0.01144 USD 8 December 2025 National Bank of the Kyrgyz Republic" in text
        self.assertContains(self.client.get("/rates/"), '<a href="/rates/kgs-usd/">USD/KGS</a>', html=True)

    def test_pair_without_a_dollar_is_told_as_it_is(self):
        euro = make_pair("KGS", quote="EUR")
        make_rate(euro, value="0.01", provider="nbkr")
        assert "KGS/EUR 0.01000" in self.text("/rates/")

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
            for end in ("/", ".csv", ".json", ".png"):
                assert self.client.get(f"/rates/{slug}{end}").status_code == 404

    def test_every_address_of_the_other_way_round_leads_to_the_pairs_own(self):
        for end in ("/", ".csv", ".json", ".png"):
            for asked in ("", "?a=1&b=%20x"):
                response = self.client.get(f"/rates/usd-kgs{end}{asked}")
                address = f"/rates/kgs-usd{end}{asked}"
                self.assertRedirects(response, address, status_code=301, fetch_redirect_response=False)

    def test_tells_value_change_day_source_and_inverse(self):
        text = self.text(self.PAGE)
        assert "KGS/USD 0.01144 +0.01 % up 0.01 per cent 1 USD = 87.41 KGS" in text
        assert "In force from 8 December 2025 . Source: National Bank of the Kyrgyz Republic." in text

    def test_single_rate_has_not_moved(self):
        Rate.objects.exclude(pk=Rate.objects.accepted().first().pk).delete()
        page = self.client.get("/rates/kgs-usd/")
        assert page.context["history"].move.change is None
        assert "0.00 %" not in page.content.decode()

    def test_old_rate_says_so(self):
        with time_machine.travel(NOON + timedelta(days=20), tick=False):
            text = self.text(self.PAGE)
            assert (
                "As of 8 December 2025 : no newer rate is known. Source: National Bank of the Kyrgyz Republic." in text
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
        with self.assertNumQueries(3):  # pair and newest rate, past, rate of the converter's day
            day = MONDAY - timedelta(days=1)
            response = self.client.get(self.PAGE, {"span": "all", "amount": "5", "currency": "KGS", "day": day})
        history = response.context["history"]
        assert (history.step, history.count) == ("month", 3005)
        assert len(history.points) < 120
        with self.assertNumQueries(2):
            list(self.client.get("/rates/kgs-usd.csv").streaming_content)
        with self.assertNumQueries(1):
            self.client.get("/rates.json")

    def test_unknown_pairs_and_those_without_a_rate_are_not_found(self):
        make_rate(make_pair("RUB", active=False), status="held")
        make_rate(make_pair("GBP", active=False), MONDAY + timedelta(days=1))
        make_pair("TRY", active=False, provider="peg", peg_value=1)
        make_pair("EUR")
        for code in ("rub", "gbp", "try", "eur", "xxx"):
            for path in (
                f"/rates/{code}-usd/",
                f"/rates/usd-{code}/",
                f"/rates/{code}-usd.csv",
                f"/rates/{code}-usd.json",
            ):
                response = self.client.get(path, follow=True)
                assert response.status_code == 404, path
        assert (
            self.client.get("/rates/KGS-usd/").headers["Location"] == "/rates/kgs-usd/"
        )  # capitals make no other page

    def make_former(self):
        """A pair that was followed until the last of October, with the peg that it had."""
        pair = make_pair("RUB", active=False, provider="cbr", peg_value=Decimal("0.5"))
        self.last = date(2025, 10, 31)
        make_rate(pair, self.last - timedelta(days=1), "0.0123", provider="cbr")
        make_rate(pair, self.last, "0.0125", provider="cbr")
        return pair

    def test_pair_that_is_followed_no_more_keeps_its_page_and_data_out_of_search_engines(self):
        self.make_former()
        page = self.client.get("/rates/rub-usd/")
        self.assertContains(page, '<meta name="robots" content="noindex">')
        text = self.text("/rates/rub-usd/")
        assert "This paper no longer follows RUB/USD. Its last rate here is of 31 October 2025." in text
        assert page.context["history"].last.value == Decimal("0.0125")
        for end in ("/", ".json", ".csv"):
            response = self.client.get(f"/rates/rub-usd{end}")
            assert (response.status_code, response.headers["X-Robots-Tag"]) == (200, "noindex")
            assert "X-Robots-Tag" not in self.client.get(f"/rates/kgs-usd{end}").headers
            self.assertRedirects(
                self.client.get(f"/rates/usd-rub{end}"), f"/rates/rub-usd{end}", 301, fetch_redirect_response=False
            )
        data = self.client.get("/rates/rub-usd.json").json()
        assert (data["value"], data["effective_date"], data["is_stale"]) == ("0.0125", "2025-10-31", True)
        assert len(data["rates"]) == 2
        assert b"2025-10-31,RUB/USD" in self.client.get("/rates/rub-usd.csv").getvalue()
        self.assertContains(self.client.get("/rates/kgs-usd/"), '<meta name="robots" content="index, follow')

    def test_it_is_in_no_list(self):
        self.make_former()
        for path in ("/", "/rates/", "/rates.json", "/sitemap.xml", "/rates/kgs-usd/"):
            text = self.client.get(path).content.decode()
            for name in ("RUB/USD", "USD/RUB", "rub-usd"):
                assert name not in text, path

    def test_pair_that_is_followed_goes_before_its_former_other_way_round(self):
        self.make_former()
        make_rate(make_pair("USD", quote="RUB"), MONDAY, "80")
        self.assertRedirects(self.client.get("/rates/rub-usd/"), "/rates/usd-rub/", 301, fetch_redirect_response=False)
        assert self.client.get("/rates/usd-rub/").status_code == 200

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
        self.assertContains(self.client.get(f"/rates/{then}"), "0.01144 USD")
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

    def test_sum_that_may_be_two_is_asked_with_both_as_links(self):
        page = self.client.get("/rates/kgs-usd/?span=1y&amount=1,250&currency=USD&day=2025-12-07")
        assert page.context["result"] is None
        self.assertContains(page, "Which of these amounts do you mean?")
        self.assertContains(page, 'value="1,250"')
        links = dict(re.findall(r'<a class="choice" rel="nofollow" href="([^"]+)">([^<]+)</a>', page.content.decode()))
        assert list(links.values()) == ["1250 USD", "1.25 USD"]
        for address, sum_text in zip(links, ("1,250.00 USD = 109,", "1.25 USD = 109."), strict=True):
            text = self.text("/rates/kgs-usd/" + address.replace("&amp;", "&"))
            assert sum_text in text
            assert "in force from 7 December 2025" in text

    def test_reads_back_its_own_answers_and_the_rates_of_the_page(self):
        page = self.client.get("/rates/kgs-usd/?amount=1000&currency=USD")
        result = page.context["result"]
        assert result.worth_text == "87,412.59"
        again = self.client.get("/rates/kgs-usd/", {"amount": result.worth_text, "currency": "KGS"})
        assert again.context["result"].worth_text == "1,000.00"
        rate = self.client.get("/rates/kgs-usd/", {"amount": "87.41", "currency": "KGS"})
        assert rate.context["result"].amount == Decimal("87.41")

    def test_peg_counts_today_and_what_was_stored_on_other_days(self):
        manat = make_pair("TMT", provider="cbt", peg_value=Decimal("0.2857"))
        make_rate(manat, MONDAY - timedelta(days=60), "0.25", provider="cbt")
        for day, worth in (
            ("", "28.57 USD at the rate fixed by law"),
            ("2025-11-20", "25.00 USD at the rate in force"),
        ):
            assert f"100.00 TMT = {worth}" in self.text(f"/rates/tmt-usd/?amount=100&currency=TMT&day={day}")
        assert "There is no rate for that day" in self.text("/rates/tmt-usd/?amount=5&currency=TMT&day=2001-01-01")

    def test_takes_the_rate_of_another_day(self):
        text = self.convert(amount="100", currency="KGS", day="2025-12-02")
        assert "100.00 KGS = 1.14 USD at the rate in force from 30 November 2025, National Bank of the Kyr" in text

    def test_refuses_in_words_and_keeps_what_was_typed(self):
        refused = {
            "": "Enter an amount.",
            "many": "Enter an amount, for example 1250.50.",
            "-5": "above zero",
            "0": "above zero",
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
                "inverse_unit": "KGS for 1 USD",
                "inverse_value": "87.4125874126",
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

    def test_data_of_a_pair_that_is_turned_round_is_exact_either_way(self):
        self.pair.is_inverse = True
        self.pair.save()
        told = {"0.01144": "87.4125874126", "0.0000832": "12019.2307692", "0.3": "3.33333333333", "8": "0.125"}
        told["0.000083246618106139"] = "12012.5"  # what the bank said, of which the database keeps that
        for value, turned in told.items():
            Rate.objects.filter(effective_date=MONDAY).update(value=value)
            one = self.client.get("/rates/kgs-usd.json").json()
            for found in (self.client.get("/rates.json").json()["rates"][0], one, one | one["rates"][0]):
                assert (found["pair"], found["unit"], found["value"]) == ("USD/KGS", "KGS for 1 USD", turned)
                assert (found["inverse_unit"], found["inverse_value"]) == ("USD for 1 KGS", value)

    def test_linked_data_is_whole(self):
        body = self.client.get("/rates/kgs-usd/").content.decode()
        data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', body)[1])
        assert data["currentExchangeRate"]["price"] == 0.01144
        assert data["currency"] == "KGS"
