"""Parsing PostgreSQL's times by Python's own parser: Django's way through psycopg takes ten times as long."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections


def read_times_quickly() -> None:
    """Make all connections to PostgreSQL parse times so; they are all in UTC, as Django requests."""
    if connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        return
    from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template

    class Loader(BaseTzLoader):
        timezone = UTC

        def load(self, data):
            try:
                return datetime.fromisoformat(str(data, "ascii"))
            except ValueError:  # values that Python has no time for, like infinity: psycopg raises the error
                return super().load(data)

    get_adapters_template(settings.USE_TZ, UTC).register_loader("timestamptz", Loader)
