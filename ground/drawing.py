"""Drawing the pictures that social networks show: their size, their ground, and words that fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageFont

from ground import fonts

SIZE = (1200, 630)
STRIPE = 14  # pixels of the accent along the upper edge

Canvas = ImageDraw.ImageDraw


@dataclass(frozen=True)
class Face:
    """What words are set in: a shipped family, pixels of type, and how bold."""

    family: str
    size: int
    weight: int = fonts.REGULAR


def ground(colours: Mapping[str, str]) -> Image.Image:
    """A picture in the paper's own colours with nothing on it yet."""
    picture = Image.new("RGB", SIZE, colours["paper"])
    ImageDraw.Draw(picture).rectangle((0, 0, SIZE[0], STRIPE), fill=colours["accent"])
    return picture


def width(canvas: Canvas, text: str, face: Face) -> float:
    """How wide ``text`` is, in pixels."""
    return sum(canvas.textlength(piece, font=font) for piece, font in _runs(text, face))


def write_line(canvas: Canvas, place: tuple[float, float], text: str, face: Face, ink: str, anchor: str = "ls") -> None:
    """Write a line of ``text`` from ``place`` on, which is where ``anchor`` says: Pillow's text anchors."""
    left, top = place
    for piece, font in _runs(text, face):
        canvas.text((left, top), piece, font=font, fill=ink, anchor=anchor)
        left += canvas.textlength(piece, font=font)


def fitting(canvas: Canvas, text: str, face: Face, *, least: int, room: int) -> Face:
    """The largest, from ``face`` down to ``least`` pixels, in which a line of ``text`` has ``room``."""
    while face.size > least and width(canvas, text, face) > room:
        face = replace(face, size=face.size - 10)
    return face


def lines(canvas: Canvas, words: Iterable[str], face: Face, room: int) -> list[str]:
    """``words`` in lines that have ``room`` pixels; a word that is longer is cut, with hyphens between."""
    found: list[str] = []
    for word in (piece for whole in words for piece in _pieces(canvas, whole, face, room)):
        longer = f"{found[-1]} {word}" if found else word
        if found and width(canvas, longer, face) <= room:
            found[-1] = longer
        else:
            found.append(word)
    return found


def _pieces(canvas: Canvas, word: str, face: Face, room: int) -> list[str]:
    """A word in pieces that fit a line; almost always the word itself."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(canvas, f"{pieces[-1]}{letter}-", face) > room:
            pieces[-1] += "-"
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _runs(text: str, face: Face) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    return fonts.runs(text, face.family, face.size, face.weight)
