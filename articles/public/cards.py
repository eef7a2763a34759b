"""The picture for social networks: an article's headline over its lead picture, drawn when it is published.

Its file name has a random part, so that nobody guesses the card of a scheduled edition.
"""

import secrets
from collections.abc import Mapping, Sequence
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.fields.files import FieldFile
from PIL import Image as Pillow
from PIL import ImageDraw, ImageOps

from articles.languages import script_of
from articles.models.edition import Edition
from articles.models.image import Image
from articles.pictures.trimming import Trim
from articles.public.brand import Brand
from ground import drawing
from ground.colours import SHADE, WHITE
from ground.drawing import SIZE, Face
from ground.fonts import SEMIBOLD

DRAWN = {"Latn", "Cyrl"}  # scripts of the shipped fonts
EDGE = 64
SIZES = (76, 68, 60, 54, 48, 42)  # pixels of the headline's type, the largest first
MOST_LINES = 4
PICTURED = 2  # the largest sizes are left out over a picture, so that more of it is seen
FADE, DARKEST = 130, 200  # pixels above the text; of 255: on white, white text still has a contrast of 9 : 1
SIGNED = 30  # pixels of type in the last line
PLATE = 44  # height of the nameplate in pixels, at most


def draw_edition_card(edition: Edition) -> str:
    """Draw and store the card of ``edition``, note its name there and return it; the former card is deleted.

    There is none of a headline in a script that the shipped fonts don't have: readers would see empty boxes.
    """
    if script_of(edition.language) not in DRAWN:
        return ""
    name = f"social/{edition.pk}-{secrets.token_hex(8)}.jpg"
    name = default_storage.save(name, ContentFile(_picture(edition), name=name))
    former, edition.card = edition.card, name
    if not _note(edition.pk, former, name):
        remove_card_file(name)  # it was erased or taken back meanwhile, or another process was quicker
        return ""
    remove_card_file(former)
    return name


def remove_card_file(name: str) -> None:
    """Delete a card from the storage."""
    if name:
        default_storage.delete(name)


def _picture(edition: Edition) -> bytes:
    brand = Brand.current()
    sizes = SIZES[PICTURED:] if edition.lead_image else SIZES
    canvas = ImageDraw.Draw(Pillow.new("RGB", SIZE))
    lines, face = _set(canvas, edition.social_title or edition.headline, sizes, brand.headline_family)
    leading = round(face.size * 1.16)
    top = SIZE[1] - EDGE - 62 - leading * len(lines)
    picture, ink = _ground(edition.lead_image, top, brand.light), brand.light["ink"]
    if edition.lead_image:
        picture, ink = _shaded(picture, top), WHITE
    canvas = ImageDraw.Draw(picture)
    stroke = brand.light["saffron" if edition.lead_image else "accent"]
    canvas.rectangle((EDGE, top - 34, EDGE + 72, top - 26), fill=stroke)
    for number, line in enumerate(lines):
        drawing.write_line(canvas, (EDGE, top + number * leading + face.size), line, face, ink)
    _sign(picture, brand, str(edition.section), ink, is_dark=edition.lead_image is not None)
    file = BytesIO()
    picture.save(file, "JPEG", quality=84, optimize=True, progressive=True)
    return file.getvalue()


def _sign(picture: Pillow.Image, brand: Brand, section: str, ink: str, *, is_dark: bool) -> None:
    """Write the name of the paper, or its nameplate for this background, and the section below the headline."""
    field = brand.paper.nameplate_dark if is_dark else brand.paper.nameplate
    canvas, face = ImageDraw.Draw(picture), Face(brand.label_family, SIGNED, SEMIBOLD)
    left, line = EDGE, SIZE[1] - EDGE - 34
    plate = _plate(field)
    if plate is None:
        drawing.write_line(canvas, (left, line + SIGNED), f"{brand.name}  ·  {section}", face, ink)
        return
    picture.paste(plate, (left, line + 20 - plate.height // 2), plate)
    drawing.write_line(canvas, (left + plate.width, line + SIGNED), f"  ·  {section}", face, ink)


def _plate(field: FieldFile) -> Pillow.Image | None:
    """Return the nameplate in the size of a card's last line; None without one, or if its file is gone."""
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
    """Set the card of an edition to ``name`` and return whether that was done: not if it was erased or has a newer
    card.
    """
    with transaction.atomic():
        edition = Edition.objects.select_for_update().filter(pk=pk, card=former, erased_at=None).first()
        if edition:
            edition.card = name
            edition.save(update_fields=["card"])  # not update(): so a CDN forgets this article's pages alone
    return edition is not None


def _ground(image: Image | None, top: int, colours: Mapping[str, str]) -> Pillow.Image:
    """Return the lead picture with its focal point above the text at ``top``; without one, an empty card."""
    if image is None:
        return drawing.ground(colours)
    focus = image.crop_points.get("wide", image.focus)
    with image.file.open("rb") as master, Pillow.open(master, formats=("JPEG",)) as opened:
        if image.trim == Trim():  # of a cropped or turned picture more may be needed
            opened.draft("RGB", SIZE)
        whole = image.trim.of(opened.convert("RGB"))
        if image.is_whole:
            return ImageOps.pad(whole, SIZE, color=image.colour)
        return _cropped(whole, focus, top)


def _cropped(whole: Pillow.Image, focus: Sequence[float], top: int) -> Pillow.Image:
    """Return ``whole`` cropped to the card, with ``focus`` (per cent) as central as can be in the part without text."""
    scale = max(SIZE[0] / whole.width, SIZE[1] / whole.height)
    wide, high = SIZE[0] / scale, SIZE[1] / scale
    left = min(max(whole.width * focus[0] / 100 - wide / 2, 0), whole.width - wide)
    upper = min(max(whole.height * focus[1] / 100 - (top - FADE) / 2 / scale, 0), whole.height - high)
    return whole.resize(SIZE, Pillow.Resampling.LANCZOS, (left, upper, left + wide, upper + high))


def _shaded(picture: Pillow.Image, top: int) -> Pillow.Image:
    """Return ``picture`` darkened behind the text, which begins at ``top``."""
    shade = Pillow.new("L", SIZE, 0)
    fade = Pillow.linear_gradient("L").resize((SIZE[0], FADE)).point(lambda value: round(value * DARKEST / 255))
    begin = max(top - FADE, 0)
    shade.paste(fade, (0, begin))
    shade.paste(DARKEST, (0, begin + FADE, *SIZE))
    return Pillow.composite(Pillow.new("RGB", SIZE, SHADE), picture, shade)


def _set(
    canvas: drawing.Canvas, headline: str, sizes: Sequence[int] = SIZES, family: str = "literata"
) -> tuple[list[str], Face]:
    """Return the headline in lines that fit, and the largest face with which there is room for them."""
    for size in sizes:
        face = Face(family, size, SEMIBOLD)
        lines = drawing.lines(canvas, headline.split(), face, SIZE[0] - 2 * EDGE)
        if len(lines) <= MOST_LINES:
            return lines, face
    return [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"], face
