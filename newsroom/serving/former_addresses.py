"""Detects every write that moves a section, author, tag or page, and stores its former address.

Like ``changes`` it wraps the statements themselves, so it includes forms, ``update()``, fixtures and raw SQL.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, Q

from articles.models.redirect import MODELS, FormerAddress, normal_path, path_of

UPDATE = re.compile(r'\s*UPDATE "(?P<table>\w+)" SET (?P<set>.+?)(?P<where> WHERE .+)?\Z', re.DOTALL)
DELETE = re.compile(r'\s*DELETE FROM "(?P<table>\w+)" (?P<where>WHERE .+)', re.DOTALL)
MOVES = re.compile(r'"(?:slug|parent_id)" =')
KINDS = {label: kind for kind, label in MODELS.items()}


def listen_for_moves(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Detect what is written through a new ``connection``."""
    if hear_moves not in connection.execute_wrappers:
        connection.execute_wrappers.append(hear_moves)


def hear_moves(execute: Callable, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Wrap each statement (Django's execute_wrapper), and compare the addresses before and after it."""
    model, match = _moving(sql)
    if model is None or many:
        return execute(sql, params, many, context)
    connection = context["connection"]
    with transaction.atomic(using=connection.alias):  # both or neither
        touched = _touched(connection, model, match, params or ())
        before = _paths(connection.alias, model, touched)
        result = execute(sql, params, many, context)
        after = _paths(connection.alias, model, touched)
        for pk, path in before.items():
            if after.get(pk) != path:
                _note(connection.alias, model, pk, path)
    return result


def _moving(sql: Any) -> tuple[type[Model] | None, Any]:
    """Return the model whose rows ``sql`` may move, and the match of the statement."""
    if not isinstance(sql, str) or sql.lstrip()[:6].upper() not in {"UPDATE", "DELETE"}:
        return None, None
    match = UPDATE.match(sql) or DELETE.match(sql)
    if match is None or ("set" in match.groupdict() and not MOVES.search(match["set"])):
        return None, None
    return next((model for model in map(apps.get_model, KINDS) if model._meta.db_table == match["table"]), None), match


def _touched(connection: BaseDatabaseWrapper, model: type[Model], match: Any, params: Sequence[Any]) -> list[int]:
    """Return the rows in the statement's own condition; all rows if its parameters are not certain."""
    values = match.groupdict().get("set", "")
    where, where_params = match["where"] or "", tuple(params)[values.count("%s") :]
    if "SELECT" in values:
        where, where_params = "", ()
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "id" FROM "{model._meta.db_table}" {where}', where_params)  # noqa: S608 - Django's own
        return [pk for (pk,) in cursor.fetchall()]


def _paths(alias: str, model: type[Model], touched: list[int]) -> dict[int, str]:
    """Return the paths of rows by primary key; it reads only columns that exist before the latest migration."""
    rows = model._base_manager.using(alias)
    if model._meta.label != "articles.Section":
        return {pk: path_of(model(slug=slug)) for pk, slug in rows.filter(pk__in=touched).values_list("pk", "slug")}
    moved = rows.filter(Q(pk__in=touched) | Q(parent__in=touched)).values_list("pk", "slug", "parent__slug")
    return {pk: f"/{above}/{slug}/" if above else f"/{slug}/" for pk, slug, above in moved}


def _note(alias: str, model: type[Model], pk: int, path: str) -> None:
    values = {"kind": KINDS[model._meta.label], "row": pk}
    FormerAddress.objects.using(alias).update_or_create(path=normal_path(path), defaults=values)
