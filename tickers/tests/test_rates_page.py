from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from django.test import RequestFactory, TestCase
from django.utils import timezone

from tickers import views
from tickers.tests.factories import BISHKEK, MONDAY, make_pair, make_rate


class RatesPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.today = timezone.now().date()
        cls.pair = make_pair()
        make_rate(cls.pair, cls.today - timedelta(days=20), "0.011439", provider="nbkr")
        make_rate(cls.pair, cls.today - timedelta(days=10), "0.01144", provider="nbkr")

    def test_pair_has_its_row_with_all_that_is_known(self):
        response = self.client.get("/rates/")
        self.assertContains(response, '<tr id="kgs-usd" class="is-up">')
        self.assertContains(response, '<th scope="row">KGS/USD</th>', html=True)
        for text in ("0.01144", "0.011439", "National Bank of the Kyrgyz Republic", "1 USD = 87.41 KGS"):
            self.assertContains(response, f"<td>{text}</td>", html=True)
        self.assertContains(response, "up 0.01 per cent")
        self.assertContains(response, f'<time datetime="{self.today - timedelta(days=10)}">')
        self.assertContains(response, "<caption", count=1)

    def test_shows_the_rates_of_the_papers_day_at_the_time_asked_for(self):
        self.pair.rates.all().delete()
        make_rate(self.pair, MONDAY)
        request = RequestFactory().get("/rates/")
        midnight = datetime(2025, 12, 7, 18, tzinfo=UTC)  # in Bishkek
        for request.at, shown in ((midnight - timedelta(seconds=1), 0), (midnight, 1)):
            with timezone.override(BISHKEK), patch.object(views, "render") as render:
                views.rates_page(request)
            assert len(render.call_args.args[2]["rows"]) == shown

    def test_says_so_when_there_are_no_rates(self):
        self.pair.rates.all().delete()
        self.assertContains(self.client.get("/rates/"), "There are no rates yet.")

    def test_ten_pairs_take_as_many_queries_as_one(self):
        for base in ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH", "III"):
            make_rate(make_pair(base), self.today)
        self.client.get("/rates/")  # makes the frame ready
        with self.assertNumQueries(1):
            response = self.client.get("/rates/")
        assert len(response.context["rows"]) == 10

    def test_changes_nothing_by_post(self):
        assert self.client.post("/rates/").status_code == 405
