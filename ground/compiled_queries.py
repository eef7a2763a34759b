"""Queries whose SQL is written once: Django takes milliseconds to write one each time, the database less to answer it.

A statement is what Django writes for a queryset in which places (``Given``) stand for the values; it is sent again and
again with values put there, and PostgreSQL plans it once a connection. What was measured:
docs/decisions/uncached-pages.md.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import NotSupportedError, connections, router, transaction
from django.db.models import DEFERRED, BigIntegerField, DateTimeField, Expression, Field, Model, QuerySet, Value

from ground import fragments

Row = TypeVar("Row", bound=Model)
MOST = 500  # statements of one query: of each slice and names of values one
TIME, NUMBER = DateTimeField(), BigIntegerField()  # as which values are sent


class Given(Expression):
    """The place of a value in a statement."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


class GivenKeys(Given):
    """The place of a list of keys, for a filter by ``pk__in``: one parameter, however many they are."""

    def as_postgresql(self, compiler, connection):
        return "(SELECT unnest(%s::bigint[]))", [self]

    def as_sqlite(self, compiler, connection):
        return "(SELECT value FROM json_each(%s))", [self]


class Prepared(Generic[Row]):
    """A queryset of ``model`` that ``build(**values)`` makes; the values can be other ones each time.

    ``build`` gets a ``Given`` in place of each value. It filters and sorts; what is read is said here: all fields but
    those named in ``without``, the relations that ``joins`` names (each with the names of its fields that are not
    read), and annotations that ``also`` names, each with its kind of field. ``shares`` are relations that many rows
    have in common: what they lead to is not joined, but found by its key in another such queryset, and kept with the
    pieces of pages. What ``before(**values)`` gives, a ``WITH`` and its parameters, stands before the statement. One
    that ``cuts`` gets a slice as well, ``part``, and takes it by itself where that is best.
    """

    def __init__(
        self,
        model: type[Row],
        build: Callable[..., QuerySet[Row]],
        *,
        without: Collection[str] = (),
        joins: Mapping[str, Collection[str]] | None = None,
        also: Mapping[str, Field] | None = None,
        shares: "Mapping[str, Prepared] | None" = None,
        before: Callable[..., tuple[str, Sequence[Any]]] | None = None,
        cuts: bool = False,
    ) -> None:
        self.model, self.build, self.before, self.cuts = model, build, before, cuts
        self.without, self.joins, self.also, self.shares = without, joins or {}, also or {}, shares or {}
        self._statements: dict[tuple, _Statement] = {}

    def rows(self, between: tuple[int, int] | None = None, **values: Any) -> list[Row]:
        """The rows for ``values``, of a list perhaps only those ``between`` two places, from the readers' database."""
        alias = router.db_for_read(self.model)
        statement = self._statements.get((alias, between, *values))
        if statement is None:
            if len(self._statements) >= MOST:
                self._statements.clear()
            statement = self._statements[alias, between, *values] = _Statement(self, values, between, alias)
        rows = statement.rows(values)
        for name, others in self.shares.items():
            _attach(rows, name, others)
        return rows

    def row(self, **values: Any) -> Row | None:
        """The first of them."""
        return next(iter(self.rows(**values)), None)

    def listed(self, **values: Any) -> "Listed[Row]":
        """All of them, of which pages are taken as slices."""
        return Listed(self, values)

    def of(self, keys: Iterable[int], **values: Any) -> list[Row]:
        """Rows for a list of ``keys``, which ``build`` gets by that name; none, without asking, for no keys."""
        wanted = list(keys)
        return self.rows(keys=wanted, **values) if wanted else []

    def shared(self, keys: Iterable[int]) -> dict[int, Row]:
        """What ``of`` finds, by its key, kept with the pieces of pages: nobody may change it."""
        return fragments.things(self.model.__name__, keys, self.of)


class Listed(Generic[Row]):
    """A long list, read by slices."""

    def __init__(self, prepared: Prepared[Row], values: dict[str, Any]) -> None:
        self.prepared, self.values = prepared, values

    def __getitem__(self, part: slice) -> list[Row]:
        return self.prepared.rows((part.start or 0, part.stop), **self.values)


def fetch(alias: str, sql: str, parameters: Sequence[Any], *, once: bool = True) -> list[tuple]:
    """What the database ``alias`` answers to a statement of ours, which PostgreSQL plans ``once`` a connection."""
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
    """The answer by a cursor of psycopg's own on the same connection.

    It sends values apart from the statement, where Django's cursor writes them into it, and has a statement prepared
    that comes again and again.
    """
    from psycopg import Cursor

    with cursor.db.wrap_database_errors, Cursor(cursor.connection) as binding:
        return binding.execute(sql, parameters).fetchall()


def _attach(rows: list[Any], name: str, others: Prepared) -> None:
    """Give ``rows`` what their relation ``name`` leads to; by its field, as setting it takes seven times as long."""
    key = f"{name}_id"
    found = others.shared({wanted for row in rows if (wanted := getattr(row, key))})
    for row in rows:
        if other := found.get(getattr(row, key)):
            row._meta.get_field(name).set_cached_value(row, other)


class _Columns:
    """Where a row has the fields of one model, and how it becomes an instance."""

    def __init__(self, model: type[Model], without: Collection[str], begin: int, prefix: str = "") -> None:
        fields = [field for field in model._meta.concrete_fields if field.name not in without]
        self.model, self.fields = model, fields
        self.names = [field.attname for field in fields]
        self.paths = [prefix + name for name in self.names]
        self.place, self.key = slice(begin, begin + len(fields)), begin + self.names.index(model._meta.pk.attname)
        self.nothing = (DEFERRED,) * len(model._meta.concrete_fields)

    def made(self, alias: str, row: Sequence[Any]) -> Any:
        """The instance, None where a join found none.

        It begins without values and gets all at once, as setting one field after the other takes twice as long.
        """
        if row[self.key] is None:
            return None
        made = self.model.from_db(alias, self.names, self.nothing)
        vars(made).update(zip(self.names, row[self.place], strict=True))
        return made


class _Statement:
    """SQL, where each value stands in its parameters, and how a row becomes an instance."""

    def __init__(self, prepared: Prepared, values: dict[str, Any], between: tuple[int, int] | None, alias: str) -> None:
        self.alias, connection = alias, connections[alias]
        self.is_planned_once = not between or not between[0]  # how far down a list is decides how it is best walked
        self._read(prepared, connection)
        places = {name: (GivenKeys if isinstance(value, list) else Given)(name) for name, value in values.items()}
        part = slice(*between) if between else slice(None)
        rows = prepared.build(**places, part=part) if prepared.cuts else prepared.build(**places)[part]
        self.sql, parameters = rows.values_list(*self.paths).query.get_compiler(using=alias).as_sql()
        if prepared.before:
            before, more = prepared.before(**places)
            self.sql, parameters = f"{before} {self.sql}", (*more, *parameters)
        self.parameters = [_sent(value, connection) for value in parameters]
        self.places = [(place, one.name) for place, one in enumerate(parameters) if isinstance(one, Given)]
        if lost := set(values) - {name for _place, name in self.places}:
            raise ValueError(f"Not in the statement: {', '.join(sorted(lost))}.")

    def _read(self, prepared: Prepared, connection: Any) -> None:
        """What is read of each row, in which order: its own fields, those of joined rows, annotations."""
        self.own = _Columns(prepared.model, prepared.without, 0)
        self.paths, fields = [*self.own.paths], [*self.own.fields]
        self.joined: list[tuple[str, _Columns]] = []
        for name, without in prepared.joins.items():
            related: Any = prepared.model._meta.get_field(name).related_model
            part = _Columns(related, without, len(self.paths), f"{name}__")
            self.joined.append((name, part))
            self.paths, fields = [*self.paths, *part.paths], [*fields, *part.fields]
        self.also = [(name, len(self.paths) + number) for number, name in enumerate(prepared.also)]
        self.paths, fields = [*self.paths, *prepared.also], [*fields, *prepared.also.values()]
        self.converters = [(n, *one) for n, field in enumerate(fields) for one in _converters(field, connection)]

    def rows(self, values: dict[str, Any]) -> list[Any]:
        parameters, connection = self.parameters.copy(), connections[self.alias]
        sent = {name: _sent(value, connection) for name, value in values.items()}
        for place, name in self.places:
            parameters[place] = sent[name]
        found = fetch(self.alias, self.sql, parameters, once=self.is_planned_once)
        return [self._made(row, connection) for row in found]

    def _made(self, found: tuple, connection: Any) -> Any:
        row: Sequence[Any] = found
        if self.converters:
            row = changed = list(found)
            for place, convert, expression in self.converters:
                changed[place] = convert(changed[place], expression, connection)
        made = self.own.made(self.alias, row)
        for name, part in self.joined:
            setattr(made, name, part.made(self.alias, row))
        for name, place in self.also:
            setattr(made, name, row[place])
        return made


def _converters(field: Field, connection: Any) -> list[tuple[Callable, Value]]:
    """What makes a value of ``field`` of what the database gives: functions, with the expression they want to know."""
    expression = Value(None, output_field=field)
    converters = [*connection.ops.get_db_converters(expression), *field.get_db_converters(connection)]
    return [(convert, expression) for convert in converters]


def _sent(value: Any, connection: Any) -> Any:
    """``value`` as the database gets it."""
    if isinstance(value, datetime):
        return TIME.get_db_prep_value(value, connection)
    if isinstance(value, int):
        return NUMBER.get_db_prep_value(value, connection)
    if isinstance(value, list):
        return [_sent(one, connection) for one in value] if connection.vendor == "postgresql" else json.dumps(value)
    return value
