"""A database that hangs or is locked: kept pages cost nothing, and every other answer is there within three seconds."""

import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from unittest import mock, skipUnless

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory, SimpleTestCase, TransactionTestCase, override_settings
from django.utils import timezone

from articles.desk.people import sessions
from articles.models import Article
from articles.models.redirect import Redirect, RedirectHits
from articles.tests.factories import make_article, make_chief, make_edition, make_section
from articles.tests.test_admin_article import change_address, typed
from newsroom.postgresql import patience
from newsroom.serving import generation, replicas
from newsroom.settings import DATABASE_LIMITS

if connection.vendor == "postgresql":
    from newsroom.tests.hung_database import SwallowingNetwork, another_connection, go_through

ANSWERED = 3.0 + 2.0  # seconds, and some more for a machine with other work
AT_ONCE = 0.5
WITH_CACHE = [settings.PAGE_CACHE, *settings.MIDDLEWARE]
REAL = override_settings(DATABASE_LIMITS=DATABASE_LIMITS, MIDDLEWARE=WITH_CACHE)


def begin_as_command(test):
    """Make this process one of a command for a test: whatever imported a server's entry has made it another one."""
    kind = mock.patch.dict(patience._usual, kind="command")
    kind.start()
    test.addCleanup(kind.stop)


class SlowTestCase(TransactionTestCase):
    """Readers and an editor, who ask for pages that were made before, and then something befalls the database."""

    def setUp(self):
        self.addCleanup(connection.close)
        shutil.rmtree(settings.VAR_DIR / "cache" / "pages", ignore_errors=True)
        self.article = make_article(headline="As saved", section=make_section(slug="business"))
        make_edition(section=self.article.section, live_from=timezone.now())
        self.reader, self.editor = (Client(raise_request_exception=False) for _name in range(2))
        self.editor.force_login(make_chief())
        generation.change()
        for client, address in ((self.reader, "/"), (self.reader, "/latest/"), (self.editor, self.form)):
            assert client.get(address).status_code == 200
        self.words = typed(self.article, headline="Typed", standfirst="Words of an hour", _continue="1")

    @property
    def form(self):
        return change_address(self.article)

    def read(self):
        return self.reader.get("/business/")  # nobody asked for it before

    def open_form(self):
        return self.editor.get(self.form)

    def save(self):
        return self.editor.post(self.form, self.words)

    def assert_soon(self, ask, words):
        """The page that says so, in time; then readers' kept pages, at once."""
        began = time.monotonic()
        response = ask()
        assert time.monotonic() - began < ANSWERED, ask.__name__
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5"), ask.__name__
        self.assertContains(response, words, status_code=503)
        if ask == self.save:
            self.assertContains(response, "Words of an hour", status_code=503)
        self.assert_kept_page_costs_nothing()

    def assert_kept_page_costs_nothing(self):
        began = time.monotonic()
        response = self.reader.get("/")
        assert time.monotonic() - began < AT_ONCE
        assert (response.status_code, response.headers["X-Cache"]) == (200, "hits")


@skipUnless(connection.vendor == "postgresql", "SQLite is a file")
@REAL
class HungTests(SlowTestCase):
    TROUBLE, NOTHING = "having technical problems", "nothing was saved just now"

    def test_on_a_connection_that_is_open_in_the_pool_or_not_made_yet(self):
        network = SwallowingNetwork(self)
        go_through(network, self)
        for state, asked in (
            (self.keep_open, ((self.read, self.TROUBLE), (self.save, self.NOTHING))),
            (connection.close, ((self.read, self.TROUBLE), (self.open_form, self.NOTHING))),
            (self.close_all, ((self.read, self.TROUBLE), (self.save, self.NOTHING))),
        ):
            for ask, words in asked:
                network.swallows = False
                assert Article.objects.filter(headline="As saved").exists()
                state()
                network.swallows = True
                with self.subTest(state.__name__, ask=ask.__name__):
                    self.assert_soon(ask, words)
                connection.close()
                connection.close_pool()
        network.swallows = False
        assert self.save().status_code == 302

    def keep_open(self):
        pass

    def close_all(self):
        connection.close()
        connection.close_pool()

    def test_on_a_server_that_is_stopped(self):
        process = connection.connection.info.backend_pid
        os.kill(process, signal.SIGSTOP)
        self.addCleanup(os.kill, process, signal.SIGCONT)
        self.assert_soon(self.save, self.NOTHING)

    def test_a_table_that_another_locks(self):
        with another_connection() as other:
            with other.transaction():
                other.execute("LOCK TABLE articles_article, articles_edition IN ACCESS EXCLUSIVE MODE")
                for ask, words in ((self.read, self.TROUBLE), (self.save, self.NOTHING)):
                    with self.subTest(ask.__name__):
                        self.assert_soon(ask, words)
                        connection.close()
            with other.transaction():  # the form can be shown, so nothing has to be typed anew
                other.execute("LOCK TABLE articles_revision IN EXCLUSIVE MODE")
                self.assert_soon(self.save, "Nothing was saved: the database can’t be written to")
        assert self.save().status_code == 302


@skipUnless(connection.vendor == "sqlite", "PostgreSQL has limits of its own")
@REAL
class BusyFileTests(SlowTestCase):
    """On SQLite one writes at a time. What somebody typed waits for the others; what a reader did not ask for never."""

    def test_what_nobody_asked_for_is_left_out_while_another_writes(self):
        Redirect.objects.create(source="/shop", target="/business/")
        self.reader.get("/")  # made anew after that
        report = {"effective-directive": "img-src", "blocked-uri": "data", "document-uri": "http://testserver/"}
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            moved = self.reader.get("/shop/")
            counted = self.reader.post("/policy-reports/", {"csp-report": report}, "application/json")
            sessions.noted.clear()
            assert self.open_form().status_code == 200
            assert time.monotonic() - began < ANSWERED
            assert (moved.status_code, moved.headers["Location"], counted.status_code) == (301, "/business/", 503)
            self.assert_kept_page_costs_nothing()
        assert self.reader.get("/shop/").status_code == 301
        assert RedirectHits.objects.get().hits == 1
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (20_000,)


@skipUnless(connection.vendor == "postgresql", "SQLite has no limits of its own")
@REAL
class KindsTests(TransactionTestCase):
    def setUp(self):
        begin_as_command(self)

    LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

    def shown(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT setting::int FROM pg_settings WHERE name = ANY(%s) ORDER BY name", [[*self.LIMITS]])
            idle, lock, statement = (row[0] / 1000 for row in cursor.fetchall())
            return statement, lock, idle

    def test_a_connection_that_goes_from_one_kind_of_work_to_another_has_the_limits_of_that(self):
        network = SwallowingNetwork(self)
        go_through(network, self)
        for kind in ("reader", "desk", "reader", "replica", "task", "command", "reader"):
            limits = DATABASE_LIMITS[kind]
            with self.subTest(kind), patience.doing(kind):
                connection.close()
                assert self.shown() == (limits.statement, limits.lock, limits.idle_in_transaction)
        with connection.cursor() as cursor:
            cursor.execute("SHOW jit")
            assert cursor.fetchone() == ("off",)

    def test_work_that_is_no_request_has_those_of_its_process(self):
        self.addCleanup(patience.begin_process, "command")
        for kind in ("task", "command"):
            patience.begin_process(kind)
            connection.close()
            assert self.shown()[1] == DATABASE_LIMITS[kind].lock

    def test_a_pooler_that_gives_connections_to_others_is_told_nothing(self):
        usual = connection.settings_dict["OPTIONS"]
        self.addCleanup(connection.close)
        options = {name: value for name, value in usual.items() if name != "prepare_threshold"}
        with mock.patch.dict(connection.settings_dict, OPTIONS=options), patience.doing("desk"):
            connection.close()
            assert self.shown() == (0, 0, 0)

    def test_a_pooler_s_server_that_hangs_is_not_waited_for_either(self):
        self.addCleanup(connection.close)
        with patience.doing("replica"), connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            began = time.monotonic()
            with self.assertRaisesMessage(OperationalError, "did not answer within 0.90 seconds"):
                cursor.execute("SELECT pg_sleep(8)")
            assert time.monotonic() - began < ANSWERED

    def test_a_command_may_take_its_time(self):
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(2.5)")

    def test_every_connection_to_a_server_gives_up_a_machine_that_is_gone(self):
        info = connection.settings_dict["OPTIONS"]
        assert {"connect_timeout", "keepalives_idle", "tcp_user_timeout"} <= info.keys()


@override_settings(DATABASE_LIMITS=DATABASE_LIMITS)
class PatienceTests(SimpleTestCase):
    def setUp(self):
        begin_as_command(self)

    def test_after_something_was_waited_for_in_vain_a_request_has_little_left(self):
        with patience.doing("desk"):
            assert patience.seconds_left(2) == 2
            patience.give_up_soon()
            assert patience.seconds_left(2) <= patience.REST
            with mock.patch.object(time, "monotonic", return_value=time.monotonic() + 60):
                assert patience.seconds_left(2) == patience.LEAST
        assert patience.seconds_left(2) == 2

    def test_what_is_no_request_is_tried_as_long_as_before(self):
        patience.give_up_soon()
        assert patience.seconds_left(8) == 8
        assert patience.seconds_left(0) is None

    def test_longest_way_to_an_answer_is_short_enough(self):
        limits = DATABASE_LIMITS
        for kind in ("reader", "desk"):
            assert max(limits[kind].answer, limits[kind].connection) + patience.REST <= 2.8
            assert limits[kind].lock < limits[kind].statement < limits[kind].answer
        replica = max(limits["replica"].answer, limits["replica"].connection) + patience.REST
        assert replica + replicas.AFTER_LATE <= 3

    def test_each_request_is_of_one_kind(self):
        kinds = []
        middleware = replicas.for_readers(lambda request: kinds.append(patience.current_limits()) or HttpResponse())
        request = RequestFactory()
        for asked in (request.get("/"), request.get("/admin/"), request.post("/policy-reports/")):
            middleware(asked)
        assert kinds == [DATABASE_LIMITS[kind] for kind in ("reader", "desk", "desk")]
        assert patience.current_limits() == DATABASE_LIMITS["command"]

    @override_settings(REPLICAS=["replica1"])
    def test_a_replica_that_hangs_leaves_the_primary_time_enough(self):
        limits, lefts = [], []

        def answer(request):
            limits.append(patience.current_limits())
            lefts.append(patience.seconds_left(60))
            patience.give_up_soon()
            return HttpResponse(status=503 if len(limits) == 1 else 200)

        clock = mock.Mock(monotonic=mock.Mock(side_effect=[0.0, 1.0, 1.0, 1.0]))
        with (
            mock.patch.object(replicas, "choose_database", return_value="replica1"),
            mock.patch.object(replicas, "time", clock),
            mock.patch.dict(replicas._away_until),
            self.assertLogs("newsroom.serving.replicas", "ERROR"),
        ):
            assert replicas.for_readers(answer)(RequestFactory().get("/")).status_code == 200
        assert limits == [DATABASE_LIMITS["replica"], DATABASE_LIMITS["reader"]]
        assert lefts[0] == 60
        assert 1 < lefts[1] <= replicas.AFTER_LATE
