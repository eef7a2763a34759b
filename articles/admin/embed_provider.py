"""The admin of embed providers, and the editor's look-up of an address."""

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
        builtin_sites = _("Known without a row here: %(names)s, recordings and PDF.") % {
            "names": ", ".join(embeds.names())
        }
        return super().changelist_view(request, {"subtitle": builtin_sites} | (extra_context or {}))


def _own():
    return tuple(filter(None, (row.site() for row in EmbedProvider.objects.all())))


def look_at(request):
    """Return what readers would see of ``?address=``: the address to store, its site and shape; or a problem in words.

    With ``?frame=``, from a pasted page, return the ``page`` that it shows, or null if it can't be shown.
    """
    if not request.user.has_perm("articles.change_article"):
        raise PermissionDenied
    typed = request.GET.get("address", "").strip()[: embeds.LONGEST]
    if "frame" in request.GET:
        return JsonResponse({"page": embeds.page_of(request.GET["frame"].strip()[: embeds.LONGEST], _own())})
    address = typed.replace("http://", "https://", 1) if "://" in typed else f"https://{typed}"
    embed = embeds.find_embed(address, _own())
    if embed is None:
        return JsonResponse({"problem": _("This is no address of a page. Copy it from the browser’s address bar.")})
    if embed.is_link:
        template = _("Nothing can be shown from %(site)s here: readers would get a link. Write a link into the text.")
        return JsonResponse({"address": address, "problem": template % {"site": embed.source}})
    shape = str(embeds.Shape(embed.shape).label)
    return JsonResponse({"address": address, "site": embed.source, "shape": shape})
