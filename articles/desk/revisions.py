"""The revisions of articles: ``keep_revision()`` stores one, ``restore_snapshot()`` puts one into the working copy."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from articles import desk_search
from articles.desk import image_uses
from articles.models import Article, ArticleByline, ArticleSection, Edition, Revision
from articles.models.copy import shared_values
from articles.search import headlines


def keep_revision(article: Article, *, by: User | None, note: str = "", automatic: bool = False) -> Revision:
    """Count a save of ``article``, whose rows are already stored, and store its whole working copy as a revision."""
    now = timezone.now()
    Article.objects.filter(pk=article.pk).update(version=F("version") + 1, saved_at=now, saved_by=by)
    article.version, stage = Article.objects.values_list("version", "stage").get(pk=article.pk)
    article.saved_at, article.saved_by = now, by
    image_uses.note_uses(article)
    headlines.index_headline(article.pk, article.headline)  # servers that do not know the index read this one
    desk_search.index_copies([article])
    values = {"by": by, "note": note, "stage": stage, "automatic": automatic}
    return Revision.objects.create(article=article, version=article.version, snapshot=snapshot(article), **values)


def keep_first(article: Article, before: dict[str, Any]) -> None:
    """Store the state before the first save as version 0, so that later changes to it can be merged."""
    if article.version == 0 and not article.revisions.exists():
        Revision.objects.create(article=article, version=0, snapshot=before, by=article.created_by, automatic=True)


def snapshot(article: Article) -> dict[str, Any]:
    """Return the working copy as JSON: shared columns, ids of bylines and further sections, names of tags."""
    return _snapshot(article, article.section_rows.all())


def edition_snapshot(edition: Edition) -> dict[str, Any]:
    """Return an edition in the shape of ``snapshot()``."""
    return _snapshot(edition, edition.section_rows.filter(is_further=True))


def _snapshot(copy: Article | Edition, further: QuerySet) -> dict[str, Any]:
    return plain_values(copy) | {
        "bylines": list(copy.bylines.order_by("order", "pk").values_list("author_id", flat=True)),
        "further_sections": sorted(further.values_list("section_id", flat=True)),
        "tags": sorted(copy.tag_rows.values_list("tag__name", flat=True)),
    }


def plain_values(copy: Article | Edition) -> dict[str, Any]:
    """Return the shared columns of ``copy`` as JSON."""
    return {name: _plain(value) for name, value in shared_values(copy).items()}


@transaction.atomic
def restore_snapshot(article: Article, values: dict[str, Any], *, by: User, note: str) -> Article:
    """Put ``values``, a snapshot, into the working copy as a new save; nothing saved since is lost."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    for name in shared_values(article):
        if name in values:
            setattr(article, name, values[name])
    article.save()
    _restore_rows(article, values)
    keep_revision(article, by=by, note=note)
    return article


def _restore_rows(article: Article, values: dict[str, Any]) -> None:
    article.bylines.all().delete()
    ArticleByline.objects.bulk_create(
        ArticleByline(article=article, author_id=author, order=order) for order, author in enumerate(values["bylines"])
    )
    article.section_rows.all().delete()
    ArticleSection.objects.bulk_create(
        ArticleSection(article=article, section_id=section) for section in values["further_sections"]
    )
    article.tags.set(values["tags"])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
