"""The admin's page about the page cache: whether it works, what it holds, when it changes next."""

import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.desk import roles
from articles.public import curation
from ground.requests import LoggedInRequest
from newsroom.serving import changes, generation, redis_client
from newsroom.serving.pagecache import counts
from newsroom.serving.pagecache.stores import shared_store

KEPT = ("hits", "shared", "waited")  # answers that were not rendered


def kept_pages_view(request: LoggedInRequest, site: Any) -> HttpResponse:
    """The page for administrators; a POST makes every page outdated."""
    if roles.ADMINISTRATOR not in roles.roles_of(request.user):
        raise PermissionDenied(_("Only an administrator looks after the pages that are kept."))
    if request.method == "POST":
        try:
            generation.change()
        except OSError:
            messages.error(request, changes.WHAT_NOW)
        else:
            messages.success(request, _("All pages are made anew as soon as somebody asks for them."))
        return HttpResponseRedirect(request.path)
    context = {**site.each_context(request), "title": _("Pages that are kept"), **_state()}
    return TemplateResponse(request, "admin/page_cache.html", context)


def _state() -> dict[str, Any]:
    counted, processes = counts.of_machine()
    answered = sum(counted[name] for name in (*KEPT, "made", "stale"))
    cached_count = sum(counted[name] for name in KEPT)
    now = timezone.now()
    return {
        "processes": processes,
        "answered": answered,
        "hit_rate": round(100 * cached_count / answered, 1) if answered else None,
        "counted": counted,
        "bytes": counted["bytes"],
        "most": settings.PAGE_CACHE_BYTES * max(processes, 1),
        "shared_in": "Redis" if settings.REDIS_URL else _("files"),
        "shared_bytes": _shared_size(),
        "redis_answers": _redis_answers(),
        "token": generation.current(),
        "since": datetime.fromtimestamp(generation.changed_at(), tz=timezone.get_current_timezone()),
        "next_change": curation.next_timed_change(now),
        "cdn": settings.CDN,
    }


def _shared_size() -> int | None:
    try:
        return shared_store().size()
    except Exception:  # Redis does not answer
        return None


def _redis_answers() -> float | None:
    """Return the milliseconds that Redis takes; None if it does not answer, or there is none."""
    if not settings.REDIS_URL:
        return None
    start = time.perf_counter()
    try:
        redis_client.client_of_paper().ping()
    except Exception:  # whatever the driver raises
        return None
    return (time.perf_counter() - start) * 1000
