"""The worker looks at the clock: when rates are set, and whether something went live."""

from datetime import timedelta
from importlib import import_module
from threading import Event
from unittest import mock

import time_machine
from django.test import TestCase, override_settings
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from articles.models import Announcement
from articles.tasks import draw_card, draw_cards_again
from articles.tests.factories import make_edition
from newsroom.background.pruning import prune
from newsroom.management.commands import work
from tickers.models import Rate
from tickers.providers.nbkr import Nbkr
from tickers.tests.factories import NOON, make_pair
from tickers.tests.stub_bank import bank

NINE = NOON + timedelta(hours=3)  # UTC, when the bank has set its next rate
QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@override_settings(REFRESH_RATES=True)
class KeepingTimeTests(TestCase):
    def setUp(self):
        for listener in Announcement.Listener.values:  # there is nothing to tell
            Announcement.objects.create(listener=listener, told_until=NOON)
        make_pair(provider="nbkr", cross_check="")

    def test_source_that_is_due_is_asked(self):
        with time_machine.travel(NINE, tick=False), bank() as server, mock.patch.object(Nbkr, "host", server.address):
            work.tick()
            work.tick()
        assert Rate.objects.accepted().count() == 1
        assert len(server.asked) == 1

    @override_settings(TASKS=QUEUE)
    def test_card_that_no_disk_took_is_drawn_when_one_does(self):
        failed = {"status": "FAILED", "task_path": draw_card.module_path, "backend_name": "default", "queue_name": "x"}
        for number, error in ((1, "builtins.OSError"), (2, "builtins.ValueError"), (1, "builtins.PermissionError")):
            told = {"args": [number], "kwargs": {}}
            DBTaskResult.objects.create(**failed, args_kwargs=told, exception_class_path=error, priority=0)
        with mock.patch("articles.tasks.draw_card") as task:
            task.module_path = draw_card.module_path
            draw_cards_again()
        task.enqueue.assert_called_once_with(1)
        assert [row.args_kwargs["args"] for row in DBTaskResult.objects.all()] == [[2]]

    @override_settings(TASKS=QUEUE)
    def test_what_one_worker_did_not_know_is_queued_again_under_the_name_it_has_now(self):
        for former, now in work.FORMER.items():
            tasks = [task for task in vars(import_module(now)).values() if isinstance(task, Task)]
            there = [task.name for task in tasks if task.module_path == f"{now}.{task.name}"]
            for path in [f"{module}.{name}" for name in there for module in (former, now)]:
                with self.subTest(path):
                    self.fail_to_find(path)
                    work.run_unknown_again()
                    row = DBTaskResult.objects.get()
                    assert row.task_path.rpartition(".")[0] == now
                    assert (row.status, row.args_kwargs) == ("READY", {"args": [1], "kwargs": {"a": 2}})
                    row.delete()

    @override_settings(TASKS=QUEUE)
    def test_what_nobody_knows_or_fails_within_is_left_to_the_desk(self):
        self.fail_to_find("newsroom.no_such_module.task")
        within = self.queued(draw_card.module_path)
        try:
            import_module("no_such_package")
        except ImportError as error:
            within.set_failed(error)
        work.run_unknown_again()
        assert sorted(DBTaskResult.objects.values_list("task_path", "status")) == [
            (draw_card.module_path, "FAILED"),
            ("newsroom.no_such_module.task", "FAILED"),
        ]

    def queued(self, path):
        told = {"args": [1], "kwargs": {"a": 2}}
        return DBTaskResult.objects.create(
            task_path=path, args_kwargs=told, priority=0, backend_name="default", queue_name="default"
        )

    def fail_to_find(self, path):
        """As the worker does, when its code has no such module."""
        row = self.queued(path)
        try:
            with mock.patch("django.utils.module_loading.import_module", side_effect=ModuleNotFoundError(path)):
                row.task  # noqa: B018 - a property that imports
        except ImportError as error:
            row.set_failed(error)

    @override_settings(TASKS=QUEUE)
    def test_task_is_queued_once_while_it_waits_and_again_if_it_was_lost(self):
        counts = []
        for minutes in (0, 1, 4, 6):
            with time_machine.travel(NINE + timedelta(minutes=minutes), tick=False):
                work.tick()
            counts.append(DBTaskResult.objects.exclude(task_path=prune.module_path).count())
        assert counts == [1, 1, 1, 2]

    @override_settings(TASKS=QUEUE, REFRESH_RATES=False)
    def test_what_went_live_by_its_schedule_alone_is_told_of(self):
        make_edition(live_from=NINE)
        counts = []
        for seconds in (-30, 30, 31):
            with time_machine.travel(NINE + timedelta(seconds=seconds), tick=False):
                work.tick()
            counts.append(DBTaskResult.objects.exclude(task_path=prune.module_path).count())
        assert counts == [0, 1, 1]

    def test_nothing_is_queued_at_night(self):
        with time_machine.travel(NINE.replace(hour=2), tick=False), mock.patch.object(work.refresh, "ask_due") as task:
            task.module_path = "x"
            work.tick()
        task.enqueue.assert_not_called()

    def test_trouble_with_the_database_ends_nothing(self):
        stopped = Event()
        stopped.set()
        with (
            mock.patch.object(work, "tick", side_effect=OSError),
            mock.patch.object(work, "close_old_connections") as close,  # this test's own is still needed
            self.assertLogs(work.logger, "ERROR"),
        ):
            work.keep_time(stopped)
        close.assert_called_once_with()
