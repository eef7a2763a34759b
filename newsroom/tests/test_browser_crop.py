"""Cutting and turning a picture in a real browser: by mouse, by finger and by keyboard, and back to the original."""

import re

import pytest
from playwright.sync_api import expect

from articles.models import Image
from articles.pictures.trimming import Trim
from newsroom.tests.test_browser_library import LibraryTestCase, file

STAGE = ".focal[data-ready] .focal-picture"


@pytest.mark.browser
class CropTests(LibraryTestCase):
    def begin(self):
        self.log_in("pictures")
        self.open_picture()

    def open_picture(self):
        self.open(f"/admin/articles/image/{self.pictures[0].pk}/change/")
        self.stage = self.page.locator(STAGE)
        expect(self.stage).to_be_visible()

    def crop(self):
        self.page.get_by_role("button", name="Crop", exact=True).click()

    def at(self, across, down):
        box = self.stage.bounding_box()
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    def drag(self, start, end):
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(*end), steps=4)
        self.page.mouse.up()

    def save(self):
        self.press("Save and continue editing")
        return Image.objects.get(pk=self.pictures[0].pk)

    def typed(self):
        return [self.page.locator(f"#id_edges_{at}").input_value() for at in range(4)]

    def assert_near(self, edges, wanted):
        assert all(abs(one - other) < 0.012 for one, other in zip(edges, wanted, strict=True)), edges

    def test_rectangle_is_dragged_moved_and_resized_by_mouse(self):
        self.begin()
        self.crop()
        self.drag((0.2, 0.1), (0.7, 0.8))
        self.drag((0.45, 0.45), (0.55, 0.55))  # as a whole
        self.drag((0.79, 0.88), (0.89, 0.93))  # by its lower right corner
        image = self.save()
        self.assert_near(image.trim.edges, (0.3, 0.2, 0.1, 0.05))
        assert (image.width, image.height) == image.trim.size((1000, 640))
        self.page.locator(STAGE).wait_for()
        assert self.page.locator("[data-original]").count() == 1
        box, frame = self.stage.bounding_box(), self.page.locator("[data-trim]").bounding_box()
        assert abs((frame["x"] - box["x"]) / box["width"] - image.trim_left) < 0.01

    def test_rectangle_is_dragged_by_a_finger(self):
        self.begin()
        self.crop()
        finger = self.page.context.new_cdp_session(self.page)
        finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        for kind, place in (("touchStart", (0.2, 0.2)), ("touchMove", (0.5, 0.5)), ("touchMove", (0.9, 0.9))):
            x, y = self.at(*place)
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        self.assert_near(self.save().trim.edges, (0.2, 0.2, 0.1, 0.1))

    def test_all_of_it_goes_by_keyboard_and_back(self):
        self.begin()
        button = self.page.get_by_role("button", name="Crop", exact=True)
        button.focus()
        self.page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-pressed", "true")
        left = self.page.get_by_role("slider", name="Cut off on the left")
        left.focus()
        self.press_key("Shift+ArrowRight")
        self.page.keyboard.press("ArrowRight")
        expect(left).to_have_attribute("aria-valuenow", "11")
        self.page.get_by_role("slider", name="Cut off at the bottom").focus()
        self.press_key("Shift+ArrowUp")
        self.page.get_by_role("button", name=re.compile("What is shown")).focus()
        self.page.keyboard.press("ArrowDown")
        self.page.get_by_role("button", name="Rotate right").focus()
        self.page.keyboard.press("Enter")
        assert self.typed() == ["11", "1", "", "9"]
        image = self.save()
        assert image.trim == Trim(0.11, 0.01, 0.0, 0.09, 90)
        assert (image.width, image.height) == image.trim.size((1000, 640))
        self.page.locator(STAGE).wait_for()
        self.page.get_by_role("button", name="Back to the original").focus()
        self.page.keyboard.press("Enter")
        image = self.save()
        assert (image.trim, image.width, image.height) == (Trim(), 1000, 640)

    def test_edges_of_a_turned_picture_are_those_that_are_seen(self):
        self.begin()
        self.page.get_by_role("button", name="Rotate left").click()
        expect(self.stage.locator("img")).to_have_js_property("naturalWidth", 640)
        self.crop()
        self.page.get_by_role("slider", name="Cut off on the left").focus()
        self.press_key("Shift+ArrowRight")
        image = self.save()
        assert image.trim == Trim(top=0.1, turn=270)  # the upper edge of the original lies on the left
        self.page.locator(STAGE).wait_for()
        expect(self.page.get_by_text("576 × 1000 pixels stay")).to_be_visible()

    def test_focal_point_keeps_its_place_on_the_picture(self):
        self.begin()
        self.page.mouse.click(*self.at(0.25, 0.75))
        self.crop()
        self.drag((0.1, 0.1), (0.9, 0.9))
        image = self.save()
        assert abs(image.focal_x - 25) <= 1
        assert abs(image.focal_y - 75) <= 1
        assert abs(image.focus[0] - 19) <= 2

    def test_another_file_has_nothing_of_the_one_that_was_chosen_before_it(self):
        self.log_in("pictures")
        self.open("/admin/articles/image/add/")
        upload = self.page.locator("input[data-upload]")
        upload.set_input_files(file("first.jpg", (640, 400)))
        self.stage = self.page.locator(STAGE)
        expect(self.stage).to_be_visible()
        self.page.get_by_role("button", name="Rotate left").click()
        self.crop()
        self.drag((0.1, 0.1), (0.9, 0.9))
        upload.set_input_files(file("second.jpg", (800, 500)))
        expect(self.stage.locator("img")).to_have_js_property("naturalWidth", 800)
        assert self.typed() == [""] * 4
        assert self.page.locator("#id_turn").input_value() == "0"

    def test_axe_finds_nothing_and_nothing_scrolls_sideways(self):
        self.lift_policy()
        self.begin()
        self.crop()
        self.drag((0.2, 0.2), (0.7, 0.7))
        for width in (360, 768, 1366):
            self.page.set_viewport_size({"width": width, "height": 900})
            assert self.page.evaluate("document.scrollingElement.scrollWidth") <= width
            assert self.found() == []
