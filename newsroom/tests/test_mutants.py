"""What is broken on purpose, and how; whether tests notice it is for ``make mutants``, which takes too long here."""

import sys
import tempfile
import types
from pathlib import Path
from unittest import mock

from django.test import SimpleTestCase, TestCase

from bench.mutants import areas
from bench.mutants.changes import BASE, Mutant, mutants_of
from bench.mutants.trying import FIRST, break_module

RULE = """
LIMIT = 30

def may(user, pages):
    if user.is_away:
        return False
    user.asked = True
    return user.is_active and len(pages) < LIMIT
"""
CHANGES = [
    (2, "", "30 → 31"),
    (5, "may", "if user.is_away → if user.is_away and False"),
    (6, "may", "False → True"),
    (7, "may", "user.asked = True → nothing"),
    (7, "may", "True → False"),
    (8, "may", "user.is_active and len(pages) < LIMIT → len(pages) < LIMIT"),
    (8, "may", "user.is_active and len(pages) < LIMIT → user.is_active"),
    (8, "may", "len(pages) < LIMIT → len(pages) <= LIMIT"),
]


class DatabaseTests(TestCase):
    def test_mutants_begin_with_an_empty_database(self):
        assert Path(__file__) == BASE / FIRST


class ChangeTests(SimpleTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "rule.py"
        self.path.write_text(RULE)

    def test_a_rule_is_broken_in_each_way_that_is_easily_written_by_mistake(self):
        mutants = mutants_of(str(self.path))
        assert [(mutant.line, mutant.function, mutant.change) for mutant in mutants] == CHANGES

    def test_a_change_has_the_same_turn_wherever_its_function_stands(self):
        turns = [mutant.turn for mutant in mutants_of(str(self.path)) if mutant.function]
        moved = self.path.with_name("moved.py")
        moved.write_text(RULE.replace("\n\n", "\n\n\n\ndef another():\n    return 1\n\n", 1))
        with mock.patch.object(
            Mutant, "name", property(lambda mutant: f"{self.path} {mutant.function} {mutant.change}")
        ):
            assert [mutant.turn for mutant in mutants_of(str(moved)) if mutant.function == "may"] == turns

    def test_broken_code_is_what_everybody_who_imported_it_runs(self):
        name = str(self.path).removesuffix(".py").replace("/", ".")
        module, user = types.ModuleType(name), types.ModuleType("who imports it")
        module.__file__ = str(self.path)
        exec(compile(RULE, module.__file__, "exec"), vars(module))
        user.may, user.LIMIT = module.may, module.LIMIT
        active = types.SimpleNamespace(is_away=False, is_active=True)
        with mock.patch.dict(sys.modules, {name: module, user.__name__: user}):
            assert not user.may(active, range(30))
            limit, *_others, boundary = mutants_of(str(self.path))
            break_module(boundary)
            assert user.may(active, range(30))
            break_module(limit)
            assert (user.LIMIT, user.may(active, range(30)), user.may(active, range(31))) == (31, True, False)


class WrittenDownTests(SimpleTestCase):
    def test_each_area_has_modules_and_tests(self):
        paths = [path for area in areas.AREAS.values() for path in (*area.modules, *area.tests)]
        assert [path for path in paths if not (BASE / path).is_file()] == []

    def test_at_least_150_are_due_and_those_written_by_hand_belong_to_an_area(self):
        due = [mutant for area in areas.AREAS for mutant in areas.mutants_of_area(area) if mutant.turn < areas.DUE]
        assert len(due) >= 150
        modules = {path for area in areas.AREAS.values() for path in area.modules}
        for mutant in areas.mutants_by_hand():
            assert mutant.path in modules, mutant.change
            assert mutant.source.count("\n") == (BASE / mutant.path).read_text().count("\n"), mutant.change

    def test_what_nobody_could_notice_is_still_there_and_has_a_reason(self):
        for name, reason in areas.unobservable().items():
            assert len(reason) > 20, name

    def test_what_was_written_down_of_code_that_is_gone_is_a_mistake(self):
        entry = 'path = "articles/desk/roles.py"\nfunction = "may"\n'
        for wrong, look in (
            (f'[[by_hand]]\nrule = "R"\nold = "nobody wrote this"\nnew = ""\n{entry}', areas.mutants_by_hand),
            (f'[[unobservable]]\nchange = "1 → 2"\nreason = "R"\n{entry}', areas.unobservable),
        ):
            with tempfile.NamedTemporaryFile("w") as file, mock.patch.object(areas, "KNOWN", Path(file.name)):
                file.write(wrong)
                file.flush()
                with self.assertRaises(LookupError):
                    look()
