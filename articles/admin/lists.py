"""Lists that stay fast with a million rows: never counted, never read to the end."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.http import urlencode

from articles.search.spelled import pattern
from ground.rows import is_number

MOST_PAGES = 50  # rows further down are found by searching and filtering
MOST_WORDS = 6  # of a search; the rest is ignored


@dataclass(frozen=True)
class Piece:
    """One filter that is set, and the address of the list without it."""

    name: str
    text: str
    without: str


@dataclass(frozen=True)
class ListState:
    """A link above a list to the rows in one state; ``count`` if it is known without counting."""

    name: str
    url: str
    count: str = ""
    is_chosen: bool = False
    is_urgent: bool = False


class NoCountPaginator(Paginator):
    """A paginator that reads one row more to find out whether a page follows, and never counts the list."""

    object_list: QuerySet

    def __init__(self, object_list, per_page, *args, number=1, **kwargs):
        super().__init__(object_list, per_page, *args, **kwargs)
        self.asked_for = min(max(number, 1), MOST_PAGES)

    @cached_property
    def count(self):
        """The number of rows known to exist: those up to the requested page, and one more if there is one."""
        before = (self.asked_for - 1) * self.per_page
        row_count = len(self.object_list.values_list("pk")[before : before + self.per_page + 1])
        return min(before + row_count, MOST_PAGES * self.per_page)


class RowsPaginator(NoCountPaginator):
    """A paginator of one query: the rows of the requested page come with the one that tells whether another follows."""

    @cached_property
    def rows(self):
        before = (self.asked_for - 1) * self.per_page
        return list(self.object_list[before : before + self.per_page + 1])

    @cached_property
    def count(self):
        return min((self.asked_for - 1) * self.per_page + len(self.rows), MOST_PAGES * self.per_page)

    def page(self, number):
        number = self.validate_number(number)
        return Page(self.rows[: self.per_page], number, self) if number == self.asked_for else super().page(number)


def number_in_address(text):
    """Return a primary key or page number in an address; 0 for an invalid one."""
    return int(text) if text and is_number(text) else 0


def holding_words(text, *fields):
    """Return a filter: each of the first words of ``text`` occurs in one of ``fields``, in any spelling."""
    condition = Q()
    for word in text.split()[:MOST_WORDS]:
        condition &= Q(*((f"{field}__regex", pattern(word)) for field in fields), _connector=Q.OR)
    return condition


def filtered_address(cl, without=(), **new):
    """Return the address of the list without some parameters and with others, from its first page."""
    parameters = {name: values for name, values in cl.filter_params.items() if name not in without}
    return f"?{urlencode(sorted((parameters | new).items()), doseq=True)}"


def pieces(cl):
    """Return every filter of a list that is set, in words."""
    return [
        Piece(spec.title, text, filtered_address(cl, without=spec.expected_parameters()))
        for spec in _specs(cl)
        if (text := _chosen(cl, spec))
    ]


def states(cl):
    """Return the states above a list: its own, or the choices of the filter named in ``states_by``."""
    if hasattr(cl, "states"):
        return cl.states
    spec = next((spec for spec in _specs(cl) if _is_of_states(cl, spec)), None)
    choices = spec.choices(cl) if spec else []
    return [ListState(choice["display"], choice["query_string"], is_chosen=choice["selected"]) for choice in choices]


def filters(cl):
    """Return the filters in the line above a list: all but the one that is shown as states."""
    return [spec for spec in _specs(cl) if not _is_of_states(cl, spec)]


def _specs(cl):
    """Return Django's filters; none for a list with a form of its own."""
    return getattr(cl, "filter_specs", [])


def _is_of_states(cl, spec):
    parameter = getattr(spec, "parameter_name", None) or getattr(spec, "field_path", None)
    return parameter == getattr(cl.model_admin, "states_by", "")


def _chosen(cl, spec):
    """Return a filter's choice in words; "" if it is not set."""
    if hasattr(spec, "describe"):  # the user types its value
        return spec.describe() if spec.typed else ""
    if not any(name in cl.params for name in spec.expected_parameters()):
        return ""
    return ", ".join(str(choice["display"]) for choice in spec.choices(cl) if choice["selected"])
