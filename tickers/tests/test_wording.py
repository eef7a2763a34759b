"""Rates in words: whatever the pair, the form and the way round, what is told is true and reads back as the value."""

import re
from decimal import Decimal
from itertools import cycle, permutations, product

from django.test import SimpleTestCase, override_settings
from django.utils import translation

from tickers import currencies, ratebar, wording
from tickers.providers import PEG
from tickers.ratebar import PairRow, inverse
from tickers.tests.factories import FRONT_PAGE, MONDAY

VALUES = [
    "0.0000000123",
    "0.0000832",
    "0.01144",
    "0.28490",
    "1",
    "1.0004",
    "87.41",
    "9999.996",
    "12019.2307",
    "1234567.8",
]
SIGNS = {sign: code for code, sign in wording.SIGNS.items()}
UNKNOWN = "XQZ"
BY_NAME = {}  # an amount's word: the codes it may mean
for _code in currencies.NAMES:
    for _count in (1, 2):
        BY_NAME.setdefault(currencies.currency_words(_code, _count).many, set()).add(_code)
WORDS = re.compile(r"(?P<value>[\d.,]+) (?P<many>.+) to the (?P<one>.+)\Z")
PLAIN = re.compile(r"1 (?P<base>[A-Z]{3}) = (?P<value>[\d.,]+) (?P<quote>[A-Z]{3})\Z")


def make_row(base, quote, value, **fields) -> PairRow:
    given = {"previous": None, "effective_date": MONDAY, "provider": "nbkr", "digits": None, "is_stale": False}
    return PairRow(base, quote, Decimal(value), **given | fields)


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def read(text: str, look: str) -> tuple[set, set, Decimal]:
    """What somebody reads in it: the currency one of which is told, what it is told in, and how much."""
    if look == wording.PAIR:
        pair, value = text.split(" ")
        base, quote = pair.split("/")
        return {base}, {quote}, number(value)
    if look == wording.AMOUNT:
        if text[0] in SIGNS:
            return set(), {SIGNS[text[0]]}, number(text[1:])
        value, _space, word = text.partition(" ")
        return set(), BY_NAME.get(word, {word}), number(value)
    if found := PLAIN.match(text):
        return {found["base"]}, {found["quote"]}, number(found["value"])
    found = WORDS.match(text)
    return BY_NAME.get(_plural(found["one"]), {found["one"]}), BY_NAME[found["many"]], number(found["value"])


def _plural(one: str) -> str:
    return next(
        currencies.currency_words(code).many for code in currencies.NAMES if currencies.currency_words(code).one == one
    )


class WordingTests(SimpleTestCase):
    def assert_true(self, row, look):
        text = wording.rate_in_words(row, look, dated=False)
        bases, quotes, value = read(text, look)
        assert row.quote in quotes, text
        assert look == wording.AMOUNT or row.base in bases, text
        written = text.replace(",", "")
        shown = len(re.search(r"\d+\.?(\d*)", re.sub(r"^1 [A-Z]{3} = ", "", written))[1])
        assert abs(value - row.value) <= Decimal("0.5").scaleb(-shown), (text, row.value)
        assert abs(value / row.value - 1) < Decimal("0.006"), (text, row.value)  # three digits
        assert wording.rate_in_words(row, look, dated=True).startswith(text)
        assert wording.rate_in_words(row, look, dated=True) != text

    def test_every_pair_in_every_form_and_both_ways_reads_back_as_its_value(self):
        codes = [*currencies.NAMES, UNKNOWN]
        values = cycle(VALUES)  # all with each currency, some with each pair
        for base, quote, value in ((*pair, next(values)) for pair in permutations(codes, 2) for _turn in range(3)):
            row = make_row(base, quote, value)
            for told, look in product((row, inverse(row), inverse(inverse(row))), wording.LOOKS):
                self.assert_true(told, look)
            assert inverse(row).pair == f"{quote}/{base}"
            assert inverse(inverse(row)).value == row.value

    def test_forms_that_people_read(self):
        som = make_row("KGS", "USD", "0.01144")
        turned = inverse(som)
        told = {
            (turned, "words", False): "87.41 som to the dollar",
            (turned, "words", True): "87.41 som to the dollar on 8 December 2025",
            (turned, "amount", False): "87.41 som",
            (turned, "pair", False): "USD/KGS 87.41",
            (som, "amount", False): "$0.0114",
            (som, "amount", True): "$0.0114 on 8 December 2025",
            (som, "words", False): "0.0114 dollars to the som",
            (som, "pair", True): "KGS/USD 0.01144 (8 December 2025)",
            (make_row("KGS", "USD", "0.01144", provider=PEG, effective_date=None), "words", True): (
                "0.0114 dollars to the som (official peg)"
            ),
        }
        for (row, look, dated), text in told.items():
            assert wording.rate_in_words(row, look, dated=dated) == text

    def test_bars_five_are_told_for_a_dollar(self):
        told = [
            wording.rate_in_words(ratebar.for_one(make_row(base, "USD", value), "USD"), wording.WORDS, dated=False)
            for base, (value, _before) in FRONT_PAGE.items()
        ]
        assert told == [
            "87.41 som to the dollar",
            "510.20 tenge to the dollar",
            "9.171 somoni to the dollar",
            "12,019 sum to the dollar",
            "3.510 manat to the dollar",
        ]

    def test_decimals_that_the_desk_asks_for_make_no_sentence_untrue(self):
        row = make_row("UZS", "USD", "0.0000832", digits=5)
        assert wording.rate_in_words(row, wording.AMOUNT, dated=False) == "$0.0000832"
        assert wording.rate_in_words(row, wording.PAIR, dated=False) == "UZS/USD 0.00008"  # as the bar

    def test_currency_without_words_is_told_by_codes(self):
        for base, quote in (("USD", UNKNOWN), (UNKNOWN, "USD"), ("AZN", "TMT")):  # two are manat
            with self.subTest(base=base, quote=quote):
                text = wording.rate_in_words(make_row(base, quote, "87.41"), wording.WORDS, dated=False)
                assert text == f"1 {base} = 87.41 {quote}"
                assert wording.subject(base, quote) == f"{quote} for 1 {base}"
        assert (
            wording.rate_in_words(make_row("USD", UNKNOWN, "87.41"), wording.AMOUNT, dated=False) == f"87.41 {UNKNOWN}"
        )
        assert wording.pair_name(UNKNOWN, "USD") == f"{UNKNOWN} and US dollar"

    def test_language_without_words_is_told_by_codes(self):
        row = inverse(make_row("KGS", "USD", "0.01144"))
        with translation.override("ru"):
            assert (
                wording.rate_in_words(row, wording.WORDS, dated=False)
                == f"1 USD = {wording.number_in_words(row.value)} KGS"
            )
            assert (
                wording.rate_in_words(row, wording.WORDS, dated=True)
                == f"1 USD = {wording.number_in_words(row.value)} KGS (8 декабря 2025 г.)"
            )
            assert (
                wording.rate_in_words(row, wording.AMOUNT, dated=False) == f"{wording.number_in_words(row.value)} KGS"
            )
            with override_settings(LANGUAGES=[("en", "English"), ("ru", "Русский")]):
                assert wording.rate_in_words(row, wording.WORDS, dated=False) == (
                    f"{wording.number_in_words(row.value)} som to the dollar"
                )  # until translated

    def test_amount_is_in_the_number_that_it_is_written_in(self):
        assert wording.amount(Decimal(12019), "EUR") == "€12,019"
        assert wording.amount(Decimal("1.00"), "RUB") == "1.000 roubles"
        assert currencies.currency_words("RUB", 1).many == "rouble"
