"""Sentences about the changes of a board, for the log and the next editor."""

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
    """Return the desk's name of a slot."""
    return _("Lead") if slot == 1 else _("Slot %(slot)d") % {"slot": slot}


def short_time_with_zone(moment: datetime, zone: ZoneInfo) -> str:
    """Return a time in the paper's zone, with the zone's name."""
    return times.time_with_zone(moment, zone, "SHORT_DATETIME_FORMAT")


def describe_slots(had: int, slots: int) -> str:
    """Return a sentence that a board has more slots, or fewer."""
    text = ngettext("%(slots)d place instead of %(had)d", "%(slots)d places instead of %(had)d", slots)
    return text % {"slots": slots, "had": had}


def describe_differences(
    before: list[Placement], after: list[Placement], titles: dict[int, str], now: datetime, zone: ZoneInfo
) -> list[str]:
    """Return lines on the differences between two states of a board, the present first; a move is one line."""
    names = _Names(titles)
    if at := _single_future_time(before, after, now):
        when = _("from %(time)s") % {"time": short_time_with_zone(at, zone)}
        return [f"{when}: {line}" for line in _arranged(_tops(before, at), _tops(after, at), names, zone).lines]
    changes = _arranged(_tops(before, now), _tops(after, now), names, zone)
    coming = (
        {_key(placement) for placement in before if placement.starts_at > now},
        {_key(placement) for placement in after if placement.starts_at > now},
    )
    for slot, article, start, end in sorted(coming[1] - coming[0], key=lambda key: (key[2], key[0])):
        text = (
            _("%(slot)s from %(start)s: %(title)s")
            if end == FOR_EVER
            else _("%(slot)s from %(start)s until %(end)s: %(title)s")
        )
        changes.placed.append(text % _words(slot, article, start, end, names, zone))
    for slot, article, start, end in sorted(coming[0] - coming[1], key=lambda key: (key[2], key[0])):
        text = _("%(slot)s from %(start)s: no longer %(title)s")
        changes.ended.append(text % _words(slot, article, start, end, names, zone))
    return changes.lines


def shortened(lines: list[str], most: int) -> str:
    """Return as many whole ``lines`` as fit into ``most`` characters, and how many more there are."""
    for count in range(len(lines), 0, -1):
        more = len(lines) - count
        text = "; ".join(lines[:count])
        if more:
            text += " " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
        if len(text) <= most:
            return text
    return Truncator(lines[0]).chars(most) if lines else ""


@dataclass
class _Told:
    """The lines on a board's changes: what was placed, moved, changed in its place, and taken off."""

    placed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return [*self.placed, *self.moved, *self.changed, *self.ended]


class _Names(dict):
    """Headlines in quotation marks, by their articles' primary keys."""

    def __init__(self, titles: dict[int, str]) -> None:
        super().__init__({number: f"“{title}”" for number, title in titles.items()})

    def __missing__(self, number: int) -> str:
        return str(number)


Tops = dict[int, Placement]  # the placement that readers see in each slot


def _tops(rows: list[Placement], now: datetime) -> Tops:
    tops: Tops = {}
    for placement in rows_standing(rows, now):
        tops.setdefault(placement.slot, placement)
    return tops


def _single_future_time(before: list[Placement], after: list[Placement], now: datetime) -> datetime | None:
    """Return the one future time from which all differences hold, without an end; None if it is now, or several."""
    old, new = {_key(placement) for placement in before}, {_key(placement) for placement in after}
    times = {start for _slot, _article, start, _end in (new - old) | (old - new) if start > now}
    ends = {end for _slot, _article, start, end in new - old if start <= now}
    added = [key for key in new - old if key[2] > now]
    if len(times) != 1 or ends - times or any(end != FOR_EVER for _slot, _article, _start, end in added):
        return None
    texts_before = {_key(placement)[:3]: _content_of(placement) for placement in before if placement.starts_at <= now}
    is_as_it_was = texts_before == {
        _key(placement)[:3]: _content_of(placement) for placement in after if placement.starts_at <= now
    }
    return times.pop() if is_as_it_was else None


def _key(placement: Placement) -> tuple[int, int, datetime, datetime]:
    return placement.slot, placement.article_id, placement.starts_at, placement.ends_at


def _content_of(placement: Placement) -> list:
    """Return the placement's texts, picture and article, everything except its slot and times."""
    return [getattr(placement, name) for name in SAME if name != "slot"]


def _words(slot: int, article: int, start: datetime, end: datetime, names: _Names, zone: ZoneInfo) -> dict:
    return {
        "slot": slot_name(slot),
        "start": short_time_with_zone(start, zone),
        "end": short_time_with_zone(end, zone) if end != FOR_EVER else "",
        "title": names[article],
    }


def _arranged(old: Tops, new: Tops, names: _Names, zone: ZoneInfo) -> _Told:
    """Return lines on what was placed, taken off, moved and changed between two states of a board."""
    was, now = _slots(old), _slots(new)
    came, removed = (
        [article for article in now if article not in was],
        [article for article in was if article not in now],
    )
    replaced = {was[article]: article for article in removed}
    changes = _Told(
        [_placed(names[article], slot_name(now[article]), names, replaced.pop(now[article], None)) for article in came]
    )
    for slot, article in sorted(replaced.items()):
        changes.ended.append(_("took off %(title)s: %(slot)s") % {"title": names[article], "slot": slot_name(slot)})
    stayed = [article for article in was if article in now]
    moved, pushed = _movers(stayed, was, now, can_push=bool(came or removed))
    for moved_article in moved:
        words = {
            "title": names[moved_article],
            "was": slot_name(was[moved_article]),
            "now": slot_name(now[moved_article]),
        }
        changes.moved.append(_("moved %(title)s from %(was)s to %(now)s") % words)
    if pushed:
        text = ngettext("%(count)d other moved one place", "%(count)d others moved one place", pushed)
        made_way_for = changes.moved or changes.ended or changes.placed
        made_way_for[-1] += f" ({text % {'count': pushed}})"
    changes.changed += (
        line for article in stayed if (line := _changed(old[was[article]], new[now[article]], names, zone))
    )
    return changes


def _slots(tops: Tops) -> dict[int, int]:
    """Return the first slot of each article, in the order of the page."""
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
    """Return the articles that somebody moved, and how many others moved by one slot to make room."""
    in_order = _longest_rise(stayed, now)
    moved = [article for article in stayed if article not in in_order and was[article] != now[article]]
    shifted = [article for article in stayed if article in in_order and was[article] != now[article]]
    can_push = can_push or bool(moved)
    pushed = [article for article in shifted if can_push and abs(now[article] - was[article]) == 1]
    return [*moved, *(article for article in shifted if article not in pushed)], len(pushed)


def _longest_rise(stayed: list[int], now: dict[int, int]) -> set[int]:
    """Return the most articles that are in the same order as before."""
    best: list[list[int]] = []
    for place, article in enumerate(stayed):
        before = [best[earlier] for earlier in range(place) if now[stayed[earlier]] < now[article]]
        best.append([*max(before, key=len, default=[]), article])
    longest: list[int] = max(best, key=len, default=[])
    return set(longest)


def _changed(old: Placement, new: Placement, names: _Names, zone: ZoneInfo) -> str:
    """Return a line on changes of a placement beside its slot; "" if there are none."""
    words = {"slot": slot_name(new.slot), "title": names[new.article_id]}
    if _content_of(old) != _content_of(new):
        return _("%(slot)s: %(title)s, changed for this place") % words
    if old.ends_at == new.ends_at:
        return ""
    if new.ends_at == FOR_EVER:
        return _("%(slot)s: %(title)s without an end") % words
    return _("%(slot)s: %(title)s until %(end)s") % (words | {"end": short_time_with_zone(new.ends_at, zone)})
