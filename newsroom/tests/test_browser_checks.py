"""Checks beside the text, and two people on one section, in a real browser."""

import pytest
from playwright.sync_api import expect

from articles.models import Section
from articles.tests.factories import make_article
from newsroom.tests.test_browser import BrowserTestCase


@pytest.mark.browser
class ChecksTests(BrowserTestCase):
    def test_checks_follow_the_typing_and_lead_to_the_place(self):
        self.lift_policy()
        article = make_article(headline="A railway", section=self.theme, body="<p>It opens in TKTK, they say.</p>")
        self.log_in("chief")
        self.open(article.get_absolute_url())
        panel = self.page.locator("[data-checks]")
        expect(panel).to_contain_text("“TKTK” is left over")
        self.part("checks")
        panel.get_by_text("“TKTK” is left over").click()
        assert self.page.evaluate("getSelection().toString()") == "TKTK"
        self.page.keyboard.type("May")
        expect(panel).not_to_contain_text("left over")
        panel.get_by_role("link", name="Write a description").press("Enter")
        expect(self.page.locator("#id_seo_description")).to_be_focused()
        self.page.keyboard.type("About the railway.")
        expect(panel).not_to_contain_text("Write a description")
        self.part("checks")
        panel.get_by_role("link", name="Choose a lead picture").press("Enter")
        assert self.page.evaluate("Boolean(document.activeElement.closest('.field-lead_image'))")
        article.refresh_from_db()
        assert "TKTK" in article.body
        assert self.found() == []


@pytest.mark.browser
class OverwritingTests(BrowserTestCase):
    def test_second_of_two_people_chooses_field_by_field(self):
        self.lift_policy()
        address = f"/admin/articles/section/{self.theme.pk}/change/"
        self.log_in("chief")
        self.open(address)
        Section.objects.filter(pk=self.theme.pk).update(name="Trade", description="Their words about it.")
        self.page.get_by_role("textbox", name="Description").fill("My words about it.")
        self.press("Save")
        notice = self.page.locator(".newer-row")
        expect(notice).to_contain_text("Trade")
        expect(notice.locator("mark").first).to_be_visible()
        assert self.found() == []
        self.page.set_viewport_size({"width": 360, "height": 700})
        assert self.page.evaluate("document.documentElement.scrollWidth") == 360
        self.press("Save with these choices")
        self.theme.refresh_from_db()
        assert (self.theme.name, self.theme.description) == ("Trade", "My words about it.")
