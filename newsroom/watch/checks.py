"""The checks of what is wrong: each a function that looks at one thing, at a time, and yields findings.

A new check is one more function in ``CHECKS``.
"""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks_db.models import DBTaskResult, get_date_max

from articles.models import PaperFault
from ground.priorities import ANNOUNCING, LATER, MAILS, PICTURES, USUAL
from newsroom.background import heartbeat, limits
from newsroom.backups import outcome
from newsroom.serving import folders
from newsroom.watch import late_rates
from newsroom.watch.findings import ERROR, Finding
from tickers.models import Source
from tickers.refresh import TOLD_AFTER

logger = logging.getLogger(__name__)
LEAST_FREE = 1024**3  # bytes of a disk; below, it is called full before it is
LEAST_FILES = 10_000
FRESH = timedelta(minutes=10)  # how long what another process saw is shown
MOST_RATES = 8
KINDS = {
    ANNOUNCING: gettext_lazy("announcements to caches, hubs and search engines"),
    MAILS: gettext_lazy("mails"),
    USUAL: gettext_lazy("usual work"),
    PICTURES: gettext_lazy("pictures"),
    LATER: gettext_lazy("work that nobody waits for"),
}

NIGHTLY = {outcome.BACKUP: gettext_lazy("backup"), outcome.DRILL: gettext_lazy("drill of a backup")}


def waiting_work(now: datetime) -> Iterator[Finding]:
    """Find kinds of work that wait longer than they may."""
    for kind, minutes in limits.WAITS.items():
        above = [other for other in limits.WAITS if other > kind]
        bound = now - timedelta(minutes=minutes)
        ready = DBTaskResult.objects.filter(status="READY", priority__gte=kind if kind != LATER else -100)
        ready = ready.filter(priority__lt=min(above)) if above else ready
        due = Q(run_after=get_date_max(), enqueued_at__lt=bound) | Q(run_after__lt=bound)
        oldest = ready.filter(due).aggregate(at=Min("enqueued_at"))["at"]
        if oldest:
            words = {"kind": KINDS[kind], "since": _in_utc(oldest), "minutes": minutes}
            yield Finding(
                f"waiting {kind}",
                _("Background work waits too long: %(kind)s, since %(since)s; it may take %(minutes)s minutes.")
                % words,
                _("Look at the workers' log; start another worker if they are only busy."),
            )


def silent_workers(now: datetime) -> Iterator[Finding]:
    """Find that no worker lives."""
    if not heartbeat.living(now).exists():
        yield Finding(
            "workers",
            _("No worker does the background work: no mail is sent, no rate is fetched, nothing is announced."),
            _("Start one, on a server the service newsroom-worker, and look at its log."),
        )


def old_rates(now: datetime) -> Iterator[Finding]:
    """Find sources that fail, and pairs without a new rate."""
    for source in Source.objects.filter(failures__gte=TOLD_AFTER):
        words = {"source": source, "count": source.failures, "trouble": source.trouble}
        text = _("%(source)s has failed %(count)s times: %(trouble)s") % words
        yield Finding(f"source {source.pk}", text, _("Rates can be typed by hand on the desk."))
    providers = late_rates.asked_providers()
    for pair in late_rates.late_pairs(now)[:MOST_RATES]:
        if pair.newest and late_rates.is_awaited(pair, providers):
            words = {"pair": pair, "day": date_format(pair.newest)}
            yield Finding(f"rate {pair.pk}", _("The newest rate of %(pair)s is of %(day)s.") % words)


def full_disks(now: datetime) -> Iterator[Finding]:
    """Find folders of this machine that can't be written, or whose disk is nearly full."""
    host = socket.gethostname()
    for name, path in folders.unwritable():
        words = {"path": path, "name": name, "host": host}
        yield Finding(
            f"folder {name}", _("%(path)s on %(host)s can't be written (%(name)s).") % words, folders.HINT, host
        )
    devices = set()
    for folder in folders.written_folders().values():
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        disk, device = os.statvfs(folder), folder.stat().st_dev
        free = disk.f_bavail * disk.f_frsize
        if device not in devices and (free < LEAST_FREE or (disk.f_files and disk.f_favail < LEAST_FILES)):
            devices.add(device)
            words = {"host": host, "folder": folder, "free": free // 1024**2, "files": disk.f_favail}
            text = _("The disk of %(folder)s on %(host)s is nearly full: %(free)s MB and %(files)s files are left.")
            yield Finding(f"disk {device}", text % words, _("Make room, or give it a larger disk."), host)


def failed_backups(now: datetime) -> Iterator[Finding]:
    """Find that the last backup or its drill failed, or is late; where none was ever made, the first page says so."""
    for kind, last in outcome.newest_outcomes().items():
        if last.fault:
            text = _("The last %(kind)s failed: %(fault)s") % {"kind": NIGHTLY[kind], "fault": last.fault}
            yield Finding(f"backup {kind}", text, _("See the log of newsroom-backup, and make one by hand."))
        elif last.at < now - outcome.LATE:
            text = _("The last %(kind)s was made %(at)s.") % {"kind": NIGHTLY[kind], "at": _in_utc(last.at)}
            yield Finding(f"backup {kind}", text, _("See whether newsroom-backup.timer is active."))


CHECKS: tuple[Callable[[datetime], Iterator[Finding]], ...] = (
    *(waiting_work, silent_workers, old_rates, full_disks, failed_backups),
)


def find_faults(now: datetime) -> list[Finding]:
    """Return all that is wrong at ``now``, by every check; a check that fails is a finding, too."""
    findings = []
    for check in CHECKS:
        try:
            findings += list(check(now))
        except Exception as error:  # whatever it looks at is broken: the others are looked at all the same
            logger.exception("The check %s failed.", check.__name__)
            words = {"check": check.__name__, "error": type(error).__name__}
            findings.append(Finding(f"check {check.__name__}", _("The check %(check)s failed: %(error)s.") % words))
    return findings


def seen_lately(now: datetime) -> QuerySet[PaperFault]:
    """Return the rows of faults that were seen in the last minutes, and of errors, which come and go."""
    return PaperFault.objects.filter(Q(seen_at__gt=now - FRESH) | Q(key__startswith=ERROR))


def stored_faults(now: datetime) -> list[Finding]:
    """Return what the worker saw in the last minutes, or that there is none: two queries, for the first page."""
    rows = seen_lately(now).exclude(key="workers")
    return [*silent_workers(now), *(Finding(row.key, row.text, row.advice, row.host) for row in rows)]


def known_faults(now: datetime) -> list[Finding]:
    """Return what is wrong now, with what others saw in the last minutes: other machines, and the readers' watch."""
    findings = find_faults(now)
    keys = {(finding.key, finding.host) for finding in findings}
    here = {"", socket.gethostname()}
    of_checks = ("waiting ", "workers", "source ", "rate ", "folder ", "disk ", "check ")
    for row in seen_lately(now):
        looked_at_here = row.host in here and row.key.startswith(of_checks)
        if (row.key, row.host) not in keys and not looked_at_here:
            findings.append(Finding(row.key, row.text, row.advice, row.host))
    return findings


def _in_utc(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
