"""The tables of the tests are made by the migrations once in a run; each process begins with a copy."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg
from django.db import connection

from newsroom.management.commands.serve import MANAGE

SHARED = Path(os.environ["NEWSROOM_TEST_SHARED"])  # set in tests/settings.py, by the first process for all
NAME = "made"


def copy() -> None:
    """Give this process's test database its tables: SQLite's file is copied, PostgreSQL is told what to copy from."""
    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        copy_file(test["NAME"])
    else:
        _make_once()
        test["TEMPLATE"] = NAME


def copy_file(path: str | Path) -> None:
    """An SQLite database with all tables and none of a test's rows."""
    _make_once()
    shutil.copy(SHARED / f"{NAME}.sqlite3", path)


def _make_once() -> None:
    with (SHARED / "making").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait for the first
        if not (SHARED / NAME).exists():
            _make()
            (SHARED / NAME).touch()


def _make() -> None:
    url = f"sqlite:///{SHARED / NAME}.sqlite3"
    if connection.vendor == "postgresql":
        server = os.environ["NEWSROOM_TEST_SERVER"]
        with closing(psycopg.connect(server, autocommit=True)) as database:
            database.execute(f"CREATE DATABASE {NAME}")
        url = server.replace("/postgres?", f"/{NAME}?")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "NEWSROOM_DATABASE_URL": url,
        "NEWSROOM_DEBUG": "1",
        "NEWSROOM_VAR_DIR": str(SHARED),
    }
    subprocess.run([*MANAGE, "migrate", "--verbosity=0"], env=environment, check=True)
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(SHARED / f"{NAME}.sqlite3")) as database:
            database.execute("PRAGMA journal_mode = DELETE")  # everything is in the one file
