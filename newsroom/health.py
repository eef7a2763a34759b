"""Is the process alive, do its services answer: asked by whatever starts servers and shares requests among them."""

import logging

from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)
KEY = "readyz"


def answer_probes(get_response):
    """Middleware: the answers below, whatever host and scheme are asked for, as a probe knows an IP address only."""
    answers = {"/healthz": healthz, "/readyz": readyz}

    def middleware(request):
        return answers.get(request.path, get_response)(request)

    return middleware


@require_safe
@never_cache
def healthz(request):
    """200 while the process answers at all; it asks nothing else."""
    return _answer("ok")


@require_safe
@never_cache
def readyz(request):
    """200 when database and cache answer; 503 naming the one that does not."""
    for name, ask in (("database", _ask_database), ("cache", _ask_cache)):
        try:
            ask()
        except Exception:  # whatever the driver raises, the server should get no requests now
            logger.exception("The %s does not answer.", name)
            return _answer(f"{name} does not answer", status=503)
    return _answer("ok")


def _ask_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _ask_cache():
    cache.set(KEY, "ok", 10)
    if cache.get(KEY) != "ok":
        raise RuntimeError("the cache forgot at once what was put into it")


def _answer(text, status=200):
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
