"""A colleague comes and another leaves, and a guest gets a byline, each in few clicks; in a real browser."""

import re

from django.contrib.auth.models import User
from django.test import override_settings
from django.urls import reverse
from playwright.sync_api import expect

from articles.desk import roles
from articles.models import Article, Author
from articles.tests.factories import make_article, make_author, make_user
from newsroom.tests.test_browser import PASSWORD, BrowserTestCase

WIDTHS = [360, 1024, 1366, 1920]
NEW = "a-good-long-password"


class PersonTestCase(BrowserTestCase):
    def setUp(self):
        super().setUp()
        roles.make_groups()
        self.clicks = 0

    def click(self, locator):
        self.clicks += 1
        locator.click()

    def looked_at(self):
        """Nothing for axe at any width, in both themes; nothing scrolls sideways."""
        size = self.page.viewport_size
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            assert self.found() == [], width
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width, width
        self.page.set_viewport_size(size)

    def another(self):
        """A browser of somebody else."""
        context = self.page.context.browser.new_context(locale="en-GB", timezone_id="Asia/Bishkek")
        context.set_default_timeout(10_000)
        self.addCleanup(context.close)
        page = context.new_page()
        self.watch(page)
        return page


class ColleagueTests(PersonTestCase):
    def test_new_colleague_with_role_sections_and_byline_in_six_clicks_on_one_screen(self):
        self.log_in("chief")
        self.open(reverse("admin:auth_user_changelist"))
        self.click(self.page.locator(".object-tools a", has_text="Add"))
        self.looked_at()
        self.page.get_by_label("First name").fill("Zarina")
        self.page.get_by_label("Last name").fill("Umarova")
        self.page.get_by_label("Public name").fill("Zarina Umarova")
        self.click(self.page.get_by_label("Section editor", exact=True))
        self.click(self.page.get_by_label("Business", exact=True))
        self.click(self.page.get_by_role("button", name="Add and invite"))
        address = self.page.get_by_label("Address").input_value()
        self.looked_at()
        self.click(self.page.get_by_role("button", name="Copy"))
        assert self.clicks <= 6
        person = User.objects.get(username="zarina-umarova")
        assert roles.roles_of(person) == {roles.SECTION_EDITOR}
        assert roles.section_ids(person) == {self.theme.pk}
        assert person.author.name == "Zarina Umarova"
        self.set_password_and_log_in(address, "zarina-umarova")

    def set_password_and_log_in(self, address, login):
        colleague = self.another()
        colleague.goto(address)
        expect(colleague.get_by_text(login)).to_be_visible()
        colleague.get_by_label("New password").fill("short")
        colleague.get_by_label("The same once more").fill("short")
        colleague.get_by_role("button", name="Set the password").click()
        expect(colleague.get_by_text("at least 10 characters").first).to_be_visible()
        colleague.get_by_label("New password").fill(NEW)
        colleague.get_by_label("The same once more").fill(NEW)
        colleague.get_by_role("button", name="Set the password").click()
        colleague.get_by_role("link", name="Log in").click()
        colleague.get_by_label("Username").fill(login)
        colleague.get_by_label("Password").fill(NEW)
        colleague.get_by_role("button", name="Log in").click()
        expect(colleague.get_by_role("heading", name="The desk")).to_be_visible()
        colleague.goto(address)
        expect(colleague.get_by_role("heading", name="This link leads nowhere any more")).to_be_visible()

    def test_namesake_is_asked_about_and_nothing_typed_is_lost(self):
        make_author(name="Zarina Umarova", slug="zarina")
        self.log_in("chief")
        self.open(reverse("admin:auth_user_add"))
        self.page.get_by_label("First name").fill("Zarina")
        self.page.get_by_label("Public name").fill("Zarina Umarova")
        self.press("Add and invite")
        self.looked_at()
        assert self.page.get_by_label("First name").input_value() == "Zarina"
        self.page.get_by_label(re.compile("/authors/zarina/")).check()
        self.press("Add and invite")
        assert Author.objects.get(slug="zarina").user.username == "zarina"

    def test_who_is_suspended_is_out_at_the_next_click_and_a_colleague_has_the_work(self):
        reporter = User.objects.get(username="reporter")
        make_article(headline="Half a story", section=self.theme, created_by=reporter)
        heir = make_user(roles.REPORTER, username="heir", first_name="Rustam")
        self.log_in("chief")
        at_work = self.another()
        at_work.goto(self.live_server_url + "/admin/")
        at_work.get_by_label("Username").fill("reporter")
        at_work.get_by_label("Password").fill(PASSWORD)
        at_work.get_by_role("button", name="Log in").click()
        expect(at_work.get_by_role("heading", name="The desk")).to_be_visible()
        self.open(reverse("admin:auth_user_change", args=[reporter.pk]))
        self.looked_at()
        self.page.get_by_role("link", name="Suspend …").click()
        expect(self.page.get_by_role("link", name="Half a story")).to_be_visible()
        self.looked_at()
        self.page.get_by_label("Drafts and assignments go to").select_option(label="Rustam")
        self.press("Suspend")
        expect(self.page.locator(".messagelist")).to_contain_text("is suspended")
        self.looked_at()
        at_work.get_by_role("link", name="Calendar").first.click()
        expect(at_work.get_by_role("heading", name="Log in")).to_be_visible()
        assert Article.objects.get(headline="Half a story").assignee == heir
        self.press("Let in again")
        expect(self.page.get_by_text("A password is set.")).to_be_visible()

    def test_sessions_are_ended_from_ones_own_screen(self):
        self.log_in("reporter")
        first = self.page.context.cookies()
        self.page.context.clear_cookies()
        self.log_in("reporter")
        self.page.locator(".desk-person > summary").click()
        self.page.get_by_role("link", name="Profile").click()
        expect(self.page.get_by_text("(here)")).to_be_visible()
        self.looked_at()
        self.press("End all others")
        expect(self.page.locator(".messagelist")).to_contain_text("1 session ended.")
        self.page.context.clear_cookies()
        self.page.context.add_cookies(first)
        self.open("/admin/")
        expect(self.page.get_by_role("heading", name="Log in")).to_be_visible()

    def test_forgotten_password_is_asked_for_where_one_logs_in(self):
        self.open("/admin/login/")
        self.page.get_by_role("link", name="Forgot password?").click()
        expect(self.page.get_by_text("Ask an administrator")).to_be_visible()
        self.looked_at()
        with override_settings(EMAIL_HOST="mail.example.org"):
            self.page.reload()
            self.looked_at()
            self.page.get_by_label("Your mail address").fill("nobody@example.org")
            self.press("Send the link")
        expect(self.page.get_by_role("heading", name="Look into your mail")).to_be_visible()
        self.looked_at()


class GuestTests(PersonTestCase):
    def setUp(self):
        super().setUp()
        self.article = make_article(
            headline="A story", section=self.theme, created_by=User.objects.get(username="reporter")
        )
        self.log_in("reporter")
        self.open(self.article.get_absolute_url())

    def test_guest_byline_in_three_clicks_from_the_storys_screen(self):
        self.click(self.page.locator("[data-panel=bylines] > summary"))
        self.click(self.page.get_by_label("Guest byline"))
        self.page.keyboard.type("Dr Asel Guestova")
        with self.page.expect_navigation():
            self.click(self.page.get_by_role("button", name="Save draft").first)
        assert self.clicks <= 3
        assert self.article.bylines.get().author.is_guest
        assert self.read("/authors/dr-asel-guestova/")[0] == 404

    def test_author_of_that_name_is_offered_in_the_open_panel(self):
        known = make_author(name="Asel Guestova")
        self.page.locator("[data-panel=bylines] > summary").click()
        self.page.get_by_label("Guest byline").fill("asel guestova")
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+s")
        expect(self.page.get_by_text("Who is it?")).to_be_visible()
        self.looked_at()
        self.page.get_by_label(re.compile(r"^\s*Asel Guestova")).check()
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+s")
        assert self.article.bylines.get().author == known
