from datetime import timedelta
from unittest import mock

import time_machine
from django.core.files.storage import default_storage
from django.test import TestCase
from PIL import Image

from tickers.tests.factories import MONDAY, NOON, make_pair, make_rate


@time_machine.travel(NOON, tick=False)
class CardTests(TestCase):
    def setUp(self):
        self.pair = make_pair(provider="nbkr")

    def rate(self, day, value, **fields):
        with self.captureOnCommitCallbacks(execute=True):
            make_rate(self.pair, day, value, provider="nbkr", **fields)
        self.pair.refresh_from_db()

    def test_accepted_rate_gives_the_page_its_card_and_takes_the_one_before_away(self):
        self.rate(MONDAY, "0.01144")
        first = self.pair.card
        assert first.startswith("rates/kgs-usd/2025-12-08-0.01144")
        with default_storage.open(first) as file:
            assert Image.open(file).size == (1200, 630)
        self.rate(MONDAY + timedelta(days=1), "0.01150")
        assert self.pair.card.startswith("rates/kgs-usd/2025-12-09-0.01150")
        assert not default_storage.exists(first)
        page = self.client.get("/rates/kgs-usd/").content.decode()
        assert f'<meta property="og:image" content="http://testserver/media/{self.pair.card}">' in page
        response = self.client.get(f"/media/{self.pair.card}")
        assert response["Content-Type"] == "image/png"

    def test_pair_that_is_turned_round_gets_another_card(self):
        self.rate(MONDAY, "0.0000832")
        first = self.pair.card
        with self.captureOnCommitCallbacks(execute=True):
            self.pair.is_inverse = True
            self.pair.save()
        self.pair.refresh_from_db()
        assert self.pair.card.startswith("rates/kgs-usd/2025-12-08-12019.23")
        assert not default_storage.exists(first)
        assert self.client.get(f"/media/{self.pair.card}").status_code == 200

    def test_card_has_an_address_that_stays(self):
        assert self.client.get("/rates/kgs-usd.png").status_code == 404
        self.rate(MONDAY, "0.01144")
        assert self.client.get("/rates/kgs-usd.png").headers["Location"] == f"/media/{self.pair.card}"

    def test_past_that_is_filled_in_draws_nothing(self):
        self.rate(MONDAY, "0.01144")
        with mock.patch("tickers.cards.draw_pair_card") as draw:
            self.rate(MONDAY - timedelta(days=9), "0.0115")
        draw.assert_not_called()

    def test_held_rate_draws_nothing_and_no_reader_does(self):
        self.rate(MONDAY, "0.01144", status="held")
        assert self.pair.card == ""
        make_rate(self.pair, MONDAY, "0.01144")
        with mock.patch("tickers.cards.draw_pair_card") as draw:
            page = self.client.get("/rates/kgs-usd/").content.decode()
        draw.assert_not_called()
        assert "icon-512" in page

    def test_long_numbers_fit(self):
        self.rate(MONDAY, "0.0000000123456789")
        assert self.pair.card
