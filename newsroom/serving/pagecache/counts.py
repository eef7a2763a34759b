"""Hits and misses of the page cache: counted by each process, summed for this machine."""

import json
import os
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from django.conf import settings

TOLD = 0.5  # seconds between two writes of a process's counts


class Counts:
    """The counts of one process: ``hits``, ``shared`` (of a neighbour), ``waited``, ``made``, ``stale``, ``passed``."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        self._told_at = 0.0

    def add(self, name: str, **also: int) -> None:
        """Count one, and twice a second store the counts, with ``also``, what the process holds."""
        self._counted[name] += 1
        now = time.monotonic()
        if now - self._told_at > TOLD:
            if not self._told_at:
                of_machine()  # so that processes that are gone leave no files
            self._told_at = now
            with suppress(OSError):
                _folder().mkdir(parents=True, exist_ok=True)
                fresh = _folder() / f"{os.getpid()}.new"
                fresh.write_text(json.dumps(self._counted | also))
                fresh.replace(_folder() / f"{os.getpid()}")


def of_machine() -> tuple[Counter[str], int]:
    """Return the sums of all living processes on this machine, and their number; files of others are deleted."""
    total: Counter[str] = Counter()
    living = 0
    for path in _folder().glob("*"):
        number = path.name.removesuffix(".new")
        try:
            os.kill(int(number), 0)
            if number == path.name:
                total.update(json.loads(path.read_text()))
                living += 1
        except ProcessLookupError:
            path.unlink(missing_ok=True)
        except (OSError, ValueError):
            continue
    return total, living


def _folder() -> Path:
    return settings.VAR_DIR / "cache" / "counts"
