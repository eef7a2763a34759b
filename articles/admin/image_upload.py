"""Uploading many pictures: the page holds the chosen files until their texts are typed, then sends each by itself."""

import base64
import io

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from articles.admin import pictures, uploads
from articles.admin.image_form import ACCEPTED, AGAIN
from articles.models import Image
from articles.pictures import renditions

MOST = 50  # files of one batch
PREVIEW = 480  # pixels of the longest side
HASH = 64  # hexadecimal digits of a SHA-256


@require_http_methods(["GET", "HEAD", "POST"])
def image_upload_view(request, model_admin):
    """The page; ``?known=`` asks which files are in the library already; a POST stores one picture.

    With ``?look`` it is only checked: the answer has its problem, or a small copy for browsers that can't show it.
    """
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if request.method == "POST" and "look" in request.GET:
        return _look(request)
    if request.method == "POST":
        return _take(model_admin, request)
    if "known" in request.GET:
        return _known_files(request.GET["known"])
    form = model_admin.get_form(request)(initial={"focal_x": 50, "focal_y": 50})
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Upload pictures"),
        "opts": model_admin.opts,
        "form": form,
        "accepted": ACCEPTED,
        "most": MOST,
        "most_bytes": renditions.MAX_BYTES,
    }
    return TemplateResponse(request, "admin/articles/image/upload.html", context)


def _known_files(hash_list):
    """Return the pictures whose files have one of these hashes, by hash."""
    hashes = hash_list.split(",")[:MOST]
    if not all(len(file_hash) == HASH and file_hash.isalnum() and file_hash.isascii() for file_hash in hashes):
        return JsonResponse({"errors": {"__all__": [_("That is not a list of SHA-256 hashes.")]}}, status=400)
    return JsonResponse({"known": {image.sha256: _about(image) for image in Image.objects.filter(sha256__in=hashes)}})


def _look(request):
    """Return the problem of one file, or what it shows; nothing is stored."""
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise ValidationError(_("Choose a file."))
        upload = renditions.accept_picture(sent)
    except ValidationError as refusal:
        return JsonResponse({"errors": {"file": refusal.messages}}, status=422)
    small = base64.b64encode(renditions.show_original(io.BytesIO(upload.content), PREVIEW)).decode()
    return JsonResponse({"preview": f"data:image/jpeg;base64,{small}"})


def _take(model_admin, request):
    """Store one picture with its texts; errors are returned by field, and then nothing is stored."""
    uploads.decode_upload(request.FILES.get("file"), renditions.accept_picture)
    model_admin.draw_safe_copy(request)
    try:
        with transaction.atomic():
            form, image = _store(model_admin, request)
    except IntegrityError:  # somebody else sent the same file at the same time: now it is found
        with transaction.atomic():
            form, image = _store(model_admin, request)
    if image:
        return JsonResponse({"image": _about(image)}, status=201)
    if form.duplicate:
        return JsonResponse({"duplicate": _about(form.duplicate)}, status=409)
    return JsonResponse({"errors": dict(_errors_of(form))}, status=422)


def _errors_of(form):
    """Yield the errors of each field in words."""
    for name, errors in form.errors.as_data().items():
        texts = [text for error in errors if error.code != AGAIN for text in error.messages]
        if texts:
            yield name, texts


def _store(model_admin, request):
    """Return the form, and the picture if the form is valid."""
    form = model_admin.get_form(request)(request.POST, request.FILES)
    if not form.is_valid():
        return form, None
    image = model_admin.save_form(request, form, change=False)
    model_admin.save_model(request, image, form, change=False)
    model_admin.log_addition(request, image, [{"added": {}}])
    return form, image


def _about(image):
    """Return a picture's data for the page."""
    return {
        "id": image.pk,
        "title": image.title,
        "address": reverse("admin:articles_image_change", args=[image.pk]),
        "thumbnail": pictures.picture_address(image, "card"),
    }
