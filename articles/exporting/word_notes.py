"""Footnotes of a Word document, which python-docx doesn't write: a part of their own, and marks in the text."""

from collections.abc import Callable

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph

FIRST = 1  # the numbers below are Word's own: lines between text and notes
EMPTY = f"""<w:footnotes {nsdecls("w", "r")}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>
</w:footnotes>"""
WriteLine = Callable[[Paragraph], None]


class WordNotes:
    """The footnotes of one document, made with the first of them."""

    def __init__(self, document: Document) -> None:
        self.document, self.count = document, 0
        self._part: XmlPart | None = None

    def add(self, paragraph: Paragraph, write: WriteLine) -> None:
        """Put the mark of a note at the end of ``paragraph``; ``write`` puts the note's words into a paragraph."""
        number = FIRST + self.count
        self.count += 1
        paragraph._p.append(_mark("footnoteReference", number))
        note = OxmlElement("w:footnote")
        note.set(qn("w:id"), str(number))
        line = OxmlElement("w:p")
        line.append(_mark("footnoteRef"))
        note.append(line)
        part = self._footnotes()
        part.element.append(note)
        words = Paragraph(line, part)  # type: ignore[arg-type] # links of a note are the relations of its own part
        words.add_run(" ")
        write(words)

    def _footnotes(self) -> XmlPart:
        if self._part is None:
            package = self.document.part.package
            name = PackURI("/word/footnotes.xml")
            self._part = XmlPart(name, CONTENT_TYPE.WML_FOOTNOTES, parse_xml(EMPTY), package)
            self.document.part.relate_to(self._part, RELATIONSHIP_TYPE.FOOTNOTES)
        return self._part


def _mark(name: str, number: int | None = None) -> BaseOxmlElement:
    """Return a small raised number, in the text or before the note."""
    run, properties, raised, mark = map(OxmlElement, ("w:r", "w:rPr", "w:vertAlign", f"w:{name}"))
    raised.set(qn("w:val"), "superscript")
    properties.append(raised)
    if number is not None:
        mark.set(qn("w:id"), str(number))
    run.extend([properties, mark])
    return run
