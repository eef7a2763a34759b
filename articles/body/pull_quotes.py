"""Pull quotes: ``<aside data-pull-quote="">`` around the words and, if they have a speaker, around who says them.

The speaker stands after the words: ``<p data-speaker="name">`` and ``<p data-speaker="role">``, what they are.
Without one the words repeat the text, so screen readers and feeds leave them out; with one they are a quotation.
"""

import re
from collections.abc import Callable

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from articles.body import footnotes

OPENING, CLOSING = '<aside data-pull-quote="">', "</aside>"
QUOTE = re.compile(rf"{OPENING}((?:[^<]|<(?!/?aside\b))*+){CLOSING}")
SPEAKER = re.compile(r'<p data-speaker="(name|role)"[^<>]*>((?:[^<]|<(?!/?p\b))*+)</p>')
MARK = re.compile(r'<p data-speaker="(?:name|role)"')
BREAK = re.compile(r"<br\b[^<>]*>")
TAG = re.compile(r"<[^<>]*>")


def tidy_pull_quotes(html: str) -> str:
    """Sanitized ``html`` with at most one speaker in each pull quote, after its words, and none anywhere else.

    No words are lost: what is no speaker's name or role is a paragraph; a role without a name is the name.
    """
    if "data-speaker" not in html:
        return html
    parts = QUOTE.split(html)
    return "".join(_tidied(part) if at % 2 else _unmarked(part) for at, part in enumerate(parts))


def _tidied(inside: str) -> str:
    words, name, role = _take_apart(inside)
    speaker = "".join(f'<p data-speaker="{part}">{line}</p>' for part, line in (("name", name), ("role", role)) if line)
    return f"{OPENING}{_unmarked(words)}{speaker}{CLOSING}"


def _unmarked(html: str) -> str:
    return MARK.sub("<p", html)


def _take_apart(inside: str) -> tuple[str, str, str]:
    """The words of a pull quote, its speaker's name and what they are; both are plain text with entities."""
    said: dict[str, str] = {}

    def one(match: re.Match[str]) -> str:
        line = _line(match[2])
        if line and said.setdefault(match[1], line) != line:
            return f"<p>{match[2]}</p>"
        return ""

    words = SPEAKER.sub(one, inside)
    name, role = said.get("name", ""), said.get("role", "")
    return words, name or role, role if name else ""


def _line(html: str) -> str:
    """One line of plain text; a footnote stands in brackets."""
    html = footnotes.FOOTNOTE.sub(r" (\1)", BREAK.sub(" ", html))
    return " ".join(TAG.sub("", html).split())


def with_speaker(html: str, write: Callable[[SafeString, SafeString, SafeString], str]) -> str:
    """A cleaned body with each pull quote that has a speaker as ``write`` has it: of the words, the name and the role.

    One that has a speaker and no words says nothing, and is left out.
    """

    def one(match: re.Match[str]) -> str:
        if "data-speaker" not in match[1]:
            return match[0]
        words, name, role = (mark_safe(part) for part in _take_apart(match[1]))  # noqa: S308 - parts of the cleaned body
        return write(words, name, role) if _line(words) else ""

    return QUOTE.sub(one, html) if "data-speaker" in html else html


def figure(words: SafeString, name: SafeString, role: SafeString) -> SafeString:
    """For readers' pages."""
    said = format_html(' <span class="role"><bdi>{}</bdi></span>', role) if role else ""
    caption = format_html('<figcaption><span class="speaker"><bdi>{}</bdi></span>{}</figcaption>', name, said)
    return format_html('<figure class="pull-quote"><blockquote>{}</blockquote>{}</figure>', words, caption)


def quotation(words: SafeString, name: SafeString, role: SafeString) -> SafeString:
    """For feeds: HTML that needs no style."""
    quoted = words if words.lstrip().startswith("<p") else format_html("<p>{}</p>", words)
    said = format_html(", {}", role) if role else ""
    return format_html("<blockquote>{}<p>— <cite>{}</cite>{}</p></blockquote>", quoted, name, said)
