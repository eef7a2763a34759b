"""The library in the body editor: pictures to choose from, and facts on those in an article."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.admin.image_form import ACCEPTED
from articles.admin.image_list import licence_badge
from articles.desk_search.pictures import pictures_holding
from articles.models import Image
from ground.characters import normalise

A_PAGE = 24
MOST_IDS = 100


@require_safe
def picker_view(request, admin_site=None):
    """Return the dialog; with ``?q=`` or ``?before=`` its list of pictures, with ``?ids=`` facts as JSON."""
    if not request.user.has_perm("articles.view_image"):
        raise PermissionDenied
    if "ids" in request.GET:
        return _facts(request)
    query, before = request.GET.get("q"), request.GET.get("before", "")
    if before and not _is_id(before):
        return HttpResponseBadRequest(
            "“before” is not the number of a picture.", content_type="text/plain; charset=utf-8"
        )
    pictures = Image.objects.filter(pictures_holding(normalise(query or "")[:200])).order_by("-pk")
    if before:
        pictures = pictures.filter(pk__lt=int(before))
    images = list(pictures[: A_PAGE + 1])  # one more tells whether there are others; nothing is counted
    context = {
        "images": [(image, smallest_address(image), licence_badge(image)) for image in images[:A_PAGE]],
        "query": query or "",
        "before": images[A_PAGE - 1].pk if len(images) > A_PAGE else None,
        "further": bool(before),
        "may_add": request.user.has_perm("articles.add_image"),
        "accepted": ACCEPTED,
    }
    is_part = query is not None or before
    return render(request, f"admin/articles/image/{'_pictures' if is_part else 'picker'}.html", context)


def smallest_address(image: Image) -> str:
    """Return the address of the smallest public copy; of the safe copy while there is no other."""
    source = image.sources("card")
    return source.srcsets["webp"].split(" ", 1)[0] if source.srcsets else source.src


def _facts(request):
    ids = request.GET["ids"].split(",")
    if len(ids) > MOST_IDS or not all(map(_is_id, ids)):
        message = f"“ids” is at most {MOST_IDS} numbers of pictures with commas between."
        return HttpResponseBadRequest(message, content_type="text/plain; charset=utf-8")
    images = Image.objects.filter(pk__in={int(number) for number in ids})
    return JsonResponse({"images": {image.pk: _facts_of(image) for image in images}})


def _facts_of(image: Image) -> dict[str, Any]:
    source = image.sources("full")
    return {
        "title": image.title,
        "alt": image.alternative,
        "caption": image.caption,
        "credit": image.credit,
        "src": source.src,
        "width": source.width,
        "height": source.height,
        "thumbnail": smallest_address(image),
        "cuts": {crop: image.sources(crop).src for crop in ("wide", "card", "square")},
        "focus": list(image.focus),
    }


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 12
