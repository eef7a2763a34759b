"""Lists that stay quick with a million rows: never counted, never walked to the end."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.http import urlencode

from articles.search.spelled import pattern
from ground.rows import is_number

MOST_PAGES = 50  # what is further down is found by searching and filtering
MOST_WORDS = 6  # of a search; the rest is not looked at


@dataclass(frozen=True)
class Piece:
    """One thing that a list is filtered by, and the list without it."""

    name: str
    text: str
    without: str


@dataclass(frozen=True)
class ListState:
    """A word of the row above a list, and the list of what is so; ``count`` where it is known without counting."""

    name: str
    url: str
    count: str = ""
    is_chosen: bool = False
    is_urgent: bool = False


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


class RowsPaginator(NoCountPaginator):
    """In one query: the rows of the page asked for come with the one that tells whether another page follows."""

    @cached_property
    def rows(self):
        before = (self.asked_for - 1) * self.per_page
        return list(self.object_list[before : before + self.per_page + 1])

    @cached_property
    def count(self):
        return min((self.asked_for - 1) * self.per_page + len(self.rows), MOST_PAGES * self.per_page)

    def page(self, number):
        number = self.validate_number(number)
        return (
            self._get_page(self.rows[: self.per_page], number, self)
            if number == self.asked_for
            else super().page(number)
        )


def number_in_address(text):
    """A row's or a page's number as it stands in an address; 0 for what is none."""
    return int(text) if text and is_number(text) else 0


def holding_words(text, *fields):
    """A filter: each of the first words of ``text`` stands in one of ``fields``, spelled in any way a search takes."""
    found = Q()
    for word in text.split()[:MOST_WORDS]:
        found &= Q(*((f"{field}__regex", pattern(word)) for field in fields), _connector=Q.OR)
    return found


def filtered_address(cl, without=(), **new):
    """The list as it is filtered now, without some parameters, and with others; from its first page."""
    kept = {name: values for name, values in cl.filter_params.items() if name not in without}
    return f"?{urlencode(sorted((kept | new).items()), doseq=True)}"


def pieces(cl):
    """Every filter of a list that is set, in words."""
    return [
        Piece(spec.title, text, filtered_address(cl, without=spec.expected_parameters()))
        for spec in _specs(cl)
        if (text := _chosen(cl, spec))
    ]


def states(cl):
    """What a list says of states in a row of words: its own, or the choices of the filter called ``states_by``."""
    if hasattr(cl, "states"):
        return cl.states
    spec = next((spec for spec in _specs(cl) if _is_of_states(cl, spec)), None)
    choices = spec.choices(cl) if spec else []
    return [ListState(choice["display"], choice["query_string"], is_chosen=choice["selected"]) for choice in choices]


def filters(cl):
    """The filters that stand in the line above a list: all but the one that is shown as a row of states."""
    return [spec for spec in _specs(cl) if not _is_of_states(cl, spec)]


def _specs(cl):
    """Django's filters; none for a list with a form of its own."""
    return getattr(cl, "filter_specs", [])


def _is_of_states(cl, spec):
    named = getattr(spec, "parameter_name", None) or getattr(spec, "field_path", None)
    return named == getattr(cl.model_admin, "states_by", "")


def _chosen(cl, spec):
    """What a filter leaves; nothing for one that is not set."""
    if hasattr(spec, "describe"):  # it is typed
        return spec.describe() if spec.typed else ""
    if not any(name in cl.params for name in spec.expected_parameters()):
        return ""
    return ", ".join(str(choice["display"]) for choice in spec.choices(cl) if choice["selected"])
