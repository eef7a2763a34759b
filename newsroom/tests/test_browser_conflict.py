"""Two people rewrote the same paragraphs, in a real browser: those of both are kept, by keyboard and without script."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from articles.desk import revisions
from articles.models import Article
from articles.tests.factories import make_article
from newsroom.tests.test_browser import BrowserTestCase

LAKE = "<p>It came to the lake by noon.</p>"
BASE = f"<p>The caravan left the city at dawn.</p>{LAKE}"
MINE = f"<p>Two lorries are waiting at the border.</p>{LAKE}"
THEIRS = f"<p>Nobody has seen any camels here since spring.</p>{LAKE}"
BOTH = "<p>Nobody has seen any camels here since spring.</p>" + MINE
FOCUSED = "document.activeElement.value"


@pytest.mark.browser
class ConflictTests(BrowserTestCase):
    def begin(self):
        self.article = make_article(headline="The caravan", section=self.theme, body=BASE)
        self.open(self.article.get_absolute_url())

    def they_save(self):
        chief = User.objects.get(username="chief")
        revisions.keep_first(self.article, revisions.snapshot(self.article))
        Article.objects.filter(pk=self.article.pk).update(body=THEIRS)
        revisions.keep_revision(Article.objects.get(pk=self.article.pk), by=chief, note="")

    def rewrite(self):
        self.page.locator(".kept[data-state]").wait_for()
        self.page.locator(".tiptap p").first.click()
        self.press_key("Home")
        self.press_key("Shift+End")
        self.page.keyboard.type("Two lorries are waiting at the border.")

    def stored(self):
        return Article.objects.get(pk=self.article.pk).body

    def test_paragraphs_of_both_are_kept_by_keyboard(self):
        self.log_in("chief")
        self.begin()
        self.they_save()
        self.rewrite()
        self.page.get_by_role("button", name="Save draft").click()
        place = self.page.get_by_role("group", name="Changed by both, 1 of 1")
        expect(place).to_contain_text("since spring")
        expect(place).to_contain_text("at the border")
        place.get_by_label("Theirs", exact=True).focus()
        for _step in range(2):
            self.page.keyboard.press("ArrowDown")
        assert self.page.evaluate(FOCUSED) == "theirs_mine"
        self.page.get_by_role("button", name="Merge: take what each changed").focus()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        expect(self.page.locator(".messagelist")).to_contain_text("Saved as version 2")
        assert self.stored() == BOTH

    def test_paragraphs_of_both_are_kept_without_script(self):
        self.log_in("chief")
        state = self.page.context.storage_state()
        context = self.page.context.browser.new_context(java_script_enabled=False, storage_state=state)
        self.addCleanup(context.close)
        self.page = context.new_page()
        self.begin()
        self.they_save()
        self.page.locator("[name=body]").fill(MINE)
        self.press("Save draft")
        self.page.get_by_label("Both: theirs, then mine").check()
        self.page.get_by_role("button", name="Merge: take what each changed").click()
        expect(self.page.locator(".messagelist")).to_contain_text("Saved as version 2")
        assert self.stored() == BOTH

    def test_axe_finds_nothing_and_nothing_scrolls_sideways_on_a_phone(self):
        self.lift_policy()
        self.log_in("chief")
        self.begin()
        self.they_save()
        self.rewrite()
        self.page.get_by_role("button", name="Save draft").click()
        expect(self.page.get_by_role("group", name="Changed by both, 1 of 1")).to_be_visible()
        assert self.found() == []
        self.page.set_viewport_size({"width": 360, "height": 800})
        assert self.page.evaluate("document.scrollingElement.scrollWidth") <= 360
