from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article.listing import section_name
from articles.admin.choices import row_field
from articles.admin.desk import DeskAdmin
from articles.admin.merge import Merging
from articles.admin.rules import RulesAdmin, RulesForm
from articles.admin.site import ZoneField
from articles.desk import roles
from articles.models import FlatPage, Section


class SectionForm(RulesForm):
    """The form of a section; its editors are chosen among users with the role."""

    editors = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=gettext_lazy("Section editors"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=Section._meta.get_field("editors").help_text,
    )

    class Meta:
        field_classes = {"time_zone": ZoneField}
        widgets = {"time_zone": forms.Select}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "editors" in self.fields:
            candidates = Q(groups__name=roles.SECTION_EDITOR, is_active=True)
            if self.instance.pk:
                candidates |= Q(edited_sections=self.instance)
            row_field(self, "editors").queryset = User.objects.filter(candidates).distinct().order_by("username")

    def clean(self):
        """Name the section that has the address already."""
        super().clean()
        cleaned = self.cleaned_data
        slug, parent = cleaned.get("slug"), cleaned.get("parent")
        twin = Section.objects.filter(slug=slug, parent=parent).exclude(pk=self.instance.pk).first() if slug else None
        if parent is None and slug and FlatPage.objects.filter(slug=slug).exists():
            self.add_error("slug", _("A page of the paper has this address. Give it another slug first."))
        if twin:
            self.add_error("slug", _("The section “%(twin)s” has this address already.") % {"twin": twin})
        return cleaned


@admin.register(Section)
class SectionAdmin(Merging, RulesAdmin, DeskAdmin):
    """Sections as a tree: each with its subsections."""

    form = SectionForm
    change_form_template = "admin/articles/section/change_form.html"
    list_display = ["tree", "kind", "order", "in_menu", "slug"]
    list_filter = ["kind", "in_menu"]
    list_select_related = ["parent"]
    search_fields = ["name", "slug"]
    sortable_by = []
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["name"]}
    fields = ["name", "slug", "kind", "parent", "description", ("order", "in_menu"), "editors"]
    of_a_country = ["time_zone", "currency", "in_row", "has_shelf"]

    def get_fieldsets(self, request, obj=None):
        own = [(None, {"fields": self.fields}), (_("A country on the front page"), {"fields": self.of_a_country})]
        return [*own, self.rules_fieldset()] if self.may_rule(request) else own

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("parent")

    def get_ordering(self, request):
        """Sort subsections right after their parent."""
        above = [Coalesce(f"parent__{name}", name) for name in ("order", "name", "pk")]
        return [*above, F("parent").asc(nulls_first=True), "order", "name"]

    class Media:
        js = ["js/desk-slugs.js"]

    def get_prepopulated_fields(self, request, obj=None):
        """Fill in the slug from the name only for a new section."""
        return {} if obj else self.prepopulated_fields

    def describe_choice(self, section):
        return {"text": section_name(section)}

    @admin.display(description=gettext_lazy("section"))
    def tree(self, section):
        return format_html('<span class="within">{}</span>', section) if section.parent_id else str(section)
