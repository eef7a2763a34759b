"""A body, or a block of it, as HTML that needs neither styles nor scripts."""

from html import escape
from xml.etree.ElementTree import Element

from articles.exporting.body_blocks import (
    BlockKind,
    ExportBlock,
    blocks_of,
    caption_of,
    chart_page,
    chart_words,
    image_number,
    rows_of_table,
    speaker_of,
    words_of_quote,
)
from articles.exporting.inline_html import InlineHtml, Mark, resolved_address
from articles.exporting.text_surroundings import TextSurroundings


class PlainHtml:
    """A writer of blocks as HTML; ``mark`` writes a footnote's mark."""

    def __init__(self, around: TextSurroundings, mark: Mark) -> None:
        self.around = around
        self.inline = InlineHtml(around.root, mark)

    def within(self, parent: Element) -> str:
        """Return all blocks within ``parent``."""
        return "".join(map(self.block, blocks_of(parent)))

    def block(self, block: ExportBlock) -> str:
        """Return one block."""
        return WRITERS[block.kind](self, block.element)

    def line(self, element: Element) -> str:
        return f"<{element.tag}>{self.inline.write(element)}</{element.tag}>"

    def list(self, element: Element) -> str:
        start = f' start="{element.get("start")}"' if element.get("start") else ""
        items = "".join(f"<li>{self._item(item)}</li>" for item in element if item.tag == "li")
        return f"<{element.tag}{start}>{items}</{element.tag}>"

    def _item(self, item: Element) -> str:
        """Return the content of an item of a list or of a cell: one paragraph is words alone."""
        blocks = list(blocks_of(item))
        first = self.inline.write(blocks[0].element) if blocks and blocks[0].kind == BlockKind.PARAGRAPH else ""
        return first + "".join(map(self.block, blocks[1:] if first else blocks))

    def quotation(self, element: Element) -> str:
        return f"<blockquote>{self.within(element)}</blockquote>"

    def table(self, element: Element) -> str:
        rows = "".join(f"<tr>{''.join(map(self._cell, row))}</tr>" for row in rows_of_table(element))
        return f"<table><tbody>{rows}</tbody></table>"

    def _cell(self, cell: Element) -> str:
        spans = "".join(f' {name}="{cell.get(name)}"' for name in ("colspan", "rowspan") if cell.get(name))
        return f"<{cell.tag}{spans}>{self._item(cell)}</{cell.tag}>"

    def picture(self, element: Element) -> str:
        picture = self.around.pictures.get(image_number(element))
        if picture is None:
            return ""
        caption = self.caption(element) or escape(picture.image.caption, quote=False)
        image = f'<img src="{escape(picture.address)}" alt="{escape(picture.image.alternative)}">'
        return f"<figure>{image}<figcaption>{caption}</figcaption></figure>" if caption else f"<figure>{image}</figure>"

    def caption(self, figure: Element) -> str:
        """Return the caption of a figure; empty if it has none."""
        caption = caption_of(figure)
        return self.inline.write(caption) if caption is not None else ""

    def series(self, element: Element) -> str:
        return "".join(map(self.picture, element))

    def embed(self, element: Element) -> str:
        address = element.get("data-embed", "")
        return f'<p><a href="{escape(address)}">{self.caption(element) or escape(address, quote=False)}</a></p>'

    def chart(self, element: Element) -> str:
        address = escape(resolved_address(chart_page(element), self.around.root))
        return f'<p><a href="{address}">{escape(chart_words(element))}</a> {self.caption(element)}</p>'

    def read_also(self, element: Element) -> str:
        links = self.around.links(element)
        items = "".join(f'<li><a href="{escape(address)}">{escape(words)}</a></li>' for address, words in links)
        return f"<ul>{items}</ul>" if items else ""

    def pull_quote(self, element: Element) -> str:
        words = "".join(f"<p>{self.inline.write(line)}</p>" for line in words_of_quote(element))
        speaker = escape(", ".join(filter(None, speaker_of(element))), quote=False)
        return f"<blockquote>{words}{f'<p><cite>{speaker}</cite></p>' if speaker else ''}</blockquote>"

    def fact_box(self, element: Element) -> str:
        return f"<aside>{self.within(element)}</aside>"


WRITERS = {
    BlockKind.PARAGRAPH: PlainHtml.line,
    BlockKind.HEADING: PlainHtml.line,
    BlockKind.LIST: PlainHtml.list,
    BlockKind.QUOTATION: PlainHtml.quotation,
    BlockKind.TABLE: PlainHtml.table,
    BlockKind.PICTURE: PlainHtml.picture,
    BlockKind.SERIES: PlainHtml.series,
    BlockKind.EMBED: PlainHtml.embed,
    BlockKind.CHART: PlainHtml.chart,
    BlockKind.READ_ALSO: PlainHtml.read_also,
    BlockKind.PULL_QUOTE: PlainHtml.pull_quote,
    BlockKind.FACT_BOX: PlainHtml.fact_box,
}
