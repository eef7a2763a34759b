"""The error pages: each says what happened and offers a way on."""

import sys
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from articles.desk import roles
from articles.public import addresses
from ground import outcomes
from ground.requests import LoggedInRequest

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request, exception=None):
    """400: an invalid address or form; 413: one that is too large."""
    if isinstance(exception, TOO_LARGE):
        return too_large(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return render(request, "400.html", {"reason": _reason(exception), "status": 400}, status=400)


def too_large(request, most_bytes):
    """413: more than ``most_bytes`` were sent."""
    reason = _(
        "What was sent is too large: a form may hold %(limit)s. Nothing was saved. At the desk your browser keeps what "
        "you typed, where it runs JavaScript: open the form again, take it up and shorten it."
    )
    context = {"reason": reason % {"limit": filesizeformat(most_bytes)}, "status": 413}
    return render(request, "400.html", context, status=413)


def forbidden(request, exception=None):
    """403: not allowed, or not logged in; on the desk, a page of the desk that says whom to ask."""
    user = getattr(request, "user", None)
    if request.path.startswith("/admin/") and user is not None and user.is_active and user.is_staff:
        return _forbidden_at_desk(request, _reason(exception))
    return render(request, "403.html", {"reason": _reason(exception)}, status=403)


def _forbidden_at_desk(request: LoggedInRequest, reason: str) -> HttpResponse:
    from django.contrib.admin import site  # its pages are this project's own

    context = site.each_context(request) | {
        "title": _("You may not do this"),
        "reason": reason,
        "roles": ", ".join(sorted(roles.roles_of(request.user))),
    }
    return render(request, "admin/403.html", context, status=403)


def not_found(request, exception=None):
    """404: no page has this address; a redirect or 410 if it had one."""
    return addresses.lead(request) or render(request, "404.html", status=404)


def broken(request):
    """500: an error of ours; 503 while the database is away. The pages need neither the database nor the frame."""
    at_desk = {
        "at_desk": request.path.startswith("/admin/"),
        "was_sent": request.method == "POST" or outcomes.may_have_stored(),
        "may_be_saved": outcomes.may_have_stored(),
    }
    if not is_database_away(sys.exc_info()[1]):
        return render(None, "500.html", at_desk | {"at": datetime.now(UTC)}, status=500)
    response = render(None, "503.html", at_desk | {"typed": _typed_words(request)}, status=503)
    response.headers["Retry-After"] = "5"  # seconds
    return response


def _typed_words(request: HttpRequest) -> list[str]:
    """Return the texts of a form of the desk, for whoever's browser keeps none."""
    if request.method != "POST" or not request.path.startswith("/admin/"):
        return []
    try:
        fields = request.POST.lists()
    except (OSError, BadRequest, *TOO_LARGE):  # it did not arrive whole
        return []
    texts = [text.strip() for name, values in fields if "password" not in name.lower() for text in values]
    return [text for text in texts if " " in text]  # not what was chosen, or is a token


def is_database_away(exception: BaseException | None) -> bool:
    """Return whether ``exception`` means that the database is away (PEP 249: not an error of the query).

    SQLite raises it for a missing table, too: before the first migration.
    """
    return isinstance(exception, InterfaceError | OperationalError)


def _reason(exception: Exception | None) -> str:
    """Return our own message; Django's are for whoever runs the server."""
    if not isinstance(exception, BadRequest | PermissionDenied) or not exception.args:
        return ""
    return str(exception) if isinstance(exception.args[0], str) else ""


def readers_not_found(get_response):
    """Middleware that shows the readers' 404 page in debug mode, too, except on the desk, which keeps Django's."""

    def middleware(request):
        response = get_response(request)
        is_djangos = settings.DEBUG and response.status_code == 404  # else handler404 has answered already
        if is_djangos and hasattr(request, "frame") and not request.path.startswith("/admin/"):
            return not_found(request)
        return response

    return middleware
