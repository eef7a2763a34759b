"""Writing a body: runs of words with their marks become lines, lines become blocks, figures stand between blocks."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import takewhile
from typing import NamedTuple

from articles.body import footnotes
from articles.body.series import APART

SPACE = re.compile(r"[ \t\n\r\f]+")
BLANK_LINES = re.compile(r"[ \t\r\f]*\n(?:[ \t\r\f]*\n)+[ \t\r\f]*")
ADDRESS = re.compile(r"https?://[^\s<>\"]{4,1000}", re.IGNORECASE)
NAME = re.compile(r"<([a-z]+)")
BREAK = "<br>"


def written(text: str) -> str:
    """Return ``text`` as the sanitizer writes it."""
    return escape(text, quote=False).replace("\xa0", "&nbsp;")


def written_value(text: str) -> str:
    """Return the value of an attribute as the sanitizer writes it."""
    return text.replace("&", "&amp;").replace("\xa0", "&nbsp;").replace('"', "&quot;")


@dataclass
class Figure:
    """A picture by its reference, or an embed by its address; ``series`` is the same number for pictures of one."""

    kind: str  # "media" or "embed"
    reference: str
    alt: str = ""
    credit: str = ""
    address: str = ""  # where the picture is, beside a reference by number
    caption: str = ""  # as HTML
    series: int = 0

    def html(self, is_apart: bool) -> str:
        values = {
            f"data-{self.kind}": self.reference,
            "data-alt": self.alt,
            "data-credit": self.credit,
            "data-address": self.address,
        }
        attributes = "".join(f' {name}="{written_value(value)}"' for name, value in values.items() if value)
        caption = f"<figcaption>{self.caption}</figcaption>" if self.caption else ""
        return f"<figure{APART if is_apart else ''}{attributes}>{caption}</figure>"


class InlineRun(NamedTuple):
    """Words with the tags around them; a break has no words, a note is written as it is."""

    html: str
    marks: tuple[str, ...] = ()
    is_note: bool = False


def inline_html(runs: list[InlineRun]) -> str:
    """Return runs as HTML in which no tag is closed and opened again without need."""
    parts: list[str] = []
    open_marks: list[str] = []

    def close_to(depth: int) -> None:
        while len(open_marks) > depth:
            parts.append(f"</{NAME.match(open_marks.pop())[1]}>")  # type: ignore[index] # each mark is a tag

    for run in runs:
        shared = 0
        marks = tuple(mark for mark in run.marks if not (run.is_note and mark.startswith("<a")))
        while shared < min(len(open_marks), len(marks)) and open_marks[shared] == marks[shared]:
            shared += 1
        close_to(shared)
        for mark in marks[shared:]:
            parts.append(mark)
            open_marks.append(mark)
        parts.append(run.html)
    close_to(0)
    return "".join(parts)


@dataclass
class Writer:
    """Collects a body. A flat one writes lines without blocks: a caption, a note, a name."""

    is_flat: bool = False
    blocks: list[str | Figure] = field(default_factory=list)
    runs: list[InlineRun] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    tag: str = "p"
    is_preserved: bool = False  # each space and line break counts
    has_lines: bool = False  # a line break is one, a blank line ends a paragraph
    embed_at: Callable[[str], Figure | None] | None = None  # the embed that an address on a line of its own is
    figures: list[Figure] = field(default_factory=list)  # those that wait for the end of a block
    outer: list[list[str | Figure]] = field(default_factory=list)  # the blocks around the open container

    def add_text(self, text: str) -> None:
        if self.is_preserved:
            self._add_lines(text.replace("\r", ""), "\n", keep_spaces=True)
        elif self.has_lines and not self.is_flat:
            for at, paragraph in enumerate(BLANK_LINES.split(text.replace("\r\n", "\n"))):
                if at:
                    self.end_block()
                self._add_lines(paragraph, "\n")
        else:
            self._add_words(SPACE.sub(" ", text))

    def _add_lines(self, text: str, separator: str, *, keep_spaces: bool = False) -> None:
        for at, line in enumerate(text.split(separator)):
            if at and (keep_spaces or not (self.runs and self.runs[-1].html == BREAK)):
                self.add_break()
            if keep_spaces:
                indent = len(line) - len(line.lstrip(" \t"))
                self._add_words("\xa0" * indent + line[indent:])
            else:
                self._add_words(SPACE.sub(" ", line))

    def _add_words(self, text: str) -> None:
        if not self.is_preserved and (not self.runs or self.runs[-1].html == BREAK or self._ends_in_space()):
            text = text.lstrip(" ")
        if text:
            self.runs.append(InlineRun(written(text), tuple(self.marks)))

    def _ends_in_space(self) -> bool:
        return not self.runs[-1].is_note and self.runs[-1].html.endswith(" ")

    def add_break(self) -> None:
        """End a line; two breaks end a block."""
        self._strip_space()
        if self.runs and self.runs[-1].html == BREAK and not self.is_flat:
            self.end_block()
        elif self.runs:
            self.runs.append(InlineRun(BREAK, self.runs[-1].marks))

    def add_note(self, html: str) -> None:
        if html:
            self._strip_space()
            self.runs.append(InlineRun(f"{footnotes.OPENING}{html}{footnotes.CLOSING}", is_note=True))

    def add_figure(self, figure: Figure) -> None:
        """Put a figure before the words of the block if none has come yet, else after it."""
        if self.runs or self.outer or self.is_flat:
            self.figures.append(figure)
        else:
            self.blocks.append(figure)

    @contextmanager
    def marked(self, tag: str) -> Iterator[None]:
        """Write what follows within an inline element."""
        name = NAME.match(tag)
        names = [match[1] for mark in self.marks if (match := NAME.match(mark))]
        before = self.marks
        if name and name[1] not in names:
            self.marks = [*before, tag]
        yield
        self.marks = before

    @contextmanager
    def tagged(self, tag: str) -> Iterator[None]:
        """Write the blocks that follow as ``tag``, unless they are within a list, a quotation or a table."""
        self.end_block()
        before, self.tag = self.tag, tag if not self.outer else "p"
        yield
        self.end_block()
        self.tag = before

    @contextmanager
    def container(self, opening: str, name: str) -> Iterator[None]:
        """Write the blocks that follow within an element; what stays empty is left out."""
        self.end_block()
        if self.is_flat:
            yield
            self.end_block()
            return
        self.outer.append(self.blocks)
        self.blocks, tag, self.tag = [], self.tag, "p"
        yield
        self.end_block()
        inner, self.blocks, self.tag = self.blocks, self.outer.pop(), tag
        html = "".join(block for block in inner if isinstance(block, str))
        if html or name in {"td", "th"}:
            self.blocks.append(f"{opening}{html}</{name}>")
        self._put_figures()

    def end_block(self) -> None:
        runs, self.runs = self.runs, []
        while runs and (runs[-1].html == BREAK or not runs[-1].html.strip(" ")):
            runs.pop()
        for stretch in self._stretches(runs):
            if isinstance(stretch, Figure):
                self.add_figure(stretch)
                continue
            html = inline_html(stretch).rstrip(" ")
            if html.replace("&nbsp;", "").strip():
                self.blocks.append(html if self.is_flat else f"<{self.tag}>{html}</{self.tag}>")
        self._put_figures()

    def _stretches(self, runs: list[InlineRun]) -> list[list[InlineRun] | Figure]:
        """Return the runs of a block, parted where an address on a line of its own is an embed."""
        if self.embed_at is None or self.is_flat:
            return [runs]
        stretches: list[list[InlineRun] | Figure] = []
        line_runs: list[InlineRun] = []
        for line in _lines_of(runs):
            text = unescape(line[0].html.strip()) if len(line) == 1 and not line[0].marks else ""
            if ADDRESS.fullmatch(text):
                if figure := self.embed_at(text):
                    stretches += [line_runs, figure]
                    line_runs = []
                    continue
                line = [InlineRun(line[0].html.strip(), (f'<a href="{written_value(text)}">',))]
            if line_runs:
                line_runs.append(InlineRun(BREAK, _shared(line_runs[-1].marks, line[0].marks if line else ())))
            line_runs += line
        return [*stretches, line_runs]

    def _put_figures(self) -> None:
        if not self.outer and not self.is_flat:
            self.blocks += self.figures
            self.figures = []

    def _strip_space(self) -> None:
        while self.runs and not self.runs[-1].is_note and self.runs[-1].html != BREAK:
            stripped = self.runs[-1].html.rstrip(" ")
            if stripped:
                self.runs[-1] = self.runs[-1]._replace(html=stripped)
                return
            self.runs.pop()

    def all_blocks(self) -> list[str | Figure]:
        """Return the blocks, with the figures between them."""
        self.end_block()
        return self.blocks

    def body(self) -> str:
        """Return the blocks as HTML; a picture that follows one of another series is kept apart from it."""
        parts: list[str] = []
        before: Figure | None = None
        for block in self.all_blocks():
            if isinstance(block, Figure):
                is_picture = block.kind == "media"
                is_apart = is_picture and before is not None and not (block.series and block.series == before.series)
                parts.append(block.html(is_apart))
                before = block if is_picture else None
            else:
                parts.append(block)
                before = None
        return "".join(parts)

    def line(self) -> str:
        """Return what a flat writer holds as one line of HTML."""
        self.end_block()
        return BREAK.join(block for block in self.blocks if isinstance(block, str))


def _lines_of(runs: list[InlineRun]) -> list[list[InlineRun]]:
    lines: list[list[InlineRun]] = [[]]
    for run in runs:
        if run.html == BREAK:
            lines.append([])
        else:
            lines[-1].append(run)
    return lines


def _shared(marks: tuple[str, ...], following: tuple[str, ...]) -> tuple[str, ...]:
    """Return the marks with which both begin."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(marks, following, strict=False))
    return tuple(mark for mark, _same in pairs)
