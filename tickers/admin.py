from datetime import timedelta

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from tickers.models import Pair, Provider, Rate

DAYS_AHEAD = 2  # banks set tomorrow's rate, on the eve of a holiday the day after's


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


class RateForm(forms.ModelForm):
    def clean_effective_date(self):
        """Refuse a day that no bank has set a rate for yet; one left as it was may stay."""
        day = self.cleaned_data["effective_date"]
        latest = timezone.localdate() + timedelta(days=DAYS_AHEAD)
        if "effective_date" in self.changed_data and day > latest:
            message = _("This day is too far ahead: %(latest)s is the last that a rate can be set for.")
            raise ValidationError(message, params={"latest": date_format(latest)})
        return day

    def clean(self):
        """Name the rate that stands in the way, with its value."""
        cleaned = super().clean()
        pair, day = cleaned.get("pair"), cleaned.get("effective_date")
        if pair is None or day is None or not self.has_changed():
            return cleaned
        other = pair.rates.accepted().filter(effective_date=day).exclude(pk=self.instance.pk).first()
        if other:
            message = _("%(pair)s has a rate for %(day)s already, %(value)s: change that one instead.")
            params = {"pair": pair, "day": date_format(day), "value": f"{other.value.normalize():f}"}
            self.add_error("effective_date", ValidationError(message, params=params))
        return cleaned


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
    fields = ["pair", "effective_date", "value", "status", "held_reason", "provider", "fetched_at", "decided_by"]
    readonly_fields = ["status", "held_reason", "provider", "fetched_at", "decided_by"]

    @admin.display(description=_("value"))
    def exact_value(self, rate):
        return f"{rate.value.normalize():f}"

    def save_model(self, request, obj, form, change):
        """What a person typed, that person has decided; saving without a change decides nothing."""
        if form.has_changed():
            obj.provider, obj.status, obj.held_reason = Provider.MANUAL, Rate.Status.ACCEPTED, ""
            obj.fetched_at, obj.decided_by = timezone.now(), request.user
        super().save_model(request, obj, form, change)
