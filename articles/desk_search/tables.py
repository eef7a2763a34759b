"""The tables that are searched: their columns of words, their order, and the tables of authors and tags."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table of words beside a table of rows. ``names`` are the tables that connect a row with authors and tags."""

    name: str
    key: str  # the row's primary key
    words: str  # PostgreSQL's column of all words
    headline: str  # and the column of the headline's words, if there is one
    moment: str  # the time of the row by which it is listed, the newest first
    names: tuple[tuple[str, str, str, str], ...]  # table, its columns of the row and the name, field of the part


ARTICLES = Table(
    *("articles_desk_search", "article_id", "words", "headline", "saved_at"),
    (
        ("articles_articlebyline", "article_id", "author_id", "authors"),
        ("articles_articletag", "content_object_id", "tag_id", "tags"),
    ),
)
EDITIONS = Table(
    *("articles_search", "edition_id", "vector", "vector", "published_at"),
    (
        ("articles_editionbyline", "edition_id", "author_id", "authors"),
        ("articles_editiontag", "edition_id", "tag_id", "tags"),
    ),
)
