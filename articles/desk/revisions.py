"""What saves leave behind: ``keep_revision()`` one, ``restore_snapshot()`` one into the working copy."""

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
    """Count a save of ``article``, whose rows are already stored, and keep all of its working copy."""
    now = timezone.now()
    Article.objects.filter(pk=article.pk).update(version=F("version") + 1, saved_at=now, saved_by=by)
    article.version, stage = Article.objects.values_list("version", "stage").get(pk=article.pk)
    article.saved_at, article.saved_by = now, by
    image_uses.note_uses(article)
    headlines.index_headline(article.pk, article.headline)  # servers that know nothing of the index read this one
    desk_search.index_copies([article])
    said = {"by": by, "note": note, "stage": stage, "automatic": automatic}
    return Revision.objects.create(article=article, version=article.version, snapshot=snapshot(article), **said)


def keep_first(article: Article, before: dict[str, Any]) -> None:
    """Keep what was there before the very first save, as version 0: what is typed on it can be merged."""
    if article.version == 0 and not article.revisions.exists():
        Revision.objects.create(article=article, version=0, snapshot=before, by=article.created_by, automatic=True)


def snapshot(article: Article) -> dict[str, Any]:
    """The working copy as JSON: every shared column, and the ids of bylines, further sections and tags' names."""
    return _snapshot(article, article.section_rows.all())


def edition_snapshot(edition: Edition) -> dict[str, Any]:
    """What readers saw, in the shape of ``snapshot()``."""
    return _snapshot(edition, edition.section_rows.filter(is_further=True))


def _snapshot(copy: Article | Edition, further: QuerySet) -> dict[str, Any]:
    values = {name: _plain(value) for name, value in shared_values(copy).items()}
    return values | {
        "bylines": list(copy.bylines.order_by("order", "pk").values_list("author_id", flat=True)),
        "further_sections": sorted(further.values_list("section_id", flat=True)),
        "tags": sorted(copy.tag_rows.values_list("tag__name", flat=True)),
    }


@transaction.atomic
def restore_snapshot(article: Article, values: dict[str, Any], *, by: User, note: str) -> Article:
    """Make ``values``, a snapshot, the working copy again, as a new save; nothing that was saved since is lost."""
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
