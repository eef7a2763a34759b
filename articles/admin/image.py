"""The library of pictures: upload with checks, focal point and crops, replacement, uses."""

import logging
from contextlib import suppress

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from articles import tasks
from articles.admin import image_texts, image_upload, picker, uploads
from articles.admin.desk import DeskAdmin
from articles.admin.image_form import ChangeForm, UploadForm
from articles.admin.image_list import Library, licence_badge
from articles.desk import image_uses, library, roles
from articles.desk_search import pictures as words
from articles.models import Edition, Image
from articles.pictures import renditions
from articles.public import cards
from articles.tasks import make_renditions

logger = logging.getLogger(__name__)
POINTS = {"focal_x", "focal_y", "crop_wide", "crop_card", "crop_square"}
ON_CARDS = {"is_whole", "focal_x", "focal_y", "crop_wide"}  # fields that change the pictures for social networks
MOST_EXPLAINED = 5  # undeletable pictures that are explained, of many that were ticked
KEPT_BY_TASKS = ["first_cut", "made_cut", "wanted_cut", "former_key"]


@admin.register(Image)
class ImageAdmin(Library, DeskAdmin):
    form = ChangeForm
    change_form_template = "admin/articles/image/change_form.html"
    delete_confirmation_template = "admin/articles/image/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/articles/image/delete_selected_confirmation.html"
    readonly_fields = ["uploaded", "size", "used", "licence_said"]

    def get_urls(self):
        """Return the addresses of the editor's dialog and of the upload of many, beside Django's own."""
        return [
            path("picker/", self.admin_site.admin_view(picker.picker_view), name="articles_image_picker"),
            path("upload/", self.admin_site.admin_view(self.upload_view), name="articles_image_upload"),
            path("<int:pk>/texts/", self.admin_site.admin_view(self.texts_view), name="articles_image_texts"),
            path("<int:pk>/original/", self.admin_site.admin_view(self.original_view), name="articles_image_original"),
            *super().get_urls(),
        ]

    def upload_view(self, request):
        return image_upload.image_upload_view(request, self)

    def texts_view(self, request, pk):
        return image_texts.image_texts_view(request, self, pk)

    def original_view(self, request, pk):
        return _original(request, self, pk)

    def has_change_permission(self, request, obj=None):
        """Let users change a picture's texts only if they may change them in all its uses."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_change_image(request.user, obj))

    def get_fieldsets(self, request, obj=None):
        licence = ["licence", "licence_until"] + (["licence_said"] if obj and licence_badge(obj) else [])
        text_fields = ["title", "alt", "decorative", "caption", "credit", tuple(licence)]
        focus = {
            "fields": ["edges", "turn", "is_whole", ("focal_x", "focal_y")],
            "classes": ["focus"],
            "description": _(
                "The focal point must stay in sight however the picture is cut. Click it, or use the arrow keys. All "
                "numbers are per cent of the original, as it was before it was turned."
            ),
        }
        sets = [(None, {"fields": text_fields if obj else ["file", *text_fields]}), (_("Crop and focal point"), focus)]
        if obj and self.has_change_permission(request, obj):
            sets.append((_("Replace the file"), {"fields": ["new_file", "at_once", "seen"], "classes": ["collapse"]}))
        return [*sets, (_("Where used"), {"fields": ["used", "size", "uploaded"]})] if obj else sets

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **({} if obj else {"form": UploadForm}) | kwargs)
        cannot_be_stored = getattr(request, "cannot_store_pictures", False)
        return type(form.__name__, (form,), {"cannot_be_stored": cannot_be_stored})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Decode an uploaded file before Django's view, and show its errors beside the field.

        If somebody else uploads the same file at the same time, the form is validated again and finds it.
        """
        sent = request.FILES.get("new_file" if object_id else "file") if request.method == "POST" else None
        if sent and self._may_save(request, object_id):
            uploads.decode_upload(sent, renditions.accept_picture)
        try:
            if request.method == "POST" and self._may_save(request, object_id):
                self.draw_safe_copy(request, object_id and self.get_object(request, unquote(object_id)))
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (IntegrityError, OSError) as error:
            if sent is None and (request.method != "POST" or not isinstance(error, OSError)):
                raise
            if isinstance(error, OSError):
                logger.exception("A picture can't be stored.")
                request.cannot_store_pictures = True
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _may_save(self, request, object_id):
        """Return whether the user may save, so that a file is worth decoding; Django checks again within its
        transaction.
        """
        if object_id is None:
            return self.has_add_permission(request)
        image = self.get_object(request, unquote(object_id))
        return image is not None and self.has_change_permission(request, image)

    def draw_safe_copy(self, request, image=None):
        """Draw the copy that pages show first of what was sent, before the transaction of ``save_model()``."""
        form = self.get_form(request, image, change=image is not None)(request.POST, request.FILES, instance=image)
        file = form.is_valid() and form.cleaned_data.get("new_file" if image else "file")
        if file:
            request.safe_copy = renditions.draw_safe_copy(file.read(), form.instance.trim)
        elif image and form.is_valid() and form.is_trimmed_anew:
            request.safe_copy = renditions.draw_safe_copy(_master_of(image), form.instance.trim)

    def save_model(self, request, obj, form, change):
        """Save the row; a new file or trim makes its safe copy, changed crops make its sizes after the commit."""
        file = form.cleaned_data.get("new_file") if change else obj.file
        if change:
            self._follow_tasks(obj)
        else:
            obj.uploaded_by = request.user
        is_new = bool(file) or form.is_trimmed_anew  # what pages show of it
        recut = is_new or bool(POINTS & set(form.changed_data))
        if change and recut:
            obj.wanted_cut += 1
        if change and is_new:
            self._replace(obj, file, at_once=form.cleaned_data["at_once"])
        elif ON_CARDS & set(form.changed_data):
            self._draw_cards(obj, at_once=False)
        try:
            super().save_model(request, obj, form, change)
            words.index_pictures([obj])
            if is_new:
                renditions.write_safe_copy(request.safe_copy, obj.key)
        except (IntegrityError, OSError):
            if file and obj.file._committed:  # it is written before the row, which may fail
                with suppress(OSError):
                    obj.file.storage.delete(obj.file.name)
            raise
        if recut:
            tasks.after_commit(make_renditions.enqueue, obj.pk)

    def _follow_tasks(self, image):
        """Keep the columns that a task wrote since the form was loaded."""
        now = Image.objects.select_for_update().values(*KEPT_BY_TASKS).get(pk=image.pk)
        for name, value in now.items():
            setattr(image, name, value)

    def _replace(self, image, file, *, at_once):
        """Show ``file``, or another part of the present one; former sizes stay for open pages."""
        was = Image.objects.only("key", "file").get(pk=image.pk)
        outdated_keys = [image.former_key, was.key if at_once else ""]
        image.former_key, image.first_cut, image.made_cut = "" if at_once else was.key, 0, 0
        if file:
            image.file = file
            tasks.after_commit(was.file.storage.delete, was.file.name)
        for key in filter(None, outdated_keys):
            tasks.after_commit(renditions.remove_renditions, key)
        self._draw_cards(image, at_once=at_once)

    def _draw_cards(self, image, *, at_once):
        """Redraw the cards of articles with the picture; with ``at_once`` the former ones are removed first."""
        drawn = dict(Edition.objects.filter(lead_image=image.pk).exclude(card="").values_list("pk", "card"))
        if at_once:
            Edition.objects.filter(pk__in=drawn).update(card="")
            for name in drawn.values():
                tasks.after_commit(cards.remove_card_file, name)
        for pk in drawn:
            tasks.after_commit(tasks.draw_card.enqueue, pk)

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        tasks.after_commit(library.remove_files, obj)

    def delete_queryset(self, request, queryset):
        for image in queryset:
            self.delete_model(request, image)

    def get_deleted_objects(self, objs, request):
        """Return Django's list of what is deleted; a picture with uses stays. Rows are locked in the order of their
        keys.
        """
        images = list(objs)
        if request.method == "POST" and transaction.get_connection().in_atomic_block:
            list(Image.objects.select_for_update().filter(pk__in=[row.pk for row in images]).order_by("pk"))
        free = set(
            image_uses.unused(Image.objects.filter(pk__in=[row.pk for row in images])).values_list("pk", flat=True)
        )
        used = [image for image in images if image.pk not in free]
        if used:
            listed = [_uses_as_html(image) for image in used[:MOST_EXPLAINED]]
            return [], {}, set(), [*listed, *map(_link_to, used[MOST_EXPLAINED:])]
        return super().get_deleted_objects(objs, request)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["picture"] = obj.sources("full") if obj else None
        if obj and self.has_change_permission(request, obj):
            stored = Image.objects.get(pk=obj.pk) if request.method == "POST" else obj  # obj may have what was typed
            context["original_size"] = stored.original_size
            if stored.trim != renditions.ALL:
                context["original_picture"] = reverse("admin:articles_image_original", args=[obj.pk])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def describe_choice(self, image):
        """Return an autocomplete's text for a picture."""
        text = f"{image.title} ({image.credit})"
        if badge := licence_badge(image):
            text = f"{text} – {strip_tags(badge)}"
        return {"text": text, "picture": image.sources("card").src}

    @admin.display(description=gettext_lazy("used by"))
    def used(self, image):
        return _list_of(image_uses.uses_of(image)) or _(
            "Nothing on record: no article, placement, portrait or logo shows it now, and no edition did."
        )


@require_safe
def _original(request, model_admin, pk):
    """Return the whole original, for users who may trim it anew."""
    image = image_texts.requested_image(request, pk, model_admin.has_change_permission)
    try:
        with image.file.open("rb") as master:
            picture = renditions.show_original(master)
    except OSError:
        raise Http404 from None
    return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


def _master_of(image):
    with image.file.open("rb") as master:
        return master.read()


def _uses_as_html(image):
    """Return a picture's name with all its uses."""
    return format_html("{}{}", _link_to(image), _list_of(image_uses.uses_of(image)))


def _link_to(image):
    address = reverse("admin:articles_image_change", args=[image.pk])
    return format_html('<a href="{}">{}</a>', address, image.title)


def _list_of(use_groups):
    """Return uses by kind, each with a link."""
    rows = format_html_join("", "<dt>{}</dt><dd>{}</dd>", ((kind.kind, _links(kind)) for kind in use_groups))
    return format_html('<dl class="uses">{}</dl>', rows) if use_groups else ""


def _links(kind):
    links = format_html_join("", '<li><a href="{}">{}</a></li>', ((use.url, use.name) for use in kind.uses))
    more = format_html("<li>{}</li>", _("and more")) if kind.more else ""
    return format_html("<ul>{}{}</ul>", links, more)
