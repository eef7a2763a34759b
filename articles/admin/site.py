import zoneinfo
from functools import partial

from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.desk import DeskAdmin
from articles.admin.languages import HELP, LanguagesField, check_none_in_use, languages_in_words
from articles.admin.rules import RulesAdmin, RulesForm
from articles.models import SiteSettings
from ground import zones


class ZoneField(forms.ChoiceField):
    """A choice of time zones with their offsets; a stored one that is not in the list is added."""

    default_error_messages = {
        "invalid_choice": gettext_lazy("“%(value)s” is not a time zone. Choose one out of the list.")
    }

    def __init__(self, *args, **kwargs):
        kwargs.pop("max_length", None)
        super().__init__(*args, **kwargs)
        self.choices = partial(_zones, with_none=not self.required)

    def valid_value(self, value):
        """Accept any zone, also a former name that was stored."""
        return value in zoneinfo.available_timezones()

    def get_bound_field(self, form, field_name):
        stored = form.get_initial_for_field(self, field_name)
        listed = {name for _group, names in zones.zone_choices() for name, _label in names}
        if stored and stored not in listed:
            self.choices = [*_zones(with_none=not self.required), (stored, stored)]
        return super().get_bound_field(form, field_name)


def _zones(*, with_none):
    return [*([("", _("none"))] if with_none else []), *zones.zone_choices()]


class SiteSettingsForm(RulesForm):
    languages = LanguagesField(label=gettext_lazy("Languages of stories"), required=False, help_text=HELP)

    class Meta:
        field_classes = {"time_zone": ZoneField}
        widgets = {"time_zone": forms.Select}
        help_texts = {
            "logo": gettext_lazy(
                "Square: the paper’s icon in browsers and on telephones; before its name, where there is no nameplate."
            )
        }

    def clean_languages(self):
        """Refuse to take a language out in which there are stories."""
        languages = self.cleaned_data["languages"]
        codes = {language["code"] for language in languages}
        check_none_in_use([language for language in self.instance.languages if language["code"] not in codes])
        return languages


class OneRowAdmin(DeskAdmin):
    """The admin of the paper's one row of settings: its link leads straight to the form."""

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[1]))

    def get_object(self, request, object_id, from_field=None):
        """Return the row, or one with the defaults while nobody has saved it."""
        return (self.model.objects.first() or self.model()) if object_id == "1" else None

    def response_post_save_change(self, request, obj):
        """Return to the form, so that the user sees what a changed colour or menu did."""
        return HttpResponseRedirect(request.path)

    def render_change_form(self, request, context, *args, **kwargs):
        context["title"], context["subtitle"] = capfirst(self.opts.verbose_name), None
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(SiteSettings)
class SiteSettingsAdmin(RulesAdmin, OneRowAdmin):
    """The paper's settings."""

    form = SiteSettingsForm
    autocomplete_fields = ["logo"]
    readonly_fields = ["feed_host", "shown_directions"]
    fieldsets = [
        (None, {"fields": ["name", "tagline", "description", "logo"]}),
        (gettext_lazy("Time and rates"), {"fields": ["time_zone", "day_form", "rate_look", "has_countries"]}),
        (gettext_lazy("Languages"), {"fields": ["languages", "shown_directions"]}),
        (gettext_lazy("Contact"), {"fields": ["contact_email", "contact_address", "social_links"]}),
        (
            gettext_lazy("Feeds and search engines"),
            {"fields": ["feed_text", "feed_host", "websub_hub", "tells_search_engines"]},
        ),
        (
            gettext_lazy("Texts for machines"),
            {"classes": ["collapse"], "fields": ["robots_lines", "ads_txt", "security_txt", "humans_txt"]},
        ),
    ]

    def get_fieldsets(self, request, obj=None):
        sets = super().get_fieldsets(request, obj)
        return [*sets, self.rules_fieldset()] if self.may_rule(request) else sets

    @admin.display(description=gettext_lazy("how they are written"))
    def shown_directions(self, paper):
        return languages_in_words(paper.languages)
