"""Claiming, notes, notices and the trash in a real browser, in both themes."""

import re

from django.contrib.auth.models import User
from playwright.sync_api import expect

from articles.desk import roles
from articles.models import Article
from articles.tests.factories import make_article
from newsroom.tests.test_browser import BrowserTestCase


class PeopleTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        roles.make_groups()
        self.article = make_article(
            headline="A pitch", section=self.theme, created_by=User.objects.get(username="chief")
        )

    def test_reporter_claims_a_pitch_and_the_chief_hears_of_a_note(self):
        self.log_in("reporter")
        self.open(self.article.get_absolute_url())
        self.part("notes")
        self.press("Claim it")
        expect(self.page.locator(".messagelist")).to_contain_text("It is yours now.")
        self.page.get_by_label("Note to the desk").fill("The ministry answers tomorrow.")
        self.press("Leave the note")
        self.log_in("chief")
        self.page.get_by_role("link", name="Notices 1 not read").click()
        assert self.found() == []
        self.page.get_by_role("link", name="The ministry answers tomorrow.").click()
        self.part("notes")
        self.page.get_by_role("button", name=re.compile("^Done.*The ministry")).click()
        expect(self.page.get_by_role("button", name=re.compile("^Open again.*The ministry"))).to_be_visible()
        assert self.found() == []

    def test_chief_trashes_from_the_list_and_restores_on_a_phone(self):
        self.page.set_viewport_size({"width": 360, "height": 740})
        self.log_in("chief")
        self.open("/admin/articles/article/")
        self.page.get_by_label("Select this object for an action").check()
        self.page.get_by_label("Action:").select_option(label="Put in the trash …")
        self.press("Go")
        assert self.found() == []
        self.press("Put in the trash")
        expect(self.page.locator(".messagelist")).to_contain_text("Put in the trash: 1 article")
        self.open(self.article.get_absolute_url())
        assert self.found() == []
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 360
        self.press("Restore")
        expect(self.page.locator(".messagelist")).to_contain_text("Restored")
        assert Article.objects.get().trashed_at is None
