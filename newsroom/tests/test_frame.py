from datetime import UTC, datetime, timedelta
from unittest import mock

import time_machine
from django.contrib.auth.models import User
from django.test import TestCase, TransactionTestCase
from django.utils import timezone

from articles.models import Alert, SiteSettings
from articles.tests.factories import make_section
from newsroom.serving import frame, generation
from tickers import decisions, refresh
from tickers.providers.nbkr import Nbkr
from tickers.tests.factories import make_pair, make_rate
from tickers.tests.stub_bank import bank

NOON = datetime(2025, 12, 8, 6, 0, tzinfo=UTC)


class FrameTests(TestCase):
    def test_it_is_read_once(self):
        frame.frame_at()
        with self.assertNumQueries(0):
            frame.frame_at()

    def test_one_of_an_older_generation_is_not_kept_for_the_newest(self):
        older = generation.current()
        generation.change()
        newest = frame.frame_at()
        assert frame.frame_at(token=older).generation == older  # for a request whose replica shows no more than that
        with self.assertNumQueries(0):
            assert frame.frame_at() is newest

    def test_it_is_built_anew_when_the_papers_day_begins(self):
        with time_machine.travel(NOON, tick=False):
            until = frame.frame_at().until
        with time_machine.travel(until, tick=False), self.assertNumQueries(6):
            frame.frame_at()

    def test_menu_has_two_levels_in_order(self):
        second = make_section(name="Second", order=2)
        make_section(name="First", order=1)
        make_section(name="Child", parent=second)
        make_section(name="Hidden", in_menu=False)
        make_section(name="Country", kind="country")
        built = frame.frame_at(NOON)
        assert [item.name for item in built.themes] == ["First", "Second"]
        assert [child.name for child in built.themes[1].children] == ["Child"]
        assert [item.name for item in built.countries] == ["Country"]


class AlertTests(TestCase):
    def alert(self, text, start, end, **fields):
        return Alert.objects.create(
            text=text, starts_at=NOON + timedelta(hours=start), ends_at=NOON + timedelta(hours=end), **fields
        )

    def page(self, hours, path="/"):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            return self.client.get(path).content.decode()

    def test_newest_that_stands_is_above_every_page_and_time_takes_it_away(self):
        self.alert("Snow closes the pass", 0, 0.5, link="/latest/")
        self.alert("The pass is open", 0.25, 0.4)
        for path in ("/", "/latest/", "/rates/", "/nothing/"):
            assert '<a href="/latest/">Snow closes the pass</a>' in self.page(0, path), path
        assert "The pass is open" in self.page(0.25)
        assert "Snow closes" in self.page(0.4)
        assert "Breaking" not in self.page(0.5)

    def test_it_takes_no_query_once_the_frame_is_ready(self):
        self.alert("Snow", 0, 0.5)
        with time_machine.travel(NOON, tick=False):
            frame.frame_at()
            with self.assertNumQueries(0):
                assert frame.frame_at().alert.text == "Snow"

    def test_staff_see_the_alert_of_another_time(self):
        self.alert("Snow", 1, 2)
        assert frame.frame_at(NOON).alert is None
        assert frame.frame_at(NOON + timedelta(hours=1)).alert.text == "Snow"

    def test_text_is_shown_as_text(self):
        self.alert("<script>alert(1)</script>", 0, 1)
        assert "&lt;script&gt;alert(1)" in self.page(0)


class ForgettingTests(TransactionTestCase):
    def test_write_is_seen_by_the_next_page(self):
        frame.frame_at()
        section = make_section(name="New")
        assert [item.name for item in frame.frame_at().themes] == ["New"]
        section.name = "Renamed"
        section.save()
        assert [item.name for item in frame.frame_at().themes] == ["Renamed"]
        section.delete()
        assert frame.frame_at().themes == ()
        alert = Alert.objects.create(text="Snow", ends_at=timezone.now() + timedelta(hours=1))
        assert frame.frame_at().alert.text == "Snow"
        alert.delete()
        assert frame.frame_at().alert is None
        SiteSettings.objects.create(name="Another name")
        assert frame.frame_at().paper.name == "Another name"

    def test_bar_follows_a_decision_and_a_refresh_at_once(self):
        desk = User.objects.create(username="desk")
        with time_machine.travel(NOON, tick=False):
            pair = make_pair(provider="nbkr", cross_check="")
            make_rate(pair, NOON.date() - timedelta(days=3), "0.01144", provider="nbkr")
            held = make_rate(pair, NOON.date(), "0.01300", provider="nbkr", status="held")
            self.assertContains(self.client.get("/"), "</span> 0.01144")
            decisions.accept_rate(held, by=desk)
            self.assertContains(self.client.get("/"), "</span> 0.01300")
        tomorrow = NOON + timedelta(days=1)
        with (
            bank() as server,
            mock.patch.object(Nbkr, "host", server.address),
            time_machine.travel(tomorrow, tick=False),
        ):
            self.assertContains(self.client.get("/"), "</span> 0.01300")
            pair.limit_percent = 50
            pair.save()
            refresh.refresh_newest()
            self.assertContains(self.client.get("/"), "</span> 0.01135")

    def test_frame_built_while_a_row_was_written_is_not_kept(self):
        built = frame._build
        started = []

        def slow(at, token):
            result = built(at, token)
            if not started:
                started.append(True)
                make_section(name="Written meanwhile")
            return result

        frame._build = slow
        try:
            frame.frame_at()
            assert [item.name for item in frame.frame_at().themes] == ["Written meanwhile"]
        finally:
            frame._build = built


class TimeZoneTests(TestCase):
    def test_day_line_is_the_papers_day(self):
        SiteSettings.objects.create(time_zone="Asia/Bishkek")
        with time_machine.travel(datetime(2025, 12, 7, 20, 0, tzinfo=UTC), tick=False):
            self.assertContains(self.client.get("/"), '<time datetime="2025-12-08">08 December 2025</time>', html=True)

    def test_day_line_may_name_the_weekday(self):
        SiteSettings.objects.create(time_zone="Asia/Bishkek", day_form="weekday")
        day = '<time datetime="2025-12-08">Monday, 08 December 2025</time>'
        with time_machine.travel(datetime(2025, 12, 7, 20, 0, tzinfo=UTC), tick=False):
            self.assertContains(self.client.get("/"), day, html=True)
