"""The alarm: each fault is found, shown to those who look after the paper, mailed once, and over when it is over."""

import json
import logging
import sys
from datetime import timedelta
from io import StringIO
from unittest import mock

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.test import RequestFactory, SimpleTestCase, TestCase, override_settings
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from articles.desk import roles
from articles.models import Edition, PaperFault, WorkerBeat
from articles.tests.factories import make_edition, make_user
from ground.http import Failure, Reason
from ground.priorities import LATER
from newsroom.background import limits
from newsroom.backups import outcome
from newsroom.serving import request_log
from newsroom.tests.test_dashboard import make_failure
from newsroom.watch import alarm, checks, readers, sentry
from tickers.models import Source
from tickers.tests.factories import make_pair, make_rate

ROOT = "https://paper.example"


class WatchTestCase(TestCase):
    def setUp(self):
        self.now = timezone.now()
        WorkerBeat.objects.create(worker="one", host="here", process=1)
        room = mock.patch.object(checks, "LEAST_FREE", 0)  # whatever disk the tests run on
        room.start()
        self.addCleanup(room.stop)

    def keys(self, now=None):
        return [finding.key for finding in checks.find_faults(now or self.now)]

    def make_administrator(self):
        roles.make_groups()
        user = make_user("admin")
        user.groups.add(Group.objects.get(name=roles.ADMINISTRATOR))
        user.email, user.is_staff = "admin@paper.example", True
        user.save()
        return user


class CheckTests(WatchTestCase):
    def test_nothing_is_wrong_with_a_paper_that_runs(self):
        assert self.keys() == []

    def test_work_that_waits_too_long_of_each_kind(self):
        for kind, minutes in limits.WAITS.items():
            for more, keys in ((-1, []), (1, [f"waiting {kind}"])):
                for run_after in (get_date_max(), self.now - timedelta(minutes=minutes + more)):
                    with self.subTest(kind=kind, more=more, run_after=run_after):
                        row = DBTaskResult.objects.create(
                            priority=kind, args_kwargs={}, task_path="x", backend_name="default", run_after=run_after
                        )
                        queued = self.now - timedelta(minutes=minutes + more)
                        DBTaskResult.objects.update(enqueued_at=queued)
                        assert self.keys() == keys
                        row.delete()

    def test_nightly_work_that_failed_or_is_late(self):
        for kind in (outcome.BACKUP, outcome.DRILL):
            for fault, hours, keys in (("", 29, []), ("", 31, [f"backup {kind}"]), ("No room.", 1, [f"backup {kind}"])):
                with self.subTest(kind, fault=fault, hours=hours):
                    row = DBTaskResult.objects.create(
                        args_kwargs={"args": [kind, "All went well.", fault], "kwargs": {}},
                        task_path=outcome.note_outcome.module_path,
                        backend_name="default",
                        run_after=get_date_max(),
                        status="SUCCESSFUL",
                    )
                    DBTaskResult.objects.update(enqueued_at=self.now - timedelta(hours=hours))
                    assert self.keys() == keys
                    row.delete()

    def test_work_that_is_not_due_yet_does_not_wait(self):
        DBTaskResult.objects.create(
            priority=LATER, args_kwargs={}, task_path="x", backend_name="default", run_after=self.now
        )
        assert self.keys() == []

    def test_paper_without_a_living_worker(self):
        WorkerBeat.objects.update(seen_at=self.now - timedelta(seconds=61))
        assert self.keys() == ["workers"]

    def test_source_that_fails_and_rate_that_is_late(self):
        pair = make_pair(provider="nbkr", cross_check="")
        make_rate(pair, effective_date=(self.now - timedelta(days=30)).date())
        assert self.keys() == []  # nobody asked for rates here
        Source.objects.create(provider="nbkr", asked_at=self.now, failures=3, trouble="It took too long.")
        assert self.keys() == ["source nbkr", f"rate {pair.pk}"]

    def test_disk_that_is_nearly_full_or_has_no_files_left_or_cannot_be_written(self):
        with mock.patch.object(checks, "LEAST_FREE", 2**62):
            assert [key.split()[0] for key in self.keys()] == ["disk"]
        with mock.patch.object(checks, "LEAST_FILES", 2**62):
            assert [key.split()[0] for key in self.keys()] in (["disk"], [])  # some file systems count no files
        with mock.patch.object(checks.folders, "unwritable", return_value=[("pictures", "/x")]):
            assert self.keys() == ["folder pictures"]

    def test_check_that_breaks_is_a_fault_and_stops_no_other(self):
        WorkerBeat.objects.all().delete()
        broken = mock.Mock(side_effect=OSError, __name__="full_disks")
        with (
            mock.patch.object(checks, "CHECKS", (broken, checks.silent_workers)),
            self.assertLogs("newsroom.watch.checks", "ERROR"),
        ):
            assert self.keys() == ["check full_disks", "workers"]


@override_settings(WATCH_URLS=[f"{ROOT}/"])
class ReadersTests(WatchTestCase):
    def setUp(self):
        super().setUp()
        self.old = make_edition(headline="An old story", live_from=self.now - timedelta(hours=1))
        self.pages = {}

    def ask(self, address):
        path = address.removeprefix(ROOT)
        if path not in self.pages:
            self.pages[path] = readers.unquote(readers.html.unescape(self.client.get(path).content.decode()))
        return self.pages[path]

    def found(self):
        with mock.patch.object(readers, "read_page", self.ask):
            return [finding.key for finding in readers.watch_readers(timezone.now())]

    def keys_of(self, end):
        places = (readers.FRONT, readers.FEED, readers.SITEMAP, readers.SEARCH)
        return [f"readers {ROOT}{place} {end}" for place in places]

    def test_paper_that_shows_what_is_live_is_well(self):
        make_edition(headline="A new story", live_from=self.now)
        assert self.found() == []
        assert len(self.pages) == 4

    def test_page_that_lacks_what_went_live_is_overdue_everywhere(self):
        Edition.objects.all().delete()
        self.ask("/")
        make_edition(headline="A new story", live_from=self.now - timedelta(minutes=5))
        self.pages = dict.fromkeys(["/", "/feed/", "/news-sitemap.xml", "/search/?q=A+new+story"], self.pages["/"])
        assert self.found() == self.keys_of("overdue")

    def test_caches_on_the_way_get_two_minutes(self):
        self.found()
        make_edition(headline="A new story", live_from=timezone.now() - timedelta(seconds=100))
        self.pages["/search/?q=A+new+story"] = self.pages["/"]
        assert self.found() == []

    def test_page_that_shows_what_ended_is_found_everywhere(self):
        self.found()
        page = self.pages["/"]
        Edition.objects.update(live_until=timezone.now() - timedelta(minutes=5))
        self.pages = dict.fromkeys(["/", "/feed/", "/news-sitemap.xml", "/search/"], page)
        assert self.found() == self.keys_of("ended")

    def test_silent_server_is_found(self):
        for failure in (Failure(Reason.UNREACHED, "paper.example"), OSError("it answers 502")):
            with mock.patch.object(readers, "read_page", side_effect=failure):
                keys = [finding.key for finding in readers.watch_readers(self.now)]
            assert keys == self.keys_of("silent")

    def test_only_an_answer_of_200_counts(self):
        for status, expected in ((200, "a/é&"), (503, None), (404, None)):
            response = mock.Mock(status=status, body=b"a/%C3%A9&amp;")
            with mock.patch.object(readers.Client, "request", return_value=response):
                if expected:
                    assert readers.read_page(ROOT) == expected
                else:
                    with pytest.raises(OSError, match=str(status)):
                        readers.read_page(ROOT)


class AlarmTests(WatchTestCase):
    def setUp(self):
        super().setUp()
        self.make_administrator()
        WorkerBeat.objects.all().delete()

    def subjects(self):
        return [message.subject.partition(":")[0] for message in mail.outbox]

    def test_new_fault_is_mailed_once_and_once_when_it_is_over(self):
        for minutes in range(5):
            alarm.look(self.now + timedelta(minutes=minutes))
        assert self.subjects() == ["Newsroom"]
        assert mail.outbox[0].recipients() == ["admin@paper.example"]
        assert reverse("admin:machinery") in mail.outbox[0].body
        WorkerBeat.objects.create(worker="two", host="here", process=1, seen_at=self.now + timedelta(hours=9))
        alarm.look(self.now + timedelta(minutes=5))
        assert self.subjects() == ["Newsroom"]  # it may come back at once
        for minutes in (8, 9, 10):
            alarm.look(self.now + timedelta(minutes=minutes))
        assert self.subjects() == ["Newsroom", "Newsroom, over"]
        assert not PaperFault.objects.exists()

    def test_mail_that_fails_is_sent_at_the_next_look(self):
        with (
            mock.patch.object(EmailMessage, "send", side_effect=TimeoutError),
            self.assertLogs("newsroom.watch.alarm", "ERROR"),
        ):
            alarm.look(self.now)
        alarm.look(self.now + timedelta(minutes=1))
        assert self.subjects() == ["Newsroom"]

    def test_two_workers_mail_a_fault_once(self):
        PaperFault.objects.create(key="workers", text="x")
        row = PaperFault.objects.get()
        assert [alarm._claim(row, mailed_at=self.now) for _worker in range(2)] == [True, False]

    def test_error_of_a_page_is_told_once_and_over_in_an_hour(self):
        alarm.noted.clear()
        request = RequestFactory().get("/")
        for _time in range(3):
            try:
                raise ZeroDivisionError
            except ZeroDivisionError:
                alarm.note_error(None, request)
        WorkerBeat.objects.create(worker="two", host="here", process=1, seen_at=self.now + timedelta(hours=9))
        for minutes in (1, 30, 59):
            alarm.look(self.now + timedelta(minutes=minutes))
        assert self.subjects() == ["Newsroom"]
        assert "ZeroDivisionError" in mail.outbox[0].subject
        alarm.look(self.now + timedelta(minutes=62))
        assert self.subjects() == ["Newsroom", "Newsroom, over"]

    def test_command_says_what_is_wrong_and_ends_with_a_fault(self):
        out = StringIO()
        with self.assertRaisesMessage(CommandError, "1 faults"):
            call_command("watch", stdout=out)
        assert "No worker" in out.getvalue()


class MonitorTests(WatchTestCase):
    def test_loopback_or_the_token_and_nobody_else(self):
        with override_settings(METRICS_TOKEN="t0ken"):
            for given, status in (
                ({"REMOTE_ADDR": "127.0.0.1"}, 200),
                ({"REMOTE_ADDR": "::1"}, 200),
                ({"REMOTE_ADDR": "10.0.0.1"}, 403),
                ({"REMOTE_ADDR": ""}, 403),
                ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.1"}, 403),
                ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"}, 403),
                ({"REMOTE_ADDR": "10.0.0.1", "HTTP_AUTHORIZATION": "Bearer t0ken"}, 200),
                ({"REMOTE_ADDR": "10.0.0.1", "HTTP_AUTHORIZATION": "Bearer token"}, 403),
                ({"REMOTE_ADDR": "10.0.0.1", "HTTP_AUTHORIZATION": "Bearer "}, 403),
            ):
                with self.subTest(given=given):
                    assert self.client.get("/metrics", **given).status_code == status
                    is_full = "no faults" in self.client.get("/readyz?full", **given).content.decode()
                    assert is_full is (status == 200)
        assert self.client.get("/metrics", REMOTE_ADDR="10.0.0.1", HTTP_AUTHORIZATION="Bearer ").status_code == 403

    def test_numbers_are_in_the_format_of_prometheus(self):
        make_failure()
        PaperFault.objects.create(key='readers "x"\\\n', text="x", host="there")
        text = self.client.get("/metrics").content.decode()
        for line in (
            "# TYPE newsroom_faults gauge",
            "newsroom_faults 1",
            'newsroom_fault{key="readers \\"x\\"\\\\\\n",host="there"} 1',
            'newsroom_tasks{status="FAILED",priority="0"} 1',
        ):
            assert line in text.splitlines()
        for line in text.splitlines():
            assert line.startswith("# ") or line.rpartition(" ")[2].replace(".", "").replace("e+", "").isdecimal(), line

    def test_full_answer_names_each_fault(self):
        WorkerBeat.objects.all().delete()
        assert b"\nworkers: No worker" in self.client.get("/readyz?full").content


class DeskTests(WatchTestCase):
    def setUp(self):
        super().setUp()
        self.admin = self.make_administrator()
        self.client.force_login(self.admin)
        self.page = reverse("admin:machinery")

    def test_administrators_see_faults_on_their_first_page_and_others_do_not(self):
        WorkerBeat.objects.all().delete()
        assert b"No worker does the background work" in self.client.get(reverse("admin:index")).content
        self.admin.groups.set([Group.objects.get(name=roles.CHIEF_EDITOR)])
        assert b"No worker does the background work" not in self.client.get(reverse("admin:index")).content
        assert self.client.get(self.page).status_code == 403
        assert self.client.post(self.page, {"again": "all"}).status_code == 403

    def test_failed_work_is_tried_again_one_by_one_or_all_at_once(self):
        rows = [make_failure() for _row in range(3)]
        page = self.client.get(self.page).content.decode()
        assert all(str(row.pk) in page for row in rows)
        for again, ready in ((str(rows[0].pk), 1), ("nonsense", 1), ("all", 3)):
            self.client.post(self.page, {"again": again})
            assert DBTaskResult.objects.ready().count() == ready


class SentryTests(SimpleTestCase):
    def test_package_that_is_missing_is_named(self):
        with (
            mock.patch.dict(sys.modules, {"sentry_sdk": None}),
            pytest.raises(ImproperlyConfigured, match="pip install sentry-sdk"),
        ):
            sentry.start("https://key@sentry.example/1")

    def test_nothing_personal_is_sent(self):
        package = mock.Mock()
        with mock.patch.dict(sys.modules, {"sentry_sdk": package}):
            sentry.start("https://key@sentry.example/1")
        assert package.init.call_args.kwargs["send_default_pii"] is False


class LogTests(TestCase):
    def lines(self, path, **headers):
        stream = StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(request_log.JsonLines())
        request_log.logger.addHandler(handler)
        self.addCleanup(request_log.logger.removeHandler, handler)
        with self.modify_settings(MIDDLEWARE={"prepend": "newsroom.serving.request_log.log_requests"}):
            self.answer = self.client.get(path, headers=headers)
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    def test_request_has_an_id_a_path_a_user_and_a_duration(self):
        user = make_user("reporter")
        self.client.force_login(user)
        (line,) = self.lines("/admin/?word=secret", **{"X-Request-ID": "from-the-proxy"})
        assert (line["request"], line["path"], line["user"]) == ("from-the-proxy", "/admin/", str(user.pk))
        assert self.answer.headers["X-Request-ID"] == "from-the-proxy"
        assert line["milliseconds"] >= 0

    def test_no_secret_of_an_address_and_no_made_up_id_gets_into_it(self):
        for path in ("/preview/a-secret-token/?q=a-secret", "/admin/password/name/a-secret/", "/x?a-secret"):
            with self.subTest(path=path):
                (line,) = self.lines(path, **{"X-Request-ID": 'x"\t}'})
                assert "a-secret" not in json.dumps(line)
                assert len(line["request"]) == 20

    def test_error_is_one_line(self):
        record = logging.LogRecord("x", logging.ERROR, "", 1, "a\nb", (), (OSError, OSError("c\nd"), None))
        assert "\n" not in request_log.JsonLines().format(record)
