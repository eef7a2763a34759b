"""Two values are as far apart whichever way round the pair is told, and exactly at the limit is within it."""

from decimal import Decimal
from random import Random

from django.test import SimpleTestCase

from tickers import judging


class DistanceTests(SimpleTestCase):
    def test_turned_round_the_judgement_is_the_same(self):
        random = Random(1)
        for _number in range(500):
            before = Decimal(random.randint(1, 10**6)) / 10 ** random.randint(0, 6)
            value = before * Decimal(random.randint(500, 2000)) / 1000
            percent = Decimal(random.randint(1, 5000)) / 100 + Decimal("0.003")  # never exactly at the limit
            told = judging.is_beyond(value, before, percent)
            assert judging.is_beyond(1 / value, 1 / before, percent) == told, (value, before, percent)
            assert judging.is_beyond(before, value, percent) == told, (value, before, percent)
            words = "{} % (the other way round {} %)"
            told, turned = (f"{(one / other - 1) * 100:+.1f}" for one, other in ((value, before), (before, value)))
            assert judging.distance(value, before) == words.format(told, turned)

    def test_som_that_jumps_and_returns_is_beyond_the_limit_both_times_and_both_ways(self):
        low, high = Decimal("87.50"), Decimal("96.80")
        for value, before in ((high, low), (low, high), (1 / high, 1 / low), (1 / low, 1 / high)):
            assert judging.is_beyond(value, before, Decimal(10))

    def test_exactly_at_the_limit_is_within_it(self):
        for value, before in ((Decimal("1.1"), Decimal(1)), (Decimal(1), Decimal("1.1"))):
            assert not judging.is_beyond(value, before, Decimal(10))
            assert judging.is_beyond(value, before, Decimal("9.99"))
