import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.test import SimpleTestCase, TestCase
from hypothesis import given
from hypothesis import strategies as st

from tickers import numerals, providers, ratebar
from tickers.tests.factories import BISHKEK, MONDAY, NOON, make_front_page, make_pair, make_rate

FRIDAY = date(2025, 12, 5)


def row(value="0.01144", previous="0.01144", **fields):
    values = {"base": "KGS", "quote": "USD", "effective_date": MONDAY, "provider": "nbkr", "digits": None}
    previous = None if previous is None else Decimal(previous)
    return ratebar.PairRow(value=Decimal(value), previous=previous, **values | {"is_stale": False} | fields)


AMOUNTS = st.decimals("0.00000001", "100000", places=8)


class TurnedTests(SimpleTestCase):
    """However a pair is told, its sign is that of what it is named after, and its stored value stays what it is."""

    @given(AMOUNTS, AMOUNTS)
    def test_what_rises_one_way_falls_the_other(self, value, previous):
        told = row(str(value), str(previous))
        other = ratebar.inverse(told)
        assert {told.direction, other.direction} in ({"up", "down"}, {"flat"})
        assert ratebar.inverse(other) is told
        if told.change:
            assert other.change_text[0] == {"+": "−", "−": "+"}[told.change_text[0]]
            assert other.words.split()[0] != told.words.split()[0]

    @given(AMOUNTS, AMOUNTS)
    def test_box_has_value_sign_and_words_of_the_dollar_that_it_names(self, value, previous):
        for pair in (
            row(str(value), str(previous)),
            ratebar.inverse(row(str(value), str(previous), base="USD", quote="KGS")),
        ):
            told = ratebar.for_one(pair, "USD")
            html = render_to_string("tickers/_market_box.html", {"rows": [pair]})
            assert told.pair == "USD/KGS"
            assert told.value_text in html
            self.assertInHTML(f'<span class="visually-hidden">USD/KGS {told.words}</span>', html)
            assert f'class="is-{told.direction}"' in html


class RowTests(SimpleTestCase):
    def test_fraction_shows_at_least_five_decimals_and_three_significant_digits(self):
        texts = {"0.0000832": "0.0000832", "0.00196": "0.00196", "0.2849": "0.28490", "0.01144": "0.01144"}
        texts |= {"0.000083246": "0.0000832", "0.0000083251": "0.00000833", "0.114445": "0.11445"}
        assert {value: row(value).value_text for value in texts} == texts

    def test_more_than_one_is_written_as_people_write_it_however_it_is_stored(self):
        texts = {"12019.18": "12,019", "87.41": "87.41", "9.1745": "9.175", "1": "1.000", "511.123": "511.12"}
        for value, text in texts.items():
            for told in (row(value), replace(row(value), is_inverse=True)):
                assert (told.value_text, told.long_text) == (text, text)
                assert told.classic_value == numerals.written_number(Decimal(value), 5)

    @given(AMOUNTS, AMOUNTS, st.sampled_from([None, 0, 2, 6]))
    def test_pair_is_written_alike_whichever_way_it_is_stored(self, value, previous, digits):
        straight = row(str(value), str(previous), digits=digits)
        turned = replace(straight, is_inverse=True)
        if value >= 1:
            for name in ("value_text", "long_text", "previous_long_text", "classic_value", "change_text"):
                assert getattr(straight, name) == getattr(turned, name)
            assert straight.write(1 / value) == turned.write(1 / value)
        elif digits is None:
            assert len(straight.value_text.partition(".")[2]) >= 5
            assert len(straight.long_text.partition(".")[2]) >= 5

    def test_change_for_machines_is_never_less_than_nothing(self):
        for value, change in (
            ("99.9999999999", "0.000000"),
            ("100.0000000001", "0.000000"),
            ("99.999999", "-0.000001"),
        ):
            assert row(value, "100").data()["change_percent"] == change

    def test_desk_may_set_the_decimals(self):
        assert row("87.415", digits=2).value_text == "87.42"
        assert row("0.28490", digits=0).value_text == "0"

    def test_change_has_a_sign_and_two_decimals(self):
        assert row("0.00196", "0.001965").change_text == "−0.25 %"
        assert row("101", "100").change_text == "+1.00 %"
        assert row("100.125", "100").change_text == "+0.13 %"

    def test_change_that_rounds_to_zero_shows_the_digit_that_is_not(self):
        assert row("99.996", "100").change_text == "−0.004 %"
        assert row("100.000026", "100").change_text == "+0.00003 %"
        assert row("100.005", "100").change_text == "+0.01 %"

    def test_no_change_is_zero_without_a_sign(self):
        unchanged = row()
        assert (unchanged.change_text, unchanged.direction, unchanged.words) == ("0.00 %", "flat", "unchanged")

    def test_first_rate_has_no_change(self):
        first = row(previous=None)
        assert first.change is None
        assert (first.change_text, first.direction, first.words) == ("", "flat", "no earlier rate")
        assert first.classic_text == "KGS/USD = 0.01144"

    def test_words_say_direction_and_size(self):
        assert row("0.00196", "0.001965").words == "down 0.25 per cent"
        assert row("100.3", "100").words == "up 0.30 per cent"

    def test_classic_look_has_whole_per_cents_and_keeps_the_sign_of_a_small_fall(self):
        changes = {"100": "0%", "100.4": "0%", "99.6": "-0%", "99.5": "-1%", "100.5": "1%", "88": "-12%"}
        assert {value: row(value, "100").classic_change for value in changes} == changes

    def test_table_shows_up_to_six_significant_digits(self):
        assert row("0.011435105775", "0.001965").long_text == "0.0114351"
        assert row("0.28490", "0.001965").previous_long_text == "0.001965"
        assert row("0.28490").long_text == "0.28490"

    def test_inverse_has_two_decimals_or_three_digits(self):
        assert row("0.01144").inverse_text == "87.41"
        assert row("0.10704").inverse_text == "9.342"
        assert row("0.0000832").inverse_text == "12,019"
        assert row("87.41").inverse_text == "0.0114"

    def test_turned_round_everything_is_of_the_other_currency(self):
        turned = ratebar.inverse(row("0.0000800", "0.0000832"))
        assert (turned.pair, turned.value_text, turned.inverse_text) == ("USD/KGS", "12,500", "0.0000800")
        assert (turned.change_text, turned.slug) == ("+4.00 %", "kgs-usd")
        assert ratebar.inverse(turned).pair == "KGS/USD"

    def test_absurd_numbers_are_written_all_the_same(self):
        absurd = row("999999999999", "0.000000000001")
        assert absurd.change_text.endswith(".00 %")
        assert absurd.classic_change.endswith("%")
        assert row("0.000000000001").value_text == "0.00000000000100"

    def test_rows_can_be_kept_in_a_cache(self):
        assert pickle.loads(pickle.dumps(row())) == row()


class CurrentRowsTests(TestCase):
    def rows(self, at=NOON, zone=BISHKEK):
        return ratebar.current_rows(at, zone)

    def test_both_looks_of_the_front_page(self):
        make_front_page()
        with self.assertNumQueries(1):
            rows = self.rows()
        assert [row.classic_text for row in rows] == [
            "KGS/USD = 0.01144 0%",
            "KZT/USD = 0.00196 -0%",
            "TJS/USD = 0.10904 0%",
            "UZS/USD = 0.00008 0%",
            "TMT/USD = 0.28490 0%",
        ]
        assert [f"{row.pair} {row.value_text} {row.change_text}" for row in rows] == [
            "KGS/USD 0.01144 +0.01 %",
            "KZT/USD 0.00196 −0.25 %",
            "TJS/USD 0.10904 +0.02 %",
            "UZS/USD 0.0000832 +0.02 %",
            "TMT/USD 0.28490 0.00 %",
        ]

    def test_pairs_come_in_their_order_without_inactive_or_empty_ones(self):
        second, first = make_pair("KZT", order=2), make_pair("KGS", order=1)
        for pair in (second, first, make_pair("RUB", order=0, active=False)):
            make_rate(pair)
        make_pair("EUR", order=0)
        assert [row.pair for row in self.rows()] == ["KGS/USD", "KZT/USD"]

    def test_change_is_against_the_effective_date_before_whatever_came_in_first(self):
        pair = make_pair()
        make_rate(pair, MONDAY, "3")
        make_rate(pair, FRIDAY, "2")
        make_rate(pair, date(2025, 12, 4), "1")
        (row,) = self.rows()
        assert (row.value, row.previous, row.change, row.effective_date) == (3, 2, 50, MONDAY)

    def test_held_rates_are_not_seen(self):
        pair = make_pair()
        make_rate(pair, date(2025, 12, 4), "1")
        make_rate(pair, FRIDAY, "7", status="held")
        make_rate(pair, date(2025, 12, 6), "2")
        make_rate(pair, MONDAY, "9", status="held")
        (row,) = self.rows()
        assert (row.value, row.previous) == (2, 1)

    def test_tomorrows_rate_waits_for_the_papers_day(self):
        pair = make_pair()
        make_rate(pair, MONDAY, "1")
        make_rate(pair, MONDAY + timedelta(days=1), "2")
        midnight = datetime(2025, 12, 8, 18, tzinfo=UTC)  # in Bishkek
        assert [row.value for row in self.rows(midnight - timedelta(seconds=1))] == [1]
        assert [row.value for row in self.rows(midnight)] == [2]
        assert [row.value for row in self.rows(midnight, ZoneInfo("UTC"))] == [1]

    def test_past_shows_as_it_stood(self):
        pair = make_pair()
        make_rate(pair, FRIDAY, "1")
        make_rate(pair, MONDAY, "2")
        assert [row.value for row in self.rows(NOON - timedelta(days=1))] == [1]
        assert self.rows(NOON - timedelta(days=30)) == []

    def test_stale_when_a_working_day_was_missed(self):
        pair = make_pair()
        make_rate(pair, FRIDAY)
        stale_from_friday_on = [self.rows(NOON + timedelta(days=day))[0].is_stale for day in range(-3, 3)]
        assert stale_from_friday_on == [False, False, False, False, True, True]

    def test_thursdays_rate_is_stale_on_saturday(self):
        make_rate(make_pair(), date(2025, 12, 4))
        stale = [self.rows(NOON + timedelta(days=day))[0].is_stale for day in (-3, -2)]
        assert stale == [False, True]

    def test_official_peg_never_gets_stale(self):
        make_rate(make_pair("TMT"), date(2015, 1, 1), "0.2857", provider="peg")
        (row,) = self.rows()
        assert (row.is_peg, row.is_stale, row.source) == (True, False, "Official peg")

    def test_peg_stands_in_while_its_source_is_silent(self):
        pair = make_pair("TMT", provider="cbt", peg_value=Decimal("0.2857"))
        (row,) = self.rows()
        assert (row.is_peg, row.value, row.change_text, row.is_stale) == (True, Decimal("0.2857"), "0.00 %", False)
        make_rate(pair, date(2025, 12, 1), "0.2851", provider="cbt")
        (row,) = self.rows()
        assert (row.is_peg, row.value, row.effective_date) == (True, Decimal("0.2857"), MONDAY)
        make_rate(pair, MONDAY, "0.2859", provider="cbt")
        (row,) = self.rows()
        assert (row.is_peg, row.value) == (False, Decimal("0.2859"))

    def test_pair_may_be_told_the_other_way_round(self):
        make_rate(make_pair("UZS", is_inverse=True), value="0.00008")
        assert [(row.pair, row.value_text) for row in self.rows()] == [("USD/UZS", "12,500")]

    def test_source_that_is_none_any_more_breaks_nothing(self):
        make_rate(make_pair(), provider="gone")
        (row,) = self.rows()
        assert (row.source, row.is_stale) == ("gone", False)

    def test_one_query_for_many_pairs_and_a_long_past(self):
        for base in ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG"):
            pair = make_pair(base)
            for day in range(30):
                make_rate(pair, MONDAY - timedelta(days=day))
        with self.assertNumQueries(1):
            assert len(self.rows()) == 7


class NextChangeTests(SimpleTestCase):
    def test_is_the_papers_next_midnight(self):
        midnight = datetime(2025, 12, 8, 18, tzinfo=UTC)
        assert ratebar.next_rate_change(NOON, BISHKEK) == midnight
        assert ratebar.next_rate_change(midnight, BISHKEK) == midnight + timedelta(days=1)

    def test_night_of_a_clock_change_is_counted_right(self):
        berlin = ZoneInfo("Europe/Berlin")
        night = datetime(2026, 3, 29, 0, tzinfo=UTC)
        assert ratebar.next_rate_change(night, berlin) == night + timedelta(hours=22)


class RateBarMarkupTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        make_front_page()

    def bar(self, look="exact", at=NOON):
        return render_to_string("tickers/_rate_bar.html", {"rows": ratebar.current_rows(at, BISHKEK), "look": look})

    def test_classic_item_is_exactly_its_line(self):
        self.assertInHTML(
            '<a class="is-down" href="/rates/kzt-usd/"'
            ' aria-label="KZT/USD = 0.00196 -0%, down 0.25 per cent, 1 USD = 510.20 KZT">'
            '<span class="rate-faces"><span class="rate-face"><span class="rate-pair">KZT/USD</span> = 0.00196</span>'
            '<span class="rate-face" aria-hidden="true">1 USD = 510.20 KZT</span></span> '
            '<span class="rate-change">-0%</span></a>',
            self.bar("classic"),
        )

    def test_exact_item_says_its_direction_in_words_too(self):
        self.assertInHTML(
            '<a class="is-down" href="/rates/kzt-usd/">'
            '<span class="rate-faces"><span class="rate-face"><span class="rate-pair">KZT/USD</span> 0.00196</span>'
            '<span class="rate-face" aria-hidden="true">1 USD = 510.20 KZT</span></span> '
            '<span class="rate-arrow" aria-hidden="true"></span> '
            '<span class="rate-change" aria-hidden="true">−0.25 %</span>'
            '<span class="visually-hidden">, down 0.25 per cent, 1 USD = 510.20 KZT</span></a>',
            self.bar(),
        )

    def test_is_one_labelled_list_with_its_source_and_day(self):
        bar = self.bar()
        assert bar.count("<ul>") == 1
        assert bar.count("<li>") == 5
        self.assertInHTML(
            '<a href="/rates/">Official bank rates, <time datetime="2025-12-08">8 December 2025</time></a>', bar
        )
        assert 'aria-label="Exchange rates"' in bar
        assert "As of" not in bar

    def test_what_rates_are_called_is_what_their_sources_call_them(self):
        official, other = str(providers.base.OFFICIAL), str(providers.Provider.title)
        called = {("nbk", "nbkr", "peg"): official, ("nbk", "cbr"): other, ("nbk", "gone"): other, ("manual",): other}
        called |= {("gone",): other, ("peg",): "Official rates"}
        for codes, words in called.items():
            bar = render_to_string("tickers/_rate_bar.html", {"rows": [row(provider=code) for code in codes]})
            assert f'<a href="/rates/">{words}, <time' in bar, codes

    def test_pause_button_waits_for_the_script(self):
        self.assertInHTML(
            '<button type="button" class="rate-bar-pause" data-pause="Pause the rates" data-play="Play the rates"'
            ' aria-label="Pause the rates" hidden></button>',
            self.bar(),
        )

    def test_obeys_a_strict_content_security_policy(self):
        for look in ("exact", "classic"):
            bar = self.bar(look)
            assert "style=" not in bar
            assert "<script" not in bar
            assert " on" not in bar.replace("Rates, in one line", "")

    def test_one_day_is_told_once_when_all_rates_are_of_it(self):
        for look in ("exact", "classic"):
            bar = self.bar(look, NOON + timedelta(days=3))
            day = '<time datetime="2025-12-08">8 December 2025</time>'
            self.assertInHTML(f'<p class="rate-bar-note"><a href="/rates/">As of {day}</a></p>', bar)
            assert bar.count("<time") == 1

    def test_late_rate_among_fresh_ones_says_its_own_day(self):
        make_rate(make_pair("RUB", order=9), date(2025, 12, 3), "0.0129")
        late = '<span class="rate-date">as of <time datetime="2025-12-03">3 December 2025</time></span>'
        self.assertInHTML(late, self.bar(), count=1)
        classic = self.bar("classic")
        self.assertInHTML(late.replace("as of", "RUB/USD as of"), classic, count=1)
        assert classic.index("3 December") > classic.index("</ul>")

    def test_no_rates_no_bar(self):
        assert render_to_string("tickers/_rate_bar.html", {"rows": [], "look": "exact"}).strip() == ""
