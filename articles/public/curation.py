"""The articles on the front page and on sections' tops at a time: placements, then the newest, none twice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from django.db import connections, router
from django.db.models import Model, QuerySet

from articles.models.copy import Kind
from articles.models.edition import Edition
from articles.models.edition_lists import CompiledEditionQuery, load_bylines
from articles.models.placement import SECTION_SLOTS, SLOTS, Alert, Placement
from articles.models.section import Section
from articles.public import countries
from articles.public.countries import NOWHERE, Countries
from ground.compiled_queries import CompiledQuery, SlicedQuery
from ground.times import FOR_EVER

WITH_LEAD = (2, 3)  # slots whose placed articles are shown together with the lead
SECONDS = 3
LATEST = 7
LEAST_IN_SIDE = 4  # lines of Latest that fill a column beside the lead
LETTERS_BESIDE = 300  # weighted letters of the lead that fill the space beside its picture
HEADLINE_WEIGHS = 4  # how much a letter of a headline weighs against one of the text below
SHELF = 4
POOL = 72  # how many of the newest editions a front page is made from

Slots = list[Edition | None]  # in order; None where too few articles are live


def all_pictured(editions: Sequence[Edition]) -> bool:
    """Return whether ``editions`` can stand as cards in a row: two or more, and each with a picture."""
    return len(editions) > 1 and all(edition.image_here for edition in editions)


@dataclass(frozen=True)
class Shelf:
    """A section's row on the front page; ``is_large`` if it may begin with a large picture beside a list."""

    section: Section
    editions: list[Edition]
    is_large: bool = False

    @property
    def key(self) -> tuple[int, ...]:
        """A key of the shelf: its editions and their layout; a shelf has no placements."""
        return (self.is_large, *(edition.pk for edition in self.editions))

    @property
    def shape(self) -> str:
        """The richest layout that these articles fill without a hole: opinion, large, cells or plain."""
        if all(edition.kind == Kind.OPINION for edition in self.editions):
            return "opinion"
        large = len(self.editions) > 2 and self.editions[0].image_here
        if large and (self.is_large or not all_pictured(self.editions)):
            return "large"
        return "cells" if all_pictured(self.editions) else "plain"

    @property
    def beside(self) -> list[Edition]:
        """The editions beside the large one; those with a picture come first, because only pictures grow."""
        return sorted(self.editions[1:], key=lambda edition: edition.image_here is None)

    @property
    def is_even(self) -> bool:
        """Whether the headlines are of about the same length, so that four texts in a row end alike."""
        lengths = [len(edition.headline_here) for edition in self.editions]
        return max(lengths) - min(lengths) < 20


@dataclass(frozen=True)
class FrontPage:
    """The front page: the lead with those shown with it, those below, the newest, and the shelves.

    ``slots`` holds what stands in the slots for placements, ``countries`` the countries of the row, each with its
    newest edition.
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
        """Whether the editions below the lead stand in a row."""
        return all_pictured(self.seconds)

    @property
    def has_side(self) -> bool:
        """Whether Latest fills a column beside pictures, which grow to its height."""
        pictured = self.has_cells or (self.lead is not None and self.lead.image_here is not None)
        return pictured and len(self.latest) >= LEAST_IN_SIDE

    @property
    def has_newest(self) -> bool:
        """Whether Latest begins with an edition newer than those above it."""
        above = [*self.with_lead, *self.seconds]
        newest = self.latest[0].published_at if self.latest else None
        return not above or (newest is not None and any(edition.published_at < newest for edition in above))

    @property
    def is_beside(self) -> bool:
        """Whether the lead has enough text to stand beside its picture."""
        if self.lead is None or not (self.lead.image_here and self.lead.standfirst and self.with_lead):
            return False
        letters = HEADLINE_WEIGHS * len(self.lead.headline_here) + len(self.lead.standfirst)
        letters += sum(len(edition.headline_here) for edition in self.with_lead)
        return self.has_cells and self.has_side and letters >= LETTERS_BESIDE

    @property
    def is_bare(self) -> bool:
        """Whether the lead has no picture that could grow, so that the pictures below it must."""
        return self.lead is not None and self.lead.image_here is None

    @property
    def tells_of_countries(self) -> bool:
        """Whether any country of the row has an article; the others then show a line that they have none."""
        return any(edition for _country, edition in self.countries)


def front_page_at(
    at: datetime, chosen: Countries = NOWHERE, placements: Iterable[Placement] | None = None
) -> FrontPage:
    """Return the front page at ``at``, in three queries, and one or two more for the ``chosen`` countries.

    Articles placed on slots 2 and 3 are shown with the lead; articles that fill those slots by themselves stand below
    it. ``placements`` replaces the stored ones where the desk previews unsaved ones.
    """
    pinned = _pinned(FRONT_PLACEMENTS.rows(at=at) if placements is None else placements, SLOTS)
    pool = POOL_OF_FRONT.rows(at=at)
    placed = _editions_of(pinned, pool, at)
    unplaced = _without(pool, placed)
    slots = _filled(placed, unplaced, SLOTS)
    filled = [edition for edition in slots if edition]
    lead, below_lead = (filled[0] if filled else None), filled[1:]
    with_lead = [placed[slot] for slot in WITH_LEAD if slot in placed and placed[slot] is not lead]
    below = [edition for edition in below_lead if edition not in with_lead]
    latest = below[SECONDS:]
    latest += islice(unplaced, LATEST - len(latest))
    large = [edition for edition in (lead, *with_lead, *below[:SECONDS]) if edition]
    of_countries = countries.newest_of_countries(chosen, pool, at)
    shelves = _shelves(pool, large, latest, {country: of_countries[country.pk] for country in chosen.shelves})
    row = countries.country_row(chosen, of_countries)
    front = FrontPage(lead, with_lead, below[:SECONDS], latest, shelves, slots, row)
    load_bylines(large + latest + [edition for shelf in front.shelves for edition in shelf.editions])
    return front


def section_top(section: Section, at: datetime, placements: Iterable[Placement] | None = None) -> dict[int, Edition]:
    """Return the live editions placed on the top of ``section`` at ``at``, by slot, without bylines."""
    standing = SECTION_PLACEMENTS.rows(at=at, section=section.pk) if placements is None else placements
    pinned = _pinned(standing, SECTION_SLOTS)
    return _editions_of(pinned, None, at)


def section_slots(section: Section, at: datetime, placements: Iterable[Placement] | None = None) -> Slots:
    """Return the top of ``section`` with the newest editions in its free slots."""
    placed = section_top(section, at, placements)
    newest = listed_editions(section, at).prefetch_related(None)[: SECTION_SLOTS + len(placed)]
    return _filled(placed, _without(newest, placed), SECTION_SLOTS)


def listed_editions(section: Section | int | None, at: datetime, **published: datetime) -> QuerySet[Edition]:
    """Return live editions of ``section`` (None: the paper), newest first; ``published`` are bounds as lookups (gte,
    lt).

    Those of a section are found by walking the index of its listing.
    """
    bounds = {f"published_at__{lookup}": time for lookup, time in published.items()}
    if section is None:
        return Edition.objects.live(at).filter(**bounds).newest().for_cards()
    return Edition.objects.live(at).listed_by("section_rows", section=section, **bounds).for_cards()


POOL_OF_FRONT = CompiledEditionQuery(lambda at: Edition.objects.live(at).filter(off_front=False).newest()[:POOL])
NEWEST = CompiledEditionQuery(lambda at, without: listed_editions(None, at).exclude(article__in=without))
OF_SPAN = CompiledEditionQuery(lambda at, start, end: listed_editions(None, at, gte=start, lt=end))
NEWEST_OF_SECTION = CompiledEditionQuery(
    lambda at, section, without, part: (
        Edition.objects.live(at).exclude(article__in=without).walked_by("section_rows", part, section=section)
    ),
    cuts=True,
)

OF_AUTHOR = CompiledEditionQuery(
    lambda at, author, part: Edition.objects.live(at).walked_by("bylines", part, author=author), cuts=True
)


def of_author(author: int, at: datetime) -> SlicedQuery[Edition]:
    """Return an author's live editions, the newest first, to be sliced, without bylines."""
    return OF_AUTHOR.listed(at=at, author=author)


def newest(section: Section | None, at: datetime, without: Iterable[int] = ()) -> SlicedQuery[Edition]:
    """Return the live editions of ``section`` (None: of the paper), but for articles in ``without``, to be sliced."""
    articles = list(without)
    if section is None:
        return NEWEST.listed(at=at, without=articles)
    return NEWEST_OF_SECTION.listed(at=at, section=section.pk, without=articles)


def of_span(at: datetime, start: datetime, end: datetime) -> SlicedQuery[Edition]:
    """Return what ``newest`` returns for the whole paper, published between two times."""
    return OF_SPAN.listed(at=at, start=start, end=end)


def next_timed_change(at: datetime) -> datetime | None:
    """Return the next time after ``at`` when a public page changes by itself; None if nothing is scheduled.

    It takes one query that looks once at the index of each column.
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
    if isinstance(moment, str):  # SQLite stores times as text, in UTC
        return datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return moment


def stored_placements(section: Section | int | None, at: datetime) -> QuerySet[Placement]:
    """Return the placements in force at ``at`` on the front page or ``section``, the best of each slot first."""
    return Placement.objects.on(section).standing(at).select_related("image")


FRONT_PLACEMENTS = CompiledQuery(Placement, lambda at: stored_placements(None, at), joins={"image": []})
SECTION_PLACEMENTS = CompiledQuery(Placement, lambda at, section: stored_placements(section, at), joins={"image": []})


def _pinned(placements: Iterable[Placement], last: int) -> dict[int, Placement]:
    """Return the placement of each slot, with each article only in the first of its slots."""
    slots: dict[int, Placement] = {}
    articles: set[int] = set()
    for placement in placements:
        if placement.slot <= last and placement.slot not in slots and placement.article_id not in articles:
            slots[placement.slot] = placement
            articles.add(placement.article_id)
    return slots


def _editions_of(pinned: dict[int, Placement], pool: list[Edition] | None, at: datetime) -> dict[int, Edition]:
    """Return the live editions of placed articles, by slot; those that ``pool`` does not have are read in one query.

    They have no bylines; the caller loads them together with those of a list.
    """
    article_ids = {placement.article_id for placement in pinned.values()}
    by_article = {edition.article_id: edition for edition in pool or [] if edition.article_id in article_ids}
    if missing := article_ids - set(by_article):
        rows = Edition.objects.live(at).filter(article__in=missing).for_bare_cards()
        by_article |= {edition.article_id: edition for edition in rows}
    placed = {}
    for slot, placement in pinned.items():
        if edition := by_article.get(placement.article_id):
            edition.here = placement
            placed[slot] = edition
    return placed


def _without(editions: Iterable[Edition], placed: dict[int, Edition]) -> Iterator[Edition]:
    placed_articles = {edition.article_id for edition in placed.values()}
    return (edition for edition in editions if edition.article_id not in placed_articles)


def _filled(placed: dict[int, Edition], unplaced: Iterator[Edition], last: int) -> Slots:
    """Return for each slot the edition placed there, or else the next of ``unplaced``."""
    return [placed.get(slot) or next(unplaced, None) for slot in range(1, last + 1)]


def _shelves(
    pool: Iterable[Edition],
    large: Iterable[Edition],
    latest: Iterable[Edition],
    of_countries: dict[Section, list[Edition]],
) -> list[Shelf]:
    """Return the shelves of themes and of chosen countries in the order of the menu, without what is ``large`` above.

    No article is on two shelves: the newest of a theme goes to the theme's shelf, the others first to the country's. An
    article in Latest may stand on its shelf too, with its own text, if the shelf also has one that is not.
    """
    used_articles = {edition.article_id for edition in large}
    lines = {edition.article_id for edition in latest}
    of_themes: dict[Section, list[Edition]] = {}
    for edition in pool:
        if edition.top_section.kind == Section.Kind.THEME and edition.article_id not in used_articles:
            of_themes.setdefault(edition.top_section, []).append(edition)
    heads = {editions[0].article_id for editions in of_themes.values()}
    rows: dict[Section, list[Edition]] = {}
    for editions_by_section, reserved in ((of_countries, heads), (of_themes, set())):
        for section, editions in editions_by_section.items():
            row = [edition for edition in editions if edition.article_id not in used_articles | reserved]
            if any(edition.article_id not in lines for edition in row):
                rows[section] = row[:SHELF]
                used_articles |= {edition.article_id for edition in rows[section]}
    in_order = sorted(rows, key=lambda section: (section.order, section.name))
    return [
        Shelf(section, [_by_itself(edition) for edition in rows[section]], turn % 2 == 0)
        for turn, section in enumerate(in_order)
    ]


def _by_itself(edition: Edition) -> Edition:
    """Return the edition without the text and picture of its placement elsewhere on the page."""
    return edition if edition.here is None else countries.alone(edition)
