import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Command as DatabaseWorker
from django_tasks_db.models import DBTaskResult

from articles import announcing, finding, tasks
from articles.finding import pictures
from newsroom import changes, purging
from tickers import refresh

logger = logging.getLogger(__name__)
TICK = 60  # seconds between looks at the clock
PATIENCE = timedelta(minutes=5)  # that a task queued before gets, until another is queued


class Command(DatabaseWorker):
    help = "Do background work, ask for rates when they are set, tell of what went live. Several may run."

    def handle(self, **options):
        threading.Thread(target=keep_time, args=[threading.Event()], daemon=True).start()
        super().handle(**options)


def keep_time(stopped):
    """Queue what is due, each minute until ``stopped`` is set."""
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
    """Queue the tasks for which there is something to do, unless somebody has queued them a moment ago."""
    now = timezone.now()
    if settings.REFRESH_RATES and refresh.due_sources():
        queue(refresh.ask_due, now - PATIENCE)
    changes.again()
    tasks.draw_cards_again()
    if settings.CDN:
        purging.again()
    if finding.is_behind() or pictures.is_behind():
        queue(tasks.index_articles, now - PATIENCE)
    if announcing.due(now):
        queue(tasks.announce, now - timedelta(seconds=TICK))


def queue(task, since):
    """Queue ``task`` if that was not done after ``since``."""
    queued = DBTaskResult.objects.filter(task_path=task.module_path, enqueued_at__gt=since)
    if not queued.exists():
        task.enqueue()
