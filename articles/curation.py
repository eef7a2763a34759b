"""What stands on the front page at a time: placements first, the newest fill up, none twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet

from articles.models.edition import FOR_EVER, Edition
from articles.models.placement import Placement
from articles.models.section import Section

SECONDS = 4
LATEST = 8
SHELF = 4
POOL = 72  # the newest editions a front page is made of


@dataclass(frozen=True)
class Shelf:
    """A theme's row on the front page."""

    section: Section
    editions: list[Edition]


@dataclass(frozen=True)
class FrontPage:
    """The lead, those beside it, the newest in order, and a shelf a theme."""

    lead: Edition | None
    seconds: list[Edition]
    latest: list[Edition]
    shelves: list[Shelf]


def front_page(at: datetime) -> FrontPage:
    """The front page as readers see it at ``at``, in three queries."""
    slots = _placed(at)
    pool = list(Edition.objects.live(at).filter(off_front=False).newest().for_cards()[:POOL])
    placed = {edition.article_id: edition for edition in _editions_of(slots, pool, at)}
    rest = (edition for edition in pool if edition.article_id not in placed)
    head = [placed.get(slots.get(slot, 0)) or next(rest, None) for slot in range(1, 2 + SECONDS)]
    further = [placed[slots[slot]] for slot in sorted(slots) if slot > 1 + SECONDS and slots[slot] in placed]
    latest = (further + list(islice(rest, LATEST)))[:LATEST]
    shown = [edition for edition in head if edition]
    return FrontPage(
        lead=shown[0] if shown else None,
        seconds=shown[1:],
        latest=latest,
        shelves=_shelves(rest),
    )


def next_change(at: datetime) -> datetime | None:
    """The next moment after ``at`` when time itself changes a public page; None if nothing is scheduled."""
    columns: list[tuple[QuerySet, str]] = [
        (rows, name)
        for rows, names in (
            (Edition.objects.order_by(), ("live_from", "live_until")),
            (Placement.objects.order_by(), ("starts_at", "ends_at")),
        )
        for name in names
    ]
    nearest = (
        rows.filter(**{f"{name}__gt": at, f"{name}__lt": FOR_EVER}).order_by(name).values_list(name, flat=True)[:1]
        for rows, name in columns
    )
    return min((moment for found in nearest for moment in found), default=None)


def _placed(at: datetime) -> dict[int, int]:
    """The article in each slot, each article once: in the foremost of its slots."""
    slots: dict[int, int] = {}
    for slot, article in Placement.objects.standing(at).values_list("slot", "article_id"):
        if slot not in slots and article not in slots.values():
            slots[slot] = article
    return slots


def _editions_of(slots: dict[int, int], pool: list[Edition], at: datetime) -> list[Edition]:
    """The live editions of the placed articles; asked of the database only if the newest don't have them."""
    wanted = set(slots.values())
    found = [edition for edition in pool if edition.article_id in wanted]
    missing = wanted - {edition.article_id for edition in found}
    if missing:
        found += Edition.objects.live(at).filter(article__in=missing).for_cards()
    return found


def _shelves(rest: Iterable[Edition]) -> list[Shelf]:
    """What is left of the newest, by theme, in the order of the menu."""
    shelves: dict[int, Shelf] = {}
    for edition in rest:
        section = edition.top_section
        shelf = shelves.setdefault(section.pk, Shelf(section, []))
        if len(shelf.editions) < SHELF:
            shelf.editions.append(edition)
    return sorted(shelves.values(), key=lambda shelf: (shelf.section.order, shelf.section.name))
