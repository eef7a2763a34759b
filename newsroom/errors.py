"""The pages for what went wrong: each says what happened and offers a way on."""

from django.shortcuts import render


def bad_request(request, exception=None):
    """400: an address or a form we can't make sense of."""
    return render(request, "400.html", {"reason": _reason(exception)}, status=400)


def forbidden(request, exception=None):
    """403: not allowed, or not logged in."""
    return render(request, "403.html", {"reason": _reason(exception)}, status=403)


def not_found(request, exception=None):
    """404: no page has this address."""
    return render(request, "404.html", status=404)


def broken(request):
    """500: our fault; the page needs neither the database nor the frame."""
    return render(None, "500.html", status=500)


def _reason(exception) -> str:
    return str(exception) if exception and exception.args and isinstance(exception.args[0], str) else ""
