"""Whether the work at hand may have stored something: what an error page says of it must be true.

A write is stored when its transaction is committed. If the connection breaks during the commit, nobody here knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from django.db import Error, IntegrityError, OperationalError, connection

SHORT = 200  # milliseconds
CONFLICTS = {"40001", "40P01", "55P03"}  # PostgreSQL's codes of a transaction, a deadlock and a lock in the way
_may_be_stored: ContextVar[bool] = ContextVar("the work at hand may have stored something", default=False)


class OutcomeUnknown(OperationalError):
    """The connection broke during a commit: what was written may be stored or not."""


def begin_work() -> None:
    """Forget what was stored before, as a request or a task begins."""
    _may_be_stored.set(False)


def may_have_stored() -> bool:
    """Return whether anything was stored since the work began, or may have been."""
    return _may_be_stored.get()


def note_stored() -> None:
    """Note that something was stored, or may have been."""
    _may_be_stored.set(True)


@contextmanager
def in_passing() -> Iterator[None]:
    """Store notes about the work that nobody asked for: they don't count as stored, and nobody waits long for them.

    On SQLite, whoever writes waits until others have written, for as long as suits what somebody typed. PostgreSQL has
    limits for all kinds of work.
    """
    before = _may_be_stored.get()
    try:
        with _hardly_waiting() if connection.vendor == "sqlite" else nullcontext():
            yield
    finally:
        _may_be_stored.set(before)


@contextmanager
def _hardly_waiting() -> Iterator[None]:
    usual = round(1000 * connection.get_connection_params()["timeout"])
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {SHORT}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


@contextmanager
def writing(connection: Any) -> Iterator[None]:
    """Note what becomes of the statement that Django's ``connection`` executes meanwhile: that it is stored at once, or
    with its transaction.
    """
    try:
        yield
    except Error:
        if not connection.in_atomic_block and is_broken(connection):
            note_stored()
        raise
    if not connection.in_atomic_block:
        note_stored()
    elif all(callback[1] is not note_stored for callback in connection.run_on_commit):
        connection.run_on_commit.append((set(), note_stored, True))  # once, whatever savepoint is rolled back


def is_conflict(error: Error) -> bool:
    """Return whether the database refused something because of what others do at this moment; it can be done again."""
    cause = error.__cause__
    is_busy = getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    return isinstance(error, IntegrityError) or is_busy or getattr(cause, "sqlstate", "") in CONFLICTS


def is_broken(connection: Any) -> bool:
    """Return whether Django's ``connection`` to a server is closed, by whichever side."""
    return connection.connection is None or getattr(connection.connection, "closed", False)
