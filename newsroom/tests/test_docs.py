"""The documents and the code say the same: each list is compared with the code's own, and what is named is there.

A name that the code has and docs/reference.md has not fails here, as does one that only the document knows.
"""

import ast
import importlib
import inspect
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from unittest import mock

from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.db.models import QuerySet
from django.test import SimpleTestCase
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from articles.body import markup
from articles.desk import workflow
from articles.desk.steps import STEPS
from articles.models import Check
from newsroom import env
from newsroom.postgresql import patience

ROOT = Path(settings.BASE_DIR)
IGNORED = {line.strip("/\n ") for line in (ROOT / ".gitignore").read_text().splitlines()}
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and path.name not in IGNORED}
TEXTS = {".py", ".html", ".xml", ".js", ".css", ".conf", ".toml", ".yaml", ".service", ".in"}
PATH = re.compile(rf"(?<![\w./-])(?:{'|'.join(sorted(FOLDERS))}|\.ci)/[\w./*-]*")
FILE = re.compile(r"[\w-]+\.(?:py|js|html|css)")
DOTTED = re.compile(r"(?:articles|bench|ground|newsroom|tickers)(?:\.\w+)+(?:\(\))?")
FUNCTION = re.compile(r"\w+")
NAME = re.compile(r"[A-Z]\w{2,}")
DOCUMENT = re.compile(r"(?<![\w./-])[\w./-]+\.md\b")
MODULE = re.compile(r"(?<![\w/.-])[\w/-]+\.(?:py|js|css|html)\b")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
DATA = re.compile(r"\bdata-[a-z-]+")
SQL = re.compile(r"\bSELECT \w|\bexecute(?:many)?\(|RawSQL\(|RunSQL\(|\.extra\(|\bfetch\((?:alias|self\.alias|router)")
OUTSIDE = re.compile(r'os\.environ\.get\("(\w+)"')
OF_PYTEST = "PYTEST_"


def documents() -> Iterator[Path]:
    """Every document, but the list of changes, which tells of what was."""
    yield from (path for path in files(".md") if path.name != "CHANGELOG.md")


@cache
def files(*suffixes: str) -> list[Path]:
    """The repository's files with one of these endings."""
    inside = (path for folder in sorted(FOLDERS) for path in sorted((ROOT / folder).rglob("*")))
    found = [*sorted(ROOT.iterdir()), *inside]
    return [path for path in found if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts]


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def reference(heading: str, document: str = "docs/reference.md") -> str:
    """What stands below ``heading``, up to the next of its kind."""
    parts = re.split(r"^## ", read(ROOT / document), flags=re.MULTILINE)
    return next(part for part in parts if part.startswith(f"{heading}\n"))


def rows(heading: str) -> list[list[list[str]]]:
    """The table below ``heading``: of each row and cell the names that stand in it."""
    lines = [line for line in reference(heading).splitlines() if line.startswith("|")][2:]
    return [[spans(cell) for cell in line.strip("|").split("|")] for line in lines]


def column(heading: str, number: int = 0) -> list[str]:
    return [name for row in rows(heading) for name in row[number]]


def spans(text: str) -> list[str]:
    """What is set as code within a line."""
    return re.findall(r"`([^`]+)`", FENCED.sub("", text))


def words(text: str) -> set[str]:
    """The words of what is set as code."""
    return {word.strip(",;:") for span in spans(text) for word in span.split()}


def blocks(text: str) -> list[str]:
    """Paragraphs, points of a list, and rows of a table; not the code between them."""
    return [block for block in re.split(r"\n\n|\n(?=[|-])", FENCED.sub("", text)) if block.strip()]


def named_files(block: str) -> list[Path]:
    found = (ROOT / word for word in words(block) if PATH.fullmatch(word))
    return [path for path in found if path.is_file()]


def asked_settings() -> set[str]:
    """The variables that newsroom/settings.py reads."""
    calls = (
        node for node in ast.walk(ast.parse(read(ROOT / "newsroom" / "settings.py"))) if isinstance(node, ast.Call)
    )
    return {
        env.PREFIX + call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "env"
    }


def routes(patterns: list, before: str = "") -> Iterator[str]:
    """Every route of readers, as a match names it."""
    for one in patterns:
        route = str(one.pattern)
        route = before + route.removeprefix("^") if before else route
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        elif isinstance(one, URLPattern) and not route.startswith("admin/"):
            yield route


def prose_of(path: Path) -> list[str]:
    """The comments and docstrings of a module, of Python or of a script."""
    source = read(path)
    if path.suffix == ".js":
        return re.findall(r"//.*|/\*[\s\S]*?\*/", source)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    nodes = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    )
    return comments + [text for node in nodes if (text := ast.get_docstring(node))]


@mock.patch.dict(patience._usual)  # importing a server's entry makes this process one
def find(name: str) -> object:
    """What a dotted name leads to; ``AttributeError`` or ``ImportError`` if it leads nowhere."""
    path, *rest = name.split(".")
    found: object = importlib.import_module(path)
    for part in rest:
        path = f"{path}.{part}"
        if inspect.ismodule(found) and not hasattr(found, part):
            importlib.import_module(path)
        found = getattr(found, part)
    return found


def anchor(heading: str) -> str:
    """The name by which a link leads to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class ListTests(SimpleTestCase):
    """docs/reference.md has every name that the code has, and no other."""

    def assertListed(self, listed: list[str], there: set[str]) -> None:
        assert sorted(listed) == sorted(there), {
            "not in the code": sorted(set(listed) - there),
            "not in the document": sorted(there - set(listed)),
            "listed twice": sorted(name for name in set(listed) if listed.count(name) > 1),
        }

    def test_every_setting_is_listed(self):
        self.assertListed(column("Settings"), asked_settings())

    def test_the_example_environment_has_the_same_names(self):
        example = re.findall(r"^#?([A-Z0-9_]+)=", read(ROOT / ".env.example"), re.MULTILINE)
        developers = set(column("Settings of developers"))
        self.assertListed([name for name in example if name not in developers], asked_settings())

    def test_every_setting_of_developers_is_listed_with_the_file_that_reads_it(self):
        found = {
            name for path in files(".py") for name in OUTSIDE.findall(read(path)) if not name.startswith(OF_PYTEST)
        }
        self.assertListed(column("Settings of developers"), found)
        for (name,), (path,), *_rest in rows("Settings of developers"):
            assert name in OUTSIDE.findall(read(ROOT / path)), (name, path)

    def test_every_command_is_listed(self):
        ours = {config.name for config in apps.get_app_configs() if Path(config.path) == ROOT / config.name}
        self.assertListed(column("Commands"), {name for name, app in get_commands().items() if app in ours})

    def test_every_public_address_is_listed_with_the_view_that_answers(self):
        answered = set()
        for addresses, (view,), *_rest in rows("Public addresses"):
            for address in addresses:
                match = resolve(address)
                assert f"{match.func.__module__}.{match.func.__name__}()" == view, address
                answered.add(match.route)
        there = set(routes(get_resolver().url_patterns))
        assert len(there) > 50
        assert answered == there, {"not in the document": there - answered}

    def test_every_block_of_a_text_is_listed_with_what_it_is_in_a_body(self):
        self.assertListed(column("Blocks of a text"), set(markup.EDITOR))
        stored = {name for names in markup.ATTRIBUTES.values() for name in names if name.startswith("data-")}
        assert set(DATA.findall(" ".join(column("Blocks of a text", 1)))) == stored

    def test_every_step_is_listed_with_its_button(self):
        functions = {name for name in workflow.__all__ if inspect.isfunction(getattr(workflow, name))}
        functions |= {step.function.rpartition(".")[2] for step in STEPS.values() if step.function}
        self.assertListed(column("Steps of an article"), functions)
        self.assertListed(column("Steps of an article", 1), {name for name, step in STEPS.items() if step.button})

    def test_every_check_is_listed(self):
        self.assertListed(column("Checks before publishing"), set(Check.values))

    def test_every_module_with_sql_of_its_own_is_listed(self):
        document = ROOT / "docs" / "decisions" / "hand-written-sql.md"
        ours = [path for path in files(".py") if "tests" not in path.parts and path.parts[len(ROOT.parts)] != "bench"]
        found = {str(path.relative_to(ROOT)) for path in ours if SQL.search(read(path))}
        listed = {name for name in words(read(document)) if PATH.fullmatch(name) and (ROOT / name).is_file()}
        assert found <= listed, found - listed
        assert {name for name in listed - found if "tests" not in name} == set()


class NamedTests(SimpleTestCase):
    """What a document names is there."""

    def assertThere(self, pattern: re.Pattern[str], is_there: Callable[[str], object]) -> None:
        """Look at every word set as code that ``pattern`` knows."""
        found = [(str(path.relative_to(ROOT)), word) for path in documents() for word in sorted(words(read(path)))]
        found = [(document, word) for document, word in found if pattern.fullmatch(word)]
        assert len(found) > 5
        assert [one for one in found if not is_there(one[1])] == []

    def test_files_and_folders(self):
        self.assertThere(PATH, lambda word: any(ROOT.glob(word.rstrip("/"))))

    def test_files_without_their_folder(self):
        self.assertThere(FILE, {path.name for path in files(".py", ".js", ".html", ".css")}.__contains__)

    def test_functions_and_names_of_modules(self):
        self.assertThere(DOTTED, lambda word: find(word.removesuffix("()")))

    def test_functions_stand_in_a_file_that_is_named_beside_them(self):
        found = [(block, word[:-2]) for path in documents() for block in blocks(read(path)) for word in words(block)]
        found = [(block, name) for block, name in found if f"`{name}()`" in block and FUNCTION.fullmatch(name)]
        assert len(found) > 40
        assert [(block, name) for block, name in found if not is_defined(name, named_files(block))] == []

    def test_journeys_and_recipes_name_what_is_in_their_files(self):
        for heading in ("Five journeys", "Recipes"):
            for block in blocks(reference(heading, "docs/developers.md")):
                text = "".join(map(read, named_files(block)))
                for name in sorted(word for word in words(block) if NAME.fullmatch(word)):
                    assert re.search(rf"\b{name}\b", text), (heading, name)

    def test_every_word_of_the_house_has_a_module(self):
        for modules in rows_of_words():
            assert modules
            assert [name for name in modules if not (ROOT / name).is_file()] == []

    def test_the_tree_of_folders(self):
        tree = re.search(r"```text\n(.*?)```", reference("The folders", "docs/developers.md"), re.DOTALL)
        assert tree
        folder, seen = ROOT, set()
        for line in tree[1].splitlines():
            if line[0] != " ":
                seen |= {name for name in re.findall(r"([\w-]+)/(?=\s|$)", line) if (ROOT / name).is_dir()}
                folder = ROOT / line.partition("/")[0]
                continue
            for name in re.findall(r"([\w]+(?:\.py|/))(?=\s|$)", line):
                assert (folder / name).exists(), (folder.name, name)
        assert seen == FOLDERS

    def test_links_lead_somewhere(self):
        found = [(path, link) for path in files(".md") for link in LINK.findall(read(path)) if "://" not in link]
        assert len(found) > 30
        assert [(str(path.relative_to(ROOT)), link) for path, link in found if not leads_somewhere(path, link)] == []

    def test_comments_and_docstrings_cite_what_is_in_the_repository(self):
        wrong = {path: found for path in files(".py", ".js") if (found := cited_and_gone(path, read(path)))}
        assert len(wrong) > 5  # addresses and names of templates, which are no comments
        wrong = {path.name: found for path in wrong if (found := cited_and_gone(path, "\n".join(prose_of(path))))}
        assert wrong == {}

    def test_other_files_cite_documents_that_are_in_the_repository(self):
        found = [(path, cited) for path in files(*TEXTS - {".py"}) for cited in DOCUMENT.findall(read(path))]
        assert [(path.name, cited) for path, cited in found if not (ROOT / cited).is_file()] == []


@cache
def all_files() -> str:
    return " ".join(f"/{path.relative_to(ROOT)}" for path in files(*TEXTS)) + " "


def cited_and_gone(path: Path, text: str) -> set[str]:
    """What a piece of ``path`` cites like a file, and is none."""
    places = PATH.findall(text) if path.suffix == ".py" else []  # in a script it may be an address
    cited = {name.rstrip("./") for name in DOCUMENT.findall(text) + places}
    gone = {name for name in cited if name and not (ROOT / name).exists()}
    return gone | {name for name in MODULE.findall(text) if f"/{name} " not in all_files()}


def is_defined(function: str, where: list[Path]) -> bool:
    """Whether one of the files has it, or every queryset of Django's."""
    defined = re.compile(rf"\b(?:def|class|function) {function}\b|\b{function} = ")
    return hasattr(QuerySet, function) or any(defined.search(read(path)) for path in where)


def leads_somewhere(document: Path, link: str) -> bool:
    """Whether a link of ``document`` leads to a file, and to a heading in it if it names one."""
    target, _hash, place = link.partition("#")
    led = document.parent / target if target else document
    return led.exists() and (not place or place in map(anchor, re.findall(r"^#+ (.+)$", read(led), re.MULTILINE)))


def rows_of_words() -> list[list[str]]:
    """The modules of each word of docs/developers.md."""
    lines = reference("Words of the house", "docs/developers.md").splitlines()
    return [spans(line.strip("|").rpartition("|")[2]) for line in lines if line.startswith("|")][2:]
