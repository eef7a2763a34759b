"""The look of the paper: its name, colours, fonts and nameplate, the same on pages, cards and feeds.

Where somebody has chosen colours or fonts, pages load a small stylesheet of their own after the usual one. Its address
holds its digest, so browsers keep it for ever.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from django.core.files.storage import default_storage

from articles.models.look import Font
from articles.models.site import SiteSettings
from articles.pictures import nameplates
from ground import colours
from ground.fonts import FAMILIES

DRAWN = {Font.SERIF: Font.LITERATA, Font.SANS: Font.GOLOS}  # the fonts of cards, as a server has no others
SHIPPED = (Font.LITERATA, Font.GOLOS)
USUAL = (Font.LITERATA, Font.LITERATA, Font.GOLOS)  # of headlines, texts, labels
ICONS = (160, 240, 640)  # pixels across, at most, of icons for a browser's tab, a home screen and an opened app
WIDTH = 320  # pixels of width of a nameplate, at most
HEIGHT = 64


@dataclass(frozen=True)
class Nameplate:
    """The paper's name as a picture, for light or dark background."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Brand:
    """The look of the paper, from its settings."""

    paper: SiteSettings

    @classmethod
    def current(cls) -> "Brand":
        return cls(SiteSettings.current())

    @property
    def name(self) -> str:
        return self.paper.name

    @property
    def tagline(self) -> str:
        return self.paper.tagline

    @cached_property
    def light(self) -> dict[str, str]:
        """The colours on light background, by their names in ``ground.colours``."""
        return colours.palette("light", self.paper.chosen("light"))

    @cached_property
    def dark(self) -> dict[str, str]:
        return colours.palette("dark", self.paper.chosen("dark"))

    @property
    def fonts(self) -> tuple[Font, Font, Font]:
        """The fonts of headlines, texts and labels."""
        paper, valid_fonts = self.paper, set(Font.values)
        return (
            Font(paper.headline_font if paper.headline_font in valid_fonts else USUAL[0]),
            Font(paper.text_font if paper.text_font in valid_fonts else USUAL[1]),
            Font(paper.label_font if paper.label_font in valid_fonts else USUAL[2]),
        )

    @cached_property
    def preloads(self) -> list[str]:
        """The static font file that the first words of every page need; none if devices have the font."""
        return [f"fonts/{font}-latin.woff2" for font in self.fonts[:1] if font in SHIPPED]

    @cached_property
    def cyrillic_preloads(self) -> list[str]:
        """The same for headlines in Cyrillic letters."""
        return [f"fonts/{font}-cyrillic.woff2" for font in self.fonts[:1] if font in SHIPPED]

    @property
    def headline_family(self) -> str:
        """The shipped font for headlines on cards."""
        return str(DRAWN.get(self.fonts[0], self.fonts[0]))

    @property
    def label_family(self) -> str:
        """The shipped font for all other text on cards."""
        return str(DRAWN.get(self.fonts[2], self.fonts[2]))

    @cached_property
    def nameplate(self) -> Nameplate | None:
        return _nameplate(self.paper.nameplate.name)

    @cached_property
    def nameplate_dark(self) -> Nameplate | None:
        """The nameplate for dark background; None if the paper has none or uses the light one for both."""
        return _nameplate(self.paper.nameplate_dark.name) if self.nameplate else None

    @cached_property
    def icons(self) -> list[tuple[str, int, int]]:
        """Address, width and height of the logo's square copies, small to large; empty before they are made."""
        if self.paper.logo is None:
            return []
        square = self.paper.logo.sources("square")
        return list(dict.fromkeys(square.at_most(side) for side in ICONS)) if square.srcsets.get("jpg") else []

    @cached_property
    def style(self) -> str:
        """The CSS that differs from static/css/site.css; empty while nobody has chosen anything."""
        rules = []
        if self.paper.chosen("light"):
            rules.append(f":root{{{_properties(self.light)}}}")
        if self.paper.chosen("dark") or self.paper.chosen("light"):  # which would apply in the dark as well
            dark = _properties(self.dark)
            rules.append(f'@media(prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dark}}}}}')
            rules.append(f':root[data-theme="dark"]{{{dark}}}')
        screen = f"@media screen{{{''.join(rules)}}}" if rules else ""  # printed pages have their own colours
        return screen + self._families()

    def _families(self) -> str:
        if self.fonts == USUAL:
            return ""
        headlines, texts, labels = (FAMILIES[font] for font in self.fonts)
        return f":root{{--head:{headlines};--serif:{texts};--sans:{labels}}}"

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.style.encode()).hexdigest()[:12]

    @cached_property
    def stylesheet(self) -> str:
        """The address of ``style``; empty if there is none."""
        return f"/look-{self.digest}.css" if self.style else ""


def _properties(palette: dict[str, str]) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in palette.items())


def _nameplate(name: str | None) -> Nameplate | None:
    """Return the nameplate scaled as large as pages show it; None if there is no picture."""
    width, height = nameplates.size(name or "")
    if not height:
        return None
    share = min(HEIGHT / height, WIDTH / width, 1)
    return Nameplate(default_storage.url(name), round(width * share), round(height * share))
