"""What changed on a board, in a sentence that the log and the next editor can read."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.desk.boards.plan import SAME, rows_standing
from articles.models import Placement
from ground import times
from ground.times import FOR_EVER


def slot_name(slot: int) -> str:
    """A slot as the desk calls it."""
    return _("Lead") if slot == 1 else _("Slot %(slot)d") % {"slot": slot}


def short_time_with_zone(moment: datetime, zone: ZoneInfo) -> str:
    """A time in the paper's zone, with the zone's name."""
    return times.time_with_zone(moment, zone, "SHORT_DATETIME_FORMAT")


def describe_slots(had: int, slots: int) -> str:
    """That a board has more places, or fewer."""
    text = ngettext("%(slots)d place instead of %(had)d", "%(slots)d places instead of %(had)d", slots)
    return text % {"slots": slots, "had": had}


def describe_differences(
    before: list[Placement], after: list[Placement], titles: dict[int, str], now: datetime, zone: ZoneInfo
) -> list[str]:
    """What differs between two states of a board, the present first; a move is one line, however many made way."""
    names = _Names(titles)
    if at := _one_time_to_come(before, after, now):
        when = _("from %(time)s") % {"time": short_time_with_zone(at, zone)}
        return [f"{when}: {line}" for line in _arranged(_tops(before, at), _tops(after, at), names, zone).lines]
    told = _arranged(_tops(before, now), _tops(after, now), names, zone)
    coming = {_key(one) for one in before if one.starts_at > now}, {_key(one) for one in after if one.starts_at > now}
    for slot, article, start, end in sorted(coming[1] - coming[0], key=lambda key: (key[2], key[0])):
        text = (
            _("%(slot)s from %(start)s: %(title)s")
            if end == FOR_EVER
            else _("%(slot)s from %(start)s until %(end)s: %(title)s")
        )
        told.placed.append(text % _words(slot, article, start, end, names, zone))
    for slot, article, start, end in sorted(coming[0] - coming[1], key=lambda key: (key[2], key[0])):
        text = _("%(slot)s from %(start)s: no longer %(title)s")
        told.ended.append(text % _words(slot, article, start, end, names, zone))
    return told.lines


def shortened(lines: list[str], most: int) -> str:
    """As many whole ``lines`` as go into ``most`` characters, and how many more there are."""
    for shown in range(len(lines), 0, -1):
        more = len(lines) - shown
        text = "; ".join(lines[:shown])
        if more:
            text += " " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
        if len(text) <= most:
            return text
    return Truncator(lines[0]).chars(most) if lines else ""


@dataclass
class _Told:
    """Lines on a board's changes: what was placed, what was moved, what is another way, what ended."""

    placed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return [*self.placed, *self.moved, *self.changed, *self.ended]


class _Names(dict):
    """Headlines in quotation marks, by the numbers of their articles."""

    def __init__(self, titles: dict[int, str]) -> None:
        super().__init__({number: f"“{title}”" for number, title in titles.items()})

    def __missing__(self, number: int) -> str:
        return str(number)


Tops = dict[int, Placement]  # what is seen of each slot


def _tops(rows: list[Placement], now: datetime) -> Tops:
    tops: Tops = {}
    for placement in rows_standing(rows, now):
        tops.setdefault(placement.slot, placement)
    return tops


def _one_time_to_come(before: list[Placement], after: list[Placement], now: datetime) -> datetime | None:
    """The time from which on all that differs does, without an end; None if it is now, or if there are several."""
    old, new = {_key(one) for one in before}, {_key(one) for one in after}
    times = {start for _slot, _article, start, _end in (new - old) | (old - new) if start > now}
    ends = {end for _slot, _article, start, end in new - old if start <= now}
    added = [key for key in new - old if key[2] > now]
    if len(times) != 1 or ends - times or any(end != FOR_EVER for _slot, _article, _start, end in added):
        return None
    same = {_key(one)[:3]: _said_here(one) for one in before if one.starts_at <= now}
    is_as_it_was = same == {_key(one)[:3]: _said_here(one) for one in after if one.starts_at <= now}
    return times.pop() if is_as_it_was else None


def _key(placement: Placement) -> tuple[int, int, datetime, datetime]:
    return placement.slot, placement.article_id, placement.starts_at, placement.ends_at


def _said_here(placement: Placement) -> list:
    """What it says and shows in its place."""
    return [getattr(placement, name) for name in SAME if name != "slot"]


def _words(slot: int, article: int, start: datetime, end: datetime, names: _Names, zone: ZoneInfo) -> dict:
    return {
        "slot": slot_name(slot),
        "start": short_time_with_zone(start, zone),
        "end": short_time_with_zone(end, zone) if end != FOR_EVER else "",
        "title": names[article],
    }


def _arranged(old: Tops, new: Tops, names: _Names, zone: ZoneInfo) -> _Told:
    """What was placed, taken off and moved between two looks at a board, and what changed where it stands."""
    was, now = _slots(old), _slots(new)
    came, gone = [one for one in now if one not in was], [one for one in was if one not in now]
    replaced = {was[one]: one for one in gone}
    told = _Told([_placed(names[one], slot_name(now[one]), names, replaced.pop(now[one], None)) for one in came])
    for slot, article in sorted(replaced.items()):
        told.ended.append(_("took off %(title)s: %(slot)s") % {"title": names[article], "slot": slot_name(slot)})
    stayed = [one for one in was if one in now]
    moved, pushed = _movers(stayed, was, now, can_push=bool(came or gone))
    for one in moved:
        words = {"title": names[one], "was": slot_name(was[one]), "now": slot_name(now[one])}
        told.moved.append(_("moved %(title)s from %(was)s to %(now)s") % words)
    if pushed:
        text = ngettext("%(count)d other moved one place", "%(count)d others moved one place", pushed)
        made_way_for = told.moved or told.ended or told.placed
        made_way_for[-1] += f" ({text % {'count': pushed}})"
    told.changed += (line for one in stayed if (line := _changed(old[was[one]], new[now[one]], names, zone)))
    return told


def _slots(tops: Tops) -> dict[int, int]:
    """The foremost slot of each article, in the order of the page."""
    slots: dict[int, int] = {}
    for slot, placement in sorted(tops.items()):
        slots.setdefault(placement.article_id, slot)
    return slots


def _placed(title: str, slot: str, names: _Names, before: int | None) -> str:
    if before is None:
        return _("placed %(title)s: %(slot)s") % {"title": title, "slot": slot}
    words = {"title": title, "slot": slot, "before": names[before]}
    return _("placed %(title)s: %(slot)s, instead of %(before)s") % words


def _movers(stayed: list[int], was: dict[int, int], now: dict[int, int], *, can_push: bool) -> tuple[list[int], int]:
    """Those that somebody moved, and how many others went one place to make way: they keep their order."""
    in_order = _longest_rise(stayed, now)
    moved = [one for one in stayed if one not in in_order and was[one] != now[one]]
    shifted = [one for one in stayed if one in in_order and was[one] != now[one]]
    can_push = can_push or bool(moved)
    pushed = [one for one in shifted if can_push and abs(now[one] - was[one]) == 1]
    return [*moved, *(one for one in shifted if one not in pushed)], len(pushed)


def _longest_rise(stayed: list[int], now: dict[int, int]) -> set[int]:
    """The most articles that stand in the same order as before."""
    best: list[list[int]] = []
    for place, one in enumerate(stayed):
        before = [best[earlier] for earlier in range(place) if now[stayed[earlier]] < now[one]]
        best.append([*max(before, key=len, default=[]), one])
    longest: list[int] = max(best, key=len, default=[])
    return set(longest)


def _changed(old: Placement, new: Placement, names: _Names, zone: ZoneInfo) -> str:
    """What became of a placement beside its slot; nothing if that stays."""
    words = {"slot": slot_name(new.slot), "title": names[new.article_id]}
    if _said_here(old) != _said_here(new):
        return _("%(slot)s: %(title)s, changed for this place") % words
    if old.ends_at == new.ends_at:
        return ""
    if new.ends_at == FOR_EVER:
        return _("%(slot)s: %(title)s without an end") % words
    return _("%(slot)s: %(title)s until %(end)s") % (words | {"end": short_time_with_zone(new.ends_at, zone)})
