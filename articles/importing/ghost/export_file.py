"""The JSON of an export, read row by row: a large file needs no more memory than its largest row."""

import json
from collections.abc import Iterator
from typing import Any, TextIO

from django.utils.translation import gettext as _

from articles.importing.items import ReadingError

CHUNK = 1 << 20  # characters
LARGEST_ROW = 32 << 20  # characters
WRAPPERS = {"db", "data"}  # Ghost's exports are {"db": [{"meta": …, "data": {…}}]}; other programs leave some out
DEEPEST_WRAPPER = 4
DECODER = json.JSONDecoder(strict=False)  # control characters in texts are taken out later


def export_rows(path: str) -> Iterator[tuple[str, Any]]:
    """Yield the name of each table with each of its rows, and once with None where the table begins; raise
    ``ReadingError`` for a file that is no JSON object.
    """
    try:
        with open(path, encoding=_encoding(path), errors="replace") as file:
            cursor = _Cursor(file)
            if cursor.peek() != "{":
                raise ReadingError(
                    _("This is no export of Ghost, which is a JSON file: Settings → Import/Export → Export content.")
                )
            yield from _members(cursor, 0)
    except OSError as error:
        message = _("The file can’t be read: %(reason)s.") % {"reason": error.strerror or error}
        raise ReadingError(message) from error


def _encoding(path: str) -> str:
    with open(path, "rb") as file:
        return "utf-16" if file.read(2) in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"


def _members(cursor: "_Cursor", depth: int) -> Iterator[tuple[str, Any]]:
    cursor.take("{")
    if cursor.peek() == "}":
        cursor.take("}")
        return
    while True:
        name = str(cursor.value())
        cursor.take(":")
        opening = cursor.peek()
        if name in WRAPPERS and depth < DEEPEST_WRAPPER and opening == "{":
            yield from _members(cursor, depth + 1)
        elif opening == "[":
            yield name, None
            yield from _elements(cursor, name, depth)
        else:
            yield name, cursor.value()
        if cursor.take(",}") == "}":
            return


def _elements(cursor: "_Cursor", name: str, depth: int) -> Iterator[tuple[str, Any]]:
    cursor.take("[")
    if cursor.peek() == "]":
        cursor.take("]")
        return
    while True:
        if name in WRAPPERS and depth < DEEPEST_WRAPPER and cursor.peek() == "{":
            yield from _members(cursor, depth + 1)
        else:
            yield name, cursor.value()
        if cursor.take(",]") == "]":
            return


class _Cursor:
    """A place in a JSON file, of which only what is being read is in memory."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0

    def peek(self) -> str:
        """Return the next sign that is no blank; "" at the end of the file."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in " \t\r\n":
                    return self._text[self._at]
                self._at += 1
            if not self._read_more():
                return ""

    def take(self, signs: str) -> str:
        """Move behind the next sign and return it; raise ``ReadingError`` if it is none of ``signs``."""
        sign = self.peek()
        if not sign or sign not in signs:
            raise self._damaged()
        self._at += 1
        return sign

    def value(self) -> Any:
        """Move behind the next value and return it."""
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise ReadingError(_("The file is nested too deeply to be an export of Ghost.")) from None
            except ValueError:
                if self._read_more():
                    continue
                raise self._damaged() from None
            if end < len(self._text) or not self._read_more():  # a number may go on in the next chunk
                self._at = end
                return value

    def _read_more(self) -> bool:
        chunk = self._file.read(max(CHUNK, len(self._text) - self._at))
        if chunk:
            self._text = self._text[self._at :] + chunk
            self._at = 0
        if len(self._text) > LARGEST_ROW:
            raise ReadingError(
                _("A row of the file has more than %(number)d million characters, which no post has.")
                % {"number": LARGEST_ROW >> 20}
            )
        return bool(chunk)

    def _damaged(self) -> ReadingError:
        return ReadingError(_("The JSON is damaged or cut off: export once more, and copy the file whole."))
