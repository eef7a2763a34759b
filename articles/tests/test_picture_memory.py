"""Pictures that are small as files and large in memory: what each would take is told by its header, and bounded."""

import io
import json
import subprocess
import sys
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase
from PIL import Image as Pillow

from articles.pictures import memory, renditions

SIDE = 3500  # pixels: more than a master, so that it is made smaller
ROUGHLY = 1.3  # what a process takes is no exact number
BESIDES = 3 * 4 * renditions.MASTER_SIDE**2  # bytes: the smaller copy, which is made in steps
KINDS = {
    "PNG RGB": ("PNG", "RGB", {}),
    "PNG RGBA": ("PNG", "RGBA", {}),
    "PNG LA": ("PNG", "LA", {}),
    "PNG 1": ("PNG", "1", {}),
    "PNG P": ("PNG", "P", {}),
    "PNG P with a clear colour": ("PNG", "P", {"transparency": 0}),
    "PNG RGB with a clear colour": ("PNG", "RGB", {"transparency": (0, 0, 0)}),
    "PNG of 16 bits": ("PNG", "I;16", {}),
    "GIF": ("GIF", "P", {}),
    "WEBP": ("WEBP", "RGB", {"lossless": True}),
    "WEBP with alpha": ("WEBP", "RGBA", {"lossless": True}),
    "AVIF": ("AVIF", "RGB", {"speed": 10}),
    "JPEG": ("JPEG", "RGB", {}),
    "JPEG in scans": ("JPEG", "RGB", {"progressive": True, "subsampling": 0}),
    "JPEG of four inks in scans": ("JPEG", "CMYK", {"progressive": True, "subsampling": 0}),
}
MEASURE = """
import io, json, re, sys
from pathlib import Path
from django.conf import settings
settings.configure(USE_I18N=False)
from articles.pictures import renditions
taken = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    data = path.read_bytes()
    Path("/proc/self/clear_refs").write_text("5")  # the highest so far is what it holds now
    peak = lambda: 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    before = peak()
    renditions._decode(data)
    taken[path.name] = peak() - before
print(json.dumps(taken))
"""


def file_of(kind, side):
    form, mode, options = KINDS[kind]
    picture, buffer = Pillow.new(mode, (side, side)), io.BytesIO()
    if mode == "P":
        picture.putpalette(bytes(768))
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def told(data):
    """Return what the header says that decoding takes."""
    picture = Pillow.open(io.BytesIO(data))
    of_file = memory.of_file(picture)
    picture.draft(None, (renditions.MASTER_SIDE, renditions.MASTER_SIDE))
    return of_file + memory.of_pixels(picture)


class MemoryTests(SimpleTestCase):
    def test_decoding_takes_no_more_than_the_header_tells(self):
        folder = Path(settings.VAR_DIR) / "pictures-in-memory"
        folder.mkdir()
        foretold = {}
        for kind in KINDS:
            data = file_of(kind, SIDE)
            (folder / kind).write_bytes(data)
            foretold[kind] = told(data)
        command = [sys.executable, "-c", MEASURE, str(folder)]
        answer = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout
        for kind, taken in json.loads(answer).items():
            with self.subTest(kind, taken=taken >> 20, told=foretold[kind] >> 20):
                assert taken < foretold[kind] * ROUGHLY + BESIDES

    def test_picture_that_would_take_too_much_is_refused_before_it_is_decoded(self):
        files = {kind: file_of(kind, 700) for kind in KINDS}
        is_decoded = mock.patch.object(Pillow.Image, "load", side_effect=AssertionError("decoded"))
        with mock.patch.object(renditions, "MAX_MEMORY", 700 * 700 * 5 - 1), is_decoded:
            for kind, data in files.items():
                with self.subTest(kind), self.assertRaisesMessage(ValidationError, "Save it as JPEG"):
                    renditions.accept_picture(io.BytesIO(data))

    def test_usual_photos_are_taken(self):
        camera = (6000, 4000)  # 24 megapixels
        for coefficients in (0, 6):  # in scans
            assert camera[0] * camera[1] * (5 + coefficients) <= renditions.MAX_MEMORY
