"""Rows of corrections in the browser: each new one begins with today, and none that was left so is sent as one."""

from django.utils import timezone
from playwright.sync_api import expect

from articles.models import SiteSettings
from articles.tests.factories import make_edition
from newsroom.tests.test_browser import BrowserTestCase


class CorrectionRowsTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.article = make_edition(headline="The road", section=self.theme).article
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        self.page.locator("summary", has_text="Corrections").first.click()
        self.rows = self.page.locator(".correction-row")
        self.add = self.page.get_by_role("button", name="Add a correction")

    def expect_day(self, row, day=None):
        today = timezone.localdate(timezone=SiteSettings.current().zone)  # the paper's, wherever the tests run
        expect(row.locator("[type=date]")).to_have_value(day or today.isoformat())

    def write(self, row, text):
        row.locator("textarea").fill(text)

    def save(self):
        self.page.keyboard.press("Control+s")
        expect(self.page.locator(".messagelist")).to_contain_text("aved")
        self.article.refresh_from_db()
        return [row["text"] for row in self.article.dated_corrections]

    def test_every_way_to_a_new_row_begins_with_today(self):
        for row in (self.rows.nth(0), self.rows.nth(1)):
            self.expect_day(row)
        self.write(self.rows.nth(0), "One.")
        self.add.click()
        expect(self.rows).to_have_count(2)
        self.write(self.rows.nth(1), "Two.")
        self.rows.nth(1).locator("[type=date]").fill("2025-12-08")
        self.add.click()
        expect(self.rows).to_have_count(3)
        self.expect_day(self.rows.nth(2))
        expect(self.rows.nth(2).get_by_role("button", name="Remove")).to_be_hidden()
        self.rows.nth(0).get_by_role("button", name="Remove").click()
        self.rows.nth(0).get_by_role("button", name="Remove").click()
        expect(self.rows).to_have_count(2)
        self.expect_day(self.rows.nth(0))

    def test_closed_panel_tells_of_corrections_that_are_written_alone(self):
        said = self.page.locator("details:has(.correction-rows) > summary [data-says]").first
        expect(said).to_have_text("")
        self.write(self.rows.nth(0), "One.")
        expect(said).to_have_text("One.")

    def test_rows_left_as_they_were_offered_are_no_corrections(self):
        self.write(self.rows.nth(0), "One.")
        self.add.click()
        self.add.click()
        assert self.save() == ["One."]
