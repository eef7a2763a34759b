"""Buttons of the editor that open a dialog open one, however fast they are pressed and however slow the server is."""

import re
import time

from django.utils import timezone
from playwright.sync_api import expect

from articles.tests.factories import make_article
from newsroom.tests.test_browser import BrowserTestCase
from tickers.tests.factories import make_pair, make_rate

TWICE = "(button) => { button.click(); button.click(); }"  # before anything could open
OPEN = "dialog[open]"


class DialogTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        make_rate(make_pair(), timezone.localdate())
        self.log_in("chief")
        picture = self.pictures[0].pk
        body = (
            "<p>First words.</p>"
            f'<figure data-image="{picture}"><figcaption>A lake</figcaption></figure>'
            '<figure data-embed="https://t.me/a/1"><figcaption>A post</figcaption></figure>'
            '<figure data-chart="KGS/USD 3m"><figcaption></figcaption></figure>'
            f'<figure data-read-also="{make_article(section=self.theme).pk}"></figure>'
            "<p>Last.</p>"
        )
        self.article = make_article(section=self.theme, body=body)
        self.open(self.article.get_absolute_url())

    def slowly(self):
        """Have the server think about what the editor asks, as one far away does."""

        def wait(route):
            time.sleep(0.2)
            route.continue_()

        self.page.route(re.compile(r"/(rates-in-texts|picks|picker|look|texts)/"), wait)

    def names(self, selector):
        return self.page.locator(selector).evaluate_all(
            "(all) => all.map((one) => one.title || one.getAttribute('aria-label') || one.textContent)"
        )

    def press(self, button, how):
        self.page.locator(".tiptap p").first.click()
        self.press_key("Home")
        self.press_key("Shift+End")  # a link needs words
        if how == "at once":
            button.evaluate(TWICE)
        else:
            button.dblclick()
        self.page.wait_for_timeout(900)
        count = self.page.locator(OPEN).count()
        while self.page.locator(OPEN).count():
            self.page.keyboard.press("Escape")
            self.page.wait_for_timeout(50)
        return count

    def test_one_dialog_from_every_button_of_the_toolbar_and_of_blocks(self):
        self.slowly()
        found = set()
        for part in (".prose-menubar button", ".tiptap .editor-tools button"):
            for number, name in enumerate(self.names(part)):
                button = self.page.locator(part).nth(number)
                if not button.is_visible() or not button.is_enabled() or name in {"Remove", "Undo", "Redo"}:
                    continue
                for how in ("at once", "double click"):
                    if not button.is_visible():  # of a table that the first press put in
                        continue
                    with self.subTest(name, how=how):
                        count = self.press(button, how)
                        assert count <= 1
                        if count:
                            found.add(name)
        assert len(found) >= 10, found

    def test_button_pressed_last_is_the_one_whose_dialog_opens(self):
        self.slowly()
        self.page.locator(".tiptap p").first.click()
        self.page.evaluate(
            "(names) => names.forEach((name) => document.querySelector(`.prose-menubar [title='${name}']`).click())",
            ["Chart of rates", "Exchange rate", "Video, post, chart or map"],
        )
        self.page.wait_for_timeout(900)
        expect(self.page.locator(OPEN)).to_have_count(1)
        expect(self.page.get_by_role("dialog", name="From another site")).to_be_visible()
