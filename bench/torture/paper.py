"""The paper under torture: a database, servers on 127.0.0.1 with folders of their own, and the clock of them all."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.speed import FOR_READERS, free_port

BASE = Path(__file__).resolve().parents[2]
CLOCK = Path(__file__).parent / "clock"
# Whatever day it is, the paper's clock begins a little before ten in the morning of that day: no midnight comes by.
BEGIN = datetime.now(ZoneInfo("Asia/Bishkek")).replace(hour=9, minute=59, second=40, microsecond=0)
# For root no file is read-only. Without these capabilities it is an owner like any other.
BOUND = "-dac_override,-dac_read_search"
LIKE_ANYBODY = [] if os.geteuid() else ["setpriv", f"--bounding-set={BOUND}", f"--inh-caps={BOUND}"]
WORD = re.compile(r"(Kurultai|Standfirst|Text|Corrected)(?:</mark>)? w(\d{3})x(\d{5})")  # of an article, by one save
PREPARE = """
import json
from articles.models import ArticleSection
from articles.tests.factories import make_article, make_section, make_user
from newsroom.tests.test_races import log_in
section = make_section(name="Business", slug="business")
country = make_section(name="Kyrgyzstan", slug="kyrgyzstan", kind="country")
people = [make_user(username=f"editor-{number}", is_superuser=True) for number in range(PEOPLE)]
stories = [make_article(section=section, slug=f"story-{number}").pk for number in range(STORIES)]
ArticleSection.objects.bulk_create(ArticleSection(article_id=story, section=country) for story in stories)
print(json.dumps({"sessions": [log_in(user) for user in people], "stories": stories}))
"""


class Clock:
    """How far the servers' clock is from the machine's: a file that each of them follows (clock/sitecustomize.py)."""

    def __init__(self, file: Path) -> None:
        self.file, self.offset, self.moved_at = file, 0.0, 0.0
        self.move(BEGIN.timestamp() - time.time())

    def move(self, seconds: float) -> None:
        """Put it forth, or back."""
        self.offset += seconds
        fresh = self.file.with_suffix(".new")
        fresh.write_text(repr(self.offset))
        fresh.replace(self.file)
        self.moved_at = time.time()

    def now(self) -> float:
        return time.time() + self.offset


class Sqlite:
    """A file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        from newsroom.tests import made_once

        self.file = folder / "database" / "newsroom.sqlite3"
        self.file.parent.mkdir()
        made_once.copy_file(self.file)
        self.url = f"sqlite:///{self.file}"

    def rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self.file, timeout=20)) as database:
            return database.execute(query).fetchall()

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        """Hold the lock without which nobody writes."""
        with closing(sqlite3.connect(self.file, timeout=20, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield

    def drop(self) -> None:
        """Nothing: the file goes with its folder."""


class Postgres:
    """A database of its own on the PostgreSQL of the tests."""

    def __init__(self, server: str) -> None:
        from newsroom.tests.made_once import DATABASE

        self.server, self.name = server, f"torture_{os.getpid()}_{time.time_ns()}"
        self.url = server.replace("/postgres?", f"/{self.name}?")
        self.tell(f"CREATE DATABASE {self.name} TEMPLATE {DATABASE}")
        # The server of the tests may forget the last moment's commits in a crash. This one must not.
        self.tell(f"ALTER DATABASE {self.name} SET synchronous_commit = on")

        if not os.geteuid():  # the server is another user's, and for root's group its socket can be reached, too
            data = Path(self.tell("SHOW data_directory")[0][0])
            os.chown(data, -1, os.getegid())
            data.chmod(0o750)

    def tell(self, statement: str, url: str = "") -> list[tuple]:
        import psycopg

        with closing(psycopg.connect(url or self.server, autocommit=True)) as database:
            cursor = database.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def rows(self, query: str) -> list[tuple]:
        return self.tell(query, self.url)

    def drop(self) -> None:
        self.tell(f"DROP DATABASE {self.name} WITH (FORCE)")


class Machine:
    """A machine: gunicorn and a task worker, with a folder of their own."""

    def __init__(self, folder: Path, code: Path, environment: dict[str, str]) -> None:
        folder.mkdir()
        self.folder, self.code, self.port = folder, code, free_port()
        self.place = f"127.0.0.1:{self.port}"
        own = {"NEWSROOM_VAR_DIR": str(folder), "NEWSROOM_WATCH_URLS": f"http://{self.place}/"}
        self.environment = environment | own
        self.server: subprocess.Popen | None = None
        self.worker: subprocess.Popen | None = None

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        how = {"cwd": self.code, "env": self.environment, "check": True, "stdout": subprocess.PIPE, "text": True}
        return subprocess.run(command, **how).stdout

    def start_server(self) -> None:
        self.server = self._start("-m", "gunicorn", "newsroom.wsgi", "--workers=2", f"--bind={self.place}")

    def start_worker(self) -> None:
        self.worker = self._start("manage.py", "work", "--no-reload", "--no-startup-delay", "--verbosity=0")

    def _start(self, *command: str) -> subprocess.Popen:
        with (self.folder / "log.txt").open("ab") as log:
            how = {"cwd": self.code, "env": self.environment, "start_new_session": True, "stdout": log, "stderr": log}
            return subprocess.Popen([*LIKE_ANYBODY, sys.executable, *command], **how)

    def processes(self) -> list[int]:
        """All that run here: the servers and their workers."""
        parents = [process.pid for process in (self.server, self.worker) if process]
        return [*parents, *(child for parent in parents for child in children_of(parent))]

    def kill(self, process: subprocess.Popen | None) -> None:
        """End a process with what it started, at once."""
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def children_of(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


class Paper:
    """All machines of a paper, its editors' sessions and the addresses of its articles.

    With a folder of collected styles and scripts it is served as in production, else in debug mode.
    """

    def __init__(
        self, folder: Path, database: Sqlite | Postgres, *, code: Path, machines: int = 1, static: Path | None = None
    ) -> None:
        self.folder, self.database, self.static = folder, database, static
        self.clock = Clock(folder / "clock")
        self.redis_port = free_port() if machines > 1 else 0
        self.redis: subprocess.Popen | None = None
        environment = (
            _usual_environment()
            | FOR_READERS
            | {
                "NEWSROOM_DEBUG": "0" if static else "1",
                "NEWSROOM_DATABASE_URL": database.url,
                "NEWSROOM_REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0" if self.redis_port else "",
                "NEWSROOM_SECOND_FACTOR": "nobody",
                "NEWSROOM_REFRESH_RATES": "0",
                "NEWSROOM_CHECK_LINKS": "0",
                "NEWSROOM_MEDIA_DIR": str(folder / "media"),
                "NEWSROOM_UPLOADS_DIR": str(folder / "uploads"),
                "TORTURE_CLOCK": str(self.clock.file),
                "PYTHONPATH": str(CLOCK),
            }
        )
        self.machines = [Machine(folder / f"machine-{number}", code, environment) for number in range(machines)]

    def prepare(self, people: int, stories: int) -> None:
        """Make editors with sessions, and articles."""
        if self.redis_port:
            self.start_redis()
        script = PREPARE.replace("PEOPLE", str(people)).replace("STORIES", str(stories))
        rows = json.loads(self.machines[0].manage("shell", "--verbosity=0", "-c", script).strip().splitlines()[-1])
        self.sessions, self.stories = rows["sessions"], rows["stories"]
        day = f"{BEGIN:/%Y/%m/%d}"
        self.pages = {story: f"{day}/story-{number}/" for number, story in enumerate(self.stories)}
        for machine in self.machines if self.static else []:
            (machine.folder / "static").symlink_to(self.static)

    def start(self) -> None:
        """Start everything, and wait until each machine answers."""
        for machine in self.machines:
            machine.start_server()
            machine.start_worker()

    def shared_folders(self) -> list[Path]:
        """Those of pictures, which all machines have."""
        tops = [self.folder / "media", self.folder / "uploads"]
        return [*tops, *(path for top in tops for path in top.rglob("*") if path.is_dir())]

    def log(self) -> str:
        """The end of what the first machine said."""
        return (self.machines[0].folder / "log.txt").read_text(errors="replace")[-3000:]

    def start_redis(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            sys.exit("There is no redis-server on this machine, which two machines need: apt-get install redis-server")
        options = ["--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", ""]
        self.redis = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, start_new_session=True)

    def stop(self) -> None:
        for machine in self.machines:
            machine.kill(machine.server)
            machine.kill(machine.worker)
        if self.redis:
            self.redis.kill()
            self.redis.wait()

    def store(self) -> dict:
        """What is stored of all saves: the numbers in revisions and working copies, and the keys of pictures."""
        revisions = self.database.rows("SELECT article_id, snapshot FROM articles_revision")
        copies = self.database.rows("SELECT id, headline FROM articles_article")
        numbers = {(story, number) for pk, text in revisions for _part, story, number in words_in(str(text))}
        return {
            "revisions": sorted(numbers),
            "copies": {pk: number for pk, text in copies for _part, _story, number in words_in(text)},
            "pictures": dict(self.database.rows("SELECT id, key FROM articles_image")),
        }


def words_in(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of articles in a text, in its order: the part, the article, the number of the save."""
    for part, story, number in WORD.findall(text):
        yield part, int(story), int(number)


def _usual_environment() -> dict[str, str]:
    """Return this process's variables, without those of its own paper."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("NEWSROOM_", "DJANGO_"))}


def collect_static(folder: Path) -> Path:
    """Collect styles and scripts below ``folder``, which takes a while, and return where they are."""
    environment = _usual_environment() | FOR_READERS | {"NEWSROOM_VAR_DIR": str(folder)}
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(command, cwd=BASE, env=environment, check=True)
    return folder / "static"
