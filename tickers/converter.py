"""Converting amounts from one currency of a pair into the other, exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickers import numerals, ratebar
from tickers.models import Pair
from tickers.row import PairRow

LEAST, MOST = Decimal("1e-12"), Decimal("1e15")


class Amount(forms.DecimalField):
    """A sum of money as people write or copy it: 1 250,50. For an ambiguous one the form asks."""

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "size": 12})
    default_error_messages = {
        "invalid": _("Enter an amount, for example 1250.50."),
        "ambiguous": _("Which of these amounts do you mean?"),
    }

    def to_python(self, value):
        numbers = numerals.readings(str(value or ""))
        if len(numbers) > 1:
            raise ValidationError(self.error_messages["ambiguous"], code="ambiguous", params={"readings": numbers})
        return super().to_python(f"{numbers[0]:f}" if numbers else value)


class ConverterForm(forms.Form):
    """The sum, its currency, and the day of the rate."""

    amount = Amount(
        label=_("Amount"),
        min_value=LEAST,
        max_value=MOST,
        error_messages={
            "min_value": _("Enter an amount above zero."),
            "max_value": _("Enter a smaller amount."),
            "required": _("Enter an amount."),
        },
    )
    day = forms.DateField(label=_("On"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, pair: Pair, row: PairRow, today: date, data: Mapping[str, Any]):
        super().__init__(data if "amount" in data else None, initial={"amount": 100, "currency": row.base})
        self.pair, self.row, self.today = pair, row, today
        currencies = [(row.base, row.base), (row.quote, row.quote)]
        self.fields["currency"] = forms.ChoiceField(label=_("in"), choices=currencies)
        self.order_fields(["amount", "currency", "day"])
        self.use_required_attribute = False

    def clean_day(self):
        day = self.cleaned_data["day"] or self.today
        if day > self.today + timedelta(days=2):
            raise ValidationError(_("Rates for that day have not been published yet."))
        return day

    def result(self) -> "Result | None":
        """Return the converted sum; None if no sum was sent, or the day has no rate."""
        if not self.is_valid():
            return None
        row = self._row_of(self.cleaned_data["day"])
        if row is None:
            self.add_error("day", _("There is no rate for that day or earlier."))
            return None
        amount, currency = self.cleaned_data["amount"], self.cleaned_data["currency"]
        target_currency = row.quote if currency == row.base else row.base
        return Result(amount, currency, row.worth(amount, currency), target_currency, row)

    def choices(self) -> list["ConvertedSum"]:
        """Return the possible meanings of an ambiguous sum; otherwise none."""
        if not self.is_bound:
            return []
        errors = self.errors.as_data().get("amount", [])
        values = [value for error in errors if error.code == "ambiguous" for value in (error.params or {})["readings"]]
        return [ConvertedSum(value, self.data) for value in values]

    def _row_of(self, day: date) -> PairRow | None:
        """Return the pair in its direction on pages, with the rate in force on ``day``."""
        if day == self.today:
            return self.row
        pair: Any = ratebar.with_newest(day).filter(pk=self.pair.pk).first()
        if pair and day < self.today:
            pair.peg_value = None  # a peg is today's law: for other days the stored rate counts
        return pair and ratebar.pair_row_of(pair, day)


@dataclass(frozen=True)
class Result:
    """A sum in both currencies, by the rate of ``row``."""

    amount: Decimal
    currency: str
    worth: Decimal
    other: str
    row: PairRow

    @property
    def amount_text(self) -> str:
        return numerals.written_number(self.amount, max(2, -int(self.amount.as_tuple().exponent)), grouped=True)

    @property
    def worth_text(self) -> str:
        return numerals.money(self.worth)


@dataclass(frozen=True)
class ConvertedSum:
    """One possible meaning of an ambiguous sum, with the other fields of the form."""

    amount: Decimal
    asked: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The sum in its unambiguous form: no grouped thousands, no zeros at the end."""
        value = self.amount.normalize()
        return numerals.written_number(value, max(0, -int(value.as_tuple().exponent)))

    @property
    def currency(self) -> str:
        return str(self.asked.get("currency", ""))

    @property
    def query(self) -> str:
        """The query string of this sum on the pair's page."""
        parameters = {name: self.asked[name] for name in ("span", "currency", "day") if name in self.asked}
        return urlencode(parameters | {"amount": self.text})
