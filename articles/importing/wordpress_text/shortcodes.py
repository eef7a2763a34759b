"""Shortcodes, ``[name key="value"]…[/name]``, read in one pass; brackets in prose stay words."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

DEEPEST = 40  # shortcodes within each other; of deeper ones only the content stays
LONGEST_ESCAPED = 5000  # characters between the brackets of [[name]…[/name]]
TOKEN = re.compile(
    r"<!--(?:(?!-->)[^<])*+-->"  # HTML is left alone: its tags and comments, scripts, and what shows code as it is
    r"|<(?P<raw>/?(?:script|style|pre|code|textarea))(?![\w-])[^<>]*>"
    r"|<(?P<tag>/?[a-zA-Z])(?:[^<>\"']|\"[^\"<>]{0,5000}\"|'[^'<>]{0,5000}'|[\"'])*+>"
    r"|(?P<escape>\[?)\[(?P<end>/?)(?P<name>[a-zA-Z][\w-]{0,60})(?=[\s\]/=])(?P<rest>[^\[\]]{0,20000}+)\](?P<after>\]?)",
)
ATTRIBUTE = re.compile(
    r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']+))|\"([^\"]*)\"|'([^']*)'|([^\s\"']+)|[\"']"
)
QUOTES = {ord(sign): '"' for sign in "“”„″«»"} | {ord(sign): "'" for sign in "‘’′"}
ENTITIES = (("&#8220;", '"'), ("&#8221;", '"'), ("&#8243;", '"'), ("&quot;", '"'), ("&#8217;", "'"), ("&#8216;", "'"))
SHORTCODE_NAME = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9_-]*)+\Z")


class Shortcode(NamedTuple):
    """A shortcode: its name, its attributes (those without a name by their place, from "0"), and what it encloses."""

    name: str
    attributes: dict[str, str]
    body: str
    is_enclosing: bool


@dataclass(frozen=True, eq=False)
class _Token:
    """A beginning or an end in brackets, as it stands in the text."""

    source: str
    name: str
    rest: str
    is_end: bool


Render = Callable[[Shortcode], str]


def shortcode_attributes(text: str) -> dict[str, str]:
    """Return the attributes in a shortcode, also those whose quotes a word processor has turned."""
    for entity, sign in ENTITIES:
        text = text.replace(entity, sign)
    if '="' not in text and "='" not in text:
        text = text.translate(QUOTES)
    attributes: dict[str, str] = {}
    place = 0
    for match in ATTRIBUTE.finditer(text):
        if match[1]:
            attributes[match[1].lower()] = next((value for value in match.groups()[1:4] if value is not None), "")
        elif value := next((value for value in match.groups()[4:] if value), ""):
            attributes[str(place)] = value
            place += 1
    return attributes


def replace_shortcodes(text: str, is_name: Callable[[str], bool], render: Render) -> str:
    """Return ``text`` with each shortcode replaced by what ``render`` makes of it.

    A shortcode has one of the names that are known, or encloses something, or has an attribute with a name, or is
    called as no word is: ``recent_posts``. Other brackets stay as they are.
    """
    parts = list(_pieces(text))
    pairs = _pairs([part for part in parts if isinstance(part, _Token)])
    buffers: list[list[str]] = [[]]
    open_tokens: list[_Token] = []
    for part in parts:
        if isinstance(part, str):
            buffers[-1].append(part)
        elif part not in pairs:
            buffers[-1].append(_alone(part, is_name, render))
        elif not part.is_end:
            open_tokens.append(part)
            buffers += [[]] if len(open_tokens) <= DEEPEST else []
        else:
            opening = open_tokens.pop()
            if len(open_tokens) < DEEPEST:
                body = "".join(buffers.pop())
                shortcode = Shortcode(opening.name, shortcode_attributes(opening.rest), body, is_enclosing=True)
                buffers[-1].append(render(shortcode))
    return "".join(buffers[-1])


def _pieces(text: str) -> Iterator[str | _Token]:
    """Yield what a text consists of: words and HTML as they are, and what may be a part of a shortcode."""
    at, raw = 0, ""
    for match in TOKEN.finditer(text):
        if match["raw"]:
            raw = _raw_after(match["raw"].lower(), raw)
        if raw or not match["name"]:
            continue
        start, end = match.start() + len(match["escape"]), match.end() - len(match["after"])
        if match["escape"] and (match["after"] or match["end"] or text.find("[/", end, end + LONGEST_ESCAPED) >= 0):
            yield text[at : match.start()]
            yield text[start:end]
            at = match.end()
        elif match["end"] and match["after"]:
            yield text[at:end]
            at = match.end()
        else:
            yield text[at:start]
            yield _Token(text[start:end], match["name"].lower(), match["rest"], bool(match["end"]))
            at = end
    yield text[at:]


def _raw_after(tag: str, raw: str) -> str:
    """Return the element in which nothing is a shortcode after a tag, if one is open; ``raw`` is that before it."""
    if tag.startswith("/"):
        return "" if tag[1:] == raw else raw
    return raw or tag


def _pairs(tokens: list[_Token]) -> set[_Token]:
    """Return the beginnings and ends that belong together; what begins within a pair ends there, too."""
    pairs: set[_Token] = set()
    open_tokens: list[_Token] = []
    open_names = Counter[str]()
    for token in tokens:
        if not token.is_end:
            if not token.rest.endswith("/"):
                open_tokens.append(token)
                open_names[token.name] += 1
            continue
        while open_names[token.name]:
            opening = open_tokens.pop()
            open_names[opening.name] -= 1
            if opening.name == token.name:
                pairs |= {opening, token}
                break
    return pairs


def _alone(token: _Token, is_name: Callable[[str], bool], render: Render) -> str:
    """Return what becomes of a shortcode that encloses nothing, or of brackets that are none."""
    is_named = is_name(token.name) or bool(SHORTCODE_NAME.match(token.name))
    if not token.source.lstrip("[/")[:1].islower() or (token.is_end and not is_named):
        return token.source
    if token.is_end:
        return ""
    attributes = shortcode_attributes(token.rest.removesuffix("/"))
    if is_named or any(not name.isdecimal() for name in attributes):
        return render(Shortcode(token.name, attributes, "", is_enclosing=False))
    return token.source
