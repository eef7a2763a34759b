"""Videos and recordings that other sites keep: which addresses a body may embed, and what plays them.

Nothing of another site is loaded before a reader presses play. A new site is one more line, one in
``static/js/editor-figures.js``, and its player's host in the policy of ``newsroom/settings.py``.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Site:
    """A site that keeps videos or sounds; ``player`` is the address of its player, made of what ``address`` matched."""

    name: str
    is_video: bool
    address: re.Pattern[str]
    player: str


@dataclass(frozen=True)
class Embed:
    """What stands at an address: whose it is, and what plays it (nothing: the browser itself)."""

    source: str
    is_video: bool
    player: str


SITES = (
    Site(
        "YouTube",
        True,
        re.compile(r"https://(?:www\.youtube\.com/watch\?v=|youtu\.be/)(?P<id>[\w-]{11})\Z", re.ASCII),
        "https://www.youtube-nocookie.com/embed/{id}?autoplay=1",
    ),
    Site(
        "Vimeo",
        True,
        re.compile(r"https://vimeo\.com/(?P<id>[0-9]{6,12})\Z", re.ASCII),
        "https://player.vimeo.com/video/{id}?autoplay=1&dnt=1",
    ),
    Site(
        "SoundCloud",
        False,
        re.compile(r"(?P<id>https://soundcloud\.com/[\w-]{1,80}/(?:sets/)?[\w-]{1,120})\Z", re.ASCII),
        "https://w.soundcloud.com/player/?url={id}&auto_play=true",
    ),
)
RECORDING = re.compile(r"https://([a-z0-9.-]{4,120})/[\w./~%+-]{1,400}\.(?:mp3|m4a|ogg|opus)\Z", re.ASCII)


def find(address: str) -> Embed | None:
    """What can be embedded from ``address``; None if nothing can."""
    for site in SITES:
        if match := site.address.match(address):
            return Embed(site.name, site.is_video, site.player.format(id=quote(match["id"], safe="")))
    if match := RECORDING.match(address):
        return Embed(match[1], False, "")
    return None
