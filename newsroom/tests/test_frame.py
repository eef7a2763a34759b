from datetime import UTC, datetime

import time_machine
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
        with time_machine.travel(until, tick=False), self.assertNumQueries(3):
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


class TimeZoneTests(TestCase):
    def test_day_line_is_the_papers_day(self):
        SiteSettings.objects.create(time_zone="Asia/Bishkek")
        with time_machine.travel(datetime(2025, 12, 7, 20, 0, tzinfo=UTC), tick=False):
            self.assertContains(self.client.get("/"), "08 December 2025")
