"""Facets: how the results of a search could be narrowed, with the number of results that each choice would leave."""

from collections import Counter
from dataclasses import dataclass

from django.db import connection, connections, router
from django.utils import timezone
from django.utils.text import capfirst

from articles.models.copy import Kind
from articles.models.edition import Edition
from articles.search.headlines import among

MOST_CHOICES = 12  # of one kind

YEAR = {  # in a time zone
    "postgresql": "to_char(edition.published_at AT TIME ZONE %s, 'YYYY')",
    "sqlite": "CAST(django_datetime_extract('year', edition.published_at, %s, 'UTC') AS text)",
}
COUNT = """
WITH found (id) AS MATERIALIZED ({among})
SELECT 'section', CAST(section.id AS varchar(20)), section.name, count(*)
FROM found JOIN articles_editionsection one ON one.edition_id = found.id JOIN articles_section section
    ON section.id = one.section_id GROUP BY section.id, section.name
UNION ALL
SELECT 'author', CAST(author.id AS varchar(20)), author.name, count(*)
FROM found JOIN articles_editionbyline one ON one.edition_id = found.id JOIN articles_author author
    ON author.id = one.author_id GROUP BY author.id, author.name
UNION ALL
SELECT 'kind', kind, year, count(*) FROM (
    SELECT edition.kind, {year} AS year FROM found JOIN articles_edition edition ON edition.id = found.id
) AS dated GROUP BY kind, year
"""


@dataclass(frozen=True)
class FacetChoice:
    """One choice of a facet: its value in the address, its name, and how many hits it leaves."""

    value: str
    name: str
    count: int


def facets_of(pks: list[int]) -> dict[str, list[FacetChoice]]:
    """Return the choices for the editions ``pks``: section, author, kind, year (in the current zone); in one query."""
    numbers = among(pks)
    statement = COUNT.format(among=numbers.sql, year=YEAR[connection.vendor])
    with connections[router.db_for_read(Edition)].cursor() as cursor:
        cursor.execute(statement, [*numbers.params, timezone.get_current_timezone_name()])
        rows = cursor.fetchall()
    choices_by_facet: dict[str, list[FacetChoice]] = {"section": [], "author": []}
    kinds: Counter[str] = Counter()
    years: Counter[str] = Counter()
    for facet, value, name, count in rows:
        if facet == "kind":  # the row has a year in place of a name
            kinds[value] += count
            years[name] += count
        else:
            choices_by_facet[facet].append(FacetChoice(value, name, count))
    choices_by_facet["kind"] = [
        FacetChoice(kind, str(capfirst(Kind(kind).label)), count) for kind, count in kinds.items()
    ]
    choices_by_facet["year"] = [FacetChoice(year, year, count) for year, count in years.items()]
    for facet in ("section", "author", "kind"):
        choices_by_facet[facet].sort(key=lambda choice: (-choice.count, choice.name))
    choices_by_facet["year"].sort(key=lambda choice: choice.value, reverse=True)
    return {facet: choices[:MOST_CHOICES] for facet, choices in choices_by_facet.items()}
