from dataclasses import make_dataclass
from datetime import UTC, datetime
from unittest import mock

import time_machine
from django.core.cache import cache
from django.test import TestCase, TransactionTestCase

from articles.models import SiteSettings
from articles.tests.factories import make_section
from newsroom import frame

NOON = datetime(2025, 12, 8, 6, 0, tzinfo=UTC)


class FrameTests(TestCase):
    def test_it_is_read_once(self):
        frame.get()
        with self.assertNumQueries(0):
            frame.get()

    def test_it_is_built_anew_when_the_papers_day_begins(self):
        with time_machine.travel(NOON, tick=False):
            until = frame.get().until
        with time_machine.travel(until, tick=False), self.assertNumQueries(4):
            frame.get()

    def test_menu_has_two_levels_in_order(self):
        second = make_section(name="Second", order=2)
        make_section(name="First", order=1)
        make_section(name="Child", parent=second)
        make_section(name="Hidden", in_menu=False)
        make_section(name="Country", kind="country")
        built = frame.get(NOON)
        assert [item.name for item in built.themes] == ["First", "Second"]
        assert [child.name for child in built.themes[1].children] == ["Child"]
        assert [item.name for item in built.countries] == ["Country"]


class ForgettingTests(TransactionTestCase):
    def test_write_is_seen_by_the_next_page(self):
        frame.get()
        section = make_section(name="New")
        assert [item.name for item in frame.get().themes] == ["New"]
        section.name = "Renamed"
        section.save()
        assert [item.name for item in frame.get().themes] == ["Renamed"]
        section.delete()
        assert frame.get().themes == ()
        SiteSettings.objects.create(name="Another name")
        assert frame.get().paper.name == "Another name"

    def test_frame_built_while_a_row_was_written_is_not_kept(self):
        built = frame._build
        started = []

        def slow(at, generation=None):
            result = built(at, generation)
            if not started:
                started.append(True)
                make_section(name="Written meanwhile")
            return result

        frame._build = slow
        try:
            frame.get()
            assert [item.name for item in frame.get().themes] == ["Written meanwhile"]
        finally:
            frame._build = built


class OtherCodeTests(TestCase):
    def test_frame_kept_by_code_with_other_fields_is_not_used(self):
        before = frame._key()
        for name, changed in (("Frame", frame.Frame), ("MenuItem", frame.MenuItem)):
            other = make_dataclass(name, ["added"], bases=(changed,), frozen=True, kw_only=True)
            frame._key.cache_clear()
            with mock.patch.object(frame, name, other):
                assert frame._key() != before, name
            frame._key.cache_clear()
        assert frame._key() == before

    def test_what_cannot_be_read_any_more_is_built_anew(self):
        with mock.patch.object(cache, "get_many", side_effect=AttributeError("Can't get attribute 'OldRow'")):
            assert frame.get().themes == ()


class OutageTests(TransactionTestCase):
    """The cache is down: pages and saves go on."""

    def setUp(self):
        frame._outage.clear()
        self.backend = type(cache._connections[cache._alias])

    def broken(self, *names):
        return mock.patch.multiple(self.backend, **{name: mock.Mock(side_effect=OSError("gone")) for name in names})

    def test_pages_are_shown_and_it_is_told_once(self):
        section = make_section(name="Business", slug="business")
        with self.broken("get_many", "get", "set"), self.assertLogs("newsroom.frame", "ERROR") as told:
            for _ in range(3):
                self.assertContains(self.client.get("/business/"), section.name)
        assert len(told.records) == 1

    def test_a_full_cache_is_no_failure(self):
        with self.broken("set"), self.assertLogs("newsroom.frame", "ERROR") as told:
            for _ in range(3):
                assert self.client.get("/").status_code == 200
        assert len(told.records) == 1

    def test_a_save_succeeds(self):
        with self.broken("get_many", "get", "set"), self.assertLogs("newsroom.frame", "ERROR"):
            make_section(name="Written meanwhile")
        assert [item.name for item in frame.get().themes] == ["Written meanwhile"]


class TimeZoneTests(TestCase):
    def test_day_line_is_the_papers_day(self):
        SiteSettings.objects.create(time_zone="Asia/Bishkek")
        with time_machine.travel(datetime(2025, 12, 7, 20, 0, tzinfo=UTC), tick=False):
            self.assertContains(self.client.get("/"), "08 December 2025")
