"""The links on the page of a search: the same search with one filter more, or one less."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models.edition_lists import load_bylines
from articles.public import curation
from articles.public.paging import SIZE
from articles.public.search_form import SearchForm
from articles.search import SearchResults, answers, days, names
from ground.times import midnight

OF_AUTHOR = 6  # articles that are shown of an author who was named
NAMES = ("q", "section", "author", "kind", "since", "until", "sort", "literally")


@dataclass(frozen=True)
class Facet:
    """One filter: the address without it (empty if nothing was chosen), and its choices with theirs."""

    title: str
    without: str
    choices: list[dict[str, Any]]


def question_address(form: SearchForm, **changes: str) -> str:
    """Return the query string of the search with ``changes``; empty values are left out."""
    sent = {name: form.data[name] for name in NAMES if form.data.get(name) and form.cleaned_data.get(name)}
    parameters = QueryDict(mutable=True)
    parameters.update({name: value for name, value in (sent | changes).items() if value})
    return f"?{parameters.urlencode()}"


def result_addresses(form: SearchForm, results: SearchResults) -> dict[str, Any]:
    """Return the addresses on the page of ``results``: next pages, the corrected spelling, the literal words, the
    facets.
    """
    corrected_url = question_address(form, q=results.meant, literally="") if results.meant else ""
    if not results.hits or not corrected_url:
        return {"here": question_address(form), "facets": facets(form, results), "meant": corrected_url}
    literal = question_address(form, literally="1")
    form = SearchForm({**{name: form.data[name] for name in NAMES if name in form.data}, "q": results.meant})
    form.is_valid()
    return {"here": question_address(form), "facets": facets(form, results), "meant": corrected_url, "literal": literal}


def besides(form: SearchForm, results: SearchResults, at: datetime, frame: Any) -> dict[str, Any]:
    """Return what else a search finds: sections, authors and pages by name, articles of a day, month or author."""
    matches = names.find_named(form.query, at)
    besides: dict[str, Any] = {"named": matches, "answers": answers.find_answers(form.query, frame)}
    if not matches and (results.meant or not results.hits):
        besides["near"] = names.near(form.query, at)
    if day := days.day_in(form.query, timezone.localtime(at).date()):
        rows = curation.of_span(at, midnight(day), midnight(day + timedelta(days=1)))[: SIZE + 1]
        return besides | {"day": day, "of_day": load_bylines(rows[:SIZE]), "day_goes_on": len(rows) > SIZE}
    if month := days.month_in(form.query):
        return besides | {"month": month if curation.of_span(at, *_span(month))[:1] else None}
    # An author's articles do not contain the author's name.
    if not results.hits and [match.kind for match in matches] == [names.AUTHOR]:
        besides |= {"author": matches[0], "of_author": load_bylines(curation.of_author(matches[0].pk, at)[:OF_AUTHOR])}
    return besides


def _span(month: date) -> tuple[datetime, datetime]:
    following = (month + timedelta(days=31)).replace(day=1)
    return midnight(month), midnight(following)


def facets(form: SearchForm, results: SearchResults) -> list[Facet]:
    """Return the facets by which the search is or could be narrowed."""
    titles = {"section": _("Section"), "kind": _("Kind"), "author": _("Author"), "year": _("Year")}
    all_facets = (_facet(form, name, title, results.choices.get(name, [])) for name, title in titles.items())
    return [facet for facet in all_facets if facet.without or len(facet.choices) > 1]


def _facet(form: SearchForm, name: str, title: str, choices: list) -> Facet:
    fields = ["since", "until"] if name == "year" else [name]
    is_chosen = any(form.cleaned_data.get(field) for field in fields)
    if is_chosen:
        choices = [choice for choice in choices if choice.value == form.data.get(name)]
    return Facet(
        title=title,
        without=question_address(form, **dict.fromkeys(fields, "")) if is_chosen else "",
        choices=[
            {
                "name": choice.name,
                "count": choice.count,
                "address": question_address(form, **_change(name, choice.value)),
            }
            for choice in choices
        ],
    )


def _change(name: str, value: str) -> dict[str, str]:
    return {"since": f"{value}-01-01", "until": f"{value}-12-31"} if name == "year" else {name: value}
