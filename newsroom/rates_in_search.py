"""Rates that readers look for with the search of articles: where the two apps meet."""

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
    return re.compile("|".join(one if one.endswith("$") else f"{one}.*" for one in beginnings.split()))


_RATES = _pattern(RATES)
_CURRENCIES = {code: _pattern(begun) for code, begun in CURRENCIES.items()}
_COUNTRIES = {code: _pattern(begun) for code, begun in COUNTRIES.items()}


def find_rates(query: str, frame: Any) -> list[NamedPage]:
    """The pair whose two currencies ``query`` names; the page of all rates where it is one, or rates as such.

    Nothing where it has words of something else: “dollar protests” is a matter for articles.
    """
    named: list[set[str]] = []
    countries: list[set[str]] = []
    asks_rates = False
    for word in words(query):
        currencies, lands = _codes(_CURRENCIES, word), _codes(_COUNTRIES, word)
        if currencies:
            named.append(currencies)
        elif lands:
            countries.append(lands)
        elif _RATES.fullmatch(word):
            asks_rates = True
        elif not (word in BESIDE or word.isdecimal()):
            return []
    return _answers(named, countries, frame.rates) if named or asks_rates else []


def _codes(patterns: dict[str, re.Pattern[str]], word: str) -> set[str]:
    return {code for code, pattern in patterns.items() if pattern.fullmatch(word)}


def _answers(named: list[set[str]], countries: list[set[str]], rows: tuple[PairRow, ...]) -> list[NamedPage]:
    """Pairs with a currency of each word; a country beside a currency of its own (Kazakh tenge) says nothing more."""
    wanted = named + [codes for codes in countries if not any(codes & currency for currency in named)]
    pairs = [row for row in rows if all(codes & {row.base, row.quote} for codes in wanted)] if wanted else []
    pairs = [row for row in pairs if {row.base, row.quote} <= set().union(*wanted)] if len(wanted) > 1 else pairs
    if len(pairs) == 1:
        return [_answer(pairs[0], wanted[0])]
    return [NamedPage(_("Exchange rates"), reverse("rates_page"))] if rows else []


def _answer(row: PairRow, first: set[str]) -> NamedPage:
    """A pair with its rate, told as it was asked for: “USD KGS” is what a dollar costs."""
    told = inverse(row) if row.quote in first and row.base not in first else row
    said = _("Exchange rate %(pair)s: %(value)s") % {"pair": told.pair, "value": told.value_text}
    return NamedPage(said, reverse("pair_page", args=[row.slug]))
