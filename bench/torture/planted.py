"""Bugs planted on purpose, each into a copy of the code: is a short torture enough to notice it?"""

import shutil
import tempfile
import tomllib
from pathlib import Path

from bench.torture.paper import BASE
from bench.torture.running import Plan, summary, torture

BUGS = Path(__file__).with_name("planted.toml")
COPIED = ["newsroom", "articles", "tickers", "ground", "templates", "manage.py", "gunicorn.conf.py"]
LINKED = ["static", "fixtures", "bench"]  # nothing is planted there
SECONDS = 200  # that a bug may stay unnoticed
USUAL = [""]  # nothing strikes


def planted_bugs() -> list[dict]:
    """The bugs of ``planted.toml``; ``LookupError`` where the code is another now."""
    bugs = tomllib.loads(BUGS.read_text())["bug"]
    for bug in bugs:
        if (BASE / bug["path"]).read_text().count(bug["old"]) != 1:
            raise LookupError(f"{bug['path']} does not say “{bug['old']}” exactly once.")
    return bugs


def copy_code(folder: Path, bug: dict | None = None) -> Path:
    """A copy of the code in ``folder``, with ``bug`` in it."""
    code = folder / "code"
    code.mkdir(parents=True)
    for name in COPIED:
        copy = shutil.copytree if (BASE / name).is_dir() else shutil.copy2
        copy(BASE / name, code / name)
    for name in LINKED:
        (code / name).symlink_to(BASE / name)
    if bug:
        module = code / bug["path"]
        module.write_text(module.read_text().replace(bug["old"], bug["new"]))
    return code


def try_planted(only: str, seed: int, server: str) -> int:
    """Torture a paper with each bug; print which are noticed, and return 1 if one is not."""
    bugs = [bug for bug in planted_bugs() if only in f"{bug['path']} {bug['rule']}"]
    missed = 0
    with tempfile.TemporaryDirectory(prefix="newsroom-planted-") as name:
        folder = Path(name)
        for number, bug in enumerate(bugs):
            code = copy_code(folder / str(number), bug)
            kind, faults = bug.get("paper", "sqlite"), bug.get("faults", USUAL)
            plan = Plan(kind, seed, SECONDS, folder / f"{number}.jsonl", faults, code=code, until_found=True)
            plan.server, plan.owns_server, plan.stories, plan.readers = server, True, 2, 2
            plan.steps, plan.hold = bug["steps"].split(), 1.0
            model = torture(plan)
            verdict = f"found: {model.problems[0][1]}" if model.problems else f"NOT FOUND: {summary(model)}"
            print(f"{bug['rule']}: {verdict}", flush=True)
            missed += not model.problems
            shutil.rmtree(folder / str(number))
    print(f"{len(bugs) - missed} of {len(bugs)} found, seed {seed}")
    return int(missed > 0)
