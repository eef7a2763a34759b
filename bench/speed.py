"""Requests per second and CPU per request of each kind of page, as ratios to a constant page in the same run.

    .venv/bin/python bench/speed.py [--json FILE] [--rounds 5] [--seconds 1.5]

The paper is the one that the NEWSROOM_* variables name, filled by bench/make_archive.py --articles 10000 --whole-texts.
Servers are on 127.0.0.1, and stop; they run as they do for readers, without debug and behind a proxy that says https.
"""

import argparse
import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
GUNICORN = [sys.executable, "-m", "gunicorn", "--log-level=error"]
CONNECTIONS = 16  # enough for both workers to be busy
TICKS = os.sysconf("SC_CLK_TCK")
ARTICLES = 500  # different ones, spread over the paper, where each is made
PAPER = 10_000  # articles of the paper that is measured
NEAR = 4  # cases after which the constant page is measured again, because a machine's speed varies
FOR_READERS = {
    "NEWSROOM_DEBUG": "0",
    "NEWSROOM_HOSTS": "127.0.0.1",
    "NEWSROOM_SECRET_KEY": secrets.token_urlsafe(50),
    "NEWSROOM_BEHIND_PROXY": "1",
}
ASKED = ("Accept-Encoding: br", "X-Forwarded-Proto: https")


@dataclass(frozen=True)
class Case:
    """One line of the table: the requests, and the server."""

    name: str
    server: str
    paths: list[str]
    headers: tuple[str, ...] = ASKED


def cases(has_redis: bool) -> list[Case]:
    # As bench/archive.py makes them; article number 0 is the newest.
    articles = [address(number) for number in range(0, PAPER, PAPER // ARTICLES)]
    paths_by_name = {
        "article": articles,
        "front page": ["/"],
        "section": ["/section-0/"],
        "section, a small one": ["/section-11/"],
        "latest": ["/latest/"],
        "tag, on half of the articles": ["/topics/tag-0/"],
        "tag, on few": ["/topics/tag-400/"],
        "feed": ["/feed/"],
        "search, common word": ["/search/?q=government"],
        "search, rare word": ["/search/?q=rareword500"],
        "sitemap of a month": ["/sitemap-2025-11.xml"],
        "rates": ["/rates/"],
    }
    kept_cases = [
        Case(f"kept: {name}", "kept", paths_by_name[name][:1]) for name in ("front page", "article", "feed", "rates")
    ]
    if has_redis:
        kept_cases.append(Case("kept, with Redis: article", "redis", articles[:1]))
    return [*kept_cases, *(Case(f"made: {name}", "bare", paths) for name, paths in paths_by_name.items())]


def address(number: int) -> str:
    sys.path.insert(0, str(BASE))
    from datetime import UTC, datetime, timedelta

    moment = datetime(2025, 12, 8, 6, 0, tzinfo=UTC) - timedelta(minutes=30) * number
    return f"/{moment:%Y/%m/%d}/article-{number}/"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def server(application: str, workers: int = 2, **variables: str):
    """Start gunicorn with ``application`` on a free port, yield process and ``host:port``, and stop it at the end."""
    place = f"127.0.0.1:{free_port()}"
    environment = os.environ | FOR_READERS | variables
    process = subprocess.Popen(
        [*GUNICORN, f"--workers={workers}", application, f"--bind={place}"], cwd=BASE, env=environment
    )
    try:
        wait_for(place)
        yield process, place
    finally:
        process.terminate()
        process.wait()


@contextmanager
def redis_server():
    """Start a Redis, if the machine has the program; else yield None."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    port = free_port()
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL
    )
    try:
        wait_for(f"127.0.0.1:{port}")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def wait_for(place: str) -> None:
    host, _, port = place.partition(":")
    for _try in range(200):
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"Nothing answers at {place}.")


def cpu_of(process: subprocess.Popen) -> float:
    """Return the seconds of CPU that a server's workers have used."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    fields = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in children)
    return sum(int(stat[11]) + int(stat[12]) for stat in fields) / TICKS


def ask(process: subprocess.Popen, place: str, case: Case, seconds: float) -> tuple[float, float]:
    """Return requests per second, and milliseconds of CPU per request."""
    headers = [part for header in case.headers for part in ("--header", header)]
    command = [sys.executable, str(BASE / "bench" / "load.py"), place, *case.paths]
    before = cpu_of(process)
    answer = subprocess.run(
        [*command, "--seconds", str(seconds), "--connections", str(CONNECTIONS), *headers],
        capture_output=True,
        text=True,
        check=True,
    )
    counts = json.loads(answer.stdout)
    if set(counts["statuses"]) - {"200", "304"} or counts["errors"]:
        sys.exit(f"{case.name}: {counts}")
    return counts["requests"] / counts["seconds"], (cpu_of(process) - before) * 1000 / counts["requests"]


def collect_static_files() -> None:
    """Collect them as for production, whose pages name them by their content."""
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, cwd=BASE, env=os.environ | FOR_READERS, check=True)


def measure(rounds: int, seconds: float) -> list[dict]:
    """Return a line for each case: medians of interleaved rounds, and ratios to the constant page just before."""
    collect_static_files()
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server())
        servers = {
            "constant": stack.enter_context(server("bench.constant")),
            "kept": stack.enter_context(server("newsroom.wsgi")),
            "bare": stack.enter_context(server("bench.bare")),
        }
        if redis:
            servers["redis"] = stack.enter_context(server("newsroom.wsgi", NEWSROOM_REDIS_URL=redis))
        constant = Case("constant page", "constant", ["/"])
        measured_cases = cases(bool(redis))
        measured_cases.append(returning_reader(servers["kept"][1]))
        for case in measured_cases:
            ask(*servers[case.server], case, 0.5)  # templates and statements are ready
        measurements: dict[str, list[tuple[float, float, float, float]]] = {
            case.name: [] for case in [constant, *measured_cases]
        }
        for _round in range(rounds):
            for number, case in enumerate(measured_cases):
                if number % NEAR == 0:
                    ratio_to = ask(*servers["constant"], constant, seconds)
                    measurements[constant.name].append((*ratio_to, 1.0, 1.0))
                rate, cpu = ask(*servers[case.server], case, seconds)
                measurements[case.name].append((rate, cpu, rate / ratio_to[0], ratio_to[1] / cpu))
    names = ("requests_per_second", "cpu_ms", "ratio", "cpu_ratio")
    return [
        {"name": name}
        | {key: statistics.median(column) for key, column in zip(names, zip(*lines, strict=True), strict=True)}
        for name, lines in measurements.items()
    ]


def returning_reader(place: str) -> Case:
    """Return the case of a reader who has the page already."""
    import http.client

    connection = http.client.HTTPConnection(place)
    connection.request("GET", "/", headers=dict(header.split(": ") for header in ASKED))
    answer = connection.getresponse()
    answer.read()
    return Case("kept: 304", "kept", ["/"], (*ASKED, f"If-None-Match: {answer.getheader('ETag')}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5)
    options = parser.parse_args()
    lines = measure(options.rounds, options.seconds)
    print(f"{'':32}{'requests/s':>11}{'CPU ms':>9}{'ratio':>8}{'by CPU':>8}")
    for line in lines:
        print(
            f"{line['name']:32}{line['requests_per_second']:11,.0f}{line['cpu_ms']:9.2f}"
            f"{line['ratio']:8.3f}{line['cpu_ratio']:8.3f}"
        )
    if options.json:
        Path(options.json).write_text(json.dumps(lines, indent=1))


if __name__ == "__main__":
    main()
