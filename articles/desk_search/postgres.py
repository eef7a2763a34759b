"""The desk's search in PostgreSQL: a tsvector of all words, and one of the headline's, of each working copy."""

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from articles.desk_search.copy import Words
from articles.desk_search.desk_query import DeskQuery, Part
from articles.desk_search.tables import Table
from articles.search.postgres import APART
from articles.search.query import Term
from articles.search.row import is_stemmed

MOST_FOUND = 20_000  # of the newest articles with the words, to which the list's filters are then applied
# If so many articles have each of the words, the newest are scanned instead, among which a page full is soon found.
# They are counted, as the planner estimates badly how many words a beginning has.
COMMON = 2_000
A_WALK = 6_000  # newest articles within the filters that are scanned
Statement = tuple[str, list[Any]]

PUT = f"""
INSERT INTO articles_desk_search (article_id, headline, words)
SELECT article_id, headline, headline || setweight(to_tsvector(config, standfirst), 'B')
    || setweight(to_tsvector(config, text), 'C') || setweight(to_tsvector(config, notes), 'D')
FROM (
    SELECT *, setweight(to_tsvector('simple', title) || to_tsvector(config, '{APART}' || title), 'A') AS headline
    FROM (VALUES (%s::bigint, %s::regconfig, %s, %s, %s, %s)) AS given (
        article_id, config, title, standfirst, text, notes
    )
) AS made
ON CONFLICT (article_id) DO UPDATE SET headline = excluded.headline, words = excluded.words
"""  # noqa: S608 - our own constant is put in
# Each is looked up by its primary key, whatever the planner estimates of their number.
BY_INDEX = """
WITH found AS MATERIALIZED ({found}), latest AS MATERIALIZED (SELECT id FROM found ORDER BY id DESC LIMIT %s)
SELECT listed.id, bound.is_reached
FROM (SELECT EXISTS (SELECT FROM latest OFFSET %s) AS is_reached) AS bound LEFT JOIN (
    SELECT listed.*
    FROM latest CROSS JOIN LATERAL ({rows}) AS listed WHERE {conditions} ORDER BY {order} LIMIT %s
) AS listed ON true ORDER BY {order}
"""
# Rows come in their order, so the scan ends where there are enough.
BY_DATE = """
SELECT id FROM ({rows}) AS listed WHERE {conditions} ORDER BY {order} LIMIT %s
"""
MORE = "SELECT EXISTS (SELECT FROM ({rows}) AS listed OFFSET %s)"
HAS_WORDS = "(SELECT {column} @@ ({asked}) FROM {table} WHERE {key} = listed.id)"


def put_copies(rows: Iterable[Words]) -> None:
    """Index rows, in place of their former ones."""
    with connection.cursor() as cursor:
        cursor.executemany(PUT, [_values(row) for row in rows])


def remove_copies(pks: Collection[int]) -> None:
    """Remove the rows of these articles."""
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM articles_desk_search WHERE article_id = %s", [(pk,) for pk in pks])


def prune_copies() -> None:
    """Remove rows of deleted articles."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM articles_desk_search "
            "WHERE NOT EXISTS (SELECT 1 FROM articles_article article WHERE article.id = article_id)"
        )


def find_copy_numbers(
    query: DeskQuery, rows: QuerySet, *, table: Table, most: int, headlines: bool
) -> tuple[list[int], bool]:
    """Return the first ``most`` of ``rows`` that match, and whether all were checked.

    For common words the newest rows are scanned until there are enough; if those are not enough, and for other words,
    the index finds all with one of the rarer words.
    """
    search = _Search(query, rows, table, only_headlines=headlines or query.query.in_headlines)
    try:
        return search.find(most)
    except EmptyResultSet:  # the filters leave nothing, which Django knows without a query
        return [], True


class _Search:
    """One search: its statements, made of parts that each have their values.

    A part is found by an index (``selects``) or is a condition on a row; words that are in no name form one part.
    """

    def __init__(self, query: DeskQuery, rows: QuerySet, table: Table, *, only_headlines: bool) -> None:
        self.table = table
        column = table.headline if only_headlines else table.words
        plain = [part for part in query.wanted if only_headlines or not (part.authors or part.tags)]
        name_parts = [part for part in query.wanted if part not in plain]
        together = _together(part.term for part in plain)
        self.selects = [self._select(column, together)] if plain else []
        self.selects += [self._select_named(part) for part in name_parts]
        self.conditions = [self._condition(column, together)] if plain else []
        self.conditions += [self._text_or_name(part) for part in name_parts]
        without = [self._text_or_name(part) for part in query.unwanted]
        self.without = [(f"NOT coalesce({sql}, false)", values) for sql, values in without]
        self.rows = rows.values_list("id", table.moment)
        downwards = "" if _is_oldest_first(rows, table) else " DESC"
        self.order = f"listed.{table.moment}{downwards}, listed.id{downwards}"

    def find(self, most: int) -> tuple[list[int], bool]:
        with connection.cursor() as cursor:
            rare = next((number for number, select in enumerate(self.selects) if not _is_common(cursor, select)), None)
            if rare is None:
                pks = self.by_date(cursor, most)
                if len(pks) == most or self.walked_all(cursor):
                    return pks, True
            return self.by_index(cursor, most, rare=rare or 0)

    def by_date(self, cursor: Any, most: int) -> list[int]:
        rows, row_values = self.rows[:A_WALK].query.sql_with_params()
        conditions, values = _all_of([*self.conditions, *self.without])
        statement = BY_DATE.format(rows=rows, conditions=conditions, order=self.order)
        cursor.execute(statement, [*row_values, *values, most])
        return [pk for (pk,) in cursor.fetchall()]

    def walked_all(self, cursor: Any) -> bool:
        """Return whether the filters leave no more rows than were scanned."""
        rows, row_values = self.rows[: A_WALK + 1].query.sql_with_params()
        cursor.execute(MORE.format(rows=rows), [*row_values, A_WALK])
        return not cursor.fetchone()[0]

    def by_index(self, cursor: Any, most: int, *, rare: int) -> tuple[list[int], bool]:
        """Return the rows with the rare part that fulfil the conditions of the other parts."""
        one_row = self.rows.order_by().filter(pk=RawSQL("latest.id", []))[:1]
        rows, row_values = one_row.query.sql_with_params()
        select, select_values = self.selects[rare]
        conditions_left = [condition for number, condition in enumerate(self.conditions) if number != rare]
        conditions, values = _all_of([*conditions_left, *self.without])
        statement = BY_INDEX.format(found=select, rows=rows, conditions=conditions, order=self.order)
        cursor.execute(statement, [*select_values, MOST_FOUND, MOST_FOUND - 1, *row_values, *values, most])
        answer = cursor.fetchall()
        return [pk for pk, _bound in answer if pk], not answer[0][1]

    def _condition(self, column: str, tsquery: Statement) -> Statement:
        return HAS_WORDS.format(table=self.table.name, key=self.table.key, column=column, asked=tsquery[0]), tsquery[1]

    def _text_or_name(self, part: Part) -> Statement:
        """Return a condition: the words occur in the text, or in the name of an author or a tag."""
        sql, values = self._condition(self.table.words, _together([part.term]))
        for table, row, name, pks in self._names(part):
            sql += f" OR EXISTS (SELECT 1 FROM {table} WHERE {row} = listed.id AND {name} = ANY(%s))"  # noqa: S608
            values = [*values, pks]
        return f"({sql})", values

    def _select(self, column: str, tsquery: Statement) -> Statement:
        table = self.table
        return f"SELECT {table.key} AS id FROM {table.name} WHERE {column} @@ ({tsquery[0]})", tsquery[1]  # noqa: S608

    def _select_named(self, part: Part) -> Statement:
        sql, values = self._select(self.table.words, _together([part.term]))
        for table, row, name, pks in self._names(part):
            sql += f" UNION SELECT {row} FROM {table} WHERE {name} = ANY(%s)"  # noqa: S608 - our own names
            values = [*values, pks]
        return sql, values

    def _names(self, part: Part) -> list[tuple[str, str, str, list[int]]]:
        names = [(table, row, name, list(getattr(part, field))) for table, row, name, field in self.table.names]
        return [name for name in names if name[3]]


def _is_common(cursor: Any, select: Statement) -> bool:
    """Return whether ``select`` finds more rows than COMMON; it stops reading there."""
    union = select[0].replace(" UNION ", " UNION ALL ")
    cursor.execute(
        f"WITH found AS MATERIALIZED ({union}) SELECT EXISTS (SELECT FROM found OFFSET %s)",  # noqa: S608
        [*select[1], COMMON],
    )
    return cursor.fetchone()[0]


def _all_of(conditions: list[Statement]) -> Statement:
    sql = " AND ".join(sql for sql, _values in conditions)
    return sql or "true", [value for _sql, condition_values in conditions for value in condition_values]


def _together(terms: Iterable[Term]) -> Statement:
    """Return a tsquery of all ``terms``; an empty one without any."""
    parts = [_term(term) for term in terms]
    return " && ".join(sql for sql, _values in parts), [value for _sql, values in parts for value in values]


def _term(term: Term) -> Statement:
    """Return a tsquery of a term by its stems, as it was typed, and as a beginning."""
    text = " ".join(term.words)
    begun = " <-> ".join([*(f"'{word}'" for word in term.words[:-1]), f"'{term.words[-1]}':*"])
    sql = "(phraseto_tsquery('russian', %s) || phraseto_tsquery('simple', %s) || to_tsquery('simple', %s))"
    return sql, [text, text, begun]


def _is_oldest_first(rows: QuerySet, table: Table) -> bool:
    return bool(rows.query.order_by) and str(rows.query.order_by[0]) == table.moment


def _values(row: Words) -> tuple[int, str, str, str, str, str]:
    config = "russian" if is_stemmed(row.language) else "simple"
    return row.pk, config, row.headline, row.standfirst, row.text, row.notes
