"""The fonts that the paper ships, and the families that style sheets ask for."""

import re
from pathlib import Path

from django.conf import settings
from PIL import ImageFont

FOLDER = Path(settings.BASE_DIR) / "static" / "fonts"
LITERATA, GOLOS = "literata", "golos"
FAMILIES = {
    LITERATA: 'Literata, "Literata Fallback", Georgia, serif',
    GOLOS: '"Golos Text", "Golos Fallback", system-ui, sans-serif',
    "serif": 'Georgia, "Times New Roman", serif',
    "sans": "system-ui, sans-serif",
}
REGULAR, SEMIBOLD = 400, 600
CYRILLIC = re.compile("([\u0400-\u04ff]+)")


def font(family: str, alphabet: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """Return a shipped ``family`` for ``latin`` or ``cyrillic`` letters, ``size`` pixels large."""
    typeface = ImageFont.truetype(str(FOLDER / f"{family}-{alphabet}.woff2"), size)
    typeface.set_variation_by_axes([weight])
    return typeface


def runs(text: str, family: str, size: int, weight: int) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """Return ``text`` in parts of one alphabet each, with the font that has its letters."""
    parts = [(number % 2, part) for number, part in enumerate(CYRILLIC.split(text)) if part]
    return [(part, font(family, "cyrillic" if is_cyrillic else "latin", size, weight)) for is_cyrillic, part in parts]
