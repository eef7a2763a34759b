"""Pull quotes: ``<aside data-pull-quote="">`` around the words and, if there is one, their speaker.

The speaker follows the words: ``<p data-speaker="name">``, and ``<p data-speaker="role">`` for an office or function.
Without a speaker the words repeat the text, so screen readers and feeds leave them out; with one they are a quotation.
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
    """Return sanitized ``html`` with at most one speaker in each pull quote, after its words, and none anywhere else.

    No words are lost: an extra name or role becomes a paragraph; a role without a name becomes the name.
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
    """Return the words of a pull quote, its speaker's name and role; both are plain text with entities."""
    speaker: dict[str, str] = {}

    def take_line(match: re.Match[str]) -> str:
        line = _line(match[2])
        if line and speaker.setdefault(match[1], line) != line:
            return f"<p>{match[2]}</p>"
        return ""

    words = SPEAKER.sub(take_line, inside)
    name, role = speaker.get("name", ""), speaker.get("role", "")
    return words, name or role, role if name else ""


def _line(html: str) -> str:
    """Return one line of plain text; a footnote is put in brackets."""
    html = footnotes.FOOTNOTE.sub(r" (\1)", BREAK.sub(" ", html))
    return " ".join(TAG.sub("", html).split())


def with_speaker(html: str, write: Callable[[SafeString, SafeString, SafeString], str]) -> str:
    """Return a cleaned body with each pull quote that has a speaker written by ``write`` (words, name, role).

    A pull quote with a speaker and no words is left out.
    """

    def write_quote(match: re.Match[str]) -> str:
        if "data-speaker" not in match[1]:
            return match[0]
        words, name, role = (mark_safe(part) for part in _take_apart(match[1]))  # noqa: S308 - parts of the cleaned body
        return write(words, name, role) if _line(words) else ""

    return QUOTE.sub(write_quote, html) if "data-speaker" in html else html


def figure(words: SafeString, name: SafeString, role: SafeString) -> SafeString:
    """Return a pull quote for readers' pages."""
    role_html = format_html(' <span class="role"><bdi>{}</bdi></span>', role) if role else ""
    caption = format_html('<figcaption><span class="speaker"><bdi>{}</bdi></span>{}</figcaption>', name, role_html)
    return format_html('<figure class="pull-quote"><blockquote>{}</blockquote>{}</figure>', words, caption)


def quotation(words: SafeString, name: SafeString, role: SafeString) -> SafeString:
    """Return a pull quote for feeds: HTML that needs no style."""
    quoted = words if words.lstrip().startswith("<p") else format_html("<p>{}</p>", words)
    role_html = format_html(", {}", role) if role else ""
    return format_html("<blockquote>{}<p>— <cite>{}</cite>{}</p></blockquote>", quoted, name, role_html)
