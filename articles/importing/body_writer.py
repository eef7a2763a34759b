"""The paper's own HTML, written block by block by converters whose source is no HTML."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby
from urllib.parse import urlsplit

import nh3

from articles.body.markup import LIGHT, TAG, is_too_deep, plain_text
from articles.importing.items import ConvertedText, SourceFinding, Surroundings

BLOCK_END = re.compile(r"</(?:p|div|li|h[1-6]|blockquote)>|<br ?/?>", re.IGNORECASE)
SCHEMES = {"http", "https", "mailto", "tel"}
PICTURE = "<figure data-media="
_line_cleaner = nh3.Cleaner(
    tags={"a", "strong", "b", "em", "i", "sub", "sup", "br"},
    attributes={"a": {"href", "title"}},
    clean_content_tags={"script", "style"},
    url_schemes=SCHEMES,
    link_rel=None,
    strip_comments=True,
)


def fragment_line(html: str) -> str:
    """Return a fragment of HTML as one line: emphasis and links stay, blocks become line breaks."""
    if html.count("<") > LIGHT or is_too_deep(html):
        return escape(unescape(TAG.sub(" ", html)), quote=False).strip()
    html = _line_cleaner.clean(BLOCK_END.sub("<br>", html)).strip()
    for tag, ours in (("b", "strong"), ("i", "em")):
        html = html.replace(f"<{tag}>", f"<{ours}>").replace(f"</{tag}>", f"</{ours}>")
    return trim_breaks(html)


def trim_breaks(html: str) -> str:
    """Return a line without blanks and line breaks at its ends."""
    start, end = 0, len(html)
    while end > start and (html[end - 1].isspace() or html.endswith("<br>", start, end)):
        end -= 1 if html[end - 1].isspace() else 4
    while start < end and (html[start].isspace() or html.startswith("<br>", start, end)):
        start += 1 if html[start].isspace() else 4
    return html[start:end]


def fragment_words(html: str) -> str:
    """Return the words of a fragment of HTML on one line."""
    return " ".join(plain_text(fragment_line(html)).split())


def opening_link(address: str, title: str = "") -> str:
    """Return the opening tag of a link; "" for an address that no reader can follow, like a file on a computer."""
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return ""
    if not address or (scheme and scheme.lower() not in SCHEMES) or address.startswith("#"):
        return ""
    return f'<a href="{escape(address)}"' + (f' title="{escape(title)}"' if title else "") + ">"


def write_link(address: str, words: str) -> str:
    """Return a link in a text, or the words alone if the address leads nowhere."""
    opening = opening_link(address)
    return f"{opening}{escape(words, quote=False)}</a>" if opening else escape(words, quote=False)


@dataclass(frozen=True)
class LineRun:
    """Some HTML of a line that looks alike; ``link`` is the opening tag of the link it stands in."""

    html: str
    is_strong: bool = False
    is_emphasised: bool = False
    script: str = ""  # "sub" or "sup"
    link: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        if not self.html.strip():
            return ()
        chosen = (("strong", self.is_strong), ("em", self.is_emphasised), (self.script, bool(self.script)))
        return tuple(tag for tag, is_on in chosen if is_on)


def write_runs(runs: Iterable[LineRun]) -> str:
    """Return a line of runs; neighbours that look alike share their tags, so that no word is cut by markup."""
    parts = []
    for link, linked in groupby(runs, key=lambda run: run.link):
        words = "".join(_tagged(tags, "".join(run.html for run in alike)) for tags, alike in groupby(linked, _tags))
        parts.append(f"{link}{words}</a>" if link and words.strip() else words)
    return "".join(parts)


def _tags(run: LineRun) -> tuple[str, ...]:
    return run.tags


def _tagged(tags: tuple[str, ...], html: str) -> str:
    return "".join(f"<{tag}>" for tag in tags) + html + "".join(f"</{tag}>" for tag in reversed(tags))


class BodyWriter:
    """A body that grows block by block, with the pictures and findings of its text."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.parts: list[str] = []
        self.media: list[str] = []
        self.findings: dict[SourceFinding, None] = {}
        self._follows_picture = False

    def tell(self, kind: str, subject: str, why: str = "") -> None:
        """Report a finding of this text; one that is repeated is reported once."""
        self.findings[SourceFinding(kind, self.surroundings.key, subject, why)] = None

    def write(self, html: str) -> None:
        """Add blocks that are the paper's own HTML."""
        if html:
            self.parts.append(html)
            self._follows_picture = False

    def write_paragraph(self, line: str, tag: str = "p") -> None:
        """Add a line as a paragraph or heading; one without words is left out."""
        if line.replace("<br>", "").strip():
            self.write(f"<{tag}>{line.strip()}</{tag}>")

    def write_picture(self, reference: str, *, alt: str = "", caption: str = "", in_series: bool = False) -> None:
        """Add a picture, which is apart from one before it unless both form a series; ``caption`` is a line of HTML."""
        apart = ' data-apart=""' if self._follows_picture and not in_series else ""
        description = f' data-alt="{escape(alt)}"' if alt else ""
        words = f"<figcaption>{caption}</figcaption>" if caption else ""
        self.parts.append(f'<figure data-media="{escape(reference)}"{description}{apart}>{words}</figure>')
        self.media.append(reference)
        self._follows_picture = True

    def adopt(self, converted: ConvertedText) -> None:
        """Add what another converter made of a part of the text."""
        html = converted.html.strip()
        if self._follows_picture and html.startswith(PICTURE):
            html = html.replace(PICTURE, f'{PICTURE[:7]} data-apart="" data-media=', 1)
        self.media += converted.media
        self.findings |= dict.fromkeys(converted.findings)
        if html:
            self.parts.append(html)
            self._follows_picture = html.endswith("</figure>") and "data-media=" in html[html.rindex("<figure") :]

    def reference_of(self, address: str) -> str:
        """Return the reference of the picture at an address: the key of its media if the export has it."""
        return self.surroundings.media_of(address) or address

    def converted(self) -> ConvertedText:
        return ConvertedText("".join(self.parts), tuple(self.media), tuple(self.findings))
