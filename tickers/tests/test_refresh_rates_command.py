"""manage.py refresh_rates: what it says, stores and answers to the shell."""

from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import time_machine
from django.core.management import CommandError, call_command
from django.test import TestCase

from tickers import fetch
from tickers.models import Pair, Rate, Source
from tickers.providers.cbr import Cbr
from tickers.providers.ecb import Ecb
from tickers.providers.nbkr import Nbkr
from tickers.tests.factories import NOON, make_pair, make_rate
from tickers.tests.stub_bank import bank, nbkr, status
from tickers.tests.test_refresh import cbr


@time_machine.travel(NOON, tick=False)
class CommandTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.pair = make_pair(provider="nbkr", cross_check="")
        make_rate(cls.pair, date(2025, 12, 5), "0.01144", provider="nbkr")

    def setUp(self):
        served = bank()
        self.bank = served.__enter__()
        self.addCleanup(served.__exit__, None, None, None)
        for thing, name, value in (
            (fetch, "PAUSE", 0.001),
            (Nbkr, "host", self.bank.address),
            (Cbr, "host", self.bank.address + "/cbr"),
            (Ecb, "host", self.bank.address + "/ecb"),
        ):
            patch = mock.patch.object(thing, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def run_it(self, *arguments):
        said = StringIO()
        call_command("refresh_rates", *arguments, stdout=said)
        return said.getvalue()

    def refused(self, words, *arguments):
        with self.assertRaises(CommandError) as caught:
            self.run_it(*arguments)
        assert words in str(caught.exception), caught.exception


class RunTests(CommandTestCase):
    def test_says_each_pair_and_a_table(self):
        said = self.run_it()
        assert "[1/1] National Bank of the Kyrgyz Republic" in said
        assert "new       KGS/USD of 9 December 2025: 0.0113462302150111." in said
        assert "source          new  unchanged       held       none     failed" in said
        assert "nbkr              1          0          0          0          0" in said

    def test_failed_source_gives_the_shell_a_failure_and_the_others_are_stored(self):
        make_pair("RUB", provider="cbr", cross_check="")
        self.bank.answer = lambda handler: handler.reply(b"", 403) if "cbr" in handler.path else handler.reply(nbkr())
        self.refused("1 of 2 sources failed; the bar keeps the last rates that were accepted.")
        assert Rate.objects.filter(pair=self.pair).count() == 2

    def test_held_rate_is_no_failure(self):
        self.bank.answer = lambda handler: handler.reply(nbkr(dollar="500"))
        assert "held" in self.run_it()

    def test_dry_run_stores_nothing(self):
        assert "Nothing was stored" in self.run_it("--dry-run")
        assert Rate.objects.count() == 1
        assert not Source.objects.exists()

    def test_cron_asks_those_that_are_due(self):
        assert "No source is due." in self.run_it("--due")
        assert not self.bank.asked
        with time_machine.travel(NOON + timedelta(hours=3), tick=False):
            assert "new" in self.run_it("--due")
            assert "No source is due." in self.run_it("--due")
        self.refused("--due asks for the newest", "--due", "--date", "2025-12-08")

    def test_one_pair_or_one_source_alone(self):
        make_pair("RUB", provider="cbr", cross_check="")
        self.bank.answer = lambda handler: handler.reply(cbr() if "cbr" in handler.path else nbkr())
        self.run_it("--pair", "rub/usd")
        assert {path.split("/")[1] for path, _headers in self.bank.asked} == {"cbr"}
        self.bank.asked.clear()
        self.run_it("--provider", "nbkr")
        assert [path for path, _headers in self.bank.asked] == ["/XML/daily.xml"]

    def test_file_is_read_and_nobody_asked(self):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "answer.xml"
            path.write_bytes(nbkr())
            said = self.run_it("--provider", "nbkr", "--from-file", str(path))
            assert "new" in said
            assert "Nothing was compared with a second source" in said
            self.refused("can't be read: No such file", "--provider", "nbkr", "--from-file", f"{path}x")
        with mock.patch("sys.stdin", mock.Mock(buffer=mock.Mock(read=lambda _most: nbkr()))):
            assert "unchanged" in self.run_it("--pair", "KGS/USD", "--from-file", "-")
        assert not self.bank.asked
        assert not Source.objects.exclude(asked_at=None)


class PastTests(CommandTestCase):
    def days(self, handler):
        """The Russian bank: the day that was asked for, on weekends and Mondays Saturday's."""
        asked = date(*map(int, handler.path.split("=")[1].split("/")[::-1]))
        if asked.weekday() in {6, 0}:
            asked -= timedelta(days=1 if asked.weekday() == 6 else 2)
        handler.reply(cbr(day=asked))

    def test_past_is_filled_day_by_day_and_what_is_there_is_not_asked_for(self):
        pair = make_pair("RUB", provider="cbr", cross_check="")
        make_rate(pair, date(2025, 12, 3), "0.0131", provider="cbr")
        self.bank.answer = self.days
        said = self.run_it("--pair", "RUB/USD", "--since", "2025-12-02")
        stored = sorted(str(day) for day in pair.rates.values_list("effective_date", flat=True))
        assert stored == ["2025-12-02", "2025-12-03", "2025-12-04", "2025-12-05", "2025-12-06"]
        asked = [path.partition("=")[2][:2] for path, _headers in self.bank.asked]
        assert asked == ["02", "04", "05", "06", "08"]  # not Sunday
        assert "set no rates for 2025-12-08" in said
        self.bank.asked.clear()
        self.run_it("--pair", "RUB/USD", "--since", "2025-12-02")
        assert [path.partition("=")[2][:2] for path, _headers in self.bank.asked] == ["08"]

    def test_one_day(self):
        pair = make_pair("RUB", provider="cbr", cross_check="")
        self.bank.answer = self.days
        self.run_it("--provider", "cbr", "--date", "2025-12-04")
        assert [str(rate.effective_date) for rate in pair.rates.all()] == ["2025-12-04"]

    def test_long_answer_is_asked_for_once(self):
        pair = make_pair("EUR", provider="ecb", cross_check="")
        days = "".join(
            f'<Cube time="2025-12-{day:02}"><Cube currency="USD" rate="1.16{day:02}"/></Cube>'
            for day in (1, 2, 3, 4, 5)
        )
        answer = f'<x><Cube xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">{days}</Cube></x>'
        self.bank.answer = lambda handler: handler.reply(answer.encode())
        self.run_it("--provider", "ecb", "--since", "2025-12-01")
        assert pair.rates.count() == 5
        assert len(self.bank.asked) == 1

    def test_source_that_knows_no_days_says_so_once(self):
        self.refused("1 of 1 sources failed", "--since", "2025-12-01")
        assert not self.bank.asked

    def test_source_that_fails_three_days_in_a_row_is_left_alone(self):
        make_pair("RUB", provider="cbr", cross_check="")
        self.bank.answer = status(403)
        self.refused("1 of 1 sources failed", "--provider", "cbr", "--since", "2025-11-01")
        assert len(self.bank.asked) == 3
        assert not Source.objects.exclude(failures=0)


class SecondFileTests(CommandTestCase):
    """What a bank said and what its second source says, both from files."""

    def setUp(self):
        super().setUp()
        Pair.objects.update(cross_check="cbr")
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.save("nbkr.xml", nbkr())

    def save(self, name, content):
        (self.folder / name).write_bytes(content)

    def read(self, *files, **more):
        said = self.run_it(*(f"--from-file={code}={self.folder / name}" for code, name in files), *more.get("also", []))
        assert not self.bank.asked
        return said

    def test_files_are_compared_with_each_other(self):
        self.save("cbr.xml", cbr())
        said = self.read(("nbkr", "nbkr.xml"), ("cbr", "cbr.xml"))
        assert "new       KGS/USD of 9 December 2025: 0.0113462302150111. Bank of Russia says 0.0113463" in said
        assert "Compared with: cbr." in said

    def test_what_is_apart_is_held(self):
        self.save("cbr.xml", cbr("90,0000"))
        assert "which Bank of Russia says for 9 December 2025." in self.read(("nbkr", "nbkr.xml"), ("cbr", "cbr.xml"))
        assert Rate.objects.held().count() == 1

    def test_dry_run_tries_it(self):
        self.save("cbr.xml", cbr("90,0000", day=date(2025, 11, 9)))
        said = self.read(("cbr", "cbr.xml"), ("nbkr", "nbkr.xml"), also=["--dry-run"])
        assert "which Bank of Russia says for 9 November 2025." in said
        assert Rate.objects.count() == 1

    def test_nearest_day_of_a_long_file_is_compared(self):
        Pair.objects.update(base="EUR", cross_check="ecb", provider="cbr")
        cubes = "".join(
            f'<Cube time="2025-12-0{day}"><Cube currency="USD" rate="{rate}"/></Cube>'
            for day, rate in ((9, "1.16"), (8, "1.5"), (1, "1.4"))
        )
        text = f'<x><Cube xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">{cubes}</Cube></x>'
        self.save("ecb.xml", text.encode())
        euro = cbr().replace(b"</ValCurs>", b"<Valute><CharCode>EUR</CharCode><Nominal>1</Nominal><Value>88,7</Value>")
        self.save("cbr.xml", euro + b"</Valute></ValCurs>")
        Rate.objects.all().delete()
        assert "European Central Bank says 1.16000 for 9 December" in self.read(("cbr", "cbr.xml"), ("ecb", "ecb.xml"))

    def test_second_file_that_says_nothing_of_the_pair_is_told(self):
        self.save("cbr.xml", b"<ValCurs")
        said = self.read(("nbkr", "nbkr.xml"), ("cbr", "cbr.xml"))
        assert "Not compared: Bank of Russia: its answer is broken" in said
        assert Rate.objects.accepted().count() == 2

    def test_second_source_without_a_file_is_not_asked(self):
        assert "Nothing was compared with a second source" in self.read(("nbkr", "nbkr.xml"))

    def test_file_of_a_source_with_pairs_of_its_own_is_stored_too(self):
        make_pair("RUB", provider="cbr", cross_check="")
        self.save("cbr.xml", cbr())
        self.read(("nbkr", "nbkr.xml"), ("cbr", "cbr.xml"))
        assert Rate.objects.accepted().filter(pair__base="RUB").count() == 1

    def test_two_files_of_one_source_or_of_none_are_refused(self):
        path = self.folder / "nbkr.xml"
        self.refused("nbkr has two files", f"--from-file=nbkr={path}", f"--from-file=nbkr={path}")
        self.refused("nbkr has two files", f"--from-file={path}", f"--from-file=nbkr={path}")
        self.refused("Standard input is one file", "--from-file=nbkr=-", "--from-file=cbr=-")
        self.refused("No active pair has a source", f"--from-file=nbt={path}")


class RefusalTests(CommandTestCase):
    def test_what_cannot_be_meant_is_refused_in_words(self):
        make_pair("TMT", provider="peg", peg_value="0.2857")
        make_pair("RUB", provider="cbr")
        self.refused("There is no pair QQQ/USD. There are: KGS/USD", "--pair", "QQQ/USD")
        self.refused("TMT/USD is not fetched: its source is “Official peg”.", "--pair", "TMT/USD")
        self.refused("name one of them", "--date", "2025-12-01", "--since", "2025-12-01")
        self.refused("no bank sets rates for days after 2025-12-10", "--date", "2025-12-11")
        self.refused("“yesterday” is no day", "--date", "yesterday")
        self.refused("name the source, nbkr=PATH or by --provider", "--from-file", "x.xml")
        self.refused("A file holds one answer", "--from-file", "x.xml", "--since", "2025-12-01")
        self.refused("invalid choice: 'peg'", "--provider", "peg")
        Pair.objects.update(active=False)
        self.refused("No active pair has a source that can be asked")
        assert not self.bank.asked
