"""What stands within a paragraph: words with their look and links, pictures and notes; nothing that was deleted."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from articles.importing.body_writer import BodyWriter, LineRun, opening_link, trim_breaks, write_runs
from articles.importing.documents.package import Relationship
from articles.importing.documents.styles import CharacterLook, Styles, child_of, is_on, look_of, value_of

DELETED = {"w:del", "w:moveFrom"}
SILENT = {"w:pPr", "w:sdtPr", "w:sdtEndPr", "w:rt", "w:tblPr", "w:footnoteRef", "w:endnoteRef", "w:annotationRef"}
SIGNS = {"w:tab": " ", "w:ptab": " ", "w:noBreakHyphen": "\u2011", "w:softHyphen": "\u00ad"}
DRAWINGS = {"w:drawing", "w:pict", "w:object"}
PICTURES = {"a:blip": ("r:embed", "r:link"), "v:imagedata": ("r:id", "r:href")}
DIAGRAMS = {"c:chart", "dgm:relIds"}
DRAWN = {"w:txbxContent", *PICTURES, *DIAGRAMS}
CONTENT = DRAWN | {"w:t", "m:t"}
HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?!\\)(?:"([^"]*)"|(\S+))', re.IGNORECASE)
ANCHOR = re.compile(r'\\l\s+"([^"]*)"')
PRIVATE = range(0xF000, 0xF100)  # where Word puts signs of fonts like Symbol


@dataclass(frozen=True)
class LinePicture:
    """A picture within a paragraph, by the name of its part."""

    name: str = ""
    alt: str = ""


@dataclass
class Line:
    """What a paragraph holds: words, the pictures before and after them, and boxes of text that hang on it."""

    runs: list[LineRun] = field(default_factory=list)
    before: list[LinePicture] = field(default_factory=list)
    after: list[LinePicture] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    has_words: bool = False

    @property
    def html(self) -> str:
        return trim_breaks(write_runs(self.runs))

    def add(self, run: LineRun) -> None:
        self.runs.append(run)
        self.has_words = self.has_words or (run.html != "<br>" and not run.html.isspace())

    def add_picture(self, picture: LinePicture) -> None:
        (self.after if self.has_words else self.before).append(picture)

    def join(self, other: "Line") -> None:
        """Add what another paragraph holds, whose mark of the paragraph between them was deleted."""
        (self.after if self.has_words else self.before).extend(other.before)
        self.runs += other.runs
        self.has_words = self.has_words or other.has_words
        self.after += other.after
        self.boxes += other.boxes


@dataclass
class _Field:
    """A field of Word, which has a code, then perhaps what readers see of it."""

    code: list[str] = field(default_factory=list)
    is_code: bool = True
    link: str = ""


class LineReader:
    """Reads paragraphs of one part, in order; fields, comments and languages go on from one to the next."""

    def __init__(
        self,
        writer: BodyWriter,
        styles: Styles,
        relationships: dict[str, Relationship],
        notes: "dict[str, tuple[LineReader, Element]]",
    ) -> None:
        self.writer = writer
        self.styles = styles
        self.relationships = relationships
        self.notes = notes  # like "w:footnoteReference 2", each with the reader of its part
        self.languages: Counter[str] = Counter()  # characters by language
        self.ranges: dict[str, list[int]] = {}  # where the words of each comment begin and end
        self._words: list[str] = []
        self._length = 0
        self._fields: list[_Field] = []
        self._is_custom_mark = False

    def read(self, paragraph: Element) -> Line:
        """Return what a paragraph holds."""
        line = Line()
        self._read_children(paragraph, line, "")
        while self._fields and self._fields[-1].is_code:  # what never ends must not swallow the text after it
            self._fields.pop()
        self._keep_words(" ")
        return line

    def quoted(self, comment: str, longest: int = 300) -> str:
        """Return the words that a comment is about."""
        self._words = ["".join(self._words)]
        start, end = self.ranges.get(comment, [0, 0])
        return " ".join(self._words[0][start : max(start, min(end, start + longest))].split())

    def note_range(self, element: Element) -> None:
        """Note where the words of a comment begin or end."""
        number = element.get("w:id", "")
        if element.tag == "w:commentRangeStart":
            self.ranges[number] = [self._length, self._length]
        elif number in self.ranges:
            self.ranges[number][1] = self._length

    def _keep_words(self, words: str) -> None:
        self._words.append(words)
        self._length += len(words)

    def _read_children(self, element: Element, line: Line, link: str) -> None:
        for child in element:
            self._read_one(child, line, link)

    def _read_one(self, child: Element, line: Line, link: str) -> None:
        tag = child.tag
        if tag in DELETED or tag in SILENT:
            return
        if tag == "w:r":
            self._read_run(child, line, link)
        elif tag == "w:hyperlink":
            self._read_children(child, line, self._opening(child) or link)
        elif tag == "w:fldSimple":
            self._read_children(child, line, self._field_link(child.get("w:instr", "")) or link)
        elif tag == "w:sdt" and is_on(child_of(child, "w:sdtPr"), "w:showingPlcHdr"):
            return
        elif tag == "mc:AlternateContent":
            self._read_children(chosen(child), line, link)
        elif tag == "m:t":
            self._add(child.text or "", CharacterLook(), line, link)
        elif tag in {"w:commentRangeStart", "w:commentRangeEnd"}:
            self.note_range(child)
        else:
            if tag == "m:oMath":
                self.writer.tell("formula", "".join(child.itertext())[:80], _("A formula is a line of signs here."))
            self._read_children(child, line, link)

    def _read_run(self, run: Element, line: Line, link: str) -> None:
        properties = child_of(run, "w:rPr")
        if is_on(properties, "w:vanish"):
            words = "".join(item.text or "" for item in run if item.tag == "w:t")
            if words.strip():
                self.writer.tell("hidden text", words[:80], _("It is hidden in the document, so it is left out."))
            return
        look = look_of(properties).over(self.styles.look(value_of(properties, "w:rStyle") or ""))
        if is_on(properties, "w:strike") or is_on(properties, "w:dstrike"):
            words = "".join(item.text or "" for item in run if item.tag == "w:t")
            self.writer.tell("struck out", words[:80], _("The words stay, without the line through them."))
        self._count_language(properties, run)
        self._read_run_parts(run, look, line, link)
        self._is_custom_mark = False

    def _read_run_parts(self, run: Element, look: CharacterLook, line: Line, link: str) -> None:
        for child in run:
            tag = child.tag
            if tag in {"w:fldChar", "w:instrText"}:
                self._turn_field(child)
            elif tag in {"w:br", "w:cr"}:
                self._add_break(child, look, line, link)
            elif tag == "w:t":
                self._add(text_within(child), look, line, link)
            elif tag in SIGNS or tag == "w:sym":
                self._add(SIGNS.get(tag) or self._symbol(child), look, line, link)
            elif tag in {"w:footnoteReference", "w:endnoteReference"}:
                self._add_note(child, line, link)
            elif tag in DRAWINGS:
                self._read_drawing(child, line)
            elif tag == "mc:AlternateContent":
                self._read_run_parts(chosen(child), look, line, link)
            elif tag not in {"w:rPr", "w:delText", "w:delInstrText"}:
                self._read_one(child, line, link)

    def _is_in_code(self) -> bool:
        return any(item.is_code for item in self._fields[-20:])

    def _add(self, words: str, look: CharacterLook, line: Line, link: str) -> None:
        if self._is_custom_mark:  # the sign of a note, which is numbered here
            words, self._is_custom_mark = "", False
        if not words or self._is_in_code():
            return
        self._keep_words(words)
        link = link or next((item.link for item in reversed(self._fields[-20:]) if item.link), "")
        html = escape(words, quote=False)
        line.add(LineRun(html, bool(look.bold), bool(look.italic), look.script or "", link))

    def _add_break(self, element: Element, look: CharacterLook, line: Line, link: str) -> None:
        if element.get("w:type", "textWrapping") == "textWrapping" and not self._is_in_code():
            self._keep_words(" ")
            line.add(LineRun("<br>", bool(look.bold), bool(look.italic), look.script or "", link))

    def _symbol(self, element: Element) -> str:
        """Return a sign that is named by its font and place; what a font alone knows is told."""
        code, font = element.get("w:char", ""), element.get("w:font", "")
        try:
            number = int(code, 16)
        except ValueError:
            return ""
        if number in PRIVATE or not 0x20 <= number < 0xD800:
            self.writer.tell(
                "sign of a font", f"{font} {code}", _("Type the sign that is meant: no other font has it.")
            )
            return ""
        return chr(number)

    def _turn_field(self, element: Element) -> None:
        """Begin or end a field, go from its code to what readers see, or read some of its code."""
        kind = element.get("w:fldCharType", "")
        if element.tag == "w:instrText":
            if self._fields and self._fields[-1].is_code:
                self._fields[-1].code.append(element.text or "")
        elif kind == "begin":
            self._fields.append(_Field())
        elif self._fields and kind == "separate":
            self._fields[-1].is_code = False
            self._fields[-1].link = self._field_link("".join(self._fields[-1].code))
        elif self._fields and kind == "end":
            self._fields.pop()

    def _field_link(self, code: str) -> str:
        match = HYPERLINK.match(code)
        if match is None:
            return ""
        anchor = ANCHOR.search(code)
        return self._checked_link((match[1] or match[2]) + (f"#{anchor[1]}" if anchor else ""))

    def _opening(self, element: Element) -> str:
        """Return the opening tag of a link; one within the document has none."""
        relationship = self.relationships.get(element.get("r:id", ""))
        if relationship is None or not relationship.is_external:
            return ""
        anchor = element.get("w:anchor", "")
        address = relationship.target + (f"#{anchor}" if anchor and "#" not in relationship.target else "")
        return self._checked_link(address, element.get("w:tooltip", ""))

    def _checked_link(self, address: str, title: str = "") -> str:
        opening = opening_link(address, title)
        if not opening and not address.startswith("#"):
            self.writer.tell("link", address[:200], _("It leads to no page, so only its words stay."))
        return opening

    def _count_language(self, properties: Element | None, run: Element) -> None:
        size = sum(len(item.text or "") for item in run if item.tag == "w:t")
        language = child_of(properties, "w:lang")
        name = "w:bidi" if is_on(properties, "w:rtl") else "w:val"
        self.languages[(language.get(name, "") if language is not None else "") or self.styles.language] += size

    def _add_note(self, mark: Element, line: Line, link: str) -> None:
        """Add a footnote at its mark; a note is written once, however often a document refers to it."""
        note = self.notes.pop(f"{mark.tag} {mark.get('w:id', '')}", None)
        self._is_custom_mark = mark.get("w:customMarkFollows", "0") not in {"0", "false", "off"}
        if note is None:
            self.writer.tell("missing note", mark.get("w:id", ""), _("The document has a mark without its note."))
            return
        reader, element = note
        lines = [reader.read(paragraph) for paragraph in paragraphs_of(element)]
        if any(item.before or item.after or item.boxes for item in lines):
            self.writer.tell("picture in a note", mark.get("w:id", ""), _("A note has words alone here."))
        words = "<br>".join(filter(None, (item.html for item in lines)))
        if words:
            line.add(LineRun(f'<span data-footnote="">{words}</span>', link=link))

    def _read_drawing(self, drawing: Element, line: Line) -> None:
        """Add the pictures and boxes of a drawing, in order; nothing outside the document is asked for."""
        alt = alt_of(drawing)
        for item in drawn_items(drawing):
            if item.tag == "w:txbxContent":
                line.boxes.append(item)
            elif item.tag in DIAGRAMS:
                self.writer.tell("diagram", alt or item.tag, _("Word draws it by itself: bring it in as a picture."))
            else:
                inside, outside = PICTURES[item.tag]
                relationship = self.relationships.get(item.get(inside, ""))
                if relationship is not None and not relationship.is_external:
                    line.add_picture(LinePicture(relationship.target, alt))
                    alt = ""
                elif linked := self.relationships.get(item.get(outside, ""), relationship):
                    self.writer.tell("linked picture", linked.target[:200], _("It isn’t in the document; upload it."))


def text_within(element: Element) -> str:
    """Return the words of ``w:t``: blanks at its ends count only where the document says so."""
    text = (element.text or "").replace("\n", " ").replace("\t", " ")
    return text if element.get("xml:space") == "preserve" else text.strip(" ")


def chosen(alternatives: Element) -> Element:
    """Return the first of several ways to say the same that says anything readers see."""
    ways = [way for way in alternatives if way.tag in {"mc:Choice", "mc:Fallback"}]
    return next((way for way in ways if any(item.tag in CONTENT for item in way.iter())), Element("mc:Fallback"))


def paragraphs_of(element: Element) -> Iterator[Element]:
    """Yield the paragraphs within an element, however they are wrapped, but for what was deleted."""
    waiting = [element]
    while waiting:
        current = waiting.pop()
        if current.tag == "w:p":
            yield current
        elif current.tag not in DELETED:
            waiting += reversed(current)


def drawn_items(drawing: Element) -> Iterator[Element]:
    """Yield the pictures, boxes of text and diagrams of a drawing, not what lies within the boxes."""
    waiting = [drawing]
    while waiting:
        current = waiting.pop()
        if current.tag in DRAWN:
            yield current
        elif current.tag == "mc:AlternateContent":
            waiting.append(chosen(current))
        else:
            waiting += reversed(current)


def alt_of(drawing: Element) -> str:
    """Return what a drawing shows in words, as far as somebody typed it."""
    for item in (item for item in drawing.iter() if item.tag in {"wp:docPr", "v:shape"}):
        words = item.get("descr") or item.get("alt") or item.get("title") or ""
        if words.strip():
            return " ".join(words.split())
    return ""
