"""Health checks, for whatever starts servers and balances requests: is the process alive, do its services answer."""

import logging
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsroom.serving import folders, redis_client
from newsroom.watch import metrics

logger = logging.getLogger(__name__)


def answer_probes(get_response):
    """Middleware that answers probes, whatever host and scheme they use, because a probe only knows an IP address."""
    answers = {"/healthz": healthz, "/readyz": readyz, "/metrics": numbers}

    def middleware(request):
        return answers.get(request.path, get_response)(request)

    return middleware


@require_safe
@never_cache
def healthz(request):
    """200 while the process answers; nothing else is checked."""
    return _answer("ok")


@require_safe
@never_cache
def readyz(request):
    """200 when requests should come here; 503 if the database does not answer, or the server is draining.

    Without Redis, or with a folder that can't be written, it stays ready and says so, as pages are still served. With
    ``?full`` monitors read all faults.
    """
    if draining().exists():
        return _answer("draining", status=503)
    try:
        _ask_database()
    except Exception:  # whatever the driver raises, the server should get no requests now
        logger.exception("The database does not answer.")
        return _answer("database does not answer", status=503)
    state = ", ".join(["ok", *_failing()])
    if "full" in request.GET and metrics.may_read_numbers(request):
        state = f"{state}\n{metrics.faults_as_text(timezone.now())}"
    return _answer(state)


@require_safe
@never_cache
def numbers(request):
    """The numbers for Prometheus; 403 for whoever has neither the token nor this machine's own address."""
    if not metrics.may_read_numbers(request):
        return _answer("Only this machine, and who has NEWSROOM_METRICS_TOKEN, may read the numbers.", status=403)
    return HttpResponse(metrics.numbers_as_text(), content_type=metrics.TEXT)


def _failing() -> list[str]:
    """Return what does not work while pages are still served."""
    failures = []
    try:
        _ask_redis()
    except Exception:  # whatever the driver raises
        logger.exception("Redis does not answer.")
        failures.append("without Redis")
    return failures + [f"can't write {name}" for name, _path in folders.unwritable()]


def draining() -> Path:
    """Return a file that exists while this machine should get no new requests: docs/operators.md."""
    return settings.VAR_DIR / "draining"


def _ask_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _ask_redis():
    if settings.REDIS_URL:
        redis_client.client_of_paper().ping()


def _answer(text, status=200):
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
