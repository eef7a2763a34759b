"""Lexical, the format of Ghost 5 and 6: a tree of nodes, of which some are cards."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from articles.importing.body_writer import BodyWriter, LineRun, fragment_line, opening_link, write_runs
from articles.importing.ghost.cards import write_card
from articles.importing.items import ConvertedText, Surroundings

Node = dict[str, Any]
BOLD, ITALIC, STRUCK, UNDERLINED, CODE, SUB, SUP, HIGHLIGHTED = (1 << bit for bit in range(8))
QUOTES = {"quote", "extended-quote", "aside"}
HEADINGS = {"heading", "extended-heading"}
LINKS = {"link", "autolink", "at-link"}
BREAKS = {"linebreak": "<br>", "tab": " "}
SILENT = {"zwnj", "at-link-search"}  # of the editor alone
DEEPEST = 30  # nodes within each other; what lies deeper is read as words alone


def convert_lexical(text: str, surroundings: Surroundings) -> ConvertedText:
    """Return the body of a text in Lexical's JSON; what can't be read at all is an empty body with a finding."""
    writer = BodyWriter(surroundings)
    try:
        document = json.loads(text)
        root = document["root"]["children"]
    except (ValueError, TypeError, KeyError, RecursionError):
        writer.tell("damaged text", "Lexical", _("It is no JSON of Lexical; the text is empty."))
        return writer.converted()
    _Reader(writer).read_blocks(root, 0)
    return writer.converted()


def node_kind(node: Node) -> str:
    """Return the kind of a node."""
    kind = node.get("type")
    return kind if isinstance(kind, str) else ""


def children_of(node: Node) -> list[Node]:
    """Return the nodes within a node, without what is none."""
    children = node.get("children")
    return [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []


def _words(node: Node) -> str:
    """Return all words within a node, however deep, as escaped text."""
    words, waiting = [], [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current.get("text"), str):
            words.append(current["text"])
        elif node_kind(current) in BREAKS:
            words.append(" ")
        waiting += reversed(children_of(current))
    return escape("".join(words), quote=False)


class _Reader:
    """Reads nodes into a body."""

    def __init__(self, writer: BodyWriter) -> None:
        self.writer = writer

    def read_blocks(self, nodes: Any, depth: int) -> None:
        for node in nodes if isinstance(nodes, list) else []:
            if isinstance(node, dict):
                self._read_block(node, depth)

    def _read_block(self, node: Node, depth: int) -> None:
        kind = node_kind(node)
        if depth > DEEPEST:
            self.writer.write_paragraph(_words(node))
        elif kind == "paragraph":
            self.writer.write_paragraph(self._line(children_of(node), depth))
        elif kind in HEADINGS:
            self.writer.write_paragraph(self._line(children_of(node), depth), heading_tag(node.get("tag")))
        elif kind in QUOTES:
            line = self._line(children_of(node), depth)
            self.writer.write(f"<blockquote><p>{line}</p></blockquote>" if line.strip() else "")
        elif kind == "list":
            self.writer.write(self._list(node, depth))
        elif kind == "code" and "code" not in node:
            self.writer.write_paragraph(self._line(children_of(node), depth))
        elif not write_card(self.writer, kind, node):
            self._read_other(node, kind, depth)

    def _read_other(self, node: Node, kind: str, depth: int) -> None:
        """Read what is no block of its own: words at the root, or a card of somebody else's."""
        if kind in {"text", "extended-text"} or kind in LINKS:
            self.writer.write_paragraph(self._line([node], depth))
        else:
            if kind not in {"root", "listitem"}:
                self.writer.tell("unknown card", kind, _("Only the words in it are brought in."))
            self._read_unknown(node, depth)

    def _read_unknown(self, node: Node, depth: int) -> None:
        children = children_of(node)
        if any(node_kind(child) in {"paragraph", "list", *HEADINGS, *QUOTES} for child in children):
            self.read_blocks(children, depth + 1)
        elif children:
            self.writer.write_paragraph(self._line(children, depth))
        elif isinstance(node.get("html"), str):
            self.writer.write_paragraph(fragment_line(node["html"]))

    def _list(self, node: Node, depth: int) -> str:
        tag = "ol" if node.get("listType") == "number" or node.get("tag") == "ol" else "ul"
        start = node.get("start")
        attribute = f' start="{start}"' if tag == "ol" and isinstance(start, int) and start > 1 else ""
        items: list[str] = []
        for item in children_of(node):
            inner = [child for child in children_of(item) if node_kind(child) == "list"]
            line = self._line([child for child in children_of(item) if node_kind(child) != "list"], depth + 1)
            lists = "".join(self._inner_list(child, depth) for child in inner)
            if line.strip() or not items:
                items.append((f"<p>{line}</p>" if line.strip() else "") + lists)
            else:
                items[-1] += lists  # Lexical has an item of its own around an inner list
        rows = "".join(f"<li>{item}</li>" for item in items if item)
        return f"<{tag}{attribute}>{rows}</{tag}>" if rows else ""

    def _inner_list(self, node: Node, depth: int) -> str:
        return self._list(node, depth + 1) if depth < DEEPEST else f"<p>{_words(node)}</p>"

    def _line(self, nodes: list[Node], depth: int) -> str:
        return write_runs(self._runs(nodes, "", depth))

    def _runs(self, nodes: list[Node], link: str, depth: int) -> Iterator[LineRun]:
        for node in nodes:
            kind = node_kind(node)
            if kind in BREAKS:
                yield LineRun(BREAKS[kind], link=link)
            elif kind in SILENT:
                continue
            elif isinstance(node.get("text"), str):
                yield self._run(node, link)
            elif depth > DEEPEST:
                yield LineRun(_words(node), link=link)
            elif kind in LINKS:
                yield from self._runs(children_of(node), link or self._opening(node), depth + 1)
            else:
                yield from self._runs(children_of(node), link, depth + 1)

    def _opening(self, node: Node) -> str:
        address, title = node.get("url"), node.get("title")
        opening = opening_link(address, title if isinstance(title, str) else "") if isinstance(address, str) else ""
        if not opening:
            self.writer.tell("link", str(address), _("It leads to no page, so only its words stay."))
        return opening

    def _run(self, node: Node, link: str) -> LineRun:
        style = node.get("format")
        style = style if isinstance(style, int) else 0
        if style & STRUCK:
            self.writer.tell("struck out", node["text"][:80], _("The words stay, without the line through them."))
        script = "sup" if style & SUP else "sub" if style & SUB else ""
        html = escape(node["text"], quote=False)
        return LineRun(html, bool(style & BOLD), bool(style & ITALIC), script, link)


def heading_tag(tag: Any) -> str:
    """Return our tag of a heading: a text has two kinds."""
    return "h2" if str(tag) in {"h1", "h2"} else "h3"
