"""Blocks of a document become the paper's own HTML."""

from itertools import groupby

from articles.importing.body_writer import BodyWriter
from articles.importing.documents.blocks import DocumentBlock
from articles.importing.documents.tables import TableCell
from articles.importing.items import Surroundings

MEDIA = "file:"


def write_blocks(writer: BodyWriter, blocks: list[DocumentBlock]) -> None:
    """Add blocks to a body: neighbours of a list or a quotation together, captions at their pictures."""
    blocks = _with_captions(blocks)
    top = min((block.level for block in blocks if block.role == "heading"), default=1)
    for role, together in groupby(blocks, key=lambda block: block.role):
        group = list(together)
        if role == "item":
            writer.write(list_html(group))
        elif role == "quote":
            writer.write("<blockquote>" + "".join(f"<p>{block.html}</p>" for block in group) + "</blockquote>")
        else:
            for block in group:
                _write_block(writer, block, top)


def _write_block(writer: BodyWriter, block: DocumentBlock, top: int) -> None:
    if block.role == "heading":
        writer.write_paragraph(block.html, "h2" if block.level == top else "h3")
    elif block.role == "title":
        writer.write_paragraph(block.html, "h2")
    elif block.role == "picture":
        reference = MEDIA + block.picture.name
        writer.write_picture(reference, alt=block.picture.alt, caption=block.html, in_series=block.in_series)
    elif block.role == "table":
        writer.write(_table_html(block))
    elif block.role == "box":
        writer.write(f'<aside data-fact-box="">{_inner_html(block.inner)}</aside>')
    else:
        writer.write_paragraph(block.html)


def _with_captions(blocks: list[DocumentBlock]) -> list[DocumentBlock]:
    """Return blocks with each caption at the picture before it, else at the one after it."""
    together: list[DocumentBlock] = []
    for block in blocks:
        before = together[-1] if together else None
        if block.role == "caption" and before is not None and before.role == "picture":
            first = next(picture for picture in reversed(together) if not picture.in_series)
            first.html = f"{first.html}<br>{block.html}" if first.html else block.html
        else:
            together.append(block)
    for at in range(len(together) - 2, -1, -1):
        caption, picture = together[at], together[at + 1]
        if caption.role == "caption" and picture.role == "picture" and not picture.html:
            picture.html = caption.html
            caption.role = "used"
    return [block for block in together if block.role != "used"]


def list_html(items: list[DocumentBlock]) -> str:
    """Return a list of items, each as deep in it as its level says."""
    parts: list[str] = []
    open_lists: list[tuple[int, str, int]] = []  # level, tag, and number of the last item
    for item in items:
        while open_lists and open_lists[-1][0] > item.level:
            parts.append(f"</li></{open_lists.pop()[1]}>")
        if open_lists and open_lists[-1][0] == item.level:
            _level, tag, count = open_lists.pop()
            parts.append("</li>")
            if tag == item.tag and (tag == "ul" or item.count == count + 1):
                parts.append(f"<li><p>{item.html}</p>")
                open_lists.append((item.level, tag, item.count))
                continue
            parts.append(f"</{tag}>")
        start = f' start="{item.count}"' if item.tag == "ol" and item.count > 1 else ""
        parts.append(f"<{item.tag}{start}><li><p>{item.html}</p>")
        open_lists.append((item.level, item.tag, item.count))
    parts += [f"</li></{tag}>" for _level, tag, _count in reversed(open_lists)]
    return "".join(parts)


def _inner_html(blocks: list[DocumentBlock]) -> str:
    """Return blocks that stand within another; a heading among them is a small one."""
    inner = BodyWriter(Surroundings())
    for block in blocks:
        block.level = max(block.level, 2) if block.role == "heading" else block.level
        block.role = "text" if block.role in {"caption", "subtitle"} else block.role
    for role, together in groupby(blocks, key=lambda block: block.role):
        group = list(together)
        if role == "item":
            inner.write(list_html(group))
        else:
            for block in group:
                inner.write_paragraph(block.html, "h3" if role in {"heading", "title"} else "p")
    return "".join(inner.parts)


def _table_html(table: DocumentBlock) -> str:
    """Return a table; rows that repeat on each page are its head."""
    rows = table.rows
    size = next((at for at, row in enumerate(rows) if not row.is_header), len(rows))
    parts = ["<table>"]
    for tag, cell_tag, part in (("thead", "th", rows[:size]), ("tbody", "td", rows[size:])):
        lines = ("<tr>" + "".join(_cell_html(cell, cell_tag) for cell in row.cells) + "</tr>" for row in part)
        if part:
            parts.append(f"<{tag}>{''.join(lines)}</{tag}>")
    return "".join([*parts, "</table>"])


def _cell_html(cell: TableCell, tag: str) -> str:
    spans = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
    spans += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    is_line = all(block.role != "item" for block in cell.content)
    html = "<br>".join(block.html for block in cell.content if block.html) if is_line else _inner_html(cell.content)
    return f"<{tag}{spans}>{html}</{tag}>"
