"""A small torture of the paper, and what the model says of made-up histories; ``make torture`` is the large one."""

import os
import random
import signal
import tempfile
from pathlib import Path
from unittest import skipUnless

import pytest
from django.db import connection
from django.test import SimpleTestCase

from bench.torture.model import Model
from bench.torture.paper import collect_static, words_in
from bench.torture.planted import planted_bugs
from bench.torture.running import Plan, summary, torture
from newsroom.tests.real_servers import Paper, children_of, gunicorn

FEED, PAGE = "/feed/", "/2026/12/01/story-0/"
AHEAD = 1000.0  # seconds by which the servers' clock is ahead in these histories


@pytest.mark.long
class TortureTests(SimpleTestCase):
    databases = {"default"}  # the paper has one of its own, of the same kind

    def test_a_paper_under_fire_loses_nothing_and_shows_nothing_late_or_half(self):
        with tempfile.TemporaryDirectory(prefix="newsroom-small-torture-") as folder:
            static = collect_static(Path(folder))  # so it is served as in production
            plan = Plan(
                "sqlite" if connection.vendor == "sqlite" else "postgres",
                random.randrange(10_000),
                seconds=0,
                history=Path(folder) / "history.jsonl",
                faults=["worker killed", "clock set forth", "database hung"],
                calm=1.0,
                hold=1.0,
                editors=2,
                readers=2,
                static=static,
                server="" if connection.vendor == "sqlite" else os.environ["NEWSROOM_TEST_SERVER"],
            )
            model = torture(plan)
        assert model.problems == [], f"seed {plan.seed}: {summary(model)}"
        assert [fault["name"] for fault in model.faults] == ["start", *plan.faults]
        done = {step["step"] for step in model.steps if step["outcome"] == "done"}
        assert done >= {"save", "publish"}, summary(model)
        assert len(model.reads) > 100


@skipUnless(connection.vendor == "sqlite", "The server has a database of its own, so it is tried once")
@pytest.mark.long
class KilledTests(SimpleTestCase):
    def test_pages_of_before_are_made_anew_when_a_worker_was_killed(self):
        """It may have committed something and not said so."""
        paper = Paper(self)
        process = paper.start(*gunicorn("--workers=1"))
        assert [paper.ask("/latest/") for _number in range(2)] == ["made", "hits"]
        (worker,) = children_of(process.pid)
        os.kill(worker, signal.SIGKILL)
        paper.wait_for(lambda: worker not in children_of(process.pid), "Nobody takes the place of the killed worker.")
        assert paper.wait_for(lambda: paper.ask("/latest/"), "The new worker does not answer.") == "made"


class PlantedTests(SimpleTestCase):
    def test_twenty_bugs_at_least_can_be_planted_in_the_code_as_it_is(self):
        bugs = planted_bugs()
        assert len({(bug["path"], bug["new"]) for bug in bugs}) >= 20
        for bug in bugs:
            assert bug["rule"]
            assert bug["old"] != bug["new"]


class Told:
    """A history in the making, a second after another."""

    def __init__(self):
        pages = {PAGE: 1}
        self.lines, self.now = [{"kind": "paper", "pages": pages}], 100.0

    def span(self, **values):
        self.now += 10
        return {"asked": self.now, "answered": self.now + 1, "offset": AHEAD, "status": 200} | values

    def step(self, step, number=0, **values):
        usual = {"kind": "step", "story": 1, "step": step, "number": number, "picture": None, "at": 0.0, "index": 0}
        usual |= {"outcome": "done", "saved": True}
        line = self.span(**usual | values)
        self.lines.append({"opened": [line["asked"] + line["offset"]] * 2} | line)
        return self

    def read(self, path, *numbers, **values):
        words = [(1, number) for number in numbers]
        usual = {"kind": "read", "path": path, "cache": "hits", "moved": False, "picture": "", "picture_status": 200}
        usual |= {"words": words, "first": 1 if words else None}
        usual["parts"] = [(part, 1) for part in ("Kurultai", "Standfirst", "Text") if words]
        self.lines.append(self.span(**usual | values))
        return self

    def place(self, story, **values):
        self.lines.append(self.span(kind="board", story=story, outcome="done") | values)
        return self

    def fault(self, seconds, **values):
        self.now += 10
        times = {"began": self.now, "ended": self.now + seconds, "well": self.now + seconds}
        self.lines.append({"kind": "fault", "name": "fire", "is_well": True} | times | values)
        return self

    def problems(self, *stored, allowance=0.0, copy=None):
        """What the model says if ``stored`` are the numbers of the saves that the database has."""
        copies = {"1": copy or stored[-1]} if stored else {}
        revisions = [(1, number) for number in stored]
        end = {"kind": "stored", "revisions": revisions, "copies": copies, "pictures": {"7": "abc"}}
        return [text for _time, text in Model([*self.lines, end], allowance).problems]


class ModelTests(SimpleTestCase):
    def test_words_of_pages_and_of_stored_texts_are_read(self):
        html = "<h1>Kurultai w012x00034</h1> <mark>Kurultai</mark> w001x00002 <p>Text w012x00034 goes on"
        assert list(words_in(html)) == [("Kurultai", 12, 34), ("Kurultai", 1, 2), ("Text", 12, 34)]

    def test_what_was_done_in_order_is_right(self):
        told = Told().step("save", 1).step("publish", 2).read(PAGE, 2).read(FEED, 2)
        told.step("withdraw").read(PAGE, status=410).read(FEED)
        told.step("publish", 3, picture=7).read(PAGE, 3, picture="/media/abc/1.jpg").place(1).read("/", 3)
        assert told.problems(1, 2, 3) == []

    def test_save_is_there_if_it_was_acknowledged_and_only_then(self):
        assert "is lost" in Told().step("save", 1).problems()[0]
        refused = Told().step("save", 1, outcome="refused", saved=False)
        assert refused.problems() == []
        assert "though refused" in refused.problems(1)[0]
        unknown = Told().step("save", 1, outcome="unknown", saved=None)
        assert unknown.problems() == unknown.problems(1) == []
        assert "the working copy is 1" in Told().step("save", 1).step("save", 2).problems(1, 2, copy=1)[0]

    def test_nothing_is_seen_that_is_over_or_to_come(self):
        assert "too late" in Told().step("publish", 1).step("withdraw").read(FEED, 1).problems(1)[0]
        assert "too late" in Told().step("publish", 1).step("publish", 2).read(PAGE, 1).problems(1, 2)[0]
        scheduled = Told().step("schedule", 1, at=AHEAD + 150)
        assert scheduled.read(FEED).problems(1) == []  # at 120
        assert "too early" in scheduled.read(FEED, 1).problems(1)[0]
        moved = Told().step("schedule", 1, at=AHEAD + 500).step("reschedule", at=AHEAD + 125)
        assert moved.read(PAGE, 1).problems(1) == []
        cancelled = Told().step("publish", 1).step("schedule", 2, at=AHEAD + 135).step("cancel")
        assert cancelled.read(PAGE, 1).problems(1, 2) == []
        # The form offered only 2, the last; the clock was set back before it was sent, and by then 1 is to come, too.
        history = Told().step("publish", 1).step("schedule", 2, at=AHEAD + 500)
        back = {"offset": AHEAD - 50, "opened": [AHEAD + 125] * 2}
        assert history.step("cancel", **back).read(PAGE, 1).problems(1, 2) == []
        ended = Told().step("publish", 1).step("take_down", at=AHEAD + 125)
        assert "too late" in ended.read(PAGE, 1).problems(1)[0]

    def test_step_within_an_uncertain_moment_of_before_was_before_it_or_after(self):
        """The clock was set back into the time that a publish took: 2 may have begun before 1 did, or after."""
        history = Told().step("publish", 1, answered=130.0)
        history.now = 140.0
        history.step("publish", 2, offset=AHEAD - 50)  # at 100 to 101 of the clock in which 1 was published until 130
        for number in (1, 2):
            assert history.read(PAGE, number, offset=AHEAD - 50).problems(1, 2) == []

    def test_time_chosen_within_an_uncertain_moment_is_before_it_or_after(self):
        """2 was scheduled, after the clock was set back, for a time in which 1 was being published."""
        history = Told().step("publish", 1, answered=130.0)
        history.now = 140.0
        history.step("schedule", 2, offset=AHEAD - 100, at=AHEAD + 120)
        for number in (1, 2):
            assert history.read(PAGE, number, offset=AHEAD).problems(1, 2) == []

    def test_all_that_is_to_come_goes_with_a_withdrawal(self):
        history = Told().step("publish", 1)
        for number in range(2, 6):
            history.step("schedule", number, at=AHEAD + 1000 * number)
        history.step("withdraw")
        history.now = 10_000.0
        assert history.read(FEED).problems(*range(1, 6)) == []
        assert "too late" in history.read(FEED, 5).problems(*range(1, 6))[0]

    def test_what_is_live_is_on_every_list(self):
        assert "is missing" in Told().step("publish", 1).read(FEED).problems(1)[0]
        assert "is missing" in Told().step("publish", 1).read(PAGE, status=404).problems(1)[0]
        assert Told().step("publish", 1).read("/").problems(1) == []

    def test_whoever_asks_during_a_step_may_get_either(self):
        told = Told().step("publish", 1).step("publish", 2)
        for number in (1, 2):
            assert Told.read(told, FEED, number, asked=told.now, answered=told.now + 0.5).problems(1, 2) == []
            told.now -= 10

    def test_step_without_an_answer_may_have_been_taken_or_not(self):
        told = Told().step("publish", 1).step("publish", 2, outcome="unknown", saved=None)
        assert told.read(FEED, 1).read(FEED, 2).problems(1, 2) == []
        told = told.step("withdraw")
        assert len(told.read(FEED, 1).read(FEED, 2).problems(1, 2)) == 2

    def test_step_that_can_not_be_is_no_acknowledged_one(self):
        assert "impossible" in Told().step("withdraw").problems()[0]

    def test_pages_may_be_as_old_as_several_machines_are_allowed(self):
        told = Told().step("publish", 1).step("withdraw")
        told.read(FEED, 1, asked=told.now + 1.5, answered=told.now + 1.6)
        assert told.problems(1, allowance=1.5) == []
        assert told.problems(1) != []

    def test_a_stale_page_is_the_last_good_one(self):
        told = Told().step("publish", 1).read(PAGE, 1).fault(40).step("withdraw").read(PAGE, 1, cache="stale")
        assert told.problems(1) == []
        told = Told().step("publish", 1).read(PAGE, 1).step("withdraw").read(PAGE, status=410).fault(40)
        assert "too late" in told.read(PAGE, 1, cache="stale").problems(1)[0]

    def test_errors_come_with_faults(self):
        assert Told().fault(40).read(FEED, status=503).read(FEED, status=0).problems() == []
        assert "without any fault" in Told().read(FEED, status=503).problems()[0]
        assert "without any fault" in Told().step("save", 1, status=500, outcome="unknown", saved=None).problems()[0]
        assert "never became well" in Told().fault(40, is_well=False).problems()[0]

    def test_nothing_is_half(self):
        told = Told().step("publish", 1).step("publish", 2, outcome="unknown", saved=None)
        assert "is half" in told.read(PAGE, 1, 2).problems(1, 2)[0]
        assert "is half" in Told().step("publish", 1).read(PAGE, 1, parts=[("Kurultai", 1)]).problems(1)[0]
        for picture, status in (("", 200), ("/media/def/1.jpg", 200), ("/media/abc/1.jpg", 404)):
            told = Told().step("publish", 1, picture=7).read(PAGE, 1, picture=picture, picture_status=status)
            assert "has the picture" in told.problems(1)[0]

    def test_what_was_placed_first_leads_unless_the_clock_went_back(self):
        assert "was placed first" in Told().step("publish", 1).place(1).read("/", 1, first=2).problems(1)[0]
        back = Told().step("publish", 1).place(1, offset=AHEAD + 500).place(1).read("/", 1, first=2)
        assert back.problems(1) == []
