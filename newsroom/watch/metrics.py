"""What monitors read: the faults as text, and numbers in Prometheus' text format (version 0.0.4)."""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_tasks_db.models import DBTaskResult

from articles.models import WorkerBeat
from newsroom.serving import folders
from newsroom.serving.pagecache import counts
from newsroom.watch.checks import known_faults

LOOPBACK = {"127.0.0.1", "::1"}
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def may_read_numbers(request: HttpRequest) -> bool:
    """Return whether ``request`` has the token of the settings, or comes from this machine and through no proxy."""
    word, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if settings.METRICS_TOKEN and word == "Bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN):
        return True
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not any(name in request.META for name in FORWARDED)


def faults_as_text(now: datetime) -> str:
    """Return what is wrong, a line each; "no faults" if nothing is."""
    lines = [f"{finding.key}: {' '.join(finding.text.split())}" for finding in known_faults(now)]
    return "\n".join(lines or ["no faults"])


def numbers_as_text(now: datetime | None = None) -> str:
    """Return all numbers in the text format of Prometheus."""
    now = now or timezone.now()
    lines = []
    for name, text, samples in _families(now):
        lines += [f"# HELP newsroom_{name} {text}", f"# TYPE newsroom_{name} gauge"]
        lines += [f"newsroom_{name}{_labels(labels)} {value:g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _families(now: datetime) -> Iterator[tuple[str, str, Iterable[tuple[dict[str, Any], float]]]]:
    """Yield of each number its name, what it is, and its values with their labels."""
    findings = known_faults(now)
    yield "faults", "How many faults there are now.", [({}, len(findings))]
    yield "fault", "1 for each fault.", [({"key": finding.key, "host": finding.host}, 1) for finding in findings]
    rows = DBTaskResult.objects.order_by().values("status", "priority").annotate(count=Count("pk"))
    yield (
        "tasks",
        "Background tasks on record.",
        [({"status": row["status"], "priority": row["priority"]}, row["count"]) for row in rows],
    )
    oldest = DBTaskResult.objects.ready().order_by().aggregate(at=Min("enqueued_at"))["at"]
    waiting = (now - oldest).total_seconds() if oldest else 0
    yield "oldest_task_seconds", "Age of the oldest task that could be done now.", [({}, waiting)]
    beats = WorkerBeat.objects.all()
    yield (
        "worker_silent_seconds",
        "Seconds since each worker was last seen.",
        [({"host": row.host, "process": row.process}, (now - row.seen_at).total_seconds()) for row in beats],
    )
    yield "disk_free_bytes", "Room that is left for the paper.", list(_disks())
    counted, processes = counts.of_machine()
    yield "web_processes", "Processes of this machine that serve pages.", [({}, processes)]
    yield (
        "page_answers",
        "Answers by where they come from, since each process began.",
        [({"from": name}, counted[name]) for name in ("hits", "shared", "waited", "made", "stale", "passed")],
    )


def _disks() -> Iterator[tuple[dict[str, Any], float]]:
    for name, folder in folders.written_folders().items():
        if folder.exists():
            disk = os.statvfs(folder)
            yield {"folder": name}, disk.f_bavail * disk.f_frsize


def _labels(labels: dict[str, Any]) -> str:
    quoted = (f'{name}="{_escaped(str(value))}"' for name, value in labels.items())
    return "{" + ",".join(quoted) + "}" if labels else ""


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
