"""Planning in a real browser, by mouse, keyboard and without a script; and the board on one screen."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from articles.desk import boards
from articles.desk.boards import Placing
from articles.models import Idea
from articles.tests.factories import make_edition
from newsroom.tests.test_browser import BrowserTestCase

CALENDAR, BOARD = "/admin/articles/edition/calendar/", "/admin/articles/placement/board/"


class PlanningTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.log_in("chief")
        self.day = timezone.localdate() + timedelta(days=14)

    def test_empty_hour_is_clicked_and_its_story_written(self):
        self.page.set_viewport_size({"width": 1366, "height": 800})
        self.open(f"{CALENDAR}?day={self.day}&kind=ideas")
        self.page.locator(f'[data-day="{self.day}"][data-hour="10"]').click()
        expect(self.page.get_by_label("Due")).to_have_value(f"{self.day}T10:00")
        self.page.get_by_label("Headline").fill("The dam")
        self.press("Save the idea")
        expect(self.page.locator(".entry.idea")).to_contain_text("The dam")
        expect(self.page.get_by_label("Ideas")).to_be_checked()
        self.page.get_by_role("link", name="The dam", exact=True).click()
        self.press("Write it")
        expect(self.page.locator("#id_headline")).to_have_value("The dam")
        assert not Idea.objects.exists()

    def test_hours_are_reached_by_arrow_keys(self):
        self.page.set_viewport_size({"width": 1366, "height": 800})
        self.open(f"{CALENDAR}?day={self.day}")
        hours = self.page.locator("a.plan")
        assert hours.evaluate_all("all => all.filter((one) => one.tabIndex === 0).length") == 1
        hours.first.focus()
        for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"):
            self.page.keyboard.press(key)
        here = self.page.evaluate("document.activeElement.closest('.cell').dataset.hour")
        assert here == "1"
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_label("Headline")).to_be_visible()

    def test_day_of_a_month_is_a_link_without_a_script(self):
        state = self.page.context.storage_state()
        context = self.page.context.browser.new_context(java_script_enabled=False, storage_state=state)
        page = context.new_page()
        page.goto(f"{self.live_server_url}{CALENDAR}?view=month&day={self.day}")
        page.get_by_role("link", name=f"Plan an article for {self.day:%A} {self.day.day} {self.day:%B}").click()
        assert page.locator("#id_due").input_value() == f"{self.day}T12:00"
        page.locator("#id_headline").fill("Without a script")
        page.get_by_role("button", name="Save the idea").click()
        assert "Without a script" in page.locator(".calendar").inner_text()
        context.close()

    def test_nothing_for_axe_at_any_width(self):
        self.lift_policy()
        self.log_in("chief")
        idea = Idea.objects.create(stage="idea", headline="The dam", section=self.theme)
        paths = [f"{CALENDAR}?day={self.day}", f"{CALENDAR}?view=month&kind=due", "/admin/articles/idea/"]
        paths += ["/admin/articles/idea/add/", idea.get_absolute_url(), "/admin/admin/logentry/", BOARD]
        for width in (390, 1024, 1920):
            self.page.set_viewport_size({"width": width, "height": 800})
            self.check(paths)
            for path in paths:
                self.open(path)
                assert self.page.evaluate("document.scrollingElement.scrollWidth") <= width, (path, width)


class BoardOnOneScreenTests(BrowserTestCase):
    def test_eight_places_are_seen_without_scrolling(self):
        self.log_in("chief")
        chief = User.objects.get(username="chief")
        now = timezone.now()
        editions = [
            make_edition(
                headline=f"Caravan {number} of many that crossed the pass in winter",
                section=self.theme,
                lead_image=self.pictures[0],
                live_from=now - timedelta(hours=number),
            )
            for number in range(1, 13)
        ]
        rows = [Placing(slot, editions[slot].article_id) for slot in range(1, 9)]
        boards.save(None, rows, by=chief, loaded=0, slots=8)
        self.page.set_viewport_size({"width": 1366, "height": 800})
        self.open(BOARD)
        boxes = [self.page.locator(f"#slot-{slot}").bounding_box() for slot in range(1, 9)]
        assert max(box["y"] + box["height"] for box in boxes) <= 800
        columns = [round(box["x"]) for box in boxes]
        assert columns == sorted(columns), "the order of the page, column after column"
        assert len(set(columns)) == 3
        self.page.get_by_label("Places").select_option("6")
        expect(self.page.get_by_text("With as few places this leaves the board")).to_be_visible()
        expect(self.page.locator(".slot")).to_have_count(6)
