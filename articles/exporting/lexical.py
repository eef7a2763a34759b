"""A body in Lexical, the form in which Ghost 5 keeps texts; what Lexical has no node for is a card of HTML."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from articles.exporting.body_blocks import BlockKind, ExportBlock, blocks_of, image_number, parse_body, words_within
from articles.exporting.inline_html import resolved_address
from articles.exporting.plain_html import PlainHtml
from articles.exporting.text_surroundings import TextSurroundings

BITS = {"strong": 1, "em": 2, "sub": 32, "sup": 64}  # of the format of a text node
SUPERSCRIPT = BITS["sup"]
MOST_IN_GALLERY = 9  # Ghost shows no more
IN_ROW = 3
Node = dict[str, Any]


class LexicalBody:
    """A writer of one body; footnotes are numbers in the text, and a list at its end."""

    def __init__(self, around: TextSurroundings) -> None:
        self.around = around
        self.notes: list[Element] = []
        self._html = PlainHtml(around, lambda note: f"<sup>{self._number(note)}</sup>" if words_within(note) else "")

    def write(self, html: str) -> Node:
        """Return the whole text as a tree of nodes."""
        children = [node for block in blocks_of(parse_body(html)) for node in WRITERS[block.kind](self, block.element)]
        return {"root": _parent("root", children + self._list_of_notes())}

    def _number(self, note: Element) -> int:
        self.notes.append(note)
        return len(self.notes)

    def _list_of_notes(self) -> list[Node]:
        if not self.notes:
            return []
        items = [_parent("listitem", self._line(note), value=value) for value, note in enumerate(self.notes, start=1)]
        heading = _parent("extended-heading", [_text(_("Notes"), 0)], tag="h2")
        return [heading, _parent("list", items, listType="number", start=1, tag="ol")]

    def _line(self, element: Element, bits: int = 0) -> list[Node]:
        nodes = _texts(element.text, bits)
        for child in element:
            nodes += self._inline(child, bits) + _texts(child.tail, bits)
        return nodes

    def _inline(self, child: Element, bits: int) -> list[Node]:
        if child.tag == "br":
            return [{"type": "linebreak", "version": 1}]
        if child.tag == "span" and "data-footnote" in child.attrib:
            return _texts(str(self._number(child)), bits | SUPERSCRIPT) if words_within(child) else []
        if child.tag == "a" and child.get("href"):
            values = {"rel": None, "target": None, "title": child.get("title") or None}
            url = resolved_address(child.get("href", ""), self.around.root)
            return [_parent("link", self._line(child, bits), url=url, **values)]
        if child.tag in {"ul", "ol", "p", "h2", "h3", "blockquote", "table", "figure", "aside"}:
            return []
        return self._line(child, bits | BITS.get(child.tag, 0))

    def paragraph(self, element: Element) -> Iterator[Node]:
        yield _parent("paragraph", self._line(element))

    def heading(self, element: Element) -> Iterator[Node]:
        yield _parent("extended-heading", self._line(element), tag=element.tag)

    def list(self, element: Element) -> Iterator[Node]:
        yield self._list(element)

    def _list(self, element: Element) -> Node:
        items: list[Node] = []
        start = int(element.get("start", "1"))
        for item in element:
            lines, inner = [], []
            for block in blocks_of(item):
                if block.kind == BlockKind.LIST:
                    inner.append(block.element)
                else:
                    lines.append(self._line(block.element) or _texts(words_within(block.element), 0))
            items.append(_parent("listitem", _with_breaks(lines), value=start + len(items)))
            items += [_parent("listitem", [self._list(child)], value=start + len(items)) for child in inner]
        kind = "number" if element.tag == "ol" else "bullet"
        return _parent("list", items, listType=kind, start=start, tag=element.tag)

    def quotation(self, element: Element) -> Iterator[Node]:
        blocks = list(blocks_of(element))
        if all(block.kind == BlockKind.PARAGRAPH for block in blocks):
            yield _parent("extended-quote", _with_breaks([self._line(block.element) for block in blocks]))
        else:
            yield from self.card(element, BlockKind.QUOTATION)

    def picture(self, element: Element) -> Iterator[Node]:
        picture = self.around.pictures.get(image_number(element))
        if picture:
            size = {"width": picture.image.width, "height": picture.image.height}
            caption = self._html.caption(element) or picture.image.caption
            texts = {
                "title": "",
                "alt": picture.image.alternative,
                "caption": caption,
                "cardWidth": "regular",
                "href": "",
            }
            yield {"type": "image", "version": 1, "src": picture.address, **size, **texts}

    def series(self, element: Element) -> Iterator[Node]:
        images = [node for figure in element for node in self.picture(figure)]
        for first in range(0, len(images), MOST_IN_GALLERY):
            part = images[first : first + MOST_IN_GALLERY]
            names = ("src", "width", "height", "alt", "caption")
            yield {
                "type": "gallery",
                "version": 1,
                "images": [
                    {name: image[name] for name in names}
                    | {"row": number // IN_ROW, "fileName": image["src"].rpartition("/")[2]}
                    for number, image in enumerate(part)
                ],
                "caption": "",
            }

    def embed(self, element: Element) -> Iterator[Node]:
        address = element.get("data-embed", "")
        caption = self._html.caption(element)
        metadata = {"icon": "", "title": address, "description": "", "author": "", "publisher": "", "thumbnail": ""}
        yield {"type": "bookmark", "version": 1, "url": address, "metadata": metadata, "caption": caption}

    def card(self, element: Element, kind: BlockKind) -> Iterator[Node]:
        """Yield a card of HTML, for what Lexical has no node for."""
        html = self._html.block(ExportBlock(kind, element))
        if html:
            yield {"type": "html", "version": 1, "html": html}


def _with_breaks(lines: list[list[Node]]) -> list[Node]:
    nodes: list[Node] = []
    for line in lines:
        nodes += ([{"type": "linebreak", "version": 1}] if nodes else []) + line
    return nodes


def _texts(text: str | None, bits: int) -> list[Node]:
    words = " ".join((text or "").split("\n"))
    return [_text(words, bits)] if words else []


def _text(words: str, bits: int) -> Node:
    values = {"detail": 0, "format": bits, "mode": "normal", "style": ""}
    return {"type": "extended-text", "version": 1, "text": words, **values}


def _parent(kind: str, children: list[Node], **values: Any) -> Node:
    layout = {"direction": None, "format": "", "indent": 0}
    return {"type": kind, "version": 1, "children": children, **layout, **values}


def _card(kind: BlockKind) -> Callable[[LexicalBody, Element], Iterator[Node]]:
    return lambda body, element: body.card(element, kind)


WRITERS: dict[BlockKind, Callable[[LexicalBody, Element], Iterator[Node]]] = {
    BlockKind.PARAGRAPH: LexicalBody.paragraph,
    BlockKind.HEADING: LexicalBody.heading,
    BlockKind.LIST: LexicalBody.list,
    BlockKind.QUOTATION: LexicalBody.quotation,
    BlockKind.TABLE: _card(BlockKind.TABLE),
    BlockKind.PICTURE: LexicalBody.picture,
    BlockKind.SERIES: LexicalBody.series,
    BlockKind.EMBED: LexicalBody.embed,
    BlockKind.CHART: _card(BlockKind.CHART),
    BlockKind.READ_ALSO: _card(BlockKind.READ_ALSO),
    BlockKind.PULL_QUOTE: _card(BlockKind.PULL_QUOTE),
    BlockKind.FACT_BOX: _card(BlockKind.FACT_BOX),
}
