"""Takes browsers' reports of what the Content-Security-Policy stopped, and counts them for administrators.

Anybody can send one, so little is believed and little is kept: a directive that there is, an origin, and the route of
the page instead of its address, which may be a secret.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from csp.utils import DEFAULT_DIRECTIVES
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from articles.models.policy_report import PolicyReport
from ground import outcomes

LONGEST = 16 * 1024  # bytes
MOST_AT_ONCE = 10  # violations of one request
A_MINUTE = 30  # requests that one process takes
WORDS = {"data", "blob", "eval", "inline", "self", "trusted-types-policy", "trusted-types-sink", "wasm-eval"}
# Other schemes are a reader's own: what extensions of the browser bring.
ORIGIN = re.compile(r"(?:https?|wss?)://[a-z0-9.-]+(?::\d{1,5})?(?=[/?#]|\Z)", re.ASCII | re.IGNORECASE)


class Allowance:
    """How many requests may still come: ``most`` at once, and as many in each minute."""

    def __init__(self, most: int):
        self.most, self.left, self.at = most, float(most), time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Return whether one more may come now."""
        with self._lock:
            now = time.monotonic()
            self.left = min(self.most, self.left + (now - self.at) * self.most / 60)
            self.at = now
            if self.left < 1:
                return False
            self.left -= 1
            return True


allowance = Allowance(A_MINUTE)


@csrf_exempt  # a browser sends a report by itself, without a form
@require_POST
def take_reports(request):
    """Count what a browser reports, in either of the two forms that browsers send."""
    if not allowance.take():
        return _say("Too many reports have come within a minute. Send this one later.", 429)
    sent = request.read(LONGEST + 1)
    if len(sent) > LONGEST:
        return _say(f"A report may have {LONGEST} bytes. Send fewer violations at once.", 413)
    try:
        content = json.loads(sent)
    except (ValueError, RecursionError):
        return _say("This is no report in JSON. See https://www.w3.org/TR/CSP3/#reporting", 400)
    with outcomes.in_passing():
        for violation in islice(violations_in(content, request.get_host()), MOST_AT_ONCE):
            PolicyReport.objects.count_violation(*violation, at=timezone.now())
    return HttpResponse(status=204)


def violations_in(content: Any, host: str) -> Iterator[tuple[str, str, str]]:
    """Yield directive, origin and route of each violation on a page of ``host``."""
    for report in content if isinstance(content, list) else [content]:
        body = report.get("csp-report", report.get("body")) if isinstance(report, dict) else None
        if not isinstance(body, dict):
            continue
        directive, blocked, document = (
            str(body.get(old) or body.get(new) or "")
            for old, new in (
                ("effective-directive", "effectiveDirective"),
                ("blocked-uri", "blockedURL"),
                ("document-uri", "documentURL"),
            )
        )
        directive = directive or str(body.get("violated-directive", "")).partition(" ")[0]
        route, origin = _route_of(document, host), _origin_of(blocked)
        if directive in DEFAULT_DIRECTIVES and route is not None and origin:
            yield directive, origin, route


def _route_of(document: str, host: str) -> str | None:
    """Return the route of a page of the paper's, "" where none answers; None for another site's page."""
    try:
        address = urlsplit(document)
    except ValueError:
        return None
    if address.netloc.lower() != host.lower():
        return None
    try:
        return resolve(address.path).route[:200]
    except Resolver404:
        return ""


def _origin_of(blocked: str) -> str:
    """Return the origin of an address, or a word that stands for none; "" for what is no fault of ours."""
    if blocked in WORDS:
        return blocked
    match = ORIGIN.match(blocked)
    return match[0].lower()[:100] if match else ""


def _say(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
