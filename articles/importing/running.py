"""Runs an import: a first walk through the file for what stories refer to, a second that brings the stories.

It may be killed anywhere and run again: each batch is one transaction with what is written down of it, and what came as
before is passed over.
"""

import hashlib
import json
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.body import markup
from articles.importing import formats, pages
from articles.importing.again import store_again
from articles.importing.ending import keep_addresses, link_translations
from articles.importing.hooks import Hooks, load_hooks
from articles.importing.items import ReadingError, ReadingReport, SourceFinding, SourceItem, SourceState, SourceStory
from articles.importing.ledger import Ledger, in_batches
from articles.importing.mapping import SHORTCODES, Mapping, read_mapping
from articles.importing.media import DocumentPictures, ImportedPictures, MediaSource, media_source
from articles.importing.stories import Preparing, ReadyStory, claim_paths
from articles.importing.survey import Survey, distinct, hash_of, kind_of_item, new_survey
from articles.importing.terms import Terms
from articles.importing.texts import Body, Unusable, body_of, surroundings_of
from articles.importing.traces import traces_now
from articles.importing.writing import store_stories
from articles.models import FlatPage, Import, ImportedRow, SiteSettings
from articles.public import announcements

BATCH = 100  # stories of one transaction
PIECE = 1 << 20
LEFT_OUT, KEPT = ImportedRow.Outcome.LEFT_OUT, ImportedRow.Outcome.KEPT


@dataclass(frozen=True)
class ImportProgress:
    """How far a run is: stories and pages looked at, all of them, and seconds since it began with them."""

    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Stories a second."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float:
        return (self.total - self.done) / self.rate if self.rate else 0.0


Tell = Callable[[ImportProgress], None]


@dataclass(frozen=True)
class ImportOrder:
    """What a run is asked for: the file and how it becomes the paper's."""

    path: str
    format: str = ""  # "": by what the file holds
    mapping: str | None = None  # JSON; None: as the run before, or as it would be drafted
    media: str = ""  # a folder, a zip, or the old site's address
    hooks: str = ""  # a file of Python


def run_import(
    name: str, order: ImportOrder, *, by: User | None = None, tell: Tell = lambda progress: None, batch: int = BATCH
) -> Import:
    """Bring the file of ``order`` as the import ``name``, or what of it changed since the last run; return the import.

    Raise ``ReadingError`` if the file or the mapping can't be used: then nothing, or nothing more, is brought.
    """
    hooks = load_hooks(order.hooks)
    operation = _begin(name, order, by)
    ledger = Ledger(operation)
    ledger.begin_reading()
    with new_survey() as survey:
        _walk(order, operation, ledger, survey)
        ImportRun(ledger, survey, order, hooks, by).bring(tell, batch)
        link_translations(ledger, survey)
    keep_addresses(ledger)
    operation.state, operation.ended_at = Import.State.DONE, timezone.now()
    operation.save(update_fields=["state", "ended_at"])
    announcements.recount_months(timezone.now())
    return operation


def _begin(name: str, order: ImportOrder, by: User | None) -> Import:
    """Return the import of this name, new or to be gone on with; another process that still runs it stops by that."""
    format_name = order.format or formats.recognise(order.path)
    formats.reader_of(format_name)
    mapping = json.loads(order.mapping) if order.mapping is not None else None
    if order.mapping is not None:
        read_mapping(order.mapping)
    digest = hash_of_file(order.path)
    with transaction.atomic():
        operation, is_new = Import.objects.get_or_create(name=name, defaults={"format": format_name, "by": by})
        operation = Import.objects.select_for_update().get(pk=operation.pk)
        if operation.format != format_name:
            words = {"name": name, "was": operation.format, "now": format_name}
            message = _("“%(name)s” is an import of the format %(was)s, and this file is %(now)s: choose another name.")
            raise ReadingError(message % words)
        operation.file_name, operation.sha256 = Path(order.path).name[:255], digest
        operation.run, operation.state = operation.run + 1, Import.State.RUNNING
        if is_new or mapping is not None:
            operation.mapping = mapping or {}
        operation.save()
    return operation


def hash_of_file(path: str) -> str:
    """Return the SHA-256 of a file, or of the names in a folder."""
    digest = hashlib.sha256()
    if Path(path).is_dir():
        return hashlib.sha256("\n".join(sorted(str(file) for file in Path(path).rglob("*"))).encode()).hexdigest()
    with open(path, "rb") as file:
        while data := file.read(PIECE):
            digest.update(data)
    return digest.hexdigest()


def read_items(path: str, format_name: str, report: ReadingReport) -> Iterator[SourceItem]:
    """Yield the items of a file, none of two with one key."""
    return distinct(formats.reader_of(format_name)(path, report), report)


def _walk(order: ImportOrder, operation: Import, ledger: Ledger, survey: Survey) -> None:
    """Walk through the file for the first time: everything but stories is written down, and the paths of those."""
    report = ReadingReport()
    zone = SiteSettings.current().zone
    for batch in in_batches(read_items(order.path, operation.format, report), BATCH * 5):
        for item in batch:
            survey.note(item)
        claim_paths([item for item in batch if isinstance(item, SourceStory)], survey, ledger, zone)
        ledger.tell_of_reading(report.findings)
    ledger.tell_of_reading(report.findings)
    operation.counts = {"items": survey.counts(), "read": report.counts}
    operation.save(update_fields=["counts"])


class Superseded(Exception):
    """Another process runs the same import since; this one ends."""


class ImportRun:
    """One run of an import, after the first walk."""

    def __init__(self, ledger: Ledger, survey: Survey, order: ImportOrder, hooks: Hooks, by: User | None) -> None:
        self.ledger, self.survey, self.order, self.hooks, self.by = ledger, survey, order, hooks, by
        self.mapping = read_mapping(json.dumps(ledger.operation.mapping)) if ledger.operation.mapping else Mapping()
        self.source = _source(order, ledger.operation.format, survey)
        self.pictures = ImportedPictures(ledger, survey, self.source, by)
        chosen = {name: SHORTCODES[choice] for name, choice in self.mapping.shortcodes.items()}
        self.shortcodes = chosen | hooks.shortcodes
        zone = SiteSettings.current().zone
        self.preparing = Preparing(ledger, survey, self.mapping, self.pictures, self.shortcodes, zone)

    def bring(self, tell: Tell, batch: int) -> None:
        """Bring authors and terms, then stories and pages, then media that none of them shows."""
        Terms(self.ledger, self.survey, self.mapping, self.hooks).bring()
        pages.claim_pages(self.survey, self.ledger)
        counts = self.survey.counts()
        total = counts.get("story", 0) + counts.get("page", 0)
        done, began = 0, time.monotonic()
        for stories in in_batches(self._stories(), batch):
            with markup.remember_cleaned():
                self._bring_batch(stories)
            done += sum(story.kind in {"story", "page"} for story in stories)
            tell(ImportProgress(done, total, time.monotonic() - began))
        self.pictures.bring_others()

    def _stories(self) -> Iterator[SourceStory]:
        report = ReadingReport()  # told in the first walk
        for item in read_items(self.order.path, self.ledger.operation.format, report):
            report.findings.clear()
            if isinstance(item, SourceStory):
                yield item

    def _bring_batch(self, stories: list[SourceStory]) -> None:
        """Bring what is new or changed; all that takes time is done before the transaction."""
        rows = self.ledger.rows(story.key for story in stories)
        traces = traces_now(rows.values())
        sorted_stories = self._sort(stories, rows, traces)
        ready = list(self.preparing.ready([story for story in sorted_stories.coming if story.kind == "story"]))
        left_out = sorted_stories.left_out + [entry for entry in ready if isinstance(entry, tuple)]
        ready_pages = [self._ready_page(page) for page in sorted_stories.coming if page.kind == "page"]
        left_out += [(page, why) for page, _body, why in ready_pages if why]
        ready_stories = [entry for entry in ready if isinstance(entry, ReadyStory)]
        with transaction.atomic():
            self._hold()
            self.ledger.see(sorted_stories.same)
            self._leave_out(left_out)
            store_stories(self.ledger, [story for story in ready_stories if not _has_row(rows, story.source)], self.by)
            for story in ready_stories:
                if _has_row(rows, story.source):
                    store_again(self.ledger, story, rows[story.source.key], self.by)
            for page, body, _why in ready_pages:
                if body:
                    self._store_page(page, body, rows, traces)

    def _sort(
        self, stories: list[SourceStory], rows: dict[str, ImportedRow], traces: dict[int, str]
    ) -> "SortedStories":
        """Sort what is new or changed from what came as before, and from what is not brought at all."""
        sorted_stories = SortedStories()
        for story in stories:
            row, changed = rows.get(story.key), self._hooked(story)
            if row and row.came == hash_of(changed or story) and self._stays(row, traces):
                sorted_stories.same.append(row)
            elif changed is None:
                sorted_stories.left_out.append((story, _("A hook leaves it out.")))
            elif story.kind in {"story", "page"}:
                sorted_stories.coming.append(changed)
            else:
                sorted_stories.left_out.append((story, _reason(story.kind)))
        return sorted_stories

    def _hooked(self, story: SourceStory) -> SourceStory | None:
        """Return a story as the hook gives it, with the key it had."""
        changed = self.hooks.change_story(story) if story.kind in {"story", "page"} else story
        return replace(changed, key=story.key) if changed else None

    def _stays(self, row: ImportedRow, traces: dict[int, str]) -> bool:
        """Return whether a row needs nothing, if its item came as before."""
        if row.lacks_media and self.source and traces.get(row.pk) == row.made:
            return False
        return row.outcome != LEFT_OUT

    def _hold(self) -> None:
        """Lock the import, so that two processes never bring the same story."""
        run = Import.objects.select_for_update().values_list("run", flat=True).get(pk=self.ledger.operation.pk)
        if run != self.ledger.operation.run:
            raise Superseded(_("Another process runs this import since, so this one ended."))

    def _leave_out(self, entries: Iterable[tuple[SourceStory, str]]) -> None:
        entries = list(entries)
        self.ledger.tell([story.key for story, _why in entries], [])
        rows = [
            self.ledger.entry(story.key, kind_of_item(story), came=hash_of(story), outcome=LEFT_OUT, why=why)
            for story, why in entries
        ]
        self.ledger.note(rows)

    def _ready_page(self, page: SourceStory) -> tuple[SourceStory, Body | None, str]:
        """Return a page with its body, or with why it can't be brought."""
        if page.state == SourceState.TRASHED:
            return page, None, _("It was in the trash, and pages have none here.")
        try:
            around = surroundings_of(page, self.survey, self.shortcodes)
            return page, body_of(page, around, self.survey, self.pictures), ""
        except Unusable as trouble:
            return page, None, str(trouble)

    def _store_page(self, page: SourceStory, body: Body, rows: dict[str, ImportedRow], traces: dict[int, str]) -> None:
        row = rows.get(page.key)
        if row is None or not row.row:
            entry = pages.store_page(self.ledger, self.survey, page, body)
        elif traces.get(row.pk) == row.made:
            entry = pages.write_page(self.ledger, page, body, FlatPage.objects.get(pk=row.row))
        else:
            entry, row.outcome, row.seen = row, KEPT, self.ledger.operation.run
            row.why = _("It was changed or removed here since.")
            body.findings.append(SourceFinding("changed here", page.key, page.title, row.why))
        self.ledger.tell([page.key], body.findings)
        self.ledger.note([entry])


def _source(order: ImportOrder, format_name: str, survey: Survey) -> MediaSource | None:
    """Return where pictures come from: where the order says, else the file itself, if its format holds them."""
    if not order.media and format_name == "docx":
        return DocumentPictures(order.path)
    holds_own = format_name == "own" and (Path(order.path).is_dir() or zipfile.is_zipfile(order.path))
    return media_source(order.media or (order.path if holds_own else ""), survey)


@dataclass
class SortedStories:
    """Stories of a batch, by what is to be done with them."""

    coming: list[SourceStory] = field(default_factory=list)
    same: list[ImportedRow] = field(default_factory=list)
    left_out: list[tuple[SourceStory, str]] = field(default_factory=list)  # with the reason


def _has_row(rows: dict[str, ImportedRow], story: SourceStory) -> bool:
    row = rows.get(story.key)
    return bool(row and row.row)


def _reason(kind: str) -> str:
    """Return why an item of this kind is not brought."""
    return _("It is part of other texts.") if kind == "block" else _("The paper has nothing of this kind.")
