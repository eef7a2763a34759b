"""The picture of a pair's page for social networks, drawn when a rate is accepted, never on a reader's request."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from PIL import ImageDraw

from ground import drawing
from ground.drawing import Face
from tickers import numerals
from tickers.models import MOST_DECIMALS, Pair
from tickers.row import PairRow

EDGE = 80
WIDE = {"text": 40, "pair": 64, "value": 150, "least": 60}  # pixels of type


class CardBrand(Protocol):
    """The look of the paper; this app does not know where it is stored."""

    @property
    def light(self) -> dict[str, str]: ...

    @property
    def headline_family(self) -> str: ...

    @property
    def label_family(self) -> str: ...


_brand: list[Callable[[], CardBrand]] = []


def register(brand: Callable[[], CardBrand]) -> None:
    """Register the function that returns the look of cards."""
    _brand[:] = [brand]


def draw_pair_card(pair: Pair, row: PairRow) -> None:
    """Draw and store the card of a pair's newest rate; the former one is deleted."""
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
    """The lines of a card."""

    pair: str
    value: str
    change: str
    source: str

    @classmethod
    def of(cls, row: PairRow) -> "CardLines":
        """Return the lines of a pair in its direction on pages."""
        inverse = f"1 {row.quote} = {row.inverse_text} {row.base}"
        source = _("%(source)s, %(day)s") % {"source": row.source, "day": _day(row)}
        return cls(row.pair, row.value_text, f"{row.change_text}    {inverse}".strip(), source)


def _file(lines: CardLines, brand: CardBrand) -> ContentFile:
    colours, family = brand.light, brand.label_family
    image = drawing.ground(colours)
    canvas = ImageDraw.Draw(image)
    drawing.write_line(canvas, (EDGE, 90), lines.pair, Face(brand.headline_family, WIDE["pair"]), colours["ink"], "la")
    room = drawing.SIZE[0] - 2 * EDGE
    value = drawing.fitting(canvas, lines.value, Face(family, WIDE["value"]), least=WIDE["least"], room=room)
    drawing.write_line(canvas, (EDGE, 330), lines.value, value, colours["ink"], "lm")
    text = Face(family, WIDE["text"])
    drawing.write_line(canvas, (EDGE, 440), lines.change, text, colours["accent"], "la")
    drawing.write_line(canvas, (EDGE, 520), lines.source, text, colours["muted"], "la")
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return ContentFile(file.getvalue())


def _day(row: PairRow) -> str:
    return date_format(row.effective_date, "Y-m-d")  # the font has no other alphabet's months
