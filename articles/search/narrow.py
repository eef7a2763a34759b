"""By what a search is narrowed, and in which order it shows what it found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Order(StrEnum):
    """How hits follow one another."""

    BEST = ""
    NEWEST = "newest"
    OLDEST = "oldest"


ORDERS = {
    Order.BEST: "score DESC, published_at DESC, id DESC",
    Order.NEWEST: "published_at DESC, id DESC",
    Order.OLDEST: "published_at, id",
}


@dataclass(frozen=True)
class Narrow:
    """What else must be true of an edition; ``until`` is a moment it was published before."""

    section: int | None = None
    author: int | None = None
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self, moment: Any) -> tuple[str, dict[str, Any]]:
        """SQL that begins with AND, about ``edition``, and its values; ``moment`` makes a time the database's own."""
        found, values = [], {}
        for name, sql in (
            ("section", "EXISTS (SELECT 1 FROM articles_editionsection one WHERE one.edition_id = edition.id "
             "AND one.section_id = %(section)s)"),
            ("author", "EXISTS (SELECT 1 FROM articles_editionbyline one WHERE one.edition_id = edition.id "
             "AND one.author_id = %(author)s)"),
            ("kind", "edition.kind = %(kind)s"),
            ("since", "edition.published_at >= %(since)s"),
            ("until", "edition.published_at < %(until)s"),
        ):  # fmt: skip
            if (value := getattr(self, name)) not in {None, ""}:
                found.append(f"AND {sql}")
                values[name] = moment(value) if isinstance(value, datetime) else value
        return " ".join(found), values
