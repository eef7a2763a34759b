"""The log as JSON, a line for each record and each request, with the request's id in both; no secrets, no queries."""

import json
import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

logger = logging.getLogger(__name__)
NAMED = re.compile(r"[\w.-]{8,64}", re.ASCII)  # an id that a proxy may give
SECRET = {"key", "secret", "token"}  # parts of addresses that open something
HIDDEN = "…"
current_id: ContextVar[str] = ContextVar("the id of the request that is answered now", default="")


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := current_id.get():
            line["request"] = request_id
        line |= getattr(record, "of_request", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that gives each request an id, which the answer names, and logs what was asked and its duration."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked_id = request.META.get("HTTP_X_REQUEST_ID", "")
        token = current_id.set(asked_id if NAMED.fullmatch(asked_id) else get_random_string(20))
        began = time.perf_counter()
        try:
            response = get_response(request)
            response.headers["X-Request-ID"] = current_id.get()
            log = {"status": response.status_code, "milliseconds": round(1000 * (time.perf_counter() - began), 1)}
            logger.info("%s %s", request.method, _path(request), extra={"of_request": log | _facts(request)})
            return response
        finally:
            current_id.reset(token)

    return middleware


def _facts(request: HttpRequest) -> dict[str, Any]:
    """Return path and user of ``request``; the user is known only if the session was read anyway."""
    session = getattr(request, "session", None)
    user = session.get(SESSION_KEY) if session is not None and session.accessed else None
    return {"method": request.method, "path": _path(request), "user": user}


def _path(request: HttpRequest) -> str:
    """Return the path without what would open something to whoever reads the log, and without its query."""
    path, match = request.path, request.resolver_match
    for name, value in (match.kwargs if match else {}).items():
        if name in SECRET and value:
            path = path.replace(str(value), HIDDEN)
    return path
