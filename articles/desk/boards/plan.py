"""The change from stored placements to a wanted arrangement, such that what readers saw at any time stays on record.

A placement that has begun is never changed: it ends, and another begins. Nothing here reads or writes the database.
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
    """A wanted placement: ``pk`` is the stored one it comes from; without ``starts_at`` it begins at once."""

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

    def is_like(self, placement: "Placement | Placing") -> bool:
        """Return whether it equals ``placement`` in everything except times."""
        return all(getattr(self, name) == getattr(placement, name) for name in SAME)


@dataclass
class Planned:
    """A planned placement; ``row`` is its index in the wanted placings, ``wanted_start`` orders it within its slot."""

    placement: Placement
    row: int
    wanted_start: datetime
    before: Placement | None = None  # the placement that ends where this one begins


@dataclass
class Plan:
    """The changes that saving would make to the stored placements."""

    keep: list[Planned] = field(default_factory=list)
    add: list[Planned] = field(default_factory=list)
    end: list[Placement] = field(default_factory=list)  # with a new end
    drop: list[Placement] = field(default_factory=list)  # not begun, so nobody saw them

    def __bool__(self) -> bool:
        return bool(self.add or self.end or self.drop)

    @property
    def after(self) -> list[Placement]:
        """The placements in force then or later, once the plan is carried out."""
        kept_placements = [planned.placement for planned in self.keep]
        ended = [placement for placement in self.end if placement not in kept_placements]
        return [*kept_placements, *ended, *(planned.placement for planned in self.add)]

    def rows(self) -> dict[int, int]:
        """Return the wanted row of each placement, by ``id()``, because new ones have no primary key yet."""
        return {id(planned.placement): planned.row for planned in [*self.keep, *self.add]}


def most_slots(section: Section | None) -> int:
    """Return how many slots a board can have."""
    return SECTION_SLOTS if section else SLOTS


def slots_of(section: Section | None, last: BoardRevision | None) -> int:
    """Return how many slots a board has whose newest save is ``last``."""
    return (last.slots if last else None) or most_slots(section)


def rows_standing(placements: Iterable[Placement], at: datetime) -> list[Placement]:
    """Return the placements in force at ``at``, sorted like ``Placement.objects.standing()``: in a slot the latest
    first.
    """
    in_force = [placement for placement in placements if placement.starts_at <= at < placement.ends_at]
    in_force.sort(key=lambda placement: placement.starts_at, reverse=True)
    return sorted(in_force, key=lambda placement: placement.slot)


def plan(stored: Sequence[Placement], placings: Sequence[Placing], *, section: Section | None, now: datetime) -> Plan:
    """Return the plan to turn ``stored`` into ``placings`` at ``now``; stored placements that are missing there end at
    once.

    The plan has copies: ``stored`` is not changed.
    """
    stored_by_pk = {placement.pk: copy(placement) for placement in stored}
    new_plan = Plan()
    for row, placing in enumerate(placings):
        old = stored_by_pk.pop(placing.pk, None) if placing.pk else None
        if old is None:
            start = max(placing.starts_at or now, now)
            new_plan.add.append(Planned(_new(placing, section, start), row, placing.starts_at or FOR_EVER))
        else:
            _change(new_plan, old, placing, row, section, now)
    for removed in stored_by_pk.values():
        _end(new_plan, removed, now)
    _order(new_plan)
    for planned in new_plan.add:
        if planned.before:
            planned.before.ends_at = max(min(planned.placement.starts_at, planned.before.ends_at), now)
    return new_plan


def _change(new_plan: Plan, old: Placement, placing: Placing, row: int, section: Section | None, now: datetime) -> None:
    start = placing.starts_at or now
    begun = old.starts_at <= now
    has_moved = start != old.starts_at and not (begun and start <= now)  # what readers saw can't change any more
    if placing.is_like(old) and not has_moved:
        if placing.ends_at != old.ends_at:
            old.ends_at = max(placing.ends_at, now) if begun else placing.ends_at
            new_plan.end.append(old)
        new_plan.keep.append(Planned(old, row, old.starts_at))
        return
    cut = max(start, now) if has_moved else max(old.starts_at, now)
    stays = old.slot == placing.slot and not has_moved
    _end(new_plan, old, now)
    before = old if begun and stays and old in new_plan.end else None
    new_plan.add.append(Planned(_new(placing, section, cut), row, old.starts_at if stays else FOR_EVER, before))


def _new(placing: Placing, section: Section | None, start: datetime) -> Placement:
    values = {name: getattr(placing, name) for name in SAME}
    return Placement(section=section, starts_at=start, ends_at=placing.ends_at, **values)


def _end(new_plan: Plan, placement: Placement, now: datetime) -> None:
    """End the placement now; if it has not begun, drop it."""
    if placement.starts_at >= now:
        new_plan.drop.append(placement)
    else:
        placement.ends_at = now
        new_plan.end.append(placement)


def _order(new_plan: Plan) -> None:
    """Set the starts of new placements so that the order within each slot stays as it was."""
    limits: dict[int, datetime] = {}
    for planned in sorted([*new_plan.keep, *new_plan.add], key=lambda item: item.wanted_start, reverse=True):
        placement = planned.placement
        limit = limits.get(placement.slot)
        if planned in new_plan.add and planned.wanted_start != FOR_EVER and limit and placement.starts_at >= limit:
            placement.starts_at = limit - TICK
        limits[placement.slot] = min(limit or FOR_EVER, placement.starts_at)


# Arranging, before anything is saved


def arrangement_from(
    before: Sequence[Placing | None], placings: Sequence[Placing], at: datetime, now: datetime
) -> list[Placing]:
    """Return ``placings``, with changes made on the board of a future time ``at`` in force from then on.

    ``before`` has the former state of each row. What is in force until then is added at the end, so that rows keep
    their numbers.
    """
    rows: list[Placing] = []
    until_then: list[Placing] = []
    for number, placing in enumerate(placings):
        old = before[number] if number < len(before) else None
        if old and at > now and _is_cut(old, placing, at, now):
            rows.append(replace(placing, pk=None, starts_at=at))
            until_then.append(replace(old, ends_at=at))
        else:
            rows.append(placing)
    return rows + until_then


def _is_cut(old: Placing, placing: Placing, at: datetime, now: datetime) -> bool:
    """Return whether ``old``, which is in force before and after ``at``, was changed without changing its span."""
    stands = (old.starts_at or now) < at < old.ends_at
    return stands and placing.starts_at == old.starts_at and not placing.is_like(old)


def put_row(
    placings: Sequence[Placing], places: dict[int, int], moving: Placing | int, slot: int, last: int
) -> tuple[list[Placing], int | None]:
    """Return ``placings`` with a row (or a new placing) in ``slot``, and the row that lost its place, or None.

    ``places`` maps slots of the board as shown to rows. Rows in the way move on, up if the row comes from above, else
    down, until one meets a slot without a placement.
    """
    rows, step = list(placings), 1
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


def remove_row(placings: Sequence[Placing], row: int, at: datetime, now: datetime) -> list[Placing]:
    """Return ``placings`` without ``row`` from ``at`` on; if it begins before then, it ends there."""
    placing = placings[row]
    rows = [row_placing for number, row_placing in enumerate(placings) if number != row]
    if at > now and (placing.starts_at or now) < at < placing.ends_at:
        rows.append(replace(placing, ends_at=at))
    return rows
