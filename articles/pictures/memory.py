"""How much memory it takes to decode a picture and make it smaller, told by its header.

The factors were measured with pictures of one colour and 50 megapixels, as bytes of a process for each pixel.
"""

from PIL import Image as Pillow
from PIL.JpegImagePlugin import JpegImageFile

OF_FORMATS = {"WEBP": 18, "AVIF": 10}  # their decoders keep copies
OF_ALPHA = 13  # it is multiplied with the colours in a copy, and one colour that is clear becomes alpha in another
OF_PALETTE = 7  # it becomes colours
OF_COLOURS = 5
COEFFICIENT = 2  # bytes of each in a JPEG that comes scan after scan, which are all kept until the last


def of_pixels(picture: Pillow.Image) -> int:
    """Return the bytes that the pixels of an opened ``picture`` will take."""
    factor = OF_FORMATS.get(picture.format or "", OF_COLOURS)
    if factor == OF_COLOURS and (picture.mode in {"LA", "PA", "RGBA"} or "transparency" in picture.info):
        factor = OF_ALPHA
    elif factor == OF_COLOURS and picture.mode in {"1", "P"}:
        factor = OF_PALETTE
    return picture.width * picture.height * factor


def of_file(picture: Pillow.Image) -> int:
    """Return the bytes that the decoder keeps besides, at the full size of the file."""
    if not isinstance(picture, JpegImageFile) or "progressive" not in picture.info:
        return 0
    widest = max(across * down for _name, across, down, _table in picture.layer)
    shares = sum(across * down / widest for _name, across, down, _table in picture.layer)
    return int(picture.width * picture.height * shares * COEFFICIENT)
