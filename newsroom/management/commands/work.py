import logging
import os
import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import Error, close_old_connections
from django.utils import timezone
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV, run_with_reloader
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Command as DatabaseWorker
from django_tasks_db.models import DBTaskResult

from articles import desk_search, tasks
from articles.desk_search import pictures
from articles.public import announcements
from newsroom.background import pruning
from newsroom.background.heartbeat import Heartbeat
from newsroom.background.worker import TaskWorker, urgent_lane
from newsroom.postgresql import patience
from newsroom.serving import changes, purging
from newsroom.watch import alarm
from tickers import refresh

logger = logging.getLogger(__name__)
DAILY = timedelta(days=1)
TICK = 60  # seconds between looks at the clock
LAST_WAIT = 30  # seconds that an urgent task gets to end when the worker is stopped
PATIENCE = timedelta(minutes=5)  # the time a queued task gets before another is queued


# Former paths of tasks that servers of before 2026-12 queue; to be removed when none of them runs any more.
FORMER = {
    "newsroom.changes": "newsroom.serving.changes",
    "newsroom.purging": "newsroom.serving.purging",
    "articles.merges.moving": "articles.desk.merges.moving",
    "articles.merges.undoing": "articles.desk.merges.undoing",
    "articles.people.links": "articles.desk.people.links",
}


class Command(DatabaseWorker):
    help = "Do background work, ask for rates when they are set, tell of what went live. Several may run."

    def handle(self, *, verbosity, reload, queue_name, exclude_queues, **options):
        self.configure_logging(verbosity)
        patience.begin_process("task")
        names = ("interval", "batch", "backend_name", "startup_delay", "max_tasks", "worker_id")
        excluded = exclude_queues.split(",") if exclude_queues else []
        queues = {"queue_names": queue_name.split(","), "excluded_queue_names": excluded}
        task_worker = TaskWorker(Heartbeat(options["worker_id"]), **queues, **{name: options[name] for name in names})
        if not reload:
            task_worker.configure_signals()
            work(task_worker)
            return
        if os.environ.get(DJANGO_AUTORELOAD_ENV) == "true":
            task_worker.configure_signals()
        run_with_reloader(partial(work, task_worker))


def work(task_worker):
    """Do tasks until the process is stopped, with a beat, a clock, and a lane for what is urgent."""
    beat, clock_stopped = task_worker.heartbeat, threading.Event()
    lane, thread = urgent_lane(task_worker)
    with suppress(Error):  # the database is away: the loop waits for it
        beat.beat()  # before the clock looks whether a worker lives
    beat.start()
    thread.start()
    threading.Thread(target=keep_time, args=[clock_stopped], daemon=True).start()
    try:
        task_worker.run()
    finally:
        lane.running = False
        clock_stopped.set()
        thread.join(LAST_WAIT)
        beat.leave()


def run_unknown_again():
    """Queue again tasks that another worker did not know and this one does: during a deploy, two versions of the code
    run.
    """
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, exception_class_path__endswith="Error")
    for row in failed.filter(traceback__contains="import_string(self.task_path)"):  # not an import within the task
        module, _dot, name = row.task_path.rpartition(".")
        row.task_path = f"{FORMER.get(module, module)}.{name}"
        try:
            row.task.enqueue(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
        except ImportError:  # this worker does not know it either: the desk shows it
            continue
        row.delete()


def keep_time(stopped):
    """Queue due tasks, each minute until ``stopped`` is set."""
    while True:
        try:
            tick()
        except Exception:  # the database is away: the next look may find it
            logger.exception("Nobody looked what is due; that is done again in a minute.")
        finally:
            close_old_connections()
        if stopped.wait(TICK):
            return


def tick():
    """Queue the tasks for which there is something to do, unless they were queued a moment ago."""
    now = timezone.now()
    queue(pruning.prune, now - DAILY)
    if settings.REFRESH_RATES and refresh.due_sources():
        queue(refresh.ask_due, now - PATIENCE)
    run_unknown_again()
    changes.queue_untold()
    tasks.draw_cards_again()
    if settings.CDN:
        purging.queue_unpurged()
    if desk_search.copies_are_late() or pictures.pictures_are_late():
        queue(tasks.index_articles, now - PATIENCE)
    if announcements.due(now):
        queue(tasks.announce, now - timedelta(seconds=TICK))
    alarm.look(now)  # last, as a mail server may keep it waiting


def queue(task, since):
    """Queue ``task`` unless it was queued after ``since``."""
    queued = DBTaskResult.objects.filter(task_path=task.module_path, enqueued_at__gt=since)
    if not queued.exists():
        task.enqueue()
