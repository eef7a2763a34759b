"""What stands on the front page and on sections' tops at a time: placements first, the newest fill up, none twice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from django.db import connections, router
from django.db.models import Model, QuerySet

from articles.models.copy import Kind
from articles.models.edition import Edition
from articles.models.edition_lists import PreparedEditions, load_bylines
from articles.models.placement import SECTION_SLOTS, SLOTS, Alert, Placement
from articles.models.section import Section
from articles.public import countries
from articles.public.countries import NOWHERE, Countries
from ground.compiled_queries import Listed, Prepared
from ground.times import FOR_EVER

WITH_LEAD = (2, 3)  # slots whose placed articles belong to the lead
SECONDS = 3
LATEST = 7
LEAST_IN_SIDE = 4  # lines of Latest that fill a column beside the lead
LETTERS_BESIDE = 300  # of the lead, beside a picture of some height
HEADLINE_WEIGHS = 4  # times what as many letters below it do
SHELF = 4
POOL = 72  # the newest editions a front page is made of

Slots = list[Edition | None]  # in order; None where too few articles are live


def all_pictured(editions: Sequence[Edition]) -> bool:
    """Whether ``editions`` can stand as cards in a row: two or more, each with a picture that grows to an even end."""
    return len(editions) > 1 and all(edition.image_here for edition in editions)


@dataclass(frozen=True)
class Shelf:
    """A section's row on the front page; ``is_large`` where it may begin with a large picture beside a list."""

    section: Section
    editions: list[Edition]
    is_large: bool = False

    @property
    def key(self) -> tuple[int, ...]:
        """What it shows: nothing is placed on a shelf, so the editions and its turn say it all."""
        return (self.is_large, *(edition.pk for edition in self.editions))

    @property
    def shape(self) -> str:
        """The richest shape that these articles fill without a hole: opinion, large, cells or plain."""
        if all(edition.kind == Kind.OPINION for edition in self.editions):
            return "opinion"
        large = len(self.editions) > 2 and self.editions[0].image_here
        if large and (self.is_large or not all_pictured(self.editions)):
            return "large"
        return "cells" if all_pictured(self.editions) else "plain"

    @property
    def beside(self) -> list[Edition]:
        """Those beside the large one: the first with a picture at the head, as only pictures grow."""
        return sorted(self.editions[1:], key=lambda edition: edition.image_here is None)

    @property
    def is_even(self) -> bool:
        """Whether the headlines are so equally long that four texts in a row end alike."""
        lengths = [len(edition.headline_here) for edition in self.editions]
        return max(lengths) - min(lengths) < 20


@dataclass(frozen=True)
class FrontPage:
    """The lead with those that belong to it, those below it, the newest in order, and a shelf a theme.

    ``slots`` are those that can be placed; ``countries`` are those of the row, each with its newest.
    """

    lead: Edition | None
    with_lead: list[Edition]
    seconds: list[Edition]
    latest: list[Edition]
    shelves: list[Shelf]
    slots: Slots
    countries: list[tuple[Section, Edition | None]]

    @property
    def has_cells(self) -> bool:
        """Whether those below the lead stand in a row."""
        return all_pictured(self.seconds)

    @property
    def has_side(self) -> bool:
        """Whether Latest fills a column beside pictures, which grow to its height."""
        pictured = self.has_cells or (self.lead is not None and self.lead.image_here is not None)
        return pictured and len(self.latest) >= LEAST_IN_SIDE

    @property
    def has_newest(self) -> bool:
        """Whether Latest begins with something newer than what stands below the lead: else it is but the rest."""
        above = [*self.with_lead, *self.seconds]
        newest = self.latest[0].published_at if self.latest else None
        return not above or (newest is not None and any(edition.published_at < newest for edition in above))

    @property
    def is_beside(self) -> bool:
        """Whether the lead has words enough to stand beside its picture."""
        if self.lead is None or not (self.lead.image_here and self.lead.standfirst and self.with_lead):
            return False
        letters = HEADLINE_WEIGHS * len(self.lead.headline_here) + len(self.lead.standfirst)
        letters += sum(len(edition.headline_here) for edition in self.with_lead)
        return self.has_cells and self.has_side and letters >= LETTERS_BESIDE

    @property
    def is_bare(self) -> bool:
        """Whether the lead has no picture that could grow, so that those below it have to."""
        return self.lead is not None and self.lead.image_here is None

    @property
    def tells_of_countries(self) -> bool:
        """Whether any country of the row has an article; the others say that they have none, which leaves no hole."""
        return any(edition for _country, edition in self.countries)


def front_page_at(
    at: datetime, chosen: Countries = NOWHERE, placements: Iterable[Placement] | None = None
) -> FrontPage:
    """The front page as readers see it at ``at``, in three queries, and one or two more for the ``chosen`` countries.

    What is placed on slots 2 and 3 belongs to the lead; what fills those slots by itself stands below it.
    ``placements`` stand in for the stored ones where the desk looks at what it has not saved.
    """
    pinned = _pinned(FRONT_PLACEMENTS.rows(at=at) if placements is None else placements, SLOTS)
    pool = POOL_OF_FRONT.rows(at=at)
    placed = _editions_of(pinned, pool, at)
    rest = _without(pool, placed)
    slots = _filled(placed, rest, SLOTS)
    filled = [edition for edition in slots if edition]
    lead, others = (filled[0] if filled else None), filled[1:]
    with_lead = [placed[slot] for slot in WITH_LEAD if slot in placed and placed[slot] is not lead]
    below = [edition for edition in others if edition not in with_lead]
    latest = below[SECONDS:]
    latest += islice(rest, LATEST - len(latest))
    large = [edition for edition in (lead, *with_lead, *below[:SECONDS]) if edition]
    of_countries = countries.newest_of_countries(chosen, pool, at)
    shelves = _shelves(pool, large, latest, {country: of_countries[country.pk] for country in chosen.shelves})
    row = countries.country_row(chosen, of_countries)
    front = FrontPage(lead, with_lead, below[:SECONDS], latest, shelves, slots, row)
    load_bylines(large + latest + [edition for shelf in front.shelves for edition in shelf.editions])
    return front


def section_top(section: Section, at: datetime, placements: Iterable[Placement] | None = None) -> dict[int, Edition]:
    """What is placed on the top of ``section`` and live at ``at``, by slot; its cards still lack their bylines."""
    standing = SECTION_PLACEMENTS.rows(at=at, section=section.pk) if placements is None else placements
    pinned = _pinned(standing, SECTION_SLOTS)
    return _editions_of(pinned, None, at)


def section_slots(section: Section, at: datetime, placements: Iterable[Placement] | None = None) -> Slots:
    """The top of ``section`` with what fills it up."""
    placed = section_top(section, at, placements)
    newest = listed_editions(section, at).prefetch_related(None)[: SECTION_SLOTS + len(placed)]
    return _filled(placed, _without(newest, placed), SECTION_SLOTS)


def listed_editions(section: Section | int | None, at: datetime, **published: datetime) -> QuerySet[Edition]:
    """Live editions of ``section`` (None: of the paper), newest first; ``published`` are bounds as lookups (gte, lt).

    A section's are found by walking its listing's own index.
    """
    bounds = {f"published_at__{lookup}": time for lookup, time in published.items()}
    if section is None:
        return Edition.objects.live(at).filter(**bounds).newest().for_cards()
    return Edition.objects.live(at).listed_by("section_rows", section=section, **bounds).for_cards()


POOL_OF_FRONT = PreparedEditions(lambda at: Edition.objects.live(at).filter(off_front=False).newest()[:POOL])
NEWEST = PreparedEditions(lambda at, without: listed_editions(None, at).exclude(article__in=without))
OF_SPAN = PreparedEditions(lambda at, start, end: listed_editions(None, at, gte=start, lt=end))
NEWEST_OF_SECTION = PreparedEditions(
    lambda at, section, without, part: (
        Edition.objects.live(at).exclude(article__in=without).walked_by("section_rows", part, section=section)
    ),
    cuts=True,
)

OF_AUTHOR = PreparedEditions(
    lambda at, author, part: Edition.objects.live(at).walked_by("bylines", part, author=author), cuts=True
)


def of_author(author: int, at: datetime) -> Listed[Edition]:
    """What stands below an author's name, the newest first, to be taken in slices, without bylines."""
    return OF_AUTHOR.listed(at=at, author=author)


def newest(section: Section | None, at: datetime, without: Iterable[int] = ()) -> Listed[Edition]:
    """What ``listed`` lists, to be taken in slices, without bylines and without those articles."""
    articles = list(without)
    if section is None:
        return NEWEST.listed(at=at, without=articles)
    return NEWEST_OF_SECTION.listed(at=at, section=section.pk, without=articles)


def of_span(at: datetime, start: datetime, end: datetime) -> Listed[Edition]:
    """What ``newest`` finds of the paper between two moments."""
    return OF_SPAN.listed(at=at, start=start, end=end)


def next_timed_change(at: datetime) -> datetime | None:
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


def stored_placements(section: Section | int | None, at: datetime) -> QuerySet[Placement]:
    """The placements in force at ``at`` on the front page, or on the top of ``section``, the best of a slot first."""
    return Placement.objects.on(section).standing(at).select_related("image")


FRONT_PLACEMENTS = Prepared(Placement, lambda at: stored_placements(None, at), joins={"image": []})
SECTION_PLACEMENTS = Prepared(Placement, lambda at, section: stored_placements(section, at), joins={"image": []})


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


def _shelves(
    pool: Iterable[Edition],
    large: Iterable[Edition],
    latest: Iterable[Edition],
    of_countries: dict[Section, list[Edition]],
) -> list[Shelf]:
    """The newest by theme and of countries with a shelf, in the order of the menu, without what stands ``large`` above.

    None is on two shelves: a theme's newest is on the theme's, what is left on the country's. What is a line in Latest
    stands on its shelf as well, in the words of its own; a shelf needs something more, though.
    """
    taken = {edition.article_id for edition in large}
    lines = {edition.article_id for edition in latest}
    of_themes: dict[Section, list[Edition]] = {}
    for edition in pool:
        if edition.top_section.kind == Section.Kind.THEME and edition.article_id not in taken:
            of_themes.setdefault(edition.top_section, []).append(edition)
    heads = {editions[0].article_id for editions in of_themes.values()}
    rows: dict[Section, list[Edition]] = {}
    for found, others in ((of_countries, heads), (of_themes, set())):
        for section, editions in found.items():
            row = [edition for edition in editions if edition.article_id not in taken | others]
            if any(edition.article_id not in lines for edition in row):
                rows[section] = row[:SHELF]
                taken |= {edition.article_id for edition in rows[section]}
    in_order = sorted(rows, key=lambda section: (section.order, section.name))
    return [
        Shelf(section, [_by_itself(edition) for edition in rows[section]], turn % 2 == 0)
        for turn, section in enumerate(in_order)
    ]


def _by_itself(edition: Edition) -> Edition:
    """The edition without the words and the picture of its place elsewhere on the page."""
    return edition if edition.here is None else countries.alone(edition)
