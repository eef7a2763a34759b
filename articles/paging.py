"""Pages of a list that never count it: one row more than the page shows tells whether another follows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

SIZE = 20
MOST = 25  # pages of a list; what is older is found by month
MOST_OF_A_MONTH = 250


@dataclass(frozen=True)
class Page:
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
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.more and self.number < self.most else None

    @property
    def is_last_kept(self) -> bool:
        """Whether the list goes on but its pages don't."""
        return self.more and self.number == self.most


def number_of(text: str | None, most: int = MOST) -> int:
    """The page asked for; 404 for what is none."""
    text = text or "1"
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= most):
        raise Http404
    return int(text)


def get_page(rows: QuerySet, text: str | None, most: int = MOST) -> Page:
    """Page ``text`` of ``rows``, which has ``most`` at most; 404 for one beyond the end."""
    number = number_of(text, most)
    found = list(rows[(number - 1) * SIZE : number * SIZE + 1])
    if not found and number > 1:
        raise Http404
    return Page(found[:SIZE], number, len(found) > SIZE, most)
