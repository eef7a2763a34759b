"""What stands on every public page and seldom changes: the paper's name, its menu, the rate bar, a breaking alert.

It is read from the database once and kept in the cache, which all workers share, until a row it shows
is written (``newsroom.apps`` connects that), the paper's next day begins, when rates may change, or
an alert starts or ends.
Without the cache pages go on: each builds it for itself.
"""

import hashlib
import logging
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Event
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import get_version
from django.apps.registry import Apps
from django.core.cache import cache
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from articles.models.flat_page import FlatPage
from articles.models.image import Image
from articles.models.placement import Alert
from articles.models.section import Section
from articles.models.site import SiteSettings
from tickers import ratebar

logger = logging.getLogger(__name__)
GENERATION = "frame-generation"
LONGEST = timedelta(hours=1)
_outage = Event()  # of the cache, since it was told


@dataclass(frozen=True)
class MenuItem:
    """A section in the menu, with those within it."""

    name: str
    url: str
    children: tuple["MenuItem", ...] = ()


@dataclass(frozen=True)
class AlertLine:
    """The breaking alert above every page; ``link`` may be empty."""

    text: str
    link: str


@dataclass(frozen=True)
class Frame:
    """The unchanging part of a page, as it stands from ``made_at`` until ``until`` at the latest."""

    paper: SiteSettings
    themes: tuple[MenuItem, ...]
    countries: tuple[MenuItem, ...]
    pages: tuple[MenuItem, ...]
    rates: tuple[ratebar.Row, ...]
    alert: AlertLine | None
    made_at: datetime
    until: datetime
    generation: str | None  # which writes it knows of: one that was built while a row was written is not used

    @property
    def zone(self) -> ZoneInfo:
        return self.paper.zone


def shown_models(apps: Apps) -> list[type[Model]]:
    """The models whose rows the frame shows."""
    return [
        apps.get_model(name)
        for name in (
            "articles.Alert",
            "articles.FlatPage",
            "articles.Section",
            "articles.SiteSettings",
            "tickers.Pair",
            "tickers.Rate",
        )
    ]


def get(at: datetime | None = None) -> Frame:
    """The frame now, kept ready; or as it stood ``at`` another time, built for the asking."""
    if at is not None:
        return _build(at)
    now, kept = timezone.now(), _read()
    if kept is None:
        return _build(now)
    frame, generation = kept.get(_key()), kept.get(GENERATION)
    if frame is None or frame.generation != generation or not frame.made_at <= now < frame.until:
        frame = _build(now, generation)
        _keep(frame)
    return frame


def forget(**kwargs: Any) -> None:
    """Have the next page build the frame anew, once what was written is committed."""
    transaction.on_commit(_change_generation)


def forget_logo(instance: Image, **kwargs: Any) -> None:
    """Have the frame built anew if ``instance`` is the logo it shows."""
    frame = (_read() or {}).get(_key())
    if frame is None or frame.paper.logo_id == instance.pk:
        forget()


@lru_cache(maxsize=1)
def _key() -> str:
    """Where the frame is kept: elsewhere as soon as its parts change, as an update finds what older code kept."""
    parts = [
        [(field.name, str(field.type)) for field in fields(part)] for part in (Frame, MenuItem, AlertLine, ratebar.Row)
    ]
    rows = [[field.attname for field in model._meta.concrete_fields] for model in (SiteSettings, Image)]
    shape = repr((get_version(), parts, rows))
    return f"frame-{hashlib.sha256(shape.encode()).hexdigest()[:16]}"


def _read() -> dict[str, Any] | None:
    """What the cache keeps of the frame; None while it doesn't answer."""
    try:
        return cache.get_many([_key(), GENERATION])
    except Exception:  # whatever its driver raises, a page can do without
        _tell_of_outage()
        return None


def _keep(frame: Frame) -> None:
    try:
        cache.set(_key(), frame, LONGEST.total_seconds())
        _outage.clear()
    except Exception:  # the page is built already and goes out
        _tell_of_outage()


def _tell_of_outage() -> None:
    """Once, not for every page."""
    if not _outage.is_set():
        _outage.set()
        logger.exception("The cache does not answer, so every page builds its frame for itself.")


def _change_generation() -> None:
    try:
        cache.set(GENERATION, uuid4().hex, None)
    except Exception:  # what was written is committed, and is no failure of whoever wrote it
        logger.exception("The cache does not answer: pages may show the old menu, logo or rates for up to an hour.")


def _build(at: datetime, generation: str | None = None) -> Frame:
    paper = SiteSettings.current()
    top: list[Section] = []
    within: dict[int, list[Section]] = {}
    for section in Section.objects.filter(in_menu=True).select_related("parent"):
        (within.setdefault(section.parent_id, []) if section.parent_id else top).append(section)
    alert, alert_changes = _alert(at)
    return Frame(
        paper=paper,
        themes=_menu(top, within, Section.Kind.THEME),
        countries=_menu(top, within, Section.Kind.COUNTRY),
        pages=_pages(),
        rates=tuple(ratebar.current_rows(at, paper.zone)),
        alert=alert,
        made_at=at,
        until=min(at + LONGEST, ratebar.next_change(at, paper.zone), *alert_changes),
        generation=generation,
    )


def _pages() -> tuple[MenuItem, ...]:
    pages = FlatPage.objects.filter(in_footer=True).only("title", "slug")
    return tuple(MenuItem(page.title, page.get_absolute_url()) for page in pages)


def _alert(at: datetime) -> tuple[AlertLine | None, list[datetime]]:
    """The newest alert in force at ``at``, and the times after it when alerts start or end."""
    alerts = list(Alert.objects.not_over(at).filter(starts_at__lte=at + LONGEST))
    standing = [AlertLine(alert.text, alert.link) for alert in alerts if alert.starts_at <= at]
    changes = [time for alert in alerts for time in (alert.starts_at, alert.ends_at) if time > at]
    return (standing[-1] if standing else None), changes


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
        "pages": frame.pages,
        "rates": frame.rates,
        "alert": frame.alert,
        "at": request.at,
        "shown_at": request.shown_at,
        "root": f"{request.scheme}://{request.get_host()}",
    }
