"""A public name means one thing in the repository, and a local one says what it holds."""

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

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
PROGRAMS = ("bench", "docs", "fixtures")
# Words that tell what was done with a thing and not what it is: “found” is a match, a row, a set of ids.
VAGUE = set(
    "asked found given gone held kept known made meant named one others piece pieces rest said same seen shown taken "
    "there thing things told wanted what who".split()
)
ALLOWED = {  # by place, with the reason
    "articles/admin/merge.py": {"gone"},  # the row that is merged into another, as in Merge.gone
    "articles/desk/merges/": {"gone"},  # the same
    "articles/importing/items.py": {"what"},  # as in SourceFinding.what
    "newsroom/serving/replicas.py": {"one"},  # Django's router calls its argument so
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


def vague_names(path):
    """Yield line and name of each parameter and local variable of ``path`` that is called by a vague word."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, FUNCTIONS)]
    for node in {inner for function in functions for inner in ast.walk(function)}:
        name = node.arg if isinstance(node, ast.arg) else node.id if _is_assigned(node) else ""
        if name in VAGUE:
            yield node.lineno, name


def _is_assigned(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def allowed_at(place):
    return {word for name, words in ALLOWED.items() if place.startswith(name) for word in words}


class LocalNameTests(SimpleTestCase):
    def test_a_local_variable_is_called_what_it_holds(self):
        programs = [path for folder in PROGRAMS for path in sorted((ROOT / folder).rglob("*.py"))]
        tags = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("templatetags/*.py"))]
        vague = defaultdict(list)
        for path in [*modules(), *programs, *tags]:
            place = str(path.relative_to(ROOT))
            names = sorted(vague_names(path))
            vague[place] += [f"{line}: {name}" for line, name in names if name not in allowed_at(place)]
        assert len(vague) > 300
        assert {place: names for place, names in vague.items() if names} == {}

    def test_every_exception_is_still_needed(self):
        used = defaultdict(set)
        for name in ALLOWED:
            place = ROOT / name
            for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
                used[name] |= {word for _line, word in vague_names(path)}
        assert [name for name, words in ALLOWED.items() if not words & used[name]] == []
