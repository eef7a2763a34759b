"""Queries whose SQL is written once: Django takes milliseconds to write one each time, the database less to answer it.

A statement is a queryset built with values that can be told apart, compiled, and run again with others in their place.
PostgreSQL plans it once a connection, too. What was measured: docs/decisions/uncached-pages.md.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import NotSupportedError, connections, router
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators

from common import fragments

Row = TypeVar("Row", bound=Model)
MOST = 500  # statements of one query: of each slice and number of values one


class Prepared(Generic[Row]):
    """A queryset of ``model`` that ``build(**values)`` makes; numbers, texts and times can be other ones each time.

    What ``build`` prefetches is not loaded. No value may decide about the statement itself, except how many there are.
    ``shares`` are relations that many rows have in common: what they lead to is not joined, but found by its key in
    another such queryset, and kept with the pieces of pages. What ``before(**values)`` gives, a ``WITH`` and its
    parameters, stands before the statement.
    """

    def __init__(
        self,
        model: type[Row],
        build: Callable[..., QuerySet[Row]],
        shares: "dict[str, Prepared] | None" = None,
        before: Callable[..., tuple[str, Sequence[Any]]] | None = None,
    ) -> None:
        self.model, self.build, self.before, self.shares = model, build, before, shares or {}
        self._statements: dict[tuple, _Statement] = {}

    def rows(self, between: tuple[int, int] | None = None, **values: Any) -> list[Row]:
        """The rows for ``values``, of a list perhaps only those ``between`` two places, from the readers' database."""
        alias = router.db_for_read(self.model)
        kinds = tuple((name, type(value)) for name, value in values.items())
        statement = self._statements.get((alias, between, kinds))
        if statement is None:
            if len(self._statements) >= MOST:
                self._statements.clear()
            statement = self._statements[alias, between, kinds] = _Statement(self, values, between, alias)
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
        """Rows for each of ``keys``, which ``build`` gets as ``key0``, ``key1`` …; see ``keys_in``."""
        wanted = list(keys)
        if wanted:  # in one of a few lengths, so that there are few statements: the last is said again
            wanted += wanted[-1:] * ((1 << (len(wanted) - 1).bit_length()) - len(wanted))
        return self.rows(**values, **{f"key{place}": key for place, key in enumerate(wanted)}) if wanted else []

    def shared(self, keys: Iterable[int]) -> dict[int, Row]:
        """What ``of`` finds, by its key, kept with the pieces of pages: nobody may change it."""
        return fragments.things(self.model.__name__, keys, self.of)


class Listed(Generic[Row]):
    """A long list, read by slices."""

    def __init__(self, prepared: Prepared[Row], values: dict[str, Any]) -> None:
        self.prepared, self.values = prepared, values

    def __getitem__(self, part: slice) -> list[Row]:
        return self.prepared.rows((part.start or 0, part.stop), **self.values)


def keys_in(values: dict[str, Any]) -> list[int]:
    """What ``of`` was given, from what ``build`` gets."""
    return [value for name, value in values.items() if name.startswith("key")]


def fetch(alias: str, sql: str, parameters: Sequence[Any], *, once: bool = True) -> list[tuple]:
    """What the database ``alias`` answers to a statement of ours, which PostgreSQL plans ``once`` a connection."""
    connection = connections[alias]
    if once and connection.vendor == "postgresql" and not connection.queries_logged:  # a log shows the values, too
        try:
            return _rows(_planning(connection), sql, parameters)
        except NotSupportedError:  # its plan is of a table that has been altered since
            if connection.in_atomic_block:
                raise
    return _rows(connection.cursor(), sql, parameters)


def _rows(cursor: Any, sql: str, parameters: Sequence[Any]) -> list[tuple]:
    with cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _planning(connection: Any) -> Any:
    """A cursor that sends values apart from the statement: psycopg has it prepared when it comes again and again."""
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    return connection._prepare_cursor(ServerBindingCursor(connection.connection))


def _attach(rows: list[Any], name: str, others: Prepared) -> None:
    key = f"{name}_id"
    found = others.shared({wanted for row in rows if (wanted := getattr(row, key))})
    for row in rows:
        row._state.fields_cache[name] = found.get(getattr(row, key))


class _Statement:
    """SQL, where each value stands in its parameters, and how a row becomes an instance."""

    def __init__(self, prepared: Prepared, values: dict[str, Any], between: tuple[int, int] | None, alias: str) -> None:
        self.alias = alias
        self.is_planned_once = not between or not between[0]  # how far down a list is decides how it is best walked
        marks = {name: _mark(value, number) for number, (name, value) in enumerate(values.items())}
        queryset = prepared.build(**marks)
        for name in prepared.shares:
            queryset.query.select_related.pop(name)
        compiler = (queryset[slice(*between)] if between else queryset).query.get_compiler(using=alias)
        self.sql, parameters = compiler.as_sql()
        if prepared.before:
            before, more = prepared.before(**marks)
            self.sql, parameters = f"{before} {self.sql}", (*more, *parameters)
        self.parameters = list(parameters)
        self.places = {}
        for name, mark in marks.items():
            given = _given(mark, alias)
            self.places[name] = [place for place, one in enumerate(parameters) if one == given]
            if not self.places[name]:
                raise ValueError(f"{name} is not in the statement.")
        fields = compiler.klass_info["select_fields"]
        self.own = slice(fields[0], fields[-1] + 1)
        self.names = [column[0].target.attname for column in compiler.select[self.own]]
        self.model = compiler.klass_info["model"]
        self.annotations = list((compiler.annotation_col_map or {}).items())
        self.populators = get_related_populators(compiler.klass_info, compiler.select, alias)
        self.converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        self.compiler = compiler

    def rows(self, values: dict[str, Any]) -> list[Any]:
        parameters = self.parameters.copy()
        for name, places in self.places.items():
            value = _given(values[name], self.alias)
            for place in places:
                parameters[place] = value
        found = fetch(self.alias, self.sql, parameters, once=self.is_planned_once)
        rows = self.compiler.apply_converters(found, self.converters) if self.converters else found
        known: dict[tuple[int, Any], Model] = {}
        return [self._made(row, known) for row in rows]

    def _made(self, row: Any, known: dict[tuple[int, Any], Model]) -> Any:
        made = _instance(self.model, self.alias, self.names, row[self.own])
        for populator in self.populators:
            _populate(populator, row, made, known)
        for name, place in self.annotations:
            setattr(made, name, row[place])
        return made


def _instance(model: type[Model], alias: str, names: Sequence[str], values: Sequence[Any]) -> Any:
    """A row as ``Model.from_db`` makes it, without asking each field and without signals; other fields are deferred."""
    made = model.__new__(model)
    made.__dict__.update(zip(names, values, strict=True))
    made._state = ModelState()
    made._state.adding, made._state.db = False, alias
    return made


def _populate(populator: Any, row: Any, made: Model, known: dict[tuple[int, Any], Model]) -> None:
    """As Django's RelatedPopulator does, but what many rows point at is made once: ``known``."""
    values = (
        populator.reorder_for_init(row)
        if populator.reorder_for_init
        else row[populator.cols_start : populator.cols_end]
    )
    key = (id(populator), values[populator.pk_idx])
    if key[1] is None:
        populator.local_setter(made, None)
        return
    if key not in known:
        known[key] = _instance(populator.model_cls, populator.db, populator.init_list, values)
        for nested in populator.related_populators:
            _populate(nested, row, known[key], known)
    populator.local_setter(made, known[key])


def _mark(value: Any, number: int) -> Any:
    """A value like ``value`` that stands nowhere else in a statement."""
    if isinstance(value, datetime):
        return datetime(1901, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    return f"a mark, number {number}" if isinstance(value, str) else -900_000_000 - number


def _given(value: Any, alias: str) -> Any:
    """``value`` as the database gets it."""
    ops = connections[alias].ops
    if isinstance(value, datetime):
        return ops.adapt_datetimefield_value(value)
    return ops.adapt_integerfield_value(value, "BigIntegerField") if isinstance(value, int) else value
