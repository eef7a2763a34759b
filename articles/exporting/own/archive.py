"""Writing the paper's own format: a zip in which two exports of one paper have the same bytes.

Lines are written as they are read, so memory doesn't grow with the archive; ``SHA256SUMS``, which the program sha256sum
can read, names every other file.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.contrib.auth.models import User
from django.core.files.storage import Storage, default_storage
from django.db.models import Model, Q

from articles.exporting.own import shape
from articles.exporting.own.contents import ContentSums
from articles.exporting.own.rows import KINDS, Keys, Line, by_story
from articles.exporting.stories import changed_since, paper_root, rows_in_batches
from articles.models import Article, Image, SiteSettings
from articles.models.image import uploads

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of zip's calendar: a file has no time here, as two exports would differ by it
BUFFER = 1 << 20
PARTS_OF_STORIES = {"editions", "notes", "revisions"}
Tell = Callable[[str], None]


@dataclass(frozen=True)
class OwnExport:
    """What is to be in an export: as the paper is at ``at``, with ``since`` only stories that changed from then on."""

    alias: str
    at: datetime
    since: datetime | None = None
    with_revisions: bool = True
    with_mail_addresses: bool = False
    tell: Tell = lambda _text: None

    def write(self, out: IO[bytes]) -> int:
        """Write the archive to ``out``, and return how many stories it has."""
        with zipfile.ZipFile(out, "w", allowZip64=True) as archive:
            return _Writer(archive, self).write()


class _Writer:
    """A writer of one archive."""

    def __init__(self, archive: zipfile.ZipFile, export: OwnExport) -> None:
        self.archive, self.export = archive, export
        self.keys, self.contents = Keys(export.alias), ContentSums()
        self.sums: dict[str, str] = {}
        self.counts: dict[str, int] = {}

    def write(self) -> int:
        for name in shape.FILES:
            if name == "revisions" and not self.export.with_revisions:
                continue
            self._write_file(shape.path_of_lines(name), self._encoded(name))
            self.export.tell(f"{name}: {self.counts[name]}")
        missing = self._write_media()
        manifest = json.dumps(self._manifest(missing), ensure_ascii=False, indent=1, sort_keys=True)
        self._write_file(shape.MANIFEST, [manifest.encode() + b"\n"])
        sums = "".join(f"{digest}  {path}\n" for path, digest in sorted(self.sums.items()))
        self._write_file(shape.SUMS, [sums.encode()])
        return self.counts["stories"]

    def _manifest(self, missing: list[str]) -> dict[str, Any]:
        paper = SiteSettings.objects.using(self.export.alias).first() or SiteSettings()
        since = self.export.since
        return {
            "format": shape.FORMAT,
            "version": shape.VERSION,
            "paper": paper.name,
            "address": paper_root(),
            "time_zone": paper.time_zone,
            "since": since.isoformat() if since else None,
            "counts": self.counts,
            "contents": self.contents.sums(),
            "missing_files": missing,
        }

    def _encoded(self, name: str) -> Iterator[bytes]:
        self.counts[name] = 0
        kind = KINDS[name]
        for line in kind.lines(self._batches(name, kind.model), self.keys):
            line = self._with_mail(line, name)
            self.contents.add(line)
            self.counts[name] += 1
            yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def _batches(self, name: str, model: type[Model]) -> Iterator[list[Any]]:
        """Yield the rows of a file of lines: of stories and their parts only what changed, if that is asked for."""
        alias = self.export.alias
        stories = changed_since(Article._base_manager.using(alias).all(), self.export.since, self.export.at)
        rows = model._base_manager.using(alias).all()
        if name in PARTS_OF_STORIES:
            return by_story(rows, stories)
        return rows_in_batches(stories if name == "stories" else rows)

    def _with_mail(self, line: Line, name: str) -> Line:
        if name != "people" or not self.export.with_mail_addresses:
            return line
        people = User.objects.using(self.export.alias)
        word = line["key"].partition(":")[2]
        person = people.filter(username=word).first() or people.get(pk=int(word))
        return line | {"email": person.email, "username": person.username}

    def _write_media(self) -> list[str]:
        """Write the files of pictures and nameplates, and return the paths of those that are gone."""
        missing = []
        for storage, folder, name in self._media():
            path = f"{folder}/{name}"
            try:
                file = storage.open(name)
            except FileNotFoundError:
                missing.append(path)
                continue
            with file:
                self._write_file(path, file.chunks(BUFFER), zipfile.ZIP_STORED)
        return missing

    def _media(self) -> Iterator[tuple[Storage, str, str]]:
        pictures = Image.objects.using(self.export.alias).order_by("pk")
        if self.export.since:  # a file that was put in another's place has no time of its own
            pictures = pictures.filter(Q(uploaded_at__gte=self.export.since) | ~Q(former_key=""))
        for name in pictures.values_list("file", flat=True).iterator():
            yield uploads(), shape.PICTURES, name
        paper = SiteSettings.objects.using(self.export.alias).first()
        for nameplate in (paper.nameplate, paper.nameplate_dark) if paper else ():
            if nameplate:
                yield default_storage, shape.NAMEPLATES, str(nameplate.name)

    def _write_file(self, path: str, parts: Iterable[bytes], method: int = zipfile.ZIP_DEFLATED) -> None:
        if path in self.sums:
            return
        entry = zipfile.ZipInfo(path, FIRST_DAY)
        entry.compress_type, entry.create_system, entry.external_attr = method, 3, 0o644 << 16
        digest = hashlib.sha256()
        with self.archive.open(entry, "w", force_zip64=True) as file:
            for part in parts:
                digest.update(part)
                file.write(part)
        self.sums[path] = digest.hexdigest()
