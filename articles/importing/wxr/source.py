"""The bytes of an export in UTF-8, whatever it is packed in or coded with; and what a file is if it isn't one."""

import codecs
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from articles.importing.items import ReadingError

CHUNK = 1 << 20
MAGIC, GZIP = b"\x1f\x8b", 31  # how such a file begins, and zlib's word for it
SNIFFED = 1 << 16  # bytes in which an export shows what it is
MOST_UNPACKED = 200  # times the packed size: texts shrink to a tenth, only a bomb to a thousandth
SMALL = 1 << 28  # below this many bytes nothing is a bomb
ARCHIVES = (b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    b"<\0?\0": "utf-16-le",
    b"\0<\0?": "utf-16-be",
}
DECLARED = re.compile(rb"""<\?xml[^<>]{1,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.I)
ENCODINGS = re.compile(r"utf-8|windows-125\d|iso8859-\d+|koi8-[ru]|cp866|mac-cyrillic|gbk|gb2312|gb18030|big5|euc_jp")


def read_chunks(path: str) -> Iterator[bytes]:
    """Yield the bytes of the file at ``path`` in UTF-8, unpacked; what its own coding doesn't know becomes U+FFFD."""
    with Path(path).open("rb") as file:
        packed = file.read(2) == MAGIC
        file.seek(0)
        chunks = _unpacked(file) if packed else iter(lambda: file.read(CHUNK), b"")
        yield from _in_utf8(chunks)


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a gzip file holds, piece by piece; of one that was cut off, what came before the cut."""
    size = 0
    most = max(SMALL, MOST_UNPACKED * Path(file.name).stat().st_size)
    unpacker = zlib.decompressobj(GZIP)
    while packed := file.read(CHUNK):
        while packed:
            try:
                chunk = unpacker.decompress(packed, CHUNK)
            except zlib.error as error:
                message = _(
                    "The packed file is damaged (%(error)s). Download it again, or unpack it and give the XML file."
                )
                raise ReadingError(message % {"error": error}) from error
            size += len(chunk)
            if size > most:
                raise ReadingError(_("The packed file grows beyond all measure. Unpack it and look what it holds."))
            yield chunk
            packed = unpacker.unconsumed_tail
            if unpacker.eof:
                packed = unpacker.unused_data if unpacker.unused_data.startswith(MAGIC) else b""
                unpacker = zlib.decompressobj(GZIP)


def _in_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"")
    while len(first) < SNIFFED and (more := next(chunks, b"")):
        first += more
    encoding = _encoding(first)
    if encoding == "utf-8":
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first).removeprefix("\ufeff").encode()
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _encoding(first: bytes) -> str:
    """Return the name of the coding by the file's first bytes; UTF-8 if it names none that texts are written in."""
    for mark, encoding in MARKS.items():
        if first.startswith(mark):
            return encoding
    declared = DECLARED.search(first[:1000])
    try:
        name = codecs.lookup(declared[1].decode()).name if declared else "utf-8"
    except LookupError:
        return "utf-8"
    name = re.sub(r"^cp(125\d)$", r"windows-\1", name)
    return name if ENCODINGS.fullmatch(name) else "utf-8"


def is_archive(first: bytes) -> bool:
    return first.startswith(ARCHIVES)


def explain_refusal(first: bytes) -> str:
    """Return what a file is that begins with ``first`` and is no export, and what to do instead."""
    start = first.lstrip().lower()
    if is_archive(first):
        return _("This is an archive. Unpack it and give each XML file in it.")
    for mark, message in _others():
        if start.startswith(mark):
            return message
    if b"<rss" in start or b"<rdf" in start or b"<feed" in start:
        return _("This is a feed of a site, not its export. Get that in WordPress under Tools → Export.")
    if b"<html" in start or b"<!doctype html" in start:
        return _("This is a page of a site, perhaps its login. Log in and download the export again.")
    return _("This isn't a WordPress export: it holds no items of one. Get it in WordPress under Tools → Export.")


def _others() -> list[tuple[bytes, str]]:
    sql = _("This is a copy of a database. Get the export in WordPress under Tools → Export instead.")
    json = _("This is JSON, perhaps of Ghost. Get the export of WordPress under Tools → Export.")
    pdf = _("This is a PDF. Get the export in WordPress under Tools → Export.")
    return [(b"%pdf", pdf), (b"{", json), (b"[", json), (b"-- ", sql), (b"/*!", sql), (b"insert into", sql)]
