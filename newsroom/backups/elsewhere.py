"""A paper of its own beside this one, for a while: its own database and folders, filled by ``manage.py restore``."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, connections

from newsroom import env
from newsroom.backups.archive import BackupError
from newsroom.backups.snapshot import connected
from newsroom.env import PREFIX

LEFT = 2 * 24 * 3600  # seconds after which what a drill or a copy made belongs to none that still runs
ALONE = ("REDIS_URL", "CDN", "REPLICA_URLS", "S3_URL", "MEDIA_DIR", "UPLOADS_DIR")  # it shares nothing with this one
DRILL = re.compile(r"drill_(\d{9,11})_[0-9a-f]{12}")  # the database of a drill, with the second in which it began
LAST_LINES = 50  # of what a restore said before it failed
TROUBLE = 2000  # letters of what a restore said before it failed


def restore_elsewhere(name: str, place: str, database_url: str, folder: Path, say: Callable[[str], None]) -> None:
    """Run ``manage.py restore`` for the backup ``name`` into another database and folder; ``say`` each line of it.

    ``place`` is where the backups are, as NEWSROOM_BACKUP_URL says it. Raise ``BackupError`` if the restore fails.
    """
    variables = {
        "DATABASE_URL": database_url,
        "VAR_DIR": str(folder),
        "BACKUP_URL": place,
        "BACKUP_KEY": settings.BACKUP_KEY,
    }
    environment = {key: value for key, value in os.environ.items() if _name_of(key) not in {*ALONE, *variables}}
    environment |= {PREFIX + key: value for key, value in variables.items()}
    environment |= {"DJANGO_SETTINGS_MODULE": "newsroom.settings", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", name, "--no-color"]
    last_lines: deque[str] = deque(maxlen=LAST_LINES)
    how: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, env=environment, **how) as process:
        for line in process.stdout or ():
            last_lines.append(line)
            say(line.rstrip())
    if process.returncode:
        raise BackupError("".join(last_lines)[-TROUBLE:].strip())


def _name_of(key: str) -> str:
    """Return the name of the setting that a variable sets, be it by a file."""
    return key.removeprefix(PREFIX).removesuffix("_FILE")


def url_of_backups() -> str:
    """Return where backups are, as NEWSROOM_BACKUP_URL says it."""
    options = settings.STORAGES["backups"]["OPTIONS"]
    return env.text("BACKUP_URL") if "bucket_name" in options else str(options["location"])


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Yield an empty folder in NEWSROOM_VAR_DIR that goes away, as do those that killed commands left."""
    for path in settings.VAR_DIR.glob(f"{prefix}*"):
        if path.stat().st_mtime < time.time() - LEFT:
            shutil.rmtree(path, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=settings.VAR_DIR) as folder:
        yield Path(folder)


@contextmanager
def temporary_place() -> Iterator[tuple[str, Path]]:
    """Yield the address of an empty database of the same kind as the paper's, and an empty folder; both go away."""
    with temporary_folder("drill-") as folder:
        if connection.vendor == "sqlite":
            yield f"sqlite:///{folder}/drill.sqlite3", folder
            return
        name = f"drill_{int(time.time())}_{token_hex(6)}"
        with _outside_transactions() as cursor:
            _drop_left_databases(cursor)
            try:
                cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            except Exception as error:  # whatever the driver raises: mostly, that the role may not
                raise BackupError(
                    f"PostgreSQL makes no database for the drill: {error}. Allow it: ALTER ROLE … CREATEDB."
                ) from error
            try:
                yield urlsplit(env.text("DATABASE_URL"))._replace(path=f"/{name}").geturl(), folder
            finally:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _drop_left_databases(cursor: Any) -> None:
    """Drop our own databases of drills that were killed; the name says when one began."""
    cursor.execute(
        "SELECT datname FROM pg_database WHERE datdba = current_user::regrole AND datname LIKE 'drill@_%' ESCAPE '@'"
    )
    for match in filter(None, (DRILL.fullmatch(name) for (name,) in cursor.fetchall())):
        if int(match[1]) < time.time() - LEFT:
            cursor.execute(f"DROP DATABASE {match[0]} WITH (FORCE)")


@contextmanager
def _outside_transactions() -> Iterator:
    alias = "server"
    with connected(alias, connection.copy().settings_dict), connections[alias].cursor() as cursor:
        yield cursor
