"""What stands on the front page and on sections' tops at a time: placements first, the newest fill up, none twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from django.db import connections, router
from django.db.models import Model, QuerySet

from articles.models.edition import FOR_EVER, Edition, PreparedEditions, load_bylines
from articles.models.placement import SECTION_SLOTS, SLOTS, Alert, Placement
from articles.models.section import Section
from articles.prepared import Listed, Prepared, keys_in

SECONDS = 4
LATEST = 8
SHELF = 4
POOL = 72  # the newest editions a front page is made of

Slots = list[Edition | None]  # in order; None where too few articles are live


@dataclass(frozen=True)
class Shelf:
    """A theme's row on the front page."""

    section: Section
    editions: list[Edition]

    @property
    def key(self) -> tuple[int, ...]:
        """What it shows: nothing is placed on a shelf, so the editions say it all."""
        return tuple(edition.pk for edition in self.editions)


@dataclass(frozen=True)
class FrontPage:
    """The lead, those beside it, the newest in order, and a shelf a theme; ``slots`` are those that can be placed."""

    lead: Edition | None
    seconds: list[Edition]
    latest: list[Edition]
    shelves: list[Shelf]
    slots: Slots


def front_page(at: datetime, placements: Iterable[Placement] | None = None) -> FrontPage:
    """The front page as readers see it at ``at``, in three queries.

    ``placements`` stand in for the stored ones where the desk looks at what it has not saved.
    """
    pinned = _pinned(FRONT_PLACEMENTS.rows(at=at) if placements is None else placements, SLOTS)
    pool = POOL_OF_FRONT.rows(at=at)
    placed = _editions_of(pinned, pool, at)
    rest = _without(pool, placed)
    slots = _filled(placed, rest, SLOTS)
    shown = [edition for edition in slots[: 1 + SECONDS] if edition]
    rows = [edition for edition in slots[1 + SECONDS :] if edition]
    front = FrontPage(
        lead=shown[0] if shown else None,
        seconds=shown[1:],
        latest=rows + list(islice(rest, LATEST - len(rows))),
        shelves=_shelves(rest),
        slots=slots,
    )
    load_bylines(shown + front.latest + [edition for shelf in front.shelves for edition in shelf.editions])
    return front


def section_top(section: Section, at: datetime, placements: Iterable[Placement] | None = None) -> dict[int, Edition]:
    """What is placed on the top of ``section`` and live at ``at``, by slot; its cards still lack their bylines."""
    standing = SECTION_PLACEMENTS.rows(at=at, section=section.pk) if placements is None else placements
    pinned = _pinned(standing, SECTION_SLOTS)
    return _editions_of(pinned, None, at)


def section_slots(section: Section, at: datetime, placements: Iterable[Placement] | None = None) -> Slots:
    """The top of ``section`` with what fills it up."""
    placed = section_top(section, at, placements)
    newest = listed(section, at).prefetch_related(None)[: SECTION_SLOTS + len(placed)]
    return _filled(placed, _without(newest, placed), SECTION_SLOTS)


def listed(section: Section | int | None, at: datetime, **published: datetime) -> QuerySet[Edition]:
    """Live editions of ``section`` (None: of the paper), newest first; ``published`` are bounds as lookups (gte, lt).

    A section's are found by walking its listing's own index.
    """
    bounds = {f"published_at__{lookup}": time for lookup, time in published.items()}
    if section is None:
        return Edition.objects.live(at).filter(**bounds).newest().for_cards()
    return Edition.objects.live(at).listed_by("section_rows", section=section, **bounds).for_cards()


POOL_OF_FRONT = PreparedEditions(
    lambda at: Edition.objects.live(at).filter(off_front=False).newest().for_bare_cards()[:POOL]
)
NEWEST = PreparedEditions(lambda at, **keys: listed(None, at).exclude(article__in=keys_in(keys)))
OF_SPAN = PreparedEditions(lambda at, start, end: listed(None, at, gte=start, lt=end))
NEWEST_OF_SECTION = PreparedEditions(lambda at, section, **keys: listed(section, at).exclude(article__in=keys_in(keys)))


def newest(section: Section | None, at: datetime, without: Iterable[int] = ()) -> Listed[Edition]:
    """What ``listed`` lists, to be taken in slices, without bylines and without those articles."""
    keys = {f"key{place}": pk for place, pk in enumerate(without)}
    if section is None:
        return NEWEST.listed(at=at, **keys)
    return NEWEST_OF_SECTION.listed(at=at, section=section.pk, **keys)


def of_span(at: datetime, start: datetime, end: datetime) -> Listed[Edition]:
    """What ``newest`` finds of the paper between two moments."""
    return OF_SPAN.listed(at=at, start=start, end=end)


def next_change(at: datetime) -> datetime | None:
    """The next moment after ``at`` when time itself changes a public page; None if nothing is scheduled.

    One query that looks once at each column's index.
    """
    columns: list[tuple[type[Model], str]] = [(Edition, "live_from"), (Edition, "live_until")]
    columns += [(model, name) for model in (Placement, Alert) for name in ("starts_at", "ends_at")]
    nearest = " UNION ALL ".join(
        f"SELECT MIN({name}) AS moment FROM {model._meta.db_table} WHERE {name} > %s AND {name} < %s"  # noqa: S608 - our own names
        for model, name in columns
    )
    connection = connections[router.db_for_read(Edition)]
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MIN(moment) FROM ({nearest}) AS nearest", [adapt(at), adapt(FOR_EVER)] * len(columns))  # noqa: S608 - the same
        (moment,) = cursor.fetchone()
    if isinstance(moment, str):  # SQLite keeps times as text, in UTC
        return datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return moment


def stored(section: Section | int | None, at: datetime) -> QuerySet[Placement]:
    """The placements in force at ``at`` on the front page, or on the top of ``section``, the best of a slot first."""
    return Placement.objects.on(section).standing(at).select_related("image")


FRONT_PLACEMENTS = Prepared(Placement, lambda at: stored(None, at))
SECTION_PLACEMENTS = Prepared(Placement, lambda at, section: stored(section, at))


def _pinned(placements: Iterable[Placement], last: int) -> dict[int, Placement]:
    """The placement of each slot, each article once: in the foremost of its slots."""
    slots: dict[int, Placement] = {}
    articles: set[int] = set()
    for placement in placements:
        if placement.slot <= last and placement.slot not in slots and placement.article_id not in articles:
            slots[placement.slot] = placement
            articles.add(placement.article_id)
    return slots


def _editions_of(pinned: dict[int, Placement], pool: list[Edition] | None, at: datetime) -> dict[int, Edition]:
    """The live editions of placed articles, by slot; asked of the database only if ``pool`` doesn't have them.

    They lack their bylines, which whoever asks loads with those of a list.
    """
    wanted = {placement.article_id for placement in pinned.values()}
    found = {edition.article_id: edition for edition in pool or [] if edition.article_id in wanted}
    if missing := wanted - set(found):
        rows = Edition.objects.live(at).filter(article__in=missing).for_bare_cards()
        found |= {edition.article_id: edition for edition in rows}
    placed = {}
    for slot, placement in pinned.items():
        if edition := found.get(placement.article_id):
            edition.here = placement
            placed[slot] = edition
    return placed


def _without(editions: Iterable[Edition], placed: dict[int, Edition]) -> Iterator[Edition]:
    taken = {edition.article_id for edition in placed.values()}
    return (edition for edition in editions if edition.article_id not in taken)


def _filled(placed: dict[int, Edition], rest: Iterator[Edition], last: int) -> Slots:
    """Slot after slot the edition placed there, or else the next of the rest."""
    return [placed.get(slot) or next(rest, None) for slot in range(1, last + 1)]


def _shelves(rest: Iterable[Edition]) -> list[Shelf]:
    """What is left of the newest, by theme, in the order of the menu."""
    shelves: dict[int, Shelf] = {}
    for edition in rest:
        section = edition.top_section
        shelf = shelves.setdefault(section.pk, Shelf(section, []))
        if len(shelf.editions) < SHELF:
            shelf.editions.append(edition)
    return sorted(shelves.values(), key=lambda shelf: (shelf.section.order, shelf.section.name))
