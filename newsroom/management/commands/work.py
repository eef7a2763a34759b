import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Command as DatabaseWorker
from django_tasks_db.models import DBTaskResult

from tickers import refresh

logger = logging.getLogger(__name__)
TICK = 60  # seconds between looks at the calendars of the rates' sources
PATIENCE = timedelta(minutes=5)  # that a task queued before gets, until another is queued


class Command(DatabaseWorker):
    help = "Do background work, and ask the sources of rates when they set new ones. Several may run."

    def handle(self, **options):
        if settings.REFRESH_RATES:
            threading.Thread(target=keep_time, args=[threading.Event()], daemon=True).start()
        super().handle(**options)


def keep_time(stopped):
    """Queue the task whenever a source is due, until ``stopped`` is set."""
    while True:
        try:
            tick()
        except Exception:  # the database is away: the next look may find it
            logger.exception("Nobody looked whether rates are due; that is done again in a minute.")
        finally:
            close_old_connections()
        if stopped.wait(TICK):
            return


def tick():
    """Queue the task if a source is due and nobody has queued it a moment ago."""
    since = timezone.now() - PATIENCE
    queued = DBTaskResult.objects.filter(task_path=refresh.ask_due.module_path, enqueued_at__gt=since)
    if refresh.due_sources() and not queued.exists():
        refresh.ask_due.enqueue()
