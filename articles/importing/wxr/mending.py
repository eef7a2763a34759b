"""An item that isn't well-formed, made so as WordPress's own importer would read it: by its elements, not its signs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _

ROWS = frozenset({"item", "wp:author", "wp:category", "wp:tag", "wp:term"})
PAIRS = frozenset({"wp:postmeta", "wp:termmeta"})
COMMENT = "wp:comment"
LEAVES = frozenset(
    "title link pubDate guid description category language generator dc:creator content:encoded excerpt:encoded "
    "wp:post_id wp:post_date wp:post_date_gmt wp:post_modified wp:post_modified_gmt wp:post_name wp:status "
    "wp:post_parent wp:menu_order wp:post_type wp:post_password wp:is_sticky wp:attachment_url wp:meta_key "
    "wp:meta_value wp:author_id wp:author_login wp:author_email wp:author_display_name wp:author_first_name "
    "wp:author_last_name wp:term_id wp:category_nicename wp:category_parent wp:cat_name wp:category_description "
    "wp:tag_slug wp:tag_name wp:tag_description wp:term_taxonomy wp:term_slug wp:term_parent wp:term_name "
    "wp:term_description wp:wxr_version wp:base_site_url wp:base_blog_url".split()
)
LOCAL = "|".join(sorted({name.rpartition(":")[2] for name in LEAVES | ROWS | PAIRS | {COMMENT}}, key=len, reverse=True))
TAG = re.compile(rf"<(/?)(?:([\w.-]{{1,40}}):)?({LOCAL})(\s[^<>]{{0,2000}})?>")
ATTRIBUTE = re.compile(r"""\s(domain|nicename)\s{0,20}=\s{0,20}(?:"([^"<>]{0,1500})"|'([^'<>]{0,1500})')""")
END = re.compile(r"</[\w:.-]{1,60}\s{0,20}>\s{0,1000}\Z")  # of the element itself
CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)
OPENING, CLOSING = "<![CDATA[", "]]>"
DIVISION = "]]><![CDATA["  # within the signs ]]>, which WordPress writes as ]]]]><![CDATA[>
REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,30}));")
BARE = re.compile(r"&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass
class Mended:
    """A well-formed element, and what had to be done to it: kinds of findings with how often."""

    xml: str = ""
    repairs: dict[str, int] = field(default_factory=dict)

    def note(self, repair: str, times: int = 1) -> None:
        if times:
            self.repairs[repair] = self.repairs.get(repair, 0) + times


@dataclass(frozen=True)
class _Tag:
    name: str
    start: int
    end: int
    is_closing: bool
    is_empty: bool
    attributes: str


def mend(source: bytes, prefixes: dict[str, str], root: str) -> Mended:
    """Return the element that ``source`` holds as one ``root`` that any parser reads, with the known parts in it.

    ``prefixes`` leads from the file's own prefixes to those that WordPress writes.
    """
    mended = Mended()
    text = END.sub("", source.decode(errors="replace"))
    mended.note("invalid UTF-8", text.count("\ufffd") - source.count("\ufffd".encode()))
    text, controls = FORBIDDEN.subn("", text)
    mended.note("control character", controls)
    mended.xml = f"<{root}>{''.join(_parts(text, prefixes, mended))}</{root}>"
    return mended


def _parts(text: str, prefixes: dict[str, str], mended: Mended) -> Iterator[str]:
    at, pair = 0, ""
    while tag := _next_tag(text, at, prefixes):
        at = tag.end
        if tag.name in PAIRS and not tag.is_empty:
            if pair:
                yield f"</{pair}>"
            pair = "" if tag.is_closing else tag.name
            if pair:
                yield f"<{pair}>"
        elif tag.name in LEAVES and not tag.is_closing:
            value = ""
            if not tag.is_empty:
                end, at = _end_of_leaf(text, tag, prefixes, mended)
                value = _value(text[tag.end : end], mended)
            yield f"<{tag.name}{_attributes(tag.attributes)}>{escape(value)}</{tag.name}>"
        elif tag.name == COMMENT and not tag.is_closing:
            at = at if tag.is_empty else _end_of_leaf(text, tag, prefixes, mended)[1]
            yield f"<{COMMENT}/>"
    if pair:
        mended.note("missing end of an element")
        yield f"</{pair}>"


def _next_tag(text: str, at: int, prefixes: dict[str, str]) -> _Tag | None:
    """Return the next tag of a known name from ``at``; an unknown one is no more than text."""
    for match in TAG.finditer(text, at):
        prefix = match[2]
        name = f"{prefixes.get(prefix, prefix)}:{match[3]}" if prefix else match[3]
        if name in LEAVES or name in PAIRS or name == COMMENT:
            attributes = match[4] or ""
            is_empty = attributes.endswith("/") or text.startswith("/", match.end() - 2)
            return _Tag(name, match.start(), match.end(), bool(match[1]), is_empty, attributes)
    return None


def _end_of_leaf(text: str, tag: _Tag, prefixes: dict[str, str], mended: Mended) -> tuple[int, int]:
    """Return where the words of ``tag`` end and where its closing tag ends.

    Words that begin as a section end at the first closing tag right behind the end of one; without such a tag before
    the element's next, at the first closing tag.
    """
    written = text[tag.start + 1 : tag.end].split(">")[0].split()[0]
    edges = re.compile(rf"<(/?){re.escape(written)}(?:\s[^<>]{{0,2000}})?>")
    is_section = text.startswith(OPENING, _skip_space(text, tag.end))
    first = None
    for edge in edges.finditer(text, tag.end):
        if edge[1]:
            first = first or edge
            if not is_section or text[max(tag.end, edge.start() - 100) : edge.start()].rstrip().endswith(CLOSING):
                return edge.start(), edge.end()
        else:  # that of the next element of its name: never look further, or a file of such tags would take hours
            break
    if first:
        return first.start(), first.end()
    mended.note("missing end of an element")
    if is_section and (section := text.find(CLOSING, tag.end)) >= 0:
        end = section + len(CLOSING)
    else:
        following = None if is_section else _next_tag(text, tag.end, prefixes)
        end = following.start if following else len(text)
    return end, end


def _skip_space(text: str, at: int) -> int:
    end = at
    while end < min(len(text), at + 1000) and text[end].isspace():
        end += 1
    return end


def _value(words: str, mended: Mended) -> str:
    """Return what ``words`` between two tags mean: sections as they stand, everything else with its references read."""
    inside = words.strip()
    if inside.startswith(OPENING):
        return _section(inside.removeprefix(OPENING), mended)
    value, end = [], 0
    for section in CDATA.finditer(words, 0, words.rfind(CLOSING) + len(CLOSING)):  # further on none ends
        value += [_text(words[end : section.start()], mended), section[1]]
        end = section.end()
    return "".join([*value, _text(words[end:], mended)])


def _section(inside: str, mended: Mended) -> str:
    if inside.endswith(CLOSING):
        inside = inside.removesuffix(CLOSING)
    else:
        mended.note("section without an end")
    divided = inside.count(DIVISION)
    ends, nested = inside.count(CLOSING) - divided, inside.count(OPENING) - divided
    inside = inside.replace(DIVISION, "")
    if nested:
        mended.note("section in a section", nested)
        return inside.replace(OPENING, "").replace(CLOSING, "", nested)
    mended.note("end of a section in a text", ends)
    return inside


def _text(words: str, mended: Mended) -> str:
    mended.note("markup outside a section", words.count("<"))
    mended.note("bare ampersand or unknown entity", len(BARE.findall(words)))
    mended.note("end of a section in a text", words.count(CLOSING))
    return REFERENCE.sub(_sign, words)


def _sign(match: re.Match[str]) -> str:
    """Return the sign that a reference means; the reference if it means none."""
    if name := match[3]:
        return html5.get(f"{name};", match[0])
    number = int(match[1]) if match[1] else int(match[2], 16)
    is_sign = (
        number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0xFFFF < number < 0x110000
    )
    return chr(number) if is_sign else ""


def _attributes(written: str) -> str:
    pairs = {match[1]: match[2] if match[2] is not None else match[3] for match in ATTRIBUTE.finditer(written)}
    return "".join(f" {name}={quoteattr(REFERENCE.sub(_sign, value))}" for name, value in pairs.items())


def reasons() -> dict[str, str]:
    """Return what was done about each kind of damage, for the report."""
    return {
        "invalid UTF-8": _("Bytes that are no sign stand as U+FFFD in the text."),
        "control character": _("Signs that XML doesn't allow were left out."),
        "missing end of an element": _("The words up to the next element were taken."),
        "markup outside a section": _("Tags that stood in the XML were read as the text's."),
        "unknown element": _("What isn't WordPress's own and isn't well-formed was left out."),
        "section without an end": _("The words up to the element's end were taken."),
        "section in a section": _("The inner marks were left out, the words kept."),
        "end of a section in a text": _("The signs ]]> were read as text."),
        "bare ampersand or unknown entity": _("It was read as in HTML, or as the sign &."),
    }
