"""Memory of one worker while it makes mixed pages, none of them from the page cache: after 5,000 and at the end.

    .venv/bin/python bench/memory.py [--answers 100000]

The paper is the one that the NEWSROOM_* variables name, filled by bench/make_archive.py --articles 10000; a login
and a picture are added to it. It ends with status 1 if the worker has more than 1.5 times what it had after 5,000.
"""

import argparse
import itertools
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import speed

EARLY = 5_000
MOST = 1.5
CLIENTS = 8
os.environ |= speed.FOR_READERS | {"NEWSROOM_SECOND_FACTOR": "nobody"}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
PICTURE = "ab/" + "ab" * 16 + "/safe.jpg"
# The page cache knows nobody who says who they are, and never keeps their pages.
UNKEPT = {"Authorization": "Basic bWVtb3J5Og==", "Accept-Encoding": "br", "X-Forwarded-Proto": "https"}


def pages(cookie: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield addresses with headers, eight kinds in turn, for ever."""
    for number in itertools.count():
        yield "/", UNKEPT
        yield f"/section-{number % 12}/", UNKEPT
        yield speed.address(number * 7 % speed.PAPER), UNKEPT
        yield f"/topics/tag-{number % 400}/", UNKEPT
        yield f"/search/?q=rareword{number % 5000}", UNKEPT
        yield "/feed/", UNKEPT
        yield f"/media/{PICTURE}", UNKEPT
        yield "/admin/", UNKEPT | {"Cookie": cookie}


def prepare() -> str:
    """Store a picture of 100 KB and the login of an administrator, and return its cookie."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage
    from django.test import Client

    if not default_storage.exists(PICTURE):
        default_storage.save(PICTURE, ContentFile(os.urandom(100_000)))
    user = User.objects.filter(username="memory").first() or User.objects.create_superuser("memory")
    client = Client(headers={"host": settings.SITE_HOST})
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Asking:
    """Asks from several threads at once, and notes what the worker holds after each ``step`` answers."""

    def __init__(self, place: str, worker: int, cookie: str, answers: int) -> None:
        self.place, self.worker, self.answers, self.step = place, worker, answers, min(EARLY, answers)
        self.requests, self.lock = pages(cookie), threading.Lock()
        self.given = self.done = 0
        self.statuses: Counter[int] = Counter()
        self.megabytes: list[float] = []

    def run(self) -> None:
        threads = [threading.Thread(target=self.ask) for _client in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def ask(self) -> None:
        connection = HTTPConnection(self.place, timeout=60)
        while request := self.next_request():
            path, headers = request
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            with self.lock:
                self.statuses[answer.status] += 1
                self.done += 1
                if self.done % self.step == 0:
                    self.megabytes.append(resident(self.worker))
                    print(f"{self.done:,} answers: {self.megabytes[-1]:.0f} MB", flush=True)
        connection.close()

    def next_request(self) -> tuple[str, dict[str, str]] | None:
        with self.lock:
            self.given += 1
            return next(self.requests) if self.given <= self.answers else None


def resident(process: int) -> float:
    """Return the megabytes of memory that a process holds: VmRSS of proc(5)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=100_000)
    options = parser.parse_args()
    cookie = prepare()
    speed.collect_static_files()
    with speed.server("newsroom.wsgi", workers=1) as (process, place):
        worker = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
        asking = Asking(place, worker, cookie, options.answers)
        asking.run()
    if set(asking.statuses) != {200}:
        sys.exit(f"Not all pages were made: {dict(asking.statuses)}")
    ratio = asking.megabytes[-1] / asking.megabytes[0]
    print(f"{ratio:.2f} times of what it was after {asking.step:,}; {MOST} are allowed.")
    sys.exit(ratio > MOST)


if __name__ == "__main__":
    main()
