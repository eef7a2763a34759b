"""The form of a rate, which asks about likely typing errors before it is stored."""

from datetime import date

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ground.rows import is_number
from tickers import decisions, plausibility
from tickers.calendar import AHEAD

FIRST_DAY = date(1900, 1, 1)  # an earlier one is a typing error


class TypedNumber(forms.DecimalField):
    """A number as people type it, with a comma or a point; an invalid text stays in the field to be corrected."""

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **kwargs):
        kwargs.pop("widget", None)  # a number input silently drops a comma: 0,0115 would become 115
        super().__init__(**kwargs)

    def to_python(self, value):
        return super().to_python(value.strip().replace(",", ".") if isinstance(value, str) else value)

    def widget_attrs(self, widget):
        return {}


def possible_day(day):
    """Return ``day``; raise ValidationError if no rate can be set for it."""
    latest = timezone.localdate() + AHEAD
    if day > latest:
        message = _("This day is too far ahead: %(latest)s is the last that a rate can be set for.")
        raise ValidationError(message, params={"latest": date_format(latest)})
    if day < FIRST_DAY:
        raise ValidationError(_("Look at the year: this day is too long ago."))
    return day


class RateForm(forms.ModelForm):
    surely = forms.BooleanField(
        label=_("It is right, however far it moves"),
        required=False,
        help_text=_("Needed only for a value further from the last one than the pair's limit."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "value" in self.fields:
            self.initial["value"] = f"{self.instance.value.normalize():f}"

    def clean_effective_date(self):
        """Refuse a day for which no bank has set a rate yet; an unchanged one may stay."""
        day = self.cleaned_data["effective_date"]
        if "effective_date" not in self.changed_data:
            return day
        return possible_day(day)

    def clean(self):
        """Refuse a second rate for a day, naming the first with its value."""
        super().clean()
        cleaned = self.cleaned_data
        pair, day = self._pair(cleaned), self._day(cleaned)
        if pair is None or day is None or not self.has_changed():
            return cleaned
        decisions.lock_pairs([pair.pk])  # until it is saved, nobody else stores a rate there
        self._refuse_far_move(pair, day, cleaned.get("value"))
        existing = pair.rates.accepted().filter(effective_date=day).exclude(pk=self.instance.pk).first()
        if existing:
            message = _("%(pair)s has a rate for %(day)s already, %(value)s: change that one instead.")
            params = {"pair": pair, "day": date_format(day), "value": f"{existing.value.normalize():f}"}
            field = "effective_date" if "effective_date" in self.fields else "value"
            self.add_error(field, ValidationError(message, params=params))
        return cleaned

    def _pair(self, cleaned):
        return cleaned.get("pair") if "pair" in self.fields else self.instance.pair

    def _day(self, cleaned):
        """Return the day, which is no field for a rate of a source."""
        return cleaned.get("effective_date") if "effective_date" in self.fields else self.instance.effective_date

    def _refuse_far_move(self, pair, day, value):
        """Refuse a move beyond the pair's limit until it is confirmed, because typing errors are seldom small."""
        if not value or value < 0 or self.cleaned_data["surely"]:
            return
        before = plausibility.past(pair, day)
        if plausibility.beyond(pair, value, before):
            last = before[0]
            message = _("That is %(move)s away from %(last)s, the rate of %(day)s. Look again; if it is right, say so.")
            params = {
                "move": plausibility.distance(value, last.value),
                "last": f"{last.value.normalize():f}",
                "day": date_format(last.effective_date),
            }
            self.add_error("value", ValidationError(message, params=params))


class PairChoice(AutocompleteSelect):
    """A pair found by typing. Anything but a primary key never reaches the database, so it is no valid choice."""

    def value_from_datadict(self, data, files, name):
        sent = super().value_from_datadict(data, files, name)
        return sent if not sent or is_number(sent) else "0"

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [text for text in value if is_number(text)], attr)
