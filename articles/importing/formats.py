"""The formats that can be brought in: who reads each, who turns its texts into ours, and how a file is recognised."""

import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from articles.importing.archives import DAMAGED
from articles.importing.items import ConvertedText, Converter, Reader, ReadingError, Surroundings

READERS = {
    "wxr": "articles.importing.wxr.read_wxr",
    "ghost": "articles.importing.ghost.read_ghost",
    "feed": "articles.importing.feeds.read_feed",
    "docx": "articles.importing.documents.read_document",
    "own": "articles.importing.own.read_own",
}
CONVERTERS = {
    "wordpress": "articles.importing.wordpress_text.convert_wordpress",
    "html": "articles.importing.html_text.convert_html",
    "lexical": "articles.importing.ghost.convert_lexical",
    "mobiledoc": "articles.importing.ghost.convert_mobiledoc",
    "body": "articles.importing.formats.convert_body",
    "own": "articles.importing.own_bodies.convert_own_body",
}
HEAD = 64 * 1024  # bytes by which a file is recognised


def convert_body(text: str, surroundings: Surroundings) -> ConvertedText:
    """Return a body that is the paper's own HTML already."""
    return ConvertedText(text)


def reader_of(name: str) -> Reader:
    """Return the reader of a format; raise ``ReadingError`` for an unknown one."""
    return _load(READERS, name, _("“%(name)s” is no format that is read. These are: %(names)s."))


def converter_of(name: str) -> Converter:
    """Return the converter of a kind of text; raise ``ReadingError`` for an unknown one."""
    return _load(CONVERTERS, name, _("“%(name)s” is no kind of text that is converted. These are: %(names)s."))


def _load(table: dict[str, str], name: str, refusal: str) -> Any:
    if name not in table:
        raise ReadingError(refusal % {"name": name, "names": ", ".join(table)})
    module, _dot, function = table[name].rpartition(".")
    return getattr(import_module(module), function)


def recognise(path: str) -> str:
    """Return the format of a file by what it holds, whatever its name; raise ``ReadingError`` if it is none of ours."""
    if not Path(path).exists():
        raise ReadingError(_("There is no file “%(path)s”.") % {"path": path})
    if Path(path).is_dir():
        return "own"
    with open(path, "rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"PK"):
        return _of_archive(path)
    text = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace").lstrip(
        "\ufeff \r\n\t"
    )
    if text[:1] in {"{", "["}:
        if "jsonfeed.org" in text[:1000]:
            return "feed"
        return "ghost" if '"posts"' in text or '"db"' in text[:200] else "own"
    if text[:1] == "<":
        return _of_xml(text, path)
    message = _(
        "“%(path)s” is neither XML nor JSON nor a document of Word. Export once more, or name its format (--format)."
    )
    raise ReadingError(message % {"path": path})


def _of_archive(path: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except DAMAGED:
        message = _("“%(path)s” is a damaged archive: copy or download it once more.")
        raise ReadingError(message % {"path": path}) from None
    return "docx" if "word/document.xml" in names else "own"


def _of_xml(text: str, path: str) -> str:
    if "wordpress.org/export/" in text or "<wp:" in text:
        return "wxr"
    if any(sign in text for sign in ("<rss", "<feed", "<rdf:RDF")):
        return "feed"
    message = _("“%(path)s” is XML, but neither an export of WordPress nor a feed.")
    raise ReadingError(message % {"path": path})
