"""Sites whose pages can be shown within an article, and the editor's question whether an address is one of them."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.admin.desk import DeskAdmin
from articles.body import embeds
from articles.models import EmbedProvider


@admin.register(EmbedProvider)
class EmbedProviderAdmin(DeskAdmin):
    list_display = ["name", "shape", "frame"]
    search_fields = ["name", "addresses"]
    fields = ["name", "addresses", "frame", "shape"]

    def get_urls(self):
        look = path("look/", self.admin_site.admin_view(require_safe(look_at)), name="articles_embedprovider_look")
        return [look, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        known = _("Known without a row here: %(names)s, recordings and PDF.") % {"names": ", ".join(embeds.names())}
        return super().changelist_view(request, {"subtitle": known} | (extra_context or {}))


def _own():
    return tuple(filter(None, (row.site() for row in EmbedProvider.objects.all())))


def look_at(request):
    """What readers would see of ``?address=``: the address to be kept, its site and shape; or a problem in words.

    With ``?frame=``, which a pasted page has, the ``page`` that it shows, or null for what can't be shown.
    """
    if not request.user.has_perm("articles.change_article"):
        raise PermissionDenied
    typed = request.GET.get("address", "").strip()[: embeds.LONGEST]
    if "frame" in request.GET:
        return JsonResponse({"page": embeds.page_of(request.GET["frame"].strip()[: embeds.LONGEST], _own())})
    address = typed.replace("http://", "https://", 1) if "://" in typed else f"https://{typed}"
    found = embeds.find_embed(address, _own())
    if found is None:
        return JsonResponse({"problem": _("This is no address of a page. Copy it from the browser’s address bar.")})
    if found.is_link:
        told = _("Nothing can be shown from %(site)s here: readers would get a link. Write a link into the text.")
        return JsonResponse({"address": address, "problem": told % {"site": found.source}})
    shape = str(embeds.Shape(found.shape).label)
    return JsonResponse({"address": address, "site": found.source, "shape": shape})
