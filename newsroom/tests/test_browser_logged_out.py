"""Every list of the desk that asks the server says of a session that ended that it did, and leads to a log-in."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from articles.tests.factories import make_article, make_edition
from newsroom.tests.test_browser import BrowserTestCase, press_key

ARTICLE = "article"


@dataclass(frozen=True)
class List:
    """Where a list is, how it is asked, and where it says what came of it."""

    page: str
    ask: Callable
    says: str


def palette(page):
    page.keyboard.press("Control+k")
    page.locator("#palette-words").press_sequentially("water")


def button(name):
    return lambda page: (page.locator(".tiptap p").first.click(), page.get_by_role("button", name=name).first.click())


def dialog_of_a_link(page):
    page.locator(".tiptap p").first.click()
    press_key(page, "Control+Shift+ArrowLeft")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog", name="Link").get_by_role("combobox").press_sequentially("water")


def read_also(page):
    button("Read also")(page)
    page.get_by_role("dialog", name="Read also").get_by_role("combobox").press_sequentially("water")


def embed(page):
    button("Video, post, chart or map")(page)
    page.get_by_role("dialog", name="From another site").get_by_role("textbox").fill("https://t.me/a/1")
    page.get_by_role("button", name="OK").click()


def typed(selector):
    return lambda page: page.locator(selector).press_sequentially("water")


def choices(selector):
    def ask(page):
        page.locator(selector).locator(".select2-selection").first.click()
        page.locator(".select2-search__field").last.press_sequentially("wat")

    return ask


LISTS = {
    "palette": List("/admin/", palette, ".palette-said"),
    "link": List(ARTICLE, dialog_of_a_link, ".editor-dialog .editor-refusal"),
    "read also": List(ARTICLE, read_also, ".editor-dialog .picks-said"),
    "read next": List(ARTICLE, typed("#id_related-find"), "#id_related-find-said"),
    "tags": List(ARTICLE, typed(".tag-field input[type=text]"), ".tag-said"),
    "bylines": List(ARTICLE, choices("[data-bylines]"), ".select2-results__message"),
    "library": List(ARTICLE, button("Picture from the library"), ".editor-picker .editor-refusal"),
    "embed": List(ARTICLE, embed, ".editor-dialog .editor-refusal"),
    "rates": List(ARTICLE, button("Exchange rate"), ".editor-dialog .editor-refusal"),
    "charts": List(ARTICLE, button("Chart of rates"), ".editor-dialog .editor-refusal"),
    "alert": List("/admin/articles/alert/add/", typed("#id_link"), ".field-link p[role=status]"),
    "placement": List("/admin/articles/placement/add/", choices(".field-article"), ".select2-results__message"),
}


class LoggedOutTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        make_edition(headline="Water returns", section=self.theme)
        self.article = make_article(section=self.theme, body="<p>As we wrote</p>")

    def begin(self, one):
        self.log_in("chief")
        path = self.article.get_absolute_url() if one.page == ARTICLE else one.page
        self.page.goto(self.live_server_url + path)  # a farewell without an answer keeps the network busy for good
        self.page.evaluate("document.querySelectorAll('#content details').forEach((one) => one.open = true)")
        if one.page == ARTICLE:
            self.page.locator(".kept[data-state]").wait_for()

    def test_each_list_says_so_and_leads_to_a_login_in_a_new_tab(self):
        for name, one in LISTS.items():
            with self.subTest(name):
                self.begin(one)
                Session.objects.all().delete()
                one.ask(self.page)
                said = self.page.locator(one.says, has_text="You are logged out").first
                expect(said).to_be_visible()
                expect(said).not_to_contain_text("does not answer")
                link = said.get_by_role("link", name="Log in, in a new tab")
                expect(link).to_have_attribute("target", "_blank")
                expect(link).to_have_attribute("href", re.compile("^/admin/login/"))

    def test_each_list_says_of_a_server_that_is_away_nothing_about_a_login(self):
        for name, one in LISTS.items():
            with self.subTest(name):
                self.begin(one)
                self.page.route("**/admin/**", lambda route: route.fulfill(status=503))
                one.ask(self.page)
                if name != "tags":  # which are taken as they are typed
                    expect(self.page.locator(one.says).filter(has_text=re.compile(r"\S")).first).to_be_visible()
                expect(self.page.get_by_text("You are logged out")).to_have_count(0)
                self.page.unroute("**/admin/**")
        self.troubles.clear()

    def test_choices_say_so_under_the_field_for_keys_until_somebody_logs_in(self):
        self.begin(LISTS["bylines"])
        Session.objects.all().delete()
        LISTS["bylines"].ask(self.page)
        expect(self.page.locator(".select2-results__message")).to_contain_text("You are logged out")
        self.page.keyboard.press("Escape")
        line = self.page.locator(".choices-logged-out")
        expect(line.get_by_role("link")).to_be_visible()
        self.client.force_login(User.objects.get(username="chief"))
        session = {"name": "sessionid", "value": self.client.session.session_key, "url": self.live_server_url}
        self.page.context.add_cookies([session])
        LISTS["bylines"].ask(self.page)
        expect(line).to_have_count(0)
