"""Rows for tests, each with what it must have and nothing more; every argument replaces a default."""

import io
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, User
from PIL import Image as Pillow

from articles import desk_search
from articles.desk import image_uses, roles
from articles.desk.workflow import timeline
from articles.desk_search import pictures
from articles.models import Article, ArticleByline, ArticleSection, Author, Edition, Image, Section
from articles.pictures import renditions
from ground.times import FOR_EVER

_numbers = count(1)
MORNING = datetime(2025, 12, 8, 3, 0, tzinfo=UTC)


def make_user(role: str | None = None, **fields: Any) -> User:
    """A login of the desk, in the role's group."""
    number = next(_numbers)
    defaults = {"username": f"user-{number}", "is_staff": True, "password": "!"}
    user = User.objects.create(**defaults | fields)
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def make_chief() -> User:
    return make_user(roles.CHIEF_EDITOR)


def make_section(**fields: Any) -> Section:
    number = next(_numbers)
    return Section.objects.create(**{"name": f"Section {number}", "slug": f"section-{number}"} | fields)


def make_author(**fields: Any) -> Author:
    number = next(_numbers)
    return Author.objects.create(**{"name": f"Author {number}", "slug": f"author-{number}"} | fields)


def make_image(**fields: Any) -> Image:
    """A picture's row; its files don't exist."""
    key = f"{next(_numbers):032x}"
    defaults = {
        "file": f"{key}.jpg",
        "key": key,
        "sha256": key * 2,
        "width": 1600,
        "height": 1000,
        "title": "A lake",
        "alt": "A lake between mountains",
        "credit": "Somebody",
    }
    image = Image.objects.create(**defaults | fields)
    pictures.index_pictures([image])
    return image


def picture_file(kind: str = "JPEG", size: tuple[int, int] = (640, 400), **options: Any) -> io.BytesIO:
    """A real picture file in memory."""
    buffer = io.BytesIO()
    Pillow.radial_gradient("L").resize(size).convert("RGB").save(buffer, kind, **options)
    buffer.seek(0)
    buffer.name = f"picture.{renditions.ENCODINGS.get(kind.lower(), (kind,))[0].lower()}"
    return buffer


def make_article(*, authors=(), further=(), tags=(), **fields: Any) -> Article:
    """A working copy that is ready to be published."""
    number = next(_numbers)
    defaults = {"headline": f"Headline {number}", "slug": f"headline-{number}", "body": f"<p>Body {number}.</p>"}
    if "section" not in fields and "section_id" not in fields:
        defaults["section"] = make_section()
    article = Article.objects.create(**defaults | fields)
    ArticleByline.objects.bulk_create(
        ArticleByline(article=article, author=author, order=order) for order, author in enumerate(authors)
    )
    ArticleSection.objects.bulk_create(ArticleSection(article=article, section=section) for section in further)
    article.tags.set(tags)
    image_uses.note_uses(article)
    desk_search.index_copies([article])
    return article


def make_edition(
    *,
    live_from: datetime = MORNING,
    live_until: datetime = FOR_EVER,
    article: Article | None = None,
    significant: bool = False,
    **fields: Any,
) -> Edition:
    """An edition of a new article (or of ``article``), live from ``live_from``; the day may lie in the past."""
    article = article or make_article(**fields)
    text = timeline.text_of_copy(article, article.section_rows.all())
    times = {"live_from": live_from, "live_until": live_until, "significant": significant}
    edition = timeline.cut_edition(article, text, **times, by=None)
    Article.objects.filter(pk=article.pk).update(published_at=edition.published_at, stage="published")
    return edition
