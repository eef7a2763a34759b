"""The library of pictures: upload with checks, focal point, where each is used."""

from functools import partial

from django.contrib import admin
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import renditions, roles
from articles.admin import picker, pictures
from articles.admin.desk import DeskAdmin
from articles.admin.image_form import ImageForm, UploadForm
from articles.admin.times import short
from articles.models import Article, Author, Edition, Image
from articles.tasks import make_renditions

MOST_USES = 20  # shown of each kind


class LicenceFilter(admin.SimpleListFilter):
    """Whether a picture may still be used."""

    title = gettext_lazy("licence")
    parameter_name = "licence"

    def lookups(self, request, model_admin):
        return [("ended", _("Ended")), ("valid", _("Not ended"))]

    def queryset(self, request, queryset):
        ended = Q(licence_until__lt=timezone.localdate())
        return {"ended": queryset.filter(ended), "valid": queryset.exclude(ended)}.get(self.value(), queryset)


class MyUploadsFilter(admin.SimpleListFilter):
    """What I uploaded."""

    title = gettext_lazy("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("Mine"))]

    def queryset(self, request, queryset):
        return queryset.filter(uploaded_by=request.user) if self.value() == "mine" else queryset


@admin.register(Image)
class ImageAdmin(DeskAdmin):
    form = ImageForm
    change_form_template = "admin/articles/image/change_form.html"
    list_display = ["title", "picture", "shows", "credit", "size", "uploaded"]
    list_filter = [MyUploadsFilter, LicenceFilter]
    list_select_related = ["uploaded_by"]
    search_fields = ["title", "alt", "caption", "credit"]
    sortable_by = []
    readonly_fields = ["uploaded", "size", "used"]

    def get_urls(self):
        """The library as the body editor sees it, beside Django's own screens."""
        return [
            path("picker/", self.admin_site.admin_view(picker.view), name="articles_image_picker"),
            *super().get_urls(),
        ]

    def has_change_permission(self, request, obj=None):
        """What is said of a picture is said wherever it is used."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_change_image(request.user, obj))

    def get_fieldsets(self, request, obj=None):
        said = ["title", "alt", "decorative", "caption", "credit", ("licence", "licence_until")]
        focus = {
            "fields": [("focal_x", "focal_y")],
            "classes": ["focus"],
            "description": _("What must stay in sight however the picture is cut. Click it, or use the arrow keys."),
        }
        sets = [(None, {"fields": said if obj else ["file", *said]}), (_("Focal point"), focus)]
        return [*sets, (_("Where used"), {"fields": ["used", "size", "uploaded"]})] if obj else sets

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, **({} if obj else {"form": UploadForm}) | kwargs)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Django's; when somebody else uploads the same file at the same time, the form looks again and finds it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            if "file" not in request.FILES:
                raise
            request.FILES["file"].seek(0)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        """The row; with a new one its files, with a new focal point its sizes, made after the commit."""
        if not change:
            obj.uploaded_by = request.user
            master = obj.file.read()
            obj.file.seek(0)
        refocused = change and {"focal_x", "focal_y"} & set(form.changed_data)
        if refocused:
            obj.wanted_cut += 1
        try:
            super().save_model(request, obj, form, change)
        except IntegrityError:
            if not change:  # the file is written before the row, which the database refused
                obj.file.storage.delete(obj.file.name)
            raise
        if not change:
            renditions.make_safe_copy(master, obj.key)
        if refocused or not change:
            transaction.on_commit(partial(make_renditions.enqueue, obj.pk))

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        transaction.on_commit(partial(pictures.remove_files, obj))

    def delete_queryset(self, request, queryset):
        for image in queryset:
            self.delete_model(request, image)

    def get_deleted_objects(self, objs, request):
        """A picture that a body shows stays, like one that a row points at."""
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        shown = [_("body of {kind} “{copy}”").format(kind=kind, copy=copy) for kind, copy in _in_bodies(objs)]
        return to_delete, counts, lacking, [*protected, *shown]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["picture"] = obj.sources("full") if obj else None
        return super().render_change_form(request, context, add, change, form_url, obj)

    def describe_choice(self, image):
        """What an autocomplete says of a picture."""
        return {"text": f"{image.title} ({image.credit})", "picture": image.sources("card").src}

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, image):
        return pictures.thumbnail(image)

    @admin.display(description=gettext_lazy("shows"))
    def shows(self, image):
        return _("decorative") if image.decorative else image.alt

    @admin.display(description=gettext_lazy("pixels"))
    def size(self, image):
        return f"{image.width} × {image.height}"

    @admin.display(description=gettext_lazy("uploaded"))
    def uploaded(self, image):
        return f"{short(image.uploaded_at)} {image.uploaded_by or ''}"

    @admin.display(description=gettext_lazy("used by"))
    def used(self, image):
        uses = list(_uses(image))
        if not uses:
            return _("Nothing, as lead picture or portrait. Bodies are looked through before it is deleted.")
        rows = format_html_join("", '<li>{}: <a href="{}">{}</a></li>', uses)
        return format_html('<ul class="uses">{}</ul>', rows)


def _uses(image):
    """Kind, address and name of what shows the picture beside a text: the newest of each kind."""
    now = timezone.now()
    for article in Article.objects.filter(lead_image=image).only("headline")[:MOST_USES]:
        yield _("article"), article.get_absolute_url(), article
    editions = Edition.objects.filter(lead_image=image, live_until__gt=now).only("headline", "path", "live_from")
    for edition in editions[:MOST_USES]:
        yield _("live") if edition.live_from <= now else _("scheduled"), edition.path, edition
    for author in Author.objects.filter(picture=image).only("name", "slug")[:MOST_USES]:
        yield _("author"), author.get_absolute_url(), author


def _in_bodies(images):
    """Working copies and editions whose bodies show one of ``images``: every body is read, so only before deleting."""
    for image in images:
        mark = f'data-image="{image.pk}"'
        for kind, model in ((_("article"), Article), (_("edition"), Edition)):
            for copy in model.objects.filter(body__contains=mark).only("headline")[:MOST_USES]:
                yield kind, copy
