"""Tables: those of data stay; what only stood in a table to be laid out is written one after the other."""

from collections.abc import Iterator

from articles.body import markup
from articles.importing.html_text.conversion import Conversion
from articles.importing.html_text.tree import Element, excerpt_of, leading_number, tag_of

CELLS = {"td", "th"}
PARTS = {"thead", "tbody", "tfoot"}


def write_table(conversion: Conversion, node: Element, depth: int) -> None:
    """Write a table, after its caption and what stands in it outside cells."""
    writer = conversion.writer
    writer.end_block()
    rows = list(_rows(node))
    if writer.outer or writer.is_flat or _is_layout(node, rows):
        conversion.write_children(node, depth)
        writer.end_block()
        return
    for part in [node, *(part for part in node if tag_of(part) in PARTS)]:
        _write_outside(conversion, part, depth)
    with writer.container("<table>", "table"):
        head = [row for row in rows if tag_of(row.getparent()) == "thead"]
        for name, part_rows in (("thead", head), ("tbody", [row for row in rows if row not in set(head)])):
            with writer.container(f"<{name}>", name):
                for row in part_rows:
                    _write_row(conversion, row, depth)


def _rows(node: Element) -> Iterator[Element]:
    for child in node:
        if tag_of(child) == "tr":
            yield child
        elif tag_of(child) in PARTS:
            yield from (row for row in child if tag_of(row) == "tr")


def _is_layout(node: Element, rows: list[Element]) -> bool:
    cells = [cell for row in rows for cell in row if tag_of(cell) in CELLS]
    return (
        len(cells) < 2
        or not any(map(excerpt_of, cells))
        or node.get("role") == "presentation"
        or node.find(".//table") is not None
    )


def _write_outside(conversion: Conversion, part: Element, depth: int) -> None:
    conversion.writer.add_text(part.text or "")
    for child in part:
        if tag_of(child) not in PARTS | {"tr"}:
            conversion.write(child, depth + 1)
        conversion.writer.add_text(child.tail or "")
    conversion.writer.end_block()


def _write_row(conversion: Conversion, row: Element, depth: int) -> None:
    """Write the cells of a row; words outside of them become part of the next cell."""
    with conversion.writer.container("<tr>", "tr"):
        loose = row.text or ""
        for child in row:
            name = tag_of(child) if tag_of(child) in CELLS else "td"
            if tag_of(child):
                with conversion.writer.container(f"<{name}{_spans(child)}>", name):
                    conversion.writer.add_text(f"{loose} ")
                    write = conversion.write_children if tag_of(child) in CELLS else conversion.write
                    write(child, depth + 1)
                loose = ""
            loose += child.tail or ""
        if loose.strip():
            with conversion.writer.container("<td>", "td"):
                conversion.writer.add_text(loose)


def _spans(cell: Element) -> str:
    values = {name: leading_number(cell.get(name)) or 1 for name in ("colspan", "rowspan")}
    return "".join(f' {name}="{min(value, markup.NUMBERS[name])}"' for name, value in values.items() if value > 1)
