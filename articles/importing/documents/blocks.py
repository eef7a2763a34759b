"""The blocks of a document, in order: paragraphs by what they are, lists, tables, pictures and boxes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from articles.importing.body_writer import BodyWriter
from articles.importing.documents.lines import DELETED, Line, LinePicture, LineReader, chosen
from articles.importing.documents.numbering import Numbering
from articles.importing.documents.styles import ParagraphKind, Styles, child_of, is_on, value_of
from articles.importing.documents.tables import TableRow, table_rows

SILENT = {"w:sectPr", "w:sdtPr", "w:sdtEndPr", "w:tblPr", "w:tblGrid"}
CONTENTS = "table of contents"


@dataclass
class DocumentBlock:
    """A block by its role: text, heading, title, subtitle, caption, quote, item, table, picture or box."""

    role: str
    html: str = ""
    level: int = 0  # of a heading, from 1; of an item, from 0
    tag: str = ""  # of an item's list
    count: int = 0  # of an item in it
    picture: LinePicture = field(default_factory=LinePicture)
    in_series: bool = False  # of a picture, with the one before
    rows: list[TableRow] = field(default_factory=list)
    inner: list["DocumentBlock"] = field(default_factory=list)  # of a box


class BlockReader:
    """Reads the blocks of the text, and of cells and boxes within it."""

    def __init__(self, lines: LineReader, styles: Styles, numbering: Numbering, writer: BodyWriter) -> None:
        self.lines = lines
        self.styles = styles
        self.numbering = numbering
        self.writer = writer
        self.has_contents = False

    def read(self, parent: Element, *, is_cell: bool = False) -> list[DocumentBlock]:
        """Return the blocks within an element; within a cell, an inner table's words are paragraphs."""
        blocks: list[DocumentBlock] = []
        carried: Line | None = None  # whose mark was deleted, so that it goes on in the next paragraph
        for child in self._children(parent):
            if child.tag == "w:p":
                line = self.lines.read(child)
                if carried is not None:
                    carried.join(line)
                    line = carried
                properties = child_of(child, "w:pPr")
                carried = line if _has_deleted_mark(properties) else None
                if carried is None:
                    blocks += self._paragraph(line, properties)
                continue
            if carried is not None:
                blocks += self._paragraph(carried, None)
                carried = None
            blocks += self._table(child, is_cell=is_cell)
        return blocks + (self._paragraph(carried, None) if carried is not None else [])

    def _children(self, parent: Element) -> Iterator[Element]:
        """Yield the paragraphs and tables within an element, however they are wrapped."""
        waiting = list(reversed(parent))
        while waiting:
            current = waiting.pop()
            tag = current.tag
            if tag in {"w:p", "w:tbl"}:
                yield current
            elif tag in {"w:commentRangeStart", "w:commentRangeEnd"}:
                self.lines.note_range(current)
            elif tag == "w:altChunk":
                self.writer.tell(
                    "inserted file", current.get("r:id", ""), _("Word inserts it as it opens; save it there.")
                )
            elif tag == "mc:AlternateContent":
                waiting += reversed(chosen(current))
            elif tag == "m:oMathPara":
                paragraph = Element("w:p")
                paragraph.append(current)
                yield paragraph
            elif tag not in DELETED | SILENT and not self._is_left_out(current):
                waiting += reversed(current)

    def _is_left_out(self, element: Element) -> bool:
        """Return whether a control holds what is no text: a prompt that nobody replaced, or a table of contents."""
        if element.tag != "w:sdt":
            return False
        properties = child_of(element, "w:sdtPr")
        gallery = value_of(properties, "w:docPartObj", "w:docPartGallery") or ""
        if gallery.casefold() == CONTENTS:
            self._tell_contents()
            return True
        return bool(is_on(properties, "w:showingPlcHdr"))

    def _tell_contents(self) -> None:
        if not self.has_contents:
            self.has_contents = True
            self.writer.tell("table of contents", "", _("It repeats the headings, so it is left out."))

    def _paragraph(self, line: Line, properties: Element | None) -> list[DocumentBlock]:
        """Return a paragraph with the pictures before and after its words, and the boxes that hang on it."""
        kind = self.styles.kind(properties)
        if kind.role == "toc":
            self._tell_contents()
            return []
        html = line.html
        blocks = _pictures(line.before)
        if html:
            blocks.append(self._block(kind, html))
        blocks += _pictures(line.after)
        for box in line.boxes:
            blocks += self._box(box)
        return blocks

    def _block(self, kind: ParagraphKind, html: str) -> DocumentBlock:
        if kind.role in {"title", "subtitle", "caption"}:
            return DocumentBlock(kind.role, html)
        if kind.level:
            return DocumentBlock("heading", html, kind.level)
        if kind.numbering is not None:
            tag, count = self.numbering.count(*kind.numbering)
            return DocumentBlock("item", html, kind.numbering[1], tag, count)
        return DocumentBlock(kind.role or "text", html)

    def _box(self, element: Element) -> list[DocumentBlock]:
        """Return a box of text; one around a picture, or with a caption alone, is no box to a reader."""
        inner = self.read(element)
        roles = {block.role for block in inner}
        return (
            inner
            if not inner or roles & {"picture", "table", "box"} or roles == {"caption"}
            else [DocumentBlock("box", inner=inner)]
        )

    def _table(self, table: Element, *, is_cell: bool) -> list[DocumentBlock]:
        """Return a table, with its pictures after it; one with a single cell is a frame around what it holds."""
        rows = table_rows(table)
        contents = [
            [self._cell(cell.elements, is_cell=len(rows) > 1 or len(row.cells) > 1) for cell in row.cells]
            for row in rows
        ]
        blocks = [block for row in contents for cell in row for block in cell]
        if is_cell or sum(len(row.cells) for row in rows) <= 1:
            return blocks
        for row, cells in zip(rows, contents, strict=True):
            for cell, inner in zip(row.cells, cells, strict=True):
                cell.content = [block for block in inner if block.role != "picture"]
        pictures = [block for block in blocks if block.role == "picture"]
        has_words = len(pictures) < len(blocks)
        return [*([DocumentBlock("table", rows=rows)] if has_words else []), *pictures]

    def _cell(self, elements: list[Element], *, is_cell: bool) -> list[DocumentBlock]:
        return [block for element in elements for block in self.read(element, is_cell=is_cell)]


def _pictures(pictures: list[LinePicture]) -> list[DocumentBlock]:
    return [DocumentBlock("picture", picture=picture, in_series=at > 0) for at, picture in enumerate(pictures)]


def _has_deleted_mark(properties: Element | None) -> bool:
    look = child_of(properties, "w:rPr")
    return look is not None and any(child.tag in DELETED for child in look)
