"""The countries' place on the front page: the row at its top, and the shelves of those that the desk chose."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.db import connections, router

from articles.models.edition import Edition
from articles.models.edition_lists import PreparedEditions
from articles.models.section import Section
from ground import fragments
from ground.compiled_queries import fetch

ON_SHELF = 36  # a country's newest, among which its shelf finds four that stand nowhere above
IN_ROW = 4  # a country's newest, among which the row finds one that no country before it names

Row = list[tuple[Section, Edition | None]]

# A country's newest listings, of those that are live, by walking the index of its listing.
LISTED = """
SELECT * FROM (
    SELECT listed.section_id, listed.edition_id FROM articles_editionsection listed
    WHERE listed.section_id = %s AND (
        SELECT live.id FROM articles_edition live
        WHERE live.id = listed.edition_id AND live.live_from <= %s AND live.live_until > %s AND NOT live.off_front
    ) IS NOT NULL
    ORDER BY listed.published_at DESC, listed.edition_id DESC LIMIT {most}
) AS newest_{place}
"""
BY_KEY = PreparedEditions(lambda keys: Edition.objects.filter(pk__in=keys))


@dataclass(frozen=True)
class Countries:
    """The countries in the row, and those with a shelf."""

    row: tuple[Section, ...] = ()
    shelves: tuple[Section, ...] = ()

    @classmethod
    def among(cls, sections: Iterable[Section], *, has_row: bool) -> "Countries":
        """Those that the desk chose, in the order of ``sections``; none in the row where the paper has none."""
        countries = [section for section in sections if section.is_country]
        row = tuple(section for section in countries if has_row and section.in_row and section.in_menu)
        return cls(row, tuple(section for section in countries if section.has_shelf))

    @property
    def looked_at(self) -> dict[int, int]:
        """How many of the newest of each are asked for, by the section's number."""
        few = {section.pk: IN_ROW for section in self.row}
        return few | {section.pk: ON_SHELF for section in self.shelves}


NOWHERE = Countries()


def newest_of_countries(chosen: Countries, pool: list[Edition], at: datetime) -> dict[int, list[Edition]]:
    """The newest of each country that the page needs at ``at``, by the section's number, without bylines.

    In one query if all are in the ``pool``, else in two; kept like a piece of a page.
    """
    looked_at = chosen.looked_at
    if not looked_at:
        return {}
    found = fragments.piece(("newest of countries", *looked_at), lambda: _find(looked_at, pool, at))
    return {section: [alone(edition) for edition in editions] for section, editions in found.items()}


def _find(looked_at: dict[int, int], pool: list[Edition], at: datetime) -> dict[int, list[Edition]]:
    alias = router.db_for_read(Edition)
    moment = connections[alias].ops.adapt_datetimefield_value(at)
    parts = (LISTED.format(most=most, place=place) for place, most in enumerate(looked_at.values()))
    values = [value for section in looked_at for value in (section, moment, moment)]
    listings = fetch(alias, " UNION ALL ".join(parts), values)
    known = {edition.pk: edition for edition in pool}
    missing = {edition for _section, edition in listings} - set(known)
    known |= {edition.pk: edition for edition in BY_KEY.of(sorted(missing))}
    found: dict[int, list[Edition]] = {section: [] for section in looked_at}
    for section, edition in listings:
        found[section].append(known[edition])
    for editions in found.values():
        editions.sort(key=lambda edition: (edition.published_at, edition.pk), reverse=True)
    return found


def country_row(chosen: Countries, found: dict[int, list[Edition]]) -> Row:
    """Each country with its newest that none before it names, or else its newest, if there is one."""
    made: Row = []
    named: set[int] = set()
    for country in chosen.row:
        editions = found[country.pk]
        new = (edition for edition in editions[:IN_ROW] if edition.article_id not in named)
        edition = next(new, editions[0] if editions else None)
        if edition:
            named.add(edition.article_id)
        made.append((country, edition))
    return made


def alone(edition: Edition) -> Edition:
    """A copy of the edition, without the words and the picture of its place elsewhere on the page."""
    copied = copy(edition)
    copied.here = None
    return copied
