"""Values as PHP writes them into one line: arrays, numbers, texts. Objects become arrays; nothing is made or run."""

import re

PhpValue = str | int | float | bool | None | dict[str, "PhpValue"]

LONGEST = 1 << 20  # bytes
MOST_VALUES = 20_000
DEEPEST = 20
SCALAR = re.compile(rb"(?:(i):([+-]?\d{1,20})|(d):([\w.+-]{1,40})|(b):([01])|(N)|([rR]):\d{1,10});")
SIZED = re.compile(rb"([saSOCE]):(\d{1,8}):")
COUNT = re.compile(rb":(\d{1,8}):\{")
LOOKS_LIKE = re.compile(r"(?:[aO]:\d+:|s:\d+:\"|[idb]:[\w.+-]+;|N;)")


def looks_serialized(text: str) -> bool:
    return LOOKS_LIKE.match(text) is not None


def read_php(text: str) -> PhpValue:
    """Return the value that ``text`` holds; ValueError if it is no whole one, or too large or deep.

    Lists are arrays with the keys "0", "1" … as in PHP; a reference to another part of the value is None.
    """
    source = text.encode()
    if len(source) > LONGEST:
        raise ValueError("too long")
    reader = _Reader(source)
    value = reader.value(0)
    if source[reader.at :].strip():
        raise ValueError("more than one value")
    return value


class _Reader:
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.at = 0
        self.values = 0

    def value(self, depth: int) -> PhpValue:
        self.values += 1
        if depth > DEEPEST or self.values > MOST_VALUES:
            raise ValueError("too deep or too many values")
        if scalar := SCALAR.match(self.source, self.at):
            self.at = scalar.end()
            return _scalar(scalar)
        size = self._expect(SIZED)
        kind, number = size[1], int(size[2])
        if kind == b"a":
            return self._array(number, depth)
        text = self._quoted(number)
        if kind in b"sSE":
            self._skip(b";")
            return text
        inside = int(self._expect(COUNT)[1])
        return self._array(inside, depth, opened=True) if kind == b"O" else self._custom(inside)

    def _array(self, number: int, depth: int, *, opened: bool = False) -> PhpValue:
        if not opened:
            self._skip(b"{")
        if number > MOST_VALUES:
            raise ValueError("too many values")
        rows: dict[str, PhpValue] = {}
        for _row in range(number):
            key = self.value(depth + 1)
            if isinstance(key, dict) or key is None:
                raise ValueError("a key that is none")
            rows[str(key).rpartition("\0")[2]] = self.value(depth + 1)  # a hidden property is named after its class
        self._skip(b"}")
        return rows

    def _custom(self, number: int) -> str:
        """Return what an object wrote of itself in its own way."""
        text = self.source[self.at : self.at + number]
        self.at += number
        self._skip(b"}")
        return text.decode(errors="replace")

    def _quoted(self, number: int) -> str:
        self._skip(b'"')
        text = self.source[self.at : self.at + number]
        self.at += number
        self._skip(b'"')
        return text.decode(errors="replace")

    def _skip(self, sign: bytes) -> None:
        if self.source[self.at : self.at + 1] != sign:
            raise ValueError(f"no {sign!r} at byte {self.at}")
        self.at += 1

    def _expect(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        match = pattern.match(self.source, self.at)
        if match is None:
            raise ValueError(f"no value at byte {self.at}")
        self.at = match.end()
        return match


def _scalar(match: re.Match[bytes]) -> PhpValue:
    if match[1]:
        return int(match[2])
    if match[3]:
        return float(match[4].replace(b"INF", b"inf").replace(b"NAN", b"nan"))
    return match[6] == b"1" if match[5] else None
