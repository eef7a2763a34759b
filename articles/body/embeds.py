"""Embeds of other sites in a body: which site an address belongs to, and how it is shown.

Nothing of another site loads before a reader asks for it. ``SITES`` are built in; a paper adds its own as rows of
``EmbedProvider``. An address of no known site is a link.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.body.embed_patterns import PLACE, Pattern, PatternError, plain_host

LONGEST = 1000  # characters of an address
ADDRESS = re.compile(r"https://[a-z0-9.-]{4,200}(?:[/?#][^\s\"'<>\\]{0,1000})?\Z", re.IGNORECASE)
FILE = re.compile(r"https://([a-z0-9.-]{4,120})/[\w./~%+-]{1,400}\.(mp3|m4a|ogg|opus|pdf)\Z", re.ASCII)
FRAME = re.compile(r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[^\s\"'<>\\]*)?\Z")
MAP = {"zoom", "lat", "lon"}  # the placeholders from which a map's {bbox} is made
FRAMES = re.compile(r'<a [^<>]* data-player="(https://[a-z0-9.-]+)')  # within a tag, where nobody can type
DEGREES = 360  # of longitude, which the whole map is wide at zoom 0
MAP_TILES = (3, 2)  # tiles of a map that are visible, across and down


class Shape(TextChoices):
    """The shape of an embed on a page."""

    VIDEO = "video", gettext_lazy("a video, 16:9")
    TALL = "tall", gettext_lazy("an upright video, 9:16")
    SOUND = "sound", gettext_lazy("a recording, one low line")
    POST = "post", gettext_lazy("a post, narrow and high")
    GRAPHIC = "graphic", gettext_lazy("a chart or a map, 4:3")
    DOCUMENT = "document", gettext_lazy("a document, a page high")


def _box(values: dict[str, str]) -> str:
    """Return the west, south, east and north edges of a map, in degrees."""
    lat, lon = float(values["lat"]), float(values["lon"])
    tile = DEGREES / 2 ** min(max(float(values["zoom"]), 0), 20)
    across, down = tile * MAP_TILES[0] / 2, tile * MAP_TILES[1] / 2 * cos(radians(lat))
    return ",".join(f"{edge:.4f}" for edge in (lon - across, lat - down, lon + across, lat + down))


@dataclass(frozen=True)
class Site:
    """A site: the patterns of its addresses, and the ``frame`` that shows one of them.

    The frame is an address with the patterns' placeholders; ``{address}`` is the whole address, ``{bbox}`` the edges of
    a map around {lat} and {lon} at {zoom}.
    """

    name: str
    shape: str
    patterns: tuple[Pattern, ...]
    frame: str

    @classmethod
    def read(cls, name: str, shape: str, addresses: str, frame: str) -> "Site":
        """Return a site as somebody typed it, one pattern a line; raise PatternError if it is invalid."""
        lines = [line.strip() for line in addresses.splitlines() if line.strip()]
        if not lines:
            raise PatternError(_("Write at least one address."))
        patterns = tuple(Pattern.read(line) for line in lines)
        if not FRAME.match(frame):
            raise PatternError(
                _("The frame’s address must begin with https:// and the name of a site, without a {name}.")
            )
        names = {match[1] for match in PLACE.finditer(frame)} - {"address"}
        names = (names - {"bbox"}) | (MAP if "bbox" in names else set())
        for line, pattern in zip(lines, patterns, strict=True):
            if missing := sorted(names - pattern.names):
                params = {"line": line, "missing": ", ".join(f"{{{name}}}" for name in missing)}
                raise PatternError(_("The frame’s address needs %(missing)s, which “%(line)s” lacks.") % params)
        return cls(name, shape, patterns, frame)

    def player(self, address: str) -> str | None:
        """Return the address of the frame that shows ``address``; None for an address of another site."""
        parts = urlsplit(address)
        place_values = next(
            (place_values for pattern in self.patterns if (place_values := pattern.match(parts)) is not None), None
        )
        if place_values is None:
            return None
        values = (
            place_values | {"address": address} | ({"bbox": _box(place_values)} if place_values.keys() >= MAP else {})
        )
        return PLACE.sub(lambda place: quote(values[place[1]], safe=""), self.frame)

    def page(self, frame: str) -> str | None:
        """Return the address of the page that ``frame`` shows; None for the frame of another site."""
        place_values = _places(urlsplit(self.frame), urlsplit(frame))
        if place_values is None:
            return None
        pages = [pattern.written(place_values) for pattern in self.patterns if pattern.names <= place_values.keys()]
        return next((page for page in [place_values.get("address", ""), *pages] if page and self.player(page)), None)


def _places(wanted_parts: SplitResult, address: SplitResult) -> dict[str, str] | None:
    """Return the values of placeholders of ``wanted_parts`` in ``address``; other parts of its query are ignored."""
    if plain_host(wanted_parts.netloc) != plain_host(address.netloc):
        return None
    paths = [[unquote(part) for part in parts.path.split("/") if part] for parts in (wanted_parts, address)]
    queries = [parse_qs(parts.query, max_num_fields=100) for parts in (wanted_parts, address)]
    query_pairs = [
        (values[0], queries[1].get(name, [""])[0]) for name, values in queries[0].items() if PLACE.search(values[0])
    ]
    if len(paths[0]) != len(paths[1]):
        return None
    place_values: dict[str, str] = {}
    for template, value in [*zip(*paths, strict=True), *query_pairs]:
        places = PLACE.split(template)
        pattern = "".join(re.escape(part) if at % 3 == 0 else "(.+)" for at, part in enumerate(places) if at % 3 < 2)
        match = re.fullmatch(pattern, value)
        if match is None:
            return None
        place_values |= dict(zip(places[1::3], match.groups(), strict=True))
    return place_values


@dataclass(frozen=True)
class Embed:
    """An embed: its source, its shape, and the frame that shows it.

    Without a frame the browser plays it by itself, or it is a link.
    """

    source: str
    shape: str = ""
    player: str = ""

    @property
    def is_link(self) -> bool:
        return not self.shape


def _site(name: str, shape: str, frame: str, *addresses: str) -> Site:
    return Site.read(name, shape, "\n".join(addresses), frame)


SITES = (
    _site(
        "YouTube",
        Shape.VIDEO,
        "https://www.youtube-nocookie.com/embed/{id}?autoplay=1",
        "https://youtube.com/watch?v={id:11}",
        "https://youtu.be/{id:11}",
        "https://youtube.com/live/{id:11}",
        "https://youtube.com/embed/{id:11}",
        "https://youtube-nocookie.com/embed/{id:11}",
    ),
    _site(
        "YouTube",
        Shape.TALL,
        "https://www.youtube-nocookie.com/embed/{id}?autoplay=1",
        "https://youtube.com/shorts/{id:11}",
    ),
    _site(
        "Vimeo",
        Shape.VIDEO,
        "https://player.vimeo.com/video/{number}?autoplay=1&dnt=1",
        "https://vimeo.com/{number}",
        "https://player.vimeo.com/video/{number}",
    ),
    _site(
        "SoundCloud",
        Shape.SOUND,
        "https://w.soundcloud.com/player/?url={address}&auto_play=true",
        "https://soundcloud.com/{artist}/{track}",
        "https://soundcloud.com/{artist}/sets/{set}",
    ),
    _site(
        "Telegram",
        Shape.POST,
        "https://t.me/{channel}/{number}?embed=1",
        "https://t.me/{channel}/{number}",
        "https://t.me/s/{channel}/{number}",
    ),
    _site(
        "X",
        Shape.POST,
        "https://platform.twitter.com/embed/Tweet.html?id={number}&dnt=true",
        "https://x.com/{person}/status/{number}",
        "https://twitter.com/{person}/status/{number}",
    ),
    _site(
        "Instagram",
        Shape.POST,
        "https://www.instagram.com/p/{id}/embed/captioned/",
        "https://instagram.com/p/{id}",
        "https://instagram.com/reel/{id}",
        "https://instagram.com/{person}/p/{id}",
        "https://instagram.com/{person}/reel/{id}",
    ),
    _site(
        "Facebook",
        Shape.VIDEO,
        "https://www.facebook.com/plugins/video.php?href={address}",
        "https://facebook.com/{page}/videos/{number}",
        "https://facebook.com/watch?v={number}",
    ),
    _site(
        "Facebook",
        Shape.POST,
        "https://www.facebook.com/plugins/post.php?show_text=true&href={address}",
        "https://facebook.com/{page}/posts/{id}",
        "https://facebook.com/permalink.php?story_fbid={id}&id={page}",
    ),
    _site(
        "TikTok",
        Shape.TALL,
        "https://www.tiktok.com/player/v1/{number}?autoplay=1",
        "https://tiktok.com/@{person}/video/{number}",
    ),
    _site(
        "Datawrapper",
        Shape.GRAPHIC,
        "https://datawrapper.dwcdn.net/{id}/",
        "https://datawrapper.dwcdn.net/{id:5}",
        "https://datawrapper.dwcdn.net/{id:5}/{number}",
        "https://datawrapper.de/_/{id:5}",
    ),
    _site(
        "Flourish",
        Shape.GRAPHIC,
        "https://flo.uri.sh/visualisation/{number}/embed",
        "https://public.flourish.studio/visualisation/{number}",
        "https://flo.uri.sh/visualisation/{number}/embed",
    ),
    _site(
        "Flourish",
        Shape.GRAPHIC,
        "https://flo.uri.sh/story/{number}/embed",
        "https://public.flourish.studio/story/{number}",
        "https://flo.uri.sh/story/{number}/embed",
    ),
    _site(
        "Google Maps",
        Shape.GRAPHIC,
        "https://www.google.com/maps?output=embed&q={place}",
        "https://google.com/maps/place/{place}/*",
        "https://google.com/maps?q={place}",
        "https://maps.google.com/?q={place}",
    ),
    _site(
        "Google Maps",
        Shape.GRAPHIC,
        "https://www.google.com/maps/embed?pb={pb}",
        "https://google.com/maps/embed?pb={pb}",
    ),
    _site(
        "OpenStreetMap",
        Shape.GRAPHIC,
        "https://www.openstreetmap.org/export/embed.html?layer=mapnik&bbox={bbox}",
        "https://openstreetmap.org/#map={zoom}/{lat}/{lon}",
        "https://openstreetmap.org/*#map={zoom}/{lat}/{lon}",
    ),
)


def is_address(text: str) -> bool:
    """Return whether ``text`` may be the address of an embed."""
    return bool(ADDRESS.match(text))


def find_embed(address: str, own: Iterable[Site] = ()) -> Embed | None:
    """Return the embed of ``address``, by the paper's ``own`` sites and the built-in ones; a plain link if none knows
    it.

    None if it is not the address of a page.
    """
    if not is_address(address):
        return None
    try:
        for site in (*own, *SITES):
            if player := site.player(address):
                return Embed(site.name, site.shape, player)
        host = urlsplit(address).hostname or ""
    except ValueError:
        return None
    if match := FILE.match(address):
        is_document = match[2] == "pdf"
        return Embed(match[1], Shape.DOCUMENT, address) if is_document else Embed(match[1], Shape.SOUND)
    return Embed(host)


def page_of(frame: str, own: Iterable[Site] = ()) -> str | None:
    """Return the address to store for a ``frame`` on another page; None if it can't be shown here."""
    embed = find_embed(frame, own)
    if embed is None:
        return None
    if not embed.is_link:
        return frame
    return next((page for site in (*own, *SITES) if (page := site.page(frame)) and is_address(page)), None)


def origins(html: str) -> list[str]:
    """Return the sites whose frames a rendered body may load when a reader asks for them."""
    return sorted(set(FRAMES.findall(html)))


def names() -> list[str]:
    """Return the names of the built-in sites."""
    return list(dict.fromkeys(site.name for site in SITES))
