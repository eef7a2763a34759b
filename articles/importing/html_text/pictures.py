"""Which picture an ``<img>`` shows: its address among those for other sizes and for loading late, and its reference."""

import re
from itertools import islice
from urllib.parse import unquote, urljoin, urlsplit

from articles.importing.html_text.lines import Figure
from articles.importing.html_text.tree import Element, classes_of, leading_number, tag_of
from articles.importing.items import Surroundings

ORIGINALS = ("data-orig-file", "data-full-url", "data-large-file", "data-full")
LATE = ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-ll-src", "data-ezsrc", "data-litespeed-src")
SOURCES = ("srcset", "data-srcset", "data-lazy-srcset")
PLACEHOLDER = re.compile(
    r"(?:^|/)(?:blank|spacer|placeholder|lazy|transparent|1x1|pixel|clear)[^/]{0,40}\.(?:gif|png|svg)$", re.IGNORECASE
)
PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|heic|bmp|tiff?|svg)$", re.IGNORECASE)
NUMBER = re.compile(r"wp-image-(\d{1,12})\Z", re.ASCII)
PROXIES = re.compile(r"https?://i[0-9]\.wp\.com/", re.IGNORECASE)
COUNTERS = {
    "pixel.wp.com",
    "stats.wordpress.com",
    "feeds.feedburner.com",
    "rss.feedsportal.com",
    "b.scorecardresearch.com",
}
EMOJI = {"emoji", "wp-smiley"}
MOST_SOURCES = 30


def whole_address(address: str, surroundings: Surroundings) -> str:
    """Return an address of the text as a whole one; "" if it names no file on a server."""
    address = address.strip().replace(" ", "%20")
    if PROXIES.match(address):
        address = "https://" + PROXIES.sub("", address)
    base = (surroundings.site.addresses or ("",))[0]
    try:
        parts = urlsplit(address)
        if not parts.scheme and parts.netloc:
            address = f"https:{address}"
        elif not parts.scheme and base:
            address = urljoin(f"{base}/", address)
        elif parts.scheme not in {"", "http", "https"}:
            return ""
    except ValueError:
        return ""
    return address if len(address) <= 2000 else ""


def is_picture_file(address: str) -> bool:
    """Return whether an address is that of a picture by its name."""
    return bool(PICTURE_FILE.search(address.partition("?")[0].partition("#")[0]))


def is_counter(image: Element) -> bool:
    """Return whether an image is there to count readers: of one pixel, or on a server that does nothing else."""
    sizes = [leading_number(image.get(name)) for name in ("width", "height")]
    if None not in sizes and max(size or 0 for size in sizes) <= 1:
        return True
    try:
        return (urlsplit(image.get("src") or "").hostname or "") in COUNTERS
    except ValueError:
        return False


def emoji_of(image: Element) -> str:
    """Return the characters for which an image stands, like those of an emoji or a formula."""
    classes = classes_of(image)
    return image.get("alt") or "" if classes & EMOJI or "latex" in classes else ""


def has_copy(image: Element) -> bool:
    """Return whether the same picture stands beside for browsers without scripts, or this is that copy."""
    nearby = (image.getparent(), image.getnext(), image.getprevious())
    return any(element is not None and tag_of(element) == "noscript" for element in nearby)


def figure_of(image: Element, surroundings: Surroundings) -> Figure | None:
    """Return the picture that ``image`` shows; None if it has no address and no number."""
    addresses = _addresses(image, surroundings)
    number = image.get("data-id") or image.get("data-attachment-id") or ""
    number = next((match[1] for name in classes_of(image) if (match := NUMBER.match(name))), number)
    key = next((key for address in addresses if (key := surroundings.media_of(address))), "")
    is_numbered = number.isascii() and number.isdecimal() and len(number) < 13
    first = addresses[0] if addresses else ""
    if not key and is_numbered and _is_own(first, surroundings):
        key = f"media:{int(number)}"
    if not key and not first:
        return None
    alt = " ".join((image.get("alt") or "").split())
    return Figure("media", key or first, alt=alt, address=first if key and not surroundings.media_of(first) else "")


def _is_own(address: str, surroundings: Surroundings) -> bool:
    """Return whether a number beside ``address`` is one of the old site: a text copied from elsewhere has theirs."""
    if not address or not surroundings.site.addresses:
        return True
    hosts = {urlsplit(own).netloc.removeprefix("www.") for own in surroundings.site.addresses}
    return urlsplit(address).netloc.removeprefix("www.") in hosts | {""}


def _addresses(image: Element, surroundings: Surroundings) -> list[str]:
    """Return the addresses of a picture, the largest first."""
    late = [image.get(name) or "" for name in LATE]
    source = image.get("src") or ""
    is_late = any(late) or PLACEHOLDER.search(source.partition("?")[0])
    candidates = [
        *(image.get(name) or "" for name in ORIGINALS),
        *_linked(image, source or next(filter(None, late), "")),
        *_sized(image),
        *late,
        *([] if is_late and (any(late) or not image.get("alt")) else [source]),
    ]
    whole = (whole_address(address, surroundings) for address in candidates if address)
    return list(dict.fromkeys(address for address in whole if address))


def _linked(image: Element, source: str) -> list[str]:
    """Return the address to which a picture links, if that is the same picture in a larger size."""
    parent = image.getparent()
    href = parent.get("href") or "" if parent is not None and tag_of(parent) == "a" else ""
    return [href] if is_picture_file(href) and _stem(href) == _stem(source) else []


def _stem(address: str) -> str:
    name = unquote(address.partition("?")[0]).rpartition("/")[2].rpartition(".")[0]
    return re.sub(r"-(?:\d{1,5}x\d{1,5}|scaled|rotated)\Z", "", name)


def _sized(image: Element) -> list[str]:
    """Return the addresses in the lists of sizes, the widest first."""
    sizes: list[tuple[int, str]] = []
    picture = next(
        (parent for parent in islice(image.iterancestors(), MOST_SOURCES) if tag_of(parent) == "picture"), None
    )
    images = [image, *islice(picture.iter("source") if picture is not None else (), MOST_SOURCES)]
    for value in (element.get(name) or "" for element in images for name in SOURCES):
        for source in re.split(r",\s+", value[:20_000])[:MOST_SOURCES]:
            address, _space, size = source.strip().rstrip(",").rpartition(" ")
            sizes.append((leading_number(size) or 0, address) if address else (0, size))
    return [address for _size, address in sorted(sizes, key=lambda pair: -pair[0])]
