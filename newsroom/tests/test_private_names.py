"""Names of Django that begin with an underscore, or are not documented, are used only where it says why."""

import ast
import re
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

ROOT = Path(settings.BASE_DIR)
PRIVATE = re.compile(r"_(?!_)")
PUBLIC = {"_meta", "_state", "_default_manager", "_base_manager", "_asdict", "_replace"}  # documented, or Python's own
UNDOCUMENTED = (
    "django.db.models.sql",
    "django.db.models.base",
    "django.db.models.query",
    "django.db.models.options",
    "django.db.models.fields.related_descriptors",
    "django.db.backends.base",
    "django.db.backends.postgresql",
    "django.db.backends.sqlite3",
    "django.db.backends.utils",
    "django.template.base",
    "django.template.loader_tags",
    "django.template.defaulttags",
    "django.core.handlers",
    "django.utils.deprecation",
    "django.utils.datastructures",
    "django.utils.tree",
)
# What is left on 2026-11-30, each with its reason. The list can only shrink: an entry that is not used fails, too.
LEFT = {
    ("newsroom/serving/pagecache/page.py", "_store"): "headers of a kept page are set at once: a hit is mostly this",
    ("newsroom/serving/former_addresses.py", "django.db.backends.base"): "the type of a connection, for annotations",
    ("newsroom/serving/changes.py", "django.db.backends.base"): "the type of a connection, for annotations",
    (
        "newsroom/postgresql/base.py",
        "django.db.backends.postgresql",
    ): "Django's documents say how a backend is made of another",
    (
        "newsroom/serving/postgres.py",
        "django.db.backends.postgresql",
    ): "times are read by a loader in Django's own list",
    (
        "newsroom/desk/unsaved_screens.py",
        "_get_obj_does_not_exist_redirect",
    ): "a form of a row that is gone is not lost",
    ("articles/admin/idea/steps.py", "_get_obj_does_not_exist_redirect"): "an idea that became an article leads there",
    ("newsroom/desk/unsaved_screens.py", "_changeform_view"): "as in edit_conflicts.py",
    (
        "newsroom/desk/edit_conflicts.py",
        "_changeform_view",
    ): "the row is locked within the transaction of the admin's view",
    ("articles/admin/image.py", "_committed"): "a file that is on disk before its row",
    ("articles/exporting/word_document.py", "_p"): "python-docx says so itself where it has no function, as for lists",
    ("articles/exporting/word_document.py", "_r"): "the same, for links",
    ("articles/exporting/word_notes.py", "_p"): "the same, for footnotes",
    ("articles/admin/image_form.py", "_post_clean"): "what a model refuses is told beside another field",
}


def modules():
    for folder in ("newsroom", "articles", "tickers", "ground"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts):
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def defined(tree):
    """The names that a module of ours defines or sets."""
    nodes = list(ast.walk(tree))
    found = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    found |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return found | {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}


def own_names():
    """Those of all modules, but for names that Django has, too: in the module that defines one it is ours."""
    return set().union(*(defined(tree) for _path, tree in modules())) - {name for _path, name in LEFT}


def used(tree, ours):
    """The private names and undocumented modules that a module uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django."):
            yield from (alias.name for alias in node.names if alias.name.startswith("_"))
            yield from (name for name in UNDOCUMENTED if f"{node.module}.".startswith(f"{name}."))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from (name for name in UNDOCUMENTED if f"{alias.name}.".startswith(f"{name}."))
        elif isinstance(node, ast.Attribute) and PRIVATE.match(node.attr) and node.attr not in PUBLIC | ours:
            is_its_own = isinstance(node.value, ast.Name) and node.attr in defined(tree)  # not super()._name
            yield from [] if is_its_own else [node.attr]


class PrivateNamesTests(SimpleTestCase):
    def test_private_names_are_used_only_where_it_says_why(self):
        ours = own_names()
        found = {(path, name) for path, tree in modules() for name in used(tree, ours)}
        assert found - set(LEFT) == set()
        assert set(LEFT) - found == set(), "They are gone: take them from the list"
