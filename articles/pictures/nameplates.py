"""Nameplates: the paper's name as a picture, decoded under limits and encoded anew, with its transparency."""

import io
import re
import secrets
import warnings
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image as Pillow

FORMATS = ("PNG", "WEBP", "JPEG")
MAX_BYTES = 2 * 1024 * 1024
WIDEST, HIGHEST = 1600, 320  # pixels; at twice the largest size a page shows
MAX_PIXELS = 10_000_000
LEAST = 40  # pixels of either side
MOST_SHAPE = 15  # times as wide as high
NAME = re.compile(r"nameplate/[0-9a-f]{16}-(\d{1,4})x(\d{1,4})\.webp\Z", re.ASCII)


def accept_nameplate(file: IO[bytes]) -> ContentFile:
    """Return a PNG, WebP or other picture as a file named for its size; raise ``ValidationError`` if it is unusable."""
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValidationError(
            _("The picture is larger than %(mb)d MB. Save it smaller and try again.") % {"mb": MAX_BYTES >> 20}
        )
    if data.lstrip()[:5].lower() in {b"<svg ", b"<?xml", b"<!doc"}:
        raise ValidationError(
            _("This is a drawing (SVG), which may hold programs: export it as PNG with a clear background.")
        )
    picture = _decode(data)
    picture.thumbnail((WIDEST, HIGHEST), Pillow.Resampling.LANCZOS)
    encoded = io.BytesIO()
    picture.save(encoded, "WEBP", lossless=True, method=6)
    name = f"nameplate/{secrets.token_hex(8)}-{picture.width}x{picture.height}.webp"
    return ContentFile(encoded.getvalue(), name=name)


def size(name: str) -> tuple[int, int]:
    """Return width and height in pixels, from a file's name; zeros if it is not a nameplate's."""
    match = NAME.match(name)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _decode(data: bytes) -> Pillow.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            picture = Pillow.open(io.BytesIO(data), formats=FORMATS)
            _check_shape(*picture.size)
            return picture.convert("RGBA")
    except ValidationError:
        raise
    except Exception:  # decoders raise whatever a broken file makes them raise
        text = _("This file is not a picture we can read, or it is damaged. Use a PNG, WebP or JPEG.")
        raise ValidationError(text) from None


def _check_shape(width: int, height: int) -> None:
    if min(width, height) < LEAST:
        text = _("The picture is %(width)d × %(height)d pixels; each side needs %(least)d at least.")
        raise ValidationError(text % {"width": width, "height": height, "least": LEAST})
    if width * height > MAX_PIXELS:
        raise ValidationError(_("The picture has more than %(mp)d megapixels.") % {"mp": MAX_PIXELS // 1_000_000})
    if height > width or width > MOST_SHAPE * height:
        text = _("A nameplate is wider than high, up to %(most)d times; this is %(width)d × %(height)d pixels.")
        raise ValidationError(text % {"width": width, "height": height, "most": MOST_SHAPE})
