"""What later rates speak against is doubted in place of them; held rates that agree are settled together."""

from datetime import timedelta
from decimal import Decimal
from unittest import mock

import time_machine
from django.contrib.auth.models import Permission, User
from django.core import mail

from tickers import decisions, plausibility, refresh
from tickers.decisions import DecisionError
from tickers.models import Pair, Rate, exact
from tickers.tests.factories import MONDAY, NOON, make_pair, make_rate
from tickers.tests.stub_bank import nbkr
from tickers.tests.test_refresh import FRIDAY, RefreshTestCase


class OutlierTests(RefreshTestCase):
    """The som was 87.50, was accepted as 96.80, and is 87.6 and 87.5 again: a pair each way round."""

    def setUp(self):
        super().setUp()
        Rate.objects.all().delete()
        self.pairs = [self.pair, make_pair("USD", quote="KGS", provider="nbkr", cross_check="", limit_percent=10)]
        self.desk = User.objects.create(username="desk", email="desk@paper.example")
        self.desk.user_permissions.add(Permission.objects.get(codename="change_rate"))
        for pair in self.pairs:
            make_rate(pair, FRIDAY, self.told(pair, "87.50"), provider="nbkr")

    def told(self, pair, value):
        return exact(Decimal(value) if pair.base == "USD" else 1 / Decimal(value))

    def jump(self, **fields):
        return [
            make_rate(pair, FRIDAY + timedelta(days=1), self.told(pair, "96.80"), provider="nbkr", **fields)
            for pair in self.pairs
        ]

    def days(self, *values):
        """The bank's rates of the days that follow the jump, one after the other: what became of them."""
        kinds = []
        for number, value in enumerate(values, start=2):
            day = FRIDAY + timedelta(days=number)
            self.answer(nbkr(day, value.replace(".", ",")))
            moment = time_machine.travel(NOON + timedelta(days=number - 3), tick=False)
            with moment, self.captureOnCommitCallbacks(execute=True):
                kinds.append([kind for kind, _text in self.ask()])
        return kinds

    def test_outlier_is_doubted_the_desk_is_mailed_and_no_true_rate_is_held(self):
        outliers = self.jump()
        assert self.days("87.6", "87.5", "87.55") == [[refresh.NEW] * 2] * 3
        assert set(Rate.objects.doubted()) == set(outliers)
        for rate in Rate.objects.doubted():
            assert rate.doubt.endswith("is back where the pair was before this one.")
            [message] = [one for one in mail.outbox if str(rate) in one.subject]
            assert f"/admin/tickers/rate/{rate.pk}/change/" in message.body
            assert message.to == ["desk@paper.example"]
        assert len(mail.outbox) == 2

    def test_what_a_person_accepted_is_doubted_at_once_and_the_second_true_rate_settles_the_first(self):
        outliers = self.jump(decided_by=self.desk)
        assert self.days("87.6") == [[refresh.HELD] * 2]
        assert set(Rate.objects.doubted()) == set(outliers)
        held = list(Rate.objects.held())
        self.days("87.6", "87.5")
        assert not Rate.objects.held()
        assert {rate.decided_by for rate in Rate.objects.filter(pk__in=[one.pk for one in held])} == {None}
        assert Rate.objects.accepted().count() == 8
        assert len(mail.outbox) == 2  # doubted once

    def test_rejecting_the_outlier_settles_what_was_held_because_of_it(self):
        outliers = self.jump(decided_by=self.desk)
        self.days("87.6")
        for rate in outliers:
            [settled] = decisions.reject(rate, by=self.desk).settled
            assert settled.pair == rate.pair
        assert not Rate.objects.held()
        assert {rate.status for rate in Rate.objects.filter(pk__in=[one.pk for one in outliers])} == {"rejected"}
        self.answer(nbkr(FRIDAY + timedelta(days=1), "96,80"))
        assert [kind for kind, _text in self.ask()] == [refresh.UNCHANGED] * 2

    def test_outlier_that_is_right_stays_and_is_doubted_no_more(self):
        [outlier, _other] = self.jump()
        self.days("87.6")
        decisions.accept_rate(outlier, by=self.desk)
        outlier.refresh_from_db()
        assert (outlier.status, outlier.doubt, outlier.decided_by) == ("accepted", "", self.desk)
        with self.assertRaisesMessage(DecisionError, "is not held any more: it is accepted."):
            decisions.reject(outlier, by=self.desk)

    def test_dry_run_doubts_nothing_and_mails_nobody(self):
        self.jump()
        self.answer(nbkr(FRIDAY + timedelta(days=2), "87,6"))
        with self.captureOnCommitCallbacks(execute=True):
            refresh.Run(dry=True).newest("nbkr", Pair.objects.all())
        assert not Rate.objects.doubted()
        assert not mail.outbox


class SettlingTests(RefreshTestCase):
    """Rates that a long backfill held, as the one before them is of a month ago."""

    def setUp(self):
        super().setUp()
        self.desk = User.objects.create(username="desk")
        Rate.objects.update(effective_date=MONDAY - timedelta(days=60))

    def hold(self, *values, first=MONDAY - timedelta(days=30), **fields):
        held = {"status": "held", "provider": "nbkr", "held_for_distance": True} | fields
        return [
            make_rate(self.pair, first + timedelta(days=number), value, **held) for number, value in enumerate(values)
        ]

    def settled(self, rate):
        return decisions.accept_rate(rate, by=self.desk).settled

    def test_accepting_one_settles_those_that_follow_from_it(self):
        rates = self.hold(*["0.01144", "0.0115"] * 10)
        assert self.settled(rates[0]) == rates[1:]
        assert not Rate.objects.held()
        assert set(Rate.objects.filter(pk__in=[rate.pk for rate in rates]).values_list("decided_by", flat=True)) == {
            self.desk.pk
        }

    def test_those_before_it_stay_and_the_first_that_does_not_follow_ends_it(self):
        rates = self.hold("0.01144", "0.01145", "0.01146", "0.015", "0.01146")
        assert self.settled(rates[1]) == [rates[2]]
        assert list(Rate.objects.held().order_by("effective_date")) == [rates[0], *rates[3:]]

    def test_gap_ends_it_too(self):
        rates = self.hold("0.01144")
        [late] = self.hold("0.01144", first=MONDAY - timedelta(days=30 - plausibility.SPAN - 1))
        assert self.settled(rates[0]) == []
        [near] = self.hold("0.01144", first=MONDAY - timedelta(days=30 - plausibility.SPAN))
        again = self.hold("0.01144", first=MONDAY - timedelta(days=31))
        assert self.settled(again[0]) == [near, late]

    def test_what_was_held_for_more_than_its_distance_stays_and_keeps_none_from_following(self):
        first, apart, last = self.hold("0.01144", "0.01145", "0.01146")
        Rate.objects.filter(pk=apart.pk).update(held_for_distance=False)
        assert self.settled(first) == [last]

    def test_day_that_has_a_rate_keeps_it_and_day_with_two_held_ones_ends_it(self):
        first, taken, third, doubled, last = self.hold("0.01144", "0.01145", "0.01146", "0.01147", "0.01148")
        make_rate(self.pair, taken.effective_date, "0.01143", provider="manual")
        other = make_rate(self.pair, doubled.effective_date, "0.0115", status="held", held_for_distance=True)
        assert self.settled(first) == [third]
        assert set(Rate.objects.held()) == {taken, doubled, other, last}

    def test_rejecting_a_held_one_settles_nothing(self):
        rates = self.hold("0.01144", "0.01145")
        assert decisions.reject(rates[0], by=self.desk) == decisions.Decision()
        assert list(Rate.objects.held()) == [rates[1]]

    def test_many_are_settled_in_few_queries_and_not_all_at_once(self):
        rates = self.hold(*["0.01144"] * 30)
        with mock.patch.object(decisions, "MOST_SETTLED", 20), self.assertNumQueries(11):
            assert self.settled(rates[0]) == rates[1:21]
        assert self.settled(rates[21]) == rates[22:]
