"""Purging old pages in the caches before us: Fastly, Cloudflare, and any that supports a plain PURGE.

A task does it right after the commit; failures are repeated each minute for a day by the worker's clock.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from articles.public import surrogate_keys
from ground.http import Client, Failure, Reason, Response
from ground.internet import is_anywhere
from ground.priorities import ANNOUNCING

logger = logging.getLogger(__name__)
# Caches are named in the settings, and may be on the same machine.
CLIENT = Client(
    is_open=is_anywhere, ports={"http": None, "https": None}, connect=2, silence=5, whole=15, most_bytes=1024 * 1024
)
PAUSES = (0.3, 0.6)  # seconds before another try if nobody answers
AT_ONCE = 30  # keys of one call: Cloudflare takes no more
LONGEST = timedelta(days=1)
FASTLY, CLOUDFLARE = "https://api.fastly.com", "https://api.cloudflare.com"


class NotPurged(Exception):
    """A cache refused; the text says which and why."""


@task(priority=ANNOUNCING)
def purge(keys: list[str], since: str = "") -> None:
    """Purge the pages with one of ``keys`` in every cache; raise ``NotPurged`` if one of them refuses.

    ``since`` is when it was first tried (ISO 8601, UTC): ``queue_unpurged`` gives up a day later.
    """
    all_keys = surrogate_keys.with_company(keys)
    # The key of all pages includes every other.
    chosen = [surrogate_keys.PAPER] if surrogate_keys.PAPER in all_keys else sorted(all_keys)
    failed = []
    for name in settings.CDN:
        try:
            HOW[name](chosen)
        except (NotPurged, Failure) as error:
            failed.append(f"{name}: {error}")
    if failed:
        logger.error("Not purged, readers may get old pages from there: %s", "; ".join(failed))
        raise NotPurged("; ".join(failed))  # the worker marks the task, and the desk shows it


def after_change(keys: list[str]) -> None:
    """Queue a purge; a failure to do so is logged, because the write is committed."""
    try:
        purge.enqueue(keys, since=timezone.now().isoformat())
    except Exception:  # the database is away just after the commit: at worst a page is old for an hour
        logger.exception("The CDN is not told of a change: %s", ", ".join(keys))


def queue_unpurged() -> None:
    """Queue once more, as one task, purges that failed and were first tried within a day; older ones stay failed."""
    oldest = (timezone.now() - LONGEST).isoformat()
    failed = DBTaskResult.objects.filter(task_path=purge.module_path, status=TaskResultStatus.FAILED)
    rows = [row for row in failed if row.args_kwargs["kwargs"].get("since", "") > oldest]
    if rows:
        keys = sorted({key for row in rows for key in row.args_kwargs["args"][0]})
        purge.enqueue(keys, since=min(row.args_kwargs["kwargs"]["since"] for row in rows))
        failed.filter(pk__in=[row.pk for row in rows]).delete()


def _fastly(keys: list[str]) -> None:
    """Purge Fastly by surrogate keys (fastly.com, Purge API: POST /service/…/purge)."""
    root = f"{FASTLY}/service/{settings.FASTLY_SERVICE}/purge"
    for some in _portions(keys):
        _ask("POST", root, {"Fastly-Key": settings.FASTLY_TOKEN, "Surrogate-Key": " ".join(some)})


def _cloudflare(keys: list[str]) -> None:
    """Purge Cloudflare by cache tags (cloudflare.com, API: POST /zones/…/purge_cache)."""
    address = f"{CLOUDFLARE}/client/v4/zones/{settings.CLOUDFLARE_ZONE}/purge_cache"
    headers = {"Authorization": f"Bearer {settings.CLOUDFLARE_TOKEN}", "Content-Type": "application/json"}
    for some in _portions(keys):
        answer = _ask("POST", address, headers, json.dumps({"tags": some}).encode())
        if not answer.get("success", False):
            raise NotPurged(str(answer.get("errors")))


def _plain(keys: list[str]) -> None:
    """Purge by the method PURGE, with the keys in a header: Varnish, whose VCL bans by it, and other newsrooms."""
    headers = {"Surrogate-Key": " ".join(keys), "X-Purge-Key": settings.PURGE_KEY}
    for address in settings.PURGE_URLS:
        _ask("PURGE", address, headers)


HOW: dict[str, Callable[[list[str]], None]] = {"fastly": _fastly, "cloudflare": _cloudflare, "purge": _plain}


def _portions(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def _ask(method: str, address: str, headers: dict[str, str], body: bytes | None = None) -> dict[str, Any]:
    """Return the answer of ``address``, read as JSON if it is any; raise ``NotPurged`` for a refusal."""
    answer = _answer(method, address, headers, body)
    if answer.status >= 300:
        raise NotPurged(f"{address} answers {answer.status}")
    try:
        return dict(json.loads(answer.body))
    except ValueError:
        return {}


def _answer(method: str, address: str, headers: dict[str, str], body: bytes | None) -> Response:
    for pause in PAUSES:
        try:
            return CLIENT.request(method, address, headers=headers, body=body)
        except Failure as failure:
            if failure.reason != Reason.UNREACHED:
                raise
            time.sleep(pause)
    return CLIENT.request(method, address, headers=headers, body=body)
