"""The model: what readers may get and what must be stored, by what was acknowledged. It knows nothing of the code.

A world is one article's editions; an answer that never came leaves two. A time is a span, as nobody outside knows the
instant within a request. A page may be ``allowance`` seconds old: none on one machine, on several as docs/design.md
says ("Caches"). What is stale is the last page that was good.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any, NamedTuple

from bench.torture.history import LISTS, PARTS

NEVER = (float("inf"), float("inf"))
EXACT = 0.1  # seconds: how late a server may hear that its clock was moved
LATE = 30.0  # seconds in which a request without an answer may still be at work
KINDS = {"paper", "stored", "fault", "read", "board", "step"}
TAKEN = {("done", True), ("done", False), ("unknown", True)}  # outcomes of steps, and whether their words are stored
GRACE = 2.0  # seconds after a fault in which errors and stale pages are no surprise
Span = tuple[float, float]
World = tuple["Cut", ...]
Line = dict[str, Any]


class Cut(NamedTuple):  # an edition of one article
    start: Span
    end: Span
    number: int  # of the save whose words it has
    picture: int | None
    took_over: bool = False  # it ended the one before

    def is_live(self, at: float) -> bool:
        return self.start[0] <= at < self.end[0]


def put_in(world: World, number: int, picture: int | None, start: Span, until: Span = NEVER) -> World | None:
    """With an edition from ``start`` on: it ends where the one that it replaces would have ended, or ``until`` then."""
    before = next((cut for cut in world if cut.is_live(start[0])), None)
    after = next((cut for cut in world if cut.start[0] > start[0]), None)
    end = before.end if before else after.start if after else NEVER
    other = before._replace(end=start) if before else after._replace(took_over=True) if after else None
    fresh = Cut(start, min(end, until), number, picture, before is not None)
    rows = [*(other if other and cut == (before or after) else cut for cut in world), fresh]
    return tuple(sorted(rows)) if all(cut.start != start for cut in world) else None


def take_out(world: World, cut: Cut) -> World:
    """Without a scheduled edition: the one that it would have ended goes on."""
    rows = [row for row in world if row != cut]
    if cut.took_over and any(row.end == cut.start for row in rows):
        return tuple(row._replace(end=cut.end) if row.end == cut.start else row for row in rows)
    return tuple(row._replace(took_over=False) if row.start == cut.end else row for row in rows)


def after_step(world: World, step: Line, span: Span, opened: float) -> World | None:
    """The world after a step within ``span``, of what its form offered when ``opened``; None if it is impossible."""
    now, at = span[0], step["at"]
    chosen = dict(enumerate(cut for cut in world if cut.start[0] > opened)).get(step["index"])
    match step["step"]:
        case "publish" | "schedule":
            return put_in(world, step["number"], step["picture"], span if step["step"] == "publish" else (at, at))
        case "cancel" if chosen and chosen.start[0] > now:
            return take_out(world, chosen)
        case "reschedule" if chosen and chosen.start[0] > now:
            end = NEVER if any(row.start == chosen.end for row in world) else chosen.end
            world = take_out(world, chosen)
            return put_in(world, chosen.number, chosen.picture, (at, at), end) if at < end[0] else None
        case "withdraw":
            while later := [cut for cut in world if cut.start[0] > now]:
                world = take_out(world, later[-1])
            rows = tuple(cut._replace(end=span) if cut.is_live(now) else cut for cut in world)
            return rows if rows != world else None
        case "take_down":
            ending = [cut for cut in world if cut.start[0] < at and cut.end[0] > now]
            if ending and all(cut.start[0] < at for cut in world):
                return tuple(cut._replace(end=(at, at)) if cut == ending[-1] else cut for cut in world)
    return world if step["step"] in {"save", "trash", "untrash"} else None


def ways(world: World, span: Span, at: float) -> Iterator[tuple[World, Span]]:
    """The parts of ``span`` between edges of editions; an edge that may be within one, or at ``at``, on each side."""
    edges = {edge for cut in world for edge in cut[:2]}
    for part in pairwise(sorted({*span, *(time for edge in edges for time in edge if span[0] < time < span[1])})):
        pairs = product(edges, [part, (at, at)])
        unsure = [(edge, time) for edge, time in pairs if edge[0] < time[1] and time[0] < edge[1]]
        sides = [[(edge, (edge[0], time[1])), (edge, (time[0] + 1e-6, edge[1]))] for edge, time in unsure]
        for sure in map(dict, product(*sides)):
            yield tuple(Cut(*(sure.get(edge, edge) for edge in cut[:2]), *cut[2:]) for cut in world), part


class Story:  # one article: its possible worlds from each time on (of the machine's clock)
    def __init__(self) -> None:
        self.worlds: list[set[World]] = [{()}]
        self.since, self.until = [0.0], [float("inf")]

    def take(self, step: Line) -> bool:
        """Note a step that was taken, or perhaps; return whether it was possible."""
        is_known, before, offset = step["outcome"] == "done", self.worlds[-1], step["offset"]
        span = (step["asked"] + offset, step["answered"] + offset + (0 if is_known else LATE))
        pairs = [pair for world in before for pair in ways(world, span, step["at"])]
        after = {after_step(world, step, part, time) for world, part in pairs for time in step["opened"]} - {None}
        self.until[-1:] = [step["answered"], float("inf")]
        self.since.append(step["asked"])
        self.worlds.append(((set() if is_known else before) | after) or before)
        return bool(after) or not is_known

    def at(self, begin: float, end: float) -> set[World]:
        """The worlds of which a reader may have got one."""
        return set().union(*self.worlds[bisect_left(self.until, begin) : bisect_left(self.since, end)])


class Model:
    """Judges a history: ``problems`` has what can't be right, each with its time."""

    def __init__(self, history: list[Line], allowance: float) -> None:
        lines = {kind: [line for line in history if line["kind"] == kind] for kind in KINDS}
        self.allowance, self.problems = allowance + EXACT, list[tuple[float, str]]()
        self.faults, self.reads, self.boards = lines["fault"], lines["read"], lines["board"]
        self.steps = sorted(lines["step"], key=lambda step: step["asked"])
        self.pages, self.stored = lines["paper"][-1]["pages"], lines["stored"][-1]
        self.stories, self.newest = defaultdict(Story), defaultdict(set)
        self.saves = {tuple(pair) for pair in self.stored["revisions"]}
        for step in self.steps:
            self.judge_step(step)
        for story, number in self.stored["copies"].items():
            if number not in (self.newest[int(story)] or {number}):
                self.blame(self.steps[-1], f"story {story}: the working copy is {number}, not of the newest save")
        for line in (*self.steps, *self.reads):
            self.judge_status(line)
            if line["kind"] == "read" and 0 < line["status"] < 500 and not line["moved"]:
                self.judge_read(line)
        ill = [row for row in self.faults if not row["is_well"]]
        self.problems += [(row["began"], f"after “{row['name']}” the paper never became well") for row in ill]

    def blame(self, line: Line, text: str) -> None:
        self.problems.append((line["asked"], text))

    def judge_status(self, line: Line) -> None:  # errors come with faults alone
        ends = [row["well"] + GRACE for row in self.faults if row["began"] <= line["answered"]]
        if not (0 < line["status"] < 500 or line["asked"] <= max(ends, default=0)):
            self.blame(line, f"{line.get('path') or line['step']}: answer {line['status']} without any fault")

    def judge_step(self, step: Line) -> None:
        """What was acknowledged was possible, and is there; what "was not saved" is not, and was no step."""
        story, number, is_saved = step["story"], step["number"], step["saved"]
        is_stored = not number or (story, number) in self.saves
        if (step["outcome"], is_stored) in TAKEN and not self.stories[story].take(step):
            self.blame(step, f"story {story}: {step['step']} was acknowledged, and is impossible")
        if number and is_saved is not None and is_saved != is_stored:
            self.blame(step, f"story {story}: save {number} {'is lost' if is_saved else 'is there, though refused'}")
        if number and is_saved is not False:
            self.newest[story] = {number} | (set() if is_saved else self.newest[story])

    def judge_read(self, line: Line) -> None:
        """Nothing half, early, old or missing, of any article."""
        oldest, numbers, rows = line["asked"] - self.allowance, defaultdict(set), [line]
        if line["cache"] == "stale":  # the last good one, maybe of another time of the clock
            before = [row for row in self.reads if row["path"] == line["path"] and row["answered"] < line["asked"]]
            rows += [row for row in before if row["cache"] not in {"stale", ""}][-1:]
            oldest = rows[-1]["asked"] - GRACE
        times = [
            row["offset"] + time for row in rows for time in (oldest, line["asked"], row["asked"], row["answered"])
        ]
        window = (min(times), max(times) + EXACT)
        for story, number in line["words"]:
            numbers[story].add(number)
        for story in self.stories.keys() | numbers.keys():
            self.judge_story(line, story, numbers[story], self.stories[story].at(oldest, line["answered"]), window)
        self.judge_lead(line, oldest, window)

    def judge_story(self, line: Line, story: int, numbers: set[int], worlds: set[World], window: Span) -> None:
        name, is_own = f"{line['path']}: story {story}", self.pages.get(line["path"]) == story
        cuts = {cut for world in worlds for cut in world if cut.start[0] <= window[1] and cut.end[1] > window[0]}
        early = {cut.number for world in worlds for cut in world if cut.start[0] > window[1]}
        for number in numbers - {cut.number for cut in cuts}:
            self.blame(line, f"{name} shows {number} too {'early' if number in early else 'late'} ({line['cache']})")
        if not numbers and (is_own or line["path"] in LISTS) and must_be_live(worlds, window):
            self.blame(line, f"{name} is missing (status {line['status']} {line['cache']})")
        parts = {part for part, about in line["parts"] if about == story}
        if len(numbers) > 1 or (is_own and numbers and PARTS - parts):
            self.blame(line, f"{name} is half: {sorted(numbers)}, {sorted(parts)}")
        keys = {self.stored["pictures"].get(str(cut.picture), "") for cut in cuts if cut.number in numbers}
        is_right = any(key in line["picture"] if key else not line["picture"] for key in keys)
        if is_own and keys and not (is_right and line["picture_status"] in {200, 0}):
            self.blame(line, f"{name} has the picture “{line['picture']}”, {line['picture_status']}, not of {keys}")

    def judge_lead(self, line: Line, oldest: float, window: Span) -> None:
        """What was placed first leads the front page if it is live; nobody says so where the clock went back since."""
        saves = [save for save in self.boards if save["outcome"] != "refused" and save["asked"] <= line["answered"]]
        if line["path"] == "/" and saves and saves[-1]["answered"] < oldest and saves[-1]["outcome"] == "done":
            story, times = saves[-1]["story"], [save["asked"] + save["offset"] for save in saves]
            is_due = times[-1] == max(times) < window[0] and line["first"] != story
            if is_due and must_be_live(self.stories[story].at(oldest, line["answered"]), window):
                self.blame(line, f"/: story {story} was placed first, and {line['first']} leads")


def must_be_live(worlds: set[World], window: Span) -> bool:
    return all(any(cut.start[1] < window[0] and cut.end[0] > window[1] for cut in world) for world in worlds)
