"""The cards of Ghost's editors, which Lexical and Mobiledoc have in common: pictures, embeds, bookmarks and more."""

import re
from collections.abc import Callable
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from articles.body import embeds
from articles.importing.body_writer import BodyWriter, fragment_line, fragment_words, opening_link, write_link
from articles.importing.ghost.markdown import write_markdown
from articles.importing.html_text import convert_html

Card = dict[str, Any]
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def write_card(writer: BodyWriter, name: str, card: Card) -> bool:
    """Add a card to a body; return False if nobody knows its kind. What not every reader saw is left out and told."""
    if name in DROPPED:
        writer.tell("card", name, str(DROPPED[name]()))
    elif name not in WRITERS:
        return False
    elif not _is_for_everybody(card):
        writer.tell("card for members", name, _("Not every reader of the old site saw it, so it is left out."))
    else:
        WRITERS[name](writer, card)
    return True


def _is_for_everybody(card: Card) -> bool:
    visibility = card.get("visibility")
    if not isinstance(visibility, dict):
        return True
    web = visibility.get("web")
    by_group = web.get("nonMember", True) if isinstance(web, dict) else True
    return bool(by_group) and bool(visibility.get("showOnWeb", True))


def _text(card: Card, name: str) -> str:
    value = card.get(name)
    return value.strip() if isinstance(value, str) else ""


def _is_on(card: Card, name: str, default: bool = True) -> bool:
    return bool(card.get(name, default))


def _image(writer: BodyWriter, card: Card) -> None:
    address = _text(card, "src") or _text(card, "url")
    if not address or address.startswith("data:"):
        writer.tell("missing picture", _("a picture without an address"))
        return
    if link := _text(card, "href"):
        writer.tell("link of a picture", link, _("A picture leads nowhere here."))
    alt = " ".join(_text(card, "alt").split())
    writer.write_picture(writer.reference_of(address), alt=alt, caption=fragment_line(_text(card, "caption")))


def _gallery(writer: BodyWriter, card: Card) -> None:
    """Add a gallery as a series of pictures; what is said of all of them is the first one's caption."""
    images = card.get("images")
    pictures = [image for image in images if isinstance(image, dict)] if isinstance(images, list) else []
    pictures = [image for image in pictures if _text(image, "src") and not _text(image, "src").startswith("data:")]
    whole = fragment_line(_text(card, "caption"))
    for at, image in enumerate(pictures):
        captions = [fragment_line(_text(image, "caption")), "" if at else whole]
        reference = writer.reference_of(_text(image, "src"))
        caption = "<br>".join(filter(None, captions))
        writer.write_picture(reference, alt=_text(image, "alt"), caption=caption, in_series=at > 0)
    if not pictures:
        writer.tell("missing picture", _("a gallery without pictures"))


def _embed(writer: BodyWriter, card: Card) -> None:
    address, caption = _text(card, "url"), fragment_line(_text(card, "caption"))
    secure = "https:" + address.removeprefix("http:") if address.startswith("http:") else address
    if embeds.is_address(secure):
        words = f"<figcaption>{caption}</figcaption>" if caption else ""
        writer.write(f'<figure data-embed="{escape(secure)}">{words}</figure>')
    elif html := _text(card, "html"):
        writer.adopt(convert_html(html, writer.surroundings))
        writer.write_paragraph(caption)
    else:
        writer.tell("embed", address or _("an embed without an address"), _("It has no address that can be shown."))
        writer.write_paragraph(caption)


def _bookmark(writer: BodyWriter, card: Card) -> None:
    metadata = card.get("metadata")
    address = _text(card, "url")
    title = _text(metadata, "title") if isinstance(metadata, dict) else ""
    writer.write_paragraph(write_link(address, title or address))
    writer.write_paragraph(fragment_line(_text(card, "caption")))


def _button(writer: BodyWriter, card: Card) -> None:
    address, words = _text(card, "buttonUrl"), _text(card, "buttonText")
    if words or address:
        writer.write_paragraph(write_link(address, words or address))


def _callout(writer: BodyWriter, card: Card) -> None:
    emoji = escape(_text(card, "calloutEmoji"))
    line = fragment_line(_text(card, "calloutText"))
    if line:
        writer.write(f'<aside data-fact-box=""><p>{f"{emoji} " if emoji else ""}{line}</p></aside>')


def _toggle(writer: BodyWriter, card: Card) -> None:
    writer.write_paragraph(fragment_line(_text(card, "heading")), "h3")
    writer.adopt(convert_html(_text(card, "content"), writer.surroundings))


def _header(writer: BodyWriter, card: Card) -> None:
    writer.write_paragraph(fragment_line(_text(card, "header")), "h2")
    writer.write_paragraph(fragment_line(_text(card, "subheader")))
    if _is_on(card, "buttonEnabled", False):
        _button(writer, card)
    if picture := _text(card, "backgroundImageSrc"):
        writer.tell("background picture", picture, _("A heading has no picture behind it here."))


def _html(writer: BodyWriter, card: Card) -> None:
    writer.adopt(convert_html(_text(card, "html"), writer.surroundings))


def _markdown(writer: BodyWriter, card: Card) -> None:
    write_markdown(writer, _text(card, "markdown") or _text(card, "code"))


def _code(writer: BodyWriter, card: Card) -> None:
    """Add a program as a paragraph with its line breaks and indents."""
    value = card.get("code")
    code = value.strip("\n").rstrip() if isinstance(value, str) else ""
    code = INDENT.sub(lambda match: "\u00a0" * len(match[0].expandtabs(4)), code)
    writer.write_paragraph("<br>".join(escape(code, quote=False).split("\n")))
    writer.write_paragraph(fragment_line(_text(card, "caption")))
    if code:
        writer.tell("code", code.split("\n")[0][:80], _("A program is a paragraph here."))


def _file(writer: BodyWriter, card: Card) -> None:
    """Add a file of the old site as a link to it, or as a player where there is one for its kind."""
    address = _text(card, "src") or _text(card, "fileSrc")
    title = _text(card, "fileTitle") or _text(card, "title") or _text(card, "fileName") or address
    writer.tell("file", address, _("Only pictures are brought in; the text leads to the old site’s file."))
    embed = embeds.find_embed(address)
    notes = [fragment_line(_text(card, name)) for name in ("fileCaption", "caption")]
    if embed is not None and not embed.is_link:
        words = "<br>".join(filter(None, [escape(title, quote=False), *notes]))
        writer.write(f'<figure data-embed="{escape(address)}"><figcaption>{words}</figcaption></figure>')
        return
    writer.write_paragraph(write_link(address, title))
    for note in notes:
        writer.write_paragraph(note)


def _product(writer: BodyWriter, card: Card) -> None:
    if _text(card, "productImageSrc"):
        _image(writer, {"src": card["productImageSrc"]})
    writer.write_paragraph(fragment_line(_text(card, "productTitle")), "h3")
    writer.adopt(convert_html(_text(card, "productDescription"), writer.surroundings))
    if _is_on(card, "productButtonEnabled", False):
        _button(writer, {"buttonUrl": card.get("productUrl"), "buttonText": card.get("productButton")})


def _call_to_action(writer: BodyWriter, card: Card) -> None:
    if _is_on(card, "hasSponsorLabel", False):
        writer.write_paragraph(fragment_words(_text(card, "sponsorLabel")))
    if _text(card, "imageUrl"):
        _image(writer, {"src": card["imageUrl"]})
    writer.adopt(convert_html(_text(card, "textValue"), writer.surroundings))
    if _is_on(card, "showButton", False):
        _button(writer, card)


def _transistor(writer: BodyWriter, card: Card) -> None:
    opening = opening_link(_text(card, "url"))
    writer.tell("embed", _text(card, "url") or "transistor", _("The player of a podcast is left out."))
    if opening:
        writer.write_paragraph(write_link(_text(card, "url"), _text(card, "url")))


def _only_mail() -> str:
    return _("It was in the newsletter alone, so readers of the site never saw it.")


def _no_form() -> str:
    return _("Readers can’t subscribe here by a form in a text.")


def _no_wall() -> str:
    return _("It marks where readers without a subscription stopped reading.")


def _no_rule() -> str:
    return _("A text has no rules between its paragraphs here.")


def _no_list() -> str:
    return _("It listed other stories, which the old site chose by itself.")


DROPPED: dict[str, Callable[[], str]] = {
    "email": _only_mail,
    "email-cta": _only_mail,
    "signup": _no_form,
    "paywall": _no_wall,
    "hr": _no_rule,
    "horizontalrule": _no_rule,
    "divider": _no_rule,
    "collection": _no_list,
}
WRITERS: dict[str, Callable[[BodyWriter, Card], None]] = {
    "image": _image,
    "gallery": _gallery,
    "embed": _embed,
    "bookmark": _bookmark,
    "button": _button,
    "callout": _callout,
    "toggle": _toggle,
    "header": _header,
    "html": _html,
    "markdown": _markdown,
    "card-markdown": _markdown,
    "code": _code,
    "codeblock": _code,
    "file": _file,
    "audio": _file,
    "video": _file,
    "product": _product,
    "call-to-action": _call_to_action,
    "transistor": _transistor,
}
