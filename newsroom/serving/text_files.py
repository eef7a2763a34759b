"""Small texts for machines: robots.txt and similar files, which editors complete in the admin, and the web manifest."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from articles.public import announcements
from ground.addresses import root_of
from newsroom import pages
from newsroom.serving.headers import PUBLIC

SHORT_NAME = 12  # letters under an icon, as Chrome and Apple recommend
FOR_EVER = "public, max-age=31536000, immutable"
EXPIRES = timedelta(days=180)


@require_safe
def robots(request):
    """The rules for crawlers and the addresses of the sitemaps."""
    root = root_of(request)
    more = request.frame.paper.robots_lines.strip()
    rules = ["User-agent: *", *(f"Disallow: {beginning}" for beginning in ("/admin/", *pages.HIDDEN))]
    maps = [f"Sitemap: {root}{address}" for address in pages.SITEMAPS]
    return _plain("\n".join([*rules, "", *maps, ""]) + (f"\n{more}\n" if more else ""))


@require_safe
def ads(request):
    """Who may sell the paper's advertising (iabtechlab.com/ads-txt), as an editor wrote it."""
    return _plain_or_404(request.frame.paper.ads_txt)


@require_safe
def humans(request):
    """Who makes the paper (humanstxt.org), as an editor wrote it."""
    return _plain_or_404(request.frame.paper.humans_txt)


@require_safe
def indexnow_key(request, key):
    """The key file that proves to search engines that submitted addresses are the paper's (indexnow.org)."""
    if not request.frame.paper.tells_search_engines or not constant_time_compare(
        key, announcements.indexnow_key_text()
    ):
        raise Http404
    return _plain(key)


@require_safe
def security(request):
    """The contact for reports of weaknesses (RFC 9116), by an editor or from the settings; 404 if there is none."""
    paper = request.frame.paper
    text = paper.security_txt.strip()
    if not text and paper.contact_email:
        text = f"Contact: mailto:{paper.contact_email}\nPreferred-Languages: en, ru"
    if text and "expires:" not in text.lower():  # which the RFC requires
        expires = (request.at + EXPIRES).replace(hour=0, minute=0, second=0, microsecond=0)
        text += f"\nExpires: {expires.isoformat()}"
    return _plain_or_404(text)


def _plain(text):
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _plain_or_404(text):
    if not text.strip():
        raise Http404
    return _plain(text.strip() + "\n")


@require_safe
def look_stylesheet(request, digest):
    """The paper's own colours and fonts. A page from before they changed has an old address and gets today's."""
    brand = request.frame.brand
    response = HttpResponse(brand.style, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = FOR_EVER if digest == brand.digest else PUBLIC
    return response


@require_safe
def manifest(request):
    """The web manifest: how the paper looks on a home screen."""
    paper, own = request.frame.paper, request.frame.brand.icons
    icons = [{"src": url, "sizes": f"{width}x{height}", "type": "image/jpeg"} for url, width, height in own] or [
        {"src": static("icons/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": static("icons/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("icons/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {"src": static("icons/icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    content = {
        "name": paper.name,
        "short_name": short_name(paper.name),
        "description": paper.description or paper.tagline,
        "start_url": "/",
        "display": "browser",
        "background_color": request.frame.brand.light["paper"],
        "theme_color": request.frame.brand.light["paper"],
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json")


def short_name(name: str) -> str:
    """Return the first words of a paper's name that fit on a home screen, or its first word, but never part of one."""
    words = name.split() or [name]
    words = words[1:] if len(words) > 1 and words[0].lower() == "the" and len(name) > SHORT_NAME else words
    while len(words) > 1 and (len(" ".join(words)) > SHORT_NAME or words[-1].islower() or words[-1] in "&–—-"):
        words.pop()
    return " ".join(words)


@require_safe
def icon(request, name):
    """The icons that programs request at the root: the paper's logo, if it has one."""
    own = request.frame.brand.icons
    if own:
        return HttpResponseRedirect(own[0][0] if name == "favicon.ico" else own[-1][0])
    file = settings.BASE_DIR / "static" / "icons" / name.replace("-precomposed", "")
    return HttpResponse(file.read_bytes(), content_type="image/png" if name.endswith(".png") else "image/x-icon")
