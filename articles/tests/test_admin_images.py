"""The library: what is refused and why, what is kept of a file, and who still uses a picture."""

import io
import struct
import zlib
from unittest import mock

from django.contrib.auth.models import User
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from PIL import Image as Pillow

from articles.admin.image_form import UploadForm
from articles.models import Image
from articles.tests.factories import make_article, make_author, make_edition, make_image, picture_file
from newsroom.tests.forms import loaded

ADD = reverse("admin:articles_image_add")
SAID = {"alt": "A lake", "credit": "Our own", "focal_x": "50", "focal_y": "50"}


def picture(name="IMG_2041 tian-shan_ridge.jpg", **options):
    return SimpleUploadedFile(name, picture_file(**options).read())


def bomb():
    """A PNG of few bytes that says it is 20,000 pixels wide and as high."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class LibraryTestCase(TestCase):
    def setUp(self):
        self.user = User.objects.create(username="root", is_staff=True, is_superuser=True)
        self.client.force_login(self.user)
        patcher = mock.patch("articles.admin.image.make_renditions")
        self.make_renditions = patcher.start()
        self.addCleanup(patcher.stop)

    def upload(self, file, **changes):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(ADD, SAID | {"file": file} | changes)

    def change(self, image, **changes):
        data = {"title": image.title, "focal_x": image.focal_x, "focal_y": image.focal_y} | SAID | changes
        address = reverse("admin:articles_image_change", args=[image.pk])
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(address, data | loaded(self.client, address))


class UploadTests(LibraryTestCase):
    def test_picture_is_kept_as_a_clean_master_with_a_safe_copy_and_sizes_to_come(self):
        assert self.upload(picture()).status_code == 302
        image = Image.objects.get()
        assert (image.title, image.uploaded_by) == ("IMG 2041 tian shan ridge", self.user)
        assert (image.width, image.height) == (640, 400)
        assert image.file.name == f"{image.key}.jpg"
        assert storages["uploads"].exists(image.file.name)
        assert default_storage.exists(f"{image.key[:2]}/{image.key}/safe.jpg")
        self.make_renditions.enqueue.assert_called_once_with(image.pk)

    def test_hostile_and_broken_files_are_refused_with_the_reason_and_nothing_typed_is_lost(self):
        whole = picture_file().read()
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        for name, content, reason in (
            ("text.jpg", b"I am no picture", "not a picture we can read"),
            ("cut.jpg", whole[: len(whole) // 2], "not a picture we can read"),
            ("drawing.svg", svg, "not a picture we can read"),
            ("drawing.png", svg, "not a picture we can read"),
            ("bomb.png", bomb(), "megapixels"),
            ("small.png", picture_file("PNG", (150, 150)).read(), "150 × 150 pixels"),
            ("empty.jpg", b"", "empty"),
        ):
            with self.subTest(name):
                response = self.upload(SimpleUploadedFile(name, content), alt="Kept words", caption="Kept caption")
                self.assertContains(response, reason)
                self.assertContains(response, "Kept words")
                self.assertContains(response, "Kept caption")
        assert not Image.objects.exists()
        self.make_renditions.enqueue.assert_not_called()

    def test_nothing_that_hides_in_a_file_is_kept(self):
        content = picture_file("PNG").read() + b"<script>alert('hidden')</script><?php system(1) ?>"
        self.upload(SimpleUploadedFile("trailer.png", content))
        image = Image.objects.get()
        with image.file.open() as file:
            assert b"script" not in file.read()

    def test_place_and_camera_are_gone_from_master_and_safe_copy(self):
        exif = Pillow.Exif()
        exif[0x010F] = "Secret camera"
        exif.get_ifd(0x8825)[2] = (42.0, 52.0, 0.0)
        self.upload(picture(exif=exif))
        image = Image.objects.get()
        for file in (image.file.open(), default_storage.open(f"{image.key[:2]}/{image.key}/safe.jpg")):
            with file:
                content = file.read()
            assert b"Secret camera" not in content
            assert not Pillow.open(io.BytesIO(content)).getexif()

    def test_second_upload_of_a_picture_names_the_first(self):
        self.upload(picture(), title="The first one")
        response = self.upload(picture(name="again.jpg"))
        self.assertContains(response, "in the library already")
        self.assertContains(response, reverse("admin:articles_image_change", args=[Image.objects.get().pk]))
        self.assertContains(response, "The first one")

    def test_second_of_two_uploads_at_once_names_the_first_and_leaves_no_file(self):
        looks = iter([lambda *args: None, UploadForm._refuse_duplicate])  # at first the other row is not there yet
        self.upload(picture(), title="The first one")
        files = storages["uploads"].listdir("")
        with mock.patch.object(UploadForm, "_refuse_duplicate", lambda form, sha256: next(looks)(form, sha256)):
            response = self.upload(picture(name="again.jpg"), caption="Kept words")
        self.assertContains(response, "in the library already")
        self.assertContains(response, "Kept words")
        assert storages["uploads"].listdir("") == files

    def test_picture_is_described_or_decorative_and_has_a_credit(self):
        response = self.upload(picture(), alt="", credit="", caption="Kept")
        self.assertContains(response, "Say what the picture shows")
        self.assertContains(response, "choose it once more")
        self.assertContains(response, "Kept")
        assert not Image.objects.exists()
        self.upload(picture(), alt="", decorative="on")
        assert Image.objects.get().alternative == ""

    def test_title_of_a_strange_file_name_is_words(self):
        self.upload(picture(name="\u202e__--.jpg"))
        assert Image.objects.get().title == "Picture"


class ChangeTests(LibraryTestCase):
    def test_new_focal_point_asks_for_new_sizes(self):
        image = make_image()
        self.change(image, focal_x="20")
        image.refresh_from_db()
        assert (image.focal_x, image.wanted_cut) == (20, 2)
        self.make_renditions.enqueue.assert_called_once_with(image.pk)

    def test_other_words_leave_the_sizes_alone(self):
        image = make_image()
        self.change(image, caption="New words")
        image.refresh_from_db()
        assert (image.caption, image.wanted_cut) == ("New words", 1)
        self.make_renditions.enqueue.assert_not_called()

    def test_focal_point_outside_the_picture_is_refused(self):
        self.assertContains(self.change(make_image(), focal_x="101"), "less than or equal to 100")

    def test_file_of_a_picture_is_replaced_by_its_own_field_alone(self):
        image = make_image()
        self.change(image, file=picture())
        image.refresh_from_db()
        assert image.sha256 == image.key * 2


class UseTests(LibraryTestCase):
    def delete(self, image):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(reverse("admin:articles_image_delete", args=[image.pk]), {"post": "yes"})

    def test_page_says_where_a_picture_is_used(self):
        image = make_image()
        make_article(headline="On the desk", lead_image=image)
        make_edition(headline="With readers", lead_image=image)
        make_author(name="With a portrait", picture=image)
        page = self.client.get(reverse("admin:articles_image_change", args=[image.pk]))
        for use in ("On the desk", "With readers", "With a portrait"):
            self.assertContains(page, use)

    def test_used_picture_is_not_deleted(self):
        for use in (
            lambda image: make_article(lead_image=image),
            lambda image: make_author(picture=image),
            lambda image: make_article(body=f'<figure data-image="{image.pk}"></figure>'),
            lambda image: make_edition(body=f'<p>Text</p><figure data-image="{image.pk}"></figure>'),
        ):
            image = make_image()
            use(image)
            self.delete(image)
            assert Image.objects.filter(pk=image.pk).exists()

    def test_unused_picture_goes_with_its_files(self):
        self.upload(picture())
        image = Image.objects.get()
        self.delete(image)
        assert not Image.objects.exists()
        assert not storages["uploads"].exists(image.file.name)
        assert not default_storage.exists(f"{image.key[:2]}/{image.key}/safe.jpg")

    def test_selected_pictures_are_deleted_only_if_none_is_used(self):
        used, unused = make_image(), make_image()
        make_article(body=f'<figure data-image="{used.pk}"></figure>')
        data = {"action": "delete_selected", "_selected_action": [used.pk, unused.pk], "post": "yes"}
        self.client.post(reverse("admin:articles_image_changelist"), data)
        assert Image.objects.count() == 2
