"""Splitting a body into blocks, each a sequence of words and punctuation marks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser

from django.utils.translation import gettext_lazy

from articles.body import markup

WORD = r"\w+(?:[’'.,\-–]\w+)*"
TOKEN = re.compile(rf"<[^<>]*>|&#?\w+;|{WORD}|\s+|.", re.DOTALL)
PIECE = re.compile(rf"\s+|{WORD}|.", re.DOTALL)
LONGEST = 2 * markup.LONGEST  # characters of a text that are compared; no body is as long
MOST_TOKENS = 80_000  # of a text; what follows is compared by whole stretches between two tags
PLACES = {
    "p": gettext_lazy("paragraph"),
    "h2": gettext_lazy("heading"),
    "h3": gettext_lazy("smaller heading"),
    "ul": gettext_lazy("list item"),
    "ol": gettext_lazy("numbered item"),
    "blockquote": gettext_lazy("quotation"),
    "pull": gettext_lazy("pull quote"),
    "speaker": gettext_lazy("speaker of a pull quote"),
    "fact": gettext_lazy("fact box"),
    "table": gettext_lazy("row of a table"),
    "figure": gettext_lazy("picture, video or chart"),
}


def tokens(html: str) -> list[str]:
    """Return the tags, words, white space and punctuation of ``html``; joined they are ``html`` again."""
    return TOKEN.findall(html)


def pieces_of(text: str, most: int) -> list[str]:
    """Return the words, white space and punctuation of ``text``; after ``most`` of them, the rest as one."""
    parts: list[str] = []
    end = 0
    for match in PIECE.finditer(text):
        if len(parts) >= most:
            return [*parts, text[end:]]
        parts.append(match[0])
        end = match.end()
    return parts


@dataclass(frozen=True)
class Token:
    """A word or punctuation mark; a picture, a video, a chart or the start of a cell is named after a NUL."""

    text: str
    space: bool = False  # whether there is space before it
    marks: frozenset[tuple[str, str]] = frozenset()  # ("strong", ""), ("href", "https://…")


@dataclass(frozen=True)
class BodyBlock:
    """A block of a body, with the elements it lies in: ``("p",)``, ``("ul", "ul")``, ``("fact", "h3")``."""

    place: tuple[str, ...]
    tokens: tuple[Token, ...]
    number: int = 0  # of an item in a numbered list

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(token.text for token in self.tokens)

    @property
    def outer(self) -> str:
        return self.place[0]

    @property
    def name(self) -> str:
        """The name of the kind of block."""
        return str(PLACES.get(self.place[-1], PLACES["p"]))


class _Blocks(HTMLParser):
    """A parser that splits a cleaned body."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[BodyBlock] = []
        self.open: list[str] = []  # open blocks, by the names of PLACES; any other is ""
        self.tags: list[str] = []
        self.counts: list[int] = []  # of the items of open lists
        self.marks: list[tuple[str, list[tuple[str, str]]]] = []
        self.tokens: list[Token] = []
        self.space = False
        self.number = 0
        self.left = MOST_TOKENS

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._add("\n")
        elif tag in markup.INLINE:
            marks: list[tuple[str, str]] = [
                (name, attributes[name]) for name in ("href", "title") if name in attributes
            ]
            self.marks.append((tag, marks if tag == "a" else [(tag, attributes.get("data-form", ""))]))
        elif tag in {"td", "th"}:
            spans = [(name, attributes[name]) for name in ("colspan", "rowspan") if name in attributes]
            self._add("\0cell", [("th", ""), *spans] if tag == "th" else spans)
        else:
            self._begin(tag, attributes)

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "figcaption":
            self._break(self.tags)
        self.tags.append(tag)
        self.open.append(self._place(tag, attributes))
        if tag in {"ul", "ol"}:
            start = attributes.get("start", "")
            self.counts.append(int(start) - 1 if start.isdecimal() and len(start) < 5 else 0)
        elif tag == "li" and self.counts:
            self.counts[-1] += 1
            self.number = self.counts[-1] if "ol" in self.open and self._list() == "ol" else 0
        elif tag == "figure":
            kind = next((name for name in ("image", "embed", "chart", "read-also") if f"data-{name}" in attributes), "")
            self._add(
                f"\0{kind}:{attributes.get(f'data-{kind}', '')}", [("apart", "")] if "data-apart" in attributes else []
            )
            if "data-poster" in attributes:
                self._add(f"\0image:{attributes['data-poster']}")

    def _list(self) -> str:
        return next((name for name in reversed(self.open) if name in {"ul", "ol"}), "")

    @staticmethod
    def _place(tag: str, attributes: dict[str, str]) -> str:
        if tag == "aside":
            return "fact" if "data-fact-box" in attributes else "pull"
        if "data-speaker" in attributes:
            return "speaker"
        return tag if tag in PLACES else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in markup.INLINE:
            if self.marks and self.marks[-1][0] == tag:
                self.marks.pop()
            return
        if tag in self.tags:
            self._break(self.tags[:-1])
            at = len(self.tags) - 1 - self.tags[::-1].index(tag)
            for closed in self.tags[at:]:
                if closed in {"ul", "ol"} and self.counts:
                    self.counts.pop()
            del self.tags[at:], self.open[at:]

    def handle_data(self, data: str) -> None:
        for part in pieces_of(data, self.left):
            self.left -= 1
            if part.isspace():
                self.space = True
            else:
                self._add(part)

    def _add(self, text: str, marks: Iterable[tuple[str, str]] = ()) -> None:
        open_marks = [mark for _tag, several in self.marks for mark in several]
        is_spaced = self.space and bool(self.tokens) and "\0cell" not in {text, self.tokens[-1].text}
        self.tokens.append(Token(text, is_spaced, frozenset([*open_marks, *marks])))
        self.space = False

    def _break(self, within: list[str]) -> None:
        """End a block, except within a row of a table or a picture with its caption, which are one block."""
        if "tr" in within or "figure" in within:
            self.space = True
        else:
            self._end()

    def _end(self) -> None:
        if any(token.text not in {"\n", "\0cell"} for token in self.tokens):
            place = [name for name in self.open if name]
            place = place[:-1] if len(place) > 1 and place[-1] == "p" else place
            place = ["table"] if "table" in place else place
            self.blocks.append(BodyBlock(tuple(place) or ("p",), tuple(self.tokens), self.number))
            self.number = 0
        self.tokens, self.space = [], False

    def close(self) -> None:
        super().close()
        self._end()


def blocks_of_body(html: str) -> list[BodyBlock]:
    parser = _Blocks()
    parser.feed(markup.clean(html[:LONGEST]))
    parser.close()
    return parser.blocks
