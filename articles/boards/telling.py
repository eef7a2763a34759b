"""What changed on a board, in a sentence that the log and the next editor can read."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.boards.plan import SAME, standing
from articles.models import FOR_EVER, Placement


def slot_name(slot: int) -> str:
    """A slot as the desk calls it."""
    return _("Lead") if slot == 1 else _("Slot %(slot)d") % {"slot": slot}


def said(moment: datetime, zone: ZoneInfo) -> str:
    """A time in the paper's zone, with the zone's name."""
    return f"{date_format(timezone.localtime(moment, zone), 'j M Y, H:i')} ({zone.key})"


def describe(
    before: list[Placement], after: list[Placement], titles: dict[int, str], now: datetime, zone: ZoneInfo
) -> list[str]:
    """What differs between two states of a board, the present first."""
    old, new = _tops(before, now), _tops(after, now)
    names = {number: f"“{title}”" for number, title in titles.items()}
    lines = [line for slot in sorted({*old, *new}) if (line := _slot(slot, old.get(slot), new.get(slot), names, zone))]
    coming = {_key(one) for one in before if one.starts_at > now}, {_key(one) for one in after if one.starts_at > now}
    for slot, article, start, end in sorted(coming[1] - coming[0], key=lambda key: (key[2], key[0])):
        text = (
            _("%(slot)s from %(start)s: %(title)s")
            if end == FOR_EVER
            else _("%(slot)s from %(start)s until %(end)s: %(title)s")
        )
        lines.append(text % _words(slot, article, start, end, names, zone))
    for slot, article, start, end in sorted(coming[0] - coming[1], key=lambda key: (key[2], key[0])):
        text = _("%(slot)s from %(start)s: no longer %(title)s")
        lines.append(text % _words(slot, article, start, end, names, zone))
    return lines


def _tops(rows: list[Placement], now: datetime) -> dict[int, Placement]:
    tops: dict[int, Placement] = {}
    for placement in standing(rows, now):
        tops.setdefault(placement.slot, placement)
    return tops


def _key(placement: Placement) -> tuple[int, int, datetime, datetime]:
    return placement.slot, placement.article_id, placement.starts_at, placement.ends_at


def _words(slot: int, article: int, start: datetime, end: datetime, names: dict[int, str], zone: ZoneInfo) -> dict:
    return {
        "slot": slot_name(slot),
        "start": said(start, zone),
        "end": said(end, zone) if end != FOR_EVER else "",
        "title": names.get(article, article),
    }


def _slot(slot: int, old: Placement | None, new: Placement | None, names: dict[int, str], zone: ZoneInfo) -> str:
    """What became of one slot; nothing if it stays."""
    name, newest = slot_name(slot), _("the newest")
    was = names.get(old.article_id, str(old.article_id)) if old else newest
    now = names.get(new.article_id, str(new.article_id)) if new else newest
    if was != now:
        return f"{name}: {was} → {now}"
    if old is None or new is None:
        return ""
    if any(getattr(old, field) != getattr(new, field) for field in SAME):
        return _("%(slot)s: %(title)s, changed for this place") % {"slot": name, "title": now}
    if old.ends_at == new.ends_at:
        return ""
    if new.ends_at == FOR_EVER:
        return _("%(slot)s: %(title)s without an end") % {"slot": name, "title": now}
    return _("%(slot)s: %(title)s until %(end)s") % {"slot": name, "title": now, "end": said(new.ends_at, zone)}
