"""A public name means one thing: functions and classes of different modules are not called alike."""

import ast
from collections import defaultdict
from pathlib import Path

from django.test import SimpleTestCase

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("newsroom", "articles", "tickers", "ground")
# Two modules that do the same in two ways: which of them is meant is decided once, where they are imported.
BACKENDS = {"sqlite", "postgres"}
ALIKE = {
    "Command": "Django finds a command by this name",
    "words": "migrations name that of articles/search/row.py; the other reads a setting",
    "draw_card": "tasks that wait in a queue are found by their names",
}


def modules():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            if not {"tests", "migrations", "templatetags"} & set(parts):  # templates call tags without their module
                yield path


def public_names(path):
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


class NameTests(SimpleTestCase):
    def test_a_public_name_is_defined_once(self):
        places = defaultdict(set)
        for path in modules():
            for name in public_names(path):
                backend = path.stem in BACKENDS
                places[name].add(f"{path.relative_to(ROOT).parent}/" if backend else str(path.relative_to(ROOT)))
        assert len(places) > 1000
        several = {name: sorted(where) for name, where in places.items() if len(where) > 1}
        assert several.keys() <= ALIKE.keys(), {name: several[name] for name in several.keys() - ALIKE.keys()}

    def test_every_exception_is_still_one(self):
        defined = [name for path in modules() for name in set(public_names(path))]
        assert [name for name in ALIKE if defined.count(name) < 2] == []
