"""Accidents while somebody types, on a real server: what was typed more than five seconds before is there afterwards.

Each run has an article of its own. There are five, one of each accident; ``make crash`` makes a hundred.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from unittest import SkipTest

import pytest
from django.conf import settings
from django.db import connection
from django.test import SimpleTestCase

from newsroom.management.commands.serve import MANAGE, SERVER
from newsroom.tests import made_once
from newsroom.tests.test_browser import press_key

RUNS = int(os.environ.get("NEWSROOM_CRASHES", "5"))
ACCIDENTS = ["tab closed", "worker killed", "server stopped", "network cut", "session deleted"]
GRACE = 5.0  # seconds: what is younger may be lost
START = 60  # seconds that a server gets
PREPARE = """
import json
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from articles.models import Article, Section

user = User.objects.create_superuser("writer", password="!")
section = Section.objects.create(name="Business", slug="business")
articles = [
    Article.objects.create(headline="Road", slug=f"road-{n}", body="<p>Begun.</p>", section=section)
    for n in range(%(articles)d)
]
keys = []
for _ in range(%(sessions)d):
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "newsroom.demo_users.DemoUsersInDebugOnly"
    session.save()
    keys.append(session.session_key)
print(json.dumps({"articles": [article.pk for article in articles], "sessions": keys}))
"""


class Server:
    """The paper on a database and a port of its own, served as ``manage.py serve`` does."""

    def __init__(self, folder):
        self.folder = Path(folder)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSROOM_", "DJANGO_"))}
        self.environment = kept | {"NEWSROOM_VAR_DIR": str(folder), "NEWSROOM_DEBUG": "1"}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.root = f"http://127.0.0.1:{self.port}"

    def prepare(self, articles, sessions):
        made_once.copy_file(self.folder / "newsroom.sqlite3")
        script = PREPARE % {"articles": articles, "sessions": sessions}
        return json.loads(self._manage("shell", "--verbosity=0", "-c", script).strip().splitlines()[-1])

    def _manage(self, *arguments):
        how = {"cwd": settings.BASE_DIR, "env": self.environment, "check": True, "capture_output": True, "text": True}
        return subprocess.run([*MANAGE, *arguments], **how).stdout

    def start(self):
        command = [*SERVER, f"--bind=127.0.0.1:{self.port}", "--log-level=critical"]
        how = {"cwd": settings.BASE_DIR, "env": self.environment, "start_new_session": True}
        self.process = subprocess.Popen(command, **how, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.root}/healthz", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("The server does not start.")

    def kill_workers(self):
        """As when the system runs out of memory; the server starts others."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        assert children
        for child in children:
            os.kill(int(child), signal.SIGKILL)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def query(self, sql, *values):
        with closing(sqlite3.connect(self.folder / "newsroom.sqlite3", timeout=20)) as database, database:
            return database.execute(sql, values).fetchall()


@pytest.mark.long
@pytest.mark.browser
class CrashTests(SimpleTestCase):
    """Runs with the same accident share it; each types into an article of its own, in a tab of its own."""

    databases = ()

    @pytest.fixture(autouse=True)
    def _a_browser(self, browser):
        self.browser = browser

    def setUp(self):
        if connection.vendor != "sqlite":
            raise SkipTest("Starts a server with a SQLite database of its own, so it runs once, with the SQLite tests.")
        folder = tempfile.TemporaryDirectory(prefix="newsroom-crash-")
        self.addCleanup(folder.cleanup)
        self.server = Server(folder.name)
        made = self.server.prepare(RUNS, len(ACCIDENTS) + 1)
        self.articles, self.sessions = made["articles"], made["sessions"]
        self.server.start()
        self.addCleanup(self.server.stop)
        self.context = self.browser.new_context(locale="en-GB")
        self.addCleanup(self.context.close)
        self.context.set_default_timeout(60_000)
        self.log_in()

    def log_in(self):
        self.session = self.sessions.pop()
        self.context.add_cookies([{"name": "sessionid", "value": self.session, "url": self.server.root}])

    def test_no_word_older_than_five_seconds_is_lost(self):
        lost, typed = {}, 0
        for number, accident in enumerate(ACCIDENTS):
            articles = self.articles[number :: len(ACCIDENTS)]
            words, missing = self.run_with(accident, articles)
            typed += words
            lost[accident] = missing
        count = sum(len(missing) for missing in lost.values())
        sys.__stdout__.write(f"\nCrash test: {RUNS} runs, {typed} words typed, {count} words lost.\n")
        assert not count, lost

    def run_with(self, accident, articles):
        """How many words were typed, and which of them are not there afterwards."""
        pages = {pk: self.open(pk) for pk in articles}
        expected = {pk: self.type(page, pk, "before") for pk, page in pages.items()}
        time.sleep(GRACE)
        if accident == "tab closed":
            for pk, page in pages.items():
                self.type(page, pk, "late")
        else:
            getattr(self, accident.replace(" ", "_"))()
            for pk, page in pages.items():
                expected[pk] |= self.type(page, pk, "after")
            time.sleep(GRACE)
        for page in pages.values():
            page.close()
        self.repair(accident)
        pages = {pk: self.open(pk) for pk in articles}
        missing = [word for pk, page in pages.items() for word in sorted(self.missing(page, expected[pk]))]
        self.take_up(pages, expected)
        for page in pages.values():
            page.close()
        return sum(len(words) for words in expected.values()), missing

    def open(self, pk):
        page = self.context.new_page()
        page.goto(f"{self.server.root}/admin/articles/article/{pk}/change/", wait_until="commit")
        return page

    def type(self, page, pk, when):
        """Type into the headline and into the body; the words that were typed."""
        page.bring_to_front()  # a tab behind others is hardly drawn
        page.locator(".tiptap").wait_for()
        page.locator(".kept[data-state]").wait_for()
        headline, body = f"head{pk}{when}", [f"body{pk}{when}{number}" for number in range(3)]
        page.locator("#id_headline").press("End")
        page.keyboard.insert_text(f" {headline}")
        page.locator(".tiptap").focus()
        press_key(page, "Control+End")
        for word in body:
            page.keyboard.type(" ")
            page.keyboard.insert_text(word)
        return {headline, *body}

    def worker_killed(self):
        self.server.kill_workers()

    def server_stopped(self):
        self.server.stop()

    def network_cut(self):
        self.context.set_offline(True)

    def session_deleted(self):
        self.server.query("DELETE FROM django_session WHERE session_key = ?", self.session)

    def repair(self, accident):
        if accident == "server stopped":
            self.server.start()
        if accident == "network cut":
            self.context.set_offline(False)
        if accident == "session deleted":
            self.log_in()

    def missing(self, page, words):
        """Words that are offered neither by the server nor by this browser, which may bring its own first."""
        page.bring_to_front()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            page.locator("[data-offers]").wait_for(state="attached")
            offered = page.locator("[data-offers]").inner_text()
            if not (left := {word for word in words if word not in offered}):
                return set()
            time.sleep(0.1)
        return left

    def take_up(self, pages, expected):
        """One of each accident's texts is taken up: it is in the form again."""
        pk, page = next(iter(pages.items()))
        page.bring_to_front()
        page.get_by_role("link", name="Take it up again").first.click()
        page.locator(".kept[data-state]").wait_for()
        filled = page.locator("#id_headline").input_value() + page.locator("#id_body").input_value()
        assert all(word in filled for word in expected[pk]), filled
