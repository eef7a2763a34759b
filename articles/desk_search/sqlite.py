"""The desk's search in SQLite: an FTS5 table, whose words are folded before they are stored."""

from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import QuerySet

from articles.desk_search.copy import Words
from articles.desk_search.desk_query import DeskQuery, Part
from articles.desk_search.tables import Table
from articles.search.headlines import among
from articles.search.query import Term

MOST_FOUND = 4_000  # of the newest articles with the words, to which the list's filters are then applied
Statement = tuple[str, list]


def put_copies(rows: Iterable[Words]) -> None:
    """Index rows, in place of their former ones."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT OR REPLACE INTO articles_desk_search (rowid, headline, standfirst, text, notes) "
            "VALUES (%s, %s, %s, %s, %s)",
            [(row.pk, row.headline, row.standfirst, row.text, row.notes) for row in rows],
        )


def remove_copies(pks: Collection[int]) -> None:
    """Remove the rows of these articles."""
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM articles_desk_search WHERE rowid = %s", [(pk,) for pk in pks])


def prune_copies() -> None:
    """Remove rows of deleted articles."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_desk_search WHERE rowid NOT IN (SELECT id FROM articles_article)")


def find_copy_numbers(
    query: DeskQuery, rows: QuerySet, *, table: Table, most: int, headlines: bool
) -> tuple[list[int], bool]:
    """Return the first ``most`` of ``rows`` that match, and whether all were checked."""
    select, values = _select(query, table, headlines=headlines or query.query.in_headlines)
    with connection.cursor() as cursor:
        cursor.execute(f"{select} ORDER BY 1 DESC LIMIT %s", [*values, MOST_FOUND + 1])
        pks = [pk for (pk,) in cursor.fetchall()]
    listed = rows.filter(pk__in=among(pks[:MOST_FOUND])).values_list("pk", flat=True)
    return list(listed[:most]), len(pks) <= MOST_FOUND


def _select(query: DeskQuery, table: Table, *, headlines: bool) -> Statement:
    """Return a SELECT of the ids of all rows with every part and none of the unwanted."""
    plain = [part for part in query.wanted if headlines or not (part.authors or part.tags)]
    parts = [_words(table, plain, headlines=headlines)] if plain else []
    parts += [_part(table, part) for part in query.wanted if part not in plain]
    without = [_part(table, part) for part in query.unwanted]
    sql = " INTERSECT ".join(f"SELECT id FROM ({select})" for select, _values in parts)  # noqa: S608 - our own names
    sql += "".join(f" EXCEPT SELECT id FROM ({select})" for select, _values in without)  # noqa: S608
    return sql, [value for _sql, part_values in [*parts, *without] for value in part_values]


def _words(table: Table, parts: list[Part], *, headlines: bool = False) -> Statement:
    match = " AND ".join(_term(part.term) for part in parts)
    match = f"{{headline}} : ({match})" if headlines else match
    return f"SELECT rowid AS id FROM {table.name} WHERE {table.name} MATCH %s", [match]  # noqa: S608 - our own names


def _part(table: Table, part: Part) -> Statement:
    sql, values = _words(table, [part])
    for names, row, name, field in table.names:
        if pks := getattr(part, field):
            sql += f" UNION SELECT {row} FROM {names} WHERE {name} IN ({', '.join(['%s'] * len(pks))})"  # noqa: S608
            values = [*values, *pks]
    return sql, values


def _term(term: Term) -> str:
    """Return a term in FTS5's language: quoted, with letters and digits alone; its last word may be unfinished."""
    if term.is_phrase:
        return f'"{" ".join(term.words)}"*'
    whole, begun = term.forms()
    forms = [*(f'"{word}"' for word in sorted(whole)), *(f'"{start}"*' for start in sorted(begun | set(term.words)))]
    return f"({' OR '.join(forms)})"
