"""Two pictures that come to stand together in the editor are a series only when somebody asks for one."""

import re

from playwright.sync_api import expect

from articles.public import rendering
from articles.tests.factories import make_article
from newsroom.tests.test_browser import BrowserTestCase

JOIN = "One series with the picture above"


class SeriesTests(BrowserTestCase):
    def begin(self, body):
        self.log_in("chief")
        self.lake, self.road = (
            f'<figure data-image="{picture.pk}"><figcaption></figcaption></figure>' for picture in self.pictures
        )
        body = body.format(lake=self.lake, road=self.road)
        self.article = make_article(section=self.theme, body=body)
        self.open(self.article.get_absolute_url())
        self.figures = self.page.locator(".tiptap figure")
        self.key = self.press_key

    def body(self):
        return self.page.locator("[name=body]").input_value()

    def expect_in_body(self, html):
        """The field gets the text a moment after the editor shows it."""
        expect(self.page.locator("[name=body]")).to_have_value(re.compile(re.escape(html)))

    def expect_series(self, count):
        """So many pictures stand together for readers, and the editor says the same."""
        expect(self.page.locator(".tiptap figure[data-series]")).to_have_count(max(count - 1, 0))
        assert rendering.body(self.body()).count('<div class="series') == (1 if count else 0)

    def from_library(self, *titles):
        self.page.get_by_role("button", name="Picture from the library").first.click()
        picker = self.page.get_by_role("dialog", name="Picture from the library")
        if len(titles) > 1:
            picker.get_by_role("button", name="Choose several").click()
        for title in titles:
            picker.get_by_role("button", name=title).click()
        if len(titles) > 1:
            picker.get_by_role("button", name=re.compile("^Put ")).click()
        expect(picker).to_have_count(0)

    def select(self, number):
        self.figures.nth(number).locator("figcaption").click()
        self.key("Home")
        self.key("Backspace")  # at the start of a caption it selects the block

    def test_put_in_one_after_the_other(self):
        self.begin("<p>First.</p><p>Last.</p>")
        self.page.locator(".tiptap p").first.click()
        self.from_library("Lake at dawn")
        self.from_library("Mountain road")
        expect(self.figures).to_have_count(2)
        self.expect_series(0)

    def test_put_in_below_an_empty_line(self):
        self.begin("<p>First.</p>{lake}<p></p><p>Last.</p>")
        self.page.locator(".tiptap > p").nth(1).click()
        self.from_library("Mountain road")
        expect(self.figures).to_have_count(2)
        self.key("ArrowUp")
        self.expect_series(0)

    def test_chosen_several_at_once(self):
        self.begin("<p>First.</p>{lake}<p>Last.</p>")
        self.page.locator(".tiptap figcaption").click()
        self.from_library("Mountain road", "Lake at dawn")
        expect(self.figures).to_have_count(3)
        self.expect_series(2)  # and none with the one that was there

    def test_moved_by_cutting_and_pasting(self):
        self.begin("<p>First.</p>{lake}<p>Middle.</p>{road}<p>Last.</p>")
        self.select(1)
        self.key("Control+x")
        expect(self.figures).to_have_count(1)
        self.page.locator(".tiptap p", has_text="Middle").click()
        self.key("Home")
        self.key("Control+v")
        expect(self.figures).to_have_count(2)
        self.expect_in_body(self.lake + self.road[:20])
        self.expect_series(0)

    def test_words_between_taken_out_and_put_back(self):
        self.begin("<p>First.</p>{lake}<p>Middle.</p>{road}<p>Last.</p>")
        self.page.locator(".tiptap p", has_text="Middle").click()
        self.key("Home")
        self.key("Shift+End")
        self.key("Delete")
        self.expect_series(0)
        self.key("Backspace")
        self.expect_series(0)
        for _step in range(4):
            self.key("Control+z")
        self.expect_in_body("Middle.")
        assert "data-apart" not in self.body()

    def test_series_stays_one_while_it_is_worked_on(self):
        self.begin("<p>First.</p>{lake}{road}<p>Last.</p>")
        assert self.page.locator(".tiptap figure[data-series]").count() == 1
        self.page.locator(".tiptap figcaption").nth(1).click()
        self.page.keyboard.type("The road")
        self.expect_series(2)
        self.select(1)
        self.key("Control+c")
        self.key("Control+x")
        expect(self.figures).to_have_count(1)
        self.key("Control+z")
        expect(self.figures).to_have_count(2)
        self.expect_series(2)
        self.key("Control+a")
        self.key("Control+c")
        self.key("Control+v")
        self.expect_series(2)

    def test_button_joins_and_parts_and_what_is_saved_is_read_again(self):
        self.begin("<p>First.</p>{lake}{road}<p>Last.</p>")
        assert self.figures.nth(0).get_by_role("button", name=JOIN).count() == 0
        join = self.figures.nth(1).get_by_role("button", name=JOIN)
        expect(join).to_have_attribute("aria-pressed", "true")
        join.click()
        expect(join).to_have_attribute("aria-pressed", "false")
        self.expect_series(0)
        with self.page.expect_navigation():
            self.key("Control+s")
        expect(join).to_have_attribute("aria-pressed", "false")
        self.expect_series(0)
        join.click()
        self.expect_series(2)

    def test_another_picture_in_the_place_of_one_changes_nothing_of_that(self):
        for apart, count in ((" data-apart", 0), ("", 2)):
            road = "{road}".replace("{road}", f'<figure data-image="{self.pictures[1].pk}"{apart}></figure>')
            self.begin("<p>First.</p>{lake}" + road + "<p>Last.</p>")
            self.figures.nth(1).get_by_role("button", name="Choose another picture").click()
            self.page.get_by_role("dialog").get_by_role("button", name="Lake at dawn").click()
            self.expect_series(count)
