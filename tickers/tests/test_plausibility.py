"""Two values are as far apart whichever way round the pair is told; the limit is learned, and never grows unbounded."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.models import User
from django.test import SimpleTestCase, TestCase

from tickers import plausibility
from tickers.models import Pair, Rate, exact
from tickers.plausibility import SPAN, CrossCheck
from tickers.providers import Quote
from tickers.tests.factories import MONDAY, make_pair, make_rate

LOW, HIGH = Decimal("87.50"), Decimal("96.80")


def told(way, value):
    """What a bank prints, as the pair of that way round is stored."""
    return exact(Decimal(value) if way == "USD/KGS" else 1 / Decimal(value))


class DistanceTests(SimpleTestCase):
    def test_turned_round_the_judgement_is_the_same(self):
        random = Random(1)
        for _number in range(500):
            before = Decimal(random.randint(1, 10**6)) / 10 ** random.randint(0, 6)
            value = before * Decimal(random.randint(500, 2000)) / 1000
            percent = Decimal(random.randint(1, 5000)) / 100 + Decimal("0.003")  # never exactly at the limit
            told = plausibility.is_beyond(value, before, percent)
            assert plausibility.is_beyond(1 / value, 1 / before, percent) == told, (value, before, percent)
            assert plausibility.is_beyond(before, value, percent) == told, (value, before, percent)
            words = "{} % (the other way round {} %)"
            told, turned = (f"{(one / other - 1) * 100:+.1f}" for one, other in ((value, before), (before, value)))
            assert plausibility.distance(value, before) == words.format(told, turned)
        assert plausibility.distance(Decimal("99.99"), Decimal(100)) == words.format("+0.0", "+0.0")

    def test_som_that_jumps_and_returns_is_beyond_the_limit_both_times_and_both_ways(self):
        for value, before in ((HIGH, LOW), (LOW, HIGH), (1 / HIGH, 1 / LOW), (1 / LOW, 1 / HIGH)):
            assert plausibility.is_beyond(value, before, Decimal(10))

    def test_exactly_at_the_limit_is_within_it(self):
        for value, before in ((Decimal("1.1"), Decimal(1)), (Decimal(1), Decimal("1.1"))):
            assert not plausibility.is_beyond(value, before, Decimal(10))
            assert plausibility.is_beyond(value, before, Decimal("9.99"))


class LimitTests(SimpleTestCase):
    def limit(self, values, step=1, **fields):
        pair = Pair(**{"floor_percent": Decimal(2), "limit_percent": Decimal(10)} | fields)
        return plausibility.limit(pair, self.past(values, step))

    def past(self, values, step=1):
        """Rates as they are looked at, the newest first."""
        days = range(0, len(values) * step, step)
        rates = [
            Rate(effective_date=MONDAY + timedelta(days=day), value=value)
            for day, value in zip(days, values, strict=True)
        ]
        return rates[::-1]

    def moving(self, percent, moves):
        """Up by so many per cent and back, again and again."""
        return [100 * (1 + Decimal(percent) / 100) ** (number % 2) for number in range(moves + 1)]

    def test_limit_is_four_times_the_usual_move_between_floor_and_ceiling(self):
        for percent, expected in (
            ("1", "4.00"),
            ("0.6", "2.40"),
            ("0.5", "2"),
            ("0", "2"),
            ("2.5", "10"),
            ("40", "10"),
        ):
            assert self.limit(self.moving(percent, 60)) == Decimal(expected), percent

    def test_short_past_teaches_nothing(self):
        assert self.limit([]) == self.limit(self.moving(1, plausibility.ENOUGH - 1)) == 10
        assert self.limit(self.moving(1, plausibility.ENOUGH)) == 4

    def test_moves_over_long_gaps_teach_nothing(self):
        assert self.limit(self.moving(1, 40), step=SPAN) == 4
        assert self.limit(self.moving(1, 40), step=SPAN + 1) == 10

    def test_one_jump_and_its_return_teach_nothing(self):
        for moves in (plausibility.ENOUGH, 60):
            values = self.moving(1, moves)
            values[moves // 2] *= Decimal("1.5")
            assert self.limit(values) == 4

    def test_same_floor_and_ceiling_is_a_limit_that_learns_nothing_and_a_ceiling_under_the_floor_wins(self):
        assert self.limit(self.moving(1, 60), floor_percent=Decimal(7), limit_percent=Decimal(7)) == 7
        assert self.limit(self.moving(1, 60), floor_percent=Decimal(7), limit_percent=Decimal(1)) == 1

    def test_turned_round_the_limit_and_every_judgement_are_the_same(self):
        random, pair = Random(2), Pair(floor_percent=Decimal(1), limit_percent=Decimal(10))
        for number in range(100):
            scale, last = Decimal(10) ** random.randint(-4, 4), Decimal(87)
            values = []
            for _day in range(random.randint(2, 61)):
                last *= 1 + Decimal(random.randint(-20, 20)) / 1000
                values.append(last * scale)
            there, back = self.past(values), self.past([1 / value for value in values])
            assert plausibility.limit(pair, there) == plausibility.limit(pair, back), number
            day = there[0].effective_date + timedelta(days=random.randint(1, SPAN + 3))
            value = values[-1] * (1 + Decimal(random.randint(-120, 120)) / 1000)
            assert bool(plausibility.far(pair, day, value, there)) == bool(
                plausibility.far(pair, day, 1 / value, back)
            ), number

    def test_exactly_the_limit_and_exactly_the_span_are_near(self):
        pair = Pair(floor_percent=Decimal(4), limit_percent=Decimal(4))
        before, last_day = self.past([Decimal(100)]), MONDAY + timedelta(days=SPAN)
        for value in (Decimal(104), Decimal(100)):
            assert not plausibility.far(pair, last_day, value, before)
        assert "limit of 4 %" in plausibility.far(pair, last_day, Decimal("104.00000001"), before)
        assert "too long ago" in plausibility.far(pair, last_day + timedelta(days=1), Decimal(100), before)
        before = self.past([Decimal(104)])
        assert not plausibility.far(pair, last_day, Decimal(100), before)
        assert "limit of 4 %" in plausibility.far(pair, last_day, Decimal("99.99999999"), before)

    def test_no_gap_makes_a_fall_credible(self):
        pair = Pair(floor_percent=Decimal(2), limit_percent=Decimal(10))
        for days in (1, SPAN, SPAN + 1, 140, 4000):
            for value in (50, 200):
                assert "limit" in plausibility.far(
                    pair, MONDAY + timedelta(days=days), Decimal(value), self.past([Decimal(100)])
                )


class JudgeTests(TestCase):
    """A som that was 87.50, was accepted as 96.80, and is 87.6 again: both ways round."""

    def judge(self, pair, day, value, check=None, is_newest=True):
        quote = Quote(pair.base, pair.quote, day, value, 1, "nbkr")
        return plausibility.judge(pair, quote, value, check, today=day, is_newest=is_newest)

    def pairs(self):
        for way in ("KGS/USD", "USD/KGS"):
            base, quote = way.split("/")
            pair = make_pair(base, quote=quote, provider="nbkr", cross_check="")
            make_rate(pair, MONDAY, told(way, LOW), provider="nbkr")
            with self.subTest(way):
                yield way, pair

    def days(self, *values, way, pair):
        return [
            make_rate(pair, MONDAY + timedelta(days=number), told(way, value), provider="nbkr")
            for number, value in enumerate(values, start=1)
        ]

    def test_return_is_accepted_and_the_outlier_doubted(self):
        for way, pair in self.pairs():
            outliers = self.days(HIGH, way=way, pair=pair)
            verdict = self.judge(pair, MONDAY + timedelta(days=2), told(way, "87.6"))
            assert (verdict.reason, list(verdict.doubts)) == ("", outliers)

    def test_outlier_that_a_person_decided_on_takes_two_days_or_the_second_source(self):
        for way, pair in self.pairs():
            [outlier] = self.days(HIGH, way=way, pair=pair)
            outlier.decided_by_id = make_desk()
            outlier.save()
            second, third = MONDAY + timedelta(days=2), MONDAY + timedelta(days=3)
            verdict = self.judge(pair, second, told(way, "87.6"))
            assert "beyond the pair’s limit" in verdict.reason
            assert (verdict.is_for_distance, verdict.doubts) == (True, (outlier,))
            check = CrossCheck("Bank", Quote(pair.base, pair.quote, second, told(way, "87.9"), 1, "cbr"))
            assert not self.judge(pair, second, told(way, "87.6"), check).reason
            old = CrossCheck("Bank", Quote(pair.base, pair.quote, MONDAY, told(way, "87.9"), 1, "cbr"))
            assert self.judge(pair, second, told(way, "87.6"), old).reason  # it hasn't spoken since
            held = make_rate(pair, second, told(way, "87.6"), status="held", provider="nbkr", held_for_distance=True)
            verdict = self.judge(pair, third, told(way, "87.5"))
            assert (verdict.reason, verdict.doubts, verdict.agreeing) == ("", (outlier,), (held,))

    def test_as_many_days_speak_against_a_run_as_it_has_values(self):
        for way, pair in self.pairs():
            outliers = self.days(HIGH, "96.9", way=way, pair=pair)
            assert self.judge(pair, MONDAY + timedelta(days=3), told(way, "87.6")).reason
            repeated = make_rate(pair, MONDAY + timedelta(days=3), told(way, "96.9"), provider="nbkr")
            day = MONDAY + timedelta(days=4)
            held = make_rate(pair, day, told(way, "87.6"), status="held", provider="nbkr", held_for_distance=True)
            verdict = self.judge(pair, day + timedelta(days=1), told(way, "87.5"))
            assert not verdict.reason
            assert list(verdict.doubts) == [repeated, *outliers[::-1]]
            assert verdict.agreeing == (held,)

    def test_what_is_somewhere_else_or_drifted_or_was_long_ago_is_held_and_doubts_nothing(self):
        for way, pair in self.pairs():
            self.days(HIGH, way=way, pair=pair)
            for value in ("70", "110"):
                verdict = self.judge(pair, MONDAY + timedelta(days=2), told(way, value))
                assert verdict.reason, value
                assert (verdict.is_for_distance, verdict.doubts) == (True, ()), value
            late = MONDAY + timedelta(days=SPAN + 1)
            assert self.judge(pair, late, told(way, "87.6")).doubts == ()
            assert self.judge(pair, late - timedelta(days=1), told(way, "87.6")).doubts
        for way, pair in ((str(pair), pair) for pair in Pair.objects.all()):
            pair.rates.all().delete()
            self.days("80", "86", "92", "98", way=way, pair=pair)  # each a step within the limit
            assert self.judge(pair, MONDAY + timedelta(days=5), told(way, "86.1")).doubts == ()

    def test_what_is_held_for_more_than_its_distance_is_not_settled_with_others(self):
        pair = make_pair(provider="nbkr")
        make_rate(pair, MONDAY, "100", provider="nbkr")
        day = MONDAY + timedelta(days=1)
        apart = CrossCheck("Bank", Quote("KGS", "USD", day, Decimal(100), 1, "cbr"))
        agrees = CrossCheck("Bank", Quote("KGS", "USD", day, Decimal(150), 1, "cbr"))
        for value, check, expected in (("150", None, True), ("150", agrees, True), ("150", apart, False)):
            assert self.judge(pair, day, Decimal(value), check).is_for_distance == expected
        assert not self.judge(pair, day, Decimal("0")).is_for_distance
        make_rate(pair, day, "101", provider="nbkr")
        assert not self.judge(pair, day, Decimal("150")).is_for_distance  # the source changed its rate

    def test_exactly_the_tolerance_is_near_enough(self):
        pair = make_pair(provider="nbkr", tolerance_percent=3)
        for value, is_held in (("103", False), ("103.0000001", True), ("97", True), ("97.1", False)):
            check = CrossCheck("Bank", Quote("KGS", "USD", MONDAY, Decimal(100), 1, "cbr"))
            assert bool(self.judge(pair, MONDAY, Decimal(value), check).reason) == is_held, value

    def test_what_readers_see_already_is_known_whoever_says_it_again(self):
        pair = make_pair(provider="nbkr")
        for day, provider in ((MONDAY, "manual"), (MONDAY + timedelta(days=1), "cbr")):
            make_rate(pair, day, "100", provider=provider)
            assert self.judge(pair, day, Decimal(100)).is_known, provider
            assert not self.judge(pair, day, Decimal("100.1")).is_known, provider

    def test_older_day_is_doubted_only_where_the_newest_was_asked_for(self):
        pair = make_pair(provider="nbkr")
        make_rate(pair, MONDAY, "100", provider="nbkr")
        friday = MONDAY - timedelta(days=3)
        assert "older than the newest" in self.judge(pair, friday, Decimal(100)).reason
        assert self.judge(pair, friday, Decimal(100), is_newest=False).reason == ""

    def test_rates_held_for_later_days_settle_no_earlier_one(self):
        pair = make_pair(provider="nbkr")
        make_rate(pair, MONDAY, LOW, provider="nbkr")
        [outlier] = self.days(HIGH, way="USD/KGS", pair=pair)
        outlier.decided_by_id = make_desk()
        outlier.save()
        near, later = Decimal("87.6"), MONDAY + timedelta(days=3)
        make_rate(pair, later, near, status="held", provider="nbkr", held_for_distance=True)
        assert self.judge(pair, MONDAY + timedelta(days=2), near).reason
        assert not self.judge(pair, MONDAY + timedelta(days=4), near).reason

    def test_judging_takes_three_queries_however_long_the_past(self):
        pair = make_pair(provider="nbkr")
        for number in range(plausibility.PAST + 40):
            make_rate(pair, MONDAY - timedelta(days=number + 1), "100", provider="nbkr")
        with self.assertNumQueries(3) as queries:  # of that day, the newest of the source, the past
            self.judge(pair, MONDAY, Decimal(100))
        assert f"LIMIT {plausibility.PAST}" in queries.captured_queries[-1]["sql"]


def make_desk():
    return User.objects.get_or_create(username="desk")[0].pk
