"""What plays or shows something of another site: its frame, its code, an address alone become an embed or a link."""

from itertools import islice
from urllib.parse import unquote, urlsplit

from articles.body.embeds import find_embed, page_of
from articles.importing.html_text.lines import Figure
from articles.importing.html_text.pictures import LATE, MOST_SOURCES, whole_address
from articles.importing.html_text.tree import Element, classes_of
from articles.importing.items import Surroundings

QUOTED_POSTS = {"twitter-tweet", "twitter-video", "instagram-media", "tiktok-embed", "fb-post", "fb-video"}


def embed_figure(address: str) -> Figure | None:
    """Return the embed that shows ``address``; None if it is only a link, or if its site can't be embedded."""
    page = page_of(f"https:{address}" if address.startswith("//") else _secure(address))
    embed = find_embed(page) if page else None
    return Figure("embed", page) if page and embed and not embed.is_link else None


def _secure(address: str) -> str:
    return f"https{address[4:]}" if address[:7].lower() == "http://" else address


def source_of(element: Element, surroundings: Surroundings) -> str:
    """Return the whole address of what an ``<iframe>``, ``<embed>``, ``<object>``, ``<audio>`` or ``<video>`` shows."""
    values = [element.get(name) or "" for name in ("src", *LATE, "data", "href")]
    values += [source.get("src") or "" for source in islice(element.iter("source"), MOST_SOURCES)]
    values += [link.get("href") or "" for link in element.iterchildren("a")]
    addresses = (whole_address(value, surroundings) for value in values if value and not value.startswith("about:"))
    return next((address for address in addresses if address), "")


def quoted_post(element: Element) -> Figure | None:
    """Return the embed of a post that stands in the text as code of its site, with its words within."""
    if not classes_of(element) & QUOTED_POSTS:
        return None
    addresses = [element.get(name) or "" for name in ("data-instgrm-permalink", "cite", "data-href")]
    addresses += [link.get("href") or "" for link in element.iter("a")][-20:][::-1]
    figures = (embed_figure(address) for address in addresses if address)
    return next((figure for figure in figures if figure), None)


def link_words(address: str) -> str:
    """Return words for a link to ``address``: the name of its file, else its site."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.netloc or address
