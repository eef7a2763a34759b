"""The page of a search: the same question narrowed by one thing more, or by one less, as addresses."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from articles.forms import SearchForm
from articles.search import Found

NAMES = ("q", "section", "author", "kind", "since", "until", "sort")


@dataclass(frozen=True)
class Facet:
    """One way to narrow: the address without what was chosen (empty if nothing was), and the choices with theirs."""

    title: str
    without: str
    choices: list[dict[str, Any]]


def address(form: SearchForm, **changes: str) -> str:
    """The query part of the question's address with some values changed; those changed to nothing are left out."""
    sent = {name: form.data[name] for name in NAMES if form.data.get(name) and name in form.cleaned_data}
    asked = QueryDict(mutable=True)
    asked.update({name: value for name, value in (sent | changes).items() if value})
    return f"?{asked.urlencode()}"


def facets(form: SearchForm, found: Found) -> list[Facet]:
    """By what the search could be narrowed, and where it is already."""
    titles = {"section": _("Section"), "kind": _("Kind"), "author": _("Author"), "year": _("Year")}
    made = (_facet(form, name, title, found.choices.get(name, [])) for name, title in titles.items())
    return [facet for facet in made if facet.without or len(facet.choices) > 1]


def _facet(form: SearchForm, name: str, title: str, choices: list) -> Facet:
    fields = ["since", "until"] if name == "year" else [name]
    is_chosen = any(form.cleaned_data.get(field) for field in fields)
    if is_chosen:
        choices = [choice for choice in choices if choice.value == form.data.get(name)]
    return Facet(
        title=title,
        without=address(form, **dict.fromkeys(fields, "")) if is_chosen else "",
        choices=[
            {"name": choice.name, "count": choice.count, "address": address(form, **_change(name, choice.value))}
            for choice in choices
        ],
    )


def _change(name: str, value: str) -> dict[str, str]:
    return {"since": f"{value}-01-01", "until": f"{value}-12-31"} if name == "year" else {name: value}
