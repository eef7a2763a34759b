"""When a day begins, and how a time is told."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase
from django.utils import timezone

from ground.times import midnight, time_with_zone

BISHKEK = ZoneInfo("Asia/Bishkek")


class TimesTests(SimpleTestCase):
    def test_day_begins_in_its_zone(self):
        assert midnight(date(2025, 12, 9), BISHKEK) == datetime(2025, 12, 8, 18, tzinfo=UTC)
        with timezone.override(BISHKEK):
            assert midnight(date(2025, 12, 9)) == datetime(2025, 12, 8, 18, tzinfo=UTC)

    def test_day_on_which_the_clocks_change_begins_by_the_old_ones(self):
        assert midnight(date(2025, 3, 30), ZoneInfo("Europe/Berlin")) == datetime(2025, 3, 29, 23, tzinfo=UTC)

    def test_time_is_told_with_its_zone(self):
        noon = datetime(2025, 12, 8, 6, 5, tzinfo=UTC)
        assert time_with_zone(noon, BISHKEK) == "8 December 2025, 12:05 (Asia/Bishkek)"
        assert time_with_zone(noon, BISHKEK, "SHORT_DATETIME_FORMAT") == "8 Dec 2025, 12:05 (Asia/Bishkek)"
        with timezone.override(BISHKEK):
            assert time_with_zone(noon) == "8 December 2025, 12:05 (Asia/Bishkek)"
