"""How each element of HTML is written as the paper's own."""

import re

from django.utils.translation import gettext as _

from articles.body import markup
from articles.importing.html_text import figures, tables
from articles.importing.html_text.conversion import Conversion, Handler
from articles.importing.html_text.lines import written_value
from articles.importing.html_text.notes import is_way_back
from articles.importing.html_text.players import quoted_post
from articles.importing.html_text.tree import Element, classes_of, excerpt_of, leading_number, tag_of

DEEPEST_LIST = 6
LONGEST_ADDRESS = 2000
MARKS = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "dfn": "em", "var": "em", "sub": "sub", "sup": "sup"}
HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}
BLOCKS = set(
    "p div section article main header footer nav aside address center fieldset legend dl dd hgroup "
    "body tr td th tbody thead tfoot li caption figcaption optgroup option marquee details".split()
)
PLAYERS = {"iframe", "embed", "object", "audio", "video", "applet", "amp-iframe", "amp-youtube", "amp-video"}
# An address with one of these schemes, or none: "a/b" is one, "foo:bar" is not.
ADDRESS = re.compile(r"https?:|mailto:|tel:|[^:#][^:]*(?:[/?#]|\Z)|/|\?", re.IGNORECASE)
BOLD = re.compile(r"font-weight:(?:bold|[6-9]00)")
SLANTED = re.compile(r"font-style:(?:italic|oblique)")
HEADING_CLASSES = {"schema-faq-question", "schema-how-to-step-name"}  # of Yoast's questions and steps


def _write_block(conversion: Conversion, node: Element, depth: int) -> None:
    if figures.is_gallery(node):
        figures.write_gallery(conversion, node, depth)
    elif classes_of(node) & figures.CAPTIONED and node.find(".//img") is not None:
        figures.write_figure(conversion, node, depth)
    else:
        _write_plain_block(conversion, node, depth)


def _write_inline(conversion: Conversion, node: Element, depth: int) -> None:
    style = re.sub(r"\s+", "", (node.get("style") or "")[:2000].lower())
    classes = classes_of(node)
    if classes & HEADING_CLASSES:
        with conversion.writer.tagged("h3"):
            conversion.write_children(node, depth)
        return
    if tag_of(node) == "span" and node.get("data-footnote") is not None:
        conversion.writer.add_note(conversion.words_line(node, depth))
        return
    marks = [MARKS[tag_of(node)]] if tag_of(node) in MARKS else []
    marks += ["strong"] if BOLD.search(style) else []
    marks += ["em"] if SLANTED.search(style) else []
    _write_marked(conversion, node, depth, [f"<{mark}>" for mark in dict.fromkeys(marks)])


def _write_marked(conversion: Conversion, node: Element, depth: int, marks: list[str]) -> None:
    if not marks:
        conversion.write_children(node, depth)
        return
    with conversion.writer.marked(marks[0]):
        _write_marked(conversion, node, depth, marks[1:])


def _write_heading(conversion: Conversion, node: Element, depth: int) -> None:
    with conversion.writer.tagged(HEADINGS[tag_of(node)]):
        conversion.write_children(node, depth)


def _write_break(conversion: Conversion, node: Element, depth: int) -> None:
    conversion.writer.add_break()


def _write_rule(conversion: Conversion, node: Element, depth: int) -> None:
    conversion.writer.end_block()


def _write_link(conversion: Conversion, node: Element, depth: int) -> None:
    address = (node.get("href") or "").strip()
    if is_way_back(node) and (conversion.writer.is_flat or not any(map(str.isalnum, excerpt_of(node)))):
        return
    if "wp-block-file__button" in classes_of(node):
        conversion.tell("button", excerpt_of(node), _("The file is linked beside it."))
        return
    is_link = bool(address and ADDRESS.match(address)) and len(address) <= LONGEST_ADDRESS
    if address and not is_link:
        conversion.tell("link", address, _("It leads to no page: its words were kept."))
    if not is_link:
        conversion.write_children(node, depth)
        return
    with conversion.writer.marked(f'<a href="{written_value(address)}">'):
        conversion.write_children(node, depth)
    if node.find(".//img") is not None and not excerpt_of(node):
        figures.tell_linked(conversion, node, address)


def _write_list(conversion: Conversion, node: Element, depth: int) -> None:
    if figures.is_gallery(node):
        figures.write_gallery(conversion, node, depth)
        return
    if conversion.lists >= DEEPEST_LIST:
        _write_plain_block(conversion, node, depth)
        return
    name = "ol" if tag_of(node) == "ol" else "ul"
    start = leading_number(node.get("start")) or 1
    numbered = f' start="{start}"' if name == "ol" and 1 < start <= markup.NUMBERS["start"] else ""
    conversion.lists += 1
    with conversion.writer.container(f"<{name}{numbered}>", name):
        _write_items(conversion, node, depth)
    conversion.lists -= 1


def _write_items(conversion: Conversion, node: Element, depth: int) -> None:
    """Write each item of a list, and what stands loosely between items as one, too."""
    if (node.text or "").strip():
        with conversion.writer.container("<li>", "li"):
            conversion.writer.add_text(node.text or "")
    for child in node:
        with conversion.writer.container("<li>", "li"):
            if tag_of(child) == "li" and child not in conversion.notes.hidden:
                conversion.write_children(child, depth + 1)
            else:
                conversion.write(child, depth + 1)
            conversion.writer.add_text(child.tail or "")


def _write_plain_block(conversion: Conversion, node: Element, depth: int) -> None:
    conversion.writer.end_block()
    conversion.write_children(node, depth)
    conversion.writer.end_block()


def _write_quote(conversion: Conversion, node: Element, depth: int) -> None:
    writer = conversion.writer
    if post := quoted_post(node):
        post.caption = conversion.words_line(node, depth)
        writer.end_block()
        writer.add_figure(post)
    elif any("pullquote" in name for name in classes_of(node)):
        figures.write_pull_quote(conversion, node, depth)
    elif writer.outer:
        _write_plain_block(conversion, node, depth)
    else:
        with writer.container("<blockquote>", "blockquote"):
            conversion.write_children(node, depth)


def _write_cite(conversion: Conversion, node: Element, depth: int) -> None:
    """Write who is quoted on a line of its own, and the title of a work in italics."""
    parent = node.getparent()
    if parent is not None and tag_of(parent) in {"blockquote", "footer"}:
        _write_plain_block(conversion, node, depth)
    else:
        _write_marked(conversion, node, depth, ["<em>"])


def _write_quotation(conversion: Conversion, node: Element, depth: int) -> None:
    conversion.writer.add_text("“")
    conversion.write_children(node, depth)
    conversion.writer.add_text("”")


def _write_preserved(conversion: Conversion, node: Element, depth: int) -> None:
    writer = conversion.writer
    writer.end_block()
    before, writer.is_preserved = writer.is_preserved, True
    conversion.write_children(node, depth)
    writer.end_block()
    writer.is_preserved = before


def _write_term(conversion: Conversion, node: Element, depth: int) -> None:
    """Write the term of a definition, or the line that opens hidden details, as a strong line."""
    conversion.writer.end_block()
    _write_marked(conversion, node, depth, ["<strong>"])
    conversion.writer.end_block()


def _write_struck(conversion: Conversion, node: Element, depth: int) -> None:
    conversion.tell("struck out", excerpt_of(node), _("Its words were kept, without the stroke."))
    conversion.write_children(node, depth)


def _write_form(conversion: Conversion, node: Element, depth: int) -> None:
    conversion.tell("form", node.get("action") or excerpt_of(node), _("Its words were kept; it can’t be sent."))
    _write_plain_block(conversion, node, depth)


def _write_classic(conversion: Conversion, node: Element, depth: int) -> None:
    """Write text whose line breaks count."""
    writer = conversion.writer
    writer.end_block()
    before, writer.has_lines = writer.has_lines, True
    conversion.write_children(node, depth)
    writer.end_block()
    writer.has_lines = before


def _write_without_scripts(conversion: Conversion, node: Element, depth: int) -> None:
    before, conversion.is_without_scripts = conversion.is_without_scripts, True
    conversion.write_children(node, depth)
    conversion.is_without_scripts = before


HANDLERS: dict[str, Handler] = {
    "": _write_inline,
    **dict.fromkeys(BLOCKS, _write_block),
    **dict.fromkeys(HEADINGS, _write_heading),
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _write_list),
    **dict.fromkeys(("pre", "listing", "xmp", "plaintext", "textarea"), _write_preserved),
    **dict.fromkeys(("dt", "summary"), _write_term),
    **dict.fromkeys(("s", "strike", "del"), _write_struck),
    **dict.fromkeys(PLAYERS, figures.write_player),
    "br": _write_break,
    "hr": _write_rule,
    "a": _write_link,
    "img": figures.write_image,
    "amp-img": figures.write_image,
    "figure": figures.write_figure,
    "blockquote": _write_quote,
    "cite": _write_cite,
    "q": _write_quotation,
    "table": tables.write_table,
    "form": _write_form,
    "noscript": _write_without_scripts,
    "x-classic": _write_classic,
    "x-series": figures.write_gallery,
}
