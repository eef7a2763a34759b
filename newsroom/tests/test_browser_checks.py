"""Checks beside the text, and two people on one section, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from articles.models import Section
from articles.tests.factories import make_article
from newsroom.tests.test_browser import RULES, BrowserTestCase


@pytest.mark.browser
class WithAxe(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.page.context.close()  # the policy forbids axe, which is put into the page as a script
        context = self.page.context.browser.new_context(bypass_csp=True, timezone_id="Asia/Bishkek")
        context.set_default_timeout(10_000)
        self.addCleanup(context.close)
        self.page = context.new_page()
        self.watch(self.page)

    def check_with_axe(self):
        for theme in ("light", "dark"):
            self.page.emulate_media(color_scheme=theme)
            self.settle()
            results = Axe().run(self.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
            assert [(item["id"], item["nodes"][0]["html"][:150]) for item in results.response["violations"]] == []


@pytest.mark.browser
class ChecksTests(WithAxe):
    def test_checks_follow_the_typing_and_lead_to_the_place(self):
        article = make_article(headline="A railway", section=self.theme, body="<p>It opens in TKTK, they say.</p>")
        self.log_in("chief")
        self.open(article.get_absolute_url())
        panel = self.page.locator("[data-checks]")
        expect(panel).to_contain_text("“TKTK” is left over")
        panel.get_by_text("“TKTK” is left over").click()
        assert self.page.evaluate("getSelection().toString()") == "TKTK"
        self.page.keyboard.type("May")
        expect(panel).not_to_contain_text("left over")
        panel.get_by_role("link", name="Write a description").press("Enter")
        expect(self.page.locator("#id_seo_description")).to_be_focused()
        self.page.keyboard.type("About the railway.")
        expect(panel).not_to_contain_text("Write a description")
        panel.get_by_role("link", name="Choose a lead picture").press("Enter")
        assert self.page.evaluate("Boolean(document.activeElement.closest('.field-lead_image'))")
        article.refresh_from_db()
        assert "TKTK" in article.body
        self.check_with_axe()


@pytest.mark.browser
class OverwritingTests(WithAxe):
    def test_second_of_two_people_chooses_field_by_field(self):
        address = f"/admin/articles/section/{self.theme.pk}/change/"
        self.log_in("chief")
        self.open(address)
        Section.objects.filter(pk=self.theme.pk).update(name="Trade", description="Their words about it.")
        self.page.get_by_role("textbox", name="Description").fill("My words about it.")
        self.press("Save")
        notice = self.page.locator(".newer-row")
        expect(notice).to_contain_text("Trade")
        expect(notice.locator("mark").first).to_be_visible()
        self.check_with_axe()
        self.page.set_viewport_size({"width": 360, "height": 700})
        assert self.page.evaluate("document.documentElement.scrollWidth") == 360
        self.press("Save with these choices")
        self.theme.refresh_from_db()
        assert (self.theme.name, self.theme.description) == ("Trade", "My words about it.")
