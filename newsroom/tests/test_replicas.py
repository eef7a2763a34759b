"""Readers may be answered by a replica, if it shows the newest; the desk never is."""

from unittest import mock

from django.http import HttpResponse
from django.test import RequestFactory, SimpleTestCase, override_settings

from articles.models import Edition
from newsroom.serving import generation, replicas

TOKEN = "0123456789abcdef.0-16B3748"


class Connection:
    """A replica that has replayed the log, or not, or is gone."""

    def __init__(self, reached=True, error=None):
        self.reached, self.error, self.asked = reached, error, []

    def cursor(self):
        if self.error:
            raise self.error
        return self

    def execute(self, sql, parameters):
        self.asked.append(parameters)

    def fetchone(self):
        return (self.reached,)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass


@override_settings(REPLICAS=["replica1"])
class ReplicaTests(SimpleTestCase):
    def setUp(self):
        replicas._reached.clear()
        replicas._away_until.clear()
        self.addCleanup(replicas._reached.clear)
        self.addCleanup(replicas._away_until.clear)

    def with_replica(self, connection):
        return mock.patch.object(replicas, "connections", {"replica1": connection})

    def answer(self, request, *statuses):
        """The aliases that models read from while a request is answered with ``statuses``, one after another."""
        asked, left = [], list(statuses or [200])
        router = replicas.ReadersMayAskReplicas()

        def view(request):
            asked.append(router.db_for_read(Edition))
            return HttpResponse(status=left.pop(0))

        with mock.patch.object(generation, "current", return_value=TOKEN):
            replicas.for_readers(view)(request)
        return asked

    def test_one_that_shows_the_generation_answers_and_is_asked_once(self):
        replica = Connection()
        with self.with_replica(replica):
            for _ in range(3):
                assert self.answer(RequestFactory().get("/")) == ["replica1"]
        assert replica.asked == [["0/16B3748"]]
        assert replicas.ReadersMayAskReplicas().db_for_read(Edition) == "default"

    def test_request_names_the_generation_that_its_database_shows(self):
        request = RequestFactory().get("/")
        with self.with_replica(Connection()):
            self.answer(request)
        assert request.generation == TOKEN
        request = RequestFactory().get("/")
        request.generation = "an older one"  # by the page cache, which read it first
        with self.with_replica(Connection()):
            assert self.answer(request) == ["default"]
        assert request.generation == "an older one"

    def test_one_that_is_behind_does_not(self):
        with self.with_replica(Connection(reached=False)):
            assert self.answer(RequestFactory().get("/")) == ["default"]

    def test_nor_for_a_generation_of_which_nobody_knows_the_position(self):
        with self.with_replica(Connection()):
            assert replicas.choose_database("0123456789abcdef") == "default"

    def test_one_that_is_gone_is_left_alone_for_a_while(self):
        with (
            self.with_replica(Connection(error=OSError("gone"))),
            self.assertLogs("newsroom.serving.replicas", "ERROR") as told,
        ):
            for _ in range(3):
                assert self.answer(RequestFactory().get("/")) == ["default"]
        assert len(told.records) == 1

    def test_where_it_fails_the_primary_answers(self):
        with self.with_replica(Connection()), self.assertLogs("newsroom.serving.replicas", "ERROR"):
            assert self.answer(RequestFactory().get("/"), 503, 200) == ["replica1", "default"]

    def test_desk_previews_staff_and_writing_ask_the_primary(self):
        staff = RequestFactory(headers={"cookie": "sessionid=x"}).get("/")
        with self.with_replica(Connection()):
            for request in (
                RequestFactory().get("/admin/"),
                RequestFactory().get("/preview/token/"),
                RequestFactory().post("/"),
                staff,
            ):
                assert self.answer(request) == ["default"]
        assert replicas.ReadersMayAskReplicas().db_for_write(Edition) == "default"
