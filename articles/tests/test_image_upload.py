"""Many uploads, crops of their own, another file in place of the one there is, and the list of the library."""

import hashlib
import io
from datetime import timedelta
from unittest import mock
from zoneinfo import ZoneInfo

from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from PIL import Image as Pillow

from articles import tasks
from articles.desk import roles
from articles.models import Edition, Image
from articles.pictures import renditions
from articles.tasks import make_renditions
from articles.tests.factories import make_edition, make_image, make_user
from articles.tests.test_admin_images import SAID, LibraryTestCase, picture

PAPERS_ZONE = ZoneInfo("Asia/Bishkek")
QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}  # so that a task does not do the next one, too
UPLOAD = reverse("admin:articles_image_upload")
LIST = reverse("admin:articles_image_changelist")


def public(image):
    """The files that pages can show of a picture, by the names they had when it was loaded."""
    folder = f"{image.key[:2]}/{image.key}"
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


class BatchTests(LibraryTestCase):
    def send(self, file, **changes):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(UPLOAD, SAID | {"file": file} | changes)

    def test_picture_is_stored_with_its_texts_and_logged(self):
        response = self.send(picture(), caption="At dawn", licence_until="2030-01-01")
        image = Image.objects.get()
        assert response.status_code == 201
        assert response.json()["image"]["address"] == reverse("admin:articles_image_change", args=[image.pk])
        assert (image.alt, image.caption, image.uploaded_by) == ("A lake", "At dawn", self.user)
        assert LogEntry.objects.get().object_id == str(image.pk)
        self.make_renditions.enqueue.assert_called_once_with(image.pk)

    def test_duplicate_is_named_and_not_stored_again(self):
        self.send(picture(), title="The first one")
        response = self.send(picture(name="again.jpg"), alt="")
        assert response.status_code == 409
        assert response.json()["duplicate"]["title"] == "The first one"
        assert Image.objects.count() == 1

    def test_known_files_are_named_before_they_are_sent(self):
        self.send(picture(), title="The first one")
        known, other = hashlib.sha256(picture().read()).hexdigest(), "0" * 64
        answer = self.client.get(UPLOAD, {"known": f"{known},{other}"}).json()["known"]
        assert {sha256: about["title"] for sha256, about in answer.items()} == {known: "The first one"}
        for asked in ("", "x", "é" * 64, "0" * 63, f"{known},"):
            assert self.client.get(UPLOAD, {"known": asked}).status_code == 400

    def test_refused_file_says_why(self):
        response = self.send(SimpleUploadedFile("text.jpg", b"I am no picture"))
        assert response.status_code == 422
        assert "not a picture we can read" in response.json()["errors"]["file"][0]

    def test_missing_texts_are_said_by_field_and_the_file_is_not_asked_for_again(self):
        errors = self.send(picture(), alt="", credit="").json()["errors"]
        assert set(errors) == {"alt", "credit"}
        assert not Image.objects.exists()

    def test_nonsense_is_refused_and_never_an_error_of_ours(self):
        for changes in (
            {"file": "words"},
            {"alt": "x" * 5000},
            {"licence_until": "31.31.9999"},
            {"focal_x": "9" * 30},
            {"alt": "\x00", "credit": "\u202e"},
            {"crop_wide_0": "5"},
        ):
            with self.subTest(changes):
                assert self.send(**{"file": picture()} | changes).status_code == 422
        assert self.client.post(UPLOAD).status_code == 422

    def test_only_those_who_may_add_pictures_get_there(self):
        self.client.force_login(make_user(roles.RATES_DESK))
        assert self.client.get(UPLOAD).status_code == self.send(picture()).status_code == 403
        self.client.logout()
        assert self.client.get(UPLOAD).status_code == 302
        assert self.client.delete(UPLOAD).status_code in {302, 405}

    def test_list_and_page_lead_to_each_other_and_to_the_single_form(self):
        self.assertContains(self.client.get(LIST), UPLOAD)
        page = self.client.get(UPLOAD)
        self.assertContains(page, LIST)
        self.assertContains(page, reverse("admin:articles_image_add"))


class CropTests(LibraryTestCase):
    def test_crop_has_a_point_of_its_own_until_it_is_cleared(self):
        image = make_image()
        self.change(image, crop_wide_0="10", crop_wide_1="90")
        image.refresh_from_db()
        assert (image.crops, image.wanted_cut) == ({"wide": [10, 90]}, 2)
        self.make_renditions.enqueue.assert_called_once_with(image.pk)
        self.change(image, crop_wide_0="", crop_wide_1="")
        image.refresh_from_db()
        assert (image.crops, image.wanted_cut) == ({}, 3)

    def test_same_points_make_no_new_sizes(self):
        image = make_image(crops={"card": [10, 90]})
        self.change(image, crop_card_0="10", crop_card_1="90", caption="New")
        image.refresh_from_db()
        assert (image.crops, image.wanted_cut, image.caption) == ({"card": [10, 90]}, 1, "New")

    def test_half_a_point_and_one_outside_are_refused(self):
        image = make_image()
        for changes, words in (
            ({"crop_square_0": "5"}, "Write both numbers"),
            ({"crop_square_0": "5", "crop_square_1": "101"}, "less than or equal to 100"),
            ({"crop_square_0": "-1", "crop_square_1": "5"}, "greater than or equal to 0"),
            ({"crop_square_0": "left", "crop_square_1": "5"}, "whole number"),
        ):
            with self.subTest(words):
                self.assertContains(self.change(image, **changes), words)
        image.refresh_from_db()
        assert image.crops == {}

    def test_sizes_are_cut_around_the_points(self):
        left_black = Pillow.new("RGB", (900, 300), "white")
        left_black.paste("black", (0, 0, 300, 300))
        file = io.BytesIO()
        left_black.save(file, "JPEG")
        name = storages["uploads"].save("points.jpg", file)
        image = make_image(width=900, height=300, file=name, focal_x=100, crops={"square": [0, 50]})
        make_renditions.call(image.pk)
        for crop, shade in (("square", 0), ("card", 255)):
            with default_storage.open(
                f"{image.key[:2]}/{image.key}/1-{crop}-{240 if crop == 'card' else 160}.jpg"
            ) as cut:
                assert abs(Pillow.open(cut).convert("L").getpixel((80, 80)) - shade) < 10, crop


class ReplacingTests(LibraryTestCase):
    def setUp(self):
        super().setUp()
        self.upload(picture())
        self.image = Image.objects.get()
        make_renditions.call(self.image.pk)
        self.image.refresh_from_db()

    def replace(self, **changes):
        return self.change(self.image, new_file=picture("new.png", kind="PNG", size=(800, 600)), **changes)

    def now(self):
        return Image.objects.get(pk=self.image.pk)

    def test_row_stays_and_everything_of_the_file_is_new(self):
        edition = make_edition(body=f'<p>Text</p><figure data-image="{self.image.pk}"></figure>')
        self.replace()
        new = self.now()
        assert new.key != self.image.key
        assert new.sha256 != self.image.sha256
        assert (new.width, new.height, new.alt, new.made_cut, new.wanted_cut) == (800, 600, "A lake", 0, 2)
        assert storages["uploads"].exists(new.file.name)
        assert not storages["uploads"].exists(self.image.file.name)
        self.assertContains(self.client.get(edition.path), f"{new.key}/safe.jpg")
        assert "New file" in LogEntry.objects.first().get_change_message()

    def test_old_sizes_stay_for_open_pages_until_the_next_cut_after_the_new_one(self):
        self.replace()
        make_renditions.call(self.image.pk)
        assert "1-card-240.jpg" in public(self.image)
        assert "2-card-240.jpg" in public(self.now())
        self.change(self.image, focal_x="20")
        make_renditions.call(self.image.pk)
        assert public(self.image) == []
        assert self.now().former_key == ""
        assert "3-card-240.jpg" in public(self.now())

    def test_picture_that_may_not_be_shown_any_more_goes_at_once(self):
        self.replace(at_once="on")
        assert public(self.image) == []
        assert public(self.now()) == ["safe.jpg"]

    def test_cards_are_drawn_anew_when_the_picture_is_cut_otherwise(self):
        edition = make_edition(lead_image=self.image)
        tasks.draw_card.call(edition.pk)

        def card():
            name = Edition.objects.get(pk=edition.pk).card
            with default_storage.open(name) as file:
                return name, file.read()

        for changes in ({"is_whole": "on"}, {}, {"focal_y": "5"}, {"crop_wide_0": "50", "crop_wide_1": "90"}):
            (former, seen), _response = card(), self.change(self.now(), **changes)
            with self.subTest(changes):
                name, now = card()
                assert name != former
                assert now != seen
                assert not default_storage.exists(former)
        former, _seen = card()
        self.change(self.now(), caption="New", crop_wide_0="50", crop_wide_1="90")
        assert card()[0] == former

    def test_cards_with_the_picture_are_drawn_anew_and_the_old_ones_go(self):
        edition = make_edition(lead_image=self.image)
        tasks.draw_card.call(edition.pk)
        for at_once in ({}, {"at_once": "on"}):
            former = Edition.objects.get(pk=edition.pk).card
            assert default_storage.exists(former)
            name = f"new-{len(at_once)}.png"
            self.change(self.now(), new_file=picture(name, kind="PNG", size=(800 + len(at_once), 600)), **at_once)
            card = Edition.objects.get(pk=edition.pk).card
            assert card not in {"", former}
            assert not default_storage.exists(former)
            assert default_storage.exists(card)

    def test_second_replacement_takes_the_first_file_off(self):
        self.replace()
        second = self.now()
        self.change(second, new_file=picture("third.png", kind="PNG", size=(900, 600)))
        assert public(self.image) == []
        assert public(second) == ["safe.jpg"]

    def test_duplicate_and_damaged_files_change_nothing(self):
        self.upload(picture("other.png", kind="PNG", size=(700, 500)), title="Another one")
        for file, words in (
            (picture(), "the file that the picture has already"),
            (picture("x.png", kind="PNG", size=(700, 500)), "Another one"),
            (SimpleUploadedFile("text.jpg", b"I am no picture"), "not a picture we can read"),
        ):
            with self.subTest(words):
                response = self.change(self.image, new_file=file, caption="Kept words")
                self.assertContains(response, words)
                self.assertContains(response, "Kept words")
                self.assertContains(response, self.image.sources("full").src)
        assert self.now().sha256 == self.image.sha256

    def test_other_errors_ask_for_the_file_once_more(self):
        self.assertContains(self.replace(focal_x="101"), "Choose the file once more")
        assert self.now().key == self.image.key

    def test_whoever_may_only_look_replaces_nothing(self):
        roles.make_groups()
        self.client.force_login(make_user(roles.REPORTER))
        page = self.client.get(reverse("admin:articles_image_change", args=[self.image.pk]))
        self.assertNotContains(page, 'name="new_file"')
        self.assertNotContains(page, 'name="crop_wide_0"')
        assert self.replace().status_code == 403
        assert self.now().key == self.image.key

    def test_sizes_of_the_old_file_are_not_taken_for_the_new_one(self):
        self.change(self.image, focal_x="20")
        make = renditions.make_sizes

        def slow(*args, **kwargs):
            make(*args, **kwargs)
            Image.objects.filter(pk=self.image.pk).update(key="f" * 32, first_cut=0, made_cut=0)

        with mock.patch.object(renditions, "make_sizes", slow), override_settings(TASKS=QUEUE):
            make_renditions.call(self.image.pk)
        assert (self.now().first_cut, self.now().made_cut) == (0, 0)


class TransactionTests(LibraryTestCase):
    """Decoding takes seconds: on SQLite nobody else can save while a transaction is open."""

    def depths(self, send):
        """How many transactions within the test's own were open while pictures were decoded."""
        outside, found, real = len(connection.savepoint_ids), [], renditions.accept_picture
        counted = mock.patch.object(
            renditions,
            "accept_picture",
            lambda file: found.append(len(connection.savepoint_ids) - outside) or real(file),
        )
        with counted:
            response = send()
        assert response.status_code in (201, 302), response.content
        return found

    def test_no_picture_is_decoded_within_one_and_each_once(self):
        self.upload(picture(), title="The first one")
        image = Image.objects.get()
        files = [picture(f"{width}.png", kind="PNG", size=(width, 500)) for width in (700, 720, 740)]
        doors = {
            "one": lambda: self.upload(files[0]),
            "many": lambda: self.client.post(UPLOAD, SAID | {"file": files[1]}),
            "another file": lambda: self.change(image, new_file=files[2]),
        }
        for door, send in doors.items():
            with self.subTest(door):
                assert self.depths(send) == [0]

    def test_nothing_is_decoded_for_those_who_may_not_store_it(self):
        image = make_image()
        roles.make_groups()
        self.client.force_login(make_user(roles.REPORTER))
        with mock.patch.object(renditions, "accept_picture") as accept:
            address = reverse("admin:articles_image_change", args=[image.pk])
            assert self.client.post(address, SAID | {"new_file": picture()}).status_code == 403
        accept.assert_not_called()


class ListTests(LibraryTestCase):
    def found(self, **query):
        return {image.title for image in self.client.get(LIST, query).context["cl"].result_list}

    def test_filters_find_what_they_say(self):
        today = timezone.localdate(timezone=PAPERS_ZONE)
        make_image(title="ended", licence_until=today - timedelta(days=1), licence="CC")
        make_image(title="last day", licence_until=today, caption="Said", licence="CC")
        make_image(title="soon", licence_until=today + timedelta(days=30), licence="CC")
        make_image(title="later", licence_until=today + timedelta(days=31), uploaded_by=self.user, licence="CC")
        make_image(title="decorative", decorative=True, alt="")
        make_edition(lead_image=Image.objects.get(title="soon"))
        Image.objects.filter(title="later").update(uploaded_at=timezone.now() - timedelta(days=8))
        everything = {"ended", "last day", "soon", "later", "decorative"}
        for query, titles in (
            ({"licence": "ended"}, {"ended"}),
            ({"licence": "soon"}, {"last day", "soon"}),
            ({"licence": "valid"}, everything - {"ended"}),
            ({"whose": "mine"}, {"later"}),
            ({"use": "none"}, everything - {"soon"}),
            ({"texts": "decorative"}, {"decorative"}),
            ({"texts": "caption"}, everything - {"last day"}),
            ({"texts": "licence"}, {"decorative"}),
            ({"uploaded": "7"}, everything - {"later"}),
            ({"uploaded": "30"}, everything),
            ({"uploaded": "nonsense"}, everything),
            ({"q": "said"}, {"last day"}),
        ):
            with self.subTest(query):
                assert self.found(**query) == titles

    def test_licence_is_said_on_the_card_in_the_form_and_where_one_chooses(self):
        day = timezone.localdate(timezone=PAPERS_ZONE) - timedelta(days=1)
        image = make_image(title="Gone", licence_until=day)
        make_image(title="Fine")
        picker = reverse("admin:articles_image_picker")
        for address in (LIST, reverse("admin:articles_image_change", args=[image.pk]), picker):
            with self.subTest(address):
                self.assertContains(self.client.get(address), "Licence ended on", count=1)
        asked = {"app_label": "articles", "model_name": "article", "field_name": "lead_image", "term": "gone"}
        assert "Licence ended on" in self.client.get(reverse("admin:autocomplete"), asked).json()["results"][0]["text"]

    def test_last_day_of_a_licence_is_a_good_one(self):
        make_image(licence_until=timezone.localdate(timezone=PAPERS_ZONE))
        self.assertContains(self.client.get(LIST), "Licence ends on")
