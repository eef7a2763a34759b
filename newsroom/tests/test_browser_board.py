"""The board in a real browser: tomorrow's front page by drag and by keyboard, seen at that time, and rolled back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Alert, Placement
from articles.tests.factories import make_edition
from newsroom.tests.test_browser import BrowserTestCase

BOARD = "/admin/articles/placement/board/"


@pytest.mark.browser
class BoardTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        now = timezone.now()
        self.editions = [
            make_edition(
                headline=f"Caravan {number}",
                body="<p>On the road.</p>",
                section=self.theme,
                lead_image=self.pictures[0],
                live_from=now - timedelta(hours=number),
            )
            for number in range(1, 13)
        ]
        self.page.set_viewport_size({"width": 1280, "height": 1000})

    def slot(self, number):
        return self.page.locator(f"#slot-{number} .headline").first

    def drag(self, grip, slot):
        start, end = grip.bounding_box(), self.page.locator(f"#slot-{slot}").bounding_box()
        self.page.mouse.move(start["x"] + 10, start["y"] + 10)
        self.page.mouse.down()
        self.page.mouse.move(end["x"] + 40, end["y"] + 30, steps=6)
        self.page.mouse.up()

    def test_tomorrows_front_page(self):
        self.log_in("chief")
        self.open(BOARD)
        self.page.get_by_role("button", name="Tomorrow 07:00", exact=True).click()
        expect(self.page.get_by_text("What you change now holds from")).to_be_visible()
        self.page.get_by_role("searchbox").fill("caravan 9")
        candidate = self.page.locator(".candidates li", has_text="Caravan 9")
        expect(self.page.locator(".candidates .headline")).to_have_text(["Caravan 9"])
        self.drag(candidate.locator("[data-grip]"), 1)
        expect(self.slot(1)).to_have_text("Caravan 9")
        self.place_by_keyboard()
        at = self.page.locator("#board-at").input_value()
        self.press("Save the board")
        expect(self.page.locator(".messagelist")).to_contain_text("placed “Caravan 7”: Lead")
        self.see_at(at, ["Caravan 7", "Caravan 9"])
        self.open("/")
        expect(self.page.locator(".lead h2")).to_have_text("Caravan 1")
        self.roll_back(at)

    def place_by_keyboard(self):
        """Place another, carry it past the first with the arrow keys, take a step back and do it again."""
        self.page.get_by_role("searchbox").fill("caravan 7")
        expect(self.page.locator(".candidates .headline")).to_have_text(["Caravan 7"])
        self.page.locator(".candidates select").focus()
        self.page.keyboard.press("s")  # Slot 2
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")
        expect(self.slot(2)).to_have_text("Caravan 7")
        expect(self.page.locator("#board-said")).to_contain_text("“Caravan 7” placed: Slot 2.")
        self.page.locator("#slot-2 [data-grip]").focus()
        self.page.keyboard.press("ArrowUp")
        expect(self.slot(1)).to_have_text("Caravan 7")
        expect(self.page.locator("#slot-1 [data-grip]")).to_be_focused()
        expect(self.page.locator("#board-said")).to_contain_text("“Caravan 7” moved: Lead.")
        self.page.keyboard.press("Control+z")
        expect(self.slot(1)).to_have_text("Caravan 9")
        self.page.get_by_role("button", name="Redo").click()
        expect(self.slot(1)).to_have_text("Caravan 7")

    def test_two_quick_keys_are_two_steps_and_a_server_that_is_away_undoes_nothing(self):
        for number in (1, 2, 3):
            Placement.objects.create(slot=number, article=self.editions[number].article)
        self.log_in("chief")
        self.open(BOARD)
        away = []
        self.page.route(f"**{BOARD}", lambda route: route.abort() if away else route.continue_())
        title = self.slot(1).inner_text()
        self.page.locator("#slot-1 [data-grip]").focus()
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("ArrowDown")
        expect(self.slot(3)).to_have_text(title)
        away.append(True)
        self.page.keyboard.press("Control+z")
        said = self.page.locator("#board-said")
        expect(said).to_have_text(self.page.locator("#board-form").get_attribute("data-failed"))
        self.page.wait_for_timeout(200)
        expect(said).not_to_have_text("Undone.")
        away.clear()
        self.troubles.clear()  # the browser tells of the failed request
        self.page.keyboard.press("Control+z")
        expect(self.slot(2)).to_have_text(title)

    def see_at(self, at, headlines):
        self.open(f"/?at={at}")
        expect(self.page.locator(".lead h2")).to_have_text(headlines[0])
        expect(self.page.locator(".with-lead li").first).to_have_text(headlines[1])

    def roll_back(self, at):
        self.open(BOARD)
        self.page.locator(f"#place-{self.editions[4].article_id}").click()
        expect(self.slot(1)).to_have_text("Caravan 5")
        self.press("Save the board")
        expect(self.page.locator(".messagelist")).to_contain_text("Saved")
        self.page.get_by_role("button", name="Roll back to this").first.click()
        expect(self.page.locator(".messagelist")).to_contain_text("Rolled back to")
        expect(self.slot(1)).to_have_text("Caravan 1")
        self.see_at(at, ["Caravan 7", "Caravan 9"])

    def test_words_and_picture_for_a_place(self):
        Placement.objects.create(slot=1, article=self.editions[3].article)
        self.log_in("chief")
        self.open(BOARD)
        self.page.get_by_text("Times and words").first.click()
        self.page.get_by_label("Headline here").fill("In this place")
        self.page.get_by_role("button", name="Choose…").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Mountain road").click()
        expect(self.slot(1)).to_have_text("In this place")
        self.press("Save the board")
        expect(self.page.locator(".messagelist")).to_contain_text("changed for this place")
        assert Placement.objects.get(headline="In this place").image == self.pictures[1]

    def test_without_script_every_step_is_a_button(self):
        self.log_in("chief")
        state = self.page.context.storage_state()
        context = self.page.context.browser.new_context(java_script_enabled=False, storage_state=state)
        page = context.new_page()
        page.goto(self.live_server_url + BOARD)
        page.locator(f"#place-{self.editions[8].article_id}").click()
        page.locator("#down-0").click()
        assert page.locator("#slot-2 .headline").first.inner_text() == "Caravan 9"
        page.get_by_role("button", name="Save the board").click()
        assert "Saved: placed “Caravan 9”: Slot 2" in page.locator(".messagelist").inner_text()
        context.close()

    def test_on_a_phone_nothing_scrolls_sideways(self):
        Placement.objects.create(slot=1, article=self.editions[3].article)
        Alert.objects.create(text="Snow " * 30, ends_at=timezone.now() + timedelta(hours=1))
        self.log_in("chief")
        self.page.set_viewport_size({"width": 360, "height": 740})
        for path in (BOARD, f"{BOARD}?section={self.theme.pk}", "/"):
            self.open(path)
            assert self.page.evaluate("document.scrollingElement.scrollWidth") <= 360, path


@pytest.mark.browser
class BoardAccessibilityTests(BrowserTestCase):
    def test_board_alert_and_section(self):
        editions = [make_edition(section=self.theme, lead_image=self.pictures[0]) for _ in range(7)]
        for slot in (1, 2, 6):
            Placement.objects.create(slot=slot, article=editions[slot].article)
        later = timezone.now() + timedelta(hours=3)
        Placement.objects.create(slot=1, article=editions[0].article, starts_at=later)
        Alert.objects.create(text="Snow closes the pass", link="/latest/", ends_at=later)
        self.lift_policy()
        self.log_in("chief")
        self.check([BOARD, f"{BOARD}?section={self.theme.pk}&at=2001-01-01T00:00", "/", "/business/"])
        self.open(BOARD)
        self.page.get_by_text("Times and words").first.click()
        expect(self.page.get_by_label("Headline here").first).to_be_visible()
        assert self.found() == []
