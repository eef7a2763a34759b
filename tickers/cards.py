"""The picture that social networks show of a pair's page: drawn when a rate is accepted, never for a reader."""

from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from tickers import ratebar
from tickers.models import Pair

SIZE = (1200, 630)
EDGE = 80
PAPER, INK, MUTED, CLAY = (settings.BRAND[name] for name in ("paper", "ink", "muted", "accent"))
FONTS = Path(settings.BASE_DIR) / "static" / "fonts"
WIDE = {"text": 40, "pair": 64, "value": 150, "least": 60}  # pixels of type


def draw(pair: Pair, row: ratebar.Row) -> None:
    """Draw and store the card of a pair's newest rate; the one before it goes away."""
    former = pair.card
    name = f"rates/{pair.slug}/{row.effective_date}-{row.value_text}.png"
    default_storage.delete(name)  # the same rate, drawn before
    name = default_storage.save(name, _file(row))
    Pair.objects.filter(pk=pair.pk).update(card=name)
    if former and former != name:
        default_storage.delete(former)


def _file(row: ratebar.Row) -> ContentFile:
    image = Image.new("RGB", SIZE, PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, SIZE[0], 14), fill=CLAY)
    canvas.text((EDGE, 90), row.pair, font=_font("literata", WIDE["pair"]), fill=INK)
    font = _fitting(canvas, row.value_text)
    canvas.text((EDGE, 330), row.value_text, font=font, fill=INK, anchor="lm")
    text = _font("golos", WIDE["text"])
    inverse = f"1 {row.quote} = {row.inverse_text} {row.base}"
    canvas.text((EDGE, 440), f"{row.change_text}    {inverse}".strip(), font=text, fill=CLAY)
    canvas.text((EDGE, 520), _("%(source)s, %(day)s") % {"source": row.source, "day": _day(row)}, font=text, fill=MUTED)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return ContentFile(file.getvalue())


def _fitting(canvas: ImageDraw.ImageDraw, text: str) -> ImageFont.FreeTypeFont:
    """The largest type in which the value fits."""
    size = WIDE["value"]
    while size > WIDE["least"] and canvas.textlength(text, _font("golos", size)) > SIZE[0] - 2 * EDGE:
        size -= 10
    return _font("golos", size)


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"{name}-latin.woff2"), size)


def _day(row: ratebar.Row) -> str:
    return date_format(row.effective_date, "Y-m-d")  # the font holds no other alphabet's months
