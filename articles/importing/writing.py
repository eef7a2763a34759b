"""Stores stories by the hundred, with exactly the rows that saving and publishing each on the desk would leave."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles import desk_search, search
from articles.body import references
from articles.body.markup import image_ids
from articles.desk import revisions
from articles.desk.workflow.timeline import HAS_RATES
from articles.importing.items import SourceState
from articles.importing.ledger import Ledger
from articles.importing.stories import ReadyStory
from articles.importing.traces import trace_of_article
from articles.models import (
    Address,
    Article,
    ArticleByline,
    ArticleImage,
    ArticleSection,
    ArticleTag,
    Edition,
    EditionByline,
    EditionCorrection,
    EditionImage,
    EditionSection,
    EditionTag,
    Image,
    ImportedRow,
    ImportedSource,
    Note,
    Revision,
    Section,
)
from articles.models.copy import shared_values
from articles.search import headlines, spelling
from ground.characters import normalise

Pairs = list[tuple[Article, ReadyStory]]


@transaction.atomic
def store_stories(ledger: Ledger, stories: list[ReadyStory], by: User | None) -> None:
    """Store new stories with all that belongs to them, and write down what became of each."""
    articles = Article.objects.bulk_create(_article(story, by) for story in stories)
    pairs = list(zip(articles, stories, strict=True))
    _store_rows(pairs)
    _store_notes(pairs)
    for article in articles:
        headlines.index_headline(article.pk, article.headline)
    desk_search.index_copies(articles)
    note = _("Imported: %(name)s") % {"name": ledger.operation}
    Revision.objects.bulk_create(_revisions(pairs, by, note))
    with spelling.note_new_words() as new_words:
        store_editions([pair for pair in pairs if pair[1].path], by)
    _write_down(ledger, pairs, new_words)


def _article(story: ReadyStory, by: User | None) -> Article:
    is_trashed = story.source.state == SourceState.TRASHED
    now = timezone.now()
    saved_at = story.source.modified_at or story.published_at or now
    return Article(
        **story.values,
        stage=Article.Stage.PUBLISHED if story.path else Article.Stage.DRAFT,
        version=1,
        published_at=story.published_at,
        created_by=by,
        saved_by=by,
        saved_at=min(saved_at, now),
        trashed_at=now if is_trashed else None,
        trashed_by=by if is_trashed else None,
    )


def _store_rows(pairs: Pairs) -> None:
    ArticleByline.objects.bulk_create(
        ArticleByline(article=article, author_id=author, order=order)
        for article, story in pairs
        for order, author in enumerate(story.authors)
    )
    ArticleSection.objects.bulk_create(
        ArticleSection(article=article, section_id=section) for article, story in pairs for section in story.sections
    )
    ArticleTag.objects.bulk_create(
        ArticleTag(content_object=article, tag_id=tag) for article, story in pairs for tag in story.tags
    )
    images = _locked_images(article.body for article, _story in pairs)
    ArticleImage.objects.bulk_create(
        ArticleImage(article=article, image_id=image)
        for article, _story in pairs
        for image in sorted(set(image_ids(article.body)) & images)
    )


def _locked_images(bodies: Iterable[str]) -> set[int]:
    """Return those of the pictures in ``bodies`` that exist, locked, so that none is deleted meanwhile."""
    numbers = {number for body in bodies for number in image_ids(body)}
    locked = Image.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")
    return set(locked.values_list("pk", flat=True)) if numbers else set()


def _store_notes(pairs: Pairs) -> None:
    Note.objects.bulk_create(
        Note(article=article, version=1, name=comment.author[:120], text=text, at=comment.at or timezone.now())
        for article, story in pairs
        for comment in story.source.comments
        if (text := _words_of(comment.quoted, comment.text))
    )


def _words_of(quoted: str, text: str) -> str:
    return normalise(f"“{quoted}”\n{text}" if quoted else text).strip()


def _revisions(pairs: Pairs, by: User | None, note: str) -> Iterable[Revision]:
    names = _names_of_tags(story for _article, story in pairs)
    for article, story in pairs:
        snapshot = revisions.plain_values(article) | {
            "bylines": story.authors,
            "further_sections": sorted(story.sections),
            "tags": sorted(names[tag] for tag in story.tags),
        }
        yield Revision(article=article, version=1, snapshot=snapshot, by=by, note=note[:300], stage=article.stage)


def _names_of_tags(stories: Iterable[ReadyStory]) -> dict[int, str]:
    numbers = {tag for story in stories for tag in story.tags}
    return dict(Tag.objects.filter(pk__in=numbers).values_list("pk", "name"))


def store_editions(pairs: Pairs, by: User | None) -> None:
    """Store what readers get of articles that they never had."""
    Address.objects.bulk_create(Address(path=story.path, article=article) for article, story in pairs)
    editions = Edition.objects.bulk_create(_edition(article, story, by) for article, story in pairs)
    parents = {pk: parent for pk, parent in Section.objects.values_list("pk", "parent") if parent}
    images = _locked_images(edition.body for edition in editions)
    rows: dict[type, list] = defaultdict(list)
    for edition, (_article, story) in zip(editions, pairs, strict=True):
        when = {"edition": edition, "published_at": edition.published_at}
        for order, author in enumerate(story.authors):
            rows[EditionByline].append(EditionByline(author_id=author, order=order, **when))
        rows[EditionTag] += [EditionTag(tag_id=tag, **when) for tag in story.tags]
        rows[EditionSection] += _listings(edition, story, parents, when)
        rows[EditionCorrection] += [
            EditionCorrection(edition=edition, day=correction["day"], text=correction["text"])
            for correction in edition.dated_corrections
        ]
        rows[EditionImage] += [
            EditionImage(edition=edition, image_id=image) for image in sorted(set(image_ids(edition.body)) & images)
        ]
    for model, new_rows in rows.items():
        model._default_manager.bulk_create(new_rows)  # type: ignore[attr-defined] # models of ours
    search.add_all(editions)


def _edition(article: Article, story: ReadyStory, by: User | None) -> Edition:
    values, start = shared_values(article), story.published_at or timezone.now()
    if HAS_RATES.search(values["body"]):
        values["body"] = references.freeze_rates(values["body"], start, values["language"], "")
    return Edition(**values, article=article, path=story.path, published_at=start, live_from=start, cut_by=by)


def _listings(edition: Edition, story: ReadyStory, parents: dict[int, int], when: dict) -> list[EditionSection]:
    section = edition.section_id or 0  # the constraint edition_has_a_section
    further = set(story.sections) - {section}
    own = further | {section}
    listed = own | {parents[pk] for pk in own if pk in parents}
    return [EditionSection(section_id=pk, is_further=pk in further, **when) for pk in sorted(listed)]


def _write_down(ledger: Ledger, pairs: Pairs, new_words: list[str]) -> None:
    keys = [story.source.key for _article, story in pairs]
    ledger.tell(keys, [finding for _article, story in pairs for finding in story.findings])
    ledger.note([entry_of(ledger, article, story) for article, story in pairs])
    rows = ledger.rows(keys)
    first = keys[0] if keys else ""  # has the words of all
    keep_sources(
        (rows[key], story, new_words if key == first else []) for key, (_a, story) in zip(keys, pairs, strict=True)
    )


def entry_of(ledger: Ledger, article: Article, story: ReadyStory) -> ImportedRow:
    """Return what is written down of a story that was stored."""
    trace = trace_of_article(article.version, article.stage, is_trashed=article.trashed_at is not None)
    return ledger.entry(
        story.source.key,
        story.source.kind,
        came=story.came,
        model=Article._meta.label,
        row=article.pk,
        made=trace,
        outcome=ImportedRow.Outcome.BROUGHT,
        lacks_media=story.lacks_media,
        addresses=list(story.source.addresses),
    )


def keep_sources(rows: Iterable[tuple[ImportedRow, ReadyStory, list[str]]]) -> None:
    """Keep the stories as they came, packed, with the words that were new to the search."""
    ImportedSource.objects.bulk_create(
        (ImportedSource(row=row, packed=_packed(story, words)) for row, story, words in rows),
        update_conflicts=True,
        unique_fields=["row"],
        update_fields=["packed"],
    )


def _packed(story: ReadyStory, words: list[str]) -> bytes:
    source = story.source
    values = {"title": source.title, "text": source.text, "format": source.format, "words": words}
    return zlib.compress(json.dumps(values, ensure_ascii=False).encode(errors="replace"), 6)


def unpacked(source: ImportedSource) -> dict:
    """Return a story as it came: title, text, format, and the words that were new to the search."""
    return json.loads(zlib.decompress(bytes(source.packed)))
