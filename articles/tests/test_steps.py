"""The table of steps: every row is whole, and every name of a step that stands anywhere is in it."""

import ast
import inspect
import re
from pathlib import Path

from django.template import Context, Template
from django.test import SimpleTestCase, TestCase
from django.utils.module_loading import import_string

from articles.admin.article import actions
from articles.admin.article import steps as desk
from articles.desk import roles, steps
from articles.desk.steps import FIELDS, IN_HAND, STEPS, UnknownStepError
from articles.desk.workflow.locking import locked
from articles.tests.factories import make_article, make_user

ROOT = Path(__file__).resolve().parents[2]
WRONG = {"no-such-step", "publsih"}  # of tests that misspell on purpose
NAMED_SECOND = {"may", "locked", "_step"}  # functions whose second argument is the name of a step
NAMED_FIRST = {"of", "right_of"}  # of the module ``steps``
IN_TEMPLATES = [
    re.compile(r"{% press \"(\w+)\""),
    re.compile(r"\"(\w+)\" (?:not )?in (?:offered|next_steps|further)\b"),
    re.compile(r"name=\"_step\" value=\"(\w+)"),
]


def modules():
    for folder in ("articles", "newsroom", "bench", "fixtures"):
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def names_in(source):
    """The names of steps that stand in a module as they are."""
    presses = "def press(self, step" in source
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _named_by(node, presses=presses)
        elif isinstance(node, ast.Dict):
            yield from _texts(value for key, value in zip(node.keys, node.values, strict=True) if _text(key) == "_step")


def _named_by(call, *, presses):
    name, of = getattr(call.func, "attr", getattr(call.func, "id", "")), getattr(call.func, "value", None)
    if name in NAMED_SECOND:
        yield from _texts(call.args[1:2])
    if (name in NAMED_FIRST and getattr(of, "id", "") == "steps") or (presses and name == "press"):
        yield from _texts(call.args[:1])
    yield from _texts(keyword.value for keyword in call.keywords if keyword.arg == "_step")


def _texts(nodes):
    for node in nodes:
        first = node.values[0] if isinstance(node, ast.JoinedStr) else node
        if text := _text(first):
            yield text.partition(":")[0]


def _text(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


class RowTests(SimpleTestCase):
    def test_no_two_rows_have_one_name(self):
        assert len(steps.ROWS) == len(STEPS)

    def test_functions_are_the_workflows_and_take_who_asks(self):
        for name, step in STEPS.items():
            with self.subTest(name):
                assert step.function or not (step.button or step.bulk)
                if step.function:
                    told = inspect.signature(import_string(f"articles.desk.workflow.{step.function}")).parameters
                    assert {"by", step.argument} - {""} <= told.keys()

    def test_what_a_row_names_is_there(self):
        for name, step in STEPS.items():
            with self.subTest(name):
                assert step.fields <= FIELDS.keys()
                assert set(step.keeps) <= step.fields & set(IN_HAND)
                assert bool(step.argument) <= bool(step.asks)
                assert {*step.own_at, *step.stages, *step.next_at} <= steps.ANY_STAGE
                assert not step.of or step.of in desk.FIND
                assert not step.right or not STEPS[step.right].right

    def test_no_field_stands_on_the_form_twice(self):
        asking = {step.asks for step in STEPS.values() if step.is_in_menu and step.argument}
        placed = [step.fields for step in STEPS.values() if step.button and not step.is_in_menu]
        assert asking
        assert not asking & set().union(*placed)

    def test_of_each_button_somebody_says_what_was_done(self):
        said = {name for name, step in STEPS.items() if step.said}
        assert said | desk.TOLD.keys() == {name for name, step in STEPS.items() if step.button}
        assert not said & desk.TOLD.keys()

    def test_each_field_is_made_and_each_class_of_many_is_of_a_step(self):
        assert {asked.kind for asked in FIELDS.values()} == desk.MAKE.keys()
        assert {name for name in actions.CLASSES if not steps.step_named(name).bulk} == set()


class NameTests(SimpleTestCase):
    def test_every_name_in_the_code_is_in_the_table(self):
        found = {(path.name, name) for path in modules() for name in names_in(path.read_text())}
        assert len(found) > 60
        assert {(path, name) for path, name in found if name not in STEPS.keys() | WRONG} == set()

    def test_every_name_in_a_template_is_in_the_table(self):
        found = {
            (path.name, name)
            for path in (ROOT / "templates").rglob("*.html")
            for pattern in IN_TEMPLATES
            for name in pattern.findall(path.read_text())
        }
        assert len(found) > 20
        assert {(path, name) for path, name in found if name not in STEPS} == set()

    def test_a_misspelt_name_would_be_found(self):
        source = """
roles.may(user, "publsih", article); locked(article, "a", by); steps.of("b"); post({"_step": "c:1"}); typed(_step="d")
def press(self, step): self.press(f"e:{pk}")
"""
        assert set(names_in(source)) == {"publsih", *"abcde"}


class UnknownTests(TestCase):
    def test_a_misspelt_step_raises_whoever_asks(self):
        article = make_article()
        for role in roles.PERMISSIONS:
            user = make_user(role)
            for call in (
                lambda user=user: roles.may(user, "publsih"),
                lambda user=user: roles.may(user, "publsih", article),
                lambda user=user: locked(article, "publsih", user),
            ):
                with self.subTest(role), self.assertRaises(UnknownStepError):
                    call()

    def test_no_template_has_a_button_for_it(self):
        for name, step in STEPS.items():
            if step.button:
                html = Template(f'{{% load desk %}}{{% press "{name}" 7 look="x" %}}').render(Context())
                assert html == f'<button type="submit" name="_step" value="{name}:7" class="x">{step.button}</button>'
        with self.assertRaises(UnknownStepError):
            Template('{% load desk %}{% press "publsih" %}').render(Context())
