"""The beat of a worker: its row says that it lives; who stopped beating loses its tasks to the others."""

import logging
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, close_old_connections
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from articles.models import WorkerBeat
from newsroom.background import limits

logger = logging.getLogger(__name__)
EVERY = 5  # seconds between two beats
SILENT = timedelta(seconds=60)  # without a beat for so long, a worker counts as dead
UNKNOWN = timedelta(hours=1)  # after which a task of a worker that has no row is taken up: code of before 2026-12
KEPT = timedelta(days=1)  # how long the row of a dead worker stays
OVERTIME = 30  # seconds past twice its limit, after which a task that can't be interrupted ends its process


class WorkerLost(Exception):
    """The error of a task whose worker ended in the middle."""


class Heartbeat(threading.Thread):
    """Writes the row of one process, ends the process if a task is stuck, and takes up what dead workers left."""

    def __init__(self, worker: str) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.worker = worker
        self.tasks: dict[str, tuple[str, float, float]] = {}  # by thread: path, begin, seconds it may take
        self.stopped = threading.Event()
        self.is_known = False
        self.steady_since = self.beaten_at = time.monotonic()

    def run(self) -> None:
        while not self.stopped.wait(EVERY):
            self.end_if_stuck()
            try:
                self.beat()
                self.take_up()
            except Error as error:  # the database is away: the next beat may find it
                logger.warning("The worker's beat could not be written: %s", error)
            finally:
                close_old_connections()

    def begin(self, row: DBTaskResult) -> None:
        """Note that this thread begins the task of ``row``."""
        seconds = limits.SECONDS[limits.kind_of_work(row.priority)]
        self.tasks[threading.current_thread().name] = (row.task_path, time.monotonic(), seconds)

    def end(self) -> None:
        """Note that this thread's task is done."""
        self.tasks.pop(threading.current_thread().name, None)

    def end_if_stuck(self) -> None:
        """End the process if a task goes on long past its limit: whatever starts workers starts another."""
        for path, began, seconds in list(self.tasks.values()):
            if time.monotonic() - began > 2 * seconds + OVERTIME:
                logger.critical("%s can't be interrupted; this worker ends, and another takes the task up.", path)
                os.kill(os.getpid(), signal.SIGKILL)

    def be_known(self) -> None:
        """Write the row if there is none yet: who takes a task must be missed when it dies."""
        if not self.is_known:
            self.beat()

    def beat(self) -> None:
        """Write that this worker lives, and what it does."""
        doing = "\n".join(path for path, _began, _seconds in list(self.tasks.values()))
        row = {"host": socket.gethostname(), "process": os.getpid(), "seen_at": timezone.now(), "doing": doing}
        WorkerBeat.objects.update_or_create(worker=self.worker, defaults=row)
        self.is_known = True
        now = time.monotonic()
        if now - self.beaten_at > 4 * EVERY:
            self.steady_since = now
        self.beaten_at = now

    def take_up(self) -> int:
        """Queue again what dead workers were doing, and return how many tasks.

        After an outage of the database everybody is silent, so a worker that did not beat steadily trusts only
        processes that are gone from its own machine.
        """
        running = list(DBTaskResult.objects.running().filter(started_at__isnull=False).defer("traceback"))
        if not running:
            return 0
        now = timezone.now()
        is_steady = time.monotonic() - self.steady_since > SILENT.total_seconds()
        beats = WorkerBeat.objects.in_bulk([row.worker_ids[-1] for row in running if row.worker_ids])
        lost = [row for row in running if self._is_lost(row, beats, now, is_steady=is_steady)]
        return sum(_queue_again(row, now) for row in lost)

    def _is_lost(self, row: DBTaskResult, beats: dict[str, WorkerBeat], now: datetime, *, is_steady: bool) -> bool:
        """Return whether the worker that runs ``row`` will not finish it."""
        beat = beats.get(row.worker_ids[-1]) if row.worker_ids else None
        if beat is None:
            return row.started_at < now - UNKNOWN
        if beat.worker == self.worker:
            return False
        if beat.host == socket.gethostname() and _has_ended(beat.process):
            return True
        return is_steady and beat.seen_at < now - SILENT

    def leave(self) -> None:
        """Stop beating, and delete the row if no task is left with this worker."""
        self.stopped.set()
        with suppress(Error):
            if not self.tasks:
                WorkerBeat.objects.filter(worker=self.worker).delete()


def _has_ended(process: int) -> bool:
    """Return whether a process of this machine is gone; one with our own number was before this one."""
    try:
        os.kill(process, 0)
    except OSError as error:  # without the right to ask, it lives
        return isinstance(error, ProcessLookupError)
    return process == os.getpid()


def living(now: datetime) -> QuerySet[WorkerBeat]:
    """Return the workers that beat within the last minute before ``now``."""
    return WorkerBeat.objects.filter(seen_at__gt=now - SILENT)


def _queue_again(row: DBTaskResult, now: datetime) -> int:
    """Queue the task of a dead worker again, or call it failed if it was begun too often; return how many, 1 or 0."""
    tries = len(row.worker_ids)
    columns: dict[str, Any] = {"status": TaskResultStatus.READY, "run_after": now}
    if tries >= limits.MOST_TRIES:
        columns = {"status": TaskResultStatus.FAILED, "finished_at": now}
    elif tries > 1:
        columns["run_after"] = now + limits.pause_after(tries)  # it may be what kills the workers
    error = WorkerLost(f"The worker that did it ended or fell silent; it was begun {tries} times.")
    mine = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at)
    logger.warning("%s: %s", row.task_path, error)
    return mine.update(**limits.in_words(error), **columns)
