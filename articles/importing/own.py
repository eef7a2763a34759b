"""Reading the paper's own export: its lines become items, its pictures are files of the same archive.

docs/export.md describes the format. What has no item, like menus and placements, is counted and named in the report.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, groupby
from typing import Any

from articles.exporting.own import shape
from articles.importing.archives import DAMAGED
from articles.importing.items import (
    ReadingError,
    ReadingReport,
    SourceAuthor,
    SourceComment,
    SourceItem,
    SourceMedia,
    SourceSite,
    SourceState,
    SourceStory,
    SourceTerm,
)

Line = dict[str, Any]
LARGEST_MANIFEST = 16 * 1024 * 1024
MOST_SWELLING = 1000  # times that lines may be larger than they are in the archive
WITH_ITEMS = {
    "pictures",
    "authors",
    "sections",
    "tags",
    "pages",
    "stories",
    "editions",
    "notes",
    "former_addresses",
    "old_addresses",
}
COLUMNS_OF_STORIES = (  # what a text of ours has besides the fields of an item
    *("kicker", "kind", "dateline", "social_title", "social_description", "off_front", "noindex", "related"),
)


class OwnArchive:
    """An export of our own, opened for reading; a file that is none raises ``ReadingError``."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.manifest = self._manifest()

    def _manifest(self) -> Line:
        try:
            entry = self.archive.getinfo(shape.MANIFEST)
        except KeyError:
            entry = None
        if entry is None or entry.file_size > LARGEST_MANIFEST:
            raise ReadingError("This zip is no export of a newsroom: it has no manifest.json. Choose another format.")
        manifest = _parsed(self.archive.read(entry), shape.MANIFEST)
        if manifest.get("format") != shape.FORMAT:
            raise ReadingError("This zip is no export of a newsroom: its manifest is of something else.")
        if manifest.get("version") != shape.VERSION:
            version = manifest.get("version")
            raise ReadingError(
                f"This export is of version {version}, and {shape.VERSION} is read. Update the newsroom."
            )
        return manifest

    def lines(self, name: str) -> Iterator[Line]:
        """Yield the lines of a file; none if the export doesn't have it."""
        path = shape.path_of_lines(name)
        try:
            entry = self.archive.getinfo(path)
        except KeyError:
            return
        if entry.file_size > MOST_SWELLING * max(entry.compress_size, 1024):
            raise ReadingError(f"{path} swells to {entry.file_size} bytes, which no export does. It was not read.")
        with self.archive.open(entry) as file:
            while line := file.readline(shape.LONGEST_LINE):
                if not line.endswith(b"\n"):
                    raise ReadingError(
                        f"{path} ends within a line, or has one that is too long. Export the paper again."
                    )
                yield _parsed(line, path)


@contextmanager
def open_own(path: str) -> Iterator[OwnArchive]:
    """Open an export for reading."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield OwnArchive(archive)
    except DAMAGED as error:
        raise ReadingError(f"The file can't be read as a zip: {error}. Is it whole? Copy it once more.") from error


def read_own(path: str, report: ReadingReport) -> Iterator[SourceItem]:
    """Yield what an export of our own holds, in the order in which items name each other."""
    with open_own(path) as own:
        manifest = own.manifest
        address = str(manifest.get("address", ""))
        yield SourceSite(
            name=str(manifest.get("paper", "")),
            addresses=(address,) if address else (),
            time_zone=str(manifest.get("time_zone", "")),
            system=f"Newsroom export {shape.VERSION}",
        )
        former = _former_addresses(own)
        yield from _authors(own, report, former)
        yield from _terms(own, report, former)
        yield from _media(own, report, former)
        yield from _pages(own, report, former)
        yield from _stories(own, report)
        _tell_the_rest(own, report)


def _parsed(text: bytes, path: str) -> Line:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadingError(f"{path} is damaged: {error}. Export the paper again.") from error
    if not isinstance(line, dict):
        raise ReadingError(f"{path} is damaged: a line is no object. Export the paper again.")
    return line


def _former_addresses(own: OwnArchive) -> dict[str, list[str]]:
    addresses: dict[str, list[str]] = {}
    for line in chain(own.lines("former_addresses"), own.lines("old_addresses")):
        target = str(line.get("target"))
        if not target.startswith("story:"):  # a story has its own with it
            addresses.setdefault(target, []).append(line["path"])
    return addresses


def _authors(own: OwnArchive, report: ReadingReport, former: dict[str, list[str]]) -> Iterator[SourceAuthor]:
    for line in own.lines("authors"):
        report.count("author")
        yield SourceAuthor(
            key=line["key"],
            name=line["name"],
            slug=line["slug"],
            biography=line["biography"],
            links=tuple(line["links"].split()),
            is_guest=line["is_guest"],
            addresses=tuple(former.get(line["key"], ())),
            attributes=_attributes(line, ("role", "is_desk", "picture")),
        )


def _terms(own: OwnArchive, report: ReadingReport, former: dict[str, list[str]]) -> Iterator[SourceTerm]:
    for line in sorted(own.lines("sections"), key=lambda line: line["parent"] is not None):
        report.count("section")
        names = ("kind", "order", "in_menu", "time_zone", "currency", "in_row", "has_shelf")
        yield SourceTerm(
            key=line["key"],
            kind="category",
            name=line["name"],
            slug=line["slug"],
            parent=line["parent"] or "",
            description=line["description"],
            addresses=tuple(former.get(line["key"], ())),
            attributes=_attributes(line, names),
        )
    for line in own.lines("tags"):
        report.count("tag")
        addresses = tuple(former.get(line["key"], ()))
        yield SourceTerm(line["key"], "tag", line["name"], line["slug"], addresses=addresses)


def _media(own: OwnArchive, report: ReadingReport, former: dict[str, list[str]]) -> Iterator[SourceMedia]:
    own_fields = {
        "model",
        "key",
        "file",
        "sha256",
        "title",
        "alt",
        "caption",
        "credit",
        "uploaded_by",
        "width",
        "height",
    }
    for line in own.lines("pictures"):
        report.count("picture")
        yield SourceMedia(
            key=line["key"],
            address=f"{own.manifest['address']}/{line['file']}",
            name=line["title"],
            alt=line["alt"],
            caption=line["caption"],
            credit=line["credit"],
            addresses=tuple(former.get(line["key"], ())),
            attributes=_attributes(line, [name for name in line if name not in own_fields]),
        )


def _pages(own: OwnArchive, report: ReadingReport, former: dict[str, list[str]]) -> Iterator[SourceStory]:
    for line in own.lines("pages"):
        report.count("page")
        yield SourceStory(
            key=line["key"],
            kind="page",
            title=line["title"],
            text=line["body"],
            format="own",
            state=SourceState.PUBLISHED if line["is_public"] else SourceState.DRAFT,
            slug=line["slug"],
            modified_at=_time(line["changed_at"]),
            addresses=tuple(former.get(line["key"], ())),
            seo_description=line["description"],
            attributes=_attributes(line, ("in_footer", "order")),
        )


def _stories(own: OwnArchive, report: ReadingReport) -> Iterator[SourceStory]:
    """Yield each story with its editions and notes, of which the files are in the order of the stories' numbers."""
    editions, notes = _LinesByStory(own, "editions"), _LinesByStory(own, "notes")
    now = datetime.now(UTC)
    for line in own.lines("stories"):
        report.count("story")
        number = shape.number_in_key(line["key"])
        yield _story(line, editions.take(number), notes.take(number), report, now)


def _story(line: Line, editions: list[Line], notes: list[Line], report: ReadingReport, now: datetime) -> SourceStory:
    edition = _edition_of(editions, now)
    copy, state = edition or line, _state(line, edition, now)
    if edition and line["stage"] not in {"published", "idea"}:
        report.tell("unpublished changes", line["key"], line["headline"], "what readers have comes in, not the changes")
    return SourceStory(
        key=line["key"],
        kind="story",
        title=copy["headline"],
        text=copy["body"],
        format="own",
        state=state,
        slug=copy["slug"],
        standfirst=copy["standfirst"],
        authors=tuple(copy["authors"]),
        terms=tuple(filter(None, [copy["section"], *copy["further_sections"], *copy["tags"]])),
        lead_media=copy["lead_image"] or "",
        lead_caption=copy["lead_caption"],
        published_at=_time(copy["published_at"]),
        modified_at=_time(copy["revised_at"] if edition else line["saved_at"]),
        language=copy["language"],
        translation_of=copy["translation_of"] or line["key"],
        addresses=tuple(line["addresses"]),
        seo_title=copy["seo_title"],
        seo_description=copy["seo_description"],
        corrections=_corrections(copy),
        comments=tuple(_comment(note) for note in notes),
        attributes=_attributes(copy, COLUMNS_OF_STORIES),
    )


def _edition_of(editions: list[Line], now: datetime) -> Line | None:
    """Return the edition that readers have, or else the next, or else the last that they had."""
    editions = sorted(editions, key=lambda edition: edition["live_from"])
    lasting = [edition for edition in editions if (end := _time(edition["live_until"])) is None or end > now]
    return next(iter(lasting or editions[-1:]), None)


def _state(line: Line, edition: Line | None, now: datetime) -> SourceState:
    """Return the state of a story; one that was withdrawn, or ended, is a draft that readers don't get."""
    if line["trashed_at"]:
        return SourceState.TRASHED
    end = _time(edition["live_until"]) if edition else None
    if edition is None or (end and end <= now):
        return SourceState.DRAFT
    began = _time(edition["live_from"])
    return SourceState.SCHEDULED if began and began > now else SourceState.PUBLISHED


def _corrections(copy: Line) -> tuple[tuple[str, str], ...]:
    undated = [("", copy["corrections"])] if copy["corrections"] else []
    return (*undated, *((row["day"], row["text"]) for row in copy["dated_corrections"]))


def _attributes(line: Line, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return columns of ours for which items have no field, under their names; what is no text as JSON."""
    values = [(name, line[name]) for name in names if line[name] not in ("", None, [], {})]
    return tuple((name, value if isinstance(value, str) else json.dumps(value)) for name, value in values)


def _comment(note: Line) -> SourceComment:
    author = note["name"] or (note["by"] or "").partition(":")[2]
    return SourceComment(author, note["text"], _time(note["at"]))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class _LinesByStory:
    """The lines of a file that belong to one story after the other; only those of the next are in memory."""

    def __init__(self, own: OwnArchive, name: str) -> None:
        self._groups = groupby(own.lines(name), key=lambda line: shape.number_in_key(line["article"]))
        self._next: tuple[int, list[Line]] | None = None
        self._advance()

    def _advance(self) -> None:
        group = next(self._groups, None)
        self._next = (group[0], list(group[1])) if group else None

    def take(self, number: int) -> list[Line]:
        """Return the lines of the story ``number``; stories are asked for in the order of their numbers."""
        while self._next and self._next[0] < number:
            self._advance()
        return self._next[1] if self._next and self._next[0] == number else []


def _tell_the_rest(own: OwnArchive, report: ReadingReport) -> None:
    for name in shape.FILES:
        count = (own.manifest.get("counts") or {}).get(name, 0)
        if name not in WITH_ITEMS and count:
            report.tell("not brought in", "", f"{name}: {count}", "this paper has its own")
