"""The frame: the parts of every public page that seldom change, like the paper's name, its menu, the rate bar, an
alert.

Each process reads it from the database once a generation (``newsroom/serving/generation.py``: a write that readers
would see begins another), and again when time itself changes a public page: as an edition, a placement or an alert
starts or ends, and as the paper's next day begins, when rates may change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from articles.models.flat_page import FlatPage
from articles.models.menu import MenuLink
from articles.models.placement import Alert
from articles.models.section import Section
from articles.models.site import SiteSettings
from articles.public import crossings, curation, menus
from articles.public.brand import Brand
from articles.public.countries import Countries
from ground import fragments
from ground.addresses import root_of
from newsroom.serving import generation
from tickers import ratebar

LONGEST = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
USUAL_BRAND = Brand(SiteSettings())  # for pages without a frame


@dataclass(frozen=True)
class MenuItem:
    """A link in a menu; for a section, with its subsections."""

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
    """The frame of pages, valid from ``made_at`` until ``until`` at the latest."""

    paper: SiteSettings
    brand: Brand
    themes: tuple[MenuItem, ...]
    countries: tuple[MenuItem, ...]
    chosen: Countries  # the countries with a place on the front page
    pages: tuple[MenuItem, ...]
    arranged: dict[str, tuple[MenuItem, ...]]  # the links that somebody put there instead, by their menu
    rates: tuple[ratebar.PairRow, ...]
    alert: AlertLine | None
    made_at: datetime
    until: datetime  # no public page made with it is valid for longer
    generation: str
    fragment_cache: fragments.FragmentCache  # of pages made with it
    places: frozenset[str]  # addresses in the menu

    @property
    def zone(self) -> ZoneInfo:
        return self.paper.zone


_kept: dict[str, Frame] = {}  # the newest, by "now"


def frame_at(at: datetime | None = None, token: str | None = None) -> Frame:
    """Return the cached frame of now, or the frame as it was at another time ``at``, built anew.

    ``token`` is the generation that the request's database is known to show: a replica may not know of a newer one.
    """
    if at is not None:
        return _build(at, "")
    now = timezone.now()
    newest = generation.current()
    if not newest:  # nothing can be cached
        return _build(now, "")
    token = token or newest
    frame = _kept.get("now")
    if frame is None or frame.generation != token or not frame.made_at <= now < frame.until:
        frame = _build(now, token)
        if token == newest:
            _kept["now"] = frame
    return frame


def forget_frame() -> None:
    """Make this process build the frame anew."""
    _kept.clear()


def _build(at: datetime, token: str) -> Frame:
    paper = SiteSettings.current()
    fragment_cache = fragments.FragmentCache(settings.CACHED_FRAGMENTS)
    top: list[Section] = []
    within: dict[int, list[Section]] = {}
    sections: dict[str, Section] = {}
    for section in Section.objects.with_parent():
        fragment_cache.put((Section.__name__, section.pk), section)
        sections[section.get_absolute_url()] = section
        if section.in_menu:
            (within.setdefault(section.parent_id, []) if section.parent_id else top).append(section)
    fragment_cache.put(crossings.BY_ADDRESS, sections)
    pages = list(FlatPage.objects.filter(is_public=True).only("title", "slug", "in_footer"))
    arranged = _arranged(sections.values(), pages, at) if paper.has_menu_links else {}
    chosen = Countries.among(sections.values(), has_row=paper.has_countries)
    changes = [ratebar.next_rate_change(at, paper.zone), curation.next_timed_change(at), _clocks_change(at, chosen)]
    return Frame(
        paper=paper,
        brand=Brand(paper),
        themes=_menu(top, within, Section.Kind.THEME),
        countries=_menu(top, within, Section.Kind.COUNTRY),
        chosen=chosen,
        pages=tuple(MenuItem(page.title, page.get_absolute_url()) for page in pages if page.in_footer),
        arranged=arranged,
        rates=tuple(ratebar.current_rows(at, paper.zone)),
        alert=_alert(at),
        made_at=at,
        until=min(filter(None, [at + LONGEST, *changes])),
        generation=token,
        fragment_cache=fragment_cache,
        places=frozenset(["/latest/", *(section.get_absolute_url() for section in top), *_own_addresses(arranged)]),
    )


def _clocks_change(at: datetime, chosen: Countries) -> datetime | None:
    """Return a time before a country's clocks may change, within ``LONGEST``: they change at quarters of hours."""
    for section in (*chosen.row, *chosen.shelves):
        zone = ZoneInfo(section.time_zone) if section.time_zone else UTC
        if at.astimezone(zone).utcoffset() != (at + LONGEST).astimezone(zone).utcoffset():
            return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) + QUARTER
    return None


def _own_addresses(arranged: dict[str, tuple[MenuItem, ...]]) -> list[str]:
    return [item.url for items in arranged.values() for item in items if item.url.startswith("/")]


def _arranged(sections: Iterable[Section], pages: Iterable[FlatPage], at: datetime) -> dict[str, tuple[MenuItem, ...]]:
    """Return the links that somebody put into each menu, except those that lead nowhere."""
    links = list(MenuLink.objects.all())
    targets = menus.targets(links, {section.pk: section for section in sections}, {page.pk: page for page in pages}, at)
    arranged: dict[str, list[MenuItem]] = {}
    for link in links:
        if target := targets.get(link.pk):
            arranged.setdefault(link.place, []).append(MenuItem(link.label or target.name, target.url))
    return {place: tuple(items) for place, items in arranged.items()}


def _alert(at: datetime) -> AlertLine | None:
    """Return the newest alert in force at ``at``."""
    alert = Alert.objects.standing(at).first()
    return AlertLine(alert.text, alert.link) if alert else None


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


def frame_context(request):
    """Return the frame for templates; nothing for the desk's own pages, which do not show it."""
    frame = getattr(request, "frame", None)
    if frame is None:
        return {"brand": USUAL_BRAND, "themes": (), "countries": (), "own": menus.OWN, "pages": ()}
    return {
        "paper": frame.paper,
        "brand": frame.brand,
        "themes": frame.themes,
        "countries": frame.countries,
        "own": menus.OWN,
        "pages": frame.pages,
        "arranged": frame.arranged,
        "rates": frame.rates,
        "alert": frame.alert,
        "at": request.at,
        "place": request.path if request.path in frame.places else "",
        "shown_at": request.shown_at,
        "root": root_of(request),
    }
