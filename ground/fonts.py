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
    """A shipped ``family`` for ``latin`` or ``cyrillic`` letters, ``size`` pixels large."""
    found = ImageFont.truetype(str(FOLDER / f"{family}-{alphabet}.woff2"), size)
    found.set_variation_by_axes([weight])
    return found


def runs(text: str, family: str, size: int, weight: int) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """``text`` in pieces of one alphabet each, with the font that has it."""
    pieces = [(number % 2, piece) for number, piece in enumerate(CYRILLIC.split(text)) if piece]
    return [
        (piece, font(family, "cyrillic" if is_cyrillic else "latin", size, weight)) for is_cyrillic, piece in pieces
    ]
