"""The picture that social networks show of an article: its headline over its lead picture, drawn at publication.

A name holds a random part, so that nobody guesses the card of what is only scheduled.
"""

import re
import secrets
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont, ImageOps

from articles.models.edition import Edition
from articles.models.image import Image
from articles.models.site import SiteSettings

SIZE = (1200, 630)
EDGE = 64
PAPER, INK, CLAY, SAFFRON, WHITE = "#fbf9f4", "#1d1915", "#a23a1a", "#d9962a", "#ffffff"
SIZES = (76, 68, 60, 54, 48, 42)  # pixels of the headline's type, the largest first
MOST_LINES = 4
FONTS = Path(settings.BASE_DIR) / "static" / "fonts"
CYRILLIC = re.compile("([\u0400-\u04ff]+)")
SEMIBOLD = 600

Canvas = ImageDraw.ImageDraw


def draw(edition: Edition) -> str:
    """Draw and store the card of ``edition``, note its name there and return it; the one before goes away."""
    name = f"social/{edition.pk}-{secrets.token_hex(8)}.jpg"
    name = default_storage.save(name, ContentFile(_picture(edition), name=name))
    former, edition.card = edition.card, name
    if not _note(edition.pk, former, name):
        remove(name)  # it was erased or taken back meanwhile, or somebody was quicker
        return ""
    remove(former)
    return name


def remove(name: str) -> None:
    """Take a card out of the storage."""
    if name:
        default_storage.delete(name)


def _picture(edition: Edition) -> bytes:
    picture = _ground(edition.lead_image)
    canvas = ImageDraw.Draw(picture)
    ink = WHITE if edition.lead_image else INK
    lines, font_size = _set(canvas, edition.social_title or edition.headline)
    leading = round(font_size * 1.16)
    top = SIZE[1] - EDGE - 62 - leading * len(lines)
    canvas.rectangle((EDGE, top - 34, EDGE + 72, top - 26), fill=SAFFRON if edition.lead_image else CLAY)
    for number, line in enumerate(lines):
        _write(canvas, (EDGE, top + number * leading), line, "literata", font_size, ink)
    under = f"{SiteSettings.current().name}  ·  {edition.section}"
    _write(canvas, (EDGE, SIZE[1] - EDGE - 34), under, "golos", 30, ink)
    file = BytesIO()
    picture.save(file, "JPEG", quality=84, optimize=True, progressive=True)
    return file.getvalue()


def _note(pk: int, former: str, name: str) -> bool:
    """Have an edition show the card ``name``, unless it is erased or has another one by now."""
    with transaction.atomic():
        edition = Edition.objects.select_for_update().filter(pk=pk, card=former, erased_at=None).first()
        if edition:
            edition.card = name
            edition.save(update_fields=["card"])  # not update(): a CDN then forgets this article's pages alone
    return edition is not None


def _ground(image: Image | None) -> Pillow.Image:
    """The lead picture round its focal point, darker where the words stand; without one, the paper's own ground."""
    if image is None:
        ground = Pillow.new("RGB", SIZE, PAPER)
        ImageDraw.Draw(ground).rectangle((0, 0, SIZE[0], 14), fill=CLAY)
        return ground
    focus = image.crop_points.get("wide", image.focus)
    with image.file.open("rb") as master, Pillow.open(master, formats=("JPEG",)) as opened:
        opened.draft("RGB", SIZE)
        whole = opened.convert("RGB")
        if image.is_whole:
            ground = ImageOps.pad(whole, SIZE, color=image.colour)
        else:
            ground = ImageOps.fit(whole, SIZE, centering=(focus[0] / 100, focus[1] / 100))
    shade = Pillow.linear_gradient("L").resize(SIZE).point(lambda value: 40 + round(value * 0.78))
    return Pillow.composite(Pillow.new("RGB", SIZE, "#14100c"), ground, shade)


def _set(canvas: Canvas, headline: str) -> tuple[list[str], int]:
    """The headline in lines that fit, in the largest type that needs no more of them than there is room for."""
    for size in SIZES:
        lines = _broken(canvas, headline.split(), size)
        if len(lines) <= MOST_LINES:
            return lines, size
    return [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"], size


def _broken(canvas: Canvas, words: list[str], size: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(canvas, longer, "literata", size) <= SIZE[0] - 2 * EDGE:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _runs(text: str, family: str, size: int) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """``text`` in pieces of one alphabet each, with the font that has it."""
    pieces = [(number % 2, piece) for number, piece in enumerate(CYRILLIC.split(text)) if piece]
    return [(piece, _font(f"{family}-{'cyrillic' if is_cyrillic else 'latin'}", size)) for is_cyrillic, piece in pieces]


def _width(canvas: Canvas, text: str, family: str, size: int) -> float:
    return sum(canvas.textlength(piece, font=font) for piece, font in _runs(text, family, size))


def _write(canvas: Canvas, place: tuple[float, float], text: str, family: str, size: int, ink: str) -> None:
    left, top = place
    for piece, font in _runs(text, family, size):
        canvas.text((left, top + size), piece, font=font, fill=ink, anchor="ls")
        left += canvas.textlength(piece, font=font)


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(FONTS / f"{name}.woff2"), size)
    font.set_variation_by_axes([SEMIBOLD])
    return font
