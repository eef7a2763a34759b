"""A pair within some days: which, how many are kept, and what is said of them."""

from datetime import date, timedelta
from decimal import Decimal

from django.test import SimpleTestCase

from tickers import span
from tickers.history import Point
from tickers.span import PairSpan
from tickers.tests.factories import MONDAY


def make_points(count, every=1):
    """A saw that rises, with one deep and one high day in the midst of weeks."""
    points = []
    for number in range(count):
        value = Decimal(100 + number % 7) + Decimal(number) / 1000
        points.append(Point(date(1990, 1, 1) + timedelta(days=number * every), value))
    points[count // 2] = Point(points[count // 2].day, Decimal("3.5"))
    points[count // 3] = Point(points[count // 3].day, Decimal("912.25"))
    return points


class SpanTests(SimpleTestCase):
    def test_span_has_its_first_and_last_day_and_none_to_come(self):
        assert span.days("1m", MONDAY) == (date(2025, 11, 8), MONDAY)
        assert span.days("2025-09-01/2025-11-30", MONDAY) == (date(2025, 9, 1), date(2025, 11, 30))
        assert span.days("2025-09-01/2026-11-30", MONDAY) == (date(2025, 9, 1), MONDAY)

    def test_however_long_the_past_few_points_are_kept_and_the_ends_are_true(self):
        for count, every in ((2, 1), (90, 1), (260, 1), (900, 1), (13_000, 1), (300, 366)):
            with self.subTest(count=count):
                points = make_points(count, every)
                kept = span.thinned_points(points)
                assert 2 <= len(kept) <= span.MOST_POINTS + 3
                assert kept == sorted(kept, key=lambda point: point.day)
                assert set(kept) <= set(points)
                assert (kept[0], kept[-1]) == (points[0], points[-1])
                for end in (min, max):
                    assert end(kept, key=lambda point: point.value) == end(points, key=lambda point: point.value)

    def test_turned_round_the_lowest_is_the_highest_and_the_move_the_other_way(self):
        points = [Point(MONDAY - timedelta(days=2), Decimal("0.0110")), Point(MONDAY, Decimal("0.0115"))]
        straight, turned = (PairSpan.of("KGS", "USD", points, turned=way) for way in (False, True))
        assert (straight.subject, turned.subject) == ("Dollars to the som", "Som to the dollar")
        assert (straight.low.day, turned.high.day) == (points[0].day, points[0].day)
        assert straight.move == "up 4.55 per cent"
        assert turned.move == "down 4.35 per cent"
        assert (turned.text(turned.first), turned.text(turned.last)) == ("90.91", "86.96")

    def test_written_numbers_tell_the_lowest_from_the_highest(self):
        for low, high in (("0.00196", "0.001965"), ("12019", "12019.3"), ("87.401", "87.404"), ("0.2849", "0.2849")):
            with self.subTest(low=low):
                told = PairSpan(
                    "KZT", "USD", [Point(MONDAY - timedelta(days=1), Decimal(low)), Point(MONDAY, Decimal(high))]
                )
                first, last = told.text(told.first), told.text(told.last)
                assert (first == last) == (low == high)
                assert [text for _day, text in told.rows] == [last, first]
