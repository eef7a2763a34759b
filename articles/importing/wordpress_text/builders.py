"""What page builders leave in a text: the words, pictures and players in their shortcodes, without the layout."""

import base64
import binascii
import re
from html import escape, unescape
from urllib.parse import unquote

from articles.importing.wordpress_text.shortcodes import Shortcode

# Divi, WPBakery, Avada, Themify, Beaver, Enfold, Cornerstone, Jupiter, Elementor, SiteOrigin, King Composer.
BUILDERS = (
    *("et_pb_", "vc_", "fusion_", "themify_", "fl_builder", "av_", "cs_", "mk_", "elementor", "elementor-"),
    *("siteorigin_", "kc_", "tatsu_", "ux_", "fl-builder"),
)
HEADINGS = ("title", "heading", "header", "quote_title", "tab_title")
PARAGRAPHS = (
    "subhead",
    "subheading",
    "subtitle",
    "text",
    "content",
    "description",
    "quote",
    "name",
    "author",
    "job_title",
    "position",
)
PICTURES = ("src", "image", "image_id", "image_url", "img_url", "photo", "logo")
LISTS = ("gallery_ids", "images", "image_ids", "include", "ids")
PLAYED = re.compile(r"video|audio|youtube|vimeo|soundcloud")
PICTURE_NUMBER = re.compile(r"(\d{1,12})(?:\||\Z)", re.ASCII)
ADDRESS = re.compile(r"https?://\S+\Z|/\S+\Z")
PICTURE_ADDRESS = re.compile(r"(?:https?:/)?/\S+\.(?:jpe?g|png|gif|webp|avif)(?:\?\S*)?\Z", re.IGNORECASE)
PLAIN = {"vc_raw_html", "vc_raw_js", "fusion_code"}  # their content is coded
CODED = {"%22": '"', "%91": "[", "%93": "]", "``": '"', "`{`": "[", "`}`": "]"}


def builder_html(shortcode: Shortcode) -> str:
    """Return the words, pictures and players of a builder's shortcode as HTML, those in its attributes first."""
    attributes = {name: _decoded(value) for name, value in shortcode.attributes.items()}
    is_button = shortcode.name.endswith(("btn", "button"))
    parts = [f"<h3>{attributes[name]}</h3>" for name in HEADINGS if attributes.get(name) and not is_button]
    parts += [f"<p>{attributes[name]}</p>" for name in PARAGRAPHS if _is_text(attributes.get(name, ""))]
    body = shortcode.body
    if PICTURE_ADDRESS.match(body.strip()):
        attributes = {"alt": attributes.get("alt", ""), "src": body.strip()}
        body = ""
    elif shortcode.name in PLAIN:
        body = _plain(body)
    elif body.strip():
        tag = "h2" if shortcode.name.endswith("_title") else "x-classic"
        body = f"<{tag}>{body}</{tag}>"
    return "".join([*parts, *_pictures(shortcode.name, attributes), _button(attributes, is_button), body])


def _decoded(value: str) -> str:
    for code, sign in CODED.items():
        value = value.replace(code, sign)
    return value


def _is_text(value: str) -> bool:
    """Return whether a value is words and not a choice like "on" or a number."""
    return " " in value.strip() or (value[:1].isupper() and value.isalpha())


def _pictures(name: str, attributes: dict[str, str]) -> list[str]:
    if PLAYED.search(name):
        addresses = [attributes.get(attribute, "") for attribute in ("src", "link", "url", "video_url", "audio", "id")]
        address = next((address for address in addresses if ADDRESS.match(address)), "")
        return [f'<figure data-embed="{escape(unescape(address))}"></figure>'] if address else []
    parts = []
    for value in (attributes.get(attribute, "").strip() for attribute in PICTURES):
        if match := PICTURE_NUMBER.match(value):
            parts.append(f'<figure data-media="media:{int(match[1])}"></figure>')
        elif PICTURE_ADDRESS.match(value):
            parts.append(f'<img src="{escape(unescape(value))}" alt="{escape(attributes.get("alt", ""))}">')
    parts = parts[:1]
    numbers = next((attributes[attribute] for attribute in LISTS if attributes.get(attribute)), "")
    keys = [number for number in re.split(r"[\s,]+", numbers) if re.fullmatch(r"\d{1,12}", number, re.ASCII)]
    series = "".join(f'<figure data-media="media:{int(key)}"></figure>' for key in keys)
    return [*parts, f"<x-series>{series}</x-series>"] if series else parts


def _button(attributes: dict[str, str], is_button: bool) -> str:
    """Return the link of a button, whose address may be coded: "url:https%3A%2F%2Fa.example|title:Words"."""
    words = attributes.get("button_text", "")
    address = attributes.get("button_url") or attributes.get("button_link") or attributes.get("link", "")
    coded = dict(part.partition(":")[::2] for part in address.split("|")) if address.startswith("url:") else {}
    address = unquote(coded.get("url", "")) if coded else address
    words = words or (attributes.get("title", "") if is_button else "") or unquote(coded.get("title", ""))
    if not words:
        return ""
    return f'<p><a href="{escape(unescape(address))}">{words}</a></p>' if ADDRESS.match(address) else f"<p>{words}</p>"


def _plain(body: str) -> str:
    """Return the HTML that a builder coded, or the body if it isn't."""
    try:
        return unquote(base64.b64decode("".join(body.split()), validate=True).decode())
    except (binascii.Error, ValueError):
        return body
