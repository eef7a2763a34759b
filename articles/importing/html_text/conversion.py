"""A text on its way: what is around it, what is written of it, and what there is to tell."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.utils.translation import gettext as _

from articles.body import markup
from articles.importing.html_text.lines import Figure, InlineRun, Writer, written_value
from articles.importing.html_text.notes import NotesOfText, find_notes, is_own_number
from articles.importing.html_text.players import embed_figure, link_words
from articles.importing.html_text.tree import Element, element_words, excerpt_of, parse_tree, tag_of
from articles.importing.items import ConvertedText, SourceFinding, Surroundings

DEEPEST = 100  # elements within each other; the words of deeper ones stay, without their form
LONGEST_FINDING = 200
DROPPED = {"script", "style", "title", "template", "svg", "noframes", "noembed", "canvas"}
HIDDEN = re.compile(
    r"display:none|visibility:hidden|font-size:0(?![.\d])|opacity:0(?![.\d])|(?:left|top|text-indent):-\d{3,5}(?:px|em)"
)

Handler = Callable[["Conversion", Element, int], None]


class Conversion:
    """One text on its way: its surroundings, what is written of it, and what there is to tell."""

    def __init__(
        self, surroundings: Surroundings, handlers: Mapping[str, Handler], *, finds_addresses: bool = False
    ) -> None:
        self.surroundings = surroundings
        self.handlers = handlers  # by an element's name; "" is that of all others
        self.findings: dict[SourceFinding, None] = {}  # each once, in order
        self.writer = Writer(embed_at=embed_figure if finds_addresses else None)
        self.notes = NotesOfText()
        self.lists = 0  # open ones
        self.series = self.last_series = 0
        self.last_picture = ("", False)  # its reference, and whether it was there for browsers without scripts
        self.is_without_scripts = False

    def tell(self, kind: str, subject: str, why: str = "") -> None:
        """Add what was left out or changed to the findings."""
        self.findings.setdefault(
            SourceFinding(kind, self.surroundings.key, " ".join(subject.split())[:LONGEST_FINDING], why)
        )

    def convert(self, html: str) -> ConvertedText:
        """Return ``html`` as the paper's own, with what there is to tell."""
        root = parse_tree(html)
        if root is None:
            self.tell("nesting", "", _("Its elements are nested too deeply: only its words were kept."))
            return ConvertedText(markup.clean(html), (), tuple(self.findings))
        self.notes = find_notes(root)
        self.write_children(root, 0)
        blocks = self.writer.all_blocks()
        media = tuple(block.reference for block in blocks if isinstance(block, Figure) and block.kind == "media")
        return ConvertedText(self.writer.body(), media, tuple(self.findings))

    def write_children(self, node: Element, depth: int) -> None:
        """Write what is within an element."""
        if depth > DEEPEST:
            self.tell("nesting", "", _("What is nested too deeply has lost its form."))
            self.writer.add_text(element_words(node))
            return
        if node.text:
            self.writer.add_text(node.text)
        for child in node:
            self.write(child, depth + 1)
            if child.tail:
                self.writer.add_text(child.tail)

    def write(self, node: Element, depth: int) -> None:
        """Write one element."""
        tag = tag_of(node)
        if not tag or node in self.notes.hidden:
            return
        if tag in DROPPED:
            self._drop(node, tag)
        elif _is_hidden(node):
            self.tell("hidden", excerpt_of(node) or tag, _("Readers didn’t see it."))
        elif node in self.notes.by_mark:
            self._write_note(self.notes.by_mark[node], depth)
        else:
            self.handlers.get(tag, self.handlers[""])(self, node, depth)

    def line_of(self, node: Element, depth: int) -> tuple[str, list[Figure]]:
        """Return the words of an element as one line of HTML, and the figures within it."""
        with self.flat() as writer:
            self.write_children(node, depth)
            line = writer.line()
        return line, writer.figures

    def words_line(self, node: Element, depth: int) -> str:
        """Return the words of an element as one line of HTML; figures within it follow the open block."""
        line, figures = self.line_of(node, depth)
        self.writer.figures += figures
        return line

    @contextmanager
    def flat(self) -> Iterator[Writer]:
        """Write what follows into lines without blocks."""
        outer, self.writer = self.writer, Writer(is_flat=True)
        yield self.writer
        self.writer = outer

    def add_link(self, address: str, words: str = "") -> None:
        """Write a link in a block of its own."""
        self.writer.end_block()
        with self.writer.marked(f'<a href="{written_value(address)}">'):
            self.writer.add_text(words or link_words(address))
        self.writer.end_block()

    def add_line(self, html: str) -> None:
        """Write a line of HTML as a block of its own."""
        self.writer.end_block()
        self.writer.runs.append(InlineRun(html))
        self.writer.end_block()

    @contextmanager
    def without(self, nodes: list[Element]) -> Iterator[None]:
        """Leave out ``nodes`` from what is written within the block."""
        before = self.notes.hidden
        self.notes.hidden = before | set(nodes)
        yield
        self.notes.hidden = before

    def add_picture(self, figure: Figure) -> None:
        """Write a picture, once if it is there a second time for browsers without scripts."""
        reference, was_without_scripts = self.last_picture
        self.last_picture = (figure.reference, self.is_without_scripts)
        if figure.reference == reference and (self.is_without_scripts or was_without_scripts):
            return
        figure.series = self.series
        self.writer.add_figure(figure)

    @contextmanager
    def in_series(self) -> Iterator[None]:
        """Let the pictures that follow form one series."""
        before = self.series
        if not before:
            self.last_series += 1
            self.series = self.last_series
        yield
        self.series = before

    def _drop(self, node: Element, tag: str) -> None:
        subject = node.get("src") or (node.text or "" if tag in {"script", "style"} else excerpt_of(node))
        self.tell(tag, subject or tag)

    def _write_note(self, note: Element, depth: int) -> None:
        number = self.notes.numbers[note]
        self.notes.hidden.discard(note)
        with self.flat() as writer:
            by_mark, self.notes.by_mark = self.notes.by_mark, {}
            writer.add_text(note.text or "")
            for child in note:
                is_part = not is_own_number(child, note, number)
                if is_part:
                    self.write(child, depth + 1)
                writer.add_text(child.tail or "")
            self.notes.by_mark = by_mark
            line = writer.line()
        self.writer.figures += writer.figures
        self.notes.hidden.add(note)
        self.writer.add_note(line)


def _is_hidden(node: Element) -> bool:
    style = node.get("style")
    return node.get("hidden") is not None or bool(style and HIDDEN.search(re.sub(r"\s+", "", style[:2000].lower())))
