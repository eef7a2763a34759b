from datetime import UTC, date, datetime, timedelta

from django.test import SimpleTestCase

from tickers import calendar, providers

FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY = (date(2025, 12, 5) + timedelta(days=number) for number in range(5))


class FreshTests(SimpleTestCase):
    def test_weekend_makes_nothing_stale(self):
        assert calendar.oldest_fresh("nbkr", FRIDAY) == date(2025, 12, 4)
        for today in (SATURDAY, SUNDAY, MONDAY):
            assert calendar.oldest_fresh("nbkr", today) == FRIDAY
        assert calendar.oldest_fresh("nbkr", TUESDAY) == MONDAY
        assert calendar.oldest_fresh("cbt", MONDAY) == SATURDAY
        assert calendar.oldest_fresh("nbt", MONDAY) == SUNDAY

    def test_holidays_are_each_countrys(self):
        after_new_year = date(2026, 1, 9)
        assert calendar.oldest_fresh("cbr", after_new_year) == date(2025, 12, 30)
        assert calendar.oldest_fresh("nbk", after_new_year) == date(2026, 1, 8)
        assert calendar.oldest_fresh("nbk", date(2026, 3, 26)) == date(2026, 3, 20)  # Nauryz, and days for weekends
        assert calendar.oldest_fresh("ecb", date(2026, 4, 7)) == date(2026, 4, 2)  # Easter

    def test_every_source_has_a_calendar(self):
        for code in [*providers.ALL, "gone"]:
            assert MONDAY - timedelta(days=5) < calendar.oldest_fresh(code, MONDAY) < MONDAY


class DueTests(SimpleTestCase):
    def is_due(self, hour, *, code="nbkr", day=MONDAY, asked=None, newest=None):
        now = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)
        return calendar.is_due(code, now, now - timedelta(minutes=asked) if asked else None, newest)

    def test_source_is_asked_from_its_hour_on(self):
        assert [hour for hour in range(24) if self.is_due(hour)] == list(range(8, 24))

    def test_often_while_it_is_about_to_answer_and_seldom_later(self):
        assert not self.is_due(9, asked=14)
        assert self.is_due(9, asked=15)
        assert not self.is_due(12, asked=15)
        assert self.is_due(12, asked=60)

    def test_not_when_its_next_rate_is_here(self):
        assert self.is_due(9, newest=MONDAY)
        assert not self.is_due(9, newest=TUESDAY)
        assert not self.is_due(9, code="nbt", newest=MONDAY)

    def test_not_on_its_days_of_rest_and_not_what_is_never_asked(self):
        assert not self.is_due(9, day=SUNDAY)
        assert not self.is_due(9, day=date(2026, 1, 7))
        assert not self.is_due(9, code="peg")
        assert not self.is_due(9, code="manual")
