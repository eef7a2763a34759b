"""Trimming: the part of a picture that somebody cut out by hand, turned as they turned it."""

from dataclasses import dataclass

from PIL import Image as Pillow

Point = tuple[int, int]  # per cent from the left and from the top
Size = tuple[int, int]  # pixels across and down

TURNS = {  # degrees clockwise; Pillow turns the other way
    90: Pillow.Transpose.ROTATE_270,
    180: Pillow.Transpose.ROTATE_180,
    270: Pillow.Transpose.ROTATE_90,
}
SIDEWAYS = (90, 270)


@dataclass(frozen=True)
class Trim:
    """What is cut off each edge of the upright original, as fractions of it, and then a turn in degrees clockwise."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    turn: int = 0

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """What is cut off on the left, at the top, on the right and at the bottom."""
        return self.left, self.top, self.right, self.bottom

    def box(self, original: Size) -> tuple[int, int, int, int]:
        """Return the part that stays of an ``original``, in its pixels."""
        width, height = original
        left, top = round(width * self.left), round(height * self.top)
        return left, top, width - round(width * self.right), height - round(height * self.bottom)

    def size(self, original: Size) -> Size:
        """Return the size of that part after it is turned."""
        left, top, right, bottom = self.box(original)
        across, down = right - left, bottom - top
        return (down, across) if self.turn in SIDEWAYS else (across, down)

    def original_size(self, size: Size) -> Size:
        """Return the size of the original of a trimmed ``size``; to within a few pixels."""
        across, down = reversed(size) if self.turn in SIDEWAYS else size
        return round(across / (1 - self.left - self.right)), round(down / (1 - self.top - self.bottom))

    def of(self, picture: Pillow.Image) -> Pillow.Image:
        """Return that part of ``picture``, turned."""
        box = self.box(picture.size)
        part = picture if box == (0, 0, *picture.size) else picture.crop(box)
        return part.transpose(TURNS[self.turn]) if self.turn else part

    def point(self, point: Point) -> Point:
        """Return the position of an original's point in the trimmed picture, as near to it as the edges allow."""
        across = _within(point[0] / 100, self.left, 1 - self.right)
        down = _within(point[1] / 100, self.top, 1 - self.bottom)
        for _quarter in range(self.turn // 90):
            across, down = 1 - down, across
        return round(100 * across), round(100 * down)


def _within(place: float, start: float, end: float) -> float:
    """Return the position of ``place`` between ``start`` and ``end``, from 0 to 1."""
    return (min(max(place, start), end) - start) / (end - start)
