"""What other sites keep and a body may show: whose an address is, and what shows it in its place.

Nothing of another site is loaded before a reader asks for it. ``SITES`` are those that the newsroom knows by itself; a
paper adds its own as rows of ``EmbedProvider``. An address that none of them knows is a link.
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
MAP = {"zoom", "lat", "lon"}  # what a map's {bbox} is made of
FRAMES = re.compile(r'<a [^<>]* data-player="(https://[a-z0-9.-]+)')  # within a tag, where nobody types
DEGREES = 360  # of longitude, which the whole map is wide at zoom 0
MAP_TILES = (3, 2)  # tiles of a map that are seen, across and down


class Shape(TextChoices):
    """What an embed looks like."""

    VIDEO = "video", gettext_lazy("a video, 16:9")
    TALL = "tall", gettext_lazy("an upright video, 9:16")
    SOUND = "sound", gettext_lazy("a recording, one low line")
    POST = "post", gettext_lazy("a post, narrow and high")
    GRAPHIC = "graphic", gettext_lazy("a chart or a map, 4:3")
    DOCUMENT = "document", gettext_lazy("a document, a page high")


def _box(found: dict[str, str]) -> str:
    """West, south, east and north of what a map shows, in degrees."""
    lat, lon = float(found["lat"]), float(found["lon"])
    tile = DEGREES / 2 ** min(max(float(found["zoom"]), 0), 20)
    across, down = tile * MAP_TILES[0] / 2, tile * MAP_TILES[1] / 2 * cos(radians(lat))
    return ",".join(f"{edge:.4f}" for edge in (lon - across, lat - down, lon + across, lat + down))


@dataclass(frozen=True)
class Site:
    """A site: the addresses it is known by, and the ``frame`` that shows one of them.

    The frame is an address with the patterns' places in it; ``{address}`` is the whole address, ``{bbox}`` what a map
    shows around {lat} and {lon} at {zoom}.
    """

    name: str
    shape: str
    patterns: tuple[Pattern, ...]
    frame: str

    @classmethod
    def read(cls, name: str, shape: str, addresses: str, frame: str) -> "Site":
        """A site as somebody types it, its patterns in lines; PatternError says what is wrong."""
        lines = [line.strip() for line in addresses.splitlines() if line.strip()]
        if not lines:
            raise PatternError(_("Write at least one address."))
        patterns = tuple(Pattern.read(line) for line in lines)
        if not FRAME.match(frame):
            raise PatternError(
                _("The frame’s address must begin with https:// and the name of a site, without a {name}.")
            )
        wanted = {match[1] for match in PLACE.finditer(frame)} - {"address"}
        wanted = (wanted - {"bbox"}) | (MAP if "bbox" in wanted else set())
        for line, pattern in zip(lines, patterns, strict=True):
            if missing := sorted(wanted - pattern.names):
                told = {"line": line, "missing": ", ".join(f"{{{name}}}" for name in missing)}
                raise PatternError(_("The frame’s address needs %(missing)s, which “%(line)s” lacks.") % told)
        return cls(name, shape, patterns, frame)

    def player(self, address: str) -> str | None:
        """The address of the frame that shows ``address``; None for an address of another site."""
        parts = urlsplit(address)
        found = next((found for pattern in self.patterns if (found := pattern.match(parts)) is not None), None)
        if found is None:
            return None
        values = found | {"address": address} | ({"bbox": _box(found)} if found.keys() >= MAP else {})
        return PLACE.sub(lambda place: quote(values[place[1]], safe=""), self.frame)

    def page(self, frame: str) -> str | None:
        """The address that ``frame``, as another page has it, shows; None for the frame of another site."""
        found = _places(urlsplit(self.frame), urlsplit(frame))
        if found is None:
            return None
        pages = [pattern.written(found) for pattern in self.patterns if pattern.names <= found.keys()]
        return next((page for page in [found.get("address", ""), *pages] if page and self.player(page)), None)


def _places(wanted: SplitResult, given: SplitResult) -> dict[str, str] | None:
    """What stands in a frame's address at the places of ``wanted``; the rest of its query does not count."""
    if plain_host(wanted.netloc) != plain_host(given.netloc):
        return None
    paths = [[unquote(part) for part in parts.path.split("/") if part] for parts in (wanted, given)]
    queries = [parse_qs(parts.query, max_num_fields=100) for parts in (wanted, given)]
    asked = [
        (values[0], queries[1].get(name, [""])[0]) for name, values in queries[0].items() if PLACE.search(values[0])
    ]
    if len(paths[0]) != len(paths[1]):
        return None
    found: dict[str, str] = {}
    for piece, value in [*zip(*paths, strict=True), *asked]:
        places = PLACE.split(piece)
        pattern = "".join(re.escape(part) if at % 3 == 0 else "(.+)" for at, part in enumerate(places) if at % 3 < 2)
        match = re.fullmatch(pattern, value)
        if match is None:
            return None
        found |= dict(zip(places[1::3], match.groups(), strict=True))
    return found


@dataclass(frozen=True)
class Embed:
    """What stands at an address: whose it is, what it looks like, and the frame that shows it.

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
    """Whether a body may hold ``text`` as the address of an embed."""
    return bool(ADDRESS.match(text))


def find_embed(address: str, own: Iterable[Site] = ()) -> Embed | None:
    """What stands at ``address``, by the paper's ``own`` sites and those known here; a link where none knows it.

    None for what is no address of a page.
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
    """The address to be kept for a ``frame`` of another page; None for one that can't be shown here."""
    found = find_embed(frame, own)
    if found is None:
        return None
    if not found.is_link:
        return frame
    return next((page for site in (*own, *SITES) if (page := site.page(frame)) and is_address(page)), None)


def origins(html: str) -> list[str]:
    """The sites whose frames a rendered body may load when a reader asks for them."""
    return sorted(set(FRAMES.findall(html)))


def names() -> list[str]:
    """What the sites known here are called."""
    return list(dict.fromkeys(site.name for site in SITES))
