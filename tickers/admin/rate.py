"""The admin of rates: held or doubted ones are accepted, rejected or replaced; sources can be asked at once."""

import time
from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models, transaction
from django.forms import DateInput
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from ground.rows import TickedRows, is_number
from tickers import decisions, providers, refresh
from tickers.admin import day, day_form
from tickers.admin.rate_form import PairChoice, RateForm, TypedNumber
from tickers.models import Pair, Rate, RateField

PATIENCE = 22.0  # seconds for all sources together: a server ends a request after thirty
TYPED = {"pair", "effective_date", "value"}
DECISIONS = {"accept": decisions.accept_rate, "reject": decisions.reject}


def forget_all_but_typed(rate):
    """Make ``rate`` a new one with what was typed: no other column is kept of the one that it replaces."""
    for field in rate._meta.concrete_fields:
        if field.name not in TYPED:
            setattr(rate, field.attname, field.get_default())


class FirstRowsPaginator(Paginator):
    """A paginator of the first rows that does not count them all: filters lead to the others."""

    CEILING = 2000
    object_list: models.QuerySet

    @cached_property
    def count(self):
        return self.object_list[: self.CEILING].count()


class LookFilter(admin.SimpleListFilter):
    title = _("what needs a look")
    parameter_name = "look"

    def lookups(self, request, model_admin):
        return [("any", _("Held or doubted")), ("doubted", _("Readers see it, later rates speak against it"))]

    def queryset(self, request, queryset):
        return {"any": queryset.waiting, "doubted": queryset.doubted}.get(self.value() or "", queryset.all)()


@admin.register(Rate)
class RateAdmin(TickedRows, admin.ModelAdmin):
    form = RateForm
    list_display = ["pair", "effective_date", "printed", "source", "standing"]
    list_display_links = ["pair", "effective_date"]
    list_filter = ["status", LookFilter, "pair", "provider", "effective_date"]
    states_by = "status"
    list_select_related = ["pair", "decided_by"]
    show_full_result_count = False
    paginator = FirstRowsPaginator
    autocomplete_fields = ["pair"]
    actions = ["accept_selected", "reject_selected"]
    formfield_overrides = {
        models.DateField: {"widget": DateInput({"type": "date"}, format="%Y-%m-%d")},
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

    def get_urls(self):
        wrap = self.admin_site.admin_view
        own = [
            path("day/", wrap(partial(day.day_view, self)), name="tickers_rate_day"),
            path("refresh/", wrap(require_POST(self.refresh_view)), name="tickers_rate_refresh"),
            *(
                path(f"<int:pk>/{step}/", wrap(require_POST(partial(self.decide_view, step=step))), name=name)
                for step, name in (("accept", "tickers_rate_accept"), ("reject", "tickers_rate_reject"))
            ),
        ]
        return own + super().get_urls()

    def get_readonly_fields(self, request, obj=None):
        """Keep day and pair of a source's rate read-only: another value must not leave the day without any rate."""
        is_from_source = obj is not None and obj.provider != providers.MANUAL
        return [*self.readonly_fields, *(["pair", "effective_date"] if is_from_source else [])]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "pair":
            kwargs["widget"] = PairChoice(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("value"))
    def exact_value(self, rate):
        return f"{rate.value.normalize():f}"

    @admin.display(description=_("value"))
    def printed(self, rate):
        """Return the value as the bank prints it, perhaps not in the direction in which it is stored."""
        return day_form.as_printed(rate.pair, rate.value)

    @admin.display(description=_("source"), ordering="provider")
    def source(self, rate):
        return (
            rate.provider.upper()
            if rate.provider not in {providers.PEG, providers.MANUAL}
            else rate.get_provider_display()
        )

    @admin.display(description=_("status"), ordering="status")
    def standing(self, rate):
        """Return the status with the reason why the rate is held, or who decided."""
        status, decider = rate.get_status_display(), rate.decided_by
        if rate.status == Rate.Status.HELD:
            return f"{status}: {rate.held_reason}"
        if rate.is_doubted:
            return gettext("doubted: %(why)s") % {"why": rate.doubt}
        return f"{status} ({decider.get_full_name() or decider})" if decider else status

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        """Store what a person typed as a rate of its own, decided by that person, and keep the one that it replaces."""
        if form.has_changed():
            if change:
                aside = decisions.set_aside(obj.pk, by=request.user)
                text = gettext("Another value was typed in its place: %(value)s.") % {"value": self.exact_value(obj)}
                self.log_change(request, aside, text)
                obj._state.adding = True
            forget_all_but_typed(obj)
            obj.decided_by = request.user
        super().save_model(request, obj, form, change)
        if form.has_changed():
            decisions.lock_pairs([obj.pair_id])
            self.reject_held(request, obj)
            self.tell_settled(request, decisions.settle_rates(obj.pair, obj.effective_date, by=request.user))

    def has_decide_permission(self, request):
        return self.has_change_permission(request)

    @admin.action(description=_("Accept"), permissions=["decide"])
    def accept_selected(self, request, queryset):
        self._decide(request, queryset, "accept")

    @admin.action(description=_("Reject"), permissions=["decide"])
    def reject_selected(self, request, queryset):
        self._decide(request, queryset, "reject")

    def decide_view(self, request, pk, step):
        """Handle the buttons on the form of a held or doubted rate."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        get_object_or_404(Rate, pk=pk)
        instead = request.POST.get("_instead", "")
        self._decide(request, Rate.objects.filter(pk=pk), step, instead=int(instead) if is_number(instead) else None)
        return HttpResponseRedirect(reverse("admin:tickers_rate_changelist"))

    def _decide(self, request, queryset, step, instead=None):
        """Accept or reject each rate; an impossible one gets a message, and changes nothing for the others."""
        done_count, settled = 0, set()
        for rate in queryset.select_related("pair").order_by("effective_date"):
            if rate.pk in settled:  # by one that was ticked before it
                continue
            try:
                decision = DECISIONS[step](rate, by=request.user, instead=instead)
            except decisions.DecisionError as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
                continue
            done_count += 1
            self.log_change(request, rate, gettext("Accepted.") if step == "accept" else gettext("Rejected."))
            self.tell_settled(request, decision.settled)
            settled |= {settled_rate.pk for settled_rate in decision.settled}
            if replaced := decision.replaced:
                self.log_change(request, replaced, gettext("Replaced by %(rate)s.") % {"rate": rate})
                params = {"other": replaced}
                self.message_user(request, gettext("It stands in place of %(other)s, which is kept.") % params)
        if done_count and step == "accept":
            text = ngettext("%(count)s rate accepted.", "%(count)s rates accepted.", done_count)
            self.message_user(request, text % {"count": done_count}, messages.SUCCESS)
        elif done_count:
            text = ngettext("%(count)s rate rejected.", "%(count)s rates rejected.", done_count)
            self.message_user(request, text % {"count": done_count}, messages.SUCCESS)

    def reject_held(self, request, rate):
        """Reject rates held for the day of a typed rate, if the user may decide on them, and log each."""
        if not self.has_change_permission(request):
            return
        held_rates = decisions.reject_held(rate.pair, rate.effective_date, by=request.user)
        text = gettext("Rejected, as another value was typed for its day: %(value)s.")
        for held_rate in held_rates:
            self.log_change(request, held_rate, text % {"value": self.exact_value(rate)})
        if held_rates:
            text = ngettext(
                "%(count)s held rate of that day was rejected.",
                "%(count)s held rates of that day were rejected.",
                len(held_rates),
            )
            self.message_user(request, text % {"count": len(held_rates)})

    def tell_settled(self, request, rates):
        """Show how many held rates followed from a decision, and log each."""
        for rate in rates:
            self.log_change(request, rate, gettext("Accepted, as it follows from the rate before it."))
        if rates:
            text = ngettext(
                "%(count)s held rate that follows from it was accepted, too.",
                "%(count)s held rates that follow from it were accepted, too.",
                len(rates),
            )
            self.message_user(request, text % {"count": len(rates)}, messages.SUCCESS)

    def refresh_view(self, request):
        """Ask all sources now, and show the results."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        run = refresh.Run(until=time.monotonic() + PATIENCE)
        for code, pairs in refresh.by_source(Pair.objects.active()).items():
            run.newest(code, pairs)
        sources = [
            (providers.get_provider(code).name, [outcome for outcome in run.summary.outcomes if outcome.source == code])
            for code in run.summary.sources
        ]
        context = self.admin_site.each_context(request) | {
            "title": gettext("What the sources said"),
            "sources": sources,
            "held": run.summary.count(refresh.HELD),
            "opts": self.opts,
        }
        return render(request, "admin/tickers/rate/refreshed.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        rate = Rate.objects.filter(pk=object_id).first() if is_number(object_id) else None
        context = {}
        if rate is not None and rate.is_open and self.has_change_permission(request):
            context = {"held": rate, "stands": decisions.stands(rate)}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def changelist_view(self, request, extra_context=None):
        context = {"may_refresh": self.has_add_permission(request)}
        return super().changelist_view(request, context | (extra_context or {}))
