"""Tests run on broken code: pytest loads everything once, then a process of its own is split off for each mutant.

Code is broken in the memory of that process alone: no file is touched, whatever happens, and nothing is loaded again.
"""

import ast
import gc
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from _pytest.runner import runtestprotocol

from bench.mutants.changes import Mutant, functions_within, source_of

LEAST, TIMES = 90, 20  # seconds that a mutant has, and times as many as its tests take with whole code
KILLED, LATE = "killed", "killed by time"
SURVIVED, UNTESTED, FAILED = "survived", "no test", "not tried"
FIRST = "newsroom/tests/test_mutants.py"  # asks for a database, so that it is made, and puts nothing into any cache


class Trial:
    """A plugin of pytest: in place of running the tests it tries ``mutants`` with those that call their functions."""

    def __init__(self, mutants: list[Mutant], tell: Callable[[Mutant, str, str], None]) -> None:
        self.mutants, self.tell = mutants, tell
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        """What a test within a test says; the others are not told here."""
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtestloop(self, session: Any) -> bool:
        items = [item for item in session.items if not item.nodeid.startswith(FIRST)]
        list(self._run([item for item in session.items if item not in items][:1], items[0]))
        _close_databases()
        calls = _in_child(lambda: self._watch(items), 3000)
        if not isinstance(calls, dict):
            raise RuntimeError(f"Tests can't be run with whole code: {calls}")
        if calls["failed"]:
            print("left out, as they fail with whole code:", *calls["failed"])
            items = [item for item in items if item.nodeid not in calls["failed"]]
        for mutant in self.mutants:
            chosen = _chosen(items, calls, mutant)
            if not chosen:
                self.tell(mutant, UNTESTED, "")
                continue
            seconds = LEAST + TIMES * sum(calls["seconds"][item.nodeid] for item in chosen)
            failed = _in_child(lambda: self._try(mutant, chosen), seconds)  # noqa: B023 - it ends within this round
            if failed is None:
                self.tell(mutant, LATE, "")
            else:
                self.tell(mutant, KILLED if failed else SURVIVED, " ".join(failed))
        return True

    def _run(self, items: list, last: Any = None) -> Iterator[None]:
        for item, following in zip(items, [*items[1:], last], strict=True):
            reports = runtestprotocol(item, nextitem=following, log=False)
            self.failed += [report.nodeid for report in reports if report.failed]
            yield item

    def _watch(self, items: list) -> dict[str, Any]:
        """Run all with whole code: how long each takes, and which functions of mutants it calls."""
        called: set[str] = set()
        of: dict[str, list[str]] = {}
        seconds: dict[str, float] = {}
        for path in {mutant.path for mutant in self.mutants}:
            _watch_module(path, called.add)
        start = time.monotonic()
        for item in self._run(items):
            seconds[item.nodeid], of[item.nodeid] = time.monotonic() - start, sorted(called)
            called.clear()
            start = time.monotonic()
        return {"of": of, "seconds": seconds, "failed": self.failed}

    def _try(self, mutant: Mutant, items: list) -> list[str]:
        """The tests that fail, one or none."""
        break_module(mutant)
        for _item in self._run(items):
            if self.failed:
                break
        return self.failed[:1]


def _chosen(items: list, calls: dict[str, Any], mutant: Mutant) -> list:
    """The tests that call the function of ``mutant``, class by class, the quickest class first."""
    name = f"{mutant.path} {mutant.function}"
    chosen = [
        item
        for item in items
        if any(
            called == name or (not mutant.function and called.startswith(name)) for called in calls["of"][item.nodeid]
        )
    ]
    seconds: dict[Any, float] = {}
    for item in chosen:
        seconds[item.parent] = seconds.get(item.parent, 0) + calls["seconds"][item.nodeid]
    return sorted(chosen, key=lambda item: (seconds[item.parent], item.parent.nodeid))


def _watch_module(path: str, call: Callable[[str], object]) -> None:
    """Have each function of the module ``call`` its name whenever it begins."""
    tree = ast.parse(source_of(path))
    for name, function in functions_within(tree):
        call_of_it = ast.parse(f"_called({f'{path} {name}'!r})").body
        ast.increment_lineno(call_of_it[0], function.body[0].lineno - 1)
        function.body[:0] = call_of_it
    module = _module_of(path)
    vars(module)["_called"] = call
    _replace_code(module, compile(tree, str(module.__file__), "exec", dont_inherit=True))


def break_module(mutant: Mutant) -> None:
    """Have every function of the module that is loaded do what the mutant's does."""
    module = _module_of(mutant.path)
    code = compile(mutant.tree(), str(module.__file__), "exec", dont_inherit=True)
    _replace_code(module, code)
    if not mutant.function:
        _run_again(module, code)


def _module_of(path: str) -> types.ModuleType:
    return sys.modules[path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")]


def _replace_code(module: types.ModuleType, code: types.CodeType) -> None:
    new = {(part.co_qualname, part.co_firstlineno): part for part in _code_within(code)}
    for function in gc.get_objects():
        if type(function) is types.FunctionType and function.__code__.co_filename == module.__file__:
            was = function.__code__
            function.__code__ = new.get((was.co_qualname, was.co_firstlineno), was)


def _code_within(code: types.CodeType) -> Iterator[types.CodeType]:
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield part
            yield from _code_within(part)


def _run_again(module: types.ModuleType, code: types.CodeType) -> None:
    """Give whoever took a value from ``module`` what it is by ``code``; functions and classes stay."""
    fresh = {"__name__": module.__name__, "__file__": module.__file__}
    exec(code, fresh)
    for name, new in fresh.items():
        if name.startswith("__") or isinstance(new, types.FunctionType | types.ModuleType | type):
            continue
        old = vars(module).get(name)
        if isinstance(new, dict | set) and isinstance(old, dict | set):  # others may hold it by another name
            old.clear()
            old.update(new)
            continue
        for other in list(sys.modules.values()):
            if vars(other).get(name) is old:
                setattr(other, name, new)


def _close_databases() -> None:
    from django.db import connections

    connections.close_all()


def _in_child(work: Callable[[], Any], seconds: float) -> Any:
    """What ``work`` gives in a process split off, with a database of its own; None if it takes longer."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        answer_file = Path(folder) / "said"
        if not (child := os.fork()):
            try:
                signal.alarm(int(seconds))
                for stream in (1, 2):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
                _own_database(Path(folder))
                answer_file.write_text(json.dumps(work()))
            except BaseException as error:
                answer_file.write_text(json.dumps([f"{type(error).__name__}: {error}"]))
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        return json.loads(answer_file.read_text()) if answer_file.exists() else None


def _own_database(folder: Path) -> None:
    from django.db import connections

    for connection in connections.all():
        settings = connection.settings_dict
        settings["NAME"] = shutil.copy(settings["NAME"], folder / "database.sqlite3")
