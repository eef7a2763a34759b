"""The files that rows name: masters of pictures and all their public sizes, nameplates, cards for social networks."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db.models import FileField

from articles.models import Edition, Image
from articles.pictures import renditions
from newsroom.backups.table_rows import encode_row
from tickers.models import Pair

PLACES = ("default", "uploads")  # the storages that rows name files of
CARDS = (Edition, Pair)
PART = 16 * 1024 * 1024  # bytes of an archive, unless a single file has more


def names_in(place: str, alias: str) -> Iterator[str]:
    """Yield the name of each file of the storage ``place`` that a row of the database ``alias`` names."""
    for field in _file_fields():
        if field.storage == storages[place]:
            yield from _distinct(field.model, field.attname, alias)
    if place == "default":
        for model in CARDS:
            yield from _distinct(model, "card", alias)
        sizes = Image.objects.using(alias).order_by("pk").values_list("key", "made_cut", "first_cut", "width", "height")
        for key, made_cut, first_cut, *size in sizes.iterator():
            yield from renditions.names_of_sizes(key, made_cut, first_cut, (size[0], size[1]))


def names_in_columns(alias: str) -> Iterator[str]:
    """Yield the name of each file that stands in a column, of whichever storage: all but the sizes of pictures."""
    for field in _file_fields():
        yield from _distinct(field.model, field.attname, alias)
    for model in CARDS:
        yield from _distinct(model, "card", alias)


def _file_fields() -> Iterator[Any]:
    for model in apps.get_models():
        if not model._meta.proxy:
            yield from (field for field in model._meta.local_concrete_fields if isinstance(field, FileField))


def _distinct(model: Any, column: str, alias: str) -> Iterator[str]:
    rows = model._base_manager.using(alias).exclude(**{column: ""}).order_by(column)
    return rows.values_list(column, flat=True).distinct().iterator()


def line_of(name: str, content: bytes) -> bytes:
    """Return the line by which a file is compared: its name and its SHA-256."""
    return encode_row([name, hashlib.sha256(content).hexdigest()]).encode()


def read_file(storage: Storage, name: str) -> bytes | None:
    """Return the content of a file; None if there is no such file."""
    try:
        with storage.open(name) as file:
            return file.read()
    except FileNotFoundError:
        return None


def pack_files(files: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield tar archives of all ``files``, each of about ``PART`` bytes."""
    part, size = [], 0
    for name, content in files:
        part.append((name, content))
        size += len(content)
        if size >= PART:
            yield _archive(part)
            part, size = [], 0
    if part:
        yield _archive(part)


def _archive(files: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def unpack_files(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of a tar archive."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for entry in archive:
            file = archive.extractfile(entry)
            if file:
                yield entry.name, file.read()


def put_file(storage: Storage, name: str, content: bytes) -> None:
    """Store a file under exactly this name; raise ``FileExistsError`` if there is one."""
    stored_name = storage.save(name, ContentFile(content, name=name))
    if stored_name != name:
        storage.delete(stored_name)
        raise FileExistsError(f"There is a file “{name}” already.")


def first_file(storage: Storage, folder: str = "") -> str:
    """Return the name of some file in the storage; empty if it has none."""
    return next(files_below(storage, folder), "")


def files_below(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the names of all files of a storage, within ``folder``."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:  # of a file system; a bucket has no folders, and lists nothing
        return
    beginning = f"{folder}/" if folder else ""
    yield from (f"{beginning}{name}" for name in sorted(names) if name)
    for inner in sorted(folders):
        yield from files_below(storage, f"{beginning}{inner}")
