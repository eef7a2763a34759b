"""The history of an article in a real browser, by keyboard alone."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import expect

from articles.desk import roles, workflow
from articles.models import Article, Autosave
from articles.tests.factories import make_article
from newsroom.tests.test_browser import BrowserTestCase


@pytest.mark.browser
class HistoryTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        roles.make_groups()
        self.chief = User.objects.get(username="chief")
        self.article = make_article(
            headline="Cold lake", section=self.theme, body="<h2>A day</h2><p>The lake is cold today.</p>"
        )
        workflow.saved(self.article, by=self.chief)
        Autosave.objects.create(article=self.article, user=self.chief, window="w", fields={})
        workflow.publish(self.article, by=self.chief)
        Article.objects.filter(pk=self.article.pk).update(
            headline="Warm lake", body="<h2>A day</h2><p>The lake is warm today.</p>"
        )
        workflow.saved(Article.objects.get(pk=self.article.pk), by=self.chief)
        LogEntry.objects.log_actions(
            self.chief.pk, [self.theme], CHANGE, [{"changed": {"fields": ["Name"], "values": {"Name": ["A", "B"]}}}]
        )

    def press_on(self, locator, key="Enter"):
        """Use what is there by the keyboard alone."""
        locator.focus()
        expect(locator).to_be_focused()
        self.page.keyboard.press(key)
        self.page.wait_for_load_state("networkidle")

    def test_name_filter_compare_and_restore_by_keyboard(self):
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        self.part("history")
        self.press_on(self.page.get_by_role("link", name="All versions, and what readers saw"))
        expect(self.page.get_by_text("1 autosave,")).to_be_visible()

        self.press_on(self.page.locator(".naming summary").last)
        self.page.get_by_label("Name; empty takes it away").last.focus()
        self.page.keyboard.type("As reported")
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".messagelist")).to_contain_text("Version 1 is named “As reported”.")
        self.press_on(self.page.get_by_role("link", name="Named only"))
        expect(self.page.locator(".saves .named")).to_have_count(1)
        self.press_on(self.page.get_by_role("link", name="Without autosaves"))
        expect(self.page.get_by_text("1 autosave,")).to_have_count(0)

        self.press_on(self.page.get_by_label("compare version 1"), "Space")
        self.press_on(self.page.get_by_role("button", name="Compare the chosen"))
        expect(self.page.locator(".compared del").last).to_have_text("cold")
        expect(self.page.locator(".compared ins").last).to_have_text("warm")
        self.press_on(self.page.get_by_role("link", name="Side by side"))
        expect(self.page.locator(".pair").last).to_be_visible()

        self.press_on(self.page.get_by_role("button", name="Restore this one"))
        expect(self.page.locator(".messagelist")).to_contain_text("Restored version 1")
        assert Article.objects.get().headline == "Cold lake"

    def pages(self):
        """Every page of the history, and the audit."""
        compare = reverse("admin:articles_article_compare", args=[self.article.pk])
        newest, first = self.article.revisions.first(), self.article.revisions.last()
        return [
            reverse("admin:articles_article_versions", args=[self.article.pk]),
            f"{compare}?a=r{first.pk}&b=w",
            f"{compare}?a=e{self.article.editions.get().pk}&b=w&view=sides",
            reverse("admin:articles_revision_change", args=[newest.pk]),
            reverse("admin:articles_section_history", args=[self.theme.pk]),
            reverse("admin:admin_logentry_changelist"),
        ]

    def test_pages_keep_to_the_policy_and_fit_a_phone(self):
        self.log_in("chief")
        self.page.set_viewport_size({"width": 360, "height": 800})
        for address in self.pages():
            self.open(address)
            assert self.page.evaluate("document.documentElement.scrollWidth") <= 360, address
