"""One torture of one paper: people at work, a fault after another, and what the model says of it in the end."""

import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.torture.faults import Scene, possible_faults, striking
from bench.torture.history import LISTS, History
from bench.torture.model import Model
from bench.torture.paper import BASE, Paper, Postgres, Sqlite
from bench.torture.people import STEPS, Editor, Reader

SEVERAL = 1.5  # seconds that a page of several machines may be old: UNHEARD and LOOK of newsroom/serving/generation.py
NEVER_WELL = 90  # seconds in which a paper must be well again


@dataclass
class Plan:
    """What is tortured, how, and for how long (seconds, without the start)."""

    kind: str  # of PAPERS
    seed: int
    seconds: float  # 0: as long as it takes for each of ``faults`` to strike once
    history: Path
    faults: list[str] = field(
        default_factory=list
    )  # in this order, "" for a calm; none: all that are possible, shuffled
    calm: float = 3.0  # seconds from one to the next
    hold: float = 4.0  # seconds that one lasts
    editors: int = 3
    readers: int = 4
    stories: int = 4  # of each editor
    steps: list[str] = field(default_factory=list)  # that editors take; none: all
    until_found: bool = False  # end as soon as anything can't be right
    code: Path = BASE
    static: Path | None = None  # collected styles and scripts; without them it runs in debug mode
    server: str = ""  # PostgreSQL's address
    owns_server: bool = False


PAPERS = {"sqlite": "SQLite", "postgres": "PostgreSQL", "two": "two machines on PostgreSQL, with Redis"}


def torture(plan: Plan) -> Model:
    """Run ``plan`` from an empty paper to the verdict."""
    history = History(plan.history)
    with tempfile.TemporaryDirectory(prefix="newsroom-torture-") as name:
        folder = Path(name)
        database = Sqlite(folder) if plan.kind == "sqlite" else Postgres(plan.server)
        machines = 2 if plan.kind == "two" else 1
        paper = Paper(folder, database, code=plan.code, machines=machines, static=plan.static)
        try:
            paper.prepare(plan.editors + 1, (plan.editors + 1) * plan.stories)
            history.write("paper", pages={path: story for story, path in paper.pages.items()})
            paper.start()
            _run(paper, plan, history)
            history.write("stored", **paper.store())
        finally:
            paper.stop()
            database.drop()
            history.close()
    return _verdict(plan, history.lines)


def _verdict(plan: Plan, lines: list[dict]) -> Model:
    return Model(lines, SEVERAL if plan.kind == "two" else 0.0)


def _run(paper: Paper, plan: Plan, history: History) -> None:
    dice = random.Random(plan.seed)
    shares = [paper.stories[number :: plan.editors + 1] for number in range(plan.editors + 1)]
    *editors, prober = [
        Editor(paper, history, session, stories, random.Random(dice.random()))
        for session, stories in zip(paper.sessions, shares, strict=True)
    ]
    for editor in editors if plan.steps else []:
        editor.likes = {name: STEPS[name] for name in plan.steps}
    readers = [Reader(paper, history, random.Random(dice.random())) for _reader in range(plan.readers)]
    scene, started = Scene(paper, editors, dice, plan.owns_server), time.time()
    if not _until_well(scene, prober, readers[0]):
        raise RuntimeError(f"The paper does not start: {paper.log()}")
    history.write("fault", name="start", began=0.0, ended=started, well=time.time(), is_well=True)
    ended = threading.Event()
    people = [threading.Thread(target=editor.work, args=[ended]) for editor in editors]
    people += [threading.Thread(target=reader.read_on, args=[ended]) for reader in readers]
    for person in people:
        person.start()
    try:
        deadline = time.monotonic() + plan.seconds
        for name in _turns(plan, paper, dice):
            time.sleep(plan.calm)
            is_over = plan.seconds and time.monotonic() >= deadline
            if is_over or (plan.until_found and _verdict(plan, _lines_by_now(scene, history)).problems):
                break
            if name:
                _strike(name, scene, prober, readers[0], plan.hold)
        time.sleep(plan.calm)
    finally:
        ended.set()
        for person in people:
            person.join()


def _lines_by_now(scene: Scene, history: History) -> list[dict]:
    """The history up to a moment in which no step is on its way; working copies are not looked at."""
    with ExitStack() as stack:
        for editor in scene.editors:
            stack.enter_context(editor.at_rest)
        stored = json.loads(json.dumps(scene.paper.store()))
        return [*history.lines, {"kind": "stored"} | stored | {"copies": {}}]


def _turns(plan: Plan, paper: Paper, dice: random.Random) -> Iterator[str]:
    """The names of faults to come: those of the plan, or of each kind that is possible, in another order each time."""
    yield from plan.faults
    while plan.seconds:
        names = possible_faults(paper)
        yield from plan.faults or dice.sample(names, len(names))


def _strike(name: str, scene: Scene, prober: Editor, reader: Reader, hold: float) -> None:
    began = time.time()
    with striking(name, scene):
        time.sleep(hold)
    ended = time.time()
    is_well = _until_well(scene, prober, reader)
    prober.history.write("fault", name=name, began=began, ended=ended, well=time.time(), is_well=is_well)


def _until_well(scene: Scene, prober: Editor, reader: Reader) -> bool:
    """Wait until every page is answered as usual and a save is acknowledged, some times in a row; whether that came."""
    deadline, in_a_row = time.monotonic() + NEVER_WELL, 0
    while in_a_row < 2 * len(scene.paper.machines):
        if time.monotonic() > deadline:
            return False
        answers = [reader.read(path) for path in (*sorted(LISTS), "/")]
        is_well = all(0 < answer["status"] < 500 and answer["cache"] != "stale" for answer in answers)
        try:
            is_well = is_well and prober.take_step(prober.stories[0], "save").get("outcome") == "done"
        except OSError:
            is_well = False
        in_a_row = in_a_row + 1 if is_well else 0
        time.sleep(0 if is_well else 0.1)
    return True


def lines_of(model: Model) -> Iterator[str]:
    """A line for each fault: what struck, the answers until all was well, how long that took, what can't be right."""
    faults = model.faults
    edges = [0.0, *(fault["began"] for fault in faults[1:]), float("inf")] if faults else [0.0, float("inf")]
    for fault, begin, end in zip(faults, edges, edges[1:], strict=False):
        answers = [line for line in model.reads if fault["began"] <= line["asked"] <= fault["well"]]
        kinds = Counter("stale" if line["cache"] == "stale" else line["status"] or "none" for line in answers)
        problems = [text for time, text in model.problems if begin <= time < end]
        counts = ", ".join(f"{number} × {kind}" for kind, number in kinds.most_common())
        well = f"well after {fault['well'] - fault['ended']:.1f} s" if fault["is_well"] else "never well again"
        yield f"{fault['name']:20} {counts}; {well}; {len(problems)} violations"
        yield from (f"    {text}" for text in problems[:5])


def summary(model: Model) -> str:
    """How much was done, and how much of it can't be right."""
    outcomes = Counter(step["outcome"] for step in model.steps)
    counts = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.most_common())
    return f"{len(model.reads)} pages read, {len(model.steps)} steps ({counts}), {len(model.problems)} violations."
