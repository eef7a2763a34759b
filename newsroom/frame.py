"""What stands on every public page and seldom changes: the paper's name, its menu, the rate bar.

It is read from the database once and kept in the cache, which all workers share, until a row it shows
is written (``newsroom.apps`` connects that) or the paper's next day begins, when rates may change.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.apps.registry import Apps
from django.core.cache import cache
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from articles.models.section import Section
from articles.models.site import SiteSettings
from tickers import ratebar

KEY, GENERATION = "frame", "frame-generation"
LONGEST = timedelta(hours=1)


@dataclass(frozen=True)
class MenuItem:
    """A section in the menu, with those within it."""

    name: str
    url: str
    children: tuple["MenuItem", ...] = ()


@dataclass(frozen=True)
class Frame:
    """The unchanging part of a page, as it stands from ``made_at`` until ``until`` at the latest."""

    paper: SiteSettings
    themes: tuple[MenuItem, ...]
    countries: tuple[MenuItem, ...]
    rates: tuple[ratebar.Row, ...]
    made_at: datetime
    until: datetime
    generation: str | None  # which writes it knows of: one that was built while a row was written is not used

    @property
    def zone(self) -> ZoneInfo:
        return self.paper.zone


def shown_models(apps: Apps) -> list[type[Model]]:
    """The models whose rows the frame shows."""
    return [
        apps.get_model(name) for name in ("articles.Section", "articles.SiteSettings", "tickers.Pair", "tickers.Rate")
    ]


def get(at: datetime | None = None) -> Frame:
    """The frame now, kept ready; or as it stood ``at`` another time, built for the asking."""
    if at is not None:
        return _build(at)
    now, kept = timezone.now(), cache.get_many([KEY, GENERATION])
    frame, generation = kept.get(KEY), kept.get(GENERATION)
    if frame is None or frame.generation != generation or not frame.made_at <= now < frame.until:
        frame = _build(now, generation)
        cache.set(KEY, frame, LONGEST.total_seconds())
    return frame


def forget(**kwargs: Any) -> None:
    """Have the next page build the frame anew, once what was written is committed."""
    transaction.on_commit(lambda: cache.set(GENERATION, uuid4().hex, None))


def _build(at: datetime, generation: str | None = None) -> Frame:
    paper = SiteSettings.current()
    top: list[Section] = []
    within: dict[int, list[Section]] = {}
    for section in Section.objects.filter(in_menu=True).select_related("parent"):
        (within.setdefault(section.parent_id, []) if section.parent_id else top).append(section)
    return Frame(
        paper=paper,
        themes=_menu(top, within, Section.Kind.THEME),
        countries=_menu(top, within, Section.Kind.COUNTRY),
        rates=tuple(ratebar.current_rows(at, paper.zone)),
        made_at=at,
        until=min(at + LONGEST, ratebar.next_change(at, paper.zone)),
        generation=generation,
    )


def _menu(top: list[Section], within: dict[int, list[Section]], kind: str) -> tuple[MenuItem, ...]:
    return tuple(
        MenuItem(
            section.name,
            section.get_absolute_url(),
            tuple(MenuItem(child.name, child.get_absolute_url()) for child in within.get(section.pk, [])),
        )
        for section in top
        if section.kind == kind
    )


def context(request):
    """The frame for templates; nothing for the desk's own pages, which show none of it."""
    frame = getattr(request, "frame", None)
    if frame is None:
        return {}
    return {
        "paper": frame.paper,
        "themes": frame.themes,
        "countries": frame.countries,
        "rates": frame.rates,
        "at": request.at,
        "shown_at": request.shown_at,
        "root": f"{request.scheme}://{request.get_host()}",
    }
