"""Small texts for machines: robots.txt, security.txt, the web manifest."""

from datetime import timedelta

from django.http import Http404, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /search/
Disallow: /preview/

Sitemap: {root}/sitemap.xml
Sitemap: {root}/news-sitemap.xml
"""


@require_safe
def robots(request):
    """Where crawlers may go and find the sitemaps."""
    root = f"{request.scheme}://{request.get_host()}"
    return HttpResponse(ROBOTS.format(root=root), content_type="text/plain; charset=utf-8")


@require_safe
def security(request):
    """Whom to tell of a weakness (RFC 9116); 404 until the settings name a contact."""
    contact = request.frame.paper.contact_email
    if not contact:
        raise Http404
    expires = (request.at + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    text = f"Contact: mailto:{contact}\nExpires: {expires.isoformat()}\nPreferred-Languages: en, ru\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def manifest(request):
    """How the paper looks on a home screen."""
    paper = request.frame.paper
    icons = [
        {"src": static("icons/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("icons/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {"src": static("icons/icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    content = {
        "name": paper.name,
        "short_name": paper.name[:12],
        "description": paper.description or paper.tagline,
        "start_url": "/",
        "display": "browser",
        "background_color": "#fbf9f4",
        "theme_color": "#fbf9f4",
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json")
