"""The worker goes on: over faults of its database, of tasks, of a mail server, and of other workers."""

import itertools
import os
import signal
import time
from datetime import timedelta
from smtplib import SMTPDataError, SMTPServerDisconnected
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError
from django.test import SimpleTestCase, TestCase, override_settings
from django.utils import timezone
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from articles import tasks
from articles.desk.people import links
from articles.models import WorkerBeat
from ground.outcomes import OutcomeUnknown
from ground.priorities import ANNOUNCING, LATER, MAILS, PICTURES, USUAL
from newsroom.background import heartbeat, limits, worker
from newsroom.management.commands import serve, work
from newsroom.serving import changes, purging
from tickers import refresh
from tickers import tasks as of_rates

QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
ORDER = [tasks.announce, tasks.mail_notice, tasks.index_articles, tasks.make_renditions, tasks.ask_outside]


def make_worker(name="one", **options):
    given = {"interval": 0, "batch": True, "backend_name": "default", "startup_delay": False, "max_tasks": None}
    queues = {"queue_names": ["default"], "excluded_queue_names": []}
    return worker.TaskWorker(heartbeat.Heartbeat(name), **(given | options), **queues, worker_id=name)


@override_settings(TASKS=QUEUE)
class WorkerTestCase(TestCase):
    def setUp(self):
        closing = mock.patch.object(worker, "close_old_connections")  # this test's own is still needed
        closing.start()
        self.addCleanup(closing.stop)

    def ready(self, task=tasks.index_articles, *args):
        return DBTaskResult.objects.get(pk=task.enqueue(*args).id)

    def doing(self, effect):
        """What the task index_articles does in this test."""
        return mock.patch("articles.tasks.desk_search.index_late_copies", side_effect=effect)

    def after(self, row):
        return DBTaskResult.objects.get(pk=row.pk)


class OrderTests(WorkerTestCase):
    def test_announcing_goes_before_mails_and_those_before_pictures(self):
        for task in reversed(ORDER):
            task.enqueue(*([0] if task in (tasks.make_renditions, tasks.ask_outside) else []))
        one = make_worker()
        taken = [one.claim_next().task_path for _task in ORDER]
        assert taken == [task.module_path for task in ORDER]

    def test_every_task_has_a_kind_with_a_limit_and_a_bound_for_waiting(self):
        assert limits.SECONDS.keys() == limits.WAITS.keys() == {ANNOUNCING, MAILS, USUAL, PICTURES, LATER}
        modules = (tasks, links, of_rates, purging, changes, refresh)
        every = [task for module in modules for task in vars(module).values() if isinstance(task, Task)]
        assert len(every) > 12
        for task in every:
            assert task.priority in limits.SECONDS, task.module_path
            assert (task.priority == MAILS) == ("mail" in task.name), task.module_path
        assert {task.module_path for task in every} >= limits.OWN_CLOCK

    def test_lane_for_what_is_urgent_takes_nothing_else(self):
        self.ready(tasks.mail_notice, 1, "x", "/")
        lane, _thread = worker.urgent_lane(make_worker())
        assert lane.claim_next() is None
        urgent = self.ready(tasks.announce)
        assert lane.claim_next() == urgent

    def test_no_task_is_taken_twice(self):
        self.ready()
        assert [make_worker(name).claim_next() is not None for name in ("one", "two")] == [True, False]


class FailureTests(WorkerTestCase):
    def test_task_that_failed_is_tried_again_ever_later_until_it_works(self):
        row = self.ready()
        pauses = []
        with self.doing([OSError("full"), OSError("full"), OSError("full"), 1]):
            for _try in range(4):
                make_worker().run()
                after = self.after(row)
                pauses.append(round((after.run_after - timezone.now()).total_seconds() / 60) if after.traceback else 0)
                DBTaskResult.objects.update(run_after=timezone.now())
        assert pauses == [1, 2, 4, 0]
        assert (self.after(row).status, self.after(row).traceback) == ("SUCCESSFUL", "")

    def test_it_is_given_up_in_the_end_and_the_desk_can_try_again(self):
        row = self.ready()
        DBTaskResult.objects.update(worker_ids=["x"] * (limits.MOST_TRIES - 1))
        with self.doing(ValueError("broken")):
            make_worker().run()
        assert (self.after(row).status, self.after(row).exception_class_path) == ("FAILED", "builtins.ValueError")
        assert worker.try_again(DBTaskResult.objects.all()) == 1
        with self.doing([1]):
            make_worker().run()
        assert self.after(row).status == "SUCCESSFUL"

    def test_what_has_a_clock_of_its_own_is_left_to_it(self):
        row = self.ready(purging.purge, ["x"])
        with (
            mock.patch.dict(purging.HOW, {"x": mock.Mock(side_effect=purging.NotPurged("no"))}),
            override_settings(CDN=["x"]),
            self.assertLogs("newsroom.serving.purging", "ERROR"),
        ):
            make_worker().run()
        assert self.after(row).status == "FAILED"

    def test_code_that_nobody_knows_here_fails_at_once(self):
        row = self.ready()
        DBTaskResult.objects.update(task_path="newsroom.no_such.task")
        make_worker().run()
        assert (self.after(row).status, "ModuleNotFoundError" in self.after(row).traceback) == ("FAILED", True)

    def test_task_that_hangs_is_interrupted_although_it_catches_every_exception(self):
        def hang():
            for _second in range(100):
                try:
                    time.sleep(0.1)
                except Exception:  # as tasks do that go on with the next
                    continue

        row = self.ready()
        with mock.patch.dict(limits.SECONDS, {USUAL: 0.05}), self.doing(hang):
            make_worker().run()
        assert self.after(row).exception_class_path == "newsroom.background.limits.TimeLimit"
        assert self.after(row).status == "READY"
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0

    def test_task_that_no_interrupt_reaches_ends_its_process(self):
        beat = heartbeat.Heartbeat("one")
        beat.begin(self.ready())
        with mock.patch.object(os, "kill") as ended:
            beat.end_if_stuck()
            assert not ended.called
            path, began, seconds = beat.tasks.popitem()[1]
            beat.tasks["main"] = (path, began - 2 * seconds - heartbeat.OVERTIME - 1, seconds)
            with self.assertLogs("newsroom.background.heartbeat", "CRITICAL"):
                beat.end_if_stuck()
        ended.assert_called_once_with(os.getpid(), signal.SIGKILL)


class MailTests(WorkerTestCase):
    def mails(self, error):
        user = User.objects.create(username=f"{error!r}", email="reporter@paper.example")
        rows = [self.ready(tasks.mail_notice, user.pk, f"{number}", "/") for number in range(5)]
        picture = self.ready(tasks.make_renditions, 0)
        with (
            mock.patch.object(EmailMessage, "send", side_effect=error) as send,
            self.assertLogs("articles.tasks", "ERROR"),
        ):
            make_worker().run()
        assert self.after(picture).status == "SUCCESSFUL"
        return rows, send.call_count

    def test_server_that_hangs_is_asked_by_one_mail_and_holds_nobody_else_up(self):
        for error in (TimeoutError("timed out"), SMTPServerDisconnected("gone"), ConnectionRefusedError()):
            with self.subTest(error=error):
                rows, asked = self.mails(error)
                assert asked == 1
                assert all(self.after(row).run_after > timezone.now() + timedelta(seconds=50) for row in rows)
                DBTaskResult.objects.all().delete()

    def test_mail_that_is_refused_keeps_no_other_from_being_tried(self):
        rows, asked = self.mails(SMTPDataError(550, "no"))
        assert asked == len(rows)


class DatabaseTests(WorkerTestCase):
    def test_outage_ends_no_worker(self):
        one, row = make_worker(), self.ready()
        kinds = [
            "database is locked",
            "starting up",
            "read-only",
            "did not answer within 65 seconds",
            "pool: no connection",
        ]
        trouble = [*map(OperationalError, kinds), InterfaceError("closed"), OutcomeUnknown("during the commit")]
        claim = mock.patch.object(one, "claim_next", side_effect=[*trouble, row, None])
        row.claim("one")
        with claim, mock.patch.object(time, "sleep") as slept, self.doing([1]):
            one.run()
        assert slept.call_count == len(trouble)
        assert self.after(row).status == "SUCCESSFUL"

    def test_what_was_done_while_the_database_went_away_is_not_done_again(self):
        row = self.ready()
        whole, tries = type(DBTaskResult.objects.all()).update, []

        def update(rows, **columns):
            tries.append(columns["status"])
            if len(tries) < 4:
                raise OperationalError("server closed the connection, or is read-only")
            if len(tries) == 4:  # it is stored, and nobody hears of it
                whole(rows, **columns)
                raise OutcomeUnknown("during the commit")
            return whole(rows, **columns)

        with (
            mock.patch.object(type(DBTaskResult.objects.all()), "update", update),
            mock.patch.object(time, "sleep"),
            self.doing([1]) as done,
        ):
            make_worker().run()
        assert (self.after(row).status, done.call_count, len(tries)) == ("SUCCESSFUL", 1, 5)

    def test_what_another_worker_took_up_meanwhile_is_not_written_over(self):
        one, row = make_worker(), self.ready()
        row = one.claim_next()
        DBTaskResult.objects.filter(pk=row.pk).update(started_at=timezone.now() + timedelta(seconds=1))
        one.settle(row, {"status": "FAILED"})
        assert self.after(row).status == "RUNNING"


class TakingUpTests(WorkerTestCase):
    def lost(self, **beat):
        """A task that another worker was doing."""
        row = self.ready()
        make_worker("other").claim_next()
        if beat:
            WorkerBeat.objects.create(worker="other", **({"host": "elsewhere", "process": 1} | beat))
        return row

    def taken_up(self, *, steady=True):
        beat = heartbeat.Heartbeat("one")
        beat.steady_since -= 1000 if steady else 0
        beat.beat()
        return beat.take_up()

    def test_what_a_silent_worker_did_is_done_by_the_next(self):
        row = self.lost(seen_at=timezone.now() - heartbeat.SILENT - timedelta(seconds=1))
        assert self.taken_up(steady=False) == 0  # the database may have been away for everybody
        assert self.taken_up() == 1
        assert self.taken_up() == 0
        with self.doing([1]) as done:
            make_worker().run()
        assert (self.after(row).status, done.call_count) == ("SUCCESSFUL", 1)

    def test_worker_has_its_row_before_it_takes_a_task(self):
        self.ready()
        with self.doing(lambda: WorkerBeat.objects.filter(worker="one").count()) as done:
            make_worker().run()
        assert done.call_count == 1
        assert DBTaskResult.objects.get().return_value >= 1

    def test_worker_that_beats_keeps_its_task(self):
        self.lost(seen_at=timezone.now() - timedelta(seconds=20))
        assert self.taken_up() == 0

    def test_process_that_is_gone_from_this_machine_is_not_waited_for(self):
        here = heartbeat.socket.gethostname()
        for process, count in ((os.getppid(), 0), (2**22 + 1, 1), (os.getpid(), 1)):
            with self.subTest(process=process):
                self.lost(host=here, process=process)
                assert self.taken_up(steady=False) == count
                WorkerBeat.objects.all().delete()
                DBTaskResult.objects.all().delete()

    def test_worker_of_older_code_is_given_an_hour(self):
        row = self.lost()
        assert self.taken_up() == 0
        DBTaskResult.objects.update(started_at=timezone.now() - heartbeat.UNKNOWN - timedelta(seconds=1))
        assert self.taken_up() == 1
        assert self.after(row).status == "READY"

    def test_task_that_kills_every_worker_is_given_up(self):
        row = self.lost(seen_at=timezone.now() - timedelta(hours=1))
        DBTaskResult.objects.update(worker_ids=["other"] * limits.MOST_TRIES)
        assert self.taken_up() == 1
        assert (self.after(row).status, self.after(row).exception_class_path.rpartition(".")[2]) == (
            *("FAILED", "WorkerLost"),
        )

    def test_beat_says_where_and_what_and_goes_when_it_is_stopped(self):
        beat = heartbeat.Heartbeat("one")
        beat.begin(self.ready())
        beat.beat()
        row = WorkerBeat.objects.get()
        assert (row.process, row.doing) == (os.getpid(), tasks.index_articles.module_path)
        assert heartbeat.living(timezone.now()).get() == row
        beat.end()
        beat.leave()
        assert not WorkerBeat.objects.exists()


class CommandTests(WorkerTestCase):
    def test_stopping_lets_what_is_urgent_end(self):
        one = make_worker()
        with (
            mock.patch.object(one.heartbeat, "start"),
            mock.patch.object(work, "keep_time"),
            mock.patch.object(one, "run", side_effect=SystemExit),
            mock.patch.object(work, "urgent_lane") as lane,
        ):
            lane.return_value = (mock.Mock(), mock.Mock())
            with pytest.raises(SystemExit):
                work.work(one)
        lane.return_value[1].join.assert_called_once_with(work.LAST_WAIT)
        assert one.heartbeat.stopped.is_set()


class ServeTests(SimpleTestCase):
    def watch(self, **children):
        """What ``serve`` does while its children are as given; returns which one ended it, and how often one began."""
        command = serve.Command(stdout=mock.Mock())
        command.stopping = False
        living = mock.Mock(**{"poll.return_value": None})

        def begin(*_args, **_kwargs):
            command.stopping = True
            return living

        given = {serve.SERVES: living, serve.WORKS: living} | children
        with (
            mock.patch.object(serve.subprocess, "Popen", side_effect=begin) as begun,
            mock.patch.object(serve.time, "monotonic", side_effect=itertools.count(0, 3)),
        ):
            return command._watch(given, {}), begun.call_count

    def test_worker_that_ended_is_started_again_and_the_paper_goes_on(self):
        assert self.watch(**{serve.WORKS: mock.Mock(**{"poll.return_value": 70})}) == (None, 1)

    def test_paper_without_a_web_server_is_stopped(self):
        assert self.watch(**{serve.SERVES: mock.Mock(**{"poll.return_value": 1})}) == (serve.SERVES, 0)


class PauseTests(SimpleTestCase):
    def test_pauses_double_up_to_an_hour(self):
        minutes = [limits.pause_after(tries).total_seconds() / 60 for tries in range(1, limits.MOST_TRIES)]
        assert minutes == [1, 2, 4, 8, 16, 32, 60]
