"""What becomes of pictures that pages, open or kept, point at when their focal point moves."""

import re
from datetime import timedelta
from unittest import mock

from django.core.cache import cache
from django.core.files.storage import default_storage, storages
from django.db.models import F
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles import tasks
from articles.models import Image, SiteSettings
from articles.pictures import renditions
from articles.tasks import make_renditions
from articles.tests.factories import make_author, make_edition, make_image, picture_file
from newsroom.serving import frame

QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def make_upload() -> Image:
    """A picture with its file, and no size made yet."""
    image = make_image(width=640, height=400)
    storages["uploads"].delete(image.file.name)
    storages["uploads"].save(image.file.name, picture_file())
    return image


def make_picture() -> Image:
    """A picture with its files, and all its sizes made."""
    image = make_upload()
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

    @override_settings(TASKS=QUEUE)
    def test_sizes_of_a_focus_that_moved_meanwhile_are_not_shown(self):
        make = renditions.make_sizes
        for made in (0, 1):  # none of the sizes that are wanted, or those that come first
            image = make_upload()
            Image.objects.filter(pk=image.pk).update(first_cut=made)

            def slow(*args, pk=image.pk, **kwargs):
                make(*args, **kwargs)
                Image.objects.filter(pk=pk).update(wanted_cut=3)

            with mock.patch.object(renditions, "make_sizes", slow):
                make_renditions.call(image.pk)
            image.refresh_from_db()
            assert (image.first_cut, image.made_cut) == (made, 0)

    def test_cutting_twice_at_once_keeps_the_cut_before(self):
        image, make = make_picture(), renditions.make_sizes

        def slow(*args, **kwargs):
            renditions.make_sizes = make
            make_renditions.call(image.pk)
            make(*args, **kwargs)

        renditions.make_sizes = slow
        move_focus(image)
        assert exists(image)
        assert Image.objects.get(pk=image.pk).made_cut == 2


class LogoTests(TransactionTestCase):
    def test_logo_with_a_new_focal_point_is_shown_at_once(self):
        logo = make_picture()
        SiteSettings.objects.create(logo=logo)
        assert frame.frame_at().paper.logo.made_cut == 1
        move_focus(logo)
        assert frame.frame_at().paper.logo.made_cut == 2


def work_off() -> None:
    """Do what is queued, in the worker's order."""
    while row := DBTaskResult.objects.ready().first():
        row.delete()
        row.task.call(*row.args_kwargs["args"])


@override_settings(TASKS=QUEUE)
class OrderTests(TestCase):
    """Pages need some sizes first: of all pictures before the others of any, and those of the front page before all."""

    def test_first_sizes_of_all_pictures_come_before_the_others_of_any(self):
        first, second = (make_upload() for _ in range(2))
        for image in (first, second):
            make_renditions.enqueue(image.pk)
        with mock.patch.object(renditions, "make_sizes") as make, mock.patch.object(tasks, "_remove_cuts_before"):
            work_off()
        assert [(call.args[1], call.kwargs["first"]) for call in make.call_args_list] == [
            (first.key, True),
            (second.key, True),
            (first.key, False),
            (second.key, False),
        ]

    def test_pages_show_the_first_sizes_while_the_others_are_made(self):
        image = make_upload()
        assert image.sources("card").srcsets == {}
        make_renditions.call(image.pk)
        image.refresh_from_db()
        assert list(image.sources("card").srcsets) == ["webp"]
        make_renditions.call(image.pk)
        image.refresh_from_db()
        assert list(image.sources("card").srcsets) == ["avif", "webp", "jpg"]

    def test_no_page_names_a_size_that_is_still_to_be_made(self):
        """A source without an address is an error of the page's; while some sizes are there, it shows these."""
        image = make_upload()
        author = make_author(picture=image)
        opinion = {"kind": "opinion", "authors": [author], "lead_image": image}
        edition = make_edition(live_from=timezone.now() - timedelta(hours=1), **opinion)
        pages = [edition.path, "/", author.get_absolute_url(), edition.section.get_absolute_url(), "/latest/"]
        for made in ([], ["webp"], ["avif", "webp"]):
            for page in pages:
                with self.subTest(page, made=made):
                    cache.clear()
                    html = self.client.get(page).content.decode()
                    assert html.count("<picture") >= (page != "/latest/")
                    kinds = re.findall(r'<source type="image/(\w+)" srcset="[^"]+"', html)
                    assert html.count("<source") == len(kinds), "a source without an address"
                    assert set(kinds) <= set(made)
                    assert bool(kinds) == bool(made and "<picture" in html)
            make_renditions.call(image.pk)
