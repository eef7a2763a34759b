"""The paper's colours: the default ones, those derived from chosen ones, and whether text can be read on them.

Style sheets have the default ones in blocks that ``manage.py write_colours`` writes. Contrast is WCAG 2.2's:
https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

HEX = re.compile(r"#[0-9a-f]{6}\Z", re.ASCII)
READABLE = 4.5  # the least contrast of text and its background: WCAG 1.4.3, level AA
CHOSEN = ("paper", "ink", "accent", "saffron")  # the others are derived from these

LIGHT = {
    "paper": "#fbf9f4",
    "ink": "#1d1915",
    "muted": "#675e53",
    "rule": "#dcd4c6",
    "tint": "#f2ecdf",
    "accent": "#a23a1a",
    "saffron": "#d9962a",
    "on-saffron": "#1d1915",
    "mark": "#f8dea0",
    "up": "#1a6844",
    "down": "#a8261b",
}
DARK = {
    "paper": "#171411",
    "ink": "#ece5d9",
    "muted": "#aa9f90",
    "rule": "#3a342c",
    "tint": "#221e19",
    "accent": "#ee9662",
    "saffron": "#c98a2b",
    "on-saffron": "#1d1915",
    "mark": "#5f4410",
    "up": "#7fc69e",
    "down": "#f28f80",
}
USUAL = {"light": LIGHT, "dark": DARK}
SHADE = "#14100c"  # around and behind pictures, by day and by night
# The desk's own colours; its accent is ``--clay``, because Django's admin has an ``--accent`` of its own.
DESK = {
    "light": {
        "edge": "#8d8274",
        "clay-dark": "#7f2c12",
        "on-clay": "#ffffff",
        "field": "#ffffff",
        "good": "#dcefe2",
        "warn": "#fbeccb",
        "bad": "#fbe1da",
        "came": "#d7eedf",
        "came-line": "#1d6a3c",
        "went": "#fadfd7",
        "went-line": LIGHT["accent"],
        "bar": LIGHT["ink"],
        "bar-ink": LIGHT["paper"],
        "bar-quiet": "#cfc6b8",
        "bar-line": "#5d5448",
        "bar-tint": "#332d26",
        "bar-mark": "#f3b08a",
    },
    "dark": {
        "muted": "#b3a899",
        "edge": "#83796b",
        "clay-dark": "#f7b48b",
        "on-clay": "#1d1915",
        "field": "#1f1b17",
        "good": "#173726",
        "warn": "#43330f",
        "bad": "#4d1f17",
        "came": "#17432a",
        "came-line": "#8fd8ab",
        "went": "#552619",
        "went-line": "#f7b48b",
        "bar": "#0c0a08",
    },
}
BLACK, WHITE = "#000000", "#ffffff"
STEPS = 20  # steps in which a colour is moved towards another


@dataclass(frozen=True)
class Fault:
    """A text colour that can't be read: its ``name`` and ``theme``, the ``paper``, and the nearest readable colour."""

    theme: str
    name: str
    colour: str
    paper: str
    contrast: float
    nearest: str


def luminance(colour: str) -> float:
    """The relative luminance of ``colour``, 0 to 1."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, background: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(colour), luminance(background)))
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(text: str, ground: str) -> bool:
    """Return whether text in one colour can be read on the other."""
    return contrast(text, ground) >= READABLE


def mixed(colour: str, added: str, share: float) -> str:
    """Return ``colour`` with a ``share`` (0 to 1) of the colour ``added`` in it."""
    parts = zip(_parts(colour), _parts(added), strict=True)
    return "#" + "".join(f"{round(mine + (theirs - mine) * share):02x}" for mine, theirs in parts)


def nearest_readable(text: str, *grounds: str, towards: str = "") -> str:
    """Return ``text``, or the nearest colour towards black, white or ``towards`` that is readable on ``grounds``."""
    ends = [towards] if towards else [BLACK, WHITE]
    for step in range(STEPS + 1):
        for end in ends:
            candidate = mixed(text, end, step / STEPS)
            if all(is_readable(candidate, ground) for ground in grounds):
                return candidate
    return ends[0]


def palette(theme: str, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return all colours of ``theme`` (``light`` or ``dark``): the ``chosen`` ones, those derived from them, else
    defaults.
    """
    usual = USUAL[theme]
    own = {name: chosen[name] for name in CHOSEN if HEX.match(chosen.get(name, ""))}
    if not own:
        return dict(usual)
    return _followed(usual, {name: own.get(name, usual[name]) for name in CHOSEN})


def _followed(usual: Mapping[str, str], own: dict[str, str]) -> dict[str, str]:
    """Return the colours derived from ``own``: as near to the default ones as text stays readable on or in them."""
    paper, ink, accent, saffron = (own[name] for name in CHOSEN)
    tint = _ground(paper, ink, (0.06, 0.04, 0.02), ink, accent)
    return own | {
        "tint": tint,
        "rule": mixed(paper, ink, 0.16),
        "muted": nearest_readable(mixed(ink, paper, 0.35), paper, tint, towards=ink),
        "mark": _ground(paper, saffron, (0.45, 0.35, 0.25, 0.15), ink),
        "on-saffron": max(BLACK, WHITE, key=lambda text: contrast(text, saffron)),
        "up": nearest_readable(usual["up"], paper, tint, towards=ink),
        "down": nearest_readable(usual["down"], paper, tint, towards=ink),
    }


def _ground(paper: str, colour: str, shares: tuple[float, ...], *texts: str) -> str:
    """Return ``paper`` mixed with the largest of ``shares`` of ``colour`` on which ``texts`` are readable, else
    ``paper``.
    """
    for share in shares:
        ground = mixed(paper, colour, share)
        if all(is_readable(text, ground) for text in texts):
            return ground
    return paper


def faults(theme: str, chosen: Mapping[str, str]) -> list[Fault]:
    """Return the text colours of ``theme`` that can't be read with the ``chosen`` colours."""
    colours = palette(theme, chosen)
    return [
        Fault(
            theme,
            name,
            colours[name],
            colours["paper"],
            contrast(colours[name], colours["paper"]),
            nearest_readable(colours[name], colours["paper"]),
        )
        for name in ("ink", "accent")
        if not is_readable(colours[name], colours["paper"])
    ]


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
