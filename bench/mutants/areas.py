"""Which modules decide, and which tests look at them; what somebody wrote down of their mutants."""

import tomllib
from typing import NamedTuple

from bench.mutants.changes import BASE, Mutant, mutants_of, source_of

KNOWN = BASE / "bench" / "mutants" / "known.toml"
DUE = 100  # of a thousand that could be made, as long as nobody asks for more


class Area(NamedTuple):
    """Modules, and the test modules that are run for them."""

    modules: list[str]
    tests: list[str]


def _in(folder: str, names: str) -> list[str]:
    return [f"{folder}/{name}.py" for name in names.split()]


AREAS = {
    "workflow": Area(
        _in("articles/desk/workflow", "assignment locking stages trash working_copy"),
        _in("articles/tests", "test_workflow test_assignment test_trash test_notices"),
    ),
    "timeline": Area(
        [*_in("articles/desk/workflow", "editions scheduled timeline"), *_in("articles/models", "edition")],
        [
            *_in(
                "articles/tests",
                "test_workflow test_assignment test_updates test_first_publication test_timeline test_lacking "
                "test_steps_together test_corrections test_feeds",
            ),
            "newsroom/tests/test_rates_in_articles.py",
        ],
    ),
    "roles": Area(
        _in("articles/desk", "roles steps"),
        _in(
            "articles/tests",
            "test_permissions test_steps test_assignment test_ideas test_merges test_article_templates",
        ),
    ),
    "page cache": Area(
        _in("newsroom/serving/pagecache", "codings control keys middleware page stores"),
        _in("newsroom/tests", "test_pagecache"),
    ),
    "markup": Area(
        _in("articles/body", "markup pull_quotes references"),
        _in("articles/tests", "test_markup test_pull_quotes test_footnotes test_text")
        + _in("newsroom/tests", "test_rates_in_articles"),
    ),
    "plausibility": Area(
        _in("tickers", "plausibility"), _in("tickers/tests", "test_plausibility test_outliers test_refresh")
    ),
    "curation": Area(
        _in("articles/public", "curation"),
        _in("articles/tests", "test_curation test_countries") + _in("newsroom/tests", "test_front_countries"),
    ),
}


def mutants_of_area(area: str) -> list[Mutant]:
    """Every mutant of its modules."""
    return [mutant for path in AREAS[area].modules for mutant in mutants_of(path)]


def mutants_by_hand() -> list[Mutant]:
    """Those of ``known.toml``: rules that no test looked at once; ``LookupError`` where the code is another now."""
    return [_by_hand(entry) for entry in tomllib.loads(KNOWN.read_text())["by_hand"]]


def _by_hand(entry: dict[str, str]) -> Mutant:
    before = source_of(entry["path"])
    if before.count(entry["old"]) != 1:
        raise LookupError(f"{entry['path']} does not say “{entry['old']}” exactly once.")
    line = before[: before.index(entry["old"])].count("\n") + 1
    return Mutant(
        entry["path"],
        line,
        entry["function"],
        f"by hand: {entry['rule']}",
        source=before.replace(entry["old"], entry["new"]),
    )


def unobservable() -> dict[str, str]:
    """Why nobody could notice a mutant, by its name; ``LookupError`` where there is no such mutant any more."""
    entries = tomllib.loads(KNOWN.read_text()).get("unobservable", [])
    names = {mutant.name for path in {entry["path"] for entry in entries} for mutant in mutants_of(path)}
    reasons = {f"{entry['path']} {entry['function']} {entry['change']}": entry["reason"] for entry in entries}
    if unknown := reasons.keys() - names:
        raise LookupError(f"There is no such mutant any more: {sorted(unknown)}")
    return reasons
