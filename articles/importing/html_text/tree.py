"""The elements of a text as lxml parses them: in linear time, without anything outside the text being read."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from ground.characters import normalise_html

Element = Any  # of lxml, which has no types
FRAME = re.compile(r"</?(?:html|body|head)(?![\w-])[^<>]*>|<!doctype[^<>]*>|<!\[CDATA\[", re.IGNORECASE)
SPACE = re.compile(r"[ \t\n\r\f]+")
MOST_EVENTS, LONGEST_EXCERPT = 200, 1000
UNSEEN = {"script", "style", "template", "svg", "iframe", "noembed", "noframes", "title", "object", "canvas"}


def parse_tree(html: str) -> Element | None:
    """Return the body of ``html``; None if its elements are nested so deeply that the parser gives up."""
    html = FRAME.sub("", normalise_html(html))
    if html.rfind("<!--") > html.rfind("-->"):  # a comment without an end would swallow all that follows
        at = html.rfind("<!--")
        html = f"{html[:at]}&lt;{html[at + 1 :]}"
    if html.rfind("<") > html.rfind(">"):
        at = html.rfind("<")
        html = f"{html[:at]}&lt;{html[at + 1 :]}"
    parser = etree.HTMLParser(huge_tree=True, encoding="utf-8", remove_pis=True, no_network=True)
    root = etree.fromstring(f"<html><body>{html}".encode(), parser)
    error = parser.error_log.last_error
    if error is not None and error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return None
    body = root.find("body")
    return root if body is None else body


def tag_of(node: Element) -> str:
    """Return the name of an element; "" for a comment."""
    return node.tag.lower() if isinstance(node.tag, str) else ""


def element_words(node: Element) -> str:
    """Return the words within an element on one line, without those that no reader sees."""
    return SPACE.sub(" ", "".join(_texts(node))).strip()


def excerpt_of(node: Element) -> str:
    """Return the first words within an element, for a finding or to see whether there are any."""
    return SPACE.sub(" ", "".join(_texts(node, MOST_EVENTS))[:LONGEST_EXCERPT]).strip()


def _texts(node: Element, most: int | None = None) -> Iterator[str]:
    """Yield the texts within an element without recursion, however deep they are."""
    unseen: Element | None = None
    for event, inner in islice(etree.iterwalk(node, events=("start", "end", "comment")), most):
        if event == "start":
            if unseen is None and inner is not node and tag_of(inner) in UNSEEN:
                unseen = inner
            if unseen is None and inner.text:
                yield inner.text
        else:
            unseen = None if inner is unseen else unseen
            if unseen is None and inner is not node and inner.tail:
                yield inner.tail


def classes_of(node: Element) -> set[str]:
    """Return the classes of an element."""
    return set((node.get("class") or "").lower().split())


def leading_number(value: str | None) -> int | None:
    """Return the number at the beginning of an attribute, like 300 of "300px"."""
    match = re.match(r"\s*(\d{1,6})", value or "", re.ASCII)
    return int(match[1]) if match else None
