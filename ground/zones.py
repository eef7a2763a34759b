"""Time zones to choose from: by continent, with their difference from UTC today."""

import zoneinfo
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import groupby

from django.utils import timezone

Group = tuple[str, list[tuple[str, str]]]
NEAR = "Asia"  # where the paper's readers are: it comes first
CONTINENTS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zone_choices(at: datetime | None = None) -> list[Group]:
    """Return all zones that are named for a place, grouped by continent, the nearest first; in a group by name."""
    return _on((at or timezone.now()).replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=2)
def _on(at: datetime) -> list[Group]:
    names = [name for name in sorted(zoneinfo.available_timezones()) if name.partition("/")[0] in CONTINENTS]
    groups = [(continent, _labelled(zones, at)) for continent, zones in groupby(names, _continent)]
    return sorted([*groups, ("UTC", [("UTC", "UTC")])], key=lambda group: group[0] != NEAR)


def _labelled(names: Iterable[str], at: datetime) -> list[tuple[str, str]]:
    return [(name, label(name, at)) for name in names]


def label(name: str, at: datetime) -> str:
    """Return a label like “Bishkek, UTC+6”."""
    place = name.partition("/")[2].replace("_", " ").replace("/", ", ")
    return f"{place or name}, {offset(name, at)}"


def offset(name: str, at: datetime) -> str:
    """Return the difference of a time zone from UTC at ``at``: UTC+6, UTC+4:30, or UTC."""
    minutes = int(at.astimezone(zoneinfo.ZoneInfo(name)).utcoffset().total_seconds()) // 60  # type: ignore[union-attr]
    hours, minutes_over = divmod(abs(minutes), 60)
    sign = "" if not minutes else "+" if minutes > 0 else "\N{MINUS SIGN}"
    return f"UTC{sign}{hours or ''}{f':{minutes_over:02}' if minutes_over else ''}"


def _continent(name: str) -> str:
    return name.partition("/")[0]
