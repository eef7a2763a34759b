"""A backup as files in a storage: written one after the other, and checked before anything is believed of them.

``SHA256SUMS``, which the program sha256sum can read, too, is written last and names every other file. So half a backup
has none, and a bit that changes in it no longer fits the file that it is about.
"""

import gzip
import hashlib
import io
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages

from newsroom.backups.named_files import files_below, put_file
from newsroom.backups.table_rows import Checksum, encode_row

SUMS, MANIFEST, SETTINGS = "SHA256SUMS", "manifest.json", "settings.env"
NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}")
SUM = re.compile(r"([0-9a-f]{64})  ([\w./-]+)")
ENCRYPTED = ".age"
FORMAT = 1
PART = 8 * 1024 * 1024  # bytes of compressed rows in a file
BUFFER = 1024 * 1024


class BackupError(Exception):
    """What keeps a backup from being made, found or restored, and what to do about it."""


class DamagedBackup(BackupError):
    """What is wrong with a backup, a line for each fault."""


def place_of_backups() -> Storage:
    """Return the storage that backups are in."""
    return storages["backups"]


def name_backup(now: datetime) -> str:
    """Return the name of a backup of ``now``: names sort by time."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def made_at(name: str) -> datetime:
    """Return when a backup was made, by its name."""
    return datetime.strptime(name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def folders_of_backups(storage: Storage) -> list[str]:
    """Return the names of all backups, whole or half, the oldest first."""
    try:
        folders = storage.listdir("")[0]
    except FileNotFoundError:
        return []
    return sorted(name for name in folders if NAME.fullmatch(name))


def whole_backups(storage: Storage) -> list[str]:
    """Return the names of the backups that were written to their end, the oldest first."""
    return [name for name in folders_of_backups(storage) if storage.exists(f"{name}/{SUMS}")]


def newest_backup(storage: Storage) -> str:
    """Return the name of the newest whole backup; ``BackupError`` if there is none."""
    names = whole_backups(storage)
    if not names:
        raise BackupError("There is no whole backup in NEWSROOM_BACKUP_URL: the command backup makes one.")
    return names[-1]


class BackupWriter:
    """Writes the files of one backup: encrypted if there is a key, and each known by its SHA-256."""

    def __init__(self, storage: Storage, name: str) -> None:
        self.storage, self.name, self.written = storage, name, 0
        self._sums: dict[str, str] = {}

    def write(self, path: str, content: bytes) -> None:
        """Write a file of the backup."""
        content, ending = encrypt(content)
        put_file(self.storage, f"{self.name}/{path}{ending}", content)
        self._sums[path + ending] = hashlib.sha256(content).hexdigest()
        self.written += len(content)

    def write_rows(self, folder: str, rows: Iterable[list[Any]], checksum: Checksum) -> None:
        """Write rows as lines of compressed JSON, in as many files as they need, and add them to ``checksum``."""
        for number, part in enumerate(_compressed_parts(rows, checksum), start=1):
            self.write(f"{folder}/{number:05}.jsonl.gz", part)

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest, and last the sums: from then on the backup is whole."""
        self.write(MANIFEST, json.dumps(manifest | {"format": FORMAT, "name": self.name}, indent=1).encode())
        sums = "".join(f"{digest}  {path}\n" for path, digest in sorted(self._sums.items()))
        put_file(self.storage, f"{self.name}/{SUMS}", sums.encode())


def _compressed_parts(rows: Iterable[list[Any]], checksum: Checksum) -> Iterator[bytes]:
    """Yield the rows as lines of JSON, in compressed parts of about ``PART`` bytes."""
    rows = iter(rows)
    for first in rows:
        buffer = io.BytesIO()
        with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1, mtime=0) as file:
            for row in chain([first], rows):
                line = encode_row(row).encode()
                checksum.add(line)
                file.write(line + b"\n")
                if buffer.tell() >= PART:
                    break
        yield buffer.getvalue()


class CheckedBackup:
    """A backup every byte of which was compared with its sums; ``DamagedBackup`` lists what differs."""

    def __init__(self, storage: Storage, name: str) -> None:
        self.storage, self.name = storage, name
        self.sums = _read_sums(storage, name)
        faults = [*_faults_of_names(storage, name, self.sums), *_faults_of_content(storage, name, self.sums)]
        if faults:
            raise DamagedBackup("\n".join(faults))
        self.manifest = self._read_manifest()

    def read(self, path: str) -> bytes:
        """Return the content of a file of the backup, decrypted."""
        return decrypt(*self._stored(path))

    def parts(self, folder: str) -> list[str]:
        """Return the names of the files in a folder of the backup, in the order in which they were written."""
        return sorted(path.removesuffix(ENCRYPTED) for path in self.sums if path.startswith(f"{folder}/"))

    def rows(self, folder: str, checksum: Checksum) -> Iterator[list[Any]]:
        """Yield the rows that were written to a folder, and add each to ``checksum``, as it was when they were."""
        for path in self.parts(folder):
            with gzip.open(io.BytesIO(self.read(path))) as lines:
                for line in lines:
                    checksum.add(line.removesuffix(b"\n"))
                    yield json.loads(line)

    def _stored(self, path: str) -> tuple[bytes, bool]:
        ending = ENCRYPTED if path + ENCRYPTED in self.sums else ""
        try:
            with self.storage.open(f"{self.name}/{path}{ending}") as file:
                content = file.read()
        except FileNotFoundError:
            raise DamagedBackup(f"{path}{ending} is missing, although it was there a moment ago.") from None
        if hashlib.sha256(content).hexdigest() != self.sums.get(path + ending):
            raise DamagedBackup(f"{path}{ending} is not what was written, although it was a moment ago.")
        return content, bool(ending)

    def _read_manifest(self) -> dict[str, Any]:
        try:
            manifest = json.loads(self.read(MANIFEST))
        except (KeyError, ValueError):
            raise DamagedBackup(f"{MANIFEST} can't be read.") from None
        if manifest["format"] != FORMAT:
            raise BackupError(
                f"This backup has format {manifest['format']}, and this code reads {FORMAT}: use newer code."
            )
        if manifest["name"] != self.name:
            raise DamagedBackup(f"This is the backup {manifest['name']}, in a folder that is called {self.name}.")
        return manifest


def _read_sums(storage: Storage, name: str) -> dict[str, str]:
    if not storage.exists(f"{name}/{SUMS}"):
        raise DamagedBackup(f"{SUMS} is missing: there is no such backup, or it was never finished, or lost that file.")
    with storage.open(f"{name}/{SUMS}") as file:
        lines = file.read().decode(errors="replace").split("\n")
    matches = [SUM.fullmatch(line) for line in lines[:-1]]
    if lines[-1] or not all(matches):
        raise DamagedBackup(f"{SUMS} is damaged: a line of it is no SHA-256 with the name of a file.")
    return {match[2]: match[1] for match in matches if match}


def _faults_of_names(storage: Storage, name: str, sums: dict[str, str]) -> Iterator[str]:
    paths = {path.removeprefix(f"{name}/") for path in files_below(storage, name)} - {SUMS}
    yield from (f"{path} is missing." for path in sorted(set(sums) - paths))
    yield from (f"{path} does not belong to the backup." for path in sorted(paths - set(sums)))


def _faults_of_content(storage: Storage, name: str, sums: dict[str, str]) -> Iterator[str]:
    for path, digest in sums.items():
        try:
            with storage.open(f"{name}/{path}") as file:
                content = hashlib.sha256()
                while block := file.read(BUFFER):
                    content.update(block)
        except FileNotFoundError:
            continue  # it is told already
        if content.hexdigest() != digest:
            yield f"{path} is not what was written."


def encrypt(content: bytes) -> tuple[bytes, str]:
    """Return ``content`` and the ending of its file's name; encrypted, if there is a key."""
    if not settings.BACKUP_KEY:
        return content, ""
    import pyrage

    return pyrage.encrypt(content, [_identity().to_public()]), ENCRYPTED


def decrypt(content: bytes, is_encrypted: bool) -> bytes:
    """Return what was encrypted; ``BackupError`` says if there is no key for it, or another."""
    if not is_encrypted:
        return content
    if not settings.BACKUP_KEY:
        raise BackupError("The backup is encrypted: set NEWSROOM_BACKUP_KEY to the key that it was made with.")
    import pyrage

    try:
        return pyrage.decrypt(content, [_identity()])
    except pyrage.DecryptError:
        raise BackupError("NEWSROOM_BACKUP_KEY is not the key that this backup was made with.") from None


def _identity() -> Any:
    import pyrage

    try:
        return pyrage.x25519.Identity.from_str(settings.BACKUP_KEY)
    except pyrage.IdentityError:
        raise BackupError(
            "NEWSROOM_BACKUP_KEY has a wrong letter: make one with age-keygen, or copy it again."
        ) from None
