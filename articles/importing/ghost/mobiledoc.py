"""Mobiledoc 0.3, the format of Ghost 1 to 4: sections of markers, with markups, atoms and cards listed beside them."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from articles.importing.body_writer import BodyWriter, LineRun, opening_link, write_runs
from articles.importing.ghost.cards import write_card
from articles.importing.ghost.lexical import heading_tag
from articles.importing.items import ConvertedText, Surroundings

TEXT, IMAGE, LIST, CARD = 1, 2, 3, 10  # kinds of sections
QUOTES = {"blockquote", "aside", "pull-quote"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
STRUCK = {"s", "del", "strike"}
MOST_OPEN = 50  # markups within each other


def convert_mobiledoc(text: str, surroundings: Surroundings) -> ConvertedText:
    """Return the body of a text in Mobiledoc's JSON; what can't be read at all is an empty body with a finding."""
    writer = BodyWriter(surroundings)
    try:
        document = json.loads(text)
        sections = document["sections"]
    except (ValueError, TypeError, KeyError, RecursionError):
        writer.tell("damaged text", "Mobiledoc", _("It is no JSON of Mobiledoc; the text is empty."))
        return writer.converted()
    reader = _Reader(writer, document)
    for section in _list(sections):
        reader.read_section(_list(section))
    return writer.converted()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _item(values: list[Any], at: Any) -> Any:
    return values[at] if isinstance(at, int) and 0 <= at < len(values) else None


class _Reader:
    """Reads the sections of one document into a body."""

    def __init__(self, writer: BodyWriter, document: dict[str, Any]) -> None:
        self.writer = writer
        self.markups, self.atoms, self.cards = (_list(document.get(name)) for name in ("markups", "atoms", "cards"))

    def read_section(self, section: list[Any]) -> None:
        kind, content = _item(section, 0), _item(section, 1)
        if kind == TEXT:
            self._read_text(str(content), _list(_item(section, 2)))
        elif kind == LIST:
            tag = "ol" if content == "ol" else "ul"
            lines = (self._line(_list(item)) for item in _list(_item(section, 2)))
            rows = "".join(f"<li><p>{line}</p></li>" for line in lines if line.strip())
            self.writer.write(f"<{tag}>{rows}</{tag}>" if rows else "")
        elif kind == IMAGE:
            write_card(self.writer, "image", {"src": content})
        elif kind == CARD:
            self._read_card(_list(_item(self.cards, content)))
        else:
            self.writer.tell("unknown card", str(kind), _("A section of this kind isn’t read."))

    def _read_text(self, tag: str, markers: list[Any]) -> None:
        line = self._line(markers)
        if tag in QUOTES:
            self.writer.write(f"<blockquote><p>{line}</p></blockquote>" if line.strip() else "")
        else:
            self.writer.write_paragraph(line, heading_tag(tag) if tag in HEADINGS else "p")

    def _read_card(self, card: list[Any]) -> None:
        name, payload = _item(card, 0), _item(card, 1)
        content = payload if isinstance(payload, dict) else {}
        if not write_card(self.writer, str(name), content):
            self.writer.tell("unknown card", str(name), _("Nothing of it is brought in."))

    def _line(self, markers: list[Any]) -> str:
        return write_runs(self._runs(markers))

    def _runs(self, markers: list[Any]) -> Iterator[LineRun]:
        """Yield what looks alike; a marker opens markups before its words, and closes some after them."""
        open_markups: list[tuple[str, str]] = []
        for marker in markers:
            kind, opened, closed, value = (_item(_list(marker), at) for at in range(4))
            for at in _list(opened)[: MOST_OPEN - len(open_markups)]:
                open_markups.append(self._markup(_list(_item(self.markups, at))))
            html = self._atom(_list(_item(self.atoms, value))) if kind == 1 else escape(str(value or ""), quote=False)
            yield self._run(html, open_markups)
            if isinstance(closed, int) and closed > 0:
                del open_markups[-closed:]

    def _run(self, html: str, markups: list[tuple[str, str]]) -> LineRun:
        tags = {tag for tag, _opening in markups}
        if tags & STRUCK:
            self.writer.tell("struck out", html[:80], _("The words stay, without the line through them."))
        link = next((opening for tag, opening in markups if tag == "a"), "")
        script = "sup" if "sup" in tags else "sub" if "sub" in tags else ""
        return LineRun(html, bool(tags & {"strong", "b"}), bool(tags & {"em", "i"}), script, link)

    def _markup(self, markup: list[Any]) -> tuple[str, str]:
        """Return the tag of a markup, with the opening tag of a link."""
        tag = str(_item(markup, 0) or "").lower()
        if tag != "a":
            return tag, ""
        names = _list(_item(markup, 1))
        attributes = dict(zip(map(str, names[::2]), map(str, names[1::2]), strict=False))
        opening = opening_link(attributes.get("href", ""), attributes.get("title", ""))
        if not opening:
            self.writer.tell("link", attributes.get("href", ""), _("It leads to no page, so only its words stay."))
        return tag, opening

    def _atom(self, atom: list[Any]) -> str:
        if _item(atom, 0) == "soft-return":
            return "<br>"
        return escape(str(_item(atom, 1) or ""), quote=False)
