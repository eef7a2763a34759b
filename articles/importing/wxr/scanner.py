"""The items of an export, found in its bytes without reading them, so that a broken one breaks no other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 1 << 24  # bytes of one item
LONGEST_CHANNEL = 1 << 20  # bytes of what stands between the items, which is a few lines
LONGEST_COMMENT = 1 << 16
MARGIN = 1 << 11  # bytes in which a tag or the mark of a section ends
WORDPRESS = re.compile(rb"""xmlns:([\w.-]{1,40})\s*=\s*["']https?://(?:www\.)?wordpress\.org/export/[\d.]*/?["']""")


@dataclass(frozen=True)
class RawElement:
    """An item, author or term as it stands in the file; without a tag, what stands between them."""

    tag: str
    source: bytes = b""
    is_whole: bool = True  # False if the file ends within it
    is_too_long: bool = False  # then without source


def wordpress_prefix(first: bytes) -> bytes:
    """Return by which prefix the file that begins with ``first`` names what is WordPress's own."""
    declared = WORDPRESS.search(first)
    return declared[1] if declared else b"wp"


class Scanner:
    """One way through a file: it holds no more of it than one item."""

    def __init__(self, chunks: Iterator[bytes], prefix: bytes = b"wp") -> None:
        self.chunks = chunks
        rows = rb"%s:(?:author|category|tag|term)" % re.escape(prefix)
        self.marks = re.compile(rb"<!\[CDATA\[|<!--|<(/?)(item|%s)(?:\s[^<>]{0,1000})?>" % rows)
        self.buffer = b""
        self.at = 0  # from where the search goes on
        self.start = 0  # from where on bytes are still needed
        self.tag = b""  # of the element that is open
        self.is_too_long = False
        self.is_at_end = False

    def elements(self) -> Iterator[RawElement]:
        while mark := self._next_tag():
            if not mark[1] and self.tag != mark[2]:
                if not self.tag:
                    yield self._element(mark.start())
                    self.tag, self.start = mark[2], mark.start()
                    if mark[0].endswith(b"/>"):
                        self.tag, self.start = b"", mark.end()
                elif mark[2] == b"item":  # within a row of the head that never ends
                    yield self._element(mark.start(), is_whole=False)
                    self.tag, self.start = mark[2], mark.start()
            elif mark[2] == self.tag:
                is_whole = bool(mark[1])  # an item within an item: the outer one was cut off
                yield self._element(mark.end() if is_whole else mark.start(), is_whole=is_whole)
                self.tag, self.start = (b"", mark.end()) if is_whole else (self.tag, mark.start())
            self.at = mark.end()
        yield self._element(len(self.buffer), is_whole=not self.tag)

    def _element(self, end: int, *, is_whole: bool = True) -> RawElement:
        name = self.tag.decode().rpartition(":")
        tag = f"wp:{name[2]}" if name[1] else name[2]
        most = LONGEST if tag else LONGEST_CHANNEL
        is_too_long = self.is_too_long or end - self.start > most
        self.is_too_long = False
        return RawElement(tag, b"" if is_too_long else self.buffer[self.start : end], is_whole, is_too_long)

    def _next_tag(self) -> re.Match[bytes] | None:
        while True:
            mark = self.marks.search(self.buffer, self.at)
            safe = len(self.buffer) if self.is_at_end else len(self.buffer) - MARGIN
            if mark is None or mark.start() >= safe:
                self.at = max(self.at, min(safe, mark.start() if mark else safe))
                if not self._refill():
                    return None
            elif mark[2]:
                return mark
            else:
                self.at = mark.end()
                if mark[0] == b"<!--":
                    self._skip_comment()
                elif not self._skip(b"]]>"):
                    return None

    def _skip(self, closing: bytes) -> bool:
        while (end := self.buffer.find(closing, self.at)) < 0:
            self.at = max(self.at, len(self.buffer) - len(closing) + 1)
            if not self._refill():
                return False
        self.at = end + len(closing)
        return True

    def _skip_comment(self) -> None:
        """Go on behind a comment; a mark that no comment ends within reach is a text's."""
        while len(self.buffer) - self.at < LONGEST_COMMENT and self._refill():
            pass
        end = self.buffer.find(b"-->", self.at, self.at + LONGEST_COMMENT)
        self.at = end + 3 if end >= 0 else self.at

    def _refill(self) -> bool:
        """Read on, forget what is no longer needed, and return False at the end of the file."""
        if self.is_at_end:
            return False
        most = LONGEST if self.tag else LONGEST_CHANNEL
        if self.at - self.start > most:
            self.is_too_long, self.start = True, self.at
        chunk = next(self.chunks, None)
        self.is_at_end = chunk is None
        self.buffer = self.buffer[self.start :] + (chunk or b"")
        self.at -= self.start
        self.start = 0
        return True
