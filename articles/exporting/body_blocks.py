"""A cleaned body as a sequence of blocks, which each format writes in its own way.

A block that no format knows is an error, so that a new one is thought of everywhere: see ``BlockKind``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

from django.utils.translation import gettext as _

from articles.body import charts, markup

LINE_TAGS = markup.INLINE  # what stands within a line of text
PARTS = {"li", "thead", "tbody", "tr", "th", "td", "figcaption"}  # written with the block that they belong to


class BlockKind(StrEnum):
    """The kinds of blocks that a body consists of."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    QUOTATION = "quotation"
    TABLE = "table"
    PICTURE = "picture"
    SERIES = "series"  # pictures that belong together; its elements are the pictures
    EMBED = "embed"
    CHART = "chart"
    READ_ALSO = "read also"
    PULL_QUOTE = "pull quote"
    FACT_BOX = "fact box"


KIND_OF_TAG = {
    "p": BlockKind.PARAGRAPH,
    "h2": BlockKind.HEADING,
    "h3": BlockKind.HEADING,
    "ul": BlockKind.LIST,
    "ol": BlockKind.LIST,
    "blockquote": BlockKind.QUOTATION,
    "table": BlockKind.TABLE,
}
KIND_OF_FIGURE = {  # by the attribute that says what a figure is
    "data-image": BlockKind.PICTURE,
    "data-embed": BlockKind.EMBED,
    "data-chart": BlockKind.CHART,
    "data-read-also": BlockKind.READ_ALSO,
}
KIND_OF_ASIDE = {"data-pull-quote": BlockKind.PULL_QUOTE, "data-fact-box": BlockKind.FACT_BOX}


@dataclass(frozen=True)
class ExportBlock:
    """A block of a body: its kind and its element; a paragraph may be made of words that stood between blocks."""

    kind: BlockKind
    element: Element

    @property
    def pictures(self) -> list[Element]:
        """The pictures of a series."""
        return list(self.element)


class _Reader(HTMLParser):
    """A parser of cleaned HTML, whose elements all nest and end; only ``br`` has no end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = TreeBuilder()
        self.builder.start("body", {})

    def handle_starttag(self, tag, attrs):
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag == "br":
            self.builder.end(tag)

    def handle_endtag(self, tag):
        self.builder.end(tag)

    def handle_data(self, data):
        self.builder.data(data)


def parse_body(html: str) -> Element:
    """Return the elements of a body, cleaned, within one named ``body``."""
    reader = _Reader()
    reader.feed(markup.clean(html))
    reader.close()
    reader.builder.end("body")
    return reader.builder.close()


def blocks_of(parent: Element) -> Iterator[ExportBlock]:
    """Yield the blocks within ``parent``; words between them are paragraphs, pictures in a row a series."""
    pictures: list[Element] = []
    for block in _single_blocks(parent):
        is_next = block.kind == BlockKind.PICTURE and "data-apart" not in block.element.attrib
        if pictures and not is_next:
            yield _series(pictures)
            pictures = []
        if block.kind == BlockKind.PICTURE:
            pictures.append(block.element)
        else:
            yield block
    if pictures:
        yield _series(pictures)


def _series(pictures: list[Element]) -> ExportBlock:
    if len(pictures) == 1:
        return ExportBlock(BlockKind.PICTURE, pictures[0])
    element = Element("body")
    element.extend(pictures)
    return ExportBlock(BlockKind.SERIES, element)


def _single_blocks(parent: Element) -> Iterator[ExportBlock]:
    line = Element("p")
    line.text = parent.text
    for child in parent:
        if child.tag in LINE_TAGS:
            line.append(child)
            continue
        yield from _paragraph(line)
        line = Element("p")
        line.text = child.tail
        if kind := kind_of_block(child):
            if kind != BlockKind.PARAGRAPH or words_within(child):
                yield ExportBlock(kind, child)
        else:
            yield from _single_blocks(child)
    yield from _paragraph(line)


def _paragraph(line: Element) -> Iterator[ExportBlock]:
    if words_within(line):
        yield ExportBlock(BlockKind.PARAGRAPH, line)


def kind_of_block(element: Element) -> BlockKind | None:
    """Return the kind of block that an element is; None for a part of one, or a figure with nothing to show."""
    tag = element.tag
    if tag == "figure":
        return next((kind for name, kind in KIND_OF_FIGURE.items() if name in element.attrib), None)
    if tag == "aside":
        return next((kind for name, kind in KIND_OF_ASIDE.items() if name in element.attrib), None)
    if tag in KIND_OF_TAG:
        return KIND_OF_TAG[tag]
    if tag in PARTS:
        return None
    raise ValueError(f"No export knows the element “{tag}” of a body: add it to articles/exporting/body_blocks.py.")


def words_within(element: Element) -> str:
    """Return the words of an element in one line."""
    return " ".join("".join(element.itertext()).split())


def caption_of(figure: Element) -> Element | None:
    """Return the caption of a figure, if it has one that says something."""
    caption = figure.find("figcaption")
    return caption if caption is not None and words_within(caption) else None


def image_number(figure: Element) -> int:
    """Return the number of a figure's picture."""
    return int(figure.get("data-image", "0"))


def rows_of_table(table: Element) -> list[list[Element]]:
    """Return the cells of a table, row by row."""
    return [[cell for cell in row if cell.tag in {"th", "td"}] for row in table.iter("tr")]


def speaker_of(quote: Element) -> tuple[str, str]:
    """Return name and role of the speaker of a pull quote; empty if it has none."""
    lines = {line.get("data-speaker"): words_within(line) for line in quote.iter("p")}
    return lines.get("name", ""), lines.get("role", "")


def words_of_quote(quote: Element) -> list[Element]:
    """Return the paragraphs of a pull quote without its speaker."""
    return [block.element for block in blocks_of(quote) if "data-speaker" not in block.element.attrib]


def chart_words(figure: Element) -> str:
    """Return what a chart of rates shows, in words."""
    return _("Chart of rates: %(asked)s") % {"asked": figure.get("data-chart", "")}


def chart_page(figure: Element) -> str:
    """Return the address of the page of a chart's pair."""
    reference = charts.parse_chart_reference(figure.get("data-chart", ""))
    return f"/rates/{reference.pair.replace('/', '-').lower()}/" if reference else "/rates/"
