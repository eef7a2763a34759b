"""What docs/asvs.md says of OWASP ASVS 5.0, and what that standard wants to be nowhere in the code."""

import ast
import re
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

from newsroom.tests.test_docs import find, reference, spans

ROOT = Path(settings.BASE_DIR)
PAGE = "docs/asvs.md"
# Every requirement of levels 1 and 2 of version 5.0.0; those that are missing among the numbers are of level 3.
NUMBERS = """
1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2 4.1.1-3
4.2.1 4.3.1-2 4.4.1-4 5.1.1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 6.8.1-4 7.1.1-3
7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2 8.1.1-2 8.2.1-3 8.3.1 8.4.1 9.1.1-3 9.2.1-4 10.1.1-2 10.2.1-2 10.3.1-4
10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1 11.6.1 12.1.1-3 12.2.1-2 12.3.1-4 13.1.1
13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3 15.3.1-7 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3
16.5.1-3 17.1.1 17.2.1-4 17.3.1-2
"""
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (met|not applicable|not met): (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
LACKING = re.compile(r"^- \*\*((?:\d+\.\d+\.\d+(?:, )?)+)\*\*", re.MULTILINE)
MOST_WORDS = 12
# Modules whose names say nothing of a key, a secret or a signature: digests of contents, and waiting times.
CRYPTOGRAPHY = {
    "hmac",
    "secrets",
    "cryptography",
    "pyrage",
    "signing",
    "salted_hmac",
    "hashers",
}
WAITING = {"newsroom/serving/replicas.py", "tickers/fetch.py"}  # they draw how long to wait, not what nobody may guess
DIGESTS = {"md5", "sha1"}
SHELLS = {"system", "popen", "getoutput"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
READS_CODE = {"pickle", "marshal", "shelve", "dill", "yaml"}
MARKUP = re.compile(r"(?:\.innerHTML \+?= |\.outerHTML = |insertAdjacentHTML\(|document\.write|\.srcdoc = )")
WRITE_MARKUP = {  # what our own server escaped, or what was parsed and serialised just before
    "desk-checks.js",
    "desk-preview.js",
    "editor-footnotes.js",
    "editor-picker.js",
}


def requirements() -> list[str]:
    """The numbers, one by one."""
    numbers = []
    for span in NUMBERS.split():
        section, _dot, ends = span.rpartition(".")
        first, _dash, last = ends.partition("-")
        numbers += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return numbers


def page() -> str:
    return (ROOT / PAGE).read_text()


def modules() -> dict[str, ast.Module]:
    """Each module of the running newsroom by its path."""
    paths = [
        path for name in ("articles", "ground", "newsroom", "tickers") for path in sorted((ROOT / name).rglob("*.py"))
    ]
    paths = [path for path in paths if not {"tests", "migrations"} & set(path.parts)]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in paths}


def imported(module: ast.Module) -> set[str]:
    """The first part of each module that is imported, and each name that is taken from one."""
    names = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.name.partition(".")[0] for alias in node.names}
            names |= set((getattr(node, "module", "") or "").split("."))
    return names


def calls(module: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(module) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    """The last part of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


class PageTests(SimpleTestCase):
    def test_every_requirement_is_there_once(self):
        assert len(requirements()) == 253
        assert [row[0] for row in ROW.findall(page())] == requirements()

    def test_each_is_told_in_few_words(self):
        assert [row[:2] for row in ROW.findall(page()) if len(row[1].split()) > MOST_WORDS] == []

    def test_each_that_is_met_names_tests_that_are_there(self):
        missing = []
        for number, _asked, state, why in ROW.findall(page()):
            tests = TEST.findall(why)
            assert bool(tests) == (state == "met"), number
            missing += [f"{number}: {file}::{test}" for file, test in tests if not is_test(file, test)]
        assert missing == []

    def test_each_other_has_a_reason(self):
        reasons = [(row[0], row[3]) for row in ROW.findall(page()) if row[2] != "met"]
        assert [number for number, why in reasons if len(why.split()) < 2] == []

    def test_what_is_not_met_stands_at_the_top_too(self):
        top = page().partition("\n## ")[0]
        numbers = [number for line in LACKING.findall(top) for number in line.split(", ")]
        assert sorted(numbers) == sorted(row[0] for row in ROW.findall(page()) if row[2] == "not met")


def is_test(file: str, name: str) -> bool:
    return (ROOT / file).is_file() and f"    def {name}(" in (ROOT / file).read_text()


class WrittenDownTests(SimpleTestCase):
    """What the standard wants in a document is that of the code."""

    def test_bounds_are_those_of_the_code(self):
        lines = [line for line in reference("Bounds", PAGE).splitlines() if line.startswith("|")][2:]
        assert len(lines) > 20
        for line in lines:
            _what, number, place = line.strip("| ").split(" | ")
            with self.subTest(line):
                value, amount = find(spans(place)[0]), float(re.match(r"[\d.,]+", number)[0].replace(",", ""))
                units = {"KB": 1024, "MB": 1024**2, "minutes": 60, "hours": 3600, "days": 86400}
                amount *= units.get(number.split()[1], 1)
                assert amount == (value.total_seconds() if hasattr(value, "total_seconds") else value)

    def test_every_module_with_a_key_or_a_secret_is_listed(self):
        listed = set(spans(reference("Keys, secrets and algorithms", PAGE)))
        used = {place for place, module in modules().items() if imported(module) & CRYPTOGRAPHY}
        assert used - listed == set()


class CodeTests(SimpleTestCase):
    """What is not in the code at all."""

    def test_no_text_is_run_as_code_and_no_command_goes_through_a_shell(self):
        for place, module in modules().items():
            assert not imported(module) & READS_CODE, place
            for call in calls(module):
                is_plain = isinstance(call.func, ast.Name) and call.func.id in RUNS_TEXT
                has_shell = any(argument.arg == "shell" for argument in call.keywords)
                assert [is_plain, has_shell, name_of(call) in SHELLS] == [False] * 3, place

    def test_no_template_is_made_of_what_somebody_typed(self):
        for place, module in modules().items():
            assert "from_string" not in {name_of(call) for call in calls(module)}, place
            taken = [node for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
            names = {alias.name for node in taken if node.module == "django.template" for alias in node.names}
            assert "Template" not in names, place

    def test_no_weak_digest_guards_anything(self):
        for place, module in modules().items():
            weak = [call for call in calls(module) if name_of(call) in DIGESTS]
            assert all(any(word.arg == "usedforsecurity" for word in call.keywords) for call in weak), place

    def test_nothing_secret_is_drawn_by_a_generator_that_can_be_guessed(self):
        drawn = {place for place, module in modules().items() if "random" in imported(module)}
        assert drawn == WAITING

    def test_scripts_write_markup_in_few_places_and_no_key_of_a_key(self):
        scripts = {path.name: path.read_text() for path in sorted((ROOT / "static" / "js").glob("*.js"))}
        assert {name for name, text in scripts.items() if MARKUP.search(text)} == WRITE_MARKUP
        for name, text in scripts.items():
            assert not re.search(r"__proto__|\w\[[^\]\n]+\]\[[^\]\n]+\] = ", text), name
            assert not re.search(r"\beval\(|new Function|postMessage|[\"']message[\"']", text), name

    def test_no_script_keeps_a_password_manager_or_a_paste_from_a_login(self):
        listening = {path.name for path in (ROOT / "static" / "js").glob("*.js") if '"paste"' in path.read_text()}
        assert {name for name in listening if not name.startswith("editor-")} == {"desk-unsaved.js"}  # which only looks

    def test_nginx_takes_new_tls_alone_and_lists_no_folder(self):
        files = [path.read_text() for path in sorted((ROOT / "deploy").glob("nginx*.conf"))]
        protocols = re.findall(r"^\s*ssl_protocols (.+);", "\n".join(files), re.MULTILINE)
        assert set(protocols) == {"TLSv1.2 TLSv1.3"}
        assert "autoindex" not in "".join(files)
