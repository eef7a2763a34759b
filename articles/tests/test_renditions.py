import io
import struct
import zlib

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.test import SimpleTestCase
from PIL import Image as Pillow

from articles import renditions
from articles.tests.factories import picture_file


def png_that_claims(width: int, height: int) -> io.BytesIO:
    """A tiny PNG file whose header says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


class AcceptTests(SimpleTestCase):
    def refused(self, file, words):
        with self.assertRaisesMessage(ValidationError, words):
            renditions.accept(file)

    def test_every_format_we_take_becomes_a_jpeg(self):
        for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF"):
            upload = renditions.accept(picture_file(kind))
            assert (upload.width, upload.height) == (640, 400), kind
            assert Pillow.open(io.BytesIO(upload.content)).format == "JPEG"

    def test_what_is_no_picture_is_refused(self):
        svg = io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
        for file in (io.BytesIO(b""), io.BytesIO(b"GIF89a"), io.BytesIO(b"hello" * 100), svg):
            self.refused(file, "not a picture we can read")

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
        content = renditions.accept(file).content
        assert b"SECRET" not in content
        assert not Pillow.open(io.BytesIO(content)).getexif()

    def test_picture_is_turned_upright(self):
        exif = Pillow.Exif()
        exif[0x0112] = 6  # turned by 90 degrees
        upload = renditions.accept(picture_file(size=(640, 400), exif=exif))
        assert (upload.width, upload.height) == (400, 640)

    def test_transparency_becomes_white(self):
        buffer = io.BytesIO()
        Pillow.new("RGBA", (300, 300), (255, 0, 0, 0)).save(buffer, "PNG")
        buffer.seek(0)
        assert renditions.accept(buffer).colour == "#ffffff"

    def test_master_is_not_larger_than_it_needs_to_be(self):
        upload = renditions.accept(picture_file(size=(4000, 2000)))
        assert (upload.width, upload.height) == (3200, 1600)


class MakeTests(SimpleTestCase):
    KEY = "ab" * 16

    def test_sizes_named_in_sources_are_those_that_are_made(self):
        renditions.make(picture_file(size=(900, 600)), self.KEY, 3, (50, 50))
        for crop in renditions.CROPS:
            sources = renditions.sources(self.KEY, 3, crop, (900, 600))
            addresses = [part.split()[0] for srcset in sources.srcsets.values() for part in srcset.split(", ")]
            for address in [*addresses, sources.src]:
                assert default_storage.exists(address.removeprefix("/media/")), address
            with default_storage.open(sources.src.removeprefix("/media/")) as file:
                assert Pillow.open(file).size == (sources.width, sources.height), crop

    def test_nothing_is_enlarged(self):
        sources = renditions.sources(self.KEY, 1, "wide", (500, 400))
        assert [part.split()[1] for part in sources.srcsets["avif"].split(", ")] == ["320w"]

    def test_crop_keeps_the_focal_point(self):
        picture = Pillow.new("RGB", (900, 300), "white")
        picture.paste("black", (0, 0, 300, 300))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG")
        for focus, colour in ((0, 0), (100, 255)):
            buffer.seek(0)
            renditions.make(buffer, self.KEY, 5, (focus, 50))
            with default_storage.open(f"ab/{self.KEY}/5-square-160.jpg") as file:
                assert abs(Pillow.open(file).convert("L").getpixel((80, 80)) - colour) < 10

    def test_before_the_sizes_exist_the_safe_copy_is_shown(self):
        renditions.make_safe_copy(picture_file(size=(900, 600)).getvalue(), self.KEY)
        sources = renditions.sources(self.KEY, 0, "wide", (900, 600))
        assert sources.srcsets == {}
        assert default_storage.exists(sources.src.removeprefix("/media/"))
