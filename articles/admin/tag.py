import taggit.admin  # noqa: F401 - registers its own, which lists everything tagged; ours takes its place
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import JsonResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from articles.admin.article.form import check_tag
from articles.admin.desk import DeskAdmin
from articles.admin.lists import number_in_address
from articles.admin.merge import Merging
from articles.desk import roles
from articles.folding import key as key_of
from articles.folding import same
from articles.models import tag_key
from ground.characters import normalise

OFFERED = 10

admin.site.unregister(Tag)


class TagForm(forms.ModelForm):
    def clean_name(self):
        name = " ".join(normalise(self.cleaned_data["name"]).split())
        if {",", ";"} & set(name):
            raise ValidationError(_("A tag’s name holds no comma: it separates tags in the form of an article."))
        twin = tag_key.holder(name)
        if twin and twin.pk != self.instance.pk:
            raise ValidationError(_("There is a tag “%(twin)s” already."), params={"twin": twin})
        return check_tag(name)

    def clean_slug(self):
        """Return the slug in small letters, as capitals make no other address."""
        slug = self.cleaned_data["slug"].lower()
        if Tag.objects.filter(same("slug", slug)).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another tag has this address."))
        return slug


class TwinFilter(admin.SimpleListFilter):
    """A filter for tags with the same key as another, which older code can make during an update."""

    title, parameter_name = _("name"), "twin"

    def lookups(self, request, model_admin):
        return [("1", _("that another tag has, too"))]

    def queryset(self, request, queryset):
        return queryset.filter(pk__in=tag_key.without_key().values("pk")) if self.value() else queryset


@admin.register(Tag)
class TagAdmin(Merging, DeskAdmin):
    form = TagForm
    list_display = ["name", "slug"]
    list_filter = [TwinFilter]
    search_fields = ["name"]  # there is a search; see below
    sortable_by = ["name"]
    ordering = ["name"]
    fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    def get_search_results(self, request, queryset, search_term):
        """Return tags with that present or former name; for a number, also the tag with that id."""
        if not search_term.strip():
            return queryset, False
        condition = Q(pk__in=tag_key.tags_holding(search_term).values("pk")) | Q(pk=number_in_address(search_term))
        return queryset.filter(condition), False

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "slug":
            field.help_text = _("After a change the old address and its feeds lead to the new one.")
        return field

    def get_prepopulated_fields(self, request, obj=None):
        """Fill in the slug from the name only for a new tag."""
        return {} if obj else self.prepopulated_fields

    def has_change_permission(self, request, obj=None):
        """Let users rename a tag only if all articles with it are theirs to edit, because it changes their pages."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_change_tag(request.user, obj))

    def get_urls(self):
        names = self.admin_site.admin_view(self.names_view)
        return [path("names/", names, name="taggit_tag_names"), *super().get_urls()]

    def names_view(self, request):
        """Return names of tags with the typed text, those that begin with it first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        typed = normalise(request.GET.get("term", "")).strip()[:100]
        key = key_of(typed)
        tags = tag_key.tags_holding(typed) if key else Tag.objects.none()
        names = list(tags.order_by("name").values_list("name", flat=True)[: OFFERED * 5])
        names.sort(key=lambda name: not key_of(name).startswith(key))
        same_tag = tag_key.tag_named(typed) if key else None  # the typed text is no new tag, however it is spelled
        return JsonResponse({"names": names[:OFFERED], "same": same_tag and same_tag.name})
