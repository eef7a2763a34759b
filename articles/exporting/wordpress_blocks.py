"""A body as blocks of WordPress, by its block grammar: comments with attributes around plain HTML."""

import json
import uuid
from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from articles.body import embeds
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
from articles.exporting.inline_html import InlineHtml, resolved_address
from articles.exporting.text_surroundings import TextSurroundings
from articles.models import Image
from articles.text import make_slug

NOTES = uuid.UUID("5f0c9c1e-6b1d-4f1e-9f0e-2d2f0f6f7a10")  # the namespace of footnotes' ids, so that they last
TYPES = {  # WordPress's word for the shape of an embed
    embeds.Shape.VIDEO: "video",
    embeds.Shape.TALL: "video",
    embeds.Shape.SOUND: "audio",
    embeds.Shape.POST: "rich",
    embeds.Shape.GRAPHIC: "rich",
    embeds.Shape.DOCUMENT: "rich",
}
SOUNDS = (".mp3", ".m4a", ".ogg", ".opus")


class WordPressBody:
    """A writer of one body; after ``write`` it has the notes for the meta key “footnotes”."""

    def __init__(self, key: str, around: TextSurroundings) -> None:
        self.key, self.around = key, around
        self.notes: list[dict[str, str]] = []
        self._inline = InlineHtml(around.root, self._mark)

    def write(self, html: str) -> str:
        """Return the blocks of a cleaned body."""
        blocks = list(self._blocks(parse_body(html)))
        return "\n\n".join([*blocks, *(["<!-- wp:footnotes /-->"] if self.notes else [])])

    @property
    def footnotes(self) -> str:
        """The notes as WordPress keeps them beside a text; empty if there are none."""
        return json.dumps(self.notes, ensure_ascii=False) if self.notes else ""

    def _blocks(self, parent: Element) -> Iterator[str]:
        for block in blocks_of(parent):
            yield from filter(None, WRITERS[block.kind](self, block))

    def _mark(self, note: Element) -> str:
        content = self._inline.write(note)
        if not content:
            return ""
        number = len(self.notes) + 1
        name = str(uuid.uuid5(NOTES, f"{self.key} {number}"))
        self.notes.append({"content": content, "id": name})
        return f'<sup data-fn="{name}" class="fn"><a href="#{name}" id="{name}-link">{number}</a></sup>'

    def paragraph(self, block: ExportBlock) -> Iterator[str]:
        yield _comment("paragraph", f"<p>{self._inline.write(block.element)}</p>")

    def heading(self, block: ExportBlock) -> Iterator[str]:
        tag = block.element.tag
        heading = f'<{tag} class="wp-block-heading">{self._inline.write(block.element)}</{tag}>'
        yield _comment("heading", heading, {"level": 3} if tag == "h3" else None)

    def list(self, block: ExportBlock) -> Iterator[str]:
        element = block.element
        tag, start = element.tag, element.get("start")
        values: dict[str, Any] = ({"ordered": True} if tag == "ol" else {}) | ({"start": int(start)} if start else {})
        items = "\n\n".join(self._item(item) for item in element if item.tag == "li")
        begin = f' start="{start}"' if start else ""
        yield _comment("list", f'<{tag}{begin} class="wp-block-list">{items}</{tag}>', values)

    def _item(self, item: Element) -> str:
        """Return an item of a list: lines of words, and blocks below them."""
        lines: list[str] = []
        below: list[str] = []
        for block in blocks_of(item):
            if block.kind in {BlockKind.PARAGRAPH, BlockKind.HEADING}:
                lines.append(self._inline.write(block.element))
            else:
                below += WRITERS[block.kind](self, block)
        return _comment("list-item", f"<li>{'<br>'.join(lines)}{''.join(below)}</li>")

    def quotation(self, block: ExportBlock) -> Iterator[str]:
        inner = "\n\n".join(self._blocks(block.element))
        yield _comment("quote", f'<blockquote class="wp-block-quote">{inner}</blockquote>')

    def table(self, block: ExportBlock) -> Iterator[str]:
        rows = "".join(f"<tr>{''.join(map(self._cell, row))}</tr>" for row in rows_of_table(block.element))
        yield _comment("table", f'<figure class="wp-block-table"><table><tbody>{rows}</tbody></table></figure>')

    def _cell(self, cell: Element) -> str:
        spans = "".join(f' {name}="{cell.get(name)}"' for name in ("colspan", "rowspan") if cell.get(name))
        return f"<{cell.tag}{spans}>{'<br>'.join(map(self._words, blocks_of(cell)))}</{cell.tag}>"

    def _words(self, block: ExportBlock) -> str:
        """Return the words of a block within a cell, which can't hold blocks."""
        return self._inline.write(block.element) or escape(words_within(block.element), quote=False)

    def picture(self, block: ExportBlock) -> Iterator[str]:
        picture = self.around.pictures.get(image_number(block.element))
        if picture is None:
            return
        caption = self._picture_caption(block.element, picture.image)
        image = f'<img src="{escape(picture.address)}" alt="{escape(picture.image.alternative)}"'
        image = f'{image} class="wp-image-{picture.number}"/>'
        figure = f'<figure class="wp-block-image size-full">{image}{caption}</figure>'
        yield _comment("image", figure, {"id": picture.number, "sizeSlug": "full", "linkDestination": "none"})

    def _picture_caption(self, figure: Element, image: Image) -> str:
        caption = caption_of(figure)
        words = self._inline.write(caption) if caption is not None else escape(image.caption, quote=False)
        return f'<figcaption class="wp-element-caption">{words}</figcaption>' if words else ""

    def series(self, block: ExportBlock) -> Iterator[str]:
        images = "\n\n".join(
            text for figure in block.pictures for text in self.picture(ExportBlock(BlockKind.PICTURE, figure))
        )
        classes = "wp-block-gallery has-nested-images columns-default is-cropped"
        yield _comment("gallery", f'<figure class="{classes}">{images}</figure>', {"linkTo": "none"}) if images else ""

    def embed(self, block: ExportBlock) -> Iterator[str]:
        address = block.element.get("data-embed", "")
        embed, caption = embeds.find_embed(address, self.around.sites), self._embed_caption(block.element)
        if address.lower().endswith(SOUNDS):
            sound = f'<audio controls src="{escape(address)}"></audio>'
            yield _comment("audio", f'<figure class="wp-block-audio">{sound}{caption}</figure>')
        elif embed:  # of a site that WordPress doesn't know it shows the address as a link
            kind = TYPES[embeds.Shape(embed.shape)] if embed.shape else "rich"
            values = {"url": address, "type": kind, "providerNameSlug": make_slug(embed.source)}
            wrapper = f'<div class="wp-block-embed__wrapper">\n{escape(address)}\n</div>'
            classes = f"wp-block-embed is-type-{values['type']} is-provider-{values['providerNameSlug']}"
            yield _comment("embed", f'<figure class="{classes}">{wrapper}{caption}</figure>', values)

    def _embed_caption(self, figure: Element) -> str:
        caption = caption_of(figure)
        if caption is None:
            return ""
        return f'<figcaption class="wp-element-caption">{self._inline.write(caption)}</figcaption>'

    def chart(self, block: ExportBlock) -> Iterator[str]:
        words = chart_words(block.element)
        caption = caption_of(block.element)
        more = f" {self._inline.write(caption)}" if caption is not None else ""
        link = f'<a href="{escape(resolved_address(chart_page(block.element), self.around.root))}">{escape(words)}</a>'
        yield _comment("paragraph", f"<p>{link}{more}</p>")

    def read_also(self, block: ExportBlock) -> Iterator[str]:
        links = self.around.links(block.element)
        if links:
            items = (f'<li><a href="{escape(address)}">{escape(words)}</a></li>' for address, words in links)
            inner = "\n\n".join(_comment("list-item", item) for item in items)
            yield _comment("paragraph", f"<p><strong>{escape(_('Read also'))}</strong></p>")
            yield _comment("list", f'<ul class="wp-block-list">{inner}</ul>')

    def pull_quote(self, block: ExportBlock) -> Iterator[str]:
        words = "".join(f"<p>{self._inline.write(line)}</p>" for line in words_of_quote(block.element))
        speaker = ", ".join(filter(None, speaker_of(block.element)))
        cite = f"<cite>{escape(speaker, quote=False)}</cite>" if speaker else ""
        quote = f'<figure class="wp-block-pullquote"><blockquote>{words}{cite}</blockquote></figure>'
        yield _comment("pullquote", quote)

    def fact_box(self, block: ExportBlock) -> Iterator[str]:
        inner = "\n\n".join(self._blocks(block.element))
        yield _comment("group", f'<div class="wp-block-group fact-box">{inner}</div>', {"className": "fact-box"})


WRITERS: dict[BlockKind, Callable[[WordPressBody, ExportBlock], Iterator[str]]] = {
    BlockKind.PARAGRAPH: WordPressBody.paragraph,
    BlockKind.HEADING: WordPressBody.heading,
    BlockKind.LIST: WordPressBody.list,
    BlockKind.QUOTATION: WordPressBody.quotation,
    BlockKind.TABLE: WordPressBody.table,
    BlockKind.PICTURE: WordPressBody.picture,
    BlockKind.SERIES: WordPressBody.series,
    BlockKind.EMBED: WordPressBody.embed,
    BlockKind.CHART: WordPressBody.chart,
    BlockKind.READ_ALSO: WordPressBody.read_also,
    BlockKind.PULL_QUOTE: WordPressBody.pull_quote,
    BlockKind.FACT_BOX: WordPressBody.fact_box,
}


def _comment(name: str, html: str, values: dict[str, Any] | None = None) -> str:
    """Return a block: ``html`` between comments, the first with the block's attributes."""
    return f"<!-- wp:{name} {_json(values)}-->\n{html}\n<!-- /wp:{name} -->"


def _json(values: dict[str, Any] | None) -> str:
    """Return attributes as JSON with a space behind, without signs that would end a comment."""
    if not values:
        return ""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    for sign in ("--", "<", ">", "&"):
        text = text.replace(sign, "".join(f"\\u{ord(letter):04x}" for letter in sign))
    return f"{text} "
