from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from unittest import mock

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import TestCase
from django.utils import timezone

from newsroom.serving import frame
from newsroom.tests.forms import loaded
from tickers.admin import rate as rate_admin
from tickers.models import Pair, Rate, Source
from tickers.providers.nbk import Nbk
from tickers.providers.nbkr import Nbkr
from tickers.tests.factories import BISHKEK, make_pair, make_rate
from tickers.tests.stub_bank import bank, nbkr

RATES, ADD_RATE = "/admin/tickers/rate/", "/admin/tickers/rate/add/"


class AdminTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.desk = get_user_model().objects.create_superuser("rates-desk")
        cls.pair = make_pair()
        cls.today = timezone.localdate(timezone=BISHKEK)

    def setUp(self):
        self.client.force_login(self.desk)


class RateAdminTests(AdminTestCase):
    def form(self, **fields):
        return {"pair": self.pair.pk, "effective_date": str(self.today), "value": "0.01144"} | fields

    def correct(self, rate):
        address = f"{RATES}{rate.pk}/change/"
        return self.client.post(address, self.form() | loaded(self.client, address))

    def refused(self, message, address=ADD_RATE, **fields):
        before = list(Rate.objects.values())
        self.assertContains(self.client.post(address, self.form(**fields)), message)
        assert list(Rate.objects.values()) == before

    def test_typed_rate_carries_who_typed_it(self):
        self.assertRedirects(self.client.post(ADD_RATE, self.form()), RATES)
        rate = Rate.objects.get()
        assert (rate.value, rate.decided_by, rate.provider) == (Decimal("0.01144"), self.desk, "manual")
        assert timezone.now() - rate.fetched_at < timedelta(minutes=1)

    def test_value_typed_in_place_of_a_held_one_is_a_rate_of_its_own(self):
        held = make_rate(self.pair, self.today, "9", provider="nbkr", status="held")
        self.correct(held)
        typed = Rate.objects.accepted().get()
        assert (typed.provider, typed.value, typed.decided_by) == ("manual", Decimal("0.01144"), self.desk)
        held.refresh_from_db()
        assert (held.status, held.value, held.decided_by) == ("rejected", 9, self.desk)

    def test_day_of_what_a_source_told_stays_and_the_log_names_both_rows(self):
        told = make_rate(self.pair, self.today, "0.0115", provider="nbkr")
        address = f"{RATES}{told.pk}/change/"
        moved = self.form(effective_date=str(self.today - timedelta(days=1)))
        self.client.post(address, moved | loaded(self.client, address))
        assert Rate.objects.accepted().get().effective_date == self.today
        messages = {entry.object_id: entry.get_change_message() for entry in LogEntry.objects.all()}
        assert messages[str(told.pk)] == "Another value was typed in its place: 0.01144."
        assert len(messages) == 2

    def test_value_typed_in_place_of_an_official_one_keeps_that_as_replaced(self):
        official = make_rate(self.pair, self.today, "0.0115", provider="nbkr")
        self.correct(official)
        assert Rate.objects.accepted().get().value == Decimal("0.01144")
        official.refresh_from_db()
        assert (official.status, official.value, official.decided_by) == ("replaced", Decimal("0.0115"), None)

    def test_saving_without_a_change_decides_nothing(self):
        rate = make_rate(self.pair, self.today, provider="nbkr", status="held")
        make_rate(self.pair, self.today, "0.0115")
        self.correct(rate)
        rate.refresh_from_db()
        assert (rate.provider, rate.status, rate.decided_by) == ("nbkr", "held", None)

    def test_zero_and_less_are_refused(self):
        self.refused("A rate must be more than zero.", value="0")
        self.refused("A rate must be more than zero.", value="-0.01144")

    def test_what_is_no_number_is_refused(self):
        self.refused("Enter a number.", value="NaN")
        self.refused("Enter a number.", value="0,011 44 som")

    def test_comma_is_a_decimal_point_and_letters_stay_in_the_field(self):
        response = self.client.post(ADD_RATE, self.form(value="0,0115x"))
        self.assertContains(response, 'value="0,0115x"')
        assert 'type="number"' not in response.content.decode()
        self.client.post(ADD_RATE, self.form(value=" 0,0115 "))
        assert Rate.objects.get().value == Decimal("0.0115")

    def test_far_move_is_asked_about_before_it_is_stored(self):
        make_rate(self.pair, self.today - timedelta(days=1), value="0.01144")
        self.refused("away from 0.01144", value="1144")
        self.client.post(ADD_RATE, self.form(value="1144", surely="on"))
        assert Rate.objects.order_by("-effective_date").first().value == 1144

    def test_rate_of_the_day_after_tomorrow_is_the_furthest(self):
        later = timezone.localdate(timezone=frame.frame_at().zone) + timedelta(days=3)
        self.refused("This day is too far ahead", effective_date=str(later))
        self.client.post(ADD_RATE, self.form(effective_date=str(later - timedelta(days=1))))
        assert Rate.objects.count() == 1

    def test_second_rate_of_a_day_is_refused_with_the_first(self):
        make_rate(self.pair, self.today, "0.01151")
        self.refused("already, 0.01151: change that one instead.")

    def test_correcting_a_held_rate_beside_an_accepted_one_is_refused(self):
        make_rate(self.pair, self.today, "0.01151")
        held = make_rate(self.pair, self.today, "9", status="held")
        self.refused("already, 0.01151: change that one instead.", f"{RATES}{held.pk}/change/")

    def test_status_and_source_cannot_be_posted(self):
        self.client.post(ADD_RATE, self.form(status="held", provider="ecb", decided_by=""))
        rate = Rate.objects.get()
        assert (rate.status, rate.provider, rate.decided_by) == ("accepted", "manual", self.desk)

    def test_list_takes_as_many_queries_for_many_rates_as_for_one_and_counts_no_table(self):
        self.client.get(RATES)  # makes the frame ready
        for more in (1, 40):
            for _ in range(more):
                make_rate(self.pair, self.today - timedelta(days=Rate.objects.count()), decided_by=self.desk)
            with self.assertNumQueries(
                6
            ) as queries:  # session, user, the bell, pairs to filter by, rates, how many (bounded)
                assert self.client.get(RATES).status_code == 200
            counts = [query["sql"] for query in queries.captured_queries if "COUNT(" in query["sql"]]
            assert all("LIMIT 2000" in sql for sql in counts)

    def test_permissions_are_djangos(self):
        reader = get_user_model().objects.create_user("reader", is_staff=True)
        self.client.force_login(reader)
        assert self.client.get(RATES).status_code == 403
        reader.user_permissions.add(Permission.objects.get(codename="view_rate"))
        assert self.client.get(RATES).status_code == 200
        assert self.client.post(ADD_RATE, self.form()).status_code == 403
        assert not Rate.objects.exists()


class DecidingTests(AdminTestCase):
    def setUp(self):
        super().setUp()
        self.held = make_rate(self.pair, self.today, "0.0125", provider="nbkr", status="held")

    def press(self, step, rate=None, **sent):
        return self.client.post(f"{RATES}{(rate or self.held).pk}/{step}/", sent, follow=True)

    def tick(self, action, *rates):
        return self.client.post(RATES, {"action": action, "_selected_action": [rate.pk for rate in rates]}, follow=True)

    def status(self, rate=None):
        return Rate.objects.get(pk=(rate or self.held).pk).status

    def test_form_of_a_held_rate_says_why_and_offers_both(self):
        page = self.client.get(f"{RATES}{self.held.pk}/change/")
        self.assertContains(page, "It moved by 40 %.")
        for step in ("accept", "reject"):
            self.assertContains(page, f'formaction="{RATES}{self.held.pk}/{step}/"')
        accepted = make_rate(self.pair, self.today - timedelta(days=1))
        self.assertNotContains(self.client.get(f"{RATES}{accepted.pk}/change/"), "formaction")

    def test_doubted_rate_is_marked_found_and_rejected_by_one_click(self):
        doubted = make_rate(self.pair, self.today, "0.0103", provider="nbkr", doubt="Back where it was.")
        make_rate(self.pair, self.today - timedelta(days=1), "0.0114", provider="nbkr")
        self.assertContains(self.client.get(RATES), "doubted: Back where it was.")
        for look, expected in {"doubted": {doubted}, "any": {doubted, self.held}}.items():
            assert set(self.client.get(RATES, {"look": look}).context["cl"].result_list) == expected
        page = self.client.get(f"{RATES}{doubted.pk}/change/")
        for step, name in (("accept", "It is right"), ("reject", "Reject")):
            self.assertContains(page, f'formaction="{RATES}{doubted.pk}/{step}/" formnovalidate>{name}<')
        self.assertContains(self.press("reject", doubted), "1 rate rejected.")
        assert self.status(doubted) == "rejected"
        assert not Rate.objects.doubted()

    def test_value_typed_in_place_of_a_doubted_one_replaces_it_and_settles_what_follows(self):
        Rate.objects.filter(pk=self.held.pk).update(
            value="0.0115", held_for_distance=True, effective_date=self.today + timedelta(days=1)
        )
        doubted = make_rate(self.pair, self.today, "0.0103", provider="nbkr", doubt="Back where it was.")
        address = f"{RATES}{doubted.pk}/change/"
        Rate.objects.filter(pk=doubted.pk).update(held_for_distance=True, held_reason="It moved by 10 %.")
        page = self.client.post(address, {"value": "0.0114"} | loaded(self.client, address), follow=True)
        assert not Rate.objects.doubted()
        typed = Rate.objects.get(provider="manual")
        assert (typed.doubt, typed.held_for_distance, typed.held_reason) == ("", False, "")
        assert (typed.decided_by, typed.value) == (self.desk, Decimal("0.0114"))
        self.assertContains(page, "1 held rate that follows from it was accepted, too.")
        assert (self.status(doubted), self.status()) == ("replaced", "accepted")
        assert LogEntry.objects.get(object_id=self.held.pk).get_change_message().startswith("Accepted, as it follows")

    def test_many_that_follow_from_one_another_are_ticked_and_none_is_complained_about(self):
        held = {"status": "held", "held_for_distance": True}
        rates = [make_rate(self.pair, self.today - timedelta(days=day), "0.0125", **held) for day in (3, 2, 1)]
        page = self.tick("accept_selected", *rates)
        self.assertContains(page, "2 held rates that follow from it were accepted, too.")
        self.assertNotContains(page, "not held any more")
        assert {self.status(rate) for rate in rates} == {"accepted"}

    def test_buttons_decide_and_the_log_says_who(self):
        self.assertContains(self.press("accept"), "1 rate accepted.")
        assert Rate.objects.get(pk=self.held.pk).decided_by == self.desk
        assert self.status() == "accepted"
        assert LogEntry.objects.get().get_change_message() == "Accepted."
        other = make_rate(self.pair, self.today, "0.02", status="held")
        self.assertContains(self.press("reject", other), "1 rate rejected.")
        assert self.status(other) == "rejected"

    def test_many_are_decided_at_once_and_what_cannot_be_is_told(self):
        zero = make_rate(self.pair, self.today - timedelta(days=2), "0", status="held")
        page = self.tick("accept_selected", self.held, zero)
        self.assertContains(page, "1 rate accepted.")
        self.assertContains(page, "zero or less is no rate")
        assert (self.status(), self.status(zero)) == ("accepted", "held")
        self.tick("reject_selected", zero)
        assert self.status(zero) == "rejected"

    def test_what_somebody_decided_meanwhile_stays(self):
        self.press("reject")
        self.assertContains(self.press("accept"), "is not held any more: it is rejected.")
        assert self.status() == "rejected"

    def test_accepting_says_what_it_takes_the_place_of(self):
        typed = make_rate(self.pair, self.today, "0.0115", provider="manual")
        page = self.client.get(f"{RATES}{self.held.pk}/change/")
        self.assertContains(page, f"Accepting it replaces {typed} (Entered by hand)")
        self.assertContains(page, f'<input type="hidden" name="_instead" value="{typed.pk}">', html=True)
        self.assertContains(self.press("accept", _instead=typed.pk), "It stands in place of KGS/USD 0.0115")
        assert Rate.objects.accepted().get() == self.held
        assert LogEntry.objects.get(object_id=typed.pk).get_change_message().startswith("Replaced by KGS/USD 0.0125")

    def test_rate_typed_after_the_page_was_opened_is_not_replaced_unseen(self):
        typed = make_rate(self.pair, self.today, "0.0115", provider="manual")
        for sent in ({}, {"_instead": "x"}, {"_instead": "9" * 30}, {"_instead": str(self.held.pk)}):
            self.assertContains(self.press("accept", **sent), "would replace KGS/USD 0.0115")
        self.assertContains(self.tick("accept_selected", self.held), "would replace KGS/USD 0.0115")
        assert Rate.objects.accepted().get() == typed

    def test_whole_table_is_never_decided_on_and_strange_rows_are_none(self):
        other = make_rate(self.pair, self.today - timedelta(days=1), "0.02", status="held")
        action = {"action": "accept_selected", "select_across": "1", "index": "0"}
        self.client.post(RATES, action | {"_selected_action": [self.held.pk, "x", "9" * 40, "٣"]})
        assert (self.status(), self.status(other)) == ("accepted", "held")

    def test_nobody_else_decides_and_nothing_is_decided_by_a_link(self):
        assert self.client.get(f"{RATES}{self.held.pk}/accept/").status_code == 405
        assert self.client.post(f"{RATES}999999/accept/").status_code == 404
        reader = get_user_model().objects.create_user("reader", is_staff=True)
        reader.user_permissions.add(Permission.objects.get(codename="view_rate"))
        self.client.force_login(reader)
        for step in ("accept", "reject"):
            assert self.press(step).status_code == 403
        self.tick("accept_selected", self.held)
        assert self.status() == "held"
        self.assertNotContains(self.client.get(f"{RATES}{self.held.pk}/change/"), "formaction")


class RefreshButtonTests(AdminTestCase):
    ASK = f"{RATES}refresh/"

    def test_button_asks_every_source_and_shows_what_it_said(self):
        Pair.objects.update(provider="nbkr", cross_check="")
        make_pair("KZT", provider="nbk")
        served = bank(lambda handler: handler.reply(nbkr(self.today) if "XML" in handler.path else b"", 200))
        with served as server, ExitStack() as stack:
            for source in (Nbkr, Nbk):
                stack.enter_context(mock.patch.object(source, "host", server.address))
            page = self.client.post(self.ASK)
        self.assertContains(page, "<strong>new</strong>", html=True)
        self.assertContains(page, "National Bank of Kazakhstan: its answer is empty.")
        assert Rate.objects.accepted().count() == 1
        self.assertContains(self.client.get(RATES), f'action="{self.ASK}"')

    def test_it_ends_in_time_whatever_the_sources_do(self):
        Pair.objects.update(provider="nbkr")
        with mock.patch.object(rate_admin, "PATIENCE", 0.0):
            self.assertContains(self.client.post(self.ASK), "was not asked: the others took too long")

    def test_button_is_for_those_who_may_add_rates(self):
        reader = get_user_model().objects.create_user("reader", is_staff=True)
        reader.user_permissions.add(Permission.objects.get(codename="view_rate"))
        self.client.force_login(reader)
        assert self.client.post(self.ASK).status_code == 403
        self.assertNotContains(self.client.get(RATES), self.ASK)
        self.client.force_login(self.desk)
        assert self.client.get(self.ASK).status_code == 405


class SourceAdminTests(AdminTestCase):
    def test_sources_are_seen_and_never_typed(self):
        Source.objects.create(provider="nbkr", failures=3, trouble="www.nbkr.kg refused to answer (403).")
        self.assertContains(self.client.get("/admin/tickers/source/"), "refused to answer (403)")
        assert self.client.get("/admin/tickers/source/nbkr/change/").status_code == 200
        assert self.client.get("/admin/tickers/source/add/").status_code == 403


class PairAdminTests(AdminTestCase):
    def form(self, **fields):
        checks = {"limit_percent": "10", "floor_percent": "2", "cross_check": "cbr", "tolerance_percent": "3"}
        return {"base": "KZT", "quote": "USD", "provider": "nbk", "order": "2", "active": "on"} | checks | fields

    def test_codes_may_be_typed_small(self):
        self.client.post("/admin/tickers/pair/add/", self.form(base="kzt", quote="usd"))
        assert Pair.objects.filter(base="KZT", quote="USD").exists()

    def test_wrong_pairs_are_refused_in_words(self):
        wrong = [
            ({"base": "K1T"}, "Write three capital letters, like KGS."),
            ({"base": "USD"}, "A pair needs two different currencies."),
            ({"base": "KGS"}, "This pair exists."),
            ({"provider": "peg"}, "needs its value"),
            ({"peg_value": "0"}, "A rate must be more than zero."),
            ({"floor_percent": "10.01"}, "can&#x27;t be more than the most: type 10 or less here, or raise the most."),
            ({"limit_percent": "1.50"}, "can&#x27;t be more than the most: type 1.5 or less here, or raise the most."),
        ]
        for fields, message in wrong:
            with self.subTest(message):
                response = self.client.post("/admin/tickers/pair/add/", self.form(**fields))
                self.assertContains(response, message)
        assert Pair.objects.count() == 1

    def test_bar_is_shown_as_it_will_look_and_nothing_is_saved(self):
        make_rate(self.pair, self.today, "0.0125", provider="nbkr")
        before = list(Pair.objects.values())
        form = self.form(base="KGS", is_inverse="on", _number=self.pair.pk)
        page = self.client.post("/admin/tickers/pair/preview/", form)
        self.assertContains(page, "USD/KGS</span> 80.00")
        page = self.client.post("/admin/tickers/pair/preview/", self.form(peg_value="0.002"))
        self.assertContains(page, "KGS/USD</span> 0.01250")
        self.assertContains(page, "KZT/USD</span> 0.00200")
        bad = self.client.post("/admin/tickers/pair/preview/", self.form(base="", peg_value="0.002"))
        self.assertContains(bad, "This field is required.")
        for number in ("9" * 5000, "x", "-1", "٣"):
            assert self.client.post("/admin/tickers/pair/preview/", form | {"_number": number}).status_code == 200
        assert list(Pair.objects.values()) == before
        reader = get_user_model().objects.create_user("reader", is_staff=True)
        self.client.force_login(reader)
        assert self.client.post("/admin/tickers/pair/preview/", form).status_code == 403

    def test_form_leads_to_the_page_that_readers_have_and_to_no_other(self):
        address = f"/admin/tickers/pair/{self.pair.pk}/change/"
        shown = f'href="{self.pair.get_absolute_url()}"'
        self.assertNotContains(self.client.get(address), shown)
        make_rate(self.pair, self.today, "0.0125", provider="nbkr")
        self.assertContains(self.client.get(address), shown)
        Pair.objects.update(active=False)
        self.assertContains(self.client.get(address), shown)  # it keeps its page
        Rate.objects.update(effective_date=self.today + timedelta(days=1))
        self.assertNotContains(self.client.get(address), shown)

    def test_list_and_type_ahead_find_pairs(self):
        assert self.client.get("/admin/tickers/pair/?q=KGS").status_code == 200
        query = {"app_label": "tickers", "model_name": "rate", "field_name": "pair", "term": "kg"}
        assert self.client.get("/admin/autocomplete/", query).json()["results"] == [
            {"id": str(self.pair.pk), "text": "KGS/USD"}
        ]
