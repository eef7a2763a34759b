"""The backend, of which Django asks that its module is called so."""

import time
from functools import cached_property
from typing import Any

import psycopg
from django.db import OperationalError
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from psycopg import IsolationLevel, errors

from ground import outcomes
from newsroom.postgresql import patience

TELL = """
SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false),
       set_config('idle_in_transaction_session_timeout', %s, false)
"""
IN_VAIN = (errors.QueryCanceled, errors.LockNotAvailable)
# psycopg calls these internal errors; for whoever writes they are what a database that is away is.
AWAY = (errors.ReadOnlySqlTransaction, errors.IdleInTransactionSessionTimeout)


class PatientConnection(psycopg.Connection):
    """A connection on which nothing is waited for longer than the work at hand may wait; then it is closed."""

    limits: patience.WaitLimits | None = None  # of which the server was told

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server, as psycopg does for every statement, commit and check."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        seconds, began = patience.seconds_left(patience.current_limits().answer), time.monotonic()
        try:
            return super().wait(gen, interval, seconds)
        except psycopg.OperationalError as error:
            if seconds is None or time.monotonic() - began < seconds:
                raise
            self.close()
            patience.give_up_soon()
            raise psycopg.OperationalError(f"The database did not answer within {seconds:.2f} seconds.") from error


class PostgreSQLErrors(DatabaseErrorWrapper):
    """Django's errors instead of psycopg's; one that PostgreSQL raises for being read-only is as on SQLite."""

    def __exit__(self, exc_type, exc_value, traceback):
        if isinstance(exc_value, IN_VAIN):
            patience.give_up_soon()
        if isinstance(exc_value, AWAY):
            raise OperationalError(*exc_value.args) from exc_value
        return super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with limits by the kind of work, and errors that say whether a commit is known to have failed."""

    @cached_property
    def wrap_database_errors(self):
        return PostgreSQLErrors(self)

    @property
    def pool(self):
        if options := self.settings_dict["OPTIONS"].get("pool"):
            options["connection_class"] = PatientConnection
        return super().pool

    def get_new_connection(self, conn_params):
        """Return a connection of the pool, or a new one where there is no pool, with the limits of the work at hand."""
        options = self.settings_dict["OPTIONS"]
        self.isolation_level = options.get("isolation_level", IsolationLevel.READ_COMMITTED)
        seconds = patience.seconds_left(patience.current_limits().connection)
        try:
            with patience.within(seconds):
                connection = self._connect(conn_params, seconds)
        except psycopg.OperationalError:
            patience.give_up_soon()
            raise
        if "isolation_level" in options:
            connection.isolation_level = self.isolation_level
        return connection

    def _connect(self, conn_params: dict[str, Any], seconds: float | None) -> PatientConnection:
        if not self.pool:
            connection = PatientConnection.connect(**conn_params | {"autocommit": True})
            self._tell_limits(connection)
            return connection
        self.pool.open()
        connection = self.pool.getconn(seconds)
        try:
            self._tell_limits(connection)
        except BaseException:  # whatever ended it, the pool gets its connection back
            self.pool.putconn(connection)
            raise
        return connection

    def _tell_limits(self, connection: PatientConnection) -> None:
        """Tell the server the limits, unless it knows them, or a pooler before it gives its connections to others."""
        limits, options = patience.current_limits(), self.settings_dict["OPTIONS"]
        if limits == connection.limits or options.get("prepare_threshold") is None:
            return
        seconds = (limits.statement, limits.lock, limits.idle_in_transaction)
        connection.execute(TELL, [f"{second:.3f}s" for second in seconds])
        connection.limits = limits

    def commit(self):
        """Commit, and raise ``OutcomeUnknown`` if the connection breaks meanwhile."""
        was_broken = outcomes.is_broken(self)
        try:
            super().commit()
        except OperationalError as error:
            if was_broken or not outcomes.is_broken(self):
                raise
            outcomes.note_stored()
            raise outcomes.OutcomeUnknown("The connection broke during the commit.") from error
