"""Every pair, told either way round, is told alike wherever it stands: its numbers go with the name beside them."""

import csv
import json
import re
from datetime import timedelta
from decimal import Context, Decimal
from io import StringIO
from itertools import pairwise

import pytest
import time_machine
from django.template.loader import render_to_string
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from newsroom import rates_in_articles
from tickers import cards, history, ratebar
from tickers.models import EXACT_DIGITS, SMALLEST, Rate
from tickers.tests.factories import BISHKEK, MONDAY, NOON, make_pair, make_rate

DAYS = (0, 1, 8, 31, 366)  # before Monday: of today, the day before, and what is older than a week, month, year
ENDS = st.sampled_from(
    ["0.000000000001", "0.00000001", "0.0000832", "0.01144", "0.2849", "1", "87.41", "99999", "1e12"]
)
ANY = st.builds(
    lambda size, digits: Decimal(digits).scaleb(size).quantize(SMALLEST, context=Context(prec=60)).normalize(),
    st.integers(-12, 0),
    st.integers(1, 10**EXACT_DIGITS - 1).map(lambda digits: Context(prec=EXACT_DIGITS).create_decimal(digits)),
)
VALUES = st.lists(st.one_of(ENDS.map(Decimal), ANY.filter(lambda value: value > 0)), min_size=5, max_size=5)


def sign(now, before):
    return (now > before) - (now < before)


@pytest.mark.long
@time_machine.travel(NOON, tick=False)
class ToldAlikeTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.pair = make_pair(provider="nbkr")
        for back in DAYS:
            make_rate(cls.pair, MONDAY - timedelta(days=back), provider="nbkr")

    def store(self, values, digits, is_inverse):
        for back, value in zip(DAYS, values, strict=True):
            Rate.objects.filter(effective_date=MONDAY - timedelta(days=back)).update(value=value)
        self.pair.is_inverse, self.pair.digits = is_inverse, digits
        type(self.pair).objects.filter(pk=self.pair.pk).update(is_inverse=is_inverse, digits=digits)

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(VALUES, st.sampled_from([None, 0, 2, 12]), st.booleans())
    @example([Decimal("0.00196"), Decimal("0.001965"), *[Decimal("0.002")] * 3], None, True)
    def test_number_sign_and_words_are_those_of_the_name(self, values, digits, is_inverse):
        self.store(values, digits, is_inverse)
        told = [1 / value for value in values] if is_inverse else values
        name = "USD/KGS" if is_inverse else "KGS/USD"
        (row,) = ratebar.current_rows(NOON, BISHKEK)
        way = {1: "up", 0: "flat", -1: "down"}
        direction = way[sign(told[0], told[1])]
        assert (row.pair, row.value, row.previous, row.direction) == (name, told[0], told[1], direction)
        self.check_pages(row, told)
        self.check_data(row, told)
        self.check_lists(row)
        self.check_elsewhere(row, values)

    def check_pages(self, row, told):
        """The pair's own page: title, head, chart, table, converter and linked data."""
        response = self.client.get("/rates/kgs-usd/?span=all&amount=1&currency=USD")
        html = response.content.decode()
        text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
        assert f"<title>{row.pair} {row.long_text} –" in html
        assert f"<h1>{row.pair}</h1>" in html
        change = f"{row.change_text} {row.words} " if row.change_text else ""
        other = ratebar.inverse(row)
        assert f"{row.long_text} {change}1 {other.base} = {other.long_text} {other.quote} " in text
        points = response.context["history"].points
        assert [point.value for point in points] == told[::-1]
        table = re.findall(r'<td class="rate-value">([^<]+)</td>', html)
        assert table == [row.write(value) for value in told]
        assert f"Every rate, {row.quote} for 1 {row.base}" in text
        line = re.search(r'<polyline class="line" points="([^"]+)"', html)[1]
        downs = [float(place.split(",")[1]) for place in line.split()]
        for (before, after), (earlier, later) in zip(pairwise(downs), pairwise(told[::-1]), strict=True):
            assert after == before or sign(before, after) == sign(later, earlier)
        facts = re.search(r"Highest (\S+) .*? Lowest (\S+) .*? Average (\S+) Change (.*?) Chart data", text)
        assert facts.groups() == (
            row.write(max(told)),
            row.write(min(told)),
            row.write(sum(told, Decimal(0)) / 5),
            ratebar.PairMove.between(told[-1], told[0]).text,
        )
        linked = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1], parse_float=str)
        price = linked["currentExchangeRate"]
        assert (linked["currency"], price["priceCurrency"]) == (row.base, row.quote)
        assert Decimal(price["price"]) == Decimal(row.plain(row.value))
        assert response.context["result"].worth == 1 / row.stored.value

    def check_data(self, row, told):
        one = self.client.get("/rates/kgs-usd.json").json()
        (listed,) = self.client.get("/rates.json").json()["rates"]
        assert listed | {"rates": one["rates"]} == one
        assert (one["pair"], one["unit"]) == (row.pair, f"{row.quote} for 1 {row.base}")
        assert one["inverse_unit"] == f"{row.base} for 1 {row.quote}"
        change, exact = Decimal(one["change_percent"]), (told[0] - told[1]) / told[1] * 100
        assert abs(change - exact) <= Decimal("0.0000005")  # six decimals of it
        assert sign(change, 0) == (sign(told[0], told[1]) if change or abs(exact) > Decimal("0.0000005") else 0)
        assert change.is_signed() == (change < 0)  # no zero is less than nothing
        rows = list(csv.reader(StringIO(self.client.get("/rates/kgs-usd.csv").getvalue().decode())))[1:]
        for number, (stated, line) in enumerate(zip(one["rates"], rows, strict=True)):
            assert [stated["effective_date"], row.pair, one["unit"], stated["value"], "nbkr"] == line
            assert abs(Decimal(stated["value"]) / told[number] - 1) <= (Decimal("1e-11") if row.is_inverse else 0)
        assert (one["rates"][0]["value"], one["rates"][1]["value"]) == (one["value"], one["previous_value"])

    def check_lists(self, row):
        """The bar in both looks; the Markets box and the page of all, which tell what one dollar costs."""
        for look, value in (("exact", row.value_text), ("classic", f"= {row.classic_value}")):
            html = render_to_string("tickers/_rate_bar.html", {"rows": [row], "look": look})
            assert f'<span class="rate-pair">{row.pair}</span> {value}</span>' in html
            assert f'class="is-{row.direction}"' in html
            assert f"{row.words}, 1 {row.quote} = {row.inverse_text} {row.base}" in html
        dollar = ratebar.for_one(row, "USD")
        box = " ".join(re.sub(r"<[^>]+>", " ", render_to_string("tickers/_market_box.html", {"rows": [row]})).split())
        assert dollar.pair == "USD/KGS"
        assert f"USD/KGS {dollar.value_text} {dollar.change_text} USD/KGS {dollar.words}" in box
        page = self.client.get("/rates/")
        text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
        assert f"USD/KGS {dollar.long_text} {dollar.change_text} {dollar.words}" in text
        (line,) = page.context["table"]
        shown = line["row"]
        assert [point.value for point in shown.points] == [shown.from_stored(p.value) for p in shown.past.points]
        assert shown.points[-1].value == shown.value == dollar.value
        then = [shown.from_stored(shown.past.then[name]) for name in history.BACK]
        spans = [ratebar.PairMove.between(value, dollar.value) for value in then]
        assert shown.moves == spans
        for move in spans:
            assert f'<span class="is-{move.direction}">' in page.content.decode()
            assert move.text in text

    def check_elsewhere(self, row, values):
        """The card, a text, and the pair turned twice."""
        lines = cards.CardLines.of(row)
        assert (lines.pair, lines.value) == (row.pair, row.value_text)
        assert lines.change.startswith(row.change_text)
        assert lines.change.endswith(f"1 {row.quote} = {row.inverse_text} {row.base}")
        wanted = rates_in_articles.RateReference("KGS/USD")
        known = rates_in_articles.look_up_rates({wanted}, NOON, "en")[wanted]
        assert Decimal(known.value) == values[0] == row.stored.value
        assert known.text.startswith(f"KGS/USD {row.stored.value_text} ")
        other = ratebar.inverse(row)
        assert ratebar.inverse(other) == row
        assert ratebar.inverse(ratebar.inverse(other)) == other
        assert {row.direction, other.direction} in ({"up", "down"}, {"flat"})
        assert other.pair == f"{row.quote}/{row.base}"
