from collections import Counter
from datetime import date

from django.test import SimpleTestCase

from fixtures import demo_rates
from tickers.tests.factories import FRONT_PAGE, MONDAY


class DemoRatesTests(SimpleTestCase):
    def test_each_currency_has_sixty_days_that_end_on_the_front_page(self):
        rows = demo_rates.rows()
        assert Counter(base for base, _, _ in rows) == dict.fromkeys(FRONT_PAGE, 60)
        newest = {base: str(value) for base, day, value in rows if day == MONDAY}
        before = {base: str(value) for base, day, value in rows if day == date(2025, 12, 7)}
        assert {base: (newest[base], before[base]) for base in FRONT_PAGE} == FRONT_PAGE

    def test_same_rates_on_every_run(self):
        assert demo_rates.rows() == demo_rates.rows()

    def test_values_stay_near_the_last_and_are_short(self):
        for base, _, value in demo_rates.rows():
            assert abs(float(value) / float(FRONT_PAGE[base][0]) - 1) < 0.1
            assert value.as_tuple().exponent >= -10
