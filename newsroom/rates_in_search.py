"""Rates in the search of articles, which connect the two apps."""

import re
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from articles.search.answers import NamedPage
from articles.search.row import words
from tickers.ratebar import PairRow, inverse

# Beginnings of words as articles.search folds them, in the languages of the region; $ ends a whole word.
RATES = "rate$ rates$ exchange$ currenc forex$ fx$ курс валют kurs$ kursi valyut асъор мубодил обмен айырбас бағам"
CURRENCIES = {
    "USD": "usd$ dollar доллар dollor бакс",
    "EUR": "eur$ euro$ euros$ евро$ yevro evro еуро",
    "RUB": "rub$ ruble rouble рубл rubl",
    "KGS": "kgs$ som$ soms$ сом$ сома$ сому$ сомом$ сомы$ сомов$ сомдун$",
    "KZT": "kzt$ tenge теңге тенге",
    "UZS": "uzs$ sum$ soum$ soums$ sums$ som$ somi$ сум$ сума$ суму$ сумов$ сўм",
    "TJS": "tjs$ somoni сомони",
    "TMT": "tmt$ manat манат",
    "AZN": "azn$ manat манат",
    "MNT": "mnt$ tugrik togrog тугрик төгрөг",
    "AFN": "afn$ afghani$ afghanis$ афгани$",
    "CNY": "cny$ yuan юан",
    "TRY": "try$ lira лира$ лиры$ лиры$",
}
COUNTRIES = {
    "KGS": "kyrgyz кыргыз киргиз",
    "KZT": "kazakh казах қазақ",
    "UZS": "uzbek узбек ozbek ўзбек",
    "TJS": "tajik таджик тоҷик",
    "TMT": "turkmen туркмен",
    "AZN": "azerbaijan азербайджан",
    "MNT": "mongol монгол",
    "AFN": "afghanistan афганистан",
    "USD": "us$ american американ",
    "RUB": "russia росси",
}
BESIDE = frozenset(
    "a an and at for in is of on per the to today vs versus against what now official bank central national в во к за "
    "и на по сегодня официальный нацбанк нацбанка какой bugun bugungi бүгүн бүгін".split()
)


def _pattern(beginnings: str) -> re.Pattern[str]:
    return re.compile(
        "|".join(beginning if beginning.endswith("$") else f"{beginning}.*" for beginning in beginnings.split())
    )


_RATES = _pattern(RATES)
_CURRENCIES = {code: _pattern(begun) for code, begun in CURRENCIES.items()}
_COUNTRIES = {code: _pattern(begun) for code, begun in COUNTRIES.items()}


def find_rates(query: str, frame: Any) -> list[NamedPage]:
    """Return the pair whose two currencies ``query`` names; the page of all rates if it names one currency, or rates as
    such.

    Nothing if it has other words: “dollar protests” is a search for articles.
    """
    currency_words: list[set[str]] = []
    countries: list[set[str]] = []
    asks_rates = False
    for word in words(query):
        currencies, lands = _codes(_CURRENCIES, word), _codes(_COUNTRIES, word)
        if currencies:
            currency_words.append(currencies)
        elif lands:
            countries.append(lands)
        elif _RATES.fullmatch(word):
            asks_rates = True
        elif not (word in BESIDE or word.isdecimal()):
            return []
    return _answers(currency_words, countries, frame.rates) if currency_words or asks_rates else []


def _codes(patterns: dict[str, re.Pattern[str]], word: str) -> set[str]:
    return {code for code, pattern in patterns.items() if pattern.fullmatch(word)}


def _answers(currency_words: list[set[str]], countries: list[set[str]], rows: tuple[PairRow, ...]) -> list[NamedPage]:
    """Return pairs with a currency of each word; a country beside its own currency (Kazakh tenge) adds nothing."""
    code_sets = currency_words + [
        codes for codes in countries if not any(codes & currency for currency in currency_words)
    ]
    pairs = [row for row in rows if all(codes & {row.base, row.quote} for codes in code_sets)] if code_sets else []
    pairs = [row for row in pairs if {row.base, row.quote} <= set().union(*code_sets)] if len(code_sets) > 1 else pairs
    if len(pairs) == 1:
        return [_answer(pairs[0], code_sets[0])]
    return [NamedPage(_("Exchange rates"), reverse("rates_page"))] if rows else []


def _answer(row: PairRow, first: set[str]) -> NamedPage:
    """Return a pair with its rate in the direction of the query: “USD KGS” is the price of a dollar."""
    directed_row = inverse(row) if row.quote in first and row.base not in first else row
    label = _("Exchange rate %(pair)s: %(value)s") % {"pair": directed_row.pair, "value": directed_row.value_text}
    return NamedPage(label, reverse("pair_page", args=[row.slug]))
