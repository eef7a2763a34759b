"""The admin of pairs, with a preview of the bar while a pair is edited."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from ground.rows import is_number
from tickers import plausibility, ratebar
from tickers.models import Pair


class PairForm(forms.ModelForm):
    def clean_base(self):
        return self.cleaned_data["base"].upper()

    def clean_quote(self):
        return self.cleaned_data["quote"].upper()

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        floor, ceiling = cleaned.get("floor_percent"), cleaned.get("limit_percent")
        if floor is not None and ceiling is not None and floor > ceiling:
            message = _("The least limit can't be more than the most: type %(most)s or less here, or raise the most.")
            self.add_error(
                "floor_percent", ValidationError(message, params={"most": plausibility.without_zeros(ceiling)})
            )
        return cleaned


@admin.register(Pair)
class PairAdmin(admin.ModelAdmin):
    form = PairForm
    list_display = ["__str__", "order", "provider", "cross_check", "digits", "limit_percent", "active"]
    list_filter = ["active", "provider"]
    search_fields = ["base", "quote"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": [("base", "quote"), "provider", "peg_value", "active"]}),
        (_("What is believed"), {"fields": [("floor_percent", "limit_percent"), ("cross_check", "tolerance_percent")]}),
        (_("In the bar"), {"fields": [("order", "digits"), "is_inverse"]}),
    ]

    def view_on_site(self, pair):
        """Return the address of its page, which it has for good once it has a rate; else None."""
        in_force = pair.rates.accepted().filter(effective_date__lte=timezone.localdate())
        has_page = (pair.active and pair.peg_value is not None) or in_force.exists()
        return pair.get_absolute_url() if has_page else None

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.preview_view))
        return [path("preview/", view, name="tickers_pair_preview"), *super().get_urls()]

    def preview_view(self, request):
        """Return the bar with the edited pair, drawn by the page's own template; nothing is saved."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        number = request.POST.get("_number", "")
        pair = Pair.objects.filter(pk=number).first() if is_number(number) else None
        form = self.get_form(request, pair)(request.POST, instance=pair)
        form.is_valid()
        is_named = not {"base", "quote"} & form.errors.keys()
        typed = form.instance if is_named else None
        rows = ratebar.current_rows(timezone.now(), timezone.get_current_timezone(), typed=typed)
        problems = {
            form.fields[name].label if name in form.fields else "": messages for name, messages in form.errors.items()
        }
        context = {"rows": rows, "problems": problems}
        return render(request, "admin/tickers/pair/preview.html", context)
