"""Freshness under fire: readers ask for the same pages all the time while an editor publishes; is anybody too late?

    .venv/bin/python bench/fire.py [--changes 200] [--readers 50] [--root http://127.0.0.1:8000] [--header "A: b"]

Run it on the machine of a server, with that server's NEWSROOM_* variables: it writes through the workflow, as the
desk does, and reads through the server. Each change puts a word of its own on a page; an answer is too old if it was
asked for after the change was committed (or after the instant it was scheduled for) and does not have the word.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

import django

django.setup()

from django.contrib.auth.models import User
from django.utils import timezone

from articles.desk import workflow
from articles.models import Article, Section

STEPS = ("publish", "schedule", "correct", "withdraw")


@dataclass
class State:
    """What readers must get from an instant on (seconds since 1970): the number of the change on each page."""

    article: Article
    number: int = 0
    since: float = 0.0
    is_live: bool = True
    is_changing: bool = False  # either answer is right
    lock: threading.Lock = field(default_factory=threading.Lock)

    def become(self, number: int, since: float, *, is_live: bool = True) -> None:
        with self.lock:
            self.number, self.since, self.is_live, self.is_changing = number, since, is_live, False

    def now(self) -> tuple[int, float, bool, bool]:
        with self.lock:
            return self.number, self.since, self.is_live, self.is_changing


@dataclass
class Seen:
    """The answers that the readers got."""

    answers: int = 0
    errors: list[str] = field(default_factory=list)
    late: list[tuple[float, str]] = field(default_factory=list)  # seconds after the instant, and what was answered
    times: list[float] = field(default_factory=list)
    how: dict[str, int] = field(default_factory=dict)


def number_in(text: str) -> int:
    """Return the number of the newest change on a page; -1 if there is none."""
    return max((int(part[:6]) for part in text.split("burning")[1:]), default=-1)


def read(state: State, path: str, options, results: Seen, ended: threading.Event) -> None:
    """Request ``path`` again and again, and check that the answer has what was true before the request."""
    place = urlsplit(options.root)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    headers = dict(line.split(": ", 1) for line in options.header)
    while not ended.is_set():
        expected = number, since, is_live, is_changing = state.now()
        requested_at = time.time()
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except OSError as error:
            results.errors.append(f"{path}: {error!r}")
            connection.close()
            continue
        results.answers += 1
        results.times.append(time.time() - requested_at)
        results.how[answer.getheader("X-Cache", "none")] = results.how.get(answer.getheader("X-Cache", "none"), 0) + 1
        statuses = {200} if is_live or path != state.article.page else {410}
        changed = is_changing or state.now() != expected
        met = f"{path} {answer.status} {answer.getheader('X-Cache')} {answer.getheader('X-Proxy-Cache')}"
        if answer.status not in {200, 410}:
            results.errors.append(f"{path}: {answer.status}")
        elif changed or requested_at < since:
            continue  # either is right
        elif (
            answer.status not in statuses
            or (is_live and number_in(text) < number)
            or (not is_live and path != state.article.page and number_in(text) >= 0)
        ):
            results.late.append((requested_at - since, met))


def edit(state: State, options, results: Seen, writer: User) -> None:
    """Publish, schedule, correct and withdraw in random order, each change with a number of its own."""
    for number in range(1, options.changes + 1):
        step = random.choice(STEPS) if state.is_live else "publish"
        state.is_changing = True
        article = Article.objects.get(pk=state.article.pk)
        if step == "withdraw":
            workflow.withdraw(article, by=writer, reason="Taken down by the bench.")
            state.become(number, time.time(), is_live=False)
        else:
            article.headline = f"burning{number:06d} in a headline"
            if step == "correct":
                article.dated_corrections = [{"day": "2026-01-01", "text": f"Correction {number}."}]
            article.save()
            if step == "schedule":
                start = timezone.now() + timedelta(seconds=random.uniform(0.3, 1.2))
                workflow.schedule(article, at=start, by=writer)
                while timezone.now() < start:
                    time.sleep(0.01)
                state.become(number, start.timestamp())
            else:
                workflow.publish(article, by=writer)
                state.become(number, time.time())
        time.sleep(random.uniform(0.02, options.pause))


def run(options) -> tuple[Seen, int]:
    writer, _new = User.objects.get_or_create(username="fire", defaults={"is_superuser": True, "is_staff": True})
    section = Section.objects.filter(parent=None).first()
    article = Article.objects.create(
        headline="burning000000 in a headline", slug=f"fire-{time.time_ns()}", section=section, body="<p>Words.</p>"
    )
    edition = workflow.publish(article, by=writer)
    article.page = edition.path
    state, results, ended = State(article, since=time.time()), Seen(), threading.Event()
    pages = ["/", section.get_absolute_url(), "/feed/", "/news-sitemap.xml", edition.path]
    readers = [
        threading.Thread(target=read, args=[state, pages[number % len(pages)], options, results, ended])
        for number in range(options.readers)
    ]
    for reader in readers:
        reader.start()
    try:
        edit(state, options, results, writer)
    finally:
        ended.set()
        for reader in readers:
            reader.join()
        if state.is_live:
            workflow.withdraw(Article.objects.get(pk=article.pk), by=writer, reason="The bench has ended.")
    return results, options.changes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--pause", type=float, default=0.3, help="Seconds between two changes, at most.")
    parser.add_argument("--root", default="http://127.0.0.1:8000")
    parser.add_argument("--header", action="append", default=[])
    options = parser.parse_args()
    if urlsplit(options.root).hostname not in {"127.0.0.1", "localhost"}:
        sys.exit("It asks this machine alone.")
    results, changes = run(options)
    print(f"{changes} changes, {results.answers:,} answers, {len(results.errors)} errors, {len(results.late)} too old")
    if results.late:
        for after, met in sorted(results.late, reverse=True)[:10]:
            print(f"{after * 1000:.0f} ms after the instant: {met}")
    for error in results.errors[:5]:
        print(error)
    print(
        f"Answers: median {statistics.median(results.times) * 1000:.1f} ms, slowest {max(results.times) * 1000:.0f} ms"
    )
    print(json.dumps(results.how))
    sys.exit(bool(results.errors or results.late))


if __name__ == "__main__":
    main()
