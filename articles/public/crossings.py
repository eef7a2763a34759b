"""A crossing of a country and a theme: what is listed in both sections, at /kazakhstan/business-economy/."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import connections, router
from django.db.models.expressions import RawSQL

from articles.models.edition import Edition, EditionQuerySet
from articles.models.edition_lists import CompiledEditionQuery
from articles.models.section import Section
from ground import fragments
from ground.compiled_queries import SlicedQuery, fetch
from ground.times import FOR_EVER

BY_ADDRESS = "sections by address"  # the key of all sections among the fragments
MOST_WALKED = 2_000  # of the country's newest listings, however few of them the theme has, too
MOST = 501  # articles that a reader can page to
EVER = datetime(1900, 1, 1, tzinfo=UTC)
MOST_LOOKED_AT = 300  # of a country's newest listings, whose themes the country's page and the sitemap list

# Whether a row is also listed by the theme is looked up row by row: no plan may read the theme's whole list.
BOTH = """
WITH both_have (edition_id) AS MATERIALIZED (
    SELECT near.edition_id FROM (
        SELECT edition_id, published_at FROM articles_editionsection
        WHERE section_id = %s AND published_at >= %s AND published_at < %s
        ORDER BY published_at {way} LIMIT %s
    ) AS near
    WHERE (SELECT also.id FROM articles_editionsection also
           WHERE also.edition_id = near.edition_id AND also.section_id = %s) IS NOT NULL
        AND (SELECT live.id FROM articles_edition live
             WHERE live.id = near.edition_id AND live.live_from <= %s AND live.live_until > %s) IS NOT NULL
    ORDER BY near.published_at {way}, near.edition_id {way} LIMIT %s
)
"""
FILLED = """
SELECT country.id, theme.id FROM articles_section country CROSS JOIN articles_section theme
WHERE country.kind = 'country' AND country.parent_id IS NULL AND theme.kind = 'theme' AND theme.parent_id IS NULL
    AND (%s = 0 OR country.id = %s)
    AND (
        SELECT 1 FROM (
            SELECT edition_id FROM articles_editionsection WHERE section_id = country.id
            ORDER BY published_at DESC LIMIT %s
        ) AS near
        WHERE (SELECT also.id FROM articles_editionsection also
               WHERE also.edition_id = near.edition_id AND also.section_id = theme.id) IS NOT NULL
            AND (SELECT live.id FROM articles_edition live
                 WHERE live.id = near.edition_id AND live.live_from <= %s AND live.live_until > %s) IS NOT NULL
        LIMIT 1
    ) IS NOT NULL
ORDER BY country."order", country.name, theme."order", theme.name
"""


@dataclass(frozen=True)
class Crossing:
    """A country and a theme, both top-level sections."""

    country: Section
    theme: Section

    @property
    def name(self) -> str:
        return f"{self.country}: {self.theme}"

    def get_absolute_url(self) -> str:
        return f"/{self.country.slug}/{self.theme.slug}/"


def crossing_of(first: str, second: str) -> Crossing | None:
    """Return the crossing of two sections in any order; None if the first has a subsection of the second address."""
    sections = fragments.get_fragment(BY_ADDRESS, by_address)
    first_section, second_section = sections.get(f"/{first}/"), sections.get(f"/{second}/")
    if first_section is None or second_section is None or f"/{first}/{second}/" in sections:
        return None
    kinds = {first_section.kind: first_section, second_section.kind: second_section}
    if len(kinds) < 2:
        return None
    crossing = Crossing(kinds[Section.Kind.COUNTRY], kinds[Section.Kind.THEME])
    return None if crossing.get_absolute_url() in sections else crossing


def by_address() -> dict[str, Section]:
    """Return every section by its address, in one query; on readers' pages the frame has them cached."""
    return {section.get_absolute_url(): section for section in Section.objects.with_parent()}


def statement_of_both(
    at: datetime, country: int, theme: int, start: datetime = EVER, end: datetime = FOR_EVER, *, way: str = "DESC"
) -> tuple[str, Sequence[Any]]:
    """Return the WITH clause for a query of ``editions``, and its values; published from ``start`` until ``end``."""
    return BOTH.format(way=way), (country, start, end, MOST_WALKED, theme, at, at, MOST)


def editions() -> EditionQuerySet:
    """Return the editions that the WITH clause selects, the newest first."""
    return Edition.objects.filter(pk__in=RawSQL("SELECT edition_id FROM both_have", [])).newest()


EDITIONS = CompiledEditionQuery(lambda at, country, theme: editions(), before=statement_of_both)
OF_SPAN = CompiledEditionQuery(lambda at, country, theme, start, end: editions(), before=statement_of_both)
OLDEST = CompiledEditionQuery(
    lambda at, country, theme, start: editions().reverse(), before=partial(statement_of_both, way="ASC")
)


def listed_in_both(crossing: Crossing, at: datetime, **published: datetime) -> SlicedQuery[Edition]:
    """Return the live editions listed in both sections at ``at``, the newest first, to be sliced, without bylines.

    They are searched among the country's newest listings, or among those ``published`` between its ``start`` and
    ``end``.
    """
    query = OF_SPAN if published else EDITIONS
    return query.listed(at=at, country=crossing.country.pk, theme=crossing.theme.pk, **published)


def neighbour_times(
    crossing: Crossing, at: datetime, start: datetime, end: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return when the newest edition before ``start`` and the oldest from ``end`` on were published."""
    pks = {"at": at, "country": crossing.country.pk, "theme": crossing.theme.pk}
    earlier = OF_SPAN.listed(**pks, start=EVER, end=start)[:1]
    later = OLDEST.listed(**pks, start=end)[:1]
    before, after = (rows[0].published_at if rows else None for rows in (earlier, later))
    return before, after


def filled(at: datetime, country: Section | None = None) -> list[Crossing]:
    """Return the crossings, or those of ``country``, that have recent articles; in one query, cached as a fragment."""
    pk = country.pk if country else 0

    def find() -> list[Crossing]:
        alias = router.db_for_read(Edition)
        moment = connections[alias].ops.adapt_datetimefield_value(at)
        rows = fetch(alias, FILLED, [pk, pk, MOST_LOOKED_AT, moment, moment])
        sections = fragments.get_fragment(BY_ADDRESS, by_address)
        sections_by_pk = {section.pk: section for section in sections.values()}
        return [
            crossing
            for country_pk, theme_pk in rows
            if country_pk in sections_by_pk
            and theme_pk in sections_by_pk
            and (crossing := crossing_of(sections_by_pk[country_pk].slug, sections_by_pk[theme_pk].slug))
        ]

    return fragments.get_fragment(("crossings", pk), find)
