"""The files of pictures: unsafe uploads are refused, one clean master is stored, public sizes are made.

An upload is decoded under limits and encoded anew, so no byte and no metadata of it is ever stored or served. The
public sizes are cropped around the focal point by a background task; until they exist, pages show the safe copy that is
made at upload.
"""

import contextlib
import hashlib
import io
import threading
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from articles.pictures import heic, memory
from articles.pictures.trimming import Point, Trim

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
MAX_BYTES = 30 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_MEMORY = 256 * 1024 * 1024  # bytes while a picture is decoded
ONE_AT_A_TIME = threading.Lock()  # in one process, so that its memory is bounded, too
MIN_SIDE = 200
MASTER_SIDE = 3200  # a master's longest side
SHARED_WIDTH = 1280  # for other sites and programs; social networks show 1200 and more large
SAFE_SIDE = SHARED_WIDTH  # of the only copy while there are no sizes

# Width / height; None keeps the picture's own shape. Google asks for 16:9, 4:3 and 1:1 in the metadata.
CROPS: dict[str, float | None] = {"full": None, "wide": 16 / 9, "card": 4 / 3, "square": 1.0}
WIDTHS = {
    "full": (480, 800, 1200, 1600),
    "wide": (320, 640, 960, 1280, 1600),
    "card": (240, 400, 600, 800),
    "square": (160, 240, 320, 640),
}
ENCODINGS = {  # extension: (Pillow's format, its options), best first
    "avif": ("AVIF", {"quality": 58, "speed": 8}),
    "webp": ("WEBP", {"quality": 78}),
    "jpg": ("JPEG", {"quality": 80, "progressive": True, "optimize": True}),
}

ALL = Trim()  # neither trimmed nor turned
FIRST_ENCODING, FIRST_WIDTH = "webp", 960  # what is made first: small and quick to make, and sharp on most screens

Pillow.MAX_IMAGE_PIXELS = MAX_PIXELS


@dataclass(frozen=True)
class Upload:
    """An accepted picture: its new encoding, size in pixels, main colour and the hash of the upload."""

    content: bytes
    width: int
    height: int
    colour: str
    sha256: str


@dataclass(frozen=True)
class Sources:
    """The addresses of a picture for a page: ``src`` with its size, and a ``srcset`` by extension."""

    src: str
    width: int
    height: int
    srcsets: dict[str, str]

    def at_most(self, most: int) -> tuple[str, int, int]:
        """Return address, width and height of the widest JPEG of at most ``most`` pixels; ``src`` if all are wider."""
        copies = [candidate.split(" ") for candidate in self.srcsets.get("jpg", "").split(", ") if candidate]
        jpegs = ((int(size.removesuffix("w")), address) for address, size in copies)
        width, url = max((copy for copy in jpegs if copy[0] <= most), default=(self.width, self.src))
        return url, width, round(width * self.height / self.width)


def accept_picture(file: IO[bytes]) -> Upload:
    """Decode ``file`` under limits and encode it anew; ``ValidationError`` says why it can't be used."""
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValidationError(
            _("The picture is larger than %(mb)d MB. Save it smaller and try again.") % {"mb": MAX_BYTES >> 20}
        )
    picture = _in_srgb(_upright(_decode(data)))
    return Upload(
        content=_encode(picture, "JPEG", {"quality": 92, "subsampling": 0, "optimize": True}),
        width=picture.width,
        height=picture.height,
        colour=f"#{picture.resize((1, 1), Pillow.Resampling.BOX).tobytes().hex()}",
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _decode(data: bytes) -> Pillow.Image:
    """Return the picture, no larger than a master; what it would take is read from its header first."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about a file is no reason to refuse it
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            picture = Pillow.open(io.BytesIO(_readable(data)), formats=FORMATS)
            check_size(*picture.size)
            held_at_once = memory.of_file(picture)
            share = MASTER_SIDE / max(picture.size)
            picture.draft(None, (int(picture.width * share), int(picture.height * share)))  # a JPEG decodes smaller
            _check_memory(held_at_once + memory.of_pixels(picture))
            with ONE_AT_A_TIME:
                picture.load()
                return _small(picture)
    except (Pillow.DecompressionBombWarning, Pillow.DecompressionBombError):
        raise _too_many_pixels() from None
    except ValidationError:
        raise
    except Exception:  # decoders raise whatever a broken file makes them raise
        message = _(
            "This file is not a picture we can read, or it is damaged. Use a JPEG, PNG, WebP, AVIF, GIF or HEIC."
        )
        raise ValidationError(message) from None


def _readable(data: bytes) -> bytes:
    """Return the picture in a format that Pillow reads."""
    if not heic.is_heic(data):
        return data
    try:
        return heic.as_png(data, most_pixels=MAX_PIXELS, longest_side=MASTER_SIDE)
    except heic.TooLarge:
        raise _too_many_pixels() from None


def check_size(width: int, height: int) -> None:
    """Raise ``ValidationError`` if a picture of that size can't be used."""
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        message = _("The picture has %(width)d × %(height)d pixels; each side needs at least %(least)d.")
        raise ValidationError(message % {"width": width, "height": height, "least": MIN_SIDE})
    if max(width, height) > 8 * min(width, height):
        raise ValidationError(_("The picture is more than eight times as long as it is wide."))


def _check_memory(needed: int) -> None:
    """Refuse a picture that would take more memory than one may: a file of some kilobytes can hold a large one."""
    if needed > MAX_MEMORY:
        message = _(
            "The picture would take %(needed)d MB of memory, and %(most)d are allowed. Save it as JPEG, or with fewer "
            "pixels, and try again."
        )
        raise ValidationError(message % {"needed": needed >> 20, "most": MAX_MEMORY >> 20})


def _too_many_pixels() -> ValidationError:
    return ValidationError(_("The picture has more than %(mp)d megapixels.") % {"mp": MAX_PIXELS // 1_000_000})


def _small(picture: Pillow.Image) -> Pillow.Image:
    """Return the picture no larger than a master, in a mode of 8 bits that can be resized."""
    if picture.mode.startswith("I"):  # grey of 16 bits, which convert() would cut off at 255
        picture = picture.point(lambda value: value * (1 / 257) + 0.5).convert("L")
        picture.info.pop("transparency", None)  # a grey of 16 bits, too
    elif picture.mode in {"1", "P", "PA"} or "transparency" in picture.info:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((MASTER_SIDE, MASTER_SIDE), Pillow.Resampling.LANCZOS)
    return picture


def _upright(picture: Pillow.Image) -> Pillow.Image:
    """Return the picture turned as its EXIF data say, if they can be read."""
    with contextlib.suppress(Exception):  # as with decoders: whatever broken data make it raise
        ImageOps.exif_transpose(picture, in_place=True)
    return picture


def _in_srgb(picture: Pillow.Image) -> Pillow.Image:
    """Return the picture in sRGB, with transparency on white."""
    alpha = picture.getchannel("A") if picture.mode in {"LA", "RGBA"} else None
    if picture.mode not in {"L", "RGB", "CMYK"}:
        picture = picture.convert("L" if picture.mode == "LA" else "RGB")
    if icc := picture.info.get("icc_profile"):
        picture = _to_srgb(picture, icc)
    picture = picture.convert("RGB")
    return Pillow.composite(picture, Pillow.new("RGB", picture.size, "white"), alpha) if alpha else picture


def _to_srgb(picture: Pillow.Image, icc: bytes) -> Pillow.Image:
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        return ImageCms.profileToProfile(picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError, ValueError):  # a broken profile: its colours are a guess anyway
        return picture


def _encode(picture: Pillow.Image, kind: str, options: dict) -> bytes:
    buffer = io.BytesIO()
    clean = Pillow.new("RGB", picture.size)
    clean.paste(picture)  # a new image carries no metadata along
    clean.save(buffer, kind, exif=b"", **options)
    return buffer.getvalue()


def make_safe_copy(master: bytes, key: str, trim: Trim = ALL) -> None:
    """Draw and write the one public size that pages show until ``make_sizes`` has run."""
    write_safe_copy(draw_safe_copy(master, trim), key)


def draw_safe_copy(master: bytes, trim: Trim = ALL) -> bytes:
    return _small_copy(trim.of(Pillow.open(io.BytesIO(master), formats=("JPEG",))))


def write_safe_copy(content: bytes, key: str) -> None:
    _write(_safe_name(key), content)


def show_original(master: IO[bytes], side: int = SAFE_SIDE) -> bytes:
    """Return the whole picture, neither trimmed nor turned, as a JPEG of at most ``side`` pixels; only the desk sees
    it.
    """
    return _small_copy(Pillow.open(master, formats=("JPEG",)), side)


def size_of(master: IO[bytes]) -> tuple[int, int]:
    """Return width and height of the whole picture, in pixels."""
    return Pillow.open(master, formats=("JPEG",)).size


def _small_copy(picture: Pillow.Image, side: int = SAFE_SIDE) -> bytes:
    picture.thumbnail((side, side), Pillow.Resampling.LANCZOS)
    return _encode(picture, *ENCODINGS["jpg"])


def make_sizes(
    master: IO[bytes],
    key: str,
    cut: int,
    focus: Point,
    points: Mapping[str, Point] = MappingProxyType({}),
    trim: Trim = ALL,
    *,
    first: bool,
) -> None:
    """Make every crop of ``CROPS`` of what ``trim`` leaves, around its own focal point in ``points``, else around
    ``focus``.

    ``first`` makes the sizes that pages need first; without it all other sizes are made, in every missing encoding.
    """
    picture = trim.of(Pillow.open(master, formats=("JPEG",)).convert("RGB"))
    for crop in CROPS:
        box = _box(picture.size, CROPS[crop], points.get(crop, focus))
        sizes = _sizes(crop, picture.size)
        early = _first_sizes(sizes)
        for width, height in early if first else sizes:
            cut_out = picture.resize((width, height), Pillow.Resampling.LANCZOS, box=box, reducing_gap=3)
            for extension in _lacking((width, height) in early, first=first):
                kind, options = ENCODINGS[extension]
                _write(_name(key, cut, crop, width, extension), _encode(cut_out, kind, options))


def _first_sizes(sizes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return those of ``sizes`` that are made first; at least one."""
    return [size for size in sizes if size[0] <= FIRST_WIDTH] or sizes[:1]


def _lacking(is_early: bool, *, first: bool) -> list[str]:
    """Return the encodings in which a size is made in the first or second round."""
    if first:
        return [FIRST_ENCODING]
    return [extension for extension in ENCODINGS if not (is_early and extension == FIRST_ENCODING)]


def _box(size: tuple[int, int], ratio: float | None, focus: Point) -> tuple[float, float, float, float]:
    """Return the largest part of ``size`` with ``ratio``, as near to ``focus`` as the edges allow."""
    width, height = size
    if ratio is None:
        return (0, 0, width, height)
    box_width, box_height = min(width, height * ratio), min(height, width / ratio)
    left = min(max(width * focus[0] / 100 - box_width / 2, 0), width - box_width)
    top = min(max(height * focus[1] / 100 - box_height / 2, 0), height - box_height)
    return (left, top, left + box_width, top + box_height)


def point_within(size: tuple[int, int], crop: str, focus: Point) -> Point:
    """Return the position of ``focus`` in the part of a picture of ``size`` that ``crop`` shows."""
    width, height = size
    left, top, right, bottom = _box(size, CROPS[crop], focus)
    across = (width * focus[0] / 100 - left) / (right - left)
    down = (height * focus[1] / 100 - top) / (bottom - top)
    return round(100 * across), round(100 * down)


def _sizes(crop: str, size: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the sizes of ``crop`` that need no enlarging; at least one."""
    ratio = CROPS[crop]
    widest = size[0] if ratio is None else min(size[0], size[1] * ratio)
    widths = [width for width in WIDTHS[crop] if width <= widest] or [int(widest)]
    return [(width, round(width / (ratio or size[0] / size[1]))) for width in widths]


def picture_sources(key: str, cut: int, crop: str, size: tuple[int, int]) -> Sources:
    """Return the public addresses of a picture of ``size``; with ``cut`` 0 only the safe copy exists."""
    sizes = _sizes(crop, size)
    if not cut:
        return Sources(default_storage.url(_safe_name(key)), *sizes[-1], {})
    srcsets = {extension: _srcset(key, cut, crop, sizes, extension) for extension in ENCODINGS}
    width, height = next((pair for pair in sizes if pair[0] >= 640), sizes[-1])
    return Sources(default_storage.url(_name(key, cut, crop, width, "jpg")), width, height, srcsets)


def first_sources(key: str, cut: int, crop: str, size: tuple[int, int]) -> Sources:
    """Return the addresses of a picture of which only the first sizes of ``cut`` exist."""
    sizes = _sizes(crop, size)
    srcset = _srcset(key, cut, crop, _first_sizes(sizes), FIRST_ENCODING)
    return Sources(default_storage.url(_safe_name(key)), *sizes[-1], {FIRST_ENCODING: srcset})


def _srcset(key: str, cut: int, crop: str, sizes: list[tuple[int, int]], extension: str) -> str:
    names = ((_name(key, cut, crop, width, extension), width) for width, _height in sizes)
    return ", ".join(f"{default_storage.url(name)} {width}w" for name, width in names)


def names_of_sizes(key: str, made_cut: int, first_cut: int, size: tuple[int, int]) -> Iterator[str]:
    """Yield the names of the files of a picture of ``size`` that pages may show: see picture_sources() and
    first_sources().
    """
    yield _safe_name(key)
    for crop in CROPS:
        sizes = _sizes(crop, size)
        if first_cut > made_cut:
            yield from (_name(key, first_cut, crop, width, FIRST_ENCODING) for width, _height in _first_sizes(sizes))
        elif made_cut:
            yield from (
                _name(key, made_cut, crop, width, encoding) for width, _height in sizes for encoding in ENCODINGS
            )


def remove_renditions(key: str) -> None:
    """Delete every public copy of a picture from the storage."""
    folder = f"{key[:2]}/{key}"
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:  # of a file system; a bucket has no folders, and lists nothing
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")


def _name(key: str, cut: int, crop: str, width: int, extension: str) -> str:
    return f"{key[:2]}/{key}/{cut}-{crop}-{width}.{extension}"


def _safe_name(key: str) -> str:
    return f"{key[:2]}/{key}/safe.jpg"


def _write(name: str, content: bytes) -> None:
    if default_storage.exists(name):
        default_storage.delete(name)
    default_storage.save(name, ContentFile(content, name=name))
