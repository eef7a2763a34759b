from datetime import date
from decimal import Decimal
from importlib import import_module
from unittest import mock

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import TestCase

from tickers.models import Pair, Rate
from tickers.tests.factories import MONDAY, make_pair, make_rate


class PairTests(TestCase):
    def refuses(self, constraint, **fields):
        with self.assertRaisesRegex(IntegrityError, constraint), transaction.atomic():
            make_pair(**fields)

    def test_name_is_both_codes(self):
        assert str(make_pair()) == "KGS/USD"
        assert make_pair("KZT").get_absolute_url() == "/rates/kzt-usd/"

    def test_floor_that_came_above_a_limit_is_lowered_to_it_and_no_other(self):
        limits = {"KGS": ("1", "2"), "KZT": ("2", "2"), "TJS": ("10", "2"), "UZS": ("0.5", "0.75")}
        for base, (limit, floor) in limits.items():
            make_pair(base, limit_percent=Decimal(limit), floor_percent=Decimal(floor))
        migration = import_module("tickers.migrations.0006_floors_within_their_limits")
        migration.lower_floors(apps, mock.Mock(connection=connection))
        floors = dict(Pair.objects.values_list("base", "floor_percent"))
        assert floors == {"KGS": 1, "KZT": 2, "TJS": 2, "UZS": Decimal("0.5")}

    def test_database_refuses_what_is_no_code(self):
        for code in ("kgs", "KG", "K1S", "КГС", ""):
            with self.subTest(code):
                self.refuses("pair_codes_are_three_capitals", base=code)
                self.refuses("pair_codes_are_three_capitals", base="KGS", quote=code)

    def test_database_refuses_a_currency_told_in_itself(self):
        self.refuses("pair_has_two_currencies", base="USD", quote="USD")

    def test_database_refuses_the_same_pair_again(self):
        make_pair()
        self.refuses("(?i)unique", base="KGS")
        assert make_pair("USD", quote="KGS").pk

    def test_unknown_provider_is_refused(self):
        with self.assertRaisesMessage(ValidationError, "is not a valid choice"):
            Pair(base="KGS", provider="bank").full_clean()

    def test_database_refuses_a_peg_without_its_value(self):
        self.refuses("pair_pegged_needs_its_peg", provider="peg")
        self.refuses("pair_peg_is_more_than_zero", provider="peg", peg_value=0)
        assert make_pair(provider="peg", peg_value=Decimal("0.2857")).pk

    def test_database_refuses_limits_and_digits_that_make_no_sense(self):
        self.refuses("pair_limit_is_more_than_zero", limit_percent=0)
        self.refuses("pair_tolerance_is_more_than_zero", tolerance_percent=0)
        self.refuses("pair_digits_fit", digits=13)

    def test_form_messages_name_what_is_wrong(self):
        with self.assertRaisesMessage(ValidationError, "Write three capital letters, like KGS."):
            Pair(base="KG1").full_clean()
        with self.assertRaisesMessage(ValidationError, "A pair needs two different currencies."):
            Pair(base="USD").full_clean()
        with self.assertRaisesMessage(ValidationError, "needs its value"):
            Pair(base="TMT", provider="peg").full_clean()

    def test_pair_with_rates_cannot_be_deleted(self):
        pair = make_rate(make_pair()).pair
        with self.assertRaises(ProtectedError):
            pair.delete()

    def test_fixture_holds_the_five_pairs_in_order(self):
        call_command("loaddata", "pairs", verbosity=0)
        pairs = [(str(pair), pair.provider) for pair in Pair.objects.active()]
        assert pairs == [
            ("KGS/USD", "nbkr"),
            ("KZT/USD", "nbk"),
            ("TJS/USD", "nbt"),
            ("UZS/USD", "cbu"),
            ("TMT/USD", "cbt"),
        ]


class RateTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.pair = make_pair()

    def refuses(self, constraint, **fields):
        with self.assertRaisesRegex(IntegrityError, constraint), transaction.atomic():
            make_rate(self.pair, **fields)

    def test_value_comes_back_exactly(self):
        for day, value in enumerate(
            ("0.0000832", "0.011435105775", "12019.23076923", "123456789012.5", "0.000082006132418664"), start=1
        ):
            rate = make_rate(self.pair, date(2025, 1, day), value)
            rate.full_clean()
            rate.refresh_from_db()
            assert rate.value == Decimal(value)

    def test_more_digits_than_every_database_keeps_are_refused(self):
        rate = Rate(pair=self.pair, effective_date=MONDAY, value=Decimal("12345.123456789012"))
        with self.assertRaisesMessage(ValidationError, "at most 15 digits"):
            rate.full_clean()

    def test_database_accepts_no_rate_of_zero_and_less_but_holds_it(self):
        for value in ("0", "-0.01"):
            self.refuses("rate_accepted_is_more_than_zero", value=value)
            assert make_rate(self.pair, value=value, status="held").pk

    def test_database_refuses_an_unknown_status(self):
        self.refuses("rate_has_a_known_status", status="new")

    def test_held_rate_says_why(self):
        self.refuses("rate_held_for_a_reason", status="held", held_reason="")

    def test_one_accepted_rate_a_day_beside_any_number_held(self):
        make_rate(self.pair)
        self.refuses("(?i)unique", value="0.0115")
        make_rate(self.pair, value="0.02", status="held")
        make_rate(self.pair, value="0.03", status="held")
        make_rate(make_pair("KZT"))
        assert Rate.objects.count() == 4
        assert Rate.objects.accepted().count() == 2

    def test_name_is_pair_value_and_day(self):
        assert str(make_rate(self.pair, value="0.0000832")) == "KGS/USD 0.0000832, 2025-12-08"
