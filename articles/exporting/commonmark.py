"""One story as Markdown: CommonMark, with footnotes ``[^1]`` and tables as many programs read them."""

import re
from collections.abc import Callable, Iterator
from html import escape
from itertools import chain
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from articles.exporting.body_blocks import (
    BlockKind,
    ExportBlock,
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
from articles.exporting.plain_html import PlainHtml
from articles.exporting.stories import Story
from articles.exporting.text_surroundings import TextSurroundings

SIGNS = re.compile(r"([\\`*_\[\]<>|~])|&(?=#?\w)")
FIRST_SIGNS = re.compile(r"([#+\-=>]|\d{1,9}(?=[.)]))")  # at the beginning of a line they make it something else
LAST_HASHES = re.compile(r"#(?=#*$)")
EMPHASIS = {"strong": "**", "em": "*"}
SMALL = {"sub", "sup"}  # CommonMark has none, but takes HTML
LINE_BREAK = "\\\n"
TOUCHING = "*"  # what stands before a mark that follows another at once


def markdown_of(story: Story, around: TextSurroundings) -> str:
    """Return ``story`` as the text of a .md file."""
    writer = _MarkdownBody(around)
    parts = chain(_head(story, writer), writer.blocks(parse_body(story.body)), _corrections(story))
    return "\n\n".join(filter(None, [*parts, *writer.notes()])) + "\n"


def _head(story: Story, writer: "_MarkdownBody") -> Iterator[str]:
    copy = story.copy
    yield escaped(copy.kicker)
    yield f"# {escaped(copy.headline)}"
    yield f"**{escaped(' '.join(copy.standfirst.split()))}**" if copy.standfirst else ""
    yield escaped(", ".join(map(str, story.authors)))
    yield escaped(copy.dateline)
    image = story.lead_image
    if image:
        yield writer.image(image.pk, escaped(copy.lead_caption or image.caption))


def _corrections(story: Story) -> Iterator[str]:
    lines = [f"{row['day']}: {row['text']}" for row in story.copy.dated_corrections]
    lines += [story.copy.corrections] if story.copy.corrections else []
    if lines:
        yield f"## {escaped(_('Corrections'))}"
        yield from map(escaped, lines)


def escaped(text: str) -> str:
    """Return plain text in which no sign means anything to a reader of Markdown."""
    text = SIGNS.sub(lambda match: f"\\{match[0]}", text)
    return "\n".join(_plain_beginning(line.strip()) for line in text.split("\n"))


def _plain_beginning(line: str) -> str:
    match = FIRST_SIGNS.match(line)
    if not match:
        return line
    end = match.end()
    return f"{line[:end]}\\{line[end:]}" if match[0].isdigit() else f"\\{line}"


class _MarkdownBody:
    """A writer of one text."""

    def __init__(self, around: TextSurroundings) -> None:
        self.around = around
        self._notes: list[str] = []
        self._html = PlainHtml(around, lambda note: f" ({escape(words_within(note), quote=False)})")

    def blocks(self, parent: Element) -> Iterator[str]:
        """Yield the blocks within ``parent``."""
        for block in blocks_of(parent):
            yield WRITERS[block.kind](self, block.element)

    def notes(self) -> list[str]:
        """Return the footnotes that the text has marks of."""
        return [f"[^{number}]: {note}" for number, note in enumerate(self._notes, start=1)]

    def line(self, element: Element) -> str:
        """Return the words of a line, which begin nothing but a paragraph."""
        lines = self._inline(element).strip().split("\n")
        return "\n".join(_plain_beginning(line.strip()) for line in lines)

    def _inline(self, element: Element) -> str:
        text, before = _words(element.text), None
        for child in element:
            is_apart = before is None or bool(before.tail)  # marks that touch each other mean something else
            text += self._tag(child, text[-1:] if is_apart else TOUCHING, (child.tail or "")[:1]) + _words(child.tail)
            before = child
        return text

    def _tag(self, child: Element, sign_before: str, sign_after: str) -> str:
        if child.tag == "br":
            return LINE_BREAK
        if child.tag == "span" and "data-footnote" in child.attrib:
            return self._note(child)
        inner = self._inline(child)
        if child.tag in SMALL:
            return f"<{child.tag}>{inner}</{child.tag}>"
        if child.tag == "a" and child.get("href"):
            address = resolved_address(child.get("href", ""), self.around.root)
            return f"[{inner}]({link_target(address)})"
        return _emphasised(inner, child.tag, sign_before, sign_after) if child.tag in EMPHASIS else inner

    def _note(self, note: Element) -> str:
        if not words_within(note):
            return ""
        self._notes.append(" ".join(self._inline(note).split()))
        return f"[^{len(self._notes)}]"

    def heading(self, element: Element) -> str:
        words = " ".join(self.line(element).replace(LINE_BREAK, " ").split())
        return "#" * int(element.tag[1]) + " " + LAST_HASHES.sub(r"\#", words)

    def list(self, element: Element) -> str:
        start = int(element.get("start", "1"))
        items = []
        for number, item in enumerate((item for item in element if item.tag == "li"), start=start):
            mark = f"{number}. " if element.tag == "ol" else "- "
            blocks = [WRITERS[block.kind](self, block.element) for block in blocks_of(item)]
            text = ("\n" if _is_tight(item) else "\n\n").join(filter(None, blocks))
            items.append(mark + _indented(text, " " * len(mark)))
        return "\n".join(items)

    def quotation(self, element: Element) -> str:
        return _quoted("\n\n".join(self.blocks(element)))

    def table(self, element: Element) -> str:
        """Return a table as lines of cells, or as HTML if a cell spans several or holds more than words."""
        rows = rows_of_table(element)
        if not rows or len({len(row) for row in rows}) > 1 or not all(map(_is_plain, chain(*rows))):
            return self._html.block(ExportBlock(BlockKind.TABLE, element))
        lines = [f"| {' | '.join(map(self._cell, row))} |" for row in rows]
        has_head = all(cell.tag == "th" for cell in rows[0])
        head = [] if has_head else [f"|{' |' * len(rows[0])}"]
        lines = head + lines
        return "\n".join([lines[0], f"|{' --- |' * len(rows[0])}", *lines[1:]])

    def _cell(self, cell: Element) -> str:
        return "<br>".join(self.line(block.element).replace(LINE_BREAK, "<br>") for block in blocks_of(cell))

    def picture(self, element: Element) -> str:
        caption = caption_of(element)
        picture = self.around.pictures.get(image_number(element))
        words = self.line(caption) if caption is not None else escaped(picture.image.caption) if picture else ""
        return self.image(image_number(element), words)

    def image(self, number: int, caption: str) -> str:
        """Return a picture with its caption and credit below."""
        picture = self.around.pictures.get(number)
        if picture is None:
            return ""
        credit = escaped(picture.image.credit)
        image = f"![{escaped(picture.image.alternative)}]({link_target(picture.address)})"
        words = " ".join(filter(None, [caption, credit]))
        return f"{image}\n\n*{words}*" if words and "*" not in words else "\n\n".join(filter(None, [image, words]))

    def series(self, element: Element) -> str:
        return "\n\n".join(map(self.picture, element))

    def embed(self, element: Element) -> str:
        address, caption = element.get("data-embed", ""), caption_of(element)
        words = self.line(caption) if caption is not None else escaped(address)
        return f"[{words}]({link_target(address)})"

    def chart(self, element: Element) -> str:
        caption = caption_of(element)
        link = (
            f"[{escaped(chart_words(element))}]({link_target(resolved_address(chart_page(element), self.around.root))})"
        )
        return f"{link} {self.line(caption)}" if caption is not None else link

    def read_also(self, element: Element) -> str:
        return "\n".join(f"- [{escaped(words)}]({link_target(url)})" for url, words in self.around.links(element))

    def pull_quote(self, element: Element) -> str:
        lines = [self.line(line) for line in words_of_quote(element)]
        speaker = ", ".join(filter(None, speaker_of(element)))
        return _quoted("\n\n".join([*lines, *([f"— {escaped(speaker)}"] if speaker else [])]))

    def fact_box(self, element: Element) -> str:
        return _quoted("\n\n".join(self.blocks(element)))


def link_target(address: str) -> str:
    """Return an address as Markdown takes it: without spaces and brackets."""
    return "".join(f"%{ord(sign):02X}" if sign in ' ()<>\\"\t\n' else sign for sign in address)


def _words(text: str | None) -> str:
    """Return words within a line, escaped; its beginning is looked at once the line is whole."""
    return SIGNS.sub(lambda match: f"\\{match[0]}", " ".join((text or "").split("\n")))


def _emphasised(inner: str, tag: str, sign_before: str, sign_after: str) -> str:
    """Return words between marks, with spaces outside, or as HTML where CommonMark takes no mark for one.

    It takes none between a letter and a sign: of “well**“said”**” nothing would be strong.
    """
    words = inner.strip()
    if not words:
        return inner
    before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    is_begun = bool(before) or not sign_before.isalnum() or words[0].isalnum()
    is_ended = bool(after) or not sign_after.isalnum() or words[-1].isalnum()
    if is_begun and is_ended and not words.startswith("*") and sign_before != TOUCHING:
        return f"{before}{EMPHASIS[tag]}{words}{EMPHASIS[tag]}{after}"
    return f"{before}<{tag}>{words}</{tag}>{after}"


def _is_tight(item: Element) -> bool:
    """Return whether an item is a line, perhaps with a list below."""
    kinds = [block.kind for block in blocks_of(item)]
    return kinds[:1] == [BlockKind.PARAGRAPH] and all(kind == BlockKind.LIST for kind in kinds[1:])


def _is_plain(cell: Element) -> bool:
    spans = {cell.get("colspan", "1"), cell.get("rowspan", "1")}
    return spans == {"1"} and all(block.kind == BlockKind.PARAGRAPH for block in blocks_of(cell))


def _indented(text: str, space: str) -> str:
    return "\n".join(f"{space}{line}" if number and line else line for number, line in enumerate(text.split("\n")))


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


WRITERS: dict[BlockKind, Callable[[_MarkdownBody, Element], str]] = {
    BlockKind.PARAGRAPH: _MarkdownBody.line,
    BlockKind.HEADING: _MarkdownBody.heading,
    BlockKind.LIST: _MarkdownBody.list,
    BlockKind.QUOTATION: _MarkdownBody.quotation,
    BlockKind.TABLE: _MarkdownBody.table,
    BlockKind.PICTURE: _MarkdownBody.picture,
    BlockKind.SERIES: _MarkdownBody.series,
    BlockKind.EMBED: _MarkdownBody.embed,
    BlockKind.CHART: _MarkdownBody.chart,
    BlockKind.READ_ALSO: _MarkdownBody.read_also,
    BlockKind.PULL_QUOTE: _MarkdownBody.pull_quote,
    BlockKind.FACT_BOX: _MarkdownBody.fact_box,
}
