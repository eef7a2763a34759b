"""The filters of a search, and the order of its results."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Order(StrEnum):
    """The order of hits."""

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
    """The filters of a search; editions were published before ``until``."""

    section: int | None = None
    author: int | None = None
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self, moment: Any) -> tuple[str, dict[str, Any]]:
        """Return SQL conditions on ``edition`` that begin with AND, and their values; ``moment`` adapts a time to the
        database.
        """
        conditions, values = [], {}
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
                conditions.append(f"AND {sql}")
                values[name] = moment(value) if isinstance(value, datetime) else value
        return " ".join(conditions), values
