"""A story that came before comes otherwise: a new edition of it, unless somebody changed it here since."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.desk import revisions
from articles.desk.workflow import timeline
from articles.importing.items import SourceFinding, SourceState
from articles.importing.ledger import Ledger
from articles.importing.stories import ReadyStory
from articles.importing.traces import trace_of_article
from articles.importing.writing import entry_of, keep_sources, store_editions, unpacked
from articles.models import Article, ArticleByline, ArticleSection, ArticleTag, ImportedRow, ImportedSource
from articles.search import spelling


def store_again(ledger: Ledger, story: ReadyStory, row: ImportedRow, by: User | None) -> None:
    """Bring what changed in the source since; called within a transaction."""
    article = Article.objects.select_for_update().filter(pk=row.row or 0).first()
    if article is None or _trace(article) != row.made:
        why = _("It was changed here since.") if article else _("It was removed here since.")
        _keep(ledger, story, row, str(why))
        return
    with spelling.note_new_words() as new_words:
        if _differs(article, story):
            _store(ledger, article, story, by)
    article.refresh_from_db()
    source = ImportedSource.objects.filter(row=row).first()
    words = [*(unpacked(source)["words"] if source else []), *new_words]
    ledger.tell([row.key], story.findings)
    ledger.note([entry_of(ledger, article, story)])
    keep_sources([(row, story, words)])


def _trace(article: Article) -> str:
    return trace_of_article(article.version, article.stage, is_trashed=article.trashed_at is not None)


def _keep(ledger: Ledger, story: ReadyStory, row: ImportedRow, why: str) -> None:
    row.outcome, row.why, row.seen = ImportedRow.Outcome.KEPT, why, ledger.operation.run
    finding = SourceFinding("changed here", row.key, story.source.title, why)
    ledger.tell([row.key], [*story.findings, finding])
    ledger.note([row])


def _text(article: Article) -> timeline.Text:
    return timeline.text_of_copy(article, article.section_rows.all())


def _differs(article: Article, story: ReadyStory) -> bool:
    text = _text(article)
    was = (text.values, text.authors, set(text.sections), set(text.tags), _is_public(article), bool(article.trashed_at))
    is_trashed = story.source.state == SourceState.TRASHED
    now = (story.values, story.authors, set(story.sections), set(story.tags), bool(story.path), is_trashed)
    return was != now


def _is_public(article: Article) -> bool:
    return article.editions.live().exists()


def _store(ledger: Ledger, article: Article, story: ReadyStory, by: User | None) -> None:
    now, was_public = timezone.now(), _is_public(article)
    for name, value in story.values.items():
        setattr(article, name, value)
    is_trashed = story.source.state == SourceState.TRASHED and not was_public
    article.trashed_at, article.trashed_by = (now, by) if is_trashed else (None, None)
    article.stage = Article.Stage.PUBLISHED if story.path else Article.Stage.DRAFT
    article.save()
    _replace_rows(article, story)
    if story.path and article.editions.exists():
        timeline.put_in(article, _text(article), at=now, by=by)
    elif story.path:
        Article.objects.filter(pk=article.pk).update(published_at=story.published_at)
        store_editions([(article, story)], by)
    elif was_public:
        _withdraw(article, now, by)
        story.tell(
            "no longer public", story.source.title, _("The old site no longer showed it: it was withdrawn here.")
        )
    note = _("Imported again: %(name)s") % {"name": ledger.operation}
    revisions.keep_revision(article, by=by, note=note[:300])


def _replace_rows(article: Article, story: ReadyStory) -> None:
    for rows in (article.bylines, article.section_rows, article.tag_rows):
        rows.all().delete()
    ArticleByline.objects.bulk_create(
        ArticleByline(article=article, author_id=author, order=order) for order, author in enumerate(story.authors)
    )
    ArticleSection.objects.bulk_create(ArticleSection(article=article, section_id=pk) for pk in story.sections)
    ArticleTag.objects.bulk_create(ArticleTag(content_object=article, tag_id=pk) for pk in story.tags)


def _withdraw(article: Article, now: datetime, by: User | None) -> None:
    edition = article.editions.live(now).get()
    edition.live_until = max(now, edition.live_from + timeline.TICK)
    edition.withdrawn_reason, edition.withdrawn_by = _("This article is no longer published."), by
    edition.save(update_fields=["live_until", "withdrawn_reason", "withdrawn_by"])
