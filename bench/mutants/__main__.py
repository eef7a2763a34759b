"""Break what decides, a change at a time, and say which changes no test notices; ``make mutants``.

    .venv/bin/python -m bench.mutants --area roles --per-thousand 1000    # every change of one area
    .venv/bin/python -m bench.mutants --only keys.py                      # what is due in one module

Which changes are tried never differs from one run to the next: those whose digest, of module, function and change,
leaves less than ``--per-thousand`` when divided by a thousand, and all that stand in ``known.toml``. Ends with 1 if
fewer than 95 in a hundred are noticed of those that can be, or if an entry of ``known.toml`` is wrong.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.mutants.areas import AREAS, DUE, mutants_by_hand, mutants_of_area, unobservable
from bench.mutants.changes import BASE, Mutant
from bench.mutants.trying import FAILED, FIRST, KILLED, LATE, SURVIVED, UNTESTED, Trial

AT_ONCE = 2
ENOUGH = 0.95
PYTEST = ["-q", "-m", "not browser", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--area", choices=AREAS, action="append", help="of these areas alone")
    parser.add_argument("--only", default="", help="those whose module, function or change has this text")
    parser.add_argument("--per-thousand", type=int, default=DUE)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)  # one area, in a process of its own
    options = parser.parse_args()
    if options.into:
        return _try_area(options.area[0], _due(options, options.area[0]), options.into)
    areas = [area for area in options.area or AREAS if _due(options, area)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        return _print_all(
            [result for results in pool.map(lambda area: _ask(area, options, folder), areas) for result in results]
        )


def _due(options: argparse.Namespace, area: str) -> list[Mutant]:
    mutants = [mutant for mutant in mutants_of_area(area) if mutant.turn < options.per_thousand]
    mutants += [mutant for mutant in mutants_by_hand() if mutant.path in AREAS[area].modules]
    return [mutant for mutant in mutants if options.only in f"{mutant.path} {mutant.function} {mutant.change}"]


def _ask(area: str, options: argparse.Namespace, folder: str) -> list[tuple[Mutant, str, str]]:
    """What becomes of the mutants of ``area``; its process shares nothing with the others but the empty tables."""
    into = Path(folder) / f"{area}.jsonl"
    shared = {
        "NEWSROOM_TEST_SHARED": folder,
        "HYPOTHESIS_STORAGE_DIRECTORY": f"{folder}/{area}",
    }
    command = [sys.executable, "-m", "bench.mutants", "--area", area, "--only", options.only, "--into", str(into)]
    command += ["--per-thousand", str(options.per_thousand)]
    run = subprocess.run(command, cwd=BASE, env=shared | os.environ, capture_output=True, text=True)
    ends = [json.loads(line) for line in into.read_text().splitlines()] if into.exists() else []
    mutants = _due(options, area)
    if len(ends) != len(mutants):
        print(
            f"{area}: {len(ends)} of {len(mutants)} were tried.\n{run.stdout[-3000:]}{run.stderr[-3000:]}", flush=True
        )
        ends += [(FAILED, "")] * (len(mutants) - len(ends))
    print(*(line for line in run.stdout.splitlines() if line.startswith("left out")), sep="\n", end="", flush=True)
    counted = Counter(end for end, _test in ends)
    print(f"{area}: {', '.join(f'{number} {end}' for end, number in counted.most_common())}", flush=True)
    return [(mutant, end, test) for mutant, (end, test) in zip(mutants, ends, strict=True)]


def _try_area(area: str, mutants: list[Mutant], into: Path) -> int:
    import pytest

    def tell(_mutant: Mutant, end: str, test: str) -> None:
        with into.open("a") as file:
            file.write(json.dumps([end, test]) + "\n")

    pytest.main([*PYTEST, str(BASE / FIRST), *(str(BASE / test) for test in AREAS[area].tests)], [Trial(mutants, tell)])
    return 0


def _print_all(ends: list[tuple[Mutant, str, str]]) -> int:
    reasons = unobservable()
    wrong = [mutant for mutant, end, _test in ends if mutant.name in reasons and end in {KILLED, LATE}]
    counted: dict[str, Counter[str]] = {}
    for mutant, end, _test in ends:
        is_equal = mutant.name in reasons
        counted.setdefault(mutant.path, Counter())["unobservable" if is_equal else end] += 1
        if end in {SURVIVED, UNTESTED, FAILED} and not is_equal:
            print(f"{end}: {mutant.path}:{mutant.line} in {mutant.function or 'the module'}\n    {mutant.change}")
    print()
    for path, of in sorted(counted.items()):
        print(f"{path:45} {', '.join(f'{number} {end}' for end, number in sorted(of.items()))}")
    total = sum(counted.values(), Counter())
    noticed, missed = total[KILLED] + total[LATE], total[SURVIVED] + total[UNTESTED] + total[FAILED]
    share = noticed / max(1, noticed + missed)
    print(f"{total.total()} mutants, {total['unobservable']} of them unobservable;", end=" ")
    print(f"{noticed} of {noticed + missed} noticed: {share:.1%}")
    for mutant in wrong:
        print(
            f"known.toml calls it unobservable, but a test notices it: {mutant.path} {mutant.function} {mutant.change}"
        )
    return int(share < ENOUGH or bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
