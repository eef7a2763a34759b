"""Excerpts of a working copy that show where the words of a search occur."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from articles.desk_search.copy import MOST_NOTES, form_text_of
from articles.models import Article, ArticleByline, ArticleTag, Note
from articles.search.query import Query, Term, parse
from articles.search.row import tidy_line
from articles.search.snippet import ANY, snippet, terms_in

MOST_SHOWN = 3  # excerpts of an article


@dataclass(frozen=True)
class Excerpt:
    """An excerpt of one of an article's texts, and the name of that text."""

    place: str
    text: SafeString


def excerpts(text: str, headlines: dict[int, str]) -> dict[int, list[Excerpt]]:
    """Return excerpts for each article of which the headline alone does not show why it was found; in four queries."""
    query = parse(text)
    missing = {pk: _without(query.terms, tidy_line(headline)) for pk, headline in headlines.items()}
    rows: Any = Article.objects.filter(pk__in=[pk for pk, terms in missing.items() if terms]).prefetch_related(
        Prefetch("bylines", ArticleByline.objects.select_related("author")),
        Prefetch("tag_rows", ArticleTag.objects.select_related("tag")),
        Prefetch("notes", Note.objects.order_by("-pk")),
    )
    return {article.pk: _of(article, missing[article.pk]) for article in rows}


def _of(article: Any, missing: tuple[Term, ...]) -> list[Excerpt]:
    """Return excerpts until every term ``missing`` in the headline was shown."""
    found_excerpts: list[Excerpt] = []
    for name, texts in _texts(article):
        for text in texts:
            if not missing or len(found_excerpts) == MOST_SHOWN:
                return found_excerpts
            still_missing = _without(missing, text)
            if here := tuple(term for term in missing if term not in still_missing):
                found_excerpts.append(Excerpt(name, snippet(Query(here, ()), ANY, text)))
                missing = still_missing
    return found_excerpts


def _without(terms: tuple[Term, ...], text: str) -> tuple[Term, ...]:
    """Return those of ``terms`` that ``text`` does not contain."""
    contained = terms_in(Query(terms, ()), ANY, text)
    return tuple(term for term in terms if term not in contained)


def _texts(article: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield the texts of an article with their names, in the order in which they are searched; made when needed."""
    yield _("standfirst"), [tidy_line(article.standfirst)]
    yield _("author"), [tidy_line(row.author.name) for row in article.bylines.all()]
    yield _("tag"), [tidy_line(row.tag.name) for row in article.tag_rows.all()]
    yield _("text"), [form_text_of(article)]
    yield _("note"), [tidy_line(note.text) for note in list(article.notes.all())[:MOST_NOTES]]
