"""A picture cut and turned by hand: what each size shows, what stays of it, and the way back to the original."""

import io
from unittest import mock

from django.core.files.storage import default_storage, storages
from django.test import SimpleTestCase
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from articles import tasks
from articles.desk import roles
from articles.models import Edition, Image
from articles.pictures import renditions
from articles.pictures.trimming import Trim
from articles.tasks import make_renditions
from articles.tests.factories import make_edition, make_image, make_user, picture_file
from articles.tests.test_admin_images import LibraryTestCase, picture
from articles.tests.test_image_upload import public

WIDTH, HEIGHT = 800, 600
UPRIGHT = {  # what a camera does to an upright picture, by what it then says in the file
    1: None,
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_90,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_270,
}
EDGE = st.integers(0, 30).map(lambda part: part / 100)
PERCENT = st.integers(0, 100)


def coloured(size=(WIDTH, HEIGHT)):
    """A picture whose every pixel says where it is: its red grows from the left, its green from the top."""
    across, down = (Pillow.linear_gradient("L").rotate(turn).resize(size) for turn in (90, 0))
    if across.getpixel((0, 0)) > 128:
        across = across.transpose(Pillow.Transpose.FLIP_LEFT_RIGHT)
    if down.getpixel((0, 0)) > 128:
        down = down.transpose(Pillow.Transpose.FLIP_TOP_BOTTOM)
    return Pillow.merge("RGB", (across, down, Pillow.new("L", size, 128)))


def photo(orientation=1, size=(WIDTH, HEIGHT)):
    """The same as a camera stores it that was held otherwise."""
    sensor, exif, buffer = coloured(size), Pillow.Exif(), io.BytesIO()
    if UPRIGHT[orientation] is not None:
        sensor = sensor.transpose(UPRIGHT[orientation])
    exif[0x0112] = orientation
    sensor.save(buffer, "JPEG", quality=98, subsampling=0, exif=exif)
    buffer.seek(0)
    return buffer


def place(picture, across, down):
    """Where on the original a place of a rendition was, both in fractions."""
    at = round(across * (picture.width - 1)), round(down * (picture.height - 1))
    red, green, _blue = picture.convert("RGB").getpixel(at)
    return red / 255, green / 255


def looked_at(name):
    with default_storage.open(name) as file:
        return Pillow.open(io.BytesIO(file.read()))


class SizesTests(SimpleTestCase):
    """Whatever is cut off, however it is turned, wherever the point is, and whatever the camera said."""

    KEY = "cd" * 16

    def cut(self, master, trim, focus):
        few = mock.patch.object(renditions, "ENCODINGS", {"jpg": ("JPEG", {"quality": 95, "subsampling": 0})})
        small = mock.patch.object(renditions, "WIDTHS", dict.fromkeys(renditions.CROPS, (150,)))
        with few, small:
            renditions.make_sizes(io.BytesIO(master), self.KEY, 1, trim.point(focus), {}, trim, first=False)
        return {crop: looked_at(f"cd/{self.KEY}/1-{crop}-150.jpg") for crop in renditions.CROPS}

    @settings(max_examples=60, deadline=None)
    @given(
        st.sampled_from(sorted(UPRIGHT)), EDGE, EDGE, EDGE, EDGE, st.sampled_from([0, 90, 180, 270]), PERCENT, PERCENT
    )
    def test_each_size_shows_what_is_left_around_the_point_turned_as_it_was_turned(
        self, orientation, left, top, right, bottom, turn, x, y
    ):
        upload = renditions.accept_picture(photo(orientation))
        assert (upload.width, upload.height) == (WIDTH, HEIGHT)
        trim = Trim(left, top, right, bottom, turn)
        for crop, shown in self.cut(upload.content, trim, (x, y)).items():
            self.check_turn(shown, turn)
            self.check_part(shown, crop, trim, (x / 100, y / 100))

    def check_turn(self, shown, turn):
        """To the right on the screen is to the right, down, to the left or up on the original."""
        (x0, y0), (x1, y1) = place(shown, 0.1, 0.5), place(shown, 0.9, 0.5)
        grows = {0: x1 - x0, 90: y0 - y1, 180: x0 - x1, 270: y1 - y0}[turn]
        stays = y1 - y0 if turn in (0, 180) else x1 - x0
        assert grows > 0.1
        assert abs(stays) < 0.05

    def check_part(self, shown, crop, trim, focus):
        corners = [place(shown, across, down) for across in (0, 1) for down in (0, 1)]
        box = [(min(axis), max(axis)) for axis in zip(*corners, strict=True)]
        allowed = [(trim.left, 1 - trim.right), (trim.top, 1 - trim.bottom)]
        fills = []
        for (low, high), (least, most), wanted in zip(box, allowed, focus, strict=True):
            assert least - 0.03 < low < high < most + 0.03
            nearest = min(max(wanted, least), most)
            assert low - 0.04 <= nearest <= high + 0.04, "the point is out of sight"
            fills.append(high - low > (most - least) - 0.05)
        assert all(fills) if crop == "full" else any(fills)
        size = trim.size((WIDTH, HEIGHT))
        assert abs(shown.width / shown.height - (renditions.CROPS[crop] or size[0] / size[1])) < 0.03

    @given(EDGE, EDGE, EDGE, EDGE, st.sampled_from([0, 90, 180, 270]), PERCENT, PERCENT)
    def test_point_is_inside_and_the_size_is_that_of_what_is_cut(self, left, top, right, bottom, turn, x, y):
        trim = Trim(left, top, right, bottom, turn)
        assert all(0 <= part <= 100 for part in trim.point((x, y)))
        picture = Pillow.new("RGB", (WIDTH, HEIGHT))
        assert trim.of(picture).size == trim.size(picture.size)
        back = trim.original_size(trim.size(picture.size))
        assert all(abs(one - other) <= 3 for one, other in zip(back, picture.size, strict=True))

    @given(PERCENT, PERCENT)
    def test_four_quarters_are_none(self, x, y):
        once = Trim(turn=90).point(Trim(turn=270).point((x, y)))
        assert once == Trim().point((x, y)) == (x, y)


class TrimTests(LibraryTestCase):
    def setUp(self):
        super().setUp()
        self.upload(picture(size=(WIDTH, HEIGHT)))
        self.image = Image.objects.get()
        with self.image.file.storage.open(self.image.file.name, "wb") as master:  # one whose pixels say where they are
            master.write(renditions.accept_picture(photo()).content)
        make_renditions.call(self.image.pk)
        self.image.refresh_from_db()

    def now(self):
        return Image.objects.get(pk=self.image.pk)

    def trim(self, left="", top="", right="", bottom="", **changes):
        edges = {f"edges_{at}": edge for at, edge in enumerate((left, top, right, bottom))}
        return self.change(self.now(), **edges | changes)

    def master(self):
        with self.now().file.open("rb") as file:
            return file.read()

    def test_what_is_cut_off_and_turned_is_seen_at_once_and_the_original_stays(self):
        edition, master = make_edition(lead_image=self.image), self.master()
        assert self.trim("25", "10", "", "50", turn="90").status_code == 302
        new = self.now()
        assert (new.trim, new.width, new.height) == (Trim(0.25, 0.1, 0, 0.5, 90), 240, 600)
        assert new.key != self.image.key
        assert self.master() == master
        self.assertContains(self.client.get(edition.path), f"{new.key}/safe.jpg")
        safe = looked_at(f"{new.key[:2]}/{new.key}/safe.jpg")
        assert safe.size == (240, 600)
        across, down = place(safe, 1, 0)  # the upper left corner of what is left is now the right one
        assert abs(across - 0.25) < 0.03
        assert abs(down - 0.1) < 0.03

    def test_every_size_that_pages_name_is_there_and_shows_what_is_left(self):
        self.trim("50", "", "", "", turn="180")
        make_renditions.call(self.image.pk)
        new = self.now()
        assert new.made_cut == new.wanted_cut
        for crop in renditions.CROPS:
            sources = new.sources(crop)
            for address in [part.split()[0] for srcset in sources.srcsets.values() for part in srcset.split(", ")]:
                shown = looked_at(address.removeprefix("/media/"))
                assert all(place(shown, across, 0.5)[0] > 0.45 for across in (0, 0.5, 1)), address
        assert looked_at(sources.src.removeprefix("/media/")).size == (sources.width, sources.height)

    def test_way_back_leads_to_the_original_and_all_its_points(self):
        self.change(self.now(), focal_x="10", focal_y="90", crop_wide_0="5", crop_wide_1="5")
        points = {"focal_x": "10", "focal_y": "90", "crop_wide_0": "5", "crop_wide_1": "5"}
        self.trim("50", "", "", "20", turn="270", **points)
        trimmed = self.now()
        assert trimmed.focus != (10, 90)
        assert all(0 <= part <= 100 for point in (trimmed.focus, *trimmed.crop_points.values()) for part in point)
        self.trim(turn="0", **points)
        new = self.now()
        assert (new.trim, new.width, new.height) == (Trim(), WIDTH, HEIGHT)
        assert (new.focus, new.crop_points) == ((10, 90), {"wide": (5, 5)})
        assert looked_at(f"{new.key[:2]}/{new.key}/safe.jpg").size == (WIDTH, HEIGHT)

    def test_sizes_before_stay_for_open_pages_unless_they_may_not_be_seen(self):
        self.trim("10")
        make_renditions.call(self.image.pk)
        assert "1-card-240.jpg" in public(self.image)
        before = self.now()
        self.trim("20", at_once="on")
        assert public(self.image) == public(before) == []
        assert public(self.now()) == ["safe.jpg"]

    def test_cards_of_social_networks_show_what_is_left(self):
        edition = make_edition(lead_image=self.image)
        tasks.draw_card.call(edition.pk)
        former = Edition.objects.get(pk=edition.pk).card
        self.trim("50", turn="180")
        card = Edition.objects.get(pk=edition.pk).card
        assert card not in {"", former}
        shown = looked_at(card)
        assert place(shown, 0, 0.05)[0] > place(shown, 1, 0.05)[0] > 0.4

    def test_words_alone_cut_nothing_anew(self):
        self.trim("10", turn="90")
        before = self.now()
        self.trim("10", turn="90", caption="New")
        assert (self.now().key, self.now().wanted_cut, self.now().caption) == (before.key, before.wanted_cut, "New")

    def test_too_little_and_nonsense_are_refused_and_nothing_typed_is_lost(self):
        for edges, words in (
            (("80", "", "", ""), "each side needs at least 200"),
            (("60", "", "40", ""), "Nothing of the picture would be left"),
            (("-1", "", "", ""), "greater than or equal to 0"),
            (("100", "", "", ""), "less than or equal to 99"),
            (("left", "", "", ""), "Enter a number"),
        ):
            with self.subTest(words):
                page = self.trim(*edges, caption="Kept words")
                self.assertContains(page, words)
                self.assertContains(page, f'value="{edges[0]}"')
                self.assertContains(page, "Kept words")
                self.assertContains(page, self.image.sources("full").src)
        self.assertContains(self.trim("10", turn="45"), "Select a valid choice")
        assert (self.now().trim, self.now().key) == (Trim(), self.image.key)

    def test_disk_that_is_full_changes_nothing_and_is_told(self):
        for place_, words in (
            ("articles.pictures.renditions.write_safe_copy", "can&#x27;t store pictures"),
            ("django.core.files.storage.FileSystemStorage._open", "can’t be read just now"),
        ):
            with self.subTest(words), mock.patch(place_, side_effect=OSError):
                page = self.trim("10", caption="Kept words")
                self.assertContains(page, words)
                self.assertContains(page, "Kept words")
        assert (self.now().trim, self.now().key, self.now().caption) == (Trim(), self.image.key, "")

    def test_another_file_is_shown_whole(self):
        self.trim("10", turn="90")
        self.trim("10", turn="90", new_file=picture("new.png", kind="PNG", size=(900, 700)))
        assert (self.now().trim, self.now().width, self.now().height) == (Trim(), 900, 700)

    def test_new_picture_can_be_cut_as_it_is_uploaded(self):
        self.upload(picture(size=(1000, 500)), title="Cut", edges_0="50", turn="270")
        image = Image.objects.get(title="Cut")
        assert (image.trim, image.width, image.height) == (Trim(0.5, turn=270), 500, 500)
        assert looked_at(f"{image.key[:2]}/{image.key}/safe.jpg").size == (500, 500)
        page = self.upload(picture(size=(1000, 501)), title="Too small", edges_0="90")
        self.assertContains(page, "each side needs at least")
        self.assertContains(page, "choose it once more")

    def test_original_is_shown_to_those_alone_who_may_cut_it(self):
        self.trim("50")
        address = reverse("admin:articles_image_original", args=[self.image.pk])
        page = self.client.get(reverse("admin:articles_image_change", args=[self.image.pk]))
        self.assertContains(page, f'data-original="{address}"')
        response = self.client.get(address)
        assert Pillow.open(io.BytesIO(response.content)).size == (WIDTH, HEIGHT)
        assert "no-store" in response["Cache-Control"]
        for nowhere in (0, int("9" * 30)):
            assert self.client.get(reverse("admin:articles_image_original", args=[nowhere])).status_code == 404
        assert self.client.post(address).status_code == 405
        roles.make_groups()
        self.client.force_login(make_user(roles.REPORTER))
        assert self.client.get(address).status_code == 403
        self.client.logout()
        assert self.client.get(address).status_code == 302

    def test_untouched_picture_asks_for_no_original(self):
        page = self.client.get(reverse("admin:articles_image_change", args=[self.image.pk]))
        self.assertNotContains(page, "data-original")
        self.assertContains(page, f'data-width="{WIDTH}"')

    def test_pictures_that_were_never_cut_are_as_they_were(self):
        image = make_image(focal_x=20, focal_y=70)
        assert (image.trim, image.focus, image.original_size) == (Trim(), (20, 70), (image.width, image.height))


class FileTests(SimpleTestCase):
    def test_master_is_left_alone_by_all_that_reads_it(self):
        name = storages["uploads"].save("trimmed.jpg", picture_file(size=(WIDTH, HEIGHT)))
        with storages["uploads"].open(name) as file:
            before = file.read()
        renditions.make_safe_copy(before, "ef" * 16, Trim(0.2, turn=90))
        with storages["uploads"].open(name) as file:
            assert file.read() == before
