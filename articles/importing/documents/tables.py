"""Tables of a document: rows and cells as readers see them, with merged cells, without what was deleted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from articles.importing.documents.styles import child_of, is_on, value_of

WRAPPERS = {"w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo", "w:smartTag"}
MOST_COLUMNS = 100


@dataclass
class TableCell:
    """A cell, with the elements of those that are merged into it."""

    elements: list[Element] = field(default_factory=list)
    columns: int = 1
    rows: int = 1
    content: list[Any] = field(default_factory=list)  # blocks, once they are read


@dataclass
class TableRow:
    """A row; a header repeats at the top of each page."""

    is_header: bool = False
    cells: list[TableCell] = field(default_factory=list)


def table_rows(table: Element) -> list[TableRow]:
    """Return the rows of a table that nobody deleted, each merged cell once."""
    rows: list[TableRow] = []
    open_cells: dict[int, TableCell] = {}  # by the column where a cell begins that may go on below
    for element in _wrapped(table, "w:tr"):
        properties = child_of(element, "w:trPr")
        if child_of(properties, "w:del") is not None:
            continue
        row = TableRow(bool(is_on(properties, "w:tblHeader")))
        column = _number(value_of(properties, "w:gridBefore"), 0)
        if column:
            row.cells.append(TableCell(columns=column))
        for cell in _wrapped(element, "w:tc"):
            column += _add_cell(cell, column, row, open_cells)
        rows.append(row)
    return [row for row in rows if row.cells]


def _add_cell(element: Element, column: int, row: TableRow, open_cells: dict[int, TableCell]) -> int:
    """Add a cell to its row, or to the one above that it goes on from; return how many columns it takes."""
    properties = child_of(element, "w:tcPr")
    if child_of(properties, "w:cellDel") is not None:
        return 0
    width = _number(value_of(properties, "w:gridSpan"), 1)
    merge = value_of(properties, "w:vMerge")
    above = open_cells.get(column)
    if merge is not None and merge != "restart" and above is not None:
        above.rows += 1
        above.elements.append(element)
        return width
    cell = TableCell([element], width)
    open_cells.pop(column, None)
    if merge is not None:
        open_cells[column] = cell
    row.cells.append(cell)
    return width


def _wrapped(parent: Element, tag: str) -> Iterator[Element]:
    """Yield the rows of a table, or the cells of a row, also those within controls."""
    waiting = list(reversed(parent))
    while waiting:
        current = waiting.pop()
        if current.tag == tag:
            yield current
        elif current.tag in WRAPPERS:
            waiting += reversed(current)


def _number(value: str | None, default: int) -> int:
    if not value or not value.isascii() or not value.isdecimal() or len(value) > 4:
        return default
    return min(max(int(value), default), MOST_COLUMNS)
