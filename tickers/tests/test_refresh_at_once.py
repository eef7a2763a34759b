"""Many refreshes at once, and refreshes that are killed: each rate once, and whole answers only."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from unittest import mock

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import TransactionTestCase
from django.utils import timezone

from tickers import decisions, refresh
from tickers.models import Pair, Rate, Source
from tickers.providers.nbkr import Nbkr
from tickers.tests.factories import make_pair, make_rate
from tickers.tests.stub_bank import bank, nbkr

AT_ONCE = 20
TOGETHER = 12
KILLED = 5
CODES = ["USD", "KZT", "EUR", "CNY", "RUB", "TRY", "JPY", "GBP"]
SCRIPT = """
import sys, django
django.setup()
from tickers import refresh
from tickers.providers.nbkr import Nbkr
Nbkr.host = sys.argv[1]
refresh.refresh_newest()
"""


def answer(day):
    return nbkr(day, rows=[(code, "1", f"{number + 2},5") for number, code in enumerate(CODES)])


class AtOnceTests(TransactionTestCase):
    def setUp(self):
        for code in CODES:
            make_pair("KGS", quote=code, provider="nbkr", cross_check="")
        self.today = timezone.localdate()

    def test_twenty_refreshes_give_each_rate_once(self):
        barrier = Barrier(AT_ONCE)

        def one(_number):
            try:
                barrier.wait(timeout=30)
                return refresh.refresh_newest()
            finally:
                connections.close_all()

        served = bank(lambda handler: handler.reply(answer(self.today)))
        with served as server, mock.patch.object(Nbkr, "host", server.address), ThreadPoolExecutor(AT_ONCE) as pool:
            summaries = list(pool.map(one, range(AT_ONCE)))
        assert Rate.objects.count() == Rate.objects.accepted().count() == len(CODES)
        assert sum(summary.count(refresh.NEW) for summary in summaries) == len(CODES)
        assert sum(summary.count(refresh.UNCHANGED) for summary in summaries) == len(CODES) * (AT_ONCE - 1)
        assert Source.objects.get().failures == 0

    def test_of_many_rates_accepted_at_once_for_a_day_one_stands(self):
        pair, desk = Pair.objects.first(), User.objects.create(username="desk")
        values = [f"0.02{number:02}" for number in range(TOGETHER)]
        held = [make_rate(pair, self.today, value, provider="nbkr", status="held") for value in values]
        barrier = Barrier(TOGETHER)

        def one(rate):
            try:
                barrier.wait(timeout=30)
                decisions.accept_rate(rate, by=desk)
            except decisions.DecisionError as refusal:
                return str(refusal)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(TOGETHER) as pool:
            said = list(pool.map(one, held))
        assert Rate.objects.accepted().count() == 1
        assert Rate.objects.held().count() == TOGETHER - 1
        assert len([text for text in said if text and "would replace" in text]) == TOGETHER - 1

    def test_two_workers_at_once_ask_a_source_once(self):
        barrier = Barrier(2)

        def one(_number):
            try:
                barrier.wait(timeout=30)
                return refresh._claim("nbkr", timezone.now())
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(one, range(2))) == [False, True]

    def test_killed_refresh_leaves_whole_answers_only(self):
        with bank() as server:
            for number in range(KILLED):
                day = self.today - timedelta(days=KILLED - number)
                server.asked.clear()
                server.answer = lambda handler, day=day: handler.reply(answer(day))
                self.kill(server)
                assert Rate.objects.filter(effective_date=day).count() in {0, len(CODES)}
            with mock.patch.object(Nbkr, "host", server.address):
                refresh.refresh_newest()
        assert Rate.objects.filter(effective_date=day).count() == len(CODES)
        assert Pair.objects.count() == len(CODES)

    def kill(self, server):
        """Start a refresh, and kill it a moment after it has asked."""
        command = [sys.executable, "-c", SCRIPT, server.address]
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "newsroom.settings",
            "NEWSROOM_DATABASE_URL": database_url(),
            "NEWSROOM_DEBUG": "1",
        }
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 30
        while not server.asked and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        assert server.asked, process.stderr.read()
        time.sleep(random.uniform(0, 0.06))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()


def database_url():
    """The address of the database that this test has."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["NEWSROOM_TEST_SERVER"].replace("/postgres?", f"/{name}?")
