"""The picture that social networks show of an article: its headline over its lead picture, drawn at publication.

A name holds a random part, so that nobody guesses the card of what is only scheduled.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.fields.files import FieldFile
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont, ImageOps

from articles.models.edition import Edition
from articles.models.image import Image
from articles.pictures.trimming import Trim
from articles.public.brand import Brand

SIZE = (1200, 630)
EDGE = 64
WHITE = "#ffffff"
SIZES = (76, 68, 60, 54, 48, 42)  # pixels of the headline's type, the largest first
MOST_LINES = 4
PICTURED = 2  # over a picture the largest sizes are left out, so that more of it is seen
FADE, DARKEST = 130, 200  # pixels above the words; of 255: over white, white words still stand out 9 : 1
FONTS = Path(settings.BASE_DIR) / "static" / "fonts"
CYRILLIC = re.compile("([\u0400-\u04ff]+)")
SEMIBOLD = 600
PLATE = 44  # pixels that a drawn name is high at most

Canvas = ImageDraw.ImageDraw


def draw_edition_card(edition: Edition) -> str:
    """Draw and store the card of ``edition``, note its name there and return it; the one before goes away."""
    name = f"social/{edition.pk}-{secrets.token_hex(8)}.jpg"
    name = default_storage.save(name, ContentFile(_picture(edition), name=name))
    former, edition.card = edition.card, name
    if not _note(edition.pk, former, name):
        remove_card_file(name)  # it was erased or taken back meanwhile, or somebody was quicker
        return ""
    remove_card_file(former)
    return name


def remove_card_file(name: str) -> None:
    """Take a card out of the storage."""
    if name:
        default_storage.delete(name)


def _picture(edition: Edition) -> bytes:
    brand = Brand.current()
    sizes = SIZES[PICTURED:] if edition.lead_image else SIZES
    canvas = ImageDraw.Draw(Pillow.new("RGB", SIZE))
    family = brand.headline_family
    lines, font_size = _set(canvas, edition.social_title or edition.headline, sizes, family)
    leading = round(font_size * 1.16)
    top = SIZE[1] - EDGE - 62 - leading * len(lines)
    picture, ink = _ground(edition.lead_image, top, brand.light), brand.light["ink"]
    if edition.lead_image:
        picture, ink = _shaded(picture, top), WHITE
    canvas = ImageDraw.Draw(picture)
    stroke = brand.light["saffron" if edition.lead_image else "accent"]
    canvas.rectangle((EDGE, top - 34, EDGE + 72, top - 26), fill=stroke)
    for number, line in enumerate(lines):
        _write(canvas, (EDGE, top + number * leading), line, family, font_size, ink)
    _sign(picture, brand, str(edition.section), ink, is_dark=edition.lead_image is not None)
    file = BytesIO()
    picture.save(file, "JPEG", quality=84, optimize=True, progressive=True)
    return file.getvalue()


def _sign(picture: Pillow.Image, brand: Brand, section: str, ink: str, *, is_dark: bool) -> None:
    """Under the headline, whose it is and of which section; drawn, where the paper has a nameplate for this ground."""
    field = brand.paper.nameplate_dark if is_dark else brand.paper.nameplate
    canvas, left, line = ImageDraw.Draw(picture), EDGE, SIZE[1] - EDGE - 34
    plate = _plate(field)
    if plate is None:
        _write(canvas, (left, line), f"{brand.name}  ·  {section}", brand.label_family, 30, ink)
        return
    picture.paste(plate, (left, line + 20 - plate.height // 2), plate)
    _write(canvas, (left + plate.width, line), f"  ·  {section}", brand.label_family, 30, ink)


def _plate(field: FieldFile) -> Pillow.Image | None:
    """The nameplate in the size of a card's last line; None without one, or if its file is gone."""
    if not field:
        return None
    try:
        with field.open("rb") as file, Pillow.open(file, formats=("WEBP",)) as opened:
            plate = opened.convert("RGBA")
    except OSError:
        return None
    plate.thumbnail((SIZE[0] // 2, PLATE), Pillow.Resampling.LANCZOS)
    return plate


def _note(pk: int, former: str, name: str) -> bool:
    """Have an edition show the card ``name``, unless it is erased or has another one by now."""
    with transaction.atomic():
        edition = Edition.objects.select_for_update().filter(pk=pk, card=former, erased_at=None).first()
        if edition:
            edition.card = name
            edition.save(update_fields=["card"])  # not update(): a CDN then forgets this article's pages alone
    return edition is not None


def _ground(image: Image | None, top: int, colours: Mapping[str, str]) -> Pillow.Image:
    """The lead picture with its focal point above the words at ``top``; without one, the paper's own ground."""
    if image is None:
        ground = Pillow.new("RGB", SIZE, colours["paper"])
        ImageDraw.Draw(ground).rectangle((0, 0, SIZE[0], 14), fill=colours["accent"])
        return ground
    focus = image.crop_points.get("wide", image.focus)
    with image.file.open("rb") as master, Pillow.open(master, formats=("JPEG",)) as opened:
        if image.trim == Trim():  # of a part, or of one on its side, more may be needed
            opened.draft("RGB", SIZE)
        whole = image.trim.of(opened.convert("RGB"))
        if image.is_whole:
            return ImageOps.pad(whole, SIZE, color=image.colour)
        return _cropped(whole, focus, top)


def _cropped(whole: Pillow.Image, focus: Sequence[float], top: int) -> Pillow.Image:
    """``whole`` filling the card, its ``focus`` (per cent) in the middle of what no words cover, as far as it goes."""
    scale = max(SIZE[0] / whole.width, SIZE[1] / whole.height)
    wide, high = SIZE[0] / scale, SIZE[1] / scale
    left = min(max(whole.width * focus[0] / 100 - wide / 2, 0), whole.width - wide)
    upper = min(max(whole.height * focus[1] / 100 - (top - FADE) / 2 / scale, 0), whole.height - high)
    return whole.resize(SIZE, Pillow.Resampling.LANCZOS, (left, upper, left + wide, upper + high))


def _shaded(picture: Pillow.Image, top: int) -> Pillow.Image:
    """``picture`` dark behind the words, which begin at ``top``, and as it is above them."""
    shade = Pillow.new("L", SIZE, 0)
    fade = Pillow.linear_gradient("L").resize((SIZE[0], FADE)).point(lambda value: round(value * DARKEST / 255))
    begin = max(top - FADE, 0)
    shade.paste(fade, (0, begin))
    shade.paste(DARKEST, (0, begin + FADE, *SIZE))
    return Pillow.composite(Pillow.new("RGB", SIZE, "#14100c"), picture, shade)


def _set(
    canvas: Canvas, headline: str, sizes: Sequence[int] = SIZES, family: str = "literata"
) -> tuple[list[str], int]:
    """The headline in lines that fit, in the largest type that needs no more of them than there is room for."""
    for size in sizes:
        lines = _broken(canvas, headline.split(), size, family)
        if len(lines) <= MOST_LINES:
            return lines, size
    return [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"], size


def _broken(canvas: Canvas, words: list[str], size: int, family: str) -> list[str]:
    lines: list[str] = []
    for word in (piece for whole in words for piece in _pieces(canvas, whole, size, family)):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(canvas, longer, family, size) <= SIZE[0] - 2 * EDGE:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _pieces(canvas: Canvas, word: str, size: int, family: str) -> list[str]:
    """A word in pieces that fit a line, with hyphens between; almost always the word itself."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and _width(canvas, f"{pieces[-1]}{letter}-", family, size) > SIZE[0] - 2 * EDGE:
            pieces[-1] += "-"
            pieces.append("")
        pieces[-1] += letter
    return pieces


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
