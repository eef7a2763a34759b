"""A line of text as HTML for other systems: whole addresses, rates in words, footnotes as the format marks them."""

from collections.abc import Callable
from html import escape
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from articles.exporting.body_blocks import LINE_TAGS

PLAIN = {"strong", "em", "sub", "sup"}
Mark = Callable[[Element], str]


def resolved_address(address: str, root: str) -> str:
    """Return ``address`` resolved from the paper's ``root``, or as it is if it is none."""
    try:
        return urljoin(f"{root}/", address.strip())
    except ValueError:
        return address


class InlineHtml:
    """A writer of lines as HTML; ``mark`` writes a footnote."""

    def __init__(self, root: str, mark: Mark) -> None:
        self.root, self.mark = root, mark

    def write(self, element: Element) -> str:
        """Return what stands within ``element``, without blocks that it may hold."""
        parts = [_text(element.text)]
        for child in element:
            parts += [self._tag(child), _text(child.tail)]
        return "".join(parts).strip()

    def _tag(self, child: Element) -> str:
        if child.tag not in LINE_TAGS:
            return ""
        if child.tag == "br":
            return "<br>"
        if child.tag == "span":
            return self.mark(child) if "data-footnote" in child.attrib else self._inside(child)
        if child.tag == "a":
            return self._link(child)
        return f"<{child.tag}>{self._inside(child)}</{child.tag}>" if child.tag in PLAIN else self._inside(child)

    def _link(self, child: Element) -> str:
        if not child.get("href"):
            return self._inside(child)
        title = f' title="{escape(child.get("title", ""))}"' if child.get("title") else ""
        return (
            f'<a href="{escape(resolved_address(child.get("href", ""), self.root))}"{title}>{self._inside(child)}</a>'
        )

    def _inside(self, child: Element) -> str:
        parts = [_text(child.text)]
        for inner in child:
            parts += [self._tag(inner), _text(inner.tail)]
        return "".join(parts)


def _text(text: str | None) -> str:
    return escape(text or "", quote=False)
