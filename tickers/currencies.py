"""The names of currencies, in the paper's own languages. Add a line to NAMES for another one."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, ngettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

# The full name; one unit, as after “to the”; an amount of it.
NAMES: dict[str, tuple[Any, Any, Any]] = {
    "AED": (_("UAE dirham"), pgettext_lazy("to the …", "dirham"), ngettext_lazy("dirham", "dirhams")),
    "AFN": (_("Afghan afghani"), pgettext_lazy("to the …", "afghani"), ngettext_lazy("afghani", "afghanis")),
    "AMD": (_("Armenian dram"), pgettext_lazy("to the …", "dram"), ngettext_lazy("dram", "drams")),
    "AZN": (_("Azerbaijani manat"), pgettext_lazy("to the …", "manat"), ngettext_lazy("manat", "manat")),
    "BYN": (
        _("Belarusian rouble"),
        pgettext_lazy("to the …", "Belarusian rouble"),
        ngettext_lazy("Belarusian rouble", "Belarusian roubles"),
    ),
    "CHF": (_("Swiss franc"), pgettext_lazy("to the …", "Swiss franc"), ngettext_lazy("Swiss franc", "Swiss francs")),
    "CNY": (_("Chinese yuan"), pgettext_lazy("to the …", "yuan"), ngettext_lazy("yuan", "yuan")),
    "EUR": (_("euro"), pgettext_lazy("to the …", "euro"), ngettext_lazy("euro", "euros")),
    "GBP": (_("British pound"), pgettext_lazy("to the …", "pound"), ngettext_lazy("pound", "pounds")),
    "GEL": (_("Georgian lari"), pgettext_lazy("to the …", "lari"), ngettext_lazy("lari", "lari")),
    "INR": (
        _("Indian rupee"),
        pgettext_lazy("to the …", "Indian rupee"),
        ngettext_lazy("Indian rupee", "Indian rupees"),
    ),
    "IRR": (_("Iranian rial"), pgettext_lazy("to the …", "rial"), ngettext_lazy("rial", "rials")),
    "JPY": (_("Japanese yen"), pgettext_lazy("to the …", "yen"), ngettext_lazy("yen", "yen")),
    "KGS": (_("Kyrgyz som"), pgettext_lazy("to the …", "som"), ngettext_lazy("som", "som")),
    "KZT": (_("Kazakh tenge"), pgettext_lazy("to the …", "tenge"), ngettext_lazy("tenge", "tenge")),
    "MNT": (_("Mongolian tugrik"), pgettext_lazy("to the …", "tugrik"), ngettext_lazy("tugrik", "tugriks")),
    "PKR": (
        _("Pakistani rupee"),
        pgettext_lazy("to the …", "Pakistani rupee"),
        ngettext_lazy("Pakistani rupee", "Pakistani rupees"),
    ),
    "RUB": (_("Russian rouble"), pgettext_lazy("to the …", "rouble"), ngettext_lazy("rouble", "roubles")),
    "TJS": (_("Tajik somoni"), pgettext_lazy("to the …", "somoni"), ngettext_lazy("somoni", "somoni")),
    "TMT": (_("Turkmen manat"), pgettext_lazy("to the …", "manat"), ngettext_lazy("manat", "manat")),
    "TRY": (_("Turkish lira"), pgettext_lazy("to the …", "lira"), ngettext_lazy("lira", "lira")),
    "USD": (_("US dollar"), pgettext_lazy("to the …", "dollar"), ngettext_lazy("dollar", "dollars")),
    "UZS": (_("Uzbek sum"), pgettext_lazy("to the …", "sum"), ngettext_lazy("sum", "sum")),
}
FRACTION = 2  # the number for the grammar of 87.41 som: languages that decline give a fraction the form of two


@dataclass(frozen=True)
class Currency:
    """The words of a currency: its full name, one unit after “to the”, and an amount."""

    name: str
    one: str
    many: str


def currency_words(code: str, count: int = FRACTION) -> Currency | None:
    """Return the words of a currency for an amount of ``count``; None if the current language has none for it."""
    if code not in NAMES or get_language() not in dict(settings.LANGUAGES):
        return None
    name, singular, many = NAMES[code]
    return Currency(str(name), str(singular), str(many % count))
