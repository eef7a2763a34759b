"""What becomes of a quote, and what a source's silence changes: nothing."""

from datetime import date, timedelta
from decimal import Decimal
from unittest import mock

import time_machine
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.core.mail import EmailMessage
from django.test import TestCase
from django.utils import timezone

from tickers import decisions, fetch, plausibility, refresh
from tickers.decisions import DecisionError
from tickers.models import Rate, Source, exact
from tickers.providers.cbr import Cbr
from tickers.providers.nbk import Nbk
from tickers.providers.nbkr import Nbkr
from tickers.tasks import mail_trouble
from tickers.tests.factories import MONDAY, NOON, make_pair, make_rate
from tickers.tests.stub_bank import bank, nbkr, rows, status

TUESDAY = MONDAY + timedelta(days=1)
FRIDAY = date(2025, 12, 5)


def cbr(som="86,5540", day=TUESDAY):
    """A list in the shape of the Russian bank's, in which a hundred som cost so much."""
    return (
        f'<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="{day:%d.%m.%Y}">'
        "<Valute><CharCode>USD</CharCode><Nominal>1</Nominal><Value>76,2840</Value></Valute>"
        f"<Valute><CharCode>KGS</CharCode><Nominal>100</Nominal><Value>{som}</Value></Valute></ValCurs>"
    ).encode("cp1251")


@time_machine.travel(NOON, tick=False)
class RefreshTestCase(TestCase):
    """It is Monday noon in Bishkek; the bank has set Tuesday's rate."""

    @classmethod
    def setUpTestData(cls):
        cls.pair = make_pair(provider="nbkr", cross_check="", limit_percent=10)
        make_rate(cls.pair, FRIDAY, "0.01144", provider="nbkr")

    def setUp(self):
        server = bank()
        self.bank = server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        for thing, name, value in (
            (fetch, "PAUSE", 0.001),
            (Nbkr, "host", self.bank.address),
            (Cbr, "host", self.bank.address + "/cbr"),
        ):
            patch = mock.patch.object(thing, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def answer(self, content, **headers):
        self.bank.answer = lambda handler: handler.reply(content, **headers)

    def ask(self):
        summary = refresh.refresh_newest()
        return [(one.kind, one.text) for one in summary.outcomes]

    def held(self, words):
        [(kind, text)] = self.ask()
        assert kind == refresh.HELD
        assert words in text, text
        assert Rate.objects.held().get().held_reason in text
        assert Rate.objects.accepted().count() == 1


class StoringTests(RefreshTestCase):
    def test_new_rate_is_stored_as_exactly_as_every_database_can(self):
        self.answer(nbkr(dollar="87,45"))
        [(kind, text)] = self.ask()
        assert (kind, text) == (refresh.NEW, "KGS/USD of 9 December 2025: 0.0114351057747284.")
        rate = Rate.objects.get(effective_date=TUESDAY)
        assert rate.value == exact(1 / Decimal("87.45")) == Decimal("0.0114351057747284")
        assert (rate.provider, rate.fetched_at, rate.decided_by) == ("nbkr", NOON, None)

    def test_asking_again_changes_nothing(self):
        self.ask()
        before = list(Rate.objects.values())
        assert self.ask()[0][0] == refresh.UNCHANGED
        assert list(Rate.objects.values()) == before

    def test_second_asking_is_conditional_for_the_same_pairs_only(self):
        self.answer(nbkr(), ETag='"7"')
        self.ask()
        self.ask()
        assert self.bank.asked[1][1]["If-None-Match"] == '"7"'
        self.bank.answer = status(304)
        assert self.ask() == [
            (refresh.UNCHANGED, "National Bank of the Kyrgyz Republic: nothing new since it was last asked.")
        ]
        make_pair("KGS", quote="KZT", provider="nbkr", cross_check="")
        self.answer(nbkr(), ETag='"7"')
        assert [kind for kind, _text in self.ask()] == [refresh.UNCHANGED, refresh.NEW]
        assert "If-None-Match" not in self.bank.asked[-1][1]

    def test_list_with_nothing_new_keeps_no_other_list_from_being_asked(self):
        make_pair("KGS", quote="GBP", provider="nbkr", cross_check="")
        weekly = nbkr(rows=[("GBP", "1", "117,4147")])
        tags = {"daily": '"d"', "weekly": '"w"'}

        def answer(handler):
            name = "weekly" if "weekly" in handler.path else "daily"
            if handler.headers.get("If-None-Match") == tags[name]:
                return handler.reply(b"", 304)
            return handler.reply(weekly if name == "weekly" else nbkr(), ETag=tags[name])

        self.bank.answer = answer
        assert [kind for kind, _text in self.ask()] == [refresh.NEW, refresh.NEW]
        assert [kind for kind, _text in self.ask()] == [refresh.UNCHANGED]
        tags["weekly"], weekly = '"w2"', nbkr(TUESDAY + timedelta(days=1), rows=[("GBP", "1", "118,0")])
        assert [kind for kind, _text in self.ask()] == [refresh.NEW]
        assert Rate.objects.filter(pair__quote="GBP").count() == 2
        assert not Source.objects.get().failures

    def test_every_pair_of_a_source_takes_one_request(self):
        make_pair("KGS", quote="KZT", provider="nbkr", cross_check="")
        make_pair("KZT", quote="USD", provider="nbkr", cross_check="")
        self.ask()
        assert [path for path, _headers in self.bank.asked] == ["/XML/daily.xml"]
        assert Rate.objects.filter(effective_date=TUESDAY).count() == 3

    def test_missing_currency_spoils_no_other(self):
        make_pair("KGS", quote="JPY", provider="nbkr", cross_check="")
        kinds = dict(self.ask())
        assert set(kinds) == {refresh.NEW, refresh.FAILED}
        assert "it has no JPY" in kinds[refresh.FAILED]
        assert Rate.objects.filter(effective_date=TUESDAY).count() == 1

    def test_source_without_a_rate_for_today_is_asked_for_today_too(self):
        Rate.objects.all().delete()
        self.pair.provider = "cbr"
        self.pair.save()
        self.answer(cbr())
        self.ask()
        assert [path for path, _headers in self.bank.asked] == [
            "/cbr/scripts/XML_daily.asp?date_req=09/12/2025",
            "/cbr/scripts/XML_daily.asp?date_req=08/12/2025",
        ]

    def test_one_failing_source_changes_nothing_for_the_others(self):
        make_pair("RUB", quote="USD", provider="cbr", cross_check="")
        self.bank.answer = lambda handler: handler.reply(cbr()) if "cbr" in handler.path else handler.reply(b"", 500)
        kinds = [kind for kind, _text in self.ask()]
        assert kinds.count(refresh.FAILED) == 1
        assert Rate.objects.get(pair__base="RUB", effective_date=TUESDAY).value == exact(1 / Decimal("76.2840"))


class HoldingTests(RefreshTestCase):
    def test_zero_and_less(self):
        self.bank.answer = rows(("USD", "1", "0"))
        self.held("zero or less")

    def test_move_beyond_the_limit_either_way(self):
        self.answer(nbkr(dollar="78,5"))
        self.held("It moved by +11.4 % (the other way round -10.2 %) from 0.01144 of 5 December 2025")
        Rate.objects.held().delete()
        self.answer(nbkr(dollar="98,5"))
        self.held(
            "It moved by -11.3 % (the other way round +12.7 %) from 0.01144 of 5 December 2025, "
            "beyond the pair’s limit of 10 %."
        )

    def test_long_gap_waits_for_a_look_however_small_the_move(self):
        Rate.objects.update(effective_date=TUESDAY - timedelta(days=plausibility.SPAN + 1))
        self.held("too long ago to compare")

    def test_longest_span_that_is_compared_is_accepted(self):
        Rate.objects.update(effective_date=TUESDAY - timedelta(days=plausibility.SPAN))
        assert self.ask()[0][0] == refresh.NEW

    def test_limit_does_not_grow_with_the_gap(self):
        Rate.objects.update(effective_date=TUESDAY - timedelta(days=140))
        self.answer(nbkr(dollar="174"))
        self.held("beyond the pair’s limit")

    def test_day_more_than_two_days_ahead(self):
        self.answer(nbkr(MONDAY + timedelta(days=3)))
        self.held("more than two days ahead")

    def test_day_before_the_newest(self):
        self.answer(nbkr(FRIDAY - timedelta(days=1)))
        self.held("It is older than the newest of that source, of 5 December 2025.")

    def test_another_number_for_the_same_day(self):
        self.answer(nbkr(FRIDAY, "87,9"))
        self.held("The source changed its rate of that day, which was 0.01144.")

    def test_held_rate_is_neither_doubled_nor_taken_when_it_comes_again(self):
        self.bank.answer = rows(("USD", "1", "200"))
        self.held("moved")
        assert self.ask()[0][0] == refresh.UNCHANGED
        desk = User.objects.create(username="desk")
        decisions.reject(Rate.objects.held().get(), by=desk)
        assert self.ask()[0][0] == refresh.UNCHANGED
        assert not Rate.objects.held()
        assert Rate.objects.accepted().count() == 1


class CrossCheckTests(RefreshTestCase):
    def setUp(self):
        super().setUp()
        self.pair.cross_check, self.pair.tolerance_percent = "cbr", 2
        self.pair.save()

    def bank_and_cross(self, own, cross):
        self.bank.answer = lambda handler: handler.reply(cross if "cbr" in handler.path else own)

    def test_rate_that_agrees_is_taken_and_the_second_source_asked_once(self):
        make_pair("USD", quote="KGS", provider="nbkr", cross_check="cbr")
        self.bank_and_cross(nbkr(), cbr())
        assert [kind for kind, _text in self.ask()] == [refresh.NEW, refresh.NEW]
        assert len([path for path, _headers in self.bank.asked if "cbr" in path]) == 1

    def test_rate_that_disagrees_is_held(self):
        self.bank_and_cross(nbkr(), cbr("90,0000"))
        self.held(
            "It is -3.8 % (the other way round +4.0 %) from 0.0117980, which Bank of Russia says for 9 December 2025."
        )

    def test_second_source_that_has_nothing_new_for_its_own_pairs_is_asked_again_for_the_comparison(self):
        make_pair("RUB", provider="cbr", cross_check="", order=0)
        make_rate(make_pair("USD", quote="RUB", provider="cbr", cross_check="", order=0), TUESDAY, "76.2840")
        Source.objects.create(
            provider="cbr",
            validators={
                f"{self.bank.address}/cbr/scripts/XML_daily.asp?date_req={day}/12/2025": {
                    "etag": '"c"',
                    "last_modified": "",
                    "pairs": [],
                    "asked": list(range(1, 99)),
                }
                for day in ("08", "09")
            },
        )

        def answer(handler):
            if "cbr" not in handler.path:
                handler.reply(nbkr())
            elif handler.headers.get("If-None-Match"):
                handler.reply(b"", 304)
            else:
                handler.reply(cbr("90,0000"))

        self.bank.answer = answer
        self.ask()
        assert "which Bank of Russia says" in Rate.objects.held().get().held_reason

    def test_silence_of_the_second_source_is_said_and_holds_nothing(self):
        self.bank.answer = lambda handler: handler.reply(b"", 403) if "cbr" in handler.path else handler.reply(nbkr())
        [(kind, text)] = self.ask()
        assert kind == refresh.NEW
        assert "Not compared: Bank of Russia: 127.0.0.1 refused to answer (403)." in text
        assert not Source.objects.get(pk="nbkr").failures

    def test_second_source_is_not_asked_for_what_is_known(self):
        self.bank_and_cross(nbkr(), cbr())
        self.ask()
        self.bank.asked.clear()
        self.ask()
        assert not [path for path, _headers in self.bank.asked if "cbr" in path]


class TypedTests(RefreshTestCase):
    def setUp(self):
        super().setUp()
        self.desk = User.objects.create(username="desk")

    def test_typed_rate_wins_until_the_next_official_one(self):
        typed = make_rate(self.pair, TUESDAY, "0.0114", provider="manual", decided_by=self.desk)
        self.ask()
        typed.refresh_from_db()
        assert (typed.status, typed.decided_by) == ("replaced", self.desk)
        assert Rate.objects.accepted().get(effective_date=TUESDAY).provider == "nbkr"

    def test_source_that_goes_back_to_what_it_said_first_is_held(self):
        self.ask()
        self.answer(nbkr(dollar="88,9"))
        self.ask()
        decisions.accept_rate(Rate.objects.held().get(), by=self.desk, instead=Rate.objects.accepted().first().pk)
        self.answer(nbkr())
        [(kind, text)] = self.ask()
        assert kind == refresh.HELD
        assert "The source changed its rate of that day" in text

    def test_typed_rate_stays_when_the_source_says_again_what_it_replaced(self):
        self.ask()
        official = Rate.objects.accepted().get(effective_date=TUESDAY)
        official.status = "replaced"
        official.save()
        make_rate(self.pair, TUESDAY, "0.0114", provider="manual", decided_by=self.desk)
        assert self.ask()[0][0] == refresh.UNCHANGED

    def test_typed_rate_wins_over_what_was_held_before_it(self):
        self.bank.answer = rows(("USD", "1", "200"))
        self.ask()
        typed = make_rate(self.pair, TUESDAY, "0.0114", provider="manual", decided_by=self.desk)
        assert self.ask()[0][0] == refresh.UNCHANGED
        typed.refresh_from_db()
        assert typed.status == "accepted"


class DecidingTests(RefreshTestCase):
    def setUp(self):
        super().setUp()
        self.desk = User.objects.create(username="desk")
        self.bank.answer = rows(("USD", "1", "200"))
        self.ask()
        self.rate = Rate.objects.held().get()

    def test_accepted_rate_carries_who_accepted_it(self):
        assert decisions.accept_rate(self.rate, by=self.desk) == decisions.Decision()
        self.rate.refresh_from_db()
        assert (self.rate.status, self.rate.decided_by) == ("accepted", self.desk)

    def test_accepting_keeps_what_stood_in_its_place(self):
        typed = make_rate(self.pair, TUESDAY, "0.0114", provider="manual")
        assert decisions.accept_rate(self.rate, by=self.desk, instead=typed.pk).replaced == typed
        typed.refresh_from_db()
        assert typed.status == "replaced"

    def test_nothing_is_replaced_that_nobody_was_shown(self):
        with self.assertRaisesMessage(DecisionError, "what it was to replace is gone"):
            decisions.accept_rate(self.rate, by=self.desk, instead=999)
        typed = make_rate(self.pair, TUESDAY, "0.0114", provider="manual")
        with self.assertRaisesMessage(DecisionError, "would replace KGS/USD 0.0114, 2025-12-09 (Entered by hand)"):
            decisions.accept_rate(self.rate, by=self.desk)
        assert Rate.objects.accepted().get(effective_date=TUESDAY) == typed

    def test_what_was_decided_is_not_decided_again(self):
        decisions.reject(self.rate, by=self.desk)
        for step in (decisions.accept_rate, decisions.reject):
            with self.assertRaisesMessage(DecisionError, "is not held any more: it is rejected."):
                step(self.rate, by=self.desk)

    def test_zero_is_never_accepted(self):
        zero = make_rate(self.pair, TUESDAY, "0", status="held")
        with self.assertRaisesMessage(DecisionError, "zero or less is no rate"):
            decisions.accept_rate(zero, by=self.desk)


class FailureTests(RefreshTestCase):
    def setUp(self):
        super().setUp()
        desk = User.objects.create(username="desk", email="desk@paper.example")
        desk.user_permissions.add(Permission.objects.get(codename="change_rate"))
        User.objects.create_superuser("root", "root@paper.example")
        self.bank.answer = status(403)

    def fail(self, times):
        for _ in range(times):
            with self.captureOnCommitCallbacks(execute=True):
                self.ask()

    def test_three_in_a_row_are_mailed_once_to_those_who_keep_the_rates(self):
        self.fail(2)
        assert not mail.outbox
        self.fail(3)
        [message] = mail.outbox
        assert message.to == ["desk@paper.example"]
        assert message.subject == "National Bank of the Kyrgyz Republic has failed 3 times"
        assert "refused to answer (403)" in message.body
        source = Source.objects.get()
        assert (source.failures, source.answered_at, source.asked_at) == (5, None, NOON)

    def test_answer_ends_the_row(self):
        self.fail(3)
        self.answer(nbkr())
        self.ask()
        source = Source.objects.get()
        assert (source.failures, source.trouble, source.answered_at) == (0, "", NOON)

    def test_one_mail_that_fails_keeps_no_other_from_being_sent(self):
        other = User.objects.create(username="other", email="other@paper.example")
        other.user_permissions.add(Permission.objects.get(codename="change_rate"))
        Source.objects.create(provider="nbkr", failures=3, trouble="It took too long.")
        sent, whole = [], EmailMessage.send

        def send(message, *_args):
            if message.to == ["desk@paper.example"]:
                raise OSError("the mail server does not want it")
            sent.append(message.to)
            return whole(message)

        failing = mock.patch.object(EmailMessage, "send", send)
        with failing, self.assertLogs("tickers.tasks", "ERROR"):
            mail_trouble.func("nbkr")
        assert sent == [["other@paper.example"]]

    def test_provider_that_breaks_spoils_no_other_source(self):
        make_pair("KZT", provider="nbk", cross_check="", order=0)
        self.answer(nbkr())
        broken = mock.patch.object(Nbk, "read", side_effect=KeyError("x"))
        with broken, mock.patch.object(Nbk, "host", self.bank.address), self.assertLogs("tickers.answers", "ERROR"):
            kinds = dict(self.ask())
        assert "its answer is like none that we can read" in kinds[refresh.FAILED]
        assert refresh.NEW in kinds
        assert Source.objects.get(pk="nbk").failures == 1

    def test_dry_run_leaves_no_trace(self):
        self.answer(nbkr())
        run = refresh.Run(dry=True)
        run.newest("nbkr", [self.pair])
        assert run.summary.count(refresh.NEW) == 1
        assert Rate.objects.count() == 1
        assert not Source.objects.exists()


class DueTests(RefreshTestCase):
    def test_sources_are_asked_on_their_calendar_alone(self):
        with time_machine.travel(NOON + timedelta(hours=3), tick=False):  # 09:00 UTC
            assert list(refresh.due_sources()) == ["nbkr"]
            refresh.refresh_due()
            assert not refresh.due_sources()  # Tuesday's rate is here
        with time_machine.travel(NOON - timedelta(days=1), tick=False):
            assert not refresh.due_sources()

    def test_far_day_that_is_held_keeps_nobody_from_asking(self):
        for decided in ("held", "rejected"):
            make_rate(self.pair, date(2031, 1, 1), "0.0114", provider="nbkr", status=decided)
            with time_machine.travel(NOON + timedelta(hours=3), tick=False):
                assert list(refresh.due_sources()) == ["nbkr"]

    def test_source_that_somebody_asks_already_is_left_to_them(self):
        with time_machine.travel(NOON + timedelta(hours=3), tick=False):
            assert refresh._claim("nbkr", timezone.now())
            assert not refresh._claim("nbkr", timezone.now())
            assert refresh.refresh_due().outcomes == []
        with time_machine.travel(NOON + timedelta(hours=3, minutes=15), tick=False):
            assert refresh._claim("nbkr", timezone.now())

    def test_other_work_waits_for_a_minute_at_most(self):
        with time_machine.travel(NOON + timedelta(hours=3), tick=False), mock.patch.object(refresh, "A_MINUTE", 0.0):
            assert refresh.refresh_due().outcomes == []
            assert list(refresh.due_sources()) == ["nbkr"]
