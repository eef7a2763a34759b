import zoneinfo

from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from articles.admin.desk import DeskAdmin
from articles.admin.rules import RulesAdmin, RulesForm
from articles.models import SiteSettings


class ZoneInput(forms.TextInput):
    """A text field that offers the names of all time zones."""

    def render(self, name, value, attrs=None, renderer=None):
        field = super().render(name, value, {**(attrs or {}), "list": "zones", "autocomplete": "off"}, renderer)
        names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
        options = format_html_join("", '<option value="{}">', ((name,) for name in names))
        return format_html('{}<datalist id="zones">{}</datalist>', field, options)


class SiteSettingsForm(RulesForm):
    class Meta:
        widgets = {"time_zone": ZoneInput}


@admin.register(SiteSettings)
class SiteSettingsAdmin(RulesAdmin, DeskAdmin):
    """The paper's one row of settings: its link leads straight to the form."""

    form = SiteSettingsForm
    autocomplete_fields = ["logo"]
    readonly_fields = ["feed_host"]
    fieldsets = [
        (None, {"fields": ["name", "tagline", "description", "logo"]}),
        ("Time and rates", {"fields": ["time_zone", "day_form", "rate_look", "has_countries"]}),
        ("Contact", {"fields": ["contact_email", "contact_address", "social_links"]}),
        ("Feeds and search engines", {"fields": ["feed_text", "feed_host", "websub_hub", "tells_search_engines"]}),
        (
            "Texts for machines",
            {"classes": ["collapse"], "fields": ["robots_lines", "ads_txt", "security_txt", "humans_txt"]},
        ),
    ]

    def get_fieldsets(self, request, obj=None):
        sets = super().get_fieldsets(request, obj)
        return [*sets, self.rules_fieldset()] if self.may_rule(request) else sets

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        return HttpResponseRedirect(reverse("admin:articles_sitesettings_change", args=[1]))

    def get_object(self, request, object_id, from_field=None):
        """The row; a form with the defaults while nobody has saved one."""
        return (SiteSettings.objects.first() or SiteSettings()) if object_id == "1" else None

    def response_post_save_change(self, request, obj):
        return HttpResponseRedirect(reverse("admin:index"))

    def render_change_form(self, request, context, *args, **kwargs):
        context["title"], context["subtitle"] = _("Settings of the paper"), None
        return super().render_change_form(request, context, *args, **kwargs)
