"""The search in SQLite: an FTS5 table, which does not stem, so a query lists beginnings and forms of its words."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from articles.folding import ABOVE, BELOW, DIGITS, MARKS, fold
from articles.search.narrow import ORDERS, Narrow, Order
from articles.search.query import Query, Term
from articles.search.row import JOINT, IndexRow

# The tokenizer drops combining marks: thus ё is found as е and shown as ё, and oʻz as oz.
UNSEEN = "\u0311\u030f"  # before the code of an apostrophe within a word: no language writes two such marks in a row
CODES = dict(zip(MARKS, "\u0323\u0324\u0325\u0326\u0327\u0328\u032d\u032e\u0330\u0331", strict=True))
CODED = re.compile(rf"{UNSEEN}([{''.join(CODES.values())}])")
MARK_OF = {code: mark for mark, code in CODES.items()}
APOSTROPHE = re.compile(JOINT)
SIGNS = dict(zip((ABOVE, BELOW), "\u0332\u0333", strict=True))  # after the code of a digit above or below the line
SMALL_DIGIT = re.compile(f"[{ABOVE}{BELOW}]")
CODED_DIGIT = re.compile(rf"(\d){UNSEEN}([{''.join(SIGNS.values())}])", re.ASCII)
DIGIT_OF = {(DIGITS[sign], code): sign for signs, code in SIGNS.items() for sign in signs}

MOST_FOUND = 4_000  # of the newest editions with the words, which are then checked for being live
TEXT = "(SELECT body FROM articles_search WHERE articles_search.rowid = articles_edition.id)"

FIND = """
WITH found AS MATERIALIZED (
    SELECT rowid AS id FROM articles_search WHERE articles_search MATCH %(every)s ORDER BY rowid DESC LIMIT %(found)s
), newest AS MATERIALIZED (
    SELECT edition.id, edition.published_at
    FROM found CROSS JOIN articles_edition edition ON edition.id = found.id
    WHERE edition.live_from <= %(at)s AND edition.live_until > %(at)s AND edition.erased_at IS NULL {narrow}
    ORDER BY edition.published_at DESC, edition.id DESC LIMIT %(ranked)s
), headline AS MATERIALIZED (
    SELECT rowid AS id FROM articles_search WHERE articles_search MATCH %(headline)s ORDER BY rowid DESC LIMIT %(found)s
), top AS MATERIALIZED (
    SELECT rowid AS id FROM articles_search WHERE articles_search MATCH %(top)s ORDER BY rowid DESC LIMIT %(found)s
), any_of AS MATERIALIZED (
    SELECT rowid AS id FROM articles_search WHERE articles_search MATCH %(any_of)s ORDER BY rowid DESC LIMIT %(found)s
)
SELECT id, (id IN headline) + (id IN top) + (id IN any_of) AS score FROM newest ORDER BY {order}
"""
SUGGEST = """
SELECT edition.id FROM articles_search CROSS JOIN articles_edition edition ON edition.id = articles_search.rowid
WHERE articles_search MATCH %(begun)s AND edition.live_from <= %(at)s AND edition.live_until > %(at)s
    AND edition.erased_at IS NULL
ORDER BY articles_search.rowid DESC LIMIT %(limit)s
"""


def put_editions(rows: Iterable[IndexRow]) -> None:
    """Index rows, in place of their former ones."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT OR REPLACE INTO articles_search (rowid, headline, standfirst, body) VALUES (%s, %s, %s, %s)",
            [(row.pk, *map(_stored, (row.headline, row.standfirst, row.body))) for row in rows],
        )


def remove_edition(pk: int) -> None:
    """Remove one row."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search WHERE rowid = %s", [pk])


def prune_editions() -> None:
    """Remove rows of editions that are deleted or erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM articles_search WHERE rowid NOT IN (SELECT id FROM articles_edition WHERE erased_at IS NULL)"
        )


def find_edition_numbers(query: Query, *, at: datetime, narrow: Narrow, order: Order, most: int) -> list[int]:
    """Return the primary keys of the editions found, in order; of more than ``most`` the newest."""
    terms = [_term(term) for term in query.terms]
    every, any_of = " AND ".join(terms), " OR ".join(terms)
    headline = f"{{headline}} : ({every})"
    unwanted = f" NOT ({' OR '.join(map(_term, query.unwanted))})" if query.unwanted else ""
    conditions, values = narrow.conditions(connection.ops.adapt_datetimefield_value)
    params = {
        "every": f"({headline if query.in_headlines else every}){unwanted}",
        "headline": headline,
        "top": f"{{headline standfirst}} : ({every})",
        "any_of": f"{{headline standfirst}} : ({any_of})",
        "at": connection.ops.adapt_datetimefield_value(at),
        "found": MOST_FOUND,
        "ranked": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND.format(narrow=conditions, order=ORDERS[order]), params | values)
        return [pk for pk, _score in cursor.fetchall()]


def suggest_numbers(parts: list[str], *, at: datetime, limit: int) -> list[int]:
    """Return the primary keys of the newest editions whose headlines have all words, the last one as a beginning."""
    *whole, last = (_term(Term((word,))) for word in parts)
    begun = " AND ".join([*whole, f'({last} OR "{parts[-1]}"*)'])
    params = {"begun": f"{{headline}} : ({begun})", "at": connection.ops.adapt_datetimefield_value(at), "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(SUGGEST, params)
        return [pk for (pk,) in cursor.fetchall()]


def _term(term: Term) -> str:
    """Return a term in FTS5's language: quoted, with letters and digits alone."""
    if term.is_phrase:
        return f'"{" ".join(term.words)}"'
    whole, begun = term.forms()
    return (
        "(" + " OR ".join([*(f'"{word}"' for word in sorted(whole)), *(f'"{start}"*' for start in sorted(begun))]) + ")"
    )


def stored_text(text: str) -> str:
    """Return a stored text in its original form, except for the spelling of ё."""
    text = CODED_DIGIT.sub(lambda coded: DIGIT_OF[coded[1], coded[2]], text)
    return CODED.sub(lambda coded: MARK_OF[coded[1]], text)


def _stored(text: str) -> str:
    """Return ``text`` with apostrophes and small digits encoded as marks that the tokenizer drops."""
    parts, past = [], 0
    for match in APOSTROPHE.finditer(fold(text)):
        parts += [text[past : match.start()], UNSEEN, CODES[text[match.start()]]]
        past = match.end()
    text = SMALL_DIGIT.sub(_digit, "".join([*parts, text[past:]]))
    return text.replace("ё", "е\u0308").replace("Ё", "Е\u0308")


def _digit(sign: re.Match[str]) -> str:
    return DIGITS[sign[0]] + UNSEEN + SIGNS[ABOVE if sign[0] in ABOVE else BELOW]
