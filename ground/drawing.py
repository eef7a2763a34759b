"""Drawing the pictures for social networks: their size, their background, and text that fits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageFont

from ground import fonts

SIZE = (1200, 630)
STRIPE = 14  # pixels of the accent colour along the upper edge

Canvas = ImageDraw.ImageDraw


@dataclass(frozen=True)
class Face:
    """The typeface of a text: a shipped family, its size in pixels, and its weight."""

    family: str
    size: int
    weight: int = fonts.REGULAR


def ground(colours: Mapping[str, str]) -> Image.Image:
    """Return an empty picture in the paper's own colours."""
    picture = Image.new("RGB", SIZE, colours["paper"])
    ImageDraw.Draw(picture).rectangle((0, 0, SIZE[0], STRIPE), fill=colours["accent"])
    return picture


def width(canvas: Canvas, text: str, face: Face) -> float:
    """Return how wide ``text`` is, in pixels."""
    return sum(canvas.textlength(run, font=font) for run, font in _runs(text, face))


def write_line(canvas: Canvas, place: tuple[float, float], text: str, face: Face, ink: str, anchor: str = "ls") -> None:
    """Write a line of ``text`` at ``place``; ``anchor`` is one of Pillow's text anchors."""
    left, top = place
    for run, font in _runs(text, face):
        canvas.text((left, top), run, font=font, fill=ink, anchor=anchor)
        left += canvas.textlength(run, font=font)


def fitting(canvas: Canvas, text: str, face: Face, *, least: int, room: int) -> Face:
    """Return the largest face, from ``face`` down to ``least`` pixels, in which ``text`` fits into ``room`` pixels."""
    while face.size > least and width(canvas, text, face) > room:
        face = replace(face, size=face.size - 10)
    return face


def lines(canvas: Canvas, words: Iterable[str], face: Face, room: int) -> list[str]:
    """Return ``words`` in lines of at most ``room`` pixels; a longer word is cut and hyphenated."""
    wrapped: list[str] = []
    for word in (part for whole in words for part in _split_word(canvas, whole, face, room)):
        longer = f"{wrapped[-1]} {word}" if wrapped else word
        if wrapped and width(canvas, longer, face) <= room:
            wrapped[-1] = longer
        else:
            wrapped.append(word)
    return wrapped


def _split_word(canvas: Canvas, word: str, face: Face, room: int) -> list[str]:
    """Return ``word`` in parts that each fit a line; almost always the word itself."""
    parts = [""]
    for letter in word:
        if parts[-1] and width(canvas, f"{parts[-1]}{letter}-", face) > room:
            parts[-1] += "-"
            parts.append("")
        parts[-1] += letter
    return parts


def _runs(text: str, face: Face) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    return fonts.runs(text, face.family, face.size, face.weight)
