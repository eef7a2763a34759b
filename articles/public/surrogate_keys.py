"""Surrogate keys: what a page shows, in words by which a CDN forgets just the pages that a change concerns.

``article-7``, ``section-2``, ``author-3`` and ``tag-5`` are on pages that show these and can change with them,
``latest`` on all other pages, and ``paper`` on every page. Pages of rates say so themselves.
"""

from collections.abc import Iterable
from typing import TypeVar

from django.http import HttpResponse

from articles.models.edition import (
    Edition,
    EditionByline,
    EditionCorrection,
    EditionImage,
    EditionSection,
    EditionTag,
)

HEADER = "Surrogate-Key"
PAPER, LATEST = "paper", "latest"
OF_ARTICLE = (Edition, EditionByline, EditionCorrection, EditionImage, EditionSection, EditionTag)  # cut together
LISTED = ((EditionSection, "section"), (EditionTag, "tag"), (EditionByline, "author"))

Response = TypeVar("Response", bound=HttpResponse)


def mark_response(response: Response, *keys: str) -> Response:
    """``response`` with the keys of what it shows."""
    response.headers[HEADER] = " ".join(dict.fromkeys((PAPER, *keys)))
    return response


def of_article(pk: int) -> str:
    return f"article-{pk}"


def of_editions(editions: Iterable[Edition]) -> list[str]:
    """The keys of articles that stand in a list."""
    return [of_article(edition.article_id) for edition in editions]


def of_edition(edition: Edition, topics: list[dict]) -> list[str]:
    """The keys of an article's own page, which also shows what is near it."""
    sections = [edition.section_id, edition.section.parent_id, *(one["pk"] for one in topics if not one["is_tag"])]
    keys = [of_article(edition.article_id), *(f"section-{pk}" for pk in sections if pk)]
    keys += [f"tag-{one['pk']}" for one in topics if one["is_tag"]]
    return keys + [f"author-{author.pk}" for author in edition.authors]


def with_company(keys: Iterable[str]) -> set[str]:
    """``keys``, and for articles among them those of all they are or were listed under, and of other lists."""
    found = set(keys)
    articles = [int(key.removeprefix("article-")) for key in found if key.startswith("article-")]
    if not articles:
        return found
    for model, name in LISTED:
        pks = model.objects.filter(edition__article__in=articles).values_list(f"{name}_id", flat=True).distinct()
        found |= {f"{name}-{pk}" for pk in pks}
    return found | {LATEST}
