"""Rates in words: 87.41 som to the dollar, $0.0114, or USD/KGS 87.41.

In a language that is not one of the paper's, and for a currency without words, codes replace them: 1 USD = 87.41 KGS.
So no grammar is guessed.
"""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tickers import currencies, numerals
from tickers.currencies import Currency
from tickers.row import PairRow

PAIR, WORDS, AMOUNT = LOOKS = ("pair", "words", "amount")
MOST_DECIMALS = 40
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}  # signs that stand for only one currency


def rate_in_words(row: PairRow, look: str, *, dated: bool, day_form: str | None = None) -> str:
    """Return the rate of ``row`` in one of LOOKS; ``dated`` adds its first day, or that it is fixed by law.

    ``day_form`` is the form of that day in codes (Django's format), if not the usual one of the current language.
    """
    if look == PAIR:
        text = f"{row.pair} {row.value_text}"
        return _beside(text, row, day_form) if dated else text
    text = _words(row) if look == WORDS else amount(row.value, row.quote)
    if not dated:
        return text
    if row.is_peg or not _is_spoken():
        return _beside(text, row, day_form)
    return _("%(rate)s on %(day)s") % {"rate": text, "day": date_format(row.effective_date, "j F Y")}


def number_in_words(value: Decimal, digits: int | None = None) -> str:
    """Return the value in words' form, with at least three significant digits, or with ``digits`` decimals."""
    return numerals.large(value, digits)


def decimal_places(value: Decimal) -> int:
    """Return how many decimals number_in_words() gives the value."""
    text = number_in_words(value)
    return next(count for count in range(MOST_DECIMALS) if number_in_words(value, count) == text)


def amount(value: Decimal, code: str) -> str:
    """Return an amount of a currency: $0.0114, 87.41 som, 87.41 XXX."""
    text = number_in_words(value)
    if code in SIGNS:
        return f"{SIGNS[code]}{text}"
    currency = currencies.currency_words(code, _count(value))
    return f"{text} {currency.many if currency else code}"


def subject(base: str, quote: str) -> str:
    """Return the title of a pair's chart: Som to the dollar; or KGS for 1 USD."""
    if both := _both(base, quote):
        base_words, many = both
        return capfirst(_("%(many)s to the %(one)s") % {"many": many.many, "one": base_words.one})
    return _("%(quote)s for 1 %(base)s") % {"quote": quote, "base": base}


def pair_name(base: str, quote: str) -> str:
    """Return a pair for a list: Kyrgyz som and US dollar."""
    first, second = (_full_name(code) for code in (base, quote))
    return capfirst(_("%(first)s and %(second)s") % {"first": first, "second": second})


def _words(row: PairRow) -> str:
    text = number_in_words(row.value)
    if both := _both(row.base, row.quote, _count(row.value)):
        base_words, many = both
        return _("%(value)s %(many)s to the %(one)s") % {"value": text, "many": many.many, "one": base_words.one}
    return f"1 {row.base} = {text} {row.quote}"


def _both(base: str, quote: str, count: int = currencies.FRACTION) -> tuple[Currency, Currency] | None:
    """Return the words of both currencies; None if one has none, or both have the same."""
    base_words, many = currencies.currency_words(base), currencies.currency_words(quote, count)
    return (base_words, many) if base_words and many and base_words.one != many.one else None


def _count(value: Decimal) -> int:
    """Return the number that grammar uses for the written value."""
    return currencies.FRACTION if decimal_places(value) else int(value.to_integral_value(ROUND_HALF_UP))


def _full_name(code: str) -> str:
    currency = currencies.currency_words(code)
    return currency.name if currency else code


def _beside(text: str, row: PairRow, day_form: str | None) -> str:
    when = _("official peg") if row.is_peg else date_format(row.effective_date, day_form)
    return f"{text} ({when})"


def _is_spoken() -> bool:
    return get_language() in dict(settings.LANGUAGES)
