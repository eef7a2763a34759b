"""The search in PostgreSQL: a tsvector, stemmed by the edition's language."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, connections, router

from articles.models.edition import Edition
from articles.search.narrow import ORDERS, Narrow, Order
from articles.search.query import STOP_WORDS, Query, Term
from articles.search.row import IndexRow, is_stemmed, words

MOST_FOUND = 10_000  # of the newest editions with the words, which are then checked for being live
# A word is common if the database estimates that so many editions have it, in number and in share: then the newest
# editions are scanned instead, among which some hundreds have it.
COMMON, SHARE = 4_000, 1 / 50
A_WALK = 12_000  # newest live editions that are scanned, which include enough with a common word
A_LOOK = 2_000  # newest live editions whose headlines are suggested
TEXT = "(SELECT body FROM articles_search WHERE articles_search.edition_id = articles_edition.id)"

PUT = """
INSERT INTO articles_search (edition_id, vector, top, body)
SELECT edition_id, top || setweight(to_tsvector(config, body), 'C'), top, shown
FROM (
    SELECT edition_id, config, body, shown,
        setweight(spelled || to_tsvector(config, headline), 'A') || setweight(to_tsvector(config, standfirst), 'B')
            AS top
    FROM (VALUES (%s::bigint, %s::regconfig, to_tsvector('simple', %s), %s, %s, %s, %s)) AS given (
        edition_id, config, spelled, headline, standfirst, body, shown
    )
) AS made
ON CONFLICT (edition_id) DO UPDATE SET vector = excluded.vector, top = excluded.top, body = excluded.body
"""
# Stop words that separate the texts before and after them: no phrase matches across them.
APART = "the the the the the the "
# A query the planner knows nothing of (from a step of its own) makes it take the index, and steps that are MATERIALIZED
# keep it from walking the dates. Phrases need the whole vector, so they are looked at last, newest first.
FIND = """
WITH asked AS MATERIALIZED (
    SELECT {loose} AS loose, {every} AS every, {any_of} AS any_of
), {live}, newest AS MATERIALIZED (
    SELECT id, published_at FROM live WHERE {strictly} LIMIT %(ranked)s
)
SELECT id FROM (
    SELECT id, published_at,
        (ts_filter(top, '{{a}}') @@ every)::int + (top @@ every)::int + (top @@ any_of)::int AS score
    FROM newest JOIN articles_search ON edition_id = newest.id CROSS JOIN asked
) AS ranked ORDER BY {order}
"""
# By the index: all with the words, of which the newest editions are checked.
BY_INDEX = """found AS MATERIALIZED (
    SELECT edition_id AS id FROM articles_search WHERE vector @@ (SELECT loose FROM asked)
), latest AS MATERIALIZED (
    SELECT id FROM found ORDER BY id DESC LIMIT %(found)s
), live AS MATERIALIZED (
    SELECT edition.id, edition.published_at
    FROM latest JOIN articles_edition edition USING (id)
    WHERE edition.live_from <= %(at)s AND edition.live_until > %(at)s AND edition.erased_at IS NULL {narrow}
    ORDER BY edition.published_at DESC, edition.id DESC
)"""
# By date: the newest, from which those with the words are taken until there are enough.
BY_DATE = """latest AS MATERIALIZED (
    SELECT edition.id, edition.published_at FROM {listing}
    WHERE edition.live_from <= %(at)s AND edition.live_until > %(at)s AND edition.erased_at IS NULL {narrow}
    ORDER BY {newest} LIMIT %(walk)s
), live AS MATERIALIZED (
    SELECT id, published_at FROM latest
    WHERE (SELECT vector @@ loose FROM articles_search CROSS JOIN asked WHERE edition_id = latest.id)
    ORDER BY published_at DESC, id DESC LIMIT %(ranked)s
)"""
# The list of the newest: of the whole paper, or of what a search is narrowed to.
PAPER = ("articles_edition edition", "edition.published_at DESC, edition.id DESC")
LISTINGS = {
    name: (
        f"{table} listed JOIN articles_edition edition "
        f"ON edition.id = listed.edition_id AND listed.{name}_id = %({name})s",
        "listed.published_at DESC, listed.edition_id DESC",
    )
    for name, table in (("section", "articles_editionsection"), ("author", "articles_editionbyline"))
}
GUESS = (
    "EXPLAIN (FORMAT JSON) SELECT FROM articles_search WHERE vector @@ ({loose}) UNION ALL SELECT FROM articles_search"
)
STRICTLY = "(SELECT vector @@ every FROM articles_search CROSS JOIN asked WHERE edition_id = live.id)"
SUGGEST = """
WITH newest AS MATERIALIZED (
    SELECT id, published_at FROM articles_edition
    WHERE live_from <= %(at)s AND live_until > %(at)s AND erased_at IS NULL
    ORDER BY published_at DESC, id DESC LIMIT %(look)s
)
SELECT newest.id FROM newest JOIN articles_search ON edition_id = newest.id
WHERE ts_filter(top, '{{a}}') @@ ({asked})
ORDER BY published_at DESC, newest.id DESC LIMIT %(limit)s
"""


def put_editions(rows: Iterable[IndexRow]) -> None:
    """Index rows, in place of their former ones."""
    with connection.cursor() as cursor:
        cursor.executemany(PUT, [_values(row) for row in rows])


def remove_edition(pk: int) -> None:
    """Remove one row."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search WHERE edition_id = %s", [pk])


def prune_editions() -> None:
    """Remove rows of editions that are deleted or erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM articles_search WHERE NOT EXISTS ("
            "SELECT 1 FROM articles_edition edition WHERE edition.id = edition_id AND edition.erased_at IS NULL)"
        )


def find_edition_numbers(query: Query, *, at: datetime, narrow: Narrow, order: Order, most: int) -> list[int]:
    """Return the primary keys of the editions found, in order; of more than ``most`` the newest.

    Of very common words only matches among the newest editions are found, as nobody pages to the rest.
    """
    conditions, values = narrow.conditions(lambda moment: moment)
    values |= {"at": at, "found": MOST_FOUND, "ranked": most, "walk": A_WALK}
    write = _headline_term if query.in_headlines else _term
    terms = [write(term, values) for term in query.terms]
    unwanted = [f"!!{_term(term, values)}" for term in query.unwanted]
    singly = {word for term in query.terms for word in term.words}
    required = singly if query.in_headlines else singly - STOP_WORDS
    loose = [write(Term((word,)), values) for word in sorted(required)]
    loose += [not_it for term, not_it in zip(query.unwanted, unwanted, strict=True) if not term.is_phrase]
    phrases = any(term.is_phrase for term in query.terms + query.unwanted)
    with connections[router.db_for_read(Edition)].cursor() as cursor:
        cursor.execute(GUESS.format(loose=" && ".join(loose)), values)
        estimate, all_there = (step["Plan Rows"] for step in cursor.fetchone()[0][0]["Plan"]["Plans"])
        live = BY_DATE if estimate > max(COMMON, all_there * SHARE) else BY_INDEX
        listing, newest = next((LISTINGS[name] for name in LISTINGS if name in values), PAPER)
        statement = FIND.format(
            live=live.format(narrow=conditions, listing=listing, newest=newest),
            loose=" && ".join(loose),
            every=" && ".join(terms + unwanted),
            any_of=" || ".join(terms),
            strictly=STRICTLY if phrases else "true",
            order=ORDERS[order],
        )
        cursor.execute(statement, values)
        return [pk for (pk,) in cursor.fetchall()]


def suggest_numbers(parts: list[str], *, at: datetime, limit: int) -> list[int]:
    """Return the primary keys of the newest editions whose headlines have all words, the last one as a beginning."""
    values: dict[str, Any] = {"at": at, "look": A_LOOK, "limit": limit, "begun": f"'{parts[-1]}':*"}
    *whole, last = (_term(Term((word,)), values) for word in parts)
    tsquery = " && ".join([*whole, f"({last} || to_tsquery('simple', %(begun)s))"])
    with connections[router.db_for_read(Edition)].cursor() as cursor:
        cursor.execute(SUGGEST.format(asked=tsquery), values)
        return [pk for (pk,) in cursor.fetchall()]


def _term(term: Term, values: dict[str, Any]) -> str:
    """Return the SQL of a term, adding its text to ``values``. A foreign word also matches as a beginning."""
    name = f"term{len(values)}"
    values[name] = " ".join(term.words)
    if term.is_foreign:
        values[name] = f"'{values[name]}':*"
        return f"to_tsquery('simple', %({name})s)"
    return f"(phraseto_tsquery('russian', %({name})s) || phraseto_tsquery('simple', %({name})s))"


def _headline_term(term: Term, values: dict[str, Any]) -> str:
    """Return the SQL of a term as it was typed, in headlines alone."""
    name = f"term{len(values)}"
    values[name] = " <-> ".join(f"'{word}':A" for word in term.words)
    return f"to_tsquery('simple', %({name})s)"


def _values(row: IndexRow) -> tuple[int, str, str, str, str, str, str]:
    headline, standfirst, body = (" ".join(words(text)) for text in (row.headline, row.standfirst, row.body))
    if is_stemmed(row.language):  # a headline is found by its stop words, too
        return (row.pk, "russian", headline, APART + headline, standfirst, body, row.body)
    return (row.pk, "simple", "", headline, standfirst, body, row.body)


def stored_text(text: str) -> str:
    """Return a stored text in its original form."""
    return text
