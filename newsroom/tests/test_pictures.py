"""What becomes of pictures that pages, open or kept, point at when their focal point moves."""

from django.core.files.storage import default_storage, storages
from django.db.models import F
from django.test import TestCase, TransactionTestCase

from articles import renditions
from articles.models import Image, SiteSettings
from articles.tasks import make_renditions
from articles.tests.factories import make_image, picture_file
from newsroom import frame


def make_picture() -> Image:
    """A picture with its files, and its first sizes made."""
    image = make_image(width=640, height=400)
    storages["uploads"].delete(image.file.name)
    storages["uploads"].save(image.file.name, picture_file())
    make_renditions.call(image.pk)
    return Image.objects.get(pk=image.pk)


def move_focus(image: Image, *, times: int = 1) -> None:
    Image.objects.filter(pk=image.pk).update(wanted_cut=F("wanted_cut") + times)
    make_renditions.call(image.pk)


def exists(image: Image) -> bool:
    return default_storage.exists(image.sources("square").src.removeprefix("/media/"))


class OldCutTests(TestCase):
    def test_the_cut_that_open_pages_show_is_kept_and_older_ones_are_not(self):
        first = make_picture()
        move_focus(first, times=2)  # the cut between them is never made
        second = Image.objects.get(pk=first.pk)
        assert second.made_cut == 3
        assert exists(first)
        assert exists(second)
        move_focus(first)
        assert not exists(first)
        assert exists(second)
        assert exists(Image.objects.get(pk=first.pk))

    def test_sizes_of_a_focus_that_moved_meanwhile_are_not_shown(self):
        image, make = make_picture(), renditions.make

        def slow(*args):
            make(*args)
            Image.objects.filter(pk=image.pk).update(wanted_cut=3)

        renditions.make = slow
        try:
            move_focus(image)
        finally:
            renditions.make = make
        assert Image.objects.get(pk=image.pk).made_cut == 1
        assert exists(image)

    def test_cutting_twice_at_once_keeps_the_cut_before(self):
        image, make = make_picture(), renditions.make

        def slow(*args):
            renditions.make = make
            make_renditions.call(image.pk)
            make(*args)

        renditions.make = slow
        move_focus(image)
        assert exists(image)
        assert Image.objects.get(pk=image.pk).made_cut == 2


class LogoTests(TransactionTestCase):
    def test_logo_with_a_new_focal_point_is_shown_at_once(self):
        logo = make_picture()
        SiteSettings.objects.create(logo=logo)
        assert frame.get().paper.logo.made_cut == 1
        move_focus(logo)
        assert frame.get().paper.logo.made_cut == 2
