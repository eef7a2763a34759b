"""Markdown in a card, or as a whole text of the first Ghosts: CommonMark with tables and footnotes, as HTML."""

import re
from html import escape

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from articles.body.markup import LONGEST
from articles.importing.body_writer import BodyWriter, fragment_line
from articles.importing.html_text import convert_html

NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]{1,80})\]:[ \t]*(.*)$", re.MULTILINE)
NOTE_MARK = re.compile(r"\[\^([^\]\s]{1,80})\](?!:)")
TAGS = re.compile(r"(<[^<>]*>)")
_parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def markdown_html(text: str) -> str:
    """Return Markdown as HTML, by CommonMark; a text longer than any body stays paragraphs of what was typed."""
    if len(text) > LONGEST:
        lines = (escape(line.strip(), quote=False) for line in text.split("\n"))
        return "".join(f"<p>{line}</p>" for line in lines if line)
    return str(_parser.render(text))


def write_markdown(writer: BodyWriter, text: str) -> None:
    """Add Markdown to a body; footnotes (``[^1]`` and ``[^1]: words``) become the paper's own."""
    notes = {label: fragment_line(_parser.renderInline(words)) for label, words in NOTE.findall(text)[:1000]}
    if len(text) > LONGEST:
        writer.tell("markdown", text[:80], _("It is too long to be read as Markdown, so its signs stay in the text."))
    converted = convert_html(markdown_html(NOTE.sub("", text) if notes else text), writer.surroundings)
    if notes:
        parts = TAGS.split(converted.html)
        parts[::2] = [_with_notes(part, notes) for part in parts[::2]]
        converted = type(converted)("".join(parts), converted.media, converted.findings)
    writer.adopt(converted)


def _with_notes(words: str, notes: dict[str, str]) -> str:
    def note_of(mark: re.Match[str]) -> str:
        return f'<span data-footnote="">{notes[mark[1]]}</span>' if mark[1] in notes else mark[0]

    return NOTE_MARK.sub(note_of, words)
