"""Converting photos of phones (HEIC) to PNG, which all other code can read.

The decoder is large, written in C++ and fed with files from strangers, so it runs in a process of its own, with limits
on memory and time, an empty environment, and for one picture only. Run as a script, this module is that process.
"""

import io
import resource
import subprocess
import sys
from pathlib import Path

BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}  # how such a file begins
SECONDS = 30
MEMORY = 2 << 30  # bytes of address space; a photo of 50 megapixels needs a third of it
REFUSED = 3  # exit status: too many pixels


class TooLarge(Exception):
    """The picture has more pixels than were allowed."""


class Unreadable(Exception):
    """The file is damaged, or decoding it needs more time or memory than there is."""


def is_heic(data: bytes) -> bool:
    """Return whether a file begins as photos of phones do; AVIF is similar, but Pillow reads it by itself."""
    listed = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    return data[4:8] == b"ftyp" and listed[:4] in BRANDS and b"avif" not in listed


def as_png(data: bytes, *, most_pixels: int, longest_side: int) -> bytes:
    """Return the photo upright and at most ``longest_side`` pixels large, as PNG with its colour profile and no
    metadata.
    """
    command = [sys.executable, "-I", str(Path(__file__)), str(most_pixels), str(longest_side)]
    try:
        process = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, env={}, check=False)
    except subprocess.TimeoutExpired:
        raise Unreadable from None
    if process.returncode == REFUSED:
        raise TooLarge
    if process.returncode or not process.stdout:
        raise Unreadable
    return process.stdout


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _decode(data: bytes, most_pixels: int, longest_side: int) -> bytes:
    from PIL import Image, ImageOps  # here: the server needs none of it
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    picture = Image.open(io.BytesIO(data), formats=("HEIF",))
    if picture.width * picture.height > most_pixels:
        sys.exit(REFUSED)
    picture.load()
    picture.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    ImageOps.exif_transpose(picture, in_place=True)
    converted = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    out = io.BytesIO()
    profile = picture.info.get("icc_profile")
    converted.save(out, "PNG", compress_level=1, exif=b"", **({"icc_profile": profile} if profile else {}))
    return out.getvalue()


if __name__ == "__main__":
    _limit()
    sys.stdout.buffer.write(_decode(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2])))
