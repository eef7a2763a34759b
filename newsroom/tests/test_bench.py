"""The servers that ``make bench`` compares start with the paper's own gunicorn.conf.py, and answer."""

import tempfile
from http.client import HTTPConnection

from django.test import SimpleTestCase

from bench import speed


class ServerTests(SimpleTestCase):
    databases = ()

    def ask(self, application, path):
        """Status and size of an answer, of a paper without tables."""
        with (
            tempfile.TemporaryDirectory() as folder,
            speed.server(application, NEWSROOM_VAR_DIR=folder, NEWSROOM_DATABASE_URL="") as (_process, place),
        ):
            connection = HTTPConnection(place, timeout=20)
            connection.request("GET", path, headers=dict(header.split(": ") for header in speed.ASKED))
            answer = connection.getresponse()
            return answer.status, len(answer.read())

    def test_the_constant_page_is_one_of_12_kilobytes(self):
        assert self.ask("bench.constant", "/") == (200, 12_288)

    def test_the_paper_without_its_page_cache_is_served(self):
        assert self.ask("bench.bare", "/healthz")[0] == 200
