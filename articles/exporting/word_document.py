"""One story as a Word document, with headings, links, pictures, lists, tables and footnotes as Word has them."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from articles.exporting.body_blocks import (
    BlockKind,
    blocks_of,
    caption_of,
    chart_page,
    chart_words,
    image_number,
    parse_body,
    rows_of_table,
    speaker_of,
    words_of_quote,
    words_within,
)
from articles.exporting.inline_html import resolved_address
from articles.exporting.stories import Story
from articles.exporting.text_surroundings import TextSurroundings
from articles.exporting.word_notes import WordNotes
from articles.models import Image
from articles.pictures import renditions

PICTURE_WIDTH = Mm(150)
DEEPEST_LIST = 3  # styles for more there are none
LINK_COLOUR = RGBColor(0x05, 0x63, 0xC1)
STYLES = {"strong": "bold", "em": "italic", "sub": "subscript", "sup": "superscript"}
UNKNOWN_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - of a document's properties, which have no zone


@dataclass(frozen=True)
class _Look:
    """How words are written: the names of fonts' attributes that are on, and the address that they link to."""

    attributes: frozenset[str] = frozenset()
    link: str = ""


def word_document(story: Story, around: TextSurroundings) -> bytes:
    """Return ``story`` as the content of a .docx file."""
    writer = _WordBody(around)
    writer.write_head(story)
    writer.write_blocks(parse_body(story.body))
    writer.write_corrections(story)
    writer.set_properties(story)
    buffer = io.BytesIO()
    writer.document.save(buffer)
    return buffer.getvalue()


class _WordBody:
    """A writer of one document; ``container`` is where paragraphs go: the document, or a cell of a table."""

    def __init__(self, around: TextSurroundings) -> None:
        self.document, self.around = Document(), around
        self.notes = WordNotes(self.document)
        self.container = self.document

    def write_head(self, story: Story) -> None:
        """Write what stands above the text."""
        copy = story.copy
        self._words(copy.kicker, "Subtitle")
        self.document.add_heading(copy.headline, 0)
        self._words(copy.standfirst, "Subtitle")
        self._words(", ".join(map(str, story.authors)))
        self._words(copy.dateline)
        if story.lead_image:
            self._picture(story.lead_image, copy.lead_caption or story.lead_image.caption)

    def write_corrections(self, story: Story) -> None:
        """Write what was wrong and when it was put right, below the text."""
        lines = [f"{row['day']}: {row['text']}" for row in story.copy.dated_corrections]
        lines += [story.copy.corrections] if story.copy.corrections else []
        if lines:
            self.document.add_heading(_("Corrections"), 1)
            for line in lines:
                self._words(line)

    def set_properties(self, story: Story) -> None:
        """Set title, author, words and language, by which other programs know and check the document."""
        properties, copy = self.document.core_properties, story.copy
        properties.title, properties.author = copy.headline, ", ".join(map(str, story.authors))
        properties.keywords, properties.comments = ", ".join(map(str, story.tags))[:255], ""
        properties.language, properties.created = copy.language, UNKNOWN_TIME
        properties.modified = story.changed_at.replace(tzinfo=None)
        properties.subject = copy.standfirst[:255]
        defaults = self.document.styles.element.find(".//" + qn("w:rPrDefault") + "/" + qn("w:rPr"))
        language = defaults.find(qn("w:lang"))
        if language is None:
            language = OxmlElement("w:lang")
            defaults.append(language)
        language.set(qn("w:val"), copy.language)

    def write_blocks(self, parent: Element, style: str | None = None) -> None:
        """Write all blocks within ``parent``; ``style`` is that of their paragraphs."""
        for block in blocks_of(parent):
            if block.kind == BlockKind.PARAGRAPH:
                self._line(block.element, style)
            else:
                WRITERS[block.kind](self, block.element)

    def _words(self, words: str, style: str | None = None) -> None:
        if words:
            self.container.add_paragraph(words, style)

    def _line(self, element: Element, style: str | None = None) -> Paragraph:
        paragraph = self.container.add_paragraph("", style)
        self._inline(paragraph, element, _Look())
        return paragraph

    def _inline(self, paragraph: Paragraph, element: Element, look: _Look) -> None:
        self._run(paragraph, element.text, look)
        for child in element:
            if child.tag == "br":
                paragraph.add_run().add_break()
            elif child.tag == "span" and "data-footnote" in child.attrib:
                self._note(paragraph, child)
            elif child.tag == "a" and child.get("href"):
                self._inline(paragraph, child, replace(look, link=child.get("href", "")))
            else:
                names = look.attributes | ({STYLES[child.tag]} if child.tag in STYLES else set())
                self._inline(paragraph, child, replace(look, attributes=names))
            self._run(paragraph, child.tail, look)

    def _note(self, paragraph: Paragraph, note: Element) -> None:
        if words_within(note):
            self.notes.add(paragraph, lambda line: self._inline(line, note, _Look()))

    def _run(self, paragraph: Paragraph, text: str | None, look: _Look) -> None:
        if not text:
            return
        run = paragraph.add_run(" ".join(text.split("\n")))
        for name in look.attributes:
            setattr(run.font, name, True)
        if look.link:
            self._link(paragraph, run, look.link)

    def _link(self, paragraph: Paragraph, run: Run, address: str) -> None:
        """Put a run into a link of Word."""
        run.font.underline, run.font.color.rgb = True, LINK_COLOUR
        link = OxmlElement("w:hyperlink")
        target = resolved_address(address, self.around.root)
        link.set(qn("r:id"), paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        run._r.addprevious(link)
        link.append(run._r)

    def heading(self, element: Element) -> None:
        self._line(element, f"Heading {int(element.tag[1]) - 1}")

    def list(self, element: Element, depth: int = 1) -> None:
        style = "List Number" if element.tag == "ol" else "List Bullet"
        style += f" {depth}" if depth > 1 else ""
        numbering = self._numbering(style, int(element.get("start", "1"))) if element.tag == "ol" else None
        for item in element:
            first = True
            for block in blocks_of(item):
                if block.kind == BlockKind.LIST:
                    self.list(block.element, min(depth + 1, DEEPEST_LIST))
                elif block.kind == BlockKind.PARAGRAPH:
                    paragraph = self._line(block.element, style if first else "List Continue")
                    if first and numbering is not None:
                        paragraph._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = numbering
                    first = False
                else:
                    WRITERS[block.kind](self, block.element)

    def _numbering(self, style: str, start: int) -> int:
        """Return the number of a new numbering in the form of ``style``, so that each list begins with its own."""
        numbers = self.document.part.numbering_part.element
        usual = self.document.styles[style].element.pPr.numPr.numId.val
        form = next(number.abstractNumId.val for number in numbers.num_lst if number.numId == usual)
        numbering = numbers.add_num(form)
        numbering.add_lvlOverride(ilvl=0).add_startOverride(start)
        return numbering.numId

    def quotation(self, element: Element) -> None:
        self.write_blocks(element, "Quote")

    def table(self, element: Element) -> None:
        rows = rows_of_table(element)
        places = list(_places(rows))
        if not places:
            return
        height = max(row + tall for row, _column, tall, _wide, _cell in places)
        width = max(column + wide for _row, column, _tall, wide, _cell in places)
        table = self.container.add_table(height, width)
        if self.container is self.document:
            table.style = "Table Grid"
        outer = self.container
        for row, column, tall, wide, cell in places:
            target = table.cell(row, column).merge(table.cell(row + tall - 1, column + wide - 1))
            self.container = target
            self.write_blocks(cell)
            _drop_first(target)
        self.container = outer

    def picture(self, element: Element) -> None:
        picture = self.around.pictures.get(image_number(element))
        if picture:
            caption = caption_of(element)
            self._picture(picture.image, picture.image.caption if caption is None else "", caption)

    def _picture(self, image: Image, words: str, caption: Element | None = None) -> None:
        run = self.container.add_paragraph().add_run()
        try:
            with image.file.open("rb") as master:
                content = renditions.draw_safe_copy(master.read(), image.trim)
            shape = run.add_picture(io.BytesIO(content), width=PICTURE_WIDTH)
            shape._inline.docPr.set("descr", image.alternative)
        except OSError:  # the file is gone: its words stay
            run.add_text(f"[{image.alternative or image.title}]")
        line = self._line(caption, "Caption") if caption is not None else self.container.add_paragraph(words, "Caption")
        if image.credit:
            line.add_run(f" {image.credit}" if line.text else image.credit)

    def series(self, element: Element) -> None:
        for figure in element:
            self.picture(figure)

    def embed(self, element: Element) -> None:
        self._linked_line(element.get("data-embed", ""), caption_of(element))

    def chart(self, element: Element) -> None:
        self._words(chart_words(element))
        self._linked_line(resolved_address(chart_page(element), self.around.root), caption_of(element))

    def _linked_line(self, address: str, caption: Element | None) -> None:
        paragraph = self.container.add_paragraph()
        if caption is None:
            self._run(paragraph, address, _Look(link=address))
        else:
            self._inline(paragraph, caption, _Look(link=address))

    def read_also(self, element: Element) -> None:
        for address, words in self.around.links(element):
            self._run(self.container.add_paragraph("", "List Bullet"), words, _Look(link=address))

    def pull_quote(self, element: Element) -> None:
        for line in words_of_quote(element):
            self._line(line, "Intense Quote")
        if speaker := ", ".join(filter(None, speaker_of(element))):
            self._words(f"— {speaker}", "Intense Quote")

    def fact_box(self, element: Element) -> None:
        """Write a fact box as a table of one cell, which has a frame."""
        table = self.container.add_table(1, 1) if self.container is self.document else None
        if table is None:
            self.write_blocks(element)
            return
        table.style = "Table Grid"
        outer, cell = self.container, table.cell(0, 0)
        self.container = cell
        self.write_blocks(element)
        _drop_first(cell)
        self.container = outer


def _places(rows: list[list[Element]]) -> list[tuple[int, int, int, int, Element]]:
    """Return row, column, height and width of each cell, as spans of those before it leave room."""
    filled: set[tuple[int, int]] = set()
    places = []
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in filled:
                column += 1
            tall = min(int(cell.get("rowspan", "1")), len(rows) - row)
            wide = int(cell.get("colspan", "1"))
            while any((row, column + across) in filled for across in range(wide)):
                wide -= 1
            filled |= {(row + down, column + across) for down in range(tall) for across in range(wide)}
            places.append((row, column, tall, wide, cell))
            column += wide
    return places


def _drop_first(cell: _Cell) -> None:
    """Remove the empty paragraph that a new cell begins with, unless it is all that the cell has."""
    paragraphs = cell.paragraphs
    if len(paragraphs) > 1 and not paragraphs[0].text and not paragraphs[0].runs:
        paragraphs[0]._p.getparent().remove(paragraphs[0]._p)


WRITERS: dict[BlockKind, Callable[[_WordBody, Element], object]] = {
    BlockKind.PARAGRAPH: _WordBody._line,
    BlockKind.HEADING: _WordBody.heading,
    BlockKind.LIST: _WordBody.list,
    BlockKind.QUOTATION: _WordBody.quotation,
    BlockKind.TABLE: _WordBody.table,
    BlockKind.PICTURE: _WordBody.picture,
    BlockKind.SERIES: _WordBody.series,
    BlockKind.EMBED: _WordBody.embed,
    BlockKind.CHART: _WordBody.chart,
    BlockKind.READ_ALSO: _WordBody.read_also,
    BlockKind.PULL_QUOTE: _WordBody.pull_quote,
    BlockKind.FACT_BOX: _WordBody.fact_box,
}
