"""Stories as other systems get them: what readers have, or where they have nothing, what the desk has.

They are read in batches, from one database alias, so that memory doesn't grow with the archive.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from taggit.models import Tag

from articles.body import markup, references
from articles.models import (
    Address,
    Article,
    ArticleByline,
    ArticleSection,
    ArticleTag,
    Author,
    Edition,
    EditionByline,
    EditionSection,
    EditionTag,
    Image,
    Section,
)
from ground.addresses import absolute

BATCH = 200  # stories that are in memory at a time
WIDEST = 10_000  # pixels: every public size of a picture is narrower


class PublicState(StrEnum):
    """What readers can do with a story at the moment of the export."""

    PUBLISHED = "published"
    SCHEDULED = "scheduled"
    DRAFT = "draft"  # also one that was withdrawn
    TRASHED = "trashed"


@dataclass(frozen=True)
class Story:
    """A story with everything around its text; ``copy`` is what readers have, or else the working copy."""

    article: Article
    copy: Article | Edition
    state: PublicState
    root: str  # scheme and host of the paper
    authors: list[Author] = field(default_factory=list)
    section: Section | None = None
    further: list[Section] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    images: dict[int, Image] = field(default_factory=dict)  # of the text, and the lead picture
    paths: list[str] = field(default_factory=list)  # all that are or were its own

    @property
    def body(self) -> str:
        """The text with the rates that readers have; of a draft those of today."""
        if isinstance(self.copy, Edition):
            return self.copy.body
        return references.freeze_rates(self.copy.body, timezone.now(), self.copy.language)

    @property
    def published_at(self) -> datetime | None:
        """When readers first had it, or will have it."""
        return self.copy.published_at if isinstance(self.copy, Edition) else None

    @property
    def changed_at(self) -> datetime:
        """When its text was last changed, for readers or on the desk."""
        return self.copy.modified_at if isinstance(self.copy, Edition) else self.article.saved_at

    @property
    def path(self) -> str:
        """Its address for readers; empty if it has none."""
        return self.copy.path if isinstance(self.copy, Edition) else ""

    @property
    def former_paths(self) -> list[str]:
        """The addresses that lead to it and are not today's."""
        return [path for path in self.paths if path != self.path]

    @property
    def sections(self) -> list[Section]:
        """Its section and the further ones."""
        return ([self.section] if self.section else []) + self.further

    @property
    def lead_image(self) -> Image | None:
        return self.images.get(self.copy.lead_image_id or 0)


def paper_root() -> str:
    """Return the scheme and host by which readers know the paper."""
    return settings.SITE_ROOT


def public_picture_address(image: Image, root: str) -> str:
    """Return the whole address of the widest public size of a picture."""
    return absolute(image.sources("full").at_most(WIDEST)[0], root)


def changed_since(articles: QuerySet[Article], since: datetime | None, at: datetime) -> QuerySet[Article]:
    """Return those of ``articles`` whose working copy or public text changed between ``since`` and ``at``."""
    if since is None:
        return articles
    began, ended = Q(live_from__gte=since, live_from__lte=at), Q(live_until__gte=since, live_until__lte=at)
    editions = Edition.objects.using(articles.db).filter(Q(cut_at__gte=since) | began | ended)
    return articles.filter(Q(saved_at__gte=since) | Q(pk__in=editions.order_by().values("article")))


def rows_in_batches(rows: QuerySet, size: int = BATCH) -> Iterator[list[Any]]:
    """Yield the rows by their primary keys, ``size`` of them at a time."""
    rows, last = rows.order_by("pk"), None
    while batch := list((rows if last is None else rows.filter(pk__gt=last))[:size]):
        last = batch[-1].pk
        yield batch


def read_stories(alias: str, at: datetime, since: datetime | None = None) -> Iterator[Story]:
    """Yield all stories as they are at ``at``; with ``since`` only those that changed from then on."""
    sections = Section.objects.using(alias).with_parent().in_bulk()
    for batch in rows_in_batches(changed_since(Article.objects.using(alias), since, at)):
        yield from _stories_of(batch, sections, alias, at)


def working_story(article: Article) -> Story:
    """Return the working copy of one article as a story."""
    sections = Section.objects.with_parent().in_bulk()
    return next(_read_rows([(article, article)], sections, "default", timezone.now()))


def _stories_of(articles: list[Article], sections: dict[int, Section], alias: str, at: datetime) -> Iterator[Story]:
    editions: dict[int, Edition] = {}
    rows = Edition.objects.using(alias).filter(article__in=articles, live_until__gt=at)
    for edition in rows.order_by("live_from"):  # the one that is live comes before those that are to come
        editions.setdefault(edition.article_id, edition)
    copies = [(article, article if article.trashed_at else editions.get(article.pk, article)) for article in articles]
    yield from _read_rows(copies, sections, alias, at)


def _read_rows(
    copies: list[tuple[Article, Article | Edition]], sections: dict[int, Section], alias: str, at: datetime
) -> Iterator[Story]:
    furniture = {
        kind: _Furniture(kind, [copy.pk for _article, copy in copies if isinstance(copy, kind)], alias)
        for kind in (Article, Edition)
    }
    images = _images([copy for _article, copy in copies], alias)
    paths = _grouped(Address, "article_id", [article.pk for article, _copy in copies], alias, "pk")
    for article, copy in copies:
        around = furniture[type(copy)]
        numbers = [*markup.image_ids(copy.body), copy.lead_image_id]
        yield Story(
            article=article,
            copy=copy,
            state=_state(article, copy, at),
            root=paper_root(),
            authors=[row.author for row in around.bylines[copy.pk]],
            section=sections.get(copy.section_id or 0),
            further=[sections[row.section_id] for row in around.sections[copy.pk] if row.section_id in sections],
            tags=sorted((row.tag for row in around.tags[copy.pk]), key=lambda tag: tag.name),
            images={number: images[number] for number in numbers if number in images},
            paths=[row.path for row in paths[article.pk]],
        )


def _state(article: Article, copy: Article | Edition, at: datetime) -> PublicState:
    if article.trashed_at:
        return PublicState.TRASHED
    if not isinstance(copy, Edition):
        return PublicState.DRAFT
    return PublicState.PUBLISHED if copy.live_from <= at else PublicState.SCHEDULED


class _Furniture:
    """Bylines, further sections and tags of many copies of one kind, in three queries."""

    def __init__(self, kind: type[Model], pks: list[int], alias: str) -> None:
        if kind is Edition:
            self.bylines = _grouped(EditionByline, "edition_id", pks, alias, "order", "pk", joined="author")
            rows = _grouped(EditionSection, "edition_id", pks, alias, "pk")
            self.sections = {pk: [row for row in rows[pk] if row.is_further] for pk in pks}
            self.tags = _grouped(EditionTag, "edition_id", pks, alias, "pk", joined="tag")
        else:
            self.bylines = _grouped(ArticleByline, "article_id", pks, alias, "order", "pk", joined="author")
            self.sections = _grouped(ArticleSection, "article_id", pks, alias, "pk")
            self.tags = _grouped(ArticleTag, "content_object_id", pks, alias, "pk", joined="tag")


def _grouped(
    model: type[Model], owner: str, pks: Iterable[int], alias: str, *order: str, joined: str = ""
) -> dict[int, list[Any]]:
    """Return the rows of ``model`` that belong to rows with ``pks``, by the number of their owner."""
    groups: dict[int, list[Any]] = defaultdict(list)
    rows = model._base_manager.using(alias).filter(**{f"{owner}__in": list(pks)}).order_by(*order)
    for row in rows.select_related(joined) if joined else rows:
        groups[getattr(row, owner)].append(row)
    return groups


def _images(copies: list[Article | Edition], alias: str) -> dict[int, Image]:
    numbers = {number for copy in copies for number in [*markup.image_ids(copy.body), copy.lead_image_id] if number}
    return Image.objects.using(alias).in_bulk(numbers)
