"""From the placements there are to those somebody wants, so that what readers saw at any moment stays known.

A placement that has begun is never changed: it ends, and another begins. Nothing here asks or writes the database.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from articles.models import BoardRevision, Placement, Section
from articles.models.placement import SECTION_SLOTS, SLOTS
from ground.times import FOR_EVER

TICK = timedelta(microseconds=1)
SAME = ("slot", "article_id", "headline", "kicker", "image_id", "crop")


@dataclass(frozen=True)
class Placing:
    """A placement as somebody wants it: ``pk`` of the stored one it comes from; without ``starts_at`` it is at once."""

    slot: int
    article_id: int
    starts_at: datetime | None = None
    ends_at: datetime = FOR_EVER
    headline: str = ""
    kicker: str = ""
    image_id: int | None = None
    crop: str = ""
    pk: int | None = None

    @classmethod
    def of(cls, placement: Placement) -> "Placing":
        values = {name: getattr(placement, name) for name in SAME}
        return cls(**values, starts_at=placement.starts_at, ends_at=placement.ends_at, pk=placement.pk)

    def is_like(self, other: "Placement | Placing") -> bool:
        """Whether it says the same as ``other``, apart from times."""
        return all(getattr(self, name) == getattr(other, name) for name in SAME)


@dataclass
class Planned:
    """A placement that stands, or will; ``row`` is the wanted one it comes from, ``asked`` puts it among its slot's."""

    placement: Placement
    row: int
    asked: datetime
    before: Placement | None = None  # what ends where it begins


@dataclass
class Plan:
    """What saving would do to the stored placements."""

    keep: list[Planned] = field(default_factory=list)
    add: list[Planned] = field(default_factory=list)
    end: list[Placement] = field(default_factory=list)  # with another end than is stored
    drop: list[Placement] = field(default_factory=list)  # not begun, so nobody saw them

    def __bool__(self) -> bool:
        return bool(self.add or self.end or self.drop)

    @property
    def after(self) -> list[Placement]:
        """What stands or will stand, once it is done."""
        kept = [planned.placement for planned in self.keep]
        ended = [placement for placement in self.end if placement not in kept]
        return [*kept, *ended, *(planned.placement for planned in self.add)]

    def rows(self) -> dict[int, int]:
        """The row each placement comes from, by ``id()``: those to be added have no key yet."""
        return {id(planned.placement): planned.row for planned in [*self.keep, *self.add]}


def most_slots(section: Section | None) -> int:
    """How many slots a board can have."""
    return SECTION_SLOTS if section else SLOTS


def slots_of(section: Section | None, last: BoardRevision | None) -> int:
    """How many slots a board has, whose newest save is ``last``."""
    return (last.slots if last else None) or most_slots(section)


def rows_standing(placements: Iterable[Placement], at: datetime) -> list[Placement]:
    """Those in force at ``at``, in the order of ``Placement.objects.standing()``: in a slot the last to start first."""
    found = [placement for placement in placements if placement.starts_at <= at < placement.ends_at]
    found.sort(key=lambda placement: placement.starts_at, reverse=True)
    return sorted(found, key=lambda placement: placement.slot)


def plan(stored: Sequence[Placement], wanted: Sequence[Placing], *, section: Section | None, now: datetime) -> Plan:
    """How ``stored`` becomes ``wanted`` at ``now``; what is stored and not wanted ends at once.

    The plan holds copies: ``stored`` stays as it is.
    """
    known = {placement.pk: copy(placement) for placement in stored}
    made = Plan()
    for row, placing in enumerate(wanted):
        old = known.pop(placing.pk, None) if placing.pk else None
        if old is None:
            start = max(placing.starts_at or now, now)
            made.add.append(Planned(_new(placing, section, start), row, placing.starts_at or FOR_EVER))
        else:
            _change(made, old, placing, row, section, now)
    for removed in known.values():
        _end(made, removed, now)
    _order(made)
    for planned in made.add:
        if planned.before:
            planned.before.ends_at = max(min(planned.placement.starts_at, planned.before.ends_at), now)
    return made


def _change(made: Plan, old: Placement, placing: Placing, row: int, section: Section | None, now: datetime) -> None:
    start = placing.starts_at or now
    begun = old.starts_at <= now
    has_moved = start != old.starts_at and not (begun and start <= now)  # what readers saw is not changed any more
    if placing.is_like(old) and not has_moved:
        if placing.ends_at != old.ends_at:
            old.ends_at = max(placing.ends_at, now) if begun else placing.ends_at
            made.end.append(old)
        made.keep.append(Planned(old, row, old.starts_at))
        return
    cut = max(start, now) if has_moved else max(old.starts_at, now)
    stays = old.slot == placing.slot and not has_moved
    _end(made, old, now)
    before = old if begun and stays and old in made.end else None
    made.add.append(Planned(_new(placing, section, cut), row, old.starts_at if stays else FOR_EVER, before))


def _new(placing: Placing, section: Section | None, start: datetime) -> Placement:
    values = {name: getattr(placing, name) for name in SAME}
    return Placement(section=section, starts_at=start, ends_at=placing.ends_at, **values)


def _end(made: Plan, placement: Placement, now: datetime) -> None:
    """Let it end now; one that has not begun is dropped."""
    if placement.starts_at >= now:
        made.drop.append(placement)
    else:
        placement.ends_at = now
        made.end.append(placement)


def _order(made: Plan) -> None:
    """Give new placements starts that keep their slot's order: what was under another when it began stays under it."""
    limits: dict[int, datetime] = {}
    for planned in sorted([*made.keep, *made.add], key=lambda one: one.asked, reverse=True):
        placement = planned.placement
        limit = limits.get(placement.slot)
        if planned in made.add and planned.asked != FOR_EVER and limit and placement.starts_at >= limit:
            placement.starts_at = limit - TICK
        limits[placement.slot] = min(limit or FOR_EVER, placement.starts_at)


# Arranging, before anything is saved


def held_from(
    before: Sequence[Placing | None], wanted: Sequence[Placing], at: datetime, now: datetime
) -> list[Placing]:
    """``wanted``, where what was changed on a board drawn for a time to come holds from that time on.

    ``before`` is what each row was. What stands until then stays as it is and is added at the end, so that rows keep
    their numbers.
    """
    rows: list[Placing] = []
    until_then: list[Placing] = []
    for number, placing in enumerate(wanted):
        old = before[number] if number < len(before) else None
        if old and at > now and _is_cut(old, placing, at, now):
            rows.append(replace(placing, pk=None, starts_at=at))
            until_then.append(replace(old, ends_at=at))
        else:
            rows.append(placing)
    return rows + until_then


def _is_cut(old: Placing, placing: Placing, at: datetime, now: datetime) -> bool:
    """Whether ``old``, which stands before and after ``at``, says something else now, in the same span."""
    stands = (old.starts_at or now) < at < old.ends_at
    return stands and placing.starts_at == old.starts_at and not placing.is_like(old)


def put_row(
    wanted: Sequence[Placing], places: dict[int, int], moving: Placing | int, slot: int, last: int
) -> tuple[list[Placing], int | None]:
    """``wanted`` with a row (or a new placing) in ``slot``, and the row that found no place any more, if one did not.

    ``places`` says which row stands in which slot on the board as it is drawn. What is in the way moves on: up if
    the row comes from above, else down, until it meets a slot that nothing is pinned to.
    """
    rows, step = list(wanted), 1
    if isinstance(moving, Placing):
        rows.append(moving)
        carried = len(rows) - 1
    else:
        carried = moving
        here = next((number for number, row in places.items() if row == carried), None)
        places = {number: row for number, row in places.items() if row != carried}
        step = -1 if here is not None and here < slot else 1
    while True:
        rows[carried] = replace(rows[carried], slot=slot)
        pushed = places.get(slot)
        if pushed is None:
            return rows, None
        carried, slot = pushed, slot + step
        if not 1 <= slot <= last:
            return rows, carried


def remove_row(wanted: Sequence[Placing], row: int, at: datetime, now: datetime) -> list[Placing]:
    """``wanted`` without ``row`` from ``at`` on: what begins before then only ends there."""
    placing = wanted[row]
    rows = [other for number, other in enumerate(wanted) if number != row]
    if at > now and (placing.starts_at or now) < at < placing.ends_at:
        rows.append(replace(placing, ends_at=at))
    return rows
