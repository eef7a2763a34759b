"""What is searched: where its words are, in which order it is listed, and who and what names it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table of words beside a table of rows. ``names`` are the tables that say whose and about what a row is."""

    name: str
    key: str  # the row's number
    words: str  # PostgreSQL's column of all words
    headline: str  # and of those of the headline, as far as there is one
    moment: str  # of the row: by which it is listed, the newest first
    names: tuple[tuple[str, str, str, str], ...]  # table, its column of the row, of the name, and the part's field


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
