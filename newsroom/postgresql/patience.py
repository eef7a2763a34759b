"""How long each kind of work waits for PostgreSQL: settings.DATABASE_LIMITS, and what is left of it at the moment.

PostgreSQL itself ends a statement that takes too long or waits for a lock. It can't where it hangs, or where nobody
hears it: then the thread that waits here ends it. After something was waited for in vain, the rest of a request waits
for ``REST`` at most, so that its error page is there in time.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings

REST = 0.5  # seconds
LEAST = 0.05  # seconds that each statement gets all the same

_kind: ContextVar[str] = ContextVar("the kind of work at hand", default="")
_end: ContextVar[float | None] = ContextVar("when waiting ends, by the monotonic clock", default=None)
_usual = {"kind": "command"}  # of work that no request began


@dataclass(frozen=True)
class WaitLimits:
    """Seconds; 0 is no limit. The first three are PostgreSQL's: it is told of them with each connection."""

    statement: float
    lock: float
    idle_in_transaction: float
    answer: float  # to one statement, until the thread that waits gives up
    connection: float  # from the pool, healthy


def begin_process(kind: str) -> None:
    """Make ``kind`` the kind of all work of this process that is not a request."""
    _usual["kind"] = kind


@contextmanager
def doing(kind: str) -> Iterator[None]:
    """Limit what is done meanwhile, as a request, by the limits of ``kind``."""
    kind_before, end_before = _kind.set(kind), _end.set(None)
    try:
        yield
    finally:
        _kind.reset(kind_before)
        _end.reset(end_before)


def current_limits() -> WaitLimits:
    """Return the limits of the work at hand."""
    return settings.DATABASE_LIMITS[_kind.get() or _usual["kind"]]


def seconds_left(limit: float) -> float | None:
    """Return how many of ``limit`` seconds may be waited now; None for ever."""
    end = _end.get()
    bounds = [limit] if limit else []
    if end is not None:
        bounds.append(max(LEAST, end - time.monotonic()))
    return min(bounds, default=None)


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Let everything that is waited for meanwhile end within ``seconds`` altogether."""
    before = _end.set(_end.get() if seconds is None else time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(before)


def give_up_soon() -> None:
    """Note that something was waited for in vain: the request has ``REST`` left for everything else."""
    if _kind.get() and _end.get() is None:
        _end.set(time.monotonic() + REST)
