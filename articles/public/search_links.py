"""The page of a search: the same question narrowed by one thing more, or by one less, as addresses."""

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
    """One way to narrow: the address without what was chosen (empty if nothing was), and the choices with theirs."""

    title: str
    without: str
    choices: list[dict[str, Any]]


def question_address(form: SearchForm, **changes: str) -> str:
    """The query part of the question's address with some values changed; those changed to nothing are left out."""
    sent = {name: form.data[name] for name in NAMES if form.data.get(name) and form.cleaned_data.get(name)}
    asked = QueryDict(mutable=True)
    asked.update({name: value for name, value in (sent | changes).items() if value})
    return f"?{asked.urlencode()}"


def result_addresses(form: SearchForm, found: SearchResults) -> dict[str, Any]:
    """Where the page of what was ``found`` leads: on, to what was meant, to the words as typed, to what is narrower."""
    meant = question_address(form, q=found.meant, literally="") if found.meant else ""
    if not found.hits or not meant:
        return {"here": question_address(form), "facets": facets(form, found), "meant": meant}
    literal = question_address(form, literally="1")
    form = SearchForm({**{name: form.data[name] for name in NAMES if name in form.data}, "q": found.meant})
    form.is_valid()
    return {"here": question_address(form), "facets": facets(form, found), "meant": meant, "literal": literal}


def besides(form: SearchForm, found: SearchResults, at: datetime, frame: Any) -> dict[str, Any]:
    """What a search finds besides articles ``found`` by its words: sections, authors, pages, a day's, one's own."""
    named = names.find_named(form.query, at)
    besides: dict[str, Any] = {"named": named, "answers": answers.find_answers(form.query, frame)}
    if not named and (found.meant or not found.hits):
        besides["near"] = names.near(form.query, at)
    if day := days.day_in(form.query, timezone.localtime(at).date()):
        rows = curation.of_span(at, midnight(day), midnight(day + timedelta(days=1)))[: SIZE + 1]
        return besides | {"day": day, "of_day": load_bylines(rows[:SIZE]), "day_goes_on": len(rows) > SIZE}
    if month := days.month_in(form.query):
        return besides | {"month": month if curation.of_span(at, *_span(month))[:1] else None}
    if not found.hits and [one.kind for one in named] == [names.AUTHOR]:  # articles don't hold their own bylines
        besides |= {"author": named[0], "of_author": load_bylines(curation.of_author(named[0].pk, at)[:OF_AUTHOR])}
    return besides


def _span(month: date) -> tuple[datetime, datetime]:
    following = (month + timedelta(days=31)).replace(day=1)
    return midnight(month), midnight(following)


def facets(form: SearchForm, found: SearchResults) -> list[Facet]:
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
