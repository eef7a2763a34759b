"""Pictures, series of pictures, players and pull quotes, with the words that belong to them."""

import re
from html import unescape

from django.utils.translation import gettext as _

from articles.importing.html_text.conversion import Conversion
from articles.importing.html_text.lines import ADDRESS, Figure
from articles.importing.html_text.pictures import emoji_of, figure_of, has_copy, is_counter, is_picture_file
from articles.importing.html_text.players import embed_figure, source_of
from articles.importing.html_text.tree import Element, classes_of, excerpt_of, tag_of

GALLERY = re.compile(r"(?:^|[\s_-])(?:gallery|galleries|slideshow|carousel|slider)(?:$|[\s_-])")
GALLERY_PARTS = re.compile(r"gallery[_-]*(?:item|icon|caption|image)|slide$|__")
CAPTIONED = {"wp-caption", "gallery-item", "blocks-gallery-item", "wp-block-image", "wp-block-video", "wp-block-audio"}
CAPTIONS = {"blocks-gallery-caption", "gallery-caption"}
CREDIT = re.compile(r"(?:^|[\s_-])(?:media|image|photo|picture)[_-]?credit")
OWN_BLOCKS = (".//table", ".//blockquote", ".//pre", ".//ul", ".//ol")
SHOWN = ("img", "amp-img", "iframe", "video", "audio", "embed", "object")
TAG = re.compile(r"<[^<>]*>")
LONGEST_CREDIT = 200


def is_gallery(node: Element) -> bool:
    """Return whether an element holds pictures that belong together, by its class."""
    names = classes_of(node)
    is_named = any(GALLERY.search(name) and not GALLERY_PARTS.search(name) for name in names)
    return is_named and node.find(".//img") is not None


def write_image(conversion: Conversion, node: Element, depth: int) -> None:
    """Write a picture."""
    if emoji := emoji_of(node):
        conversion.writer.add_text(emoji)
    elif is_counter(node):
        conversion.tell("tracker", node.get("src") or "", _("It is a picture of one pixel that counts readers."))
    elif figure := figure_of(node, conversion.surroundings):
        conversion.add_picture(figure)
    elif not has_copy(node):
        conversion.tell("picture", (node.get("src") or "")[:80], _("It has no address."))


def write_gallery(conversion: Conversion, node: Element, depth: int) -> None:
    """Write pictures as a series, and what is said of all of them after it."""
    conversion.writer.end_block()
    with conversion.in_series():
        conversion.write_children(node, depth)
        conversion.writer.end_block()


def write_figure(conversion: Conversion, node: Element, depth: int) -> None:
    """Write a figure by what it holds: one picture or player, several pictures, an address, or blocks."""
    is_own = tag_of(node) == "figure"
    if is_own and (node.get("data-media") or node.get("data-embed")):
        _write_ready(conversion, node, depth)
    elif any("pullquote" in name for name in classes_of(node)):
        write_pull_quote(conversion, node, depth)
    elif is_gallery(node) or _count(node) > 1:
        write_gallery(conversion, node, depth)
    elif any(node.find(path) is not None for path in OWN_BLOCKS):
        conversion.writer.end_block()
        conversion.write_children(node, depth)
        conversion.writer.end_block()
    else:
        _write_captioned(conversion, node, depth)


def _count(node: Element) -> int:
    """Return how many pictures and players a figure shows, without second copies for browsers without scripts."""
    count = 0
    for element in node.iter(*SHOWN):
        parent = element.getparent()
        count += 1 if parent is None or tag_of(parent) not in {"noscript", "object"} else 0
        if count > 1:
            break
    return count


def _write_captioned(conversion: Conversion, node: Element, depth: int) -> None:
    """Write what a figure shows with its other words as the caption."""
    caption, figures = conversion.line_of(node, depth)
    if not figures and "://" in caption and (address := _address_alone(conversion, node, depth)):
        captions = (conversion.words_line(element, depth) for element in node.iter("figcaption"))
        write_address(conversion, address, "<br>".join(captions))
        return
    if not figures:
        conversion.add_line(caption)
        return
    figures[0].caption = "<br>".join(filter(None, (figures[0].caption, caption)))
    figures[0].credit = figures[0].credit or _credit(node)
    for figure in figures:
        figure.series = conversion.series
        conversion.writer.add_figure(figure)


def _address_alone(conversion: Conversion, node: Element, depth: int) -> str:
    """Return what stands in a figure beside its caption if that is only an address."""
    with conversion.without([*node.iter("figcaption")]):
        words = unescape(TAG.sub("", conversion.line_of(node, depth)[0])).strip()
    return words if ADDRESS.fullmatch(words) else ""


def write_address(conversion: Conversion, address: str, caption: str) -> None:
    """Write an address as an embed with its caption, or as a link before it."""
    if figure := embed_figure(address):
        figure.caption = caption
        conversion.writer.add_figure(figure)
    else:
        conversion.add_link(address, address)
        conversion.add_line(caption)


def _credit(node: Element) -> str:
    for element in node.iter("span", "cite", "small", "p"):
        if any(CREDIT.search(name) for name in classes_of(element)):
            return excerpt_of(element)[:LONGEST_CREDIT]
    return ""


def _write_ready(conversion: Conversion, node: Element, depth: int) -> None:
    """Write a picture or an embed that is already in the paper's own form."""
    caption = conversion.words_line(node, depth)
    if reference := node.get("data-media"):
        figure = Figure("media", reference, alt=node.get("data-alt") or "", credit=node.get("data-credit") or "")
        figure.caption = caption
        conversion.add_picture(figure)
    else:
        write_address(conversion, node.get("data-embed") or "", caption)


def write_player(conversion: Conversion, node: Element, depth: int) -> None:
    """Write what plays or shows something as an embed if its site can be embedded, else as a link."""
    address = source_of(node, conversion.surroundings)
    kind = {"audio": "audio", "video": "video"}.get(tag_of(node), "frame")
    if tag_of(node) == "amp-youtube":
        address = f"https://www.youtube.com/watch?v={node.get('data-videoid') or ''}"
    if figure := embed_figure(address):
        conversion.writer.add_figure(figure)
    elif address and is_picture_file(address) and tag_of(node) in {"object", "embed"}:
        conversion.add_picture(Figure("media", conversion.surroundings.media_of(address) or address))
    elif address:
        conversion.tell(kind, address, _("It can’t be shown here: it became a link."))
        conversion.add_link(address, node.get("title") or "")
    elif tag_of(node) in {"object", "video", "audio"}:
        conversion.write_children(node, depth)
    else:
        conversion.tell(kind, tag_of(node), _("It has no address."))


def tell_linked(conversion: Conversion, node: Element, address: str) -> None:
    """Tell where a picture led, if that is neither the picture itself nor its own page."""
    is_own = any(address.startswith(own) for own in conversion.surroundings.site.addresses)
    if not is_picture_file(address) and not (is_own and "attachment" in (node.get("rel") or "")):
        conversion.tell("linked picture", address, _("The picture stays; its link was left out."))


def write_pull_quote(conversion: Conversion, node: Element, depth: int) -> None:
    """Write a pull quote; who says it stands after the words."""
    writer = conversion.writer
    if writer.outer or writer.is_flat:
        writer.end_block()
        conversion.write_children(node, depth)
        writer.end_block()
        return
    speakers = [*node.iter("cite", "figcaption")][:1]
    name = " ".join(TAG.sub(" ", conversion.words_line(speakers[0], depth)).split()) if speakers else ""
    with writer.container('<aside data-pull-quote="">', "aside"):
        with conversion.without(speakers):
            conversion.write_children(node, depth)
        writer.end_block()
        if name and writer.blocks:
            writer.blocks.append(f'<p data-speaker="name">{name}</p>')
        else:
            conversion.add_line(name)
