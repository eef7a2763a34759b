"""The texts of a picture, edited from an article without leaving it."""

import hashlib

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import transaction
from django.http import Http404, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from articles.admin.lists import number_in_address
from articles.desk_search import pictures as words
from articles.models import Image

FIELDS = ["alt", "decorative", "caption", "credit"]


class TextsForm(forms.ModelForm):
    """A picture's texts; the model validates them."""

    class Meta:
        model = Image
        fields = FIELDS


def requested_image(request, pk, may):
    """Return the picture ``pk`` if ``may``, a permission of its admin, allows it; else 404 or 403."""
    image = Image.objects.filter(pk=number_in_address(str(pk))).first()
    if image is None:
        raise Http404
    if not may(request, image):
        raise PermissionDenied
    return image


@require_http_methods(["GET", "HEAD", "POST"])
def image_texts_view(request, model_admin, pk):
    """Return the texts of a picture and whether the user may change them; a POST changes them."""
    image = requested_image(request, pk, model_admin.has_view_permission)
    may = model_admin.has_change_permission(request, image)
    if request.method != "POST":
        return JsonResponse(_facts(image) | {"may": may, "token": get_token(request)})
    if not may:
        raise PermissionDenied
    return _save(request, model_admin, image.pk)


@transaction.atomic
def _save(request, model_admin, pk):
    """Save the texts, unless somebody else changed them after they were loaded."""
    image = Image.objects.select_for_update().get(pk=pk)
    facts = _facts(image)
    if request.POST.get("mark") != facts["mark"]:
        return JsonResponse({"newer": facts}, status=409)
    form = TextsForm(request.POST, instance=image)
    if not form.is_valid():
        return JsonResponse({"errors": dict(_errors(form))}, status=422)
    if form.has_changed():
        form.save()
        words.index_pictures([image])
        model_admin.log_change(request, image, model_admin.construct_change_message(request, form, []))
    return JsonResponse(_facts(image))


def _errors(form):
    """Yield the errors of each field; those of the form are shown with the first field."""
    for name, errors in form.errors.items():
        yield ("alt" if name == NON_FIELD_ERRORS else name), list(errors)


def _facts(image):
    texts = {name: getattr(image, name) for name in FIELDS}
    mark = hashlib.sha256(repr(texts).encode()).hexdigest()[:16]
    return {"title": image.title or _("Picture"), "texts": texts, "mark": mark}
