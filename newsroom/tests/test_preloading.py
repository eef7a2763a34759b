"""gunicorn may load the code before it forks: whatever has threads or connections begins in a worker."""

from unittest import skipUnless

import pytest
from django.db import connection
from django.test import SimpleTestCase

from newsroom.serving import generation
from newsroom.tests.real_servers import Paper, StandInRedis, children_of, gunicorn, sockets_of, threads_of


@pytest.mark.long
@skipUnless(connection.vendor == "sqlite", "The server has a database of its own, so it is tried once")
class PreloadingTests(SimpleTestCase):
    def start(self, **variables):
        paper = Paper(self, **variables)
        process = paper.start(*gunicorn("--preload", "--workers=1"))
        assert len(children_of(process.pid)) == 1
        return paper, process

    def assert_master_is_bare(self, process):
        """What a fork would tear apart: a thread, a connection of its own, an open database."""
        assert threads_of(process.pid) == 1
        (worker,) = children_of(process.pid)
        assert len(sockets_of(process.pid)) == 1, "only the address that it listens on"
        assert sockets_of(process.pid) <= sockets_of(worker)

    def test_without_redis_pages_are_kept(self):
        paper, process = self.start()
        self.assert_master_is_bare(process)
        assert [paper.ask("/latest/") for _number in range(2)] == ["made", "hits"]

    def test_with_redis_each_worker_hears_of_other_machines(self):
        redis = StandInRedis(self)
        paper, process = self.start(NEWSROOM_REDIS_URL=redis.address)
        self.assert_master_is_bare(process)
        key, link = generation.KEY.encode(), paper.folder / "generation" / "current"
        paper.wait_for(lambda: key in redis.values, "The worker tells Redis of no generation.")
        paper.wait_for(lambda: paper.ask("/latest/") == "hits", "No page is kept: the worker is deaf.")
        redis.values[key] = b"of-another-machine"
        paper.wait_for(lambda: link.readlink().name == "of-another-machine", "The worker does not hear.")
        assert paper.ask("/latest/") == "made"
        assert threads_of(process.pid) == 1
