"""Pages of a list that is never counted: one row more than the page shows tells whether another page follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from ground.compiled_queries import SlicedQuery

SIZE = 20
TOP = 5  # on a section's first page: one large, four beside it
MOST = 25  # pages of a list; older articles are found by month
MOST_OF_A_MONTH = 250


@dataclass(frozen=True)
class ListPage:
    """A page of a list, its number, and the numbers beside it where such pages exist."""

    items: list[Any]
    number: int
    more: bool
    most: int = MOST

    def __iter__(self):
        return iter(self.items)

    def __bool__(self):
        return bool(self.items)

    @property
    def lead(self) -> Any | None:
        """The item that the first page shows large."""
        return self.items[0] if self.items and self.number == 1 else None

    @property
    def seconds(self) -> list[Any]:
        """The items beside the lead on the first page; none if the list would be almost empty then."""
        return self.items[1:TOP] if self.number == 1 and len(self.items) >= TOP else []

    @property
    def has_cells(self) -> bool:
        """Whether those beside the lead all have a picture, so that they end alike in a row."""
        return all(edition.image_here for edition in self.seconds)

    @property
    def rows(self) -> list[Any]:
        return self.items[(1 if self.lead else 0) + len(self.seconds) :]

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.more and self.number < self.most else None

    @property
    def is_last_kept(self) -> bool:
        """Whether this is the last page that exists although the list goes on."""
        return self.more and self.number == self.most


def number_of(text: str | None, most: int = MOST) -> int:
    """Return the number of the page asked for; 404 for an invalid one, or one with a zero before it."""
    text = text or "1"
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and text[0] != "0" and int(text) <= most):
        raise Http404
    return int(text)


def get_page(
    rows: QuerySet | SlicedQuery, text: str | None, most: int = MOST, top: Mapping[int, Any] | None = None
) -> ListPage:
    """Return page ``text`` of ``rows``, of at most ``most`` pages; 404 for one beyond the end.

    ``top`` maps fixed positions (1, 2 …) of the first page to items; they are not among ``rows``, which fill the other
    positions.
    """
    number, placed = number_of(text, most), dict(sorted((top or {}).items()))
    first = max(0, (number - 1) * SIZE - len(placed))
    last = number * SIZE - len(placed)
    page_rows = list(rows[first : last + 1])
    if not page_rows and number > 1:
        raise Http404
    items = page_rows[: last - first]
    if number == 1:
        for place, item in placed.items():
            items.insert(place - 1, item)
    return ListPage(items, number, len(page_rows) > last - first, most)
