import io
import struct
import zlib
from unittest import mock

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.test import SimpleTestCase
from PIL import Image as Pillow
from PIL import ImageCms

from articles.pictures import renditions
from articles.tests.factories import picture_file


def png_that_claims(width: int, height: int) -> io.BytesIO:
    """A tiny PNG file whose header says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


def saved(picture: Pillow.Image, kind: str = "PNG", **options) -> io.BytesIO:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    buffer.seek(0)
    return buffer


def swapped_profile() -> bytes:
    """A profile under which every colour means another than in sRGB: its red and blue are exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


class AcceptTests(SimpleTestCase):
    def refused(self, file, words):
        with self.assertRaisesMessage(ValidationError, words):
            renditions.accept_picture(file)

    def test_every_format_we_take_becomes_a_jpeg(self):
        for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF"):
            upload = renditions.accept_picture(picture_file(kind))
            assert (upload.width, upload.height) == (640, 400), kind
            assert Pillow.open(io.BytesIO(upload.content)).format == "JPEG"

    def test_what_is_no_picture_is_refused(self):
        svg = io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
        for file in (io.BytesIO(b""), io.BytesIO(b"GIF89a"), io.BytesIO(b"hello" * 100), svg):
            self.refused(file, "not a picture we can read")

    def test_damaged_picture_of_a_phone_is_refused(self):
        self.refused(io.BytesIO(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"x" * 100), "damaged")

    def test_damaged_picture_is_refused(self):
        whole = picture_file(size=(900, 900)).getvalue()
        self.refused(io.BytesIO(whole[: len(whole) // 3]), "damaged")

    def test_decompression_bomb_is_refused_before_it_is_decoded(self):
        self.refused(png_that_claims(60_000, 60_000), "megapixels")
        self.refused(png_that_claims(8_000, 7_000), "megapixels")

    def test_too_small_and_too_long_are_refused_with_their_size(self):
        self.refused(picture_file(size=(150, 150)), "150 × 150")
        self.refused(picture_file(size=(2400, 240)), "eight times")

    def test_too_many_bytes_are_refused(self):
        self.refused(io.BytesIO(b"\0" * (renditions.MAX_BYTES + 1)), "larger than 30 MB")

    def test_nothing_of_the_upload_survives_but_its_pixels(self):
        exif = Pillow.Exif()
        exif[0x010E] = "SECRET-PLACE"
        file = picture_file(exif=exif, comment=b"SECRET-COMMENT")
        file = io.BytesIO(file.getvalue() + b"<script>SECRET-TAIL</script>")
        content = renditions.accept_picture(file).content
        assert b"SECRET" not in content
        assert not Pillow.open(io.BytesIO(content)).getexif()

    def test_picture_is_turned_upright(self):
        exif = Pillow.Exif()
        exif[0x0112] = 6  # turned by 90 degrees
        upload = renditions.accept_picture(picture_file(size=(640, 400), exif=exif))
        assert (upload.width, upload.height) == (400, 640)

    def test_transparency_becomes_white(self):
        buffer = io.BytesIO()
        Pillow.new("RGBA", (300, 300), (255, 0, 0, 0)).save(buffer, "PNG")
        buffer.seek(0)
        assert renditions.accept_picture(buffer).colour == "#ffffff"

    def shown(self, file):
        """The colour in the middle of what is kept."""
        upload = renditions.accept_picture(file)
        return Pillow.open(io.BytesIO(upload.content)).getpixel((upload.width // 2, upload.height // 2))

    def assert_near(self, colour, wanted):
        assert all(abs(one - other) < 6 for one, other in zip(colour, wanted, strict=True)), (colour, wanted)

    def test_broken_exif_is_as_good_as_none(self):
        for kind in ("JPEG", "PNG", "WEBP"):
            for exif in (b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"):
                upload = renditions.accept_picture(picture_file(kind, exif=exif))
                assert (upload.width, upload.height) == (640, 400), (kind, exif)

    def test_grey_of_16_bits_keeps_its_shades(self):
        for wanted in (0, 64, 128, 255):
            self.assert_near(self.shown(saved(Pillow.new("I;16", (300, 300), wanted * 257))), [wanted] * 3)

    def test_colours_are_those_of_the_profile_with_transparency_too(self):
        profile = swapped_profile()
        for mode, colour in (("RGB", (200, 30, 60)), ("RGBA", (200, 30, 60, 255))):
            file = saved(Pillow.new(mode, (300, 300), colour), icc_profile=profile)
            self.assert_near(self.shown(file), (60, 30, 200))
        half = saved(Pillow.new("RGBA", (300, 300), (255, 0, 0, 128)), icc_profile=profile)
        self.assert_near(self.shown(half), (127, 127, 255))

    def test_inks_become_their_colours(self):
        for inks, colour in (
            ((0, 0, 0, 0), (255, 255, 255)),
            ((0, 255, 255, 0), (255, 0, 0)),
            ((0, 0, 0, 255), (0, 0, 0)),
        ):
            self.assert_near(self.shown(saved(Pillow.new("CMYK", (300, 300), inks), "JPEG", quality=95)), colour)

    def test_every_mode_of_a_file_is_taken(self):
        grey = Pillow.new("L", (300, 300), 100)
        palette = Pillow.new("RGB", (300, 300), (100, 100, 100)).quantize(4)
        for picture, options in (
            (grey, {}),
            (grey, {"transparency": 7}),
            (grey.convert("LA"), {}),
            (palette, {}),
            (palette, {"transparency": 3}),
            (palette, {"transparency": b"\xff\xff\xff\xff"}),
            (Pillow.new("I;16", (300, 300), 100 * 257), {"transparency": 7}),
        ):
            self.assert_near(self.shown(saved(picture, **options)), [100] * 3)
        assert self.shown(saved(grey.convert("1", dither=Pillow.Dither.NONE))) == (0, 0, 0)

    def test_large_picture_is_made_small_before_it_is_copied(self):
        file = saved(Pillow.new("RGB", (8000, 1600), "red"), "JPEG")
        with mock.patch.object(renditions, "_small", lambda picture: picture):
            assert renditions._decode(file.read()).size == (4000, 800)

    def test_master_is_not_larger_than_it_needs_to_be(self):
        upload = renditions.accept_picture(picture_file(size=(4000, 2000)))
        assert (upload.width, upload.height) == (3200, 1600)


class MakeTests(SimpleTestCase):
    KEY = "ab" * 16

    def make(self, file, cut, focus):
        for first in (True, False):
            file.seek(0)
            renditions.make_sizes(file, self.KEY, cut, focus, first=first)

    def test_first_sizes_named_in_sources_are_those_that_are_made_first(self):
        for cut, size in enumerate([(900, 600), (2000, 1400), (240, 300), (3000, 500)], start=11):
            renditions.make_safe_copy(picture_file(size=size).getvalue(), self.KEY)
            renditions.make_sizes(picture_file(size=size), self.KEY, cut, (50, 50), first=True)
            made = {name for name in default_storage.listdir(f"ab/{self.KEY}")[1] if name.startswith(f"{cut}-")}
            named = set()
            for crop in renditions.CROPS:
                sources = renditions.first_sources(self.KEY, cut, crop, size)
                addresses = [part.split()[0] for part in sources.srcsets["webp"].split(", ")]
                assert addresses
                assert default_storage.exists(sources.src.removeprefix("/media/"))
                named |= {address.rpartition("/")[2] for address in addresses}
            assert named == made, size

    def test_second_go_makes_all_that_the_first_left(self):
        for first in (True, False):
            renditions.make_sizes(picture_file(size=(2000, 1400)), self.KEY, 21, (50, 50), first=first)
        sources = [renditions.picture_sources(self.KEY, 21, crop, (2000, 1400)) for crop in renditions.CROPS]
        named = [part for one in sources for srcset in one.srcsets.values() for part in srcset.split(", ")]
        made = [name for name in default_storage.listdir(f"ab/{self.KEY}")[1] if name.startswith("21-")]
        assert len(made) == len(named)

    def test_sizes_named_in_sources_are_those_that_are_made(self):
        self.make(picture_file(size=(900, 600)), 3, (50, 50))
        for crop in renditions.CROPS:
            sources = renditions.picture_sources(self.KEY, 3, crop, (900, 600))
            addresses = [part.split()[0] for srcset in sources.srcsets.values() for part in srcset.split(", ")]
            for address in [*addresses, sources.src]:
                assert default_storage.exists(address.removeprefix("/media/")), address
            with default_storage.open(sources.src.removeprefix("/media/")) as file:
                assert Pillow.open(file).size == (sources.width, sources.height), crop

    def test_nothing_is_enlarged(self):
        sources = renditions.picture_sources(self.KEY, 1, "wide", (500, 400))
        assert [part.split()[1] for part in sources.srcsets["avif"].split(", ")] == ["320w"]

    def test_crop_keeps_the_focal_point(self):
        picture = Pillow.new("RGB", (900, 300), "white")
        picture.paste("black", (0, 0, 300, 300))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG")
        for focus, colour in ((0, 0), (100, 255)):
            buffer.seek(0)
            self.make(buffer, 5, (focus, 50))
            with default_storage.open(f"ab/{self.KEY}/5-square-160.jpg") as file:
                assert abs(Pillow.open(file).convert("L").getpixel((80, 80)) - colour) < 10

    def test_before_the_sizes_exist_the_safe_copy_is_shown(self):
        renditions.make_safe_copy(picture_file(size=(900, 600)).getvalue(), self.KEY)
        sources = renditions.picture_sources(self.KEY, 0, "wide", (900, 600))
        assert sources.srcsets == {}
        assert default_storage.exists(sources.src.removeprefix("/media/"))
