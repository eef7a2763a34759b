"""The loop of a worker: takes the most urgent task, limits its time, and writes what became of it."""

import json
import logging
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.exceptions import SuspiciousOperation
from django.db import Error, InterfaceError, OperationalError, close_old_connections
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks import TaskContext, TaskResultStatus
from django_tasks.signals import task_finished, task_started
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from ground.priorities import ANNOUNCING, LATER, MAILS
from newsroom.background import limits
from newsroom.background.heartbeat import Heartbeat

logger = logging.getLogger(__name__)
LONGEST_WAIT = 15.0  # seconds between two looks for a database that is away
FIRST_WAIT = 0.5


class TaskWorker(Worker):
    """The library's worker, with a loop that survives its database and tries failed tasks again.

    ``least`` is the lowest priority that it takes.
    """

    def __init__(self, heartbeat: Heartbeat, *, least: int = LATER, **options: Any) -> None:
        super().__init__(**options)
        self.heartbeat, self.least = heartbeat, least

    def run(self) -> None:
        """Do tasks until somebody stops it, or as many as it was told to; an outage of the database ends nothing."""
        failures = 0
        while self.running:
            close_old_connections()
            try:
                self.heartbeat.be_known()
                row = self.claim_next()
                if row:
                    self.run_task(row)
                failures = 0
            except Error as error:
                failures += 1
                logger.warning("The worker waits for the database: %s", error)
                time.sleep(min(FIRST_WAIT * 2 ** min(failures, 8), LONGEST_WAIT))
                continue
            if (self.batch and not row) or (self.max_tasks is not None and self._run_tasks >= self.max_tasks):
                return
            if self.running and not row:
                time.sleep(self.interval)

    def claim_next(self) -> DBTaskResult | None:
        """Return the most urgent task that waits, now claimed by this worker alone; None if none does."""
        ready = DBTaskResult.objects.ready().filter(backend_name=self.backend_name, priority__gte=self.least)
        if not self.process_all_queues:
            ready = ready.filter(queue_name__in=self.queue_names)
        ready = ready.exclude(queue_name__in=self.excluded_queue_names)
        if not ready.exists():  # so that an idle worker never takes SQLite's write lock
            return None
        with exclusive_transaction(ready.db):
            row = ready.get_locked()
            if row is not None:
                row.claim(self.worker_id)
        return row

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """Run a claimed task, and write what became of it."""
        self.running_task = True
        self.heartbeat.begin(db_task_result)
        try:
            columns, error = self.outcome(db_task_result)
            self.settle(db_task_result, columns)
            if error and limits.is_server_away(db_task_result.priority, error):
                postpone_mails(timezone.now() + limits.pause_after(len(db_task_result.worker_ids)))
        finally:
            self.heartbeat.end()
            self.running_task = False
            self._run_tasks += 1

    def outcome(self, row: DBTaskResult) -> tuple[Mapping[str, Any], BaseException | None]:
        """Run the task of ``row``; return the columns that say what became of it, and its error."""
        try:
            task = row.task
        except (ImportError, SuspiciousOperation) as error:  # other code queued it: the clock looks for who knows it
            return _failed(error), error
        context = [TaskContext(task_result=cast(Any, row.task_result))] if task.takes_context else []
        task_started.send(sender=task.get_backend(), task_result=row.task_result)
        try:
            with limits.time_limit(limits.SECONDS[limits.kind_of_work(row.priority)]):
                value = task.call(*context, *row.args_kwargs["args"], **row.args_kwargs["kwargs"])
            json.dumps(value)
        except (KeyboardInterrupt, SystemExit) as stop:  # the worker was told twice to end: the next one does it
            return limits.in_words(stop) | {"status": TaskResultStatus.READY, "run_after": timezone.now()}, stop
        except BaseException as error:
            logger.warning("%s failed.", row.task_path, exc_info=True)
            return _after_failure(row, error), error
        done = {
            "status": TaskResultStatus.SUCCESSFUL,
            "return_value": value,
            "finished_at": timezone.now(),
            "exception_class_path": "",
            "traceback": "",
        }
        return done, None

    def settle(self, row: DBTaskResult, columns: Mapping[str, Any]) -> None:
        """Write ``columns``, however long the database is away: what was done must not be done again."""
        mine = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at)
        wait = FIRST_WAIT
        while True:
            close_old_connections()
            try:
                is_written = mine.update(**columns)
                break
            except (OperationalError, InterfaceError):
                if not self.running:
                    raise
                time.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
        if is_written and columns["status"] in {TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED}:
            _tell_finished(row, columns)


def urgent_lane(worker: TaskWorker) -> tuple[TaskWorker, threading.Thread]:
    """Return a second loop of ``worker`` that takes announcements alone, so that no slow task holds them up."""
    lane = TaskWorker(
        worker.heartbeat,
        least=ANNOUNCING,
        queue_names=worker.queue_names,
        excluded_queue_names=worker.excluded_queue_names,
        interval=worker.interval,
        batch=worker.batch,
        backend_name=worker.backend_name,
        startup_delay=False,
        max_tasks=None,
        worker_id=worker.worker_id,
    )
    return lane, threading.Thread(target=lane.run, name="urgent", daemon=True)


def postpone_mails(until: datetime) -> int:
    """Let all mails that wait do so ``until`` then, and return how many: the mail server was asked and is away."""
    ready = DBTaskResult.objects.ready().filter(priority__gte=MAILS, priority__lt=ANNOUNCING)
    return ready.update(run_after=until)


def try_again(rows: QuerySet[DBTaskResult]) -> int:
    """Queue failed tasks again, and those that wait for their next try at once; return how many."""
    waiting = Q(status=TaskResultStatus.READY) & ~Q(traceback="")
    failed = rows.filter(Q(status=TaskResultStatus.FAILED) | waiting)
    now = timezone.now()
    return failed.update(status=TaskResultStatus.READY, run_after=now - timedelta(seconds=1), worker_ids=[])


def _after_failure(row: DBTaskResult, error: BaseException) -> Mapping[str, Any]:
    """Return the columns of a task that failed: for ever, or until its next try."""
    tries = len(row.worker_ids)
    if not limits.may_try_again(row.task_path, tries):
        return _failed(error)
    later = timezone.now() + limits.pause_after(tries)
    return limits.in_words(error) | {"status": TaskResultStatus.READY, "run_after": later}


def _failed(error: BaseException) -> Mapping[str, Any]:
    return limits.in_words(error) | {
        "status": TaskResultStatus.FAILED,
        "finished_at": timezone.now(),
        "return_value": None,
    }


def _tell_finished(row: DBTaskResult, columns: Mapping[str, Any]) -> None:
    """Send the library's signal, by which it logs what became of a task."""
    for name, value in columns.items():
        setattr(row, name, value)
    try:
        task_finished.send(sender=type(row.task.get_backend()), task_result=row.task_result)
    except (ImportError, SuspiciousOperation):  # a task that only other code knows
        logger.warning("Nobody here knows the task %s.", row.task_path)
