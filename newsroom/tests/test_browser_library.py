"""The library in a real browser: many pictures at once, and a crop of its own."""

import hashlib

import pytest
from playwright.sync_api import expect

from articles.desk import roles
from articles.models import Image
from articles.tests.factories import make_user, picture_file
from newsroom.tests.test_browser import PASSWORD, BrowserTestCase

UPLOAD = "/admin/articles/image/upload/"


def file(name, size):
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture_file(size=size).read()}


class LibraryTestCase(BrowserTestCase):
    def setUp(self):
        super().setUp()
        user = make_user(roles.PICTURE_EDITOR, username="pictures")
        user.set_password(PASSWORD)
        user.save()


class UploadTests(LibraryTestCase):
    def test_of_three_files_two_are_stored_and_the_duplicate_is_named(self):
        known = file("known.jpg", (700, 500))
        Image.objects.filter(pk=self.pictures[0].pk).update(sha256=hashlib.sha256(known["buffer"]).hexdigest())
        self.log_in("pictures")
        self.open(UPLOAD)
        self.page.get_by_label("Choose pictures").set_input_files(
            [file("first_road.jpg", (640, 400)), known, file("second.jpg", (800, 500))]
        )
        first, duplicate, second = (self.page.locator(".one").nth(number) for number in range(3))
        expect(duplicate).to_contain_text("In the library already")
        expect(duplicate.get_by_role("link", name="Lake at dawn")).to_be_visible()
        self.page.get_by_role("group", name="first_road.jpg").get_by_label("Alternative text").fill("A road")
        self.page.get_by_role("button", name="Send all that are ready").click()
        expect(first).to_contain_text("Write a credit")
        self.page.locator("#shared-credit").fill("Our own")

        self.page.route(
            f"**{UPLOAD}", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
        )
        first.get_by_role("button", name="Send", exact=True).click()
        expect(first).to_contain_text("Nothing is lost")
        self.page.unroute(f"**{UPLOAD}")
        self.troubles.clear()  # the browser tells of the failed request

        second.get_by_label("Decorative").check()
        self.page.get_by_role("button", name="Send all that are ready").click()
        expect(self.page.get_by_role("status")).to_have_text("2 stored, 0 to go")
        expect(first.get_by_role("link", name="first road")).to_be_visible()
        road, plain = Image.objects.order_by("width").filter(width__in=[640, 800])
        assert (road.alt, road.title, road.credit) == ("A road", "first road", "Our own")
        assert (plain.alternative, plain.title, plain.decorative) == ("", "second", True)
        assert Image.objects.count() == 4

    def test_crop_is_moved_by_keys_and_cleared(self):
        image = self.pictures[0]
        self.log_in("pictures")
        address = f"/admin/articles/image/{image.pk}/change/"
        self.open(address)
        crop = self.page.get_by_role("button", name="Crop 1:1")
        crop.focus()
        for _step in range(3):
            self.page.keyboard.press("ArrowLeft")
        self.page.get_by_role("button", name="Save and continue").click()
        self.page.wait_for_load_state("networkidle")
        image.refresh_from_db()
        assert image.crops == {"square": [47, 50]}
        self.page.get_by_role("button", name="As the focal point").click()
        self.page.get_by_role("button", name="Save and continue").click()
        self.page.wait_for_load_state("networkidle")
        image.refresh_from_db()
        assert image.crops == {}


@pytest.mark.browser
class AccessibleLibraryTests(LibraryTestCase):
    def test_axe_finds_nothing_and_nothing_scrolls_sideways_on_a_phone(self):
        self.lift_policy()
        self.page.set_viewport_size({"width": 360, "height": 700})
        self.log_in("pictures")
        change = f"/admin/articles/image/{self.pictures[0].pk}/change/"
        paths = ["/admin/articles/image/", UPLOAD, change, change.replace("change", "delete"), "/corrections/"]
        for path in paths:
            self.open(path)
            assert self.page.evaluate("document.scrollingElement.scrollWidth") <= 360, path
        self.open(UPLOAD)
        self.page.get_by_label("Choose pictures").set_input_files([file("one.jpg", (640, 400))])
        expect(self.page.get_by_role("group", name="one.jpg")).to_be_visible()
        assert self.found() == []
