"""The code of a release: whether all of it can be imported, drawn with, and run on the database."""

import importlib
import pkgutil
from pathlib import Path

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.template import TemplateSyntaxError, engines
from django.template.loader import get_template

PACKAGES = ("ground", "tickers", "articles", "newsroom")
LEFT_OUT = {"tests", "migrations"}  # the former need what a server lacks; Django loads the latter


def import_all() -> int:
    """Import every module that a server may need, and return how many there are; one that can't be imported raises."""
    names = [
        module.name
        for package in map(importlib.import_module, PACKAGES)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not LEFT_OUT & set(module.name.split("."))
    ]
    for name in names:
        importlib.import_module(name)
    return len(names)


def compile_templates() -> int:
    """Compile every template of the paper, and return how many there are; raise ``CommandError`` for a wrong one."""
    folder = Path(engines["django"].dirs[0])
    names = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]
    for name in names:
        try:
            get_template(name)
        except (TemplateSyntaxError, UnicodeDecodeError) as error:
            raise CommandError(f"The template {name} can't be compiled: {error}") from error
    return len(names)


def planned_migrations() -> list[str]:
    """Return the migrations that this code has and the database has not, in their order."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if conflicts := executor.loader.detect_conflicts():
        raise CommandError(
            f"Migrations that know nothing of each other: {conflicts}. makemigrations --merge joins them."
        )
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _is_backward in plan]
