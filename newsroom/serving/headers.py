"""Headers of every answer, whatever view made it."""

from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponseBadRequest

POLICY = "Content-Security-Policy"
PUBLIC = "public, max-age=0, must-revalidate"  # may be stored, and is revalidated by its ETag


def standing_headers() -> dict[str, str]:
    """Return what is on every answer, unless a view says otherwise."""
    return {
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Reporting-Endpoints": 'policy="/policy-reports/"',
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }


def refuse_debug_by_oversight():
    """Stop a server started without any variable: behind a proxy, debug mode and demo users would be public."""
    if settings.DEBUG and not settings.DEBUG_IS_ASKED_FOR:
        raise ImproperlyConfigured(
            "NEWSROOM_HOSTS is not set, which would serve the paper with debug on and with demo users whose password "
            "is known to all. In production set NEWSROOM_HOSTS; to work on it use make run or manage.py serve; to try "
            "this server out set NEWSROOM_DEBUG=1."
        )


def refuse_control_characters(get_response):
    """Answer 400 to a NUL in an address: PostgreSQL raises an error for it in a filter."""

    def middleware(request):
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("Bad request: the address holds a NUL character.", content_type="text/plain")
        return get_response(request)

    return middleware


def private_desk_public_paper(get_response):
    """Forbid caches to store pages of the desk and errors; the paper's pages may be stored and are revalidated."""

    def middleware(request):
        response = get_response(request)
        if request.path.startswith("/admin/"):
            response.headers["Cache-Control"] = "no-store, private"
            response.headers["X-Robots-Tag"] = "noindex"
        elif request.method in {"GET", "HEAD"} and response.status_code in {200, 304, 301, 404, 410}:
            response.headers.setdefault("Cache-Control", PUBLIC)
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        for name, value in standing_headers().items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def policy_on_every_answer(get_response):
    """Set the policy, and what goes with it, on answers that come from before the middleware that sets it: redirects to
    https, refusals and failures of the outer middleware.
    """

    def middleware(request):
        response = get_response(request)
        if POLICY not in response.headers and not _is_djangos_debug_page(response):
            for name, value in ({POLICY: build_policy()} | standing_headers()).items():
                response.headers.setdefault(name, value)
        return response

    return middleware


def _is_djangos_debug_page(response):
    return settings.DEBUG and response.status_code in {404, 500}  # it has styles and scripts of its own
