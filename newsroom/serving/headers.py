"""What every answer must keep to, whatever view made it."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponseBadRequest

PUBLIC = "public, max-age=0, must-revalidate"  # may be kept, and is asked for again by its ETag


def refuse_debug_by_oversight():
    """Stop a server started with no variable at all: behind a proxy, debug and its demo users would face the world."""
    if settings.DEBUG and not settings.DEBUG_IS_ASKED_FOR:
        raise ImproperlyConfigured(
            "NEWSROOM_HOSTS is not set, which would serve the paper with debug on and with demo users whose password "
            "is known to all. In production set NEWSROOM_HOSTS; to work on it use make run or manage.py serve; to try "
            "this server out set NEWSROOM_DEBUG=1."
        )


def refuse_control_characters(get_response):
    """Answer 400 to a NUL in an address: PostgreSQL answers a filter that holds one with an error."""

    def middleware(request):
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("Bad request: the address holds a NUL character.", content_type="text/plain")
        return get_response(request)

    return middleware


def private_desk_public_paper(get_response):
    """Nothing of the desk and no failure is ever stored; the paper's pages may be, and are asked for again."""

    def middleware(request):
        response = get_response(request)
        if request.path.startswith("/admin/"):
            response.headers["Cache-Control"] = "no-store, private"
            response.headers["X-Robots-Tag"] = "noindex"
        elif request.method in {"GET", "HEAD"} and response.status_code in {200, 304, 301, 404, 410}:
            response.headers.setdefault("Cache-Control", PUBLIC)
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
        )
        return response

    return middleware
