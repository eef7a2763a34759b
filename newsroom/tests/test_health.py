from unittest import mock

from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import RequestFactory, SimpleTestCase, TestCase, override_settings

from newsroom.serving import health


class HealthzTests(SimpleTestCase):  # one that may not ask the database
    def test_says_ok_without_a_database(self):
        response = self.client.get("/healthz")
        assert response.status_code == 200
        assert response.content == b"ok\n"
        assert "no-store" in response.headers["Cache-Control"]

    def test_a_probe_knows_an_address_only_and_no_https(self):
        with override_settings(SECURE_SSL_REDIRECT=True):
            response = self.client.get("/healthz", headers={"host": "10.1.2.3:8000"})
        assert response.status_code == 200
        assert response.headers["X-Content-Type-Options"] == "nosniff"


class ReadyzTests(TestCase):
    def test_a_probe_knows_an_address_only(self):
        assert self.client.get("/readyz", headers={"host": "10.1.2.3:8000"}).content == b"ok\n"

    def test_says_ok_when_the_database_answers(self):
        with self.assertNumQueries(1):
            response = health.readyz(RequestFactory().get("/readyz"))
        assert response.status_code == 200
        assert "no-store" in response.headers["Cache-Control"]

    def test_says_503_when_the_database_fails(self):
        with mock.patch.object(CursorWrapper, "execute", side_effect=OperationalError("gone")):
            response = self.client.get("/readyz")
        assert response.status_code == 503
        assert response.content == b"database does not answer\n"
        assert "no-store" in response.headers["Cache-Control"]

    def test_stays_ready_without_redis_as_pages_go_on(self):
        with (
            override_settings(REDIS_URL="redis://127.0.0.1:1/0"),
            self.assertLogs("newsroom.serving.health", "ERROR"),
        ):
            response = self.client.get("/readyz")
        assert (response.status_code, response.content) == (200, b"ok, without Redis\n")

    def test_says_503_while_it_is_being_emptied_and_goes_on_answering(self):
        health.draining().touch()
        self.addCleanup(health.draining().unlink)
        response = self.client.get("/readyz")
        assert (response.status_code, response.content) == (503, b"draining\n")
        assert self.client.get("/healthz").status_code == 200
        assert self.client.get("/").status_code == 200

    def test_answers_nothing_but_reading(self):
        assert self.client.post("/readyz").status_code == 405
