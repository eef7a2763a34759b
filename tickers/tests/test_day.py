"""The day's rates on one screen, typed as the banks print them."""

from datetime import timedelta
from decimal import Decimal

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import TestCase
from django.utils import timezone

from tickers import providers
from tickers.admin.day_form import is_turned
from tickers.models import Pair, Rate, exact
from tickers.tests.factories import BISHKEK, make_pair, make_rate

DAY_RATES, RATES = "/admin/tickers/rate/day/", "/admin/tickers/rate/"
BANKS = {  # currency: source, what a dollar cost yesterday, and costs today
    "KGS": ("nbkr", "87.45", "87.41"),
    "KZT": ("nbk", "510.20", "511.1"),
    "TJS": ("nbt", "9.17", "9.1655"),
    "UZS": ("cbu", "12015.77", "12019"),
    "TMT": ("cbt", "3.5", "3.5"),
}


class DayTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.today = timezone.localdate(timezone=BISHKEK)
        cls.pairs = {}
        for order, (base, (source, before, _today)) in enumerate(BANKS.items(), start=1):
            cls.pairs[base] = make_pair(base, provider=source, order=order)
            yesterday = cls.today - timedelta(days=1)
            make_rate(cls.pairs[base], yesterday, str(exact(1 / Decimal(before))), provider=source)
        cls.desk = User.objects.create_user("rates-desk", is_staff=True)
        cls.desk.user_permissions.set(Permission.objects.filter(content_type__app_label="tickers"))

    def setUp(self):
        self.client.force_login(self.desk)

    def field(self, name, base="KGS"):
        return f"{name}_{self.pairs[base].pk}"

    def send(self, **typed):
        """Type values (KGS="87.41") or other fields (KGS_reason="…")."""
        fields = {}
        for name, text in typed.items():
            base, _line, field = name.partition("_")
            fields[self.field(field or "value", base)] = text
        return self.client.post(DAY_RATES, {"date": str(self.today)} | fields)

    def again(self, response, **more):
        """Send the form that was shown, as a browser does, with what is typed or chosen now."""
        fields = {"date": str(self.today)}
        for row in response.context["rows"]:
            number = row.pair.pk
            fields |= {f"value_{number}": row.sent["value"], f"instead_{number}": row.stands.pk if row.stands else ""}
            if row.question:
                fields[f"asked_{number}"] = row.mark
            if row.readings:
                fields[f"reading_{number}"] = "typed" if row.question == "far" else row.readings[0].key
        for name, text in more.items():
            base, _line, field = name.partition("_")
            fields[self.field(field or "value", base)] = text
        return self.client.post(DAY_RATES, fields)

    def typed(self, base="KGS"):
        return Rate.objects.filter(pair=self.pairs[base], provider="manual").get()

    def asked(self, response, words):
        """The page asks, has kept what was typed, and stored nothing."""
        self.assertContains(response, words)
        self.assertContains(response, "Nothing is saved yet")
        assert not Rate.objects.filter(provider="manual").exists()
        return response


class EnteringTests(DayTestCase):
    def test_five_pairs_are_typed_as_the_banks_print_them(self):
        typed = {base: today for base, (_source, _before, today) in BANKS.items()}
        response = self.send(**typed)
        self.assertRedirects(response, RATES, fetch_redirect_response=False)
        page = self.client.get(RATES)
        self.assertContains(page, "5 rates of")
        for base, value in typed.items():
            number = value.replace(",", ".")
            told = page.content.decode().count(f"1 USD = {number.rstrip('0')} {base}")
            assert told >= 2, f"{base} stands in the message and in the list"
            rate = self.typed(base)
            assert rate.value == exact(1 / Decimal(value))
            assert (rate.effective_date, rate.status, rate.decided_by) == (self.today, "accepted", self.desk)
            assert LogEntry.objects.get(object_id=rate.pk).get_change_message() == f"Typed as {value}."

    def test_last_value_is_shown_as_the_bank_prints_it(self):
        page = self.client.get(DAY_RATES)
        for base, (_source, before, _today) in BANKS.items():
            self.assertContains(page, f"Last: {Decimal(before).normalize():f} {base}, ")
        self.assertContains(page, "National Bank of the Kyrgyz Republic")

    def test_every_pair_is_told_as_its_bank_prints_it(self):
        for code, source in providers.ALL.items():
            for base, quote in (("USD", source.local or "KGS"), (source.local or "KGS", "USD")):
                prints_dollar = code != "ecb"  # which says what a euro is worth
                expected = bool(source.local) and (base == source.local) == prints_dollar
                assert is_turned(Pair(base=base, quote=quote, provider=code)) == expected, (code, base, quote)
        for source in ("manual", "cbr"):  # no bank of one of the two: as the bar tells it
            assert is_turned(Pair(base="KGS", quote="USD", provider=source, is_inverse=True))

    def test_pair_of_the_other_way_round_is_stored_as_printed(self):
        pair = make_pair("USD", quote="KGS", provider="nbkr")
        self.client.post(DAY_RATES, {"date": str(self.today), f"value_{pair.pk}": "87,41"})
        assert pair.rates.get().value == Decimal("87.41")

    def test_numbers_as_people_write_them(self):
        for text, value in (
            ("12 019", 12019),
            ("12\u00a0019,5", "12019.5"),
            ("12,019.50", "12019.5"),
            (" 12019 ", 12019),
        ):
            with self.subTest(text):
                self.assertRedirects(self.send(UZS=text), RATES, fetch_redirect_response=False)
                assert self.typed("UZS").value == exact(1 / Decimal(value))
                Rate.objects.filter(provider="manual").delete()

    def test_what_is_no_rate_is_told_and_stays_and_keeps_the_others_from_being_saved(self):
        for text in ("87.41x", "NaN", "0", "-87.41", "1e", "9" * 30, "0." + "0" * 14 + "1", "87.4123456789012345"):
            with self.subTest(text):
                response = self.asked(self.send(KGS=text, KZT="511.1"), f'value="{text}"')
                assert [bool(row.error) for row in response.context["rows"]] == [True] + [False] * 4
                self.assertContains(response, 'value="511.1"')

    def test_empty_fields_change_nothing(self):
        self.assertContains(self.send(KGS="", KZT=" "), "Nothing new was typed")
        assert not Rate.objects.filter(provider="manual").exists()

    def test_another_day(self):
        day = self.today - timedelta(days=3)
        assert self.client.get(DAY_RATES, {"date": str(day)}).context["day"] == day
        self.client.post(DAY_RATES, {"date": str(day), self.field("value"): "87.3"})
        assert self.typed().effective_date == day
        for text, words in (("tomorrow", "is no day"), (str(self.today + timedelta(days=3)), "too far ahead")):
            self.assertContains(self.client.get(DAY_RATES, {"date": text}), words)
            page = self.client.post(DAY_RATES, {"date": text, self.field("value"): "87.2"})
            self.assertContains(page, words)
            self.assertContains(page, 'value="87.2"')
        assert Rate.objects.filter(provider="manual").count() == 1

    def test_peg_and_hidden_pairs_have_no_row(self):
        Pair.objects.filter(base="KGS").update(active=False)
        Pair.objects.filter(base="TMT").update(provider="peg", peg_value="0.2857")
        assert [row.pair.base for row in self.client.get(DAY_RATES).context["rows"]] == ["KZT", "TJS", "UZS"]
        Pair.objects.update(active=False)
        self.assertContains(self.client.get(DAY_RATES), "There is no active pair.")

    def test_page_takes_as_many_queries_for_many_pairs_as_for_few(self):
        self.client.get(DAY_RATES)
        for more in (0, 6):
            for number in range(more):
                pair = make_pair(f"XX{'ABCDEF'[number]}", provider="nbk")
                make_rate(pair, self.today - timedelta(days=1), "0.01")
            with self.assertNumQueries(8):  # session, user, rights (2), the bell, pairs, rates before, of the day
                self.client.get(DAY_RATES)


class TurnedTests(DayTestCase):
    def test_value_that_fits_only_when_turned_is_offered_turned(self):
        page = self.asked(self.send(KGS="0.01144", KZT="511.1"), "1 USD = 87.41259 KGS")
        self.assertContains(page, 'value="0.01144"')
        self.assertContains(page, 'value="511.1"')
        self.assertContains(page, "turned round")
        self.assertRedirects(self.again(page), RATES, fetch_redirect_response=False)
        assert self.typed().value == Decimal("0.01144")  # exactly as it was typed
        assert self.typed("KZT").value == exact(1 / Decimal("511.1"))

    def test_every_pair_offers_its_value_turned(self):
        values = {base: f"{1 / Decimal(today):.8f}" for base, (_source, _before, today) in BANKS.items()}
        page = self.asked(self.send(**values), "How it is meant")
        assert [row.question for row in page.context["rows"]] == ["reading"] * 5
        self.assertRedirects(self.again(page), RATES, fetch_redirect_response=False)
        for base, value in values.items():
            assert self.typed(base).value == Decimal(value)

    def test_as_it_was_typed_it_is_far_and_needs_a_reason(self):
        page = self.send(KGS="0.01144")
        page = self.asked(self.again(page, KGS_reading="typed"), "beyond the pair’s limit")
        page = self.asked(self.again(page), "Look again")
        self.assertRedirects(self.again(page, KGS_reason="A new som."), RATES, fetch_redirect_response=False)
        assert self.typed().value == exact(1 / Decimal("0.01144"))

    def test_one_may_think_better_of_it(self):
        page = self.again(self.send(KGS="0.01144"), KGS_reading="typed")
        self.again(page, KGS_reading="turned")
        assert self.typed().value == Decimal("0.01144")

    def test_answer_to_another_value_is_none(self):
        page = self.send(KGS="0.01144")
        page = self.asked(self.again(page, KGS="0.0115"), "1 USD = 86.95652 KGS")
        self.again(page)
        assert self.typed().value == Decimal("0.0115")

    def test_comma_that_may_part_thousands_is_asked_about(self):
        page = self.asked(self.send(UZS="12,019"), "1 USD = 12019 UZS")
        self.again(page)
        assert self.typed("UZS").value == exact(1 / Decimal(12019))


class FarTests(DayTestCase):
    def test_value_beyond_the_limit_is_told_and_saved_with_a_reason(self):
        page = self.send(KGS="108", KZT="511.1")
        page = self.asked(page, "108 is +23.5 % from the last, beyond the pair’s limit of 10 %")
        page = self.asked(self.again(page), "Look again")  # no reason, no rate
        self.assertRedirects(self.again(page, KGS_reason="Devaluation."), RATES, fetch_redirect_response=False)
        entry = LogEntry.objects.get(object_id=self.typed().pk)
        assert entry.get_change_message() == "Typed as 108, with the reason: Devaluation."
        assert self.typed("KZT")

    def test_reason_that_was_given_before_the_question_counts_for_nothing(self):
        self.asked(self.send(KGS="108", KGS_reason="x", KGS_asked="180 far"), "beyond the pair’s limit")

    def test_limit_is_the_learned_one(self):
        pair = self.pairs["KGS"]
        for number in range(2, 40):
            make_rate(
                pair, self.today - timedelta(days=number), pair.rates.latest("effective_date").value, provider="nbkr"
            )
        self.asked(self.send(KGS="90"), "beyond the pair’s limit of 2 %")
        page = self.client.post(
            f"{RATES}add/", {"pair": pair.pk, "effective_date": str(self.today), "value": str(1 / Decimal(90))[:16]}
        )
        self.assertContains(page, "Look again; if it is right, say so.")  # the form of one rate has the same limit

    def test_first_rate_of_a_pair_is_taken_as_it_is(self):
        Rate.objects.all().delete()
        self.send(KGS="87.41")
        assert self.typed()


class ReplacingTests(DayTestCase):
    def setUp(self):
        super().setUp()
        value = str(exact(1 / Decimal("87.4")))
        self.official = make_rate(self.pairs["KGS"], self.today, value, provider="nbkr")

    def test_what_is_there_is_told_and_replaced(self):
        page = self.client.get(DAY_RATES)
        self.assertContains(page, "For this day there is 87.4 KGS (National Bank of the Kyrgyz Republic) already.")
        self.again(page, KGS="87.41")
        self.official.refresh_from_db()
        assert (self.official.status, self.typed().status) == ("replaced", "accepted")
        assert LogEntry.objects.get(object_id=self.official.pk).get_change_message().startswith("Another value was")

    def test_same_number_is_not_stored_twice(self):
        self.assertContains(self.again(self.client.get(DAY_RATES), KGS="87,40"), "Nothing new was typed")

    def test_what_came_meanwhile_is_not_replaced_unseen(self):
        page = self.asked(self.send(KGS="87.41"), "Somebody else changed the rate of this day.")
        self.again(page)
        assert self.typed()

    def test_held_rates_that_follow_are_settled(self):
        late = {"status": "held", "held_for_distance": True, "provider": "nbkr"}
        held = make_rate(self.pairs["KGS"], self.today + timedelta(days=1), "0.0126", **late)
        page = self.again(self.client.get(DAY_RATES), KGS="80")
        self.assertRedirects(page, RATES, fetch_redirect_response=False)
        held.refresh_from_db()
        assert held.status == "accepted"


class HeldTests(DayTestCase):
    """The bank's rate of the day is held, for whatever reason; zero is one."""

    def setUp(self):
        super().setUp()
        values = ("0.0102", "0.0000000000", "9")
        self.held = [
            make_rate(
                self.pairs["KGS"], self.today, value, provider="nbkr", status="held", held_reason=f"It is {value}."
            )
            for value in values
        ]
        self.others = [
            make_rate(self.pairs["KGS"], self.today - timedelta(days=1), "0.5", provider="nbkr", status="held"),
            make_rate(self.pairs["KZT"], self.today, "0.5", provider="nbk", status="held"),
        ]

    def statuses(self, rates):
        return {rate.status for rate in Rate.objects.filter(pk__in=[one.pk for one in rates])}

    def test_what_is_held_is_told_with_its_value_and_reason(self):
        page = self.client.get(DAY_RATES)
        self.assertContains(
            page, "Held for this day: 98.03922 KGS (National Bank of the Kyrgyz Republic). It is 0.0102."
        )
        for rate in self.held:
            self.assertContains(page, rate.held_reason)
            self.assertContains(page, f'href="{RATES}{rate.pk}/change/"')
        self.assertContains(page, "Held for this day", count=4)

    def test_typing_a_value_decides_it_and_nothing_else(self):
        self.again(self.client.get(DAY_RATES), KGS="87.41")
        assert self.typed().status == "accepted"
        assert self.statuses(self.held) == {"rejected"}
        assert {rate.decided_by for rate in Rate.objects.filter(status="rejected")} == {self.desk}
        assert self.statuses(self.others) == {"held"}
        for rate in self.held:
            told = LogEntry.objects.get(object_id=rate.pk).get_change_message()
            assert told.startswith("Rejected, as another value was typed for its day: 0.0114")
        self.assertContains(self.client.get(RATES), "3 held rates of that day were rejected.")

    def test_so_does_the_form_of_one_rate(self):
        form = {"pair": self.pairs["KGS"].pk, "effective_date": str(self.today), "value": "0.01144"}
        self.assertRedirects(self.client.post(f"{RATES}add/", form), RATES)
        assert self.statuses(self.held) == {"rejected"}
        assert self.statuses(self.others) == {"held"}

    def test_who_may_not_decide_leaves_them_open(self):
        user = User.objects.create_user("other", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=["add_rate", "view_rate"]))
        self.client.force_login(user)
        self.again(self.client.get(DAY_RATES), KGS="87.41")
        assert self.typed()
        assert self.statuses(self.held) == {"held"}


class RightsTests(DayTestCase):
    def log_in(self, *rights):
        user = User.objects.create_user("other", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        self.client.force_login(user)

    def test_page_is_for_those_who_may_add_rates(self):
        self.log_in("view_rate")
        assert self.client.get(DAY_RATES).status_code == 403
        assert self.send(KGS="87.41").status_code == 403
        self.assertNotContains(self.client.get(RATES), DAY_RATES)
        self.client.logout()
        assert self.client.get(DAY_RATES).status_code == 302
        assert not Rate.objects.filter(provider="manual").exists()

    def test_who_may_only_add_replaces_nothing(self):
        make_rate(self.pairs["KGS"], self.today, "0.0114", provider="nbkr")
        self.log_in("add_rate", "view_rate")
        page = self.client.get(DAY_RATES)
        self.assertNotContains(page, f'name="{self.field("value")}"')
        self.asked(self.again(page, KGS="87.41"), "You may not change a rate that is there already.")
        self.again(page, KZT="511.1")
        assert self.typed("KZT")

    def test_screen_is_found_from_the_list_and_from_the_first_page(self):
        for path in (RATES, "/admin/"):
            self.assertContains(self.client.get(path), f'href="{DAY_RATES}"')
