"""Torture a newsroom: ``make torture``, half an hour in all; or see whether bugs planted on purpose are noticed.

    .venv/bin/python -m bench.torture --minutes 10 --paper sqlite --seed 7
    .venv/bin/python -m bench.torture --planted [--only "page cache"]

A run ends with 1 if anything can't be right, and names the seed and the file with its history. The same seed makes the
same dice; what meets what is up to the machine.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.torture.paper import BASE, collect_static
from bench.torture.planted import try_planted
from bench.torture.running import PAPERS, Plan, lines_of, summary, torture


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.torture", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30, help="of all papers together; 30")
    parser.add_argument("--paper", choices=PAPERS, action="append", help="of these alone")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--fault", action="append", default=[], help="these alone, in this order")
    parser.add_argument("--planted", action="store_true", help="break the code on purpose, a bug at a time")
    parser.add_argument("--only", default="", help="of the planted bugs, those whose line has this text")
    options = parser.parse_args()
    server = start_postgres()
    if options.planted:
        return try_planted(options.only, options.seed, server)
    kinds = options.paper or list(PAPERS)
    histories = BASE / "var" / "torture"
    histories.mkdir(parents=True, exist_ok=True)
    seconds = options.minutes * 60 / len(kinds)
    with tempfile.TemporaryDirectory(prefix="newsroom-static-") as name:
        static = collect_static(Path(name))
        plans = [
            Plan(kind, options.seed, seconds, histories / f"{kind}-{options.seed}.jsonl", options.fault)
            for kind in kinds
        ]
        return max([run(replace(plan, static=static, server=server, owns_server=True)) for plan in plans])


def run(plan: Plan) -> int:
    """Torture one paper, and print what came of it; return 1 if anything can't be right."""
    print(f"{PAPERS[plan.kind]}, seed {plan.seed}, {plan.seconds / 60:.1f} minutes", flush=True)
    start = time.monotonic()
    model = torture(plan)
    print(*lines_of(model), sep="\n")
    took = f"{time.monotonic() - start:.0f} s"
    print(f"{summary(model)} {took}, seed {plan.seed}, history in {plan.history}", flush=True)
    return int(bool(model.problems))


def start_postgres() -> str:
    """The address of a PostgreSQL of our own, which ends with this process: the one of the tests."""
    os.environ["NEWSROOM_TEST_POSTGRES"] = "1"
    os.environ.pop("NEWSROOM_TEST_SERVER", None)
    import newsroom.tests.settings  # noqa: F401 - starts it

    return os.environ["NEWSROOM_TEST_SERVER"]


if __name__ == "__main__":
    sys.exit(main())
