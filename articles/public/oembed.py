"""oEmbed (oembed.com): how other sites show one of our articles, as JSON or XML."""

from urllib.parse import urlsplit

from django.http import Http404, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from articles.models.edition import Edition
from articles.pictures import renditions
from ground import xml
from ground.addresses import absolute, root_of
from ground.requests import ReaderRequest

WIDTH, LEAST = 600, 240  # width in pixels: the usual one, and the least that can be asked for
FRAME = 220  # pixels of height beside the picture


@require_safe
def oembed_answer(request):
    """The article at ``url``: a quotation of headline and standfirst with its picture; 404 for anything else."""
    edition = _find(request, request.GET.get("url", ""))
    width = min(WIDTH, max(LEAST, _number(request.GET.get("maxwidth"), WIDTH)))
    root = root_of(request)
    html = render_to_string("articles/oembed.html", {"edition": edition, "root": root, "paper": request.frame.paper})
    content = {
        "version": "1.0",
        "type": "rich",
        "title": edition.headline,
        "author_name": ", ".join(author.name for author in edition.authors) or request.frame.paper.name,
        "provider_name": request.frame.paper.name,
        "provider_url": f"{root}/",
        "cache_age": 3600,
        "html": html.strip(),
        "width": width,
        "height": min(FRAME, max(1, _number(request.GET.get("maxheight"), FRAME))),
    }
    if edition.lead_image:
        url, wide, high = edition.lead_image.sources("wide").at_most(renditions.SHARED_WIDTH)
        content |= {"thumbnail_url": absolute(url, root), "thumbnail_width": wide, "thumbnail_height": high}
    form = request.GET.get("format", "json")
    if form == "json":
        return JsonResponse(content, json_dumps_params={"ensure_ascii": False})
    if form == "xml":
        return xml.xml_answer(request, "articles/oembed.xml", {"content": content}, "text/xml; charset=utf-8")
    return HttpResponse("oEmbed is answered as json or xml.", status=501, content_type="text/plain")


def _find(request: ReaderRequest, address: str) -> Edition:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise Http404 from None
    if parts.scheme not in {"http", "https"} or parts.netloc != request.get_host() or "\0" in parts.path:
        raise Http404
    edition = Edition.objects.live(request.at).filter(path=parts.path).for_cards().first()
    if edition is None:
        raise Http404
    return edition


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else default
