"""Queries whose SQL is compiled once: Django needs milliseconds to compile it each time, the database less to answer.

A statement is the SQL that Django writes for a queryset with placeholders (``Placeholder``) for the values. It is sent
again with other values, and PostgreSQL plans it once per connection. Measurements: docs/decisions/uncached-pages.md.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import NotSupportedError, connections, router, transaction
from django.db.models import DEFERRED, BigIntegerField, DateTimeField, Expression, Field, Model, QuerySet, Value

from ground import fragments

Row = TypeVar("Row", bound=Model)
MOST = 500  # statements of one query: one for each slice and each set of value names
TIME, NUMBER = DateTimeField(), BigIntegerField()  # the types as which values are sent


class Placeholder(Expression):
    """The placeholder of a value in a statement."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


class KeysPlaceholder(Placeholder):
    """The placeholder of a list of keys, for a filter by ``pk__in``: one parameter for any number of keys."""

    def as_postgresql(self, compiler, connection):
        return "(SELECT unnest(%s::bigint[]))", [self]

    def as_sqlite(self, compiler, connection):
        return "(SELECT value FROM json_each(%s))", [self]


class CompiledQuery(Generic[Row]):
    """A queryset of ``model``, built by ``build(**values)`` and compiled once for any values.

    ``build`` gets a ``Placeholder`` for each value; it filters and sorts. Which columns are read is set here: all
    fields except ``without``, the relations in ``joins`` (each with the names of fields to leave out), and the
    annotations in ``also`` (each with its field type). ``shares`` are relations that many rows have in common: their
    rows are not joined but looked up by key with another compiled query, and cached with the fragments of pages.
    ``before(**values)`` returns a ``WITH`` clause and its parameters, which go in front of the statement. With
    ``cuts``, ``build`` also gets the slice as ``part`` and applies it itself.
    """

    def __init__(
        self,
        model: type[Row],
        build: Callable[..., QuerySet[Row]],
        *,
        without: Collection[str] = (),
        joins: Mapping[str, Collection[str]] | None = None,
        also: Mapping[str, Field] | None = None,
        shares: "Mapping[str, CompiledQuery] | None" = None,
        before: Callable[..., tuple[str, Sequence[Any]]] | None = None,
        cuts: bool = False,
    ) -> None:
        self.model, self.build, self.before, self.cuts = model, build, before, cuts
        self.without, self.joins, self.also, self.shares = without, joins or {}, also or {}, shares or {}
        self._statements: dict[tuple, _Statement] = {}

    def rows(self, between: tuple[int, int] | None = None, **values: Any) -> list[Row]:
        """Return the rows for ``values``, or only those ``between`` two positions, from the readers' database."""
        alias = router.db_for_read(self.model)
        statement = self._statements.get((alias, between, *values))
        if statement is None:
            if len(self._statements) >= MOST:
                self._statements.clear()
            statement = self._statements[alias, between, *values] = _Statement(self, values, between, alias)
        rows = statement.rows(values)
        for name, shared_query in self.shares.items():
            _attach(rows, name, shared_query)
        return rows

    def row(self, **values: Any) -> Row | None:
        """Return the first row for ``values``, or None."""
        return next(iter(self.rows(**values)), None)

    def listed(self, **values: Any) -> "SlicedQuery[Row]":
        """Return all rows for ``values`` as a list whose slices are read on demand."""
        return SlicedQuery(self, values)

    def of(self, keys: Iterable[int], **values: Any) -> list[Row]:
        """Return the rows for a list of ``keys``, which ``build`` gets as ``keys``; for no keys no query is made."""
        key_list = list(keys)
        return self.rows(keys=key_list, **values) if key_list else []

    def shared(self, keys: Iterable[int]) -> dict[int, Row]:
        """Return the rows of ``keys`` by key, cached with the fragments of pages, so nobody may change them."""
        return fragments.get_rows(self.model.__name__, keys, self.of)


class SlicedQuery(Generic[Row]):
    """A long list that is read by slices."""

    def __init__(self, query: CompiledQuery[Row], values: dict[str, Any]) -> None:
        self.query, self.values = query, values

    def __getitem__(self, part: slice) -> list[Row]:
        return self.query.rows((part.start or 0, part.stop), **self.values)


def fetch(alias: str, sql: str, parameters: Sequence[Any], *, once: bool = True) -> list[tuple]:
    """Return the rows that database ``alias`` answers to ``sql``; with ``once``, PostgreSQL plans it once per
    connection.
    """
    connection = connections[alias]
    with connection.cursor() as cursor:
        if once and connection.vendor == "postgresql" and not connection.queries_logged:  # a log shows the values, too
            try:
                return _planned_once(cursor, sql, parameters)
            except NotSupportedError:  # its plan is of a table that has been altered since
                if not transaction.get_autocommit(alias):
                    raise
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _planned_once(cursor: Any, sql: str, parameters: Sequence[Any]) -> list[tuple]:
    """Return the rows by a cursor of psycopg's own on the same connection.

    It sends values apart from the statement, where Django's cursor writes them into it, and lets the server prepare a
    statement that is sent often.
    """
    from psycopg import Cursor

    with cursor.db.wrap_database_errors, Cursor(cursor.connection) as binding:
        return binding.execute(sql, parameters).fetchall()


def _attach(rows: list[Any], name: str, query: CompiledQuery) -> None:
    """Set the relation ``name`` of each of ``rows``, through its field, because setattr takes seven times as long."""
    key = f"{name}_id"
    related_rows = query.shared({related_pk for row in rows if (related_pk := getattr(row, key))})
    for row in rows:
        if related := related_rows.get(getattr(row, key)):
            row._meta.get_field(name).set_cached_value(row, related)


class _Columns:
    """The columns of one model in a row, and how they become an instance."""

    def __init__(self, model: type[Model], without: Collection[str], begin: int, prefix: str = "") -> None:
        fields = [field for field in model._meta.concrete_fields if field.name not in without]
        self.model, self.fields = model, fields
        self.names = [field.attname for field in fields]
        self.paths = [prefix + name for name in self.names]
        self.place, self.key = slice(begin, begin + len(fields)), begin + self.names.index(model._meta.pk.attname)
        self.nothing = (DEFERRED,) * len(model._meta.concrete_fields)

    def instance(self, alias: str, row: Sequence[Any]) -> Any:
        """Return the instance, or None where a join found no row.

        It begins without values and gets all at once, because setting the fields one by one takes twice as long.
        """
        if row[self.key] is None:
            return None
        instance = self.model.from_db(alias, self.names, self.nothing)
        vars(instance).update(zip(self.names, row[self.place], strict=True))
        return instance


class _Statement:
    """Compiled SQL, the positions of its values among the parameters, and how a row becomes an instance."""

    def __init__(
        self, query: CompiledQuery, values: dict[str, Any], between: tuple[int, int] | None, alias: str
    ) -> None:
        self.alias, connection = alias, connections[alias]
        self.is_planned_once = not between or not between[0]  # how far down a slice lies decides which plan is best
        self._read(query, connection)
        places = {
            name: (KeysPlaceholder if isinstance(value, list) else Placeholder)(name) for name, value in values.items()
        }
        part = slice(*between) if between else slice(None)
        rows = query.build(**places, part=part) if query.cuts else query.build(**places)[part]
        self.sql, parameters = rows.values_list(*self.paths).query.get_compiler(using=alias).as_sql()
        if query.before:
            before, more = query.before(**places)
            self.sql, parameters = f"{before} {self.sql}", (*more, *parameters)
        self.parameters = [_sent(value, connection) for value in parameters]
        self.places = [
            (place, parameter.name) for place, parameter in enumerate(parameters) if isinstance(parameter, Placeholder)
        ]
        if lost := set(values) - {name for _place, name in self.places}:
            raise ValueError(f"Not in the statement: {', '.join(sorted(lost))}.")

    def _read(self, query: CompiledQuery, connection: Any) -> None:
        """Set which columns a row has, in order: the model's fields, those of joined models, annotations."""
        self.own = _Columns(query.model, query.without, 0)
        self.paths, fields = [*self.own.paths], [*self.own.fields]
        self.joined: list[tuple[str, _Columns]] = []
        for name, without in query.joins.items():
            related: Any = query.model._meta.get_field(name).related_model
            part = _Columns(related, without, len(self.paths), f"{name}__")
            self.joined.append((name, part))
            self.paths, fields = [*self.paths, *part.paths], [*fields, *part.fields]
        self.also = [(name, len(self.paths) + number) for number, name in enumerate(query.also)]
        self.paths, fields = [*self.paths, *query.also], [*fields, *query.also.values()]
        self.converters = [
            (n, *converter) for n, field in enumerate(fields) for converter in _converters(field, connection)
        ]

    def rows(self, values: dict[str, Any]) -> list[Any]:
        parameters, connection = self.parameters.copy(), connections[self.alias]
        sent = {name: _sent(value, connection) for name, value in values.items()}
        for place, name in self.places:
            parameters[place] = sent[name]
        fetched = fetch(self.alias, self.sql, parameters, once=self.is_planned_once)
        return [self._instance(row, connection) for row in fetched]

    def _instance(self, fetched_row: tuple, connection: Any) -> Any:
        row: Sequence[Any] = fetched_row
        if self.converters:
            row = changed = list(fetched_row)
            for place, convert, expression in self.converters:
                changed[place] = convert(changed[place], expression, connection)
        instance = self.own.instance(self.alias, row)
        for name, part in self.joined:
            setattr(instance, name, part.instance(self.alias, row))
        for name, place in self.also:
            setattr(instance, name, row[place])
        return instance


def _converters(field: Field, connection: Any) -> list[tuple[Callable, Value]]:
    """Return the functions that convert a database value to one of ``field``, each with the expression it is called
    with.
    """
    expression = Value(None, output_field=field)
    converters = [*connection.ops.get_db_converters(expression), *field.get_db_converters(connection)]
    return [(convert, expression) for convert in converters]


def _sent(value: Any, connection: Any) -> Any:
    """Return ``value`` in the form in which it is sent to the database."""
    if isinstance(value, datetime):
        return TIME.get_db_prep_value(value, connection)
    if isinstance(value, int):
        return NUMBER.get_db_prep_value(value, connection)
    if isinstance(value, list):
        return (
            [_sent(element, connection) for element in value]
            if connection.vendor == "postgresql"
            else json.dumps(value)
        )
    return value
