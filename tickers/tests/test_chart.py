from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from django.test import SimpleTestCase

from tickers import chart
from tickers.history import thinned_history
from tickers.row import Point

START = date(2020, 1, 15)


def points(count, step=1, value=lambda number: Decimal(number)):
    return [Point(START + timedelta(days=step * number), value(number)) for number in range(count)]


class DrawTests(SimpleTestCase):
    def test_line_goes_from_edge_to_edge_and_up_is_more(self):
        drawn = chart.draw_line(points(3, value=lambda number: Decimal(number + 1)))
        places = [tuple(map(float, place.split(","))) for place in drawn.line.split()]
        assert places[0][0] == drawn.left
        assert places[-1][0] == drawn.right == drawn.last[0]
        assert places[0][1] > places[1][1] > places[2][1] > 0
        assert max(down for _across, down in places) < drawn.bottom

    def test_ticks_are_round_and_within(self):
        for low, high in ((0, 1), (87, 88), (1, 3), (12000, 12019)):
            drawn = chart.draw_line(points(2, value=lambda number, ends=(low, high): Decimal(ends[number])))
            values = [Decimal(tick.text.replace(",", "")) for tick in drawn.y_ticks]
            assert 3 <= len(values) <= 7, values
            assert len({later - sooner for sooner, later in pairwise(values)}) == 1
            assert all(0 < tick.at < drawn.bottom for tick in drawn.y_ticks)

    def test_labels_of_days_months_and_years_never_crowd(self):
        for count in (2, 31, 200, 366, 1827, 10950):
            for size in (chart.WIDE, chart.NARROW):
                ticks = chart.draw_line(points(count), size).x_ticks
                assert 2 <= len(ticks) <= size[0] // chart.A_LABEL
                gaps = [later.at - sooner.at for sooner, later in pairwise(ticks)]
                assert min(gaps) > 40

    def test_rate_that_never_moved_and_a_single_one_are_drawn(self):
        flat = chart.draw_line(points(10, value=lambda _number: Decimal("3.5")))
        assert len({place.split(",")[1] for place in flat.line.split()}) == 1
        single = chart.draw_line(points(1, value=lambda _number: Decimal("3.5")))
        assert single.last[0] == single.right
        assert chart.spark(points(1)) == ""

    def test_tiny_and_huge_numbers_are_drawn(self):
        for size in ("1e-12", "1e12"):
            drawn = chart.draw_line(points(5, value=lambda number, size=size: Decimal(size) * (number + 1)))
            assert all("e" not in tick.text.lower() for tick in drawn.y_ticks)


class ThinTests(SimpleTestCase):
    def test_short_past_stays_whole(self):
        assert thinned_history(points(400)) == ("day", points(400))

    def test_five_years_are_told_by_weeks_thirty_by_months_and_sixty_by_years(self):
        for days, step, most in ((1827, "week", 270), (10950, "month", 365), (21900, "year", 64)):
            found, kept = thinned_history(points(days))
            assert found == step
            assert len(kept) < most
            assert (kept[0], kept[-1]) == (points(days)[0], points(days)[-1])
