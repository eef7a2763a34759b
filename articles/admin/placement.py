from django import forms
from django.contrib import admin
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.desk import DeskAdmin
from articles.admin.times import TimeField, short
from articles.models import FOR_EVER, Placement


class PlacementForm(forms.ModelForm):
    """A placement; one without an end stands until further notice."""

    ends_at = TimeField(
        label=gettext_lazy("Until"), required=False, help_text=gettext_lazy("Empty: until further notice.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.initial.get("ends_at") == FOR_EVER:
            self.initial["ends_at"] = None

    def clean_starts_at(self):
        """The field shows minutes: what was not changed keeps its seconds."""
        typed, stored = self.cleaned_data["starts_at"], self.instance.starts_at
        return stored if self.instance.pk and typed == stored.replace(second=0, microsecond=0) else typed

    def clean_ends_at(self):
        return self.cleaned_data["ends_at"] or FOR_EVER

    def clean(self):
        cleaned = super().clean()
        starts, ends, slot = cleaned.get("starts_at"), cleaned.get("ends_at"), cleaned.get("slot")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("It must end after it starts."))
        twin = Placement.objects.filter(slot=slot, starts_at=starts).exclude(pk=self.instance.pk).first()
        if starts and slot and twin:
            text = _("“%(article)s” takes slot %(slot)s at that very time. Choose another minute or another slot.")
            self.add_error("starts_at", text % {"article": twin.article, "slot": slot})
        return cleaned


class WhenFilter(admin.SimpleListFilter):
    """What stands on the front page now, will stand, or stood there."""

    title = gettext_lazy("when")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("now", _("Now")), ("future", _("To come")), ("past", _("Past"))]

    def queryset(self, request, queryset):
        now = timezone.now()
        return {
            "now": queryset.filter(starts_at__lte=now, ends_at__gt=now),
            "future": queryset.filter(starts_at__gt=now),
            "past": queryset.filter(ends_at__lte=now),
        }.get(self.value(), queryset)


@admin.register(Placement)
class PlacementAdmin(DeskAdmin):
    """The front page by hand. In each slot the placement that started last is the one readers see."""

    form = PlacementForm
    list_display = ["slot", "article", "starts", "ends", "when"]
    list_display_links = ["slot", "article"]
    list_filter = [WhenFilter, "slot"]
    list_select_related = ["article"]
    search_fields = ["article__headline"]
    sortable_by = []
    autocomplete_fields = ["article"]
    fields = ["slot", "article", "starts_at", "ends_at"]

    def get_ordering(self, request):
        return [F("ends_at").desc(), "slot", "-starts_at"]

    def get_changeform_initial_data(self, request):
        now = timezone.now().replace(second=0, microsecond=0)
        return {"starts_at": now} | super().get_changeform_initial_data(request)

    @admin.display(description=gettext_lazy("from"))
    def starts(self, placement):
        return short(placement.starts_at)

    @admin.display(description=gettext_lazy("until"))
    def ends(self, placement):
        return _("further notice") if placement.ends_at == FOR_EVER else short(placement.ends_at)

    @admin.display(description=gettext_lazy("when"))
    def when(self, placement):
        now = timezone.now()
        if placement.ends_at <= now:
            return _("past")
        return _("to come") if placement.starts_at > now else _("now")
