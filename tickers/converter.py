"""Amounts turned from one currency of a pair into the other, exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from tickers.history import in_force
from tickers.models import Pair

MOST = Decimal("1e15")


class Amount(forms.DecimalField):
    """A sum of money as people write it: 1 250,50."""

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "size": 12})
    default_error_messages = {"invalid": _("Enter an amount, for example 1250.50.")}

    def to_python(self, value):
        written = "".join(str(value or "").split()).replace("\N{NARROW NO-BREAK SPACE}", "")
        return super().to_python(written.replace(",", "."))


class ConverterForm(forms.Form):
    """The sum, which of the two currencies it is in, and the day whose rate counts."""

    amount = Amount(
        label=_("Amount"),
        min_value=Decimal("0.01"),
        max_value=MOST,
        error_messages={
            "min_value": _("Enter an amount of at least 0.01."),
            "max_value": _("Enter a smaller amount."),
            "required": _("Enter an amount."),
        },
    )
    day = forms.DateField(label=_("On"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, pair: Pair, today: date, data: Mapping[str, Any]):
        super().__init__(data if "amount" in data else None, initial={"amount": 100, "currency": pair.base})
        self.pair, self.today = pair, today
        currencies = [(pair.base, pair.base), (pair.quote, pair.quote)]
        self.fields["currency"] = forms.ChoiceField(label=_("in"), choices=currencies)
        self.order_fields(["amount", "currency", "day"])
        self.use_required_attribute = False

    def clean_day(self):
        day = self.cleaned_data["day"] or self.today
        if day > self.today + timedelta(days=2):
            raise ValidationError(_("Rates for that day have not been published yet."))
        return day

    def result(self) -> "Result | None":
        """What the sum is worth; None while nothing was asked, or the day has no rate."""
        if not self.is_valid():
            return None
        point = in_force(self.pair, self.cleaned_data["day"])
        if point is None:
            self.add_error("day", _("There is no rate for that day or earlier."))
            return None
        amount, currency = self.cleaned_data["amount"], self.cleaned_data["currency"]
        if currency == self.pair.base:
            return Result(amount, currency, amount * point.value, self.pair.quote, point.day)
        return Result(amount, currency, amount / point.value, self.pair.base, point.day)


@dataclass(frozen=True)
class Result:
    """A sum in both currencies, by the rate in force from ``day`` on."""

    amount: Decimal
    currency: str
    worth: Decimal
    other: str
    day: date

    @property
    def amount_text(self) -> str:
        return number_format(self.amount, max(2, -int(self.amount.as_tuple().exponent)), force_grouping=True)

    @property
    def worth_text(self) -> str:
        return _sum(self.worth)


def _sum(value: Decimal) -> str:
    """Two decimals, or the four digits that a small sum needs; thousands stand apart."""
    places = 2 if value >= 1 or not value else 3 - value.adjusted()
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=60))
    return number_format(rounded, places, force_grouping=True)
