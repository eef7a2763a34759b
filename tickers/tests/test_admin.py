from datetime import timedelta
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import TestCase
from django.utils import timezone

from newsroom.tests.forms import loaded
from tickers.models import Pair, Rate
from tickers.tests.factories import make_pair, make_rate

RATES, ADD_RATE = "/admin/tickers/rate/", "/admin/tickers/rate/add/"


class AdminTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.desk = get_user_model().objects.create_superuser("rates-desk")
        cls.pair = make_pair()
        cls.today = timezone.localdate()

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

    def test_corrected_rate_carries_who_corrected_it(self):
        rate = make_rate(self.pair, self.today, "9", provider="nbkr", status="held")
        self.correct(rate)
        rate.refresh_from_db()
        assert (rate.provider, rate.status, rate.held_reason) == ("manual", "accepted", "")
        assert (rate.value, rate.decided_by) == (Decimal("0.01144"), self.desk)

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
        self.refused("per cent away from 0.01144", value="1144")
        self.client.post(ADD_RATE, self.form(value="1144", surely="on"))
        assert Rate.objects.order_by("-effective_date").first().value == 1144

    def test_rate_of_the_day_after_tomorrow_is_the_furthest(self):
        later = self.today + timedelta(days=3)
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


class PairAdminTests(AdminTestCase):
    def form(self, **fields):
        return {"base": "KZT", "quote": "USD", "provider": "nbk", "limit_percent": "10", "order": "2"} | fields

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
        ]
        for fields, message in wrong:
            with self.subTest(message):
                response = self.client.post("/admin/tickers/pair/add/", self.form(**fields))
                self.assertContains(response, message)
        assert Pair.objects.count() == 1

    def test_list_and_type_ahead_find_pairs(self):
        assert self.client.get("/admin/tickers/pair/?q=KGS").status_code == 200
        query = {"app_label": "tickers", "model_name": "rate", "field_name": "pair", "term": "kg"}
        assert self.client.get("/admin/autocomplete/", query).json()["results"] == [
            {"id": str(self.pair.pk), "text": "KGS/USD"}
        ]
