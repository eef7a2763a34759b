"""Footnotes: ``<span data-footnote="">the note</span>`` in a body stands where readers see the mark of the note.

A note is stored at its mark, so that both move together and neither exists without the other. Numbers are assigned when
the body is shown, in the order of the marks; notes with the same words are one note with several marks.
"""

import re
from collections.abc import Callable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.languages import language_attributes

OPENING = '<span data-footnote="">'
CLOSING = "</span>"
FOOTNOTE = re.compile(rf"{OPENING}((?:[^<]|<(?!/?span\b))*){CLOSING}")
MARK = re.compile(r'<sup class="footnote-mark">.*?</sup>')
TAG = re.compile(r'(<(/?)([a-z][a-z0-9]*)((?: [\w-]+="[^"]*")*)>)')  # as the sanitizer writes them
LINE = {"strong", "em", "sub", "sup", "a", "br", "data"}  # the tags that a note may contain
UNMARKED = re.compile(r'(<aside class="pull-quote"[^>]*>.*?</aside>)', re.DOTALL)  # hidden from screen readers
HEADING = re.compile(r"<(h[23])((?: [^<>]*)?)>((?:(?!</\1>).)*)</\1>", re.DOTALL)
TAGS = re.compile(r"<[^<>]*>")
NEXT = "<sup>, </sup>"
THIN = "\u2009"
LIST = '<section class="footnotes"'


def tidy_footnotes(html: str) -> str:
    """Return sanitized ``html`` whose spans are valid footnotes: a line of text each, none within a link or another
    note.

    No words are lost: a note within a note or a caption is put in brackets, a note with a list or a picture becomes
    part of the text, one within a link follows the link, and one between paragraphs joins the paragraph before.
    """
    if "<span" not in html:
        return html
    reader = _Tidy()
    parts = TAG.split(html)
    for at in range(0, len(parts) - 1, 5):
        text, tag, slash, name, attributes = parts[at : at + 5]
        reader.write(text)
        reader.read(tag, bool(slash), name, attributes)
    reader.write(parts[-1])
    return "".join(reader.out)


class _Tidy:
    """A parser that reads each tag once and keeps track of what is open."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.spans: list[str] = []  # open ones: note, inner, or bare
        self.brackets: list[list[int]] = []  # where the inner ones begin
        self.note: list[str] | None = None  # the content of the open note
        self.whole: list[str] = []  # the same with its blocks
        self.has_blocks = self.has_words = False  # in the open note
        self.is_in_link = self.is_in_caption = False
        self.link_notes: list[str] = []  # notes of the open link
        self.depth = 0  # of open elements outside notes

    def write(self, text: str) -> None:
        self.has_words = self.has_words or bool(text.strip())
        for parts in self._open_parts():
            if text:
                parts.append(text)

    def _open_parts(self) -> list[list[str]]:
        return [self.out] if self.note is None else [self.note, self.whole]

    def read(self, tag: str, is_end: bool, name: str, attributes: str) -> None:
        if name == "span":
            self._close() if is_end else self._open("data-footnote" in attributes)
        elif self.note is not None:
            self._read_inside(self.note, tag, is_end, name)
        else:
            self.out.append(tag)
            self.depth += 0 if name == "br" else -1 if is_end else 1
            self.is_in_caption = not is_end if name == "figcaption" else self.is_in_caption
            if name == "a":
                self.is_in_link = not is_end
                if is_end:
                    self.out += self.link_notes
                    self.link_notes = []

    def _open(self, is_note: bool) -> None:
        is_inner = self.is_in_caption or self.note is not None
        kind = "bare" if not is_note else "inner" if is_inner else "note"
        self.spans.append(kind)
        if kind == "note":
            self.note, self.whole, self.has_blocks, self.has_words = [], [], False, False
        elif kind == "inner":
            for parts in self._open_parts():
                parts.append("(" if parts and parts[-1][-1].isspace() else " (")
            self.brackets.append([len(parts) for parts in self._open_parts()])

    def _close(self) -> None:
        kind = self.spans.pop() if self.spans else "bare"
        if kind == "inner":
            for parts, start in zip(self._open_parts(), self.brackets.pop(), strict=True):
                if len(parts) == start:
                    parts.pop()  # an empty note
                else:
                    parts.append(")")
        elif kind == "note":
            note = OPENING + "".join(self.note or []).strip() + CLOSING
            self.note = None
            if self.has_blocks:
                self.out += self.whole
            elif self.is_in_link:
                self.link_notes.append(note)
            else:
                self._put(note)

    def _read_inside(self, note: list[str], tag: str, is_end: bool, name: str) -> None:
        """Add a tag within ``note``: a paragraph begins a line, any other block is too much for a note."""
        self.whole.append(tag)
        if name in LINE:
            note.append(tag)
        elif name != "p":
            self.has_blocks = True
        elif not is_end and self.has_words:
            note.append("<br>")

    def _put(self, note: str) -> None:
        at = len(self.out)
        while not self.depth and at and not self.out[at - 1].strip():
            at -= 1
        if not self.depth and at and self.out[at - 1] == "</p>":
            self.out[at - 1 :] = [note, "</p>"]
        else:
            self.out.append(note)


def footnote_texts(html: str) -> list[str]:
    """Return the text of each footnote in a cleaned body, in the order of the marks."""
    return FOOTNOTE.findall(html)


def without_footnotes(html: str) -> str:
    """Return a cleaned body without its footnotes."""
    return FOOTNOTE.sub("", html)


def at_end(html: str) -> str:
    """Return a cleaned body with its footnotes after it, a paragraph each, so that the text reads on at the marks."""
    return without_footnotes(html) + "".join(f"<p>{note}</p>" for note in footnote_texts(html) if note)


def numbered(html: str, *, linked: bool = True) -> str:
    """Return a body for readers with numbers at the marks and notes at its end; with ``linked``, both link to each
    other.
    """
    if OPENING not in html:
        return html
    notes = _Notes(linked)
    if linked:
        html = HEADING.sub(_with_label, html)
    parts = UNMARKED.split(html)
    html = "".join(_marked(part, notes.plain if at % 2 else notes.mark) for at, part in enumerate(parts))
    return html + notes.at_end()


def _with_label(match: re.Match[str]) -> str:
    """Give a heading a label of its words without the marks of notes."""
    tag, attributes, words = match.groups()
    if OPENING not in words:
        return match[0]
    name = " ".join(TAGS.sub("", without_footnotes(words)).split()).replace('"', "&quot;")
    return f'<{tag}{attributes} aria-label="{name}">{words}</{tag}>'


def _marked(html: str, mark: Callable[[str], str]) -> str:
    """Return ``html`` with each mark next to its word, without space typed between them."""
    parts: list[str] = []
    end = 0
    for match in FOOTNOTE.finditer(html):
        between, sign = html[end : match.start()].rstrip(), mark(match[1])
        is_next = not between and sign and parts and parts[-1]  # two adjacent numbers would read as one
        after_small = THIN if sign and between.endswith("</sup>") else ""  # the number is not part of an exponent
        parts += [between + after_small or (NEXT if is_next else ""), sign]
        end = match.end()
    return "".join([*parts, html[end:]])


class _Notes:
    """The notes of one body in order, each with its number and the places of its marks."""

    def __init__(self, linked: bool) -> None:
        self.linked = linked
        self.numbers: dict[str, int] = {}
        self.marks: dict[int, list[str]] = {}

    def _number(self, note: str) -> int:
        number = self.numbers.setdefault(note, len(self.numbers) + 1)
        self.marks.setdefault(number, [])
        return number

    def plain(self, note: str) -> str:
        return f"<sup>{self._number(note)}</sup>" if note else ""

    def mark(self, note: str) -> str:
        """Return the mark of ``note``; an empty note has none."""
        if not note or not self.linked:
            return self.plain(note)
        number = self._number(note)
        marks = self.marks[number]
        marks.append(f"footnote-mark-{number}" + (f"-{len(marks) + 1}" if marks else ""))
        return format_html(
            '<sup class="footnote-mark"><a id="{}" href="#footnote-{}" role="doc-noteref" aria-label="{}">{}</a></sup>',
            *(marks[-1], number, _("Note %(number)d") % {"number": number}, number),
        )

    def at_end(self) -> SafeString | str:
        if not self.numbers:
            return ""
        items = format_html_join("", "{}", ((self._item(note, number),) for note, number in self.numbers.items()))
        if not self.linked:
            return format_html("<h2>{}</h2><ol>{}</ol>", _("Notes"), items)
        return format_html(
            '<section class="footnotes" role="doc-endnotes" aria-labelledby="footnotes">'
            '<h2 id="footnotes"{}>{}</h2><ol>{}</ol></section>',
            *(language_attributes(get_language()), _("Notes"), items),
        )

    def _item(self, note: str, number: int) -> SafeString:
        words = mark_safe(note)  # noqa: S308 - part of the cleaned body
        if not self.linked:
            return format_html("<li>{}</li>", words)
        name = _("Back to note %(number)d in the text") % {"number": number}
        back = format_html_join(
            "",
            ' <a class="footnote-back" href="#{}" role="doc-backlink" aria-label="{}">↑{}</a>',
            (
                (mark, f"{name} ({nth})" if nth > 1 else name, format_html("<sup>{}</sup>", nth) if nth > 1 else "")
                for nth, mark in enumerate(self.marks[number], start=1)
            ),
        )
        return format_html('<li id="footnote-{}">{}{}</li>', number, words, back)
