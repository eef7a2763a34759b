"""The house stays small: no circle of imports, no long module, no long function, few files on the top level."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
from django.test import SimpleTestCase

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("newsroom", "articles", "tickers", "ground")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
MOST_FILES_ON_TOP = 14
CURSOR_KEY = re.compile(r"keyboard\.press\(\s*\"(?:\w+\+)*(?:Home|End|PageUp|PageDown|a|Shift\+Arrow\w+)\"")


def modules():
    for package in (*PACKAGES, "bench"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts):
                yield path


class StructureTests(SimpleTestCase):
    def test_no_module_imports_one_that_imports_it(self):
        """Imports within functions and of types count, too: a reader of the code follows them all the same."""
        graph = grimp.build_graph(*PACKAGES)
        inside = {name for name in graph.modules if ".tests" not in name and ".migrations" not in name}
        imports = {name: graph.find_modules_directly_imported_by(name) & inside for name in inside}
        assert len(imports) > 300
        TopologicalSorter(imports).prepare()  # CycleError names the modules

    def test_a_module_is_read_in_one_go(self):
        lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
        assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}

    def test_a_function_is_seen_whole(self):
        long = [
            f"{path.relative_to(ROOT)}: {node.name}"
            for path in modules()
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
        ]
        assert long == []

    def test_the_top_of_the_project_holds_what_puts_it_together(self):
        files = [path.name for path in (ROOT / "newsroom").glob("*.py") if path.name != "__init__.py"]
        assert len(files) <= MOST_FILES_ON_TOP, files


class BrowserTestRules(SimpleTestCase):
    def test_keys_that_move_the_cursor_wait_until_the_editor_heard_of_the_last(self):
        files = sorted((ROOT / "newsroom" / "tests").glob("test_*.py"))
        unheard = [f"{file.name}: {match}" for file in files for match in CURSOR_KEY.findall(file.read_text())]
        assert not unheard, f"These press at once; press_key of test_browser.py waits: {unheard}"
