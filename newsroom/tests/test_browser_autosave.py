"""Typing in a real browser: it is kept, two people see each other, a log-out costs nothing, two texts are merged."""

import re
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from articles.desk import roles
from articles.models import Article, Autosave, Presence
from articles.tests.factories import make_article, make_user
from newsroom.tests.test_browser import PASSWORD, BrowserTestCase, press_key


class AutosaveBrowserTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.article = make_article(headline="The road", body="<p>Begun here.</p>", section=self.theme)

    def write(self, page, words):
        page.locator(".kept[data-state]").wait_for()
        page.locator(".tiptap").click()
        press_key(page, "Control+End")
        page.keyboard.type(words)

    def test_new_article_of_a_closed_tab_is_offered_and_taken_up(self):
        self.log_in("reporter")
        self.open("/admin/articles/article/add/")
        self.page.get_by_label("Headline").fill("Lake at dawn")
        self.write(self.page, "Words of the tab that closes.")
        expect(self.page.locator(".kept")).to_contain_text("Kept on the server", timeout=15_000)
        self.page.close()
        self.page = self.page.context.new_page()
        self.open("/admin/articles/article/add/")
        self.page.get_by_role("link", name="Take it up again").click()
        expect(self.page.locator("#id_headline")).to_have_value("Lake at dawn")
        expect(self.page.locator(".tiptap")).to_contain_text("Words of the tab that closes.")
        self.press("Save draft")
        expect(self.page.locator(".messagelist")).to_contain_text("Saved as version 1")
        assert "Words of the tab" in Article.objects.get(headline="Lake at dawn").body
        assert not Autosave.objects.open().exists()

    def test_log_out_while_writing_costs_nothing(self):
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        self.write(self.page, " More words.")
        Session.objects.all().delete()
        self.page.get_by_role("button", name="Save draft").click()
        dialog = self.page.get_by_role("dialog", name="Log in again to save")
        expect(dialog).to_contain_text("Nothing is lost")
        with self.page.context.expect_page() as opened:
            dialog.get_by_role("link", name="Log in").click()
        tab = opened.value
        tab.get_by_label("Username").fill("chief")
        tab.get_by_label("Password").fill(PASSWORD)
        tab.get_by_role("button", name="Log in").click()
        tab.wait_for_url(re.compile("/admin/articles/article/$"))
        dialog.get_by_role("button", name="Try again").click()
        expect(self.page.locator(".messagelist")).to_contain_text("Saved as version 1", timeout=15_000)
        self.article.refresh_from_db()
        assert "More words." in self.article.body

    def test_everybody_who_is_here_is_named_whole(self):
        seen = timezone.now() - timedelta(minutes=30)
        for number, name in enumerate(("Gulnora Orozova", "Nilufar Daftardova", "Rustam Abdyldaev")):
            first, last = name.split()
            user = make_user(roles.CHIEF_EDITOR, username=f"other-{number}", first_name=first, last_name=last)
            Presence.objects.create(article=self.article, user=user, window=f"other-{number}", seen_at=seen)
        self.log_in("chief")
        for width in (390, 1366):
            self.page.set_viewport_size({"width": width, "height": 800})
            self.open(self.article.get_absolute_url())
            people = self.page.locator(".here-list li")
            expect(people).to_have_count(3)
            self.page.locator(".kept[data-state]").wait_for()
            expect(people.first).to_contain_text("last heard of")
            cut = people.evaluate_all(
                """(all) => all.filter((one) => {
                  const [box, list] = [one, one.parentElement].map((part) => part.getBoundingClientRect());
                  return box.right > list.right + 1 || box.bottom > list.bottom + 1 || list.right > innerWidth;
                }).map((one) => one.textContent)"""
            )
            assert cut == [], width

    def test_two_people_see_each_other_and_merge_with_one_click(self):
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        other = self.other_person()
        other.locator("#id_headline").fill("Their road")
        other.get_by_role("button", name="Save draft").click()
        expect(other.locator(".messagelist")).to_contain_text("version 1")
        expect(self.page.locator(".here-list")).to_contain_text("other-chief", timeout=15_000)
        expect(self.page.locator(".here-newer")).to_contain_text("Version 1 was saved meanwhile", timeout=15_000)
        self.write(self.page, " My words.")
        self.page.get_by_role("button", name="Save draft").click()
        expect(self.page.get_by_role("heading", name="Two texts of one article")).to_be_visible(timeout=15_000)
        self.page.get_by_role("button", name="Merge").click()
        expect(self.page.locator(".messagelist")).to_contain_text("Saved as version 2", timeout=15_000)
        self.article.refresh_from_db()
        assert (self.article.headline, self.article.body) == ("Their road", "<p>Begun here. My words.</p>")

    def other_person(self):
        user = make_user(roles.CHIEF_EDITOR, username="other-chief")
        user.set_password(PASSWORD)
        user.save()
        context = self.page.context.browser.new_context()
        self.addCleanup(context.close)
        page = context.new_page()
        page.goto(f"{self.live_server_url}/admin/login/?next={self.article.get_absolute_url()}")
        page.get_by_label("Username").fill("other-chief")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.locator(".kept[data-state]").wait_for()
        return page
