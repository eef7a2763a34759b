"""The block comments of WordPress, ``<!-- wp:name {"a": 1} -->``, read into a tree in one pass."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

OPENING = re.compile(r"<!--\s*+(/?)wp:([a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)(?=[\s/{-])", re.ASCII)
DEEPEST = 60  # blocks within each other; the content of deeper ones belongs to the last
LONGEST_ATTRIBUTES = 200_000  # characters of JSON


@dataclass
class Block:
    """A block, or a text as a whole: its name, its attributes, and what is in it, in order."""

    name: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    parts: list["str | Block"] = field(default_factory=list)
    is_broken: bool = False  # its attributes can't be read

    def text(self, name: str) -> str:
        """Return an attribute that is a text; "" if it is anything else."""
        value = self.attributes.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """Return an attribute that is the number of a row; 0 if it is anything else."""
        value = self.attributes.get(name)
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 13:
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12 else 0

    def numbers(self, name: str) -> list[int]:
        """Return an attribute that is a list of numbers of rows."""
        values = self.attributes.get(name)
        rows = (Block(attributes={"id": value}).number("id") for value in values) if isinstance(values, list) else ()
        return [row for row in rows if row]


def has_blocks(text: str) -> bool:
    """Return whether a text is made of blocks."""
    return "<!-- wp:" in text


def parse_blocks(text: str) -> Block:
    """Return a text as a block whose parts are texts and blocks.

    A block without an end closes with the one around it; an end without a beginning is left out.
    """
    root = Block()
    open_blocks, open_names = [root], Counter[str]()
    skipped = Counter[str]()  # ends to come of blocks that were too deep
    begin = 0  # of the text that belongs to no comment of a block yet
    for match in OPENING.finditer(text):
        end = text.find("-->", match.end()) if match.start() >= begin else -1
        if end < 0:
            continue
        open_blocks[-1].parts.append(text[begin : match.start()])
        begin = end + 3
        name, remainder = match[2].removeprefix("core/"), text[match.end() : end].strip()
        if match[1]:
            _close(name, open_blocks, open_names, skipped)
            continue
        block = _block(name, remainder.removesuffix("/").strip())
        is_alone = remainder.endswith("/")
        if len(open_blocks) <= DEEPEST:
            open_blocks[-1].parts.append(block)
            if not is_alone:
                open_blocks.append(block)
                open_names[name] += 1
        elif not is_alone:
            skipped[name] += 1
    open_blocks[-1].parts.append(text[begin:])
    return root


def _close(name: str, open_blocks: list[Block], open_names: Counter[str], skipped: Counter[str]) -> None:
    if skipped[name]:
        skipped[name] -= 1
        return
    while open_names[name]:
        block = open_blocks.pop()
        open_names[block.name] -= 1
        if block.name == name:
            return


def _block(name: str, attributes: str) -> Block:
    if not attributes:
        return Block(name)
    try:
        value = json.loads(attributes[:LONGEST_ATTRIBUTES])
    except (ValueError, RecursionError):
        value = None
    return Block(name, value if isinstance(value, dict) else {}, is_broken=not isinstance(value, dict))
