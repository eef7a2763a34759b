"""Lists that stay quick with a million rows: never counted, never walked to the end."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.utils.functional import cached_property

from articles.search.spelled import pattern

MOST_PAGES = 50  # what is further down is found by searching and filtering
MOST_WORDS = 6  # of a search; the rest is not looked at


class NoCountPaginator(Paginator):
    """Finds out whether a page follows by asking for one row more, and never counts the list."""

    def __init__(self, object_list, per_page, *args, number=1, **kwargs):
        super().__init__(object_list, per_page, *args, **kwargs)
        self.asked_for = min(max(number, 1), MOST_PAGES)

    @cached_property
    def count(self):
        """As many rows as are known to exist: those up to the page asked for, and one more if there is one."""
        before = (self.asked_for - 1) * self.per_page
        found = len(self.object_list.values_list("pk")[before : before + self.per_page + 1])
        return min(before + found, MOST_PAGES * self.per_page)


def number(text):
    """A row's or a page's number as it stands in an address; 0 for what is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else 0


def holding_words(text, *fields):
    """A filter: each of the first words of ``text`` stands in one of ``fields``, spelled in any way a search takes."""
    found = Q()
    for word in text.split()[:MOST_WORDS]:
        found &= Q(*((f"{field}__regex", pattern(word)) for field in fields), _connector=Q.OR)
    return found
