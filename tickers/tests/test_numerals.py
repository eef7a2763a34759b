"""What pages print the converter reads back, in every language; what may be two numbers it asks."""

from decimal import Decimal

from django.test import SimpleTestCase
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tickers import numerals

# Those of a new paper, and others whose signs differ: German points, Swiss and French spaces, languages without any.
LANGUAGES = sorted("en ru ky kk uz tg tk az mn de de-ch fr es pt tr fa hi it".split())
SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
APART = [*SPACES, ",", ".", "'", "’"]
SIZES = st.builds(lambda digits, size: Decimal(digits).scaleb(-size), st.integers(1, 10**15 - 1), st.integers(0, 18))
PRINTED = {
    "small": lambda value: numerals.small(value, None),
    "small_in_full": lambda value: numerals.small_in_full(value, None),
    "large": lambda value: numerals.large(value, None),
    "money": numerals.money,
    "classic": lambda value: numerals.written_number(value, 5),
    "percent": numerals.percent,
} | {
    f"{way} with {digits}": lambda value, way=way, digits=digits: getattr(numerals, way)(value, digits)
    for way in ("small", "small_in_full", "large")
    for digits in (0, 2, 3, 12)
}


def plain(text, thousands, decimals):
    """The number that a text says, whose signs are known."""
    return Decimal(text.replace(thousands, "").replace(decimals, "."))


class ReadingTests(SimpleTestCase):
    @settings(max_examples=60, deadline=None)
    @given(SIZES)
    @example(Decimal("12019"))
    @example(Decimal("9.342"))
    @example(Decimal("1250.5"))
    @example(Decimal("1000"))
    def test_whatever_is_printed_is_read_as_the_same_number(self, value):
        for language in LANGUAGES:
            with translation.override(language):
                thousands, decimals = (
                    numerals.get_format("THOUSAND_SEPARATOR"),
                    numerals.get_format("DECIMAL_SEPARATOR"),
                )
                for name, way in PRINTED.items():
                    text = way(value)
                    assert numerals.readings(text) == [plain(text, thousands, decimals)], (language, name, text)

    def test_every_way_to_write_a_sum_is_read_or_asked_and_never_guessed(self):
        for language in LANGUAGES:
            with translation.override(language):
                for apart in APART:
                    for sign in ",.":
                        for whole, rest in (("1250", "50"), ("1250000", "5"), ("12019", "1256")):
                            text = f"{int(whole):,}".replace(",", apart) + sign + rest
                            expected = [] if apart == sign else [Decimal(f"{whole}.{rest}")]
                            assert numerals.readings(text) == expected, (language, text)
                    for whole in ("1000", "9999", "12019", "250000"):
                        text = f"{int(whole):,}".replace(",", apart)
                        self.check_one_sign(text, Decimal(whole), apart)
                    million = "1,250,000".replace(",", apart)
                    assert numerals.readings(million) == [Decimal(1250000)], (language, million)

    def check_one_sign(self, text, whole, apart):
        """1,000 may be two numbers, unless this language's pages write one of them so."""
        found = numerals.readings(text)
        if apart not in ",.":
            assert found == [whole], text
            return
        fraction = whole / 1000
        prints = {
            value
            for value, forms in {
                whole: {numerals.large(whole, 0), numerals.money(whole)},
                fraction: {numerals.written_number(fraction, 3)},
            }.items()
            if text in forms
        }
        assert found == (list(prints) if len(prints) == 1 else [whole, fraction]), (translation.get_language(), text)

    def test_english_reads_what_english_pages_print(self):
        read = {"12,019": "12019", "9.342": "9.342", "1,250.50": "1250.50", "87.41": "87.41", "8,741.26": "8741.26"}
        read |= {
            "0,5": "0.5",
            "12,5": "12.5",
            "0,125": "0.125",
            "1 250,50": "1250.50",
            "1’250.50": "1250.50",
            ".5": "0.5",
        }
        for text, value in read.items():
            assert numerals.readings(text) == [Decimal(value)], text
        assert numerals.readings("1,000") == [1000, 1]
        for text in (
            "",
            "many",
            ",",
            "1,2,3",
            "1 00",
            "12 50",
            "1,00,000",
            "1,250 000",
            "1.5.5",
            "1,250,00",
            "--5",
            "1e5",
        ):
            assert numerals.readings(text) == [], text

    def test_other_languages_ask_for_what_is_anothers(self):
        expected = {"en": [1.234], "ru": [1234, 1.234], "de": [1234, 1.234], "ky": [1.234], "kk": [1.234]}
        for language, found in expected.items():
            with translation.override(language):
                assert [float(value) for value in numerals.readings("1.234")] == found, language
        with translation.override("de"):
            assert numerals.readings("12.019") == [12019]
        with translation.override("ru"):
            assert numerals.readings("12\N{NO-BREAK SPACE}019") == [12019]
            assert numerals.readings("9,342") == [Decimal("9.342")]
