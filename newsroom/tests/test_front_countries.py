"""The row of countries on the front page: the time, the rate and the newest article of each."""

import re
from datetime import UTC, datetime
from unittest import mock

import time_machine
from django.test import TestCase

from articles.models import Section, SiteSettings
from articles.templatetags.articles import offset
from articles.tests.factories import make_chief, make_edition, make_section
from newsroom.serving import frame
from tickers.models import Pair
from tickers.tests.factories import NOON, make_front_page


class FrontCountriesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        make_front_page()
        places = {"Kyrgyzstan": ("Asia/Bishkek", "KGS"), "Afghanistan": ("Asia/Kabul", "AFN"), "Atlantis": ("", "")}
        cls.countries = [
            make_section(name=name, slug=name.lower(), kind="country", order=order, time_zone=zone, currency=currency)
            for order, (name, (zone, currency)) in enumerate(places.items())
        ]
        cls.theme = make_section(name="Business")
        cls.edition = make_edition(headline="Two passes close", section=cls.theme, further=cls.countries[:1])

    def setUp(self):
        frame.forget_frame()

    def page(self, path="/"):
        with time_machine.travel(NOON, tick=False):
            return self.client.get(path).content.decode()

    def row(self, path="/"):
        """Each country's cell, as text."""
        part = self.page(path).partition('class="countries-now"')[2].partition("</section>")[0]
        cells = [re.sub(r"<[^>]*>", "", cell) for cell in part.split("<li")[1:]]
        return [" ".join(cell.partition(">")[2].replace("&nbsp;", " ").split()) for cell in cells]

    def test_each_has_its_clock_what_a_dollar_costs_and_its_newest(self):
        assert self.row() == [
            "Kyrgyzstan Bishkek UTC+6 $1 = 87.41 som, down 0.01 per cent Two passes close",
            "Afghanistan Kabul UTC+4:30 No article yet",
            "Atlantis No article yet",
        ]
        assert '<span data-zone="Asia/Bishkek">' in self.page()

    def test_rate_is_told_alike_whichever_way_round_the_pair_is_stored(self):
        before = self.row()
        Pair.objects.update(is_inverse=True)
        frame.forget_frame()
        assert self.row() == before

    def test_old_rate_says_its_day_unless_the_bar_says_it_for_all(self):
        with time_machine.travel(NOON.replace(day=20), tick=False):
            page = self.client.get("/").content.decode()
            assert page.count("As of") == 1
            assert "8 Dec 2025" not in page.partition('class="countries-now"')[2].partition("</section>")[0]
        with mock.patch("tickers.ratebar.shared_stale_date", return_value=None):
            frame.forget_frame()
            with time_machine.travel(NOON.replace(day=20), tick=False):
                page = self.client.get("/").content.decode()
        assert ">8 Dec 2025</time>" in page.partition('class="countries-now"')[2].partition("</section>")[0]

    def test_paper_at_another_time_says_what_the_clocks_said(self):
        self.client.force_login(make_chief())
        assert self.row("/?at=2025-12-08T09:05:00Z")[0].startswith("Kyrgyzstan Bishkek 15:05 $1")
        assert "data-zone" not in self.page("/?at=2025-12-08T09:05:00Z")

    def test_row_can_be_switched_off(self):
        SiteSettings.objects.create(has_countries=False)
        assert self.row() == []
        assert "with-countries" not in self.page()

    def test_shelf_of_a_country_has_its_clock_and_its_rate(self):
        Section.objects.filter(slug="kyrgyzstan").update(has_shelf=True)
        for number in range(12):
            make_edition(headline=f"No {number}", section=self.theme, further=self.countries[:1])
        shelf = self.page().partition('id="shelf-kyrgyzstan"')[2].partition("</section>")[0]
        assert "Bishkek" in shelf
        assert "<b>87.41</b>" in shelf

    def test_menu_of_countries_gives_way_only_to_a_row_that_has_all(self):
        assert 'class="front with-countries"' in self.page()
        Section.objects.filter(slug="atlantis").update(in_row=False)
        frame.forget_frame()
        assert 'class="front"' in self.page()

    def test_no_page_outlives_a_clock_that_is_put_back(self):
        Section.objects.filter(slug="atlantis").update(time_zone="Europe/Berlin")
        for clock in ("00:44", "00:59"):
            at = datetime.fromisoformat(f"2025-10-26T{clock}:30+00:00")
            until = frame.frame_at(at).until
            assert offset("Europe/Berlin", at) == "UTC+2"
            assert until <= datetime(2025, 10, 26, 1, tzinfo=UTC)
        assert offset("Europe/Berlin", datetime(2025, 10, 26, 1, tzinfo=UTC)) == "UTC+1"
        assert offset("Europe/London", datetime(2025, 12, 1, tzinfo=UTC)) == "UTC"
        assert offset("America/St_Johns", datetime(2025, 12, 1, tzinfo=UTC)) == "UTC\N{MINUS SIGN}3:30"
