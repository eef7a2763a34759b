"""The rows of each table as lists of JSON values that are the same on both databases, and checksums of them.

Tables of models are read through their fields, so that a time or a number looks the same whichever database it comes
from. The few tables that no model describes, of words for the searches, only fit the kind of database they come from.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import AutoField, BigAutoField, Field, Max, Model

BATCH = 2000  # rows that are in memory at a time
MIGRATIONS = "django_migrations"  # written by migrate itself
encode_row = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Checksum:
    """A checksum of lines that does not depend on their order: the sum of their SHA-256, and how many there are."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        self.count += 1
        self._sum += int.from_bytes(hashlib.sha256(line).digest(), "big")

    def __str__(self) -> str:
        return f"{self._sum % 2**256:064x}"


@dataclass(frozen=True)
class ModelTable:
    """The table of a model, of today's or of a former migration's."""

    model: type[Model]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        return [field.column for field in self._fields()]

    def _fields(self) -> list[Any]:
        """Return the fields in the order of their columns' names: migrations have another than the code."""
        return sorted(self.model._meta.local_concrete_fields, key=lambda field: field.column)

    def rows(self, alias: str) -> Iterator[list[Any]]:
        """Yield the rows in the order of their primary keys."""
        fields = self._fields()
        converters = [(place, convert) for place, field in enumerate(fields) if (convert := _converter(field))]
        query = self.model._base_manager.using(alias).order_by("pk").values_list(*[field.attname for field in fields])
        for values in query.iterator(chunk_size=BATCH):
            row = list(values)
            for place, convert in converters:
                row[place] = convert(row[place])
            yield row

    def stored(self, row: list[Any]) -> list[Any]:
        """Return the values of ``row`` as the database takes them, which is as they are."""
        return row


@dataclass(frozen=True)
class BareTable:
    """A table that no model describes; its values are taken as the database gives them."""

    name: str
    columns: list[str]
    key: list[str]

    def rows(self, alias: str) -> Iterator[list[Any]]:
        """Yield the rows in the order of their primary keys, if they have any."""
        quote = connections[alias].ops.quote_name
        order = f" ORDER BY {', '.join(map(quote, self.key))}" if self.key else ""
        statement = f"SELECT {', '.join(map(quote, self.columns))} FROM {quote(self.name)}{order}"  # noqa: S608 - names
        with connections[alias].chunked_cursor() as cursor:
            cursor.execute(statement)
            for values in cursor:
                yield [_as_text(value) for value in values]

    def stored(self, row: list[Any]) -> list[Any]:
        """Return the values of ``row`` as the database takes them."""
        return [base64.b64decode(value[0]) if isinstance(value, list) else value for value in row]


Table = ModelTable | BareTable


def model_tables(registry: Any = apps) -> list[Table]:
    """Return the tables of all models of ``registry``: of the code, or of the state that some migration left."""
    models = registry.get_models(include_auto_created=True)
    tables = {model._meta.db_table: ModelTable(model) for model in models if not model._meta.proxy}
    return [tables[name] for name in sorted(tables)]


def bare_tables(alias: str) -> list[Table]:
    """Return the paper's tables that no model describes; of a virtual one those that hold its content."""
    connection = connections[alias]
    beginnings = tuple(f"{config.label}_" for config in apps.get_app_configs())
    described = {table.name for table in model_tables()}
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor)) - described - _virtual_tables(alias)
        return [
            _bare_table(connection.introspection, cursor, name)
            for name in sorted(names)
            if name.startswith(beginnings) and name != MIGRATIONS
        ]


def _bare_table(introspection: Any, cursor: Any, name: str) -> BareTable:
    columns = sorted(column.name for column in introspection.get_table_description(cursor, name))
    return BareTable(name, columns, introspection.get_primary_key_columns(cursor, name) or [])


def _virtual_tables(alias: str) -> set[str]:
    connection = connections[alias]
    if connection.vendor != "sqlite":
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%%'", [])
        return {name for (name,) in cursor}


def checksum_of(table: Table, alias: str) -> Checksum:
    """Return the checksum of the rows that ``table`` has now."""
    checksum = Checksum()
    for row in table.rows(alias):
        checksum.add(encode_row(row).encode())
    return checksum


def fill_table(table: Table, rows: Iterator[list[Any]], alias: str) -> None:
    """Insert ``rows`` into ``table``: PostgreSQL copies them in a stream, SQLite takes them in batches."""
    connection = connections[alias]
    quote = connection.ops.quote_name
    name, columns = quote(table.name), ", ".join(map(quote, table.columns))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(table.stored(row))
            return
        places = ", ".join(["%s"] * len(table.columns))
        statement = f"INSERT INTO {name} ({columns}) VALUES ({places})"  # noqa: S608 - names of our own tables
        while batch := [table.stored(row) for row in islice(rows, BATCH)]:
            cursor.executemany(statement, batch)


def last_numbers(alias: str) -> dict[str, int]:
    """Return the last number that each table gave to a row, of rows that are gone, too: none is given twice."""
    numbers = {}
    for model in filter(_is_numbered, apps.get_models(include_auto_created=True)):
        newest = model._base_manager.using(alias).aggregate(newest=Max("pk"))["newest"]
        numbers[model._meta.db_table] = max(newest or 0, _counter(model, alias))
    return numbers


def _counter(model: Any, alias: str) -> int:
    parameters = [model._meta.db_table, model._meta.pk.column]
    statement = "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)"
    if connections[alias].vendor == "sqlite":
        parameters, statement = parameters[:1], "SELECT seq FROM sqlite_sequence WHERE name = %s"
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, parameters)
        return ((cursor.fetchone() or [0])[0]) or 0


def set_last_numbers(numbers: dict[str, int], alias: str, models: list[type[Model]]) -> None:
    """Have each table go on after the number in ``numbers``."""
    with connections[alias].cursor() as cursor:
        for model in filter(_is_numbered, models):
            table, number = model._meta.db_table, numbers.get(model._meta.db_table, 0)
            if not number:
                continue
            if connections[alias].vendor == "postgresql":
                place = [table, model._meta.pk.column, number]
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", place)
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])


def _is_numbered(model: Any) -> bool:
    return not model._meta.proxy and isinstance(model._meta.pk, AutoField | BigAutoField)


def _converter(field: Field) -> Callable[[Any], Any] | None:
    """Return what makes a JSON value of a value of ``field``, the same on both databases; None if it is one already.

    A kind of field that is missing here fails when a row of it is encoded.
    """
    if field.get_internal_type() == "JSONField":
        return _json_text if field.null else lambda value: _json_text(value) or "null"
    convert = CONVERTERS.get(field.get_internal_type())
    return convert and _but_none(convert)


def _but_none(convert: Callable[[Any], str]) -> Callable[[Any], str | None]:
    return lambda value: None if value is None else convert(value)


CONVERTERS: dict[str, Callable[[Any], str]] = {
    "DateTimeField": lambda value: str(value.astimezone(UTC).replace(tzinfo=None)),  # as SQLite keeps it
    "DateField": str,
    "DecimalField": lambda value: f"{value:f}",
    "UUIDField": lambda value: value.hex,
}


def _json_text(value: Any) -> str | None:
    """Return JSON with its keys in order, as PostgreSQL keeps none."""
    return None if value is None else json.dumps(value, sort_keys=True)


def _as_text(value: Any) -> Any:
    return [base64.b64encode(value).decode()] if isinstance(value, bytes | memoryview) else value
