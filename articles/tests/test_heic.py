"""Photos of phones: taken as every other picture, decoded apart with bounds, upright, with their colours."""

import io
import subprocess
import sys
from unittest import mock

import pillow_heif
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase
from PIL import Image as Pillow

from articles.pictures import heic, renditions
from articles.tests.factories import picture_file
from articles.tests.test_renditions import swapped_profile


def photo(picture=None, size=(640, 400), **options):
    """A HEIC file in memory."""
    picture = picture or Pillow.open(picture_file(size=size))
    buffer = io.BytesIO()
    pillow_heif.from_pillow(picture).save(buffer, quality=90, **options)
    buffer.seek(0)
    return buffer


class PhoneTests(SimpleTestCase):
    def shown(self, upload, place):
        return Pillow.open(io.BytesIO(upload.content)).getpixel(place)

    def test_photo_becomes_a_jpeg_like_any_other_picture(self):
        file = photo()
        assert heic.is_heic(file.getvalue())
        upload = renditions.accept_picture(file)
        assert (upload.width, upload.height) == (640, 400)
        assert Pillow.open(io.BytesIO(upload.content)).format == "JPEG"

    def test_photo_of_a_phone_that_was_held_upright_is_upright(self):
        picture = Pillow.new("RGB", (640, 400), "white")
        picture.paste("black", (0, 0, 640, 200))  # what the sensor had above is on the right
        exif = Pillow.Exif()
        exif[0x0112] = 6
        upload = renditions.accept_picture(photo(picture, exif=exif.tobytes()))
        assert (upload.width, upload.height) == (400, 640)
        assert self.shown(upload, (350, 320))[0] < 30
        assert self.shown(upload, (50, 320))[0] > 225

    def test_colours_are_those_of_the_profile(self):
        picture = Pillow.new("RGB", (300, 300), (200, 30, 60))
        picture.info["icc_profile"] = swapped_profile()
        colour = self.shown(renditions.accept_picture(photo(picture)), (150, 150))
        assert all(abs(one - other) < 12 for one, other in zip(colour, (60, 30, 200), strict=True)), colour

    def test_place_and_camera_are_gone(self):
        exif = Pillow.Exif()
        exif[0x010F] = "Secret camera"
        assert b"Secret" not in renditions.accept_picture(photo(exif=exif.tobytes())).content

    def test_large_photo_is_made_small_where_it_is_decoded(self):
        png = heic.as_png(photo(size=(1000, 500)).getvalue(), most_pixels=1_000_000, longest_side=400)
        assert Pillow.open(io.BytesIO(png)).size == (400, 200)

    def test_damaged_too_large_and_too_small_are_refused(self):
        whole = photo().getvalue()
        for file, words in ((whole[: len(whole) // 2], "damaged"), (photo(size=(150, 150)).getvalue(), "150 × 150")):
            with self.assertRaisesMessage(ValidationError, words):
                renditions.accept_picture(io.BytesIO(file))
        with mock.patch.object(renditions, "MAX_PIXELS", 100), self.assertRaisesMessage(ValidationError, "megapixels"):
            renditions.accept_picture(io.BytesIO(whole))

    def test_decoder_that_never_ends_is_ended(self):
        with mock.patch.object(heic, "SECONDS", 0.01), self.assertRaises(heic.Unreadable):
            heic.as_png(photo().getvalue(), most_pixels=renditions.MAX_PIXELS, longest_side=3200)

    def test_decoder_gets_no_more_memory_than_it_needs(self):
        greedy = "from articles.pictures import heic; heic._limit(); bytearray(3 << 30)"
        done = subprocess.run([sys.executable, "-c", greedy], capture_output=True, check=False)
        assert b"MemoryError" in done.stderr

    def test_avif_is_read_as_before(self):
        data = picture_file("AVIF").getvalue()
        assert not heic.is_heic(data)
        assert not heic.is_heic(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf")
        assert renditions.accept_picture(io.BytesIO(data)).width == 640
