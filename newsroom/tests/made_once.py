"""The tables of the tests are made by the migrations once, and kept in ``var/tests`` until a migration changes.

What is kept is as the migrations leave it: permissions and groups follow from the code of the day, and each process
adds them.
"""

import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "tests"
GENERATIONS = 3  # so that somebody may go from branch to branch
DATABASE = "made"  # PostgreSQL's, of which each process's is a copy
OURS = re.compile(r"^ *(?:import|from) ((?:articles|ground|newsroom|tickers)[\w.]*)", re.MULTILINE)
MIGRATE = """
import django
from django.core.management import call_command
from django.db.models.signals import post_migrate

django.setup()
post_migrate.receivers = []
call_command("migrate", verbosity=0)
"""


def copy_tables() -> None:
    """Give this process's test database its tables: SQLite's file is copied, PostgreSQL is told what to copy from."""
    from django.db import connection

    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        copy_file(test["NAME"])
    else:
        test["TEMPLATE"] = DATABASE


def copy_file(path: str | Path) -> None:
    """An SQLite database with all tables and none of a test's rows."""
    kept = KEPT / f"{_key()}.sqlite3"
    with _only_one_makes():
        if not kept.exists():
            _keep(_make_file(KEPT / "making.sqlite3"), kept)
        shutil.copy(kept, path)


def fill_server(server, data: Path) -> None:
    """Give a PostgreSQL that does not run yet its folder ``data``, with a database that has all tables.

    ``server`` makes a server of a folder.
    """
    kept = KEPT / f"{_key()}.postgres"
    with _only_one_makes():
        if not kept.exists():
            making = data.with_name("making")
            _make_folder(server(making))
            _keep(_copy_folder(making, KEPT / "making.postgres"), kept)
        _copy_folder(kept, data)


@contextmanager
def _only_one_makes() -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait for the first
        yield


def _key() -> str:
    """Changes with the migrations, the modules of ours that they name, and what is installed."""
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    named = {module for file in migrations for module in OURS.findall(file.read_text())}
    paths = [ROOT / module.replace(".", "/") for module in sorted(named)]
    modules = [
        file for path in paths for file in [path.with_suffix(".py"), *sorted(path.rglob("*.py"))] if file.exists()
    ]
    made_from = [*migrations, *modules, ROOT / "requirements.txt", Path(__file__)]
    digest = hashlib.sha256(sys.version.encode())
    for file in made_from:
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _make_file(path: Path) -> Path:
    path.unlink(missing_ok=True)
    _migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = DELETE")  # everything is in the one file
    return path


def _make_folder(server) -> None:
    import psycopg

    server.start()
    address = server.get_uri()
    with closing(psycopg.connect(address, autocommit=True)) as database:
        database.execute(f"CREATE DATABASE {DATABASE}")
    _migrate(address.replace("/postgres?", f"/{DATABASE}?"))
    server.stop()


def _migrate(url: str) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "NEWSROOM_DATABASE_URL": url,
        "NEWSROOM_DEBUG": "1",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-c", MIGRATE], env=environment, check=True)


def _keep(made: Path, kept: Path) -> None:
    made.rename(kept)
    older = sorted(KEPT.glob(f"*{kept.suffix}"), key=lambda path: path.stat().st_ctime, reverse=True)[GENERATIONS:]
    for path in older:
        path.unlink() if path.is_file() else shutil.rmtree(path)


def _copy_folder(source: Path, target: Path) -> Path:
    """With its owner: PostgreSQL is no root's."""
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["cp", "-a", source, target], check=True)
    return target
