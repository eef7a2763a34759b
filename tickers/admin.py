from datetime import date, timedelta

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from tickers import providers
from tickers.models import Pair, Rate, RateField

DAYS_AHEAD = 2  # banks set tomorrow's rate, on the eve of a holiday the day after's
FIRST_DAY = date(1900, 1, 1)  # an earlier one is a slip of the keyboard


class NoCountPaginator(Paginator):
    """Pages through the first rows without counting them all: filters lead to the others."""

    CEILING = 2000

    @cached_property
    def count(self):
        return self.object_list[: self.CEILING].count()


class PairForm(forms.ModelForm):
    def clean_base(self):
        return self.cleaned_data["base"].upper()

    def clean_quote(self):
        return self.cleaned_data["quote"].upper()


@admin.register(Pair)
class PairAdmin(admin.ModelAdmin):
    form = PairForm
    list_display = ["__str__", "order", "provider", "digits", "limit_percent", "active"]
    list_filter = ["active", "provider"]
    search_fields = ["base", "quote"]
    show_full_result_count = False
    fields = [("base", "quote"), "provider", "peg_value", "limit_percent", ("order", "digits"), "active"]


class TypedNumber(forms.DecimalField):
    """A number as people type it: a comma or a point, and what is no number stays in the field to be mended."""

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **kwargs):
        kwargs.pop("widget", None)  # a number input drops a comma in silence: 0,0115 would become 115
        super().__init__(**kwargs)

    def to_python(self, value):
        return super().to_python(value.strip().replace(",", ".") if isinstance(value, str) else value)

    def widget_attrs(self, widget):
        return {}


class RateForm(forms.ModelForm):
    surely = forms.BooleanField(
        label=_("It is right, however far it moves"),
        required=False,
        help_text=_("Needed only for a value further from the last one than the pair's limit."),
    )

    def clean_effective_date(self):
        """Refuse a day that no bank has set a rate for yet; one left as it was may stay."""
        day = self.cleaned_data["effective_date"]
        latest = timezone.localdate() + timedelta(days=DAYS_AHEAD)
        if "effective_date" not in self.changed_data:
            return day
        if day > latest:
            message = _("This day is too far ahead: %(latest)s is the last that a rate can be set for.")
            raise ValidationError(message, params={"latest": date_format(latest)})
        if day < FIRST_DAY:
            raise ValidationError(_("Look at the year: this day is too long ago."))
        return day

    def clean(self):
        """Name the rate that stands in the way, with its value."""
        cleaned = super().clean()
        pair, day = cleaned.get("pair"), cleaned.get("effective_date")
        if pair is None or day is None or not self.has_changed():
            return cleaned
        self._refuse_far_move(pair, day, cleaned.get("value"))
        other = pair.rates.accepted().filter(effective_date=day).exclude(pk=self.instance.pk).first()
        if other:
            message = _("%(pair)s has a rate for %(day)s already, %(value)s: change that one instead.")
            params = {"pair": pair, "day": date_format(day), "value": f"{other.value.normalize():f}"}
            self.add_error("effective_date", ValidationError(message, params=params))
        return cleaned

    def _refuse_far_move(self, pair, day, value):
        """A slip of the keyboard is seldom small: ask before a move beyond the pair's limit."""
        last = pair.rates.accepted().filter(effective_date__lt=day).order_by("-effective_date").first()
        if value is None or last is None or self.cleaned_data["surely"]:
            return
        move = (value - last.value) / last.value * 100
        if abs(move) > pair.limit_percent:
            message = _(
                "That is %(move)s per cent away from %(last)s, the rate of %(day)s. Look again; if it is right, say so."
            )
            params = {
                "move": f"{move:+.1f}",
                "last": f"{last.value.normalize():f}",
                "day": date_format(last.effective_date),
            }
            self.add_error("value", ValidationError(message, params=params))


class PairChoice(AutocompleteSelect):
    """A pair found by typing. What is no number of a row never reaches the database, so it is no valid choice."""

    def value_from_datadict(self, data, files, name):
        sent = super().value_from_datadict(data, files, name)
        return sent if not sent or _is_number(sent) else "0"

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [text for text in value if _is_number(text)], attr)


def _is_number(text):
    return text.isascii() and text.isdecimal() and len(text) < 16


@admin.register(Rate)
class RateAdmin(admin.ModelAdmin):
    form = RateForm
    list_display = ["pair", "effective_date", "exact_value", "provider", "status", "decided_by", "fetched_at"]
    list_display_links = ["pair", "effective_date"]
    list_filter = ["status", "pair", "provider", "effective_date"]
    list_select_related = ["pair", "decided_by"]
    show_full_result_count = False
    paginator = NoCountPaginator
    autocomplete_fields = ["pair"]
    formfield_overrides = {
        models.DateField: {"widget": forms.DateInput({"type": "date"}, format="%Y-%m-%d")},
        RateField: {"form_class": TypedNumber},
    }
    fields = [
        "pair",
        "effective_date",
        "value",
        "surely",
        "status",
        "held_reason",
        "provider",
        "fetched_at",
        "decided_by",
    ]
    readonly_fields = ["status", "held_reason", "provider", "fetched_at", "decided_by"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "pair":
            kwargs["widget"] = PairChoice(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("value"))
    def exact_value(self, rate):
        return f"{rate.value.normalize():f}"

    def save_model(self, request, obj, form, change):
        """What a person typed, that person has decided; saving without a change decides nothing."""
        if form.has_changed():
            obj.provider, obj.status, obj.held_reason = providers.MANUAL, Rate.Status.ACCEPTED, ""
            obj.fetched_at, obj.decided_by = timezone.now(), request.user
        super().save_model(request, obj, form, change)
