"""A bank with many faults: nothing wrong is stored or shown, and the trouble is told."""

import time
from decimal import Decimal
from io import StringIO
from unittest import mock

import time_machine
from django.core.management import CommandError, call_command
from django.test import TestCase

from tickers import fetch, ratebar
from tickers.models import Rate, Source
from tickers.providers.nbkr import Nbkr
from tickers.tests.factories import BISHKEK, NOON, make_pair, make_rate
from tickers.tests.stub_bank import DAY, FAULTS, bank

SHORT = {"READ": 0.2, "WHOLE": 0.6}  # seconds, for a bank that is slow; the others get what banks get


@time_machine.travel(NOON, tick=True)
class FaultTests(TestCase):
    """It is Monday noon; the bank has Tuesday's rate, and Friday's is stored."""

    @classmethod
    def setUpTestData(cls):
        cls.pair = make_pair(provider="nbkr", cross_check="")
        make_rate(cls.pair, value="0.01144", effective_date=NOON.date(), provider="nbkr")

    def run_with(self, fault):
        waits = {"PAUSE": 0.01} | (SHORT if fault.is_slow else {})
        said, failed, start = StringIO(), "", time.monotonic()
        with (
            bank(fault.does) as server,
            mock.patch.object(Nbkr, "host", server.address),
            mock.patch.multiple(fetch, **waits),
        ):
            try:
                call_command("refresh_rates", stdout=said)
            except CommandError as error:
                failed = str(error)
        assert time.monotonic() - start < fetch.WHOLE
        return said.getvalue(), failed

    def test_nothing_wrong_is_stored_or_shown(self):
        before = ratebar.current_rows(NOON, BISHKEK)
        for name, fault in FAULTS.items():
            Rate.objects.exclude(effective_date=NOON.date()).delete()
            Source.objects.all().delete()
            with self.subTest(name):
                said, failed = self.run_with(fault)
                stored = Rate.objects.exclude(effective_date=NOON.date())
                if fault.taken:
                    assert [(rate.status, rate.effective_date) for rate in stored] == [("accepted", DAY)]
                    assert stored[0].value == Decimal("0.0113462302150111")
                    assert not failed
                elif fault.held:
                    assert [rate.status for rate in stored] == ["held"]
                    assert stored[0].held_reason in said
                    assert not failed
                else:
                    assert not stored
                    assert fault.says in said, said
                    assert "National Bank of the Kyrgyz Republic" in said
                    assert "1 of 1 sources failed" in failed
                assert Source.objects.get().failures == bool(failed)
                assert ratebar.current_rows(NOON, BISHKEK) == before
