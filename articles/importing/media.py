"""Pictures of an old site: their bytes from a folder, an archive or that site, through the checks of every upload."""

import io
import logging
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol
from urllib.parse import unquote, urlsplit

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.desk import library
from articles.importing.archives import DAMAGED
from articles.importing.documents import document_media
from articles.importing.items import ReadingError, SourceFinding, SourceMedia
from articles.importing.ledger import AT_ONCE, Ledger, in_batches
from articles.importing.survey import OF_ANY_SIZE, Survey, hash_of, short_key
from articles.importing.traces import trace_of
from articles.models import Image, ImportedRow
from articles.pictures.renditions import MAX_BYTES, Upload, accept_picture
from ground.http import Client, Failure

logger = logging.getLogger(__name__)
AGENT = "newsroom/1.0 (a newspaper fetches the pictures of its own former site)"
MOST_SIZES = 8  # of one picture that are tried
PAUSE = 0.2  # seconds between two requests to the old site
WHOLE = 60.0  # seconds for one file
MOST_FILES = 1_000_000  # of an archive
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".heic", ".heif"}


NO_SOURCE = gettext_lazy("No folder, archive or site was named to take it from (--media).")


def _former_addresses(media: SourceMedia) -> list[str]:
    """Return the paths that led to a file: those of its own page, and those of the file in its sizes."""
    files = (address for address in (media.address, *media.sizes) if address.startswith(("http://", "https://")))
    return [*media.addresses, *dict.fromkeys(path for address in files if (path := _path(address)).startswith("/"))]


class MediaMissing(Exception):
    """A file can't be had; the message says why."""


class MediaSource(Protocol):
    """Where the bytes of files come from."""

    def read(self, address: str) -> bytes:
        """Return the bytes of the file that had this address, or raise ``MediaMissing``."""


def media_source(place: str, survey: Survey) -> MediaSource | None:
    """Return the source that ``place`` names: a folder, a zip, or the old site's address; None for "" ."""
    if not place:
        return None
    if place.startswith(("http://", "https://")):
        return OldSite(place, survey)
    if Path(place).is_dir():
        return Folder(Path(place))
    if Path(place).is_file() and zipfile.is_zipfile(place):
        return Archive(place)
    message = _("“%(place)s” is neither a folder nor a zip nor an address that begins with https://.")
    raise ReadingError(message % {"place": place})


def endings(address: str) -> Iterator[str]:
    """Yield the path of ``address`` and its ends, the longest first; a name alone is ambiguous, so it comes last."""
    parts = [part for part in PurePosixPath(unquote(_path(address))).parts if part not in {"/", ".", ".."}]
    for start in range(len(parts)):
        yield "/".join(parts[start:])


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:  # half an address
        return ""


class Folder:
    """A folder like ``wp-content/uploads``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.is_flat = not any(path.is_dir() for path in self.folder.iterdir())

    def read(self, address: str) -> bytes:
        for ending in endings(address):
            if "/" in ending or self.is_flat:
                path = (self.folder / ending.replace("\0", "")).resolve()
                if path.is_relative_to(self.folder) and path.is_file():
                    return _bounded(path.open("rb"))
        raise MediaMissing(_("It is not in the folder."))


class DocumentPictures:
    """The pictures in a document of Word."""

    def __init__(self, path: str) -> None:
        self.path = path

    def read(self, address: str) -> bytes:
        try:
            return document_media(self.path, address)
        except ReadingError as refusal:
            raise MediaMissing(str(refusal)) from None


class Archive:
    """A zip of such a folder; only names are taken from it, never paths to write to."""

    def __init__(self, path: str) -> None:
        self.archive = zipfile.ZipFile(path)
        names = self.archive.namelist()
        if len(names) > MOST_FILES:
            raise ReadingError(_("The archive has more than %(most)d files. Divide it.") % {"most": MOST_FILES})
        self.names = set(names)
        first_parts = {name.split("/", 1)[0] for name in names}
        self.above = f"{first_parts.pop()}/" if len(first_parts) == 1 else ""
        self.is_flat = not any("/" in name.removeprefix(self.above).rstrip("/") for name in names)

    def read(self, address: str) -> bytes:
        for ending in endings(address):
            for name in (ending, self.above + ending):
                if name in self.names and ("/" in ending or self.is_flat):
                    try:
                        return _bounded(self.archive.open(name))
                    except DAMAGED as error:
                        raise MediaMissing(_("The archive is damaged: %(error)s") % {"error": error}) from None
        raise MediaMissing(_("It is not in the archive."))


class OldSite:
    """The old site itself, asked slowly by the one guarded client; only for files of its own."""

    def __init__(self, base: str, survey: Survey) -> None:
        self.base = base.rstrip("/")
        self.hosts = {urlsplit(address).hostname for address in (*survey.site.addresses, base)}
        self.hosts |= {f"www.{host}" for host in self.hosts} | {
            (host or "").removeprefix("www.") for host in self.hosts
        }
        self.client = Client(most_bytes=MAX_BYTES, redirects=3, whole=WHOLE, silence=10.0)
        self.asked_at = 0.0

    def read(self, address: str) -> bytes:
        try:
            parts = urlsplit(address)
            host = parts.hostname
        except ValueError:
            raise MediaMissing(_("It has no address.")) from None
        if host and host not in self.hosts:
            raise MediaMissing(_("It lies on another site, “%(host)s”.") % {"host": host})
        time.sleep(max(0.0, self.asked_at + PAUSE - time.monotonic()))
        try:
            response = self.client.request("GET", self.base + parts.path, headers={"User-Agent": AGENT})
        except Failure as failure:
            raise MediaMissing(_("The old site gives no answer: %(reason)s.") % {"reason": failure.reason}) from None
        finally:
            self.asked_at = time.monotonic()
        if response.status != 200:
            raise MediaMissing(_("The old site answers with %(status)d.") % {"status": response.status})
        return response.body


def _bounded(file: IO[bytes]) -> bytes:
    with file:
        return file.read(MAX_BYTES + 1)  # one more is refused as too large, like an upload


@dataclass(frozen=True)
class Described:
    """What a text says of a picture that it shows, used where the picture itself says nothing."""

    alt: str = ""
    caption: str = ""
    credit: str = ""
    address: str = ""  # where it is, if the reference is a number that the export may lack


class ImportedPictures:
    """Brings pictures when a story first shows them, each in a transaction of its own."""

    def __init__(self, ledger: Ledger, survey: Survey, source: MediaSource | None, by: User | None) -> None:
        self.ledger, self.survey, self.source, self.by = ledger, survey, source, by
        self.rows: dict[str, ImportedRow] = {}  # of what the next stories show, as far as it is known

    def image_of(self, reference: str, about: Described, findings: list[SourceFinding], story: str) -> int | None:
        """Return the number of the picture of a reference in a text; None, with a finding, if there is none."""
        media = self._media(reference, about.address)
        row = self.rows.get(media.key) or self.ledger.rows([media.key]).get(media.key)
        if self.source and (row is None or (row.row is None and row.seen < self.ledger.operation.run)):
            row = self._bring(media, about)
        if row is None or row.row is None or not Image.objects.filter(pk=row.row).exists():
            why = row.why if row and row.why else str(NO_SOURCE)
            findings.append(SourceFinding("missing picture", story, media.address or reference, why))
            return None
        return row.row

    def look_up(self, keys: Iterable[str]) -> None:
        """Read at once what was written down of the pictures that the next stories may show."""
        self.rows = self.ledger.rows(keys)

    def bring_others(self) -> None:
        """Bring what no story shows, so that the library is whole."""
        for batch in in_batches(self.survey.items(SourceMedia), AT_ONCE):
            rows = self.ledger.rows(media.key for media in batch)
            with transaction.atomic():
                self.ledger.see([row for row in rows.values() if row.row or not self.source])
                if not self.source:
                    self.ledger.note(self._left_out(media, str(NO_SOURCE)) for media in batch if media.key not in rows)
            for media in batch if self.source else []:
                row = rows.get(media.key)
                if row is None or (row.row is None and row.seen < self.ledger.operation.run):
                    self._bring(media, Described())

    def _left_out(self, media: SourceMedia, why: str) -> ImportedRow:
        values = {"came": hash_of(media), "addresses": _former_addresses(media), "why": why}
        return self.ledger.entry(media.key, "media", outcome=ImportedRow.Outcome.LEFT_OUT, **values)

    def _media(self, reference: str, address: str) -> SourceMedia:
        """Return the media of a key, or of an address; one that the export doesn't list is known by its address."""
        key = reference if self.survey.item(SourceMedia, reference) else self.survey.media_of(address or reference)
        if key and (media := self.survey.item(SourceMedia, key)):
            return media
        return SourceMedia(key=short_key(f"address:{address or reference}"), address=address or reference)

    def _bring(self, media: SourceMedia, about: Described) -> ImportedRow:
        findings: list[SourceFinding] = []
        try:
            upload = self._accepted(media)
        except MediaMissing as missing:
            row = self._left_out(media, str(missing))
        else:
            with transaction.atomic():
                row = self._stored(media, about, upload, findings)
        row.came, row.addresses = hash_of(media), _former_addresses(media)
        self.rows.pop(media.key, None)
        with transaction.atomic():
            self.ledger.tell([media.key], findings)
            self.ledger.note([row])
        return row

    def _accepted(self, media: SourceMedia) -> Upload:
        if self.source is None:
            raise MediaMissing(str(NO_SOURCE))
        if PurePosixPath(_path(media.address)).suffix.lower() not in PICTURES:
            raise MediaMissing(_("It is no picture: the library holds pictures alone."))
        trouble: Exception | None = None
        for address in dict.fromkeys([media.address, OF_ANY_SIZE.sub("", media.address), *media.sizes[:MOST_SIZES]]):
            try:
                return accept_picture(io.BytesIO(self.source.read(address)))
            except (MediaMissing, OSError) as missing:
                trouble = trouble or missing
            except ValidationError as refusal:
                trouble = MediaMissing(" ".join(refusal.messages))
        raise MediaMissing(str(trouble))

    def _stored(
        self, media: SourceMedia, about: Described, upload: Upload, findings: list[SourceFinding]
    ) -> ImportedRow:
        if existing := Image.objects.filter(sha256=upload.sha256).first():
            values = {"model": Image._meta.label, "row": existing.pk}
            return self.ledger.entry(media.key, "media", outcome=ImportedRow.Outcome.USED, **values)
        caption, credit = media.caption or about.caption, media.credit or about.credit
        alt = media.alt or about.alt or caption
        if not alt:
            findings.append(
                SourceFinding("no alternative text", media.key, media.address, _("It says that none came along."))
            )
        if not credit:
            findings.append(
                SourceFinding("no credit", media.key, media.address, _("It says that the credit is unknown."))
            )
        image = library.add_picture(
            upload,
            by=self.by,
            title=media.name or PurePosixPath(unquote(_path(media.address))).stem or _("Picture"),
            alt=alt or _("No description came along with this picture."),
            caption=caption,
            credit=credit or _("Credit unknown"),
        )
        image.refresh_from_db()
        values = {"model": Image._meta.label, "row": image.pk, "made": trace_of(image)}
        return self.ledger.entry(media.key, "media", outcome=ImportedRow.Outcome.BROUGHT, **values)
