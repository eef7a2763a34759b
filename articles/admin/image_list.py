"""The library's list of pictures: its filters, and the facts on a picture's card."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin import pictures
from articles.admin.lists import number_in_address
from articles.admin.times import short
from articles.desk import image_uses
from articles.desk_search.pictures import pictures_holding
from ground.times import midnight

SOON = timedelta(days=30)
A_PAGE = 48


class LicenceFilter(admin.SimpleListFilter):
    """A filter by whether a picture may still be used."""

    title = gettext_lazy("licence")
    parameter_name = "licence"

    def lookups(self, request, model_admin):
        return [("ended", _("Ended")), ("soon", _("Ends within 30 days")), ("valid", _("Not ended"))]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        ended = Q(licence_until__lt=today)
        return {
            "ended": queryset.filter(ended),
            "soon": queryset.filter(licence_until__gte=today, licence_until__lte=today + SOON),
            "valid": queryset.exclude(ended),
        }.get(self.value() or "", queryset)


class MyUploadsFilter(admin.SimpleListFilter):
    """A filter for my uploads."""

    title = gettext_lazy("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("Mine"))]

    def queryset(self, request, queryset):
        return queryset.filter(uploaded_by=request.user) if self.value() == "mine" else queryset


class UseFilter(admin.SimpleListFilter):
    """A filter for pictures without any use, past ones included."""

    title = gettext_lazy("use")
    parameter_name = "use"

    def lookups(self, request, model_admin):
        return [("none", _("Not used"))]

    def queryset(self, request, queryset):
        return image_uses.unused(queryset) if self.value() == "none" else queryset


class TextsFilter(admin.SimpleListFilter):
    """A filter for missing texts; a credit, and an alternative text or “decorative”, are required."""

    title = gettext_lazy("texts")
    parameter_name = "texts"

    def lookups(self, request, model_admin):
        return [
            ("decorative", _("Decorative: no alternative text")),
            ("caption", _("Without a caption")),
            ("licence", _("Without a licence")),
        ]

    def queryset(self, request, queryset):
        return {
            "decorative": queryset.filter(decorative=True),
            "caption": queryset.filter(caption=""),
            "licence": queryset.filter(licence=""),
        }.get(self.value() or "", queryset)


class UploadedFilter(admin.SimpleListFilter):
    """A filter by the time of the upload."""

    title = gettext_lazy("uploaded")
    parameter_name = "uploaded"

    def lookups(self, request, model_admin):
        return [("1", _("Today")), ("7", _("In the last 7 days")), ("30", _("In the last 30 days"))]

    def queryset(self, request, queryset):
        days = {"1": 1, "7": 7, "30": 30}.get(self.value() or "")
        if days is None:
            return queryset
        morning = midnight(timezone.localdate())
        return queryset.filter(uploaded_at__gte=morning - timedelta(days=days - 1))


def licence_badge(image):
    """Return a badge if the licence has expired or soon will; "" otherwise."""
    until, today = image.licence_until, timezone.localdate()
    if until is None or until > today + SOON:
        return ""
    day = date_format(until, "j M Y")
    if image.licence_ended(today):
        return format_html('<span class="badge ended">{}</span>', _("Licence ended on %(day)s") % {"day": day})
    return format_html('<span class="badge soon">{}</span>', _("Licence ends on %(day)s") % {"day": day})


class Library(admin.ModelAdmin):
    """Django's list of pictures, shown as cards."""

    change_list_template = "admin/articles/image/change_list.html"
    list_display = ["title", "picture", "shows", "credited", "licence_said", "size", "uploaded"]
    list_filter = [MyUploadsFilter, LicenceFilter, UseFilter, TextsFilter, UploadedFilter]
    list_select_related = ["uploaded_by"]
    list_per_page = A_PAGE
    search_fields = ["title", "alt", "caption", "credit"]  # there is a search; see below
    search_help_text = gettext_lazy("Words of the title, alternative text, caption or credit.")
    sortable_by = []

    def get_search_results(self, request, queryset, search_term):
        """Return pictures with all the words, found by an index; for a number, also the picture with that id."""
        condition = pictures_holding(search_term)
        return queryset.filter(
            condition | Q(pk=number_in_address(search_term)) if number_in_address(search_term) else condition
        ), False

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, image):
        address = pictures.picture_address(image, "card")
        return format_html('<img src="{}" alt="" width="400" height="300" loading="lazy" decoding="async">', address)

    @admin.display(description=gettext_lazy("shows"))
    def shows(self, image):
        return _("decorative") if image.decorative else image.alt

    @admin.display(description=gettext_lazy("credit"))
    def credited(self, image):
        return image.credit

    @admin.display(description=gettext_lazy("licence"), empty_value="")
    def licence_said(self, image):
        return licence_badge(image)

    @admin.display(description=gettext_lazy("pixels"))
    def size(self, image):
        return f"{image.width} × {image.height}"

    @admin.display(description=gettext_lazy("uploaded"))
    def uploaded(self, image):
        return f"{short(image.uploaded_at)} {image.uploaded_by or ''}"
