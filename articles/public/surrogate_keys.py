"""Surrogate keys: words for what a page shows, by which a CDN forgets only the pages that a change concerns.

``article-7``, ``section-2``, ``author-3`` and ``tag-5`` are on pages that show these and can change with them,
``latest`` on all other pages, and ``paper`` on every page. Pages of rates set their own.
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
    """Set the keys of what ``response`` shows, and return it."""
    response.headers[HEADER] = " ".join(dict.fromkeys((PAPER, *keys)))
    return response


def of_article(pk: int) -> str:
    return f"article-{pk}"


def of_editions(editions: Iterable[Edition]) -> list[str]:
    """Return the keys of articles that stand in a list."""
    return [of_article(edition.article_id) for edition in editions]


def of_edition(edition: Edition, topics: list[dict]) -> list[str]:
    """Return the keys of an article's own page, which also shows related articles."""
    assert edition.section  # noqa: S101 - the constraint edition_has_a_section
    sections = [
        edition.section_id,
        edition.section.parent_id,
        *(topic["pk"] for topic in topics if not topic["is_tag"]),
    ]
    keys = [of_article(edition.article_id), *(f"section-{pk}" for pk in sections if pk)]
    keys += [f"tag-{topic['pk']}" for topic in topics if topic["is_tag"]]
    return keys + [f"author-{author.pk}" for author in edition.authors]


def with_company(keys: Iterable[str]) -> set[str]:
    """Return ``keys`` and those of all sections, tags and authors that the articles among them are or were under."""
    all_keys = set(keys)
    articles = [int(key.removeprefix("article-")) for key in all_keys if key.startswith("article-")]
    if not articles:
        return all_keys
    for model, name in LISTED:
        pks = model.objects.filter(edition__article__in=articles).values_list(f"{name}_id", flat=True).distinct()
        all_keys |= {f"{name}-{pk}" for pk in pks}
    return all_keys | {LATEST}
