"""The countries on the front page: the row at its top, and the shelves of those that the desk chose."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.db import connections, router

from articles.models.edition import Edition
from articles.models.edition_lists import CompiledEditionQuery
from articles.models.section import Section
from ground import fragments
from ground.compiled_queries import fetch

ON_SHELF = 36  # a country's newest articles, among which its shelf finds four that stand nowhere above
IN_ROW = 4  # a country's newest articles, among which the row finds one that no country before it shows

Row = list[tuple[Section, Edition | None]]

# A country's newest listings of live editions, found by walking the index of its listing.
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
BY_KEY = CompiledEditionQuery(lambda keys: Edition.objects.filter(pk__in=keys))


@dataclass(frozen=True)
class Countries:
    """The countries in the row, and those with a shelf."""

    row: tuple[Section, ...] = ()
    shelves: tuple[Section, ...] = ()

    @classmethod
    def among(cls, sections: Iterable[Section], *, has_row: bool) -> "Countries":
        """Return those that the desk chose, in the order of ``sections``; the row is empty unless ``has_row``."""
        countries = [section for section in sections if section.is_country]
        row = tuple(section for section in countries if has_row and section.in_row and section.in_menu)
        return cls(row, tuple(section for section in countries if section.has_shelf))

    @property
    def looked_at(self) -> dict[int, int]:
        """How many of the newest articles of each country are loaded, by the section's primary key."""
        few = {section.pk: IN_ROW for section in self.row}
        return few | {section.pk: ON_SHELF for section in self.shelves}


NOWHERE = Countries()


def newest_of_countries(chosen: Countries, pool: list[Edition], at: datetime) -> dict[int, list[Edition]]:
    """Return the newest editions of each country in ``chosen``, by the section's primary key, without bylines.

    It takes one query if ``pool`` has all of them, else two, and is cached like a fragment of a page.
    """
    looked_at = chosen.looked_at
    if not looked_at:
        return {}
    newest = fragments.get_fragment(("newest of countries", *looked_at), lambda: _find(looked_at, pool, at))
    return {section: [alone(edition) for edition in editions] for section, editions in newest.items()}


def _find(looked_at: dict[int, int], pool: list[Edition], at: datetime) -> dict[int, list[Edition]]:
    alias = router.db_for_read(Edition)
    moment = connections[alias].ops.adapt_datetimefield_value(at)
    parts = (LISTED.format(most=most, place=place) for place, most in enumerate(looked_at.values()))
    values = [value for section in looked_at for value in (section, moment, moment)]
    listings = fetch(alias, " UNION ALL ".join(parts), values)
    editions_by_pk = {edition.pk: edition for edition in pool}
    missing = {edition for _section, edition in listings} - set(editions_by_pk)
    editions_by_pk |= {edition.pk: edition for edition in BY_KEY.of(sorted(missing))}
    newest: dict[int, list[Edition]] = {section: [] for section in looked_at}
    for section, edition in listings:
        newest[section].append(editions_by_pk[edition])
    for editions in newest.values():
        editions.sort(key=lambda edition: (edition.published_at, edition.pk), reverse=True)
    return newest


def country_row(chosen: Countries, newest_by_country: dict[int, list[Edition]]) -> Row:
    """Return each country with its newest edition that no country before it shows, else its newest, if there is one."""
    row: Row = []
    shown_articles: set[int] = set()
    for country in chosen.row:
        editions = newest_by_country[country.pk]
        new = (edition for edition in editions[:IN_ROW] if edition.article_id not in shown_articles)
        edition = next(new, editions[0] if editions else None)
        if edition:
            shown_articles.add(edition.article_id)
        row.append((country, edition))
    return row


def alone(edition: Edition) -> Edition:
    """Return a copy of the edition without the text and picture of its placement elsewhere on the page."""
    copied = copy(edition)
    copied.here = None
    return copied
