"""The picture that social networks show of a pair's page: drawn when a rate is accepted, never for a reader."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from tickers import numerals
from tickers.models import MOST_DECIMALS, Pair
from tickers.row import PairRow

SIZE = (1200, 630)
EDGE = 80
FONTS = Path(settings.BASE_DIR) / "static" / "fonts"
WIDE = {"text": 40, "pair": 64, "value": 150, "least": 60}  # pixels of type


class Brand(Protocol):
    """How the paper looks; this app does not know where that is kept."""

    @property
    def light(self) -> dict[str, str]: ...

    @property
    def headline_family(self) -> str: ...

    @property
    def label_family(self) -> str: ...


_brand: list[Callable[[], Brand]] = []


def register(brand: Callable[[], Brand]) -> None:
    """Have cards drawn as ``brand`` answers."""
    _brand[:] = [brand]


def draw_pair_card(pair: Pair, row: PairRow) -> None:
    """Draw and store the card of a pair's newest rate; the one before it goes away."""
    former = pair.card
    places = MOST_DECIMALS if row.digits is None else row.digits
    name = f"rates/{pair.slug}/{row.effective_date}-{numerals.rounded(row.value, places)}.png"
    default_storage.delete(name)  # the same rate, drawn before
    name = default_storage.save(name, _file(CardLines.of(row), _brand[0]()))
    Pair.objects.filter(pk=pair.pk).update(card=name)
    if former and former != name:
        default_storage.delete(former)


@dataclass(frozen=True)
class CardLines:
    """What a card says."""

    pair: str
    value: str
    change: str
    source: str

    @classmethod
    def of(cls, row: PairRow) -> "CardLines":
        """The lines of a pair as it is told."""
        inverse = f"1 {row.quote} = {row.inverse_text} {row.base}"
        source = _("%(source)s, %(day)s") % {"source": row.source, "day": _day(row)}
        return cls(row.pair, row.value_text, f"{row.change_text}    {inverse}".strip(), source)


def _file(lines: CardLines, brand: Brand) -> ContentFile:
    colours, family = brand.light, brand.label_family
    image = Image.new("RGB", SIZE, colours["paper"])
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, SIZE[0], 14), fill=colours["accent"])
    canvas.text((EDGE, 90), lines.pair, font=_font(brand.headline_family, WIDE["pair"]), fill=colours["ink"])
    value = _fitting(canvas, lines.value, family)
    canvas.text((EDGE, 330), lines.value, font=value, fill=colours["ink"], anchor="lm")
    text = _font(family, WIDE["text"])
    canvas.text((EDGE, 440), lines.change, font=text, fill=colours["accent"])
    canvas.text((EDGE, 520), lines.source, font=text, fill=colours["muted"])
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return ContentFile(file.getvalue())


def _fitting(canvas: ImageDraw.ImageDraw, text: str, family: str) -> ImageFont.FreeTypeFont:
    """The largest type in which the value fits."""
    size = WIDE["value"]
    while size > WIDE["least"] and canvas.textlength(text, _font(family, size)) > SIZE[0] - 2 * EDGE:
        size -= 10
    return _font(family, size)


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"{name}-latin.woff2"), size)


def _day(row: PairRow) -> str:
    return date_format(row.effective_date, "Y-m-d")  # the font holds no other alphabet's months
