"""The archive that a .docx is: its parts as trees of XML, their relationships, and the pictures' bytes."""

import posixpath
import zipfile
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from articles.importing.archives import DAMAGED
from articles.importing.items import ReadingError

MOST_PARTS = 5000
LARGEST_PART = 24 << 20  # bytes of XML; a text of a body's greatest length has a tenth of it
LARGEST_PICTURE = 100 << 20  # bytes
LARGEST_WHOLE = 1 << 30  # bytes, unpacked
HIGHEST_RATIO = 250  # of unpacked to packed; the XML of a long table has up to 60
FREE = 1 << 20  # bytes of a part up to which its ratio doesn't matter
DEEPEST = 150  # elements within each other
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how .doc and encrypted documents begin
MEDIA_PREFIX = "docx:"
NAMESPACES = {  # the ends of namespaces, which the two kinds of .docx (transitional and strict) write differently
    "wordprocessingml/main": "w",
    "wordprocessingml/2006/main": "w",
    "officeDocument/2006/relationships": "r",
    "officeDocument/relationships": "r",
    "drawingml/2006/main": "a",
    "drawingml/main": "a",
    "drawingml/2006/wordprocessingDrawing": "wp",
    "drawingml/wordprocessingDrawing": "wp",
    "markup-compatibility/2006": "mc",
    "office/word/2010/wordml": "w14",
    "office/word/2012/wordml": "w15",
    "office/word/2010/wordprocessingShape": "wps",
    "officeDocument/2006/math": "m",
    "officeDocument/math": "m",
    "drawingml/2006/chart": "c",
    "drawingml/chart": "c",
    "drawingml/2006/diagram": "dgm",
    "drawingml/diagram": "dgm",
    "schemas-microsoft-com:vml": "v",
    "schemas-microsoft-com:office:office": "o",
    "package/2006/relationships": "rel",
    "elements/1.1/": "dc",
    "dc/terms/": "dcterms",
    "package/2006/metadata/core-properties": "cp",
    "XML/1998/namespace": "xml",
}


@dataclass(frozen=True)
class Relationship:
    """What a part refers to by a short id: another part, or an address."""

    kind: str  # the last word of its type, like "hyperlink"
    target: str  # a part's name, or the address
    is_external: bool


class Package:
    """An opened .docx; raises ``ReadingError`` for any other file, and for one that no writer of texts made."""

    def __init__(self, path: str) -> None:
        self._archive = _opened(path)
        try:
            self._check()
            self.main = self._main_part()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._archive.close()

    def _check(self) -> None:
        infos = self._archive.infolist()
        self.sizes = {info.filename: info.file_size for info in infos}
        packed = sum(info.compress_size for info in infos)
        if len(infos) > MOST_PARTS or sum(self.sizes.values()) > min(LARGEST_WHOLE, FREE + packed * HIGHEST_RATIO):
            raise ReadingError(_("The document unpacks to far more than a text holds, so it is not opened."))

    def _main_part(self) -> str:
        """Return the name of the part that holds the text."""
        if "[Content_Types].xml" not in self.sizes:
            raise ReadingError(_other_archive(self._archive))
        for relationship in self.relationships("").values():
            if relationship.kind == "officeDocument" and relationship.target in self.sizes:
                root = self.tree(relationship.target)
                if root is not None and root.tag == "w:document":
                    return relationship.target
        raise ReadingError(
            _("This is a file of Office, but no document of Word. Save the text as a Word document (.docx).")
        )

    def tree(self, name: str) -> Element | None:
        """Return the XML of a part, with short names like ``w:p`` for its elements; None if there is no such part."""
        if name not in self.sizes:
            return None
        try:
            root: Element = fromstring(self.read(name, LARGEST_PART), forbid_dtd=True)
        except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
            message = _("The document is damaged (%(part)s): open it in Word or LibreOffice and save it once more.")
            raise ReadingError(message % {"part": name}) from error
        _shorten_names(root)
        return root

    def read(self, name: str, largest: int) -> bytes:
        """Return the bytes of a part; raise ``ReadingError`` if they are too many or damaged."""
        try:
            with self._archive.open(name) as file:
                data = file.read(largest + 1)
        except (*DAMAGED, KeyError) as error:
            message = _("The document is damaged (%(part)s): open it in Word or LibreOffice and save it once more.")
            raise ReadingError(message % {"part": name}) from error
        if len(data) > largest:
            message = _("A part of the document (%(part)s) is larger than any text or picture that is brought in.")
            raise ReadingError(message % {"part": name})
        return data

    def relationships(self, part: str) -> dict[str, Relationship]:
        """Return what a part refers to, by id; "" is the whole document."""
        folder, name = posixpath.split(part)
        root = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        relationships = {}
        for row in root if root is not None else ():
            target, is_external = row.get("Target", ""), row.get("TargetMode") == "External"
            if not is_external:
                target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
            kind = row.get("Type", "").rpartition("/")[2]
            relationships[row.get("Id", "")] = Relationship(kind, target, is_external)
        return relationships

    def related(self, kind: str) -> str:
        """Return the name of the part of one kind that belongs to the text; "" if there is none."""
        related = self.relationships(self.main).values()
        return next((item.target for item in related if item.kind == kind and item.target in self.sizes), "")


def document_media(path: str, name: str) -> bytes:
    """Return the bytes of a picture in a .docx by the address that ``read_document`` gave it."""
    name = name.removeprefix(MEDIA_PREFIX)
    with Package(path) as package:
        if name not in package.sizes:
            raise ReadingError(_("The document has no picture “%(name)s”.") % {"name": name})
        return package.read(name, LARGEST_PICTURE)


def _opened(path: str) -> zipfile.ZipFile:
    try:
        with open(path, "rb") as file:
            head = file.read(512)
        if head.startswith(b"PK"):
            return zipfile.ZipFile(path)
    except OSError as error:
        message = _("The file can’t be read: %(reason)s.") % {"reason": error.strerror or error}
        raise ReadingError(message) from error
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ReadingError(_("The document is damaged or cut off: copy it once more.")) from error
    raise ReadingError(_other_file(path, head))


def _other_file(path: str, head: bytes) -> str:
    """Return what a file is that is no archive, and what to do with it."""
    if head.startswith(OLE):
        with open(path, "rb") as file:
            is_encrypted = "EncryptedPackage".encode("utf-16-le") in file.read(1 << 20)
        if is_encrypted:
            return _("The document is locked with a password: open it in Word and save it without one.")
        return _("This is a document of an old Word (.doc): open it and save it as .docx.")
    if head.startswith(b"{\\rtf"):
        return _("This is Rich Text (.rtf): open it in Word or LibreOffice and save it as .docx.")
    if head.startswith(b"%PDF"):
        return _("This is a PDF: ask for the document that it was made from, as .docx.")
    return _("This is no Word document (.docx): open it in Word or LibreOffice and save it as one.")


def _other_archive(archive: zipfile.ZipFile) -> str:
    if "mimetype" in archive.namelist() and archive.getinfo("mimetype").file_size < 100:
        with archive.open("mimetype") as file:
            if b"opendocument" in file.read(100):
                return _("This is a document of LibreOffice (.odt): open it and save it as .docx.")
    return _("This is an archive, but no Word document (.docx).")


def _shorten_names(root: Element) -> None:
    """Give all elements and attributes short names; raise ``ReadingError`` where they nest too deep."""
    names: dict[str, str] = {}
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > DEEPEST:
            raise ReadingError(_("The document is nested deeper than any text, so it is not read."))
        element.tag = _short_name(str(element.tag), names)
        if any("{" in name for name in element.attrib):
            values = [(_short_name(name, names), value) for name, value in element.attrib.items()]
            element.attrib.clear()
            element.attrib.update(values)
        waiting += [(child, depth + 1) for child in element]


def _short_name(name: str, names: dict[str, str]) -> str:
    if name not in names:
        namespace, _brace, local = name.rpartition("}")
        prefix = next((short for end, short in NAMESPACES.items() if namespace and namespace.endswith(end)), "")
        names[name] = f"{prefix}:{local}" if prefix else local if not namespace else f"other:{local}"
    return names[name]
