"""A pull quote in a real browser: its speaker is typed where it stands, by keyboard, and read."""

from playwright.sync_api import expect

from articles.models import Article
from articles.tests.factories import make_article, make_edition
from newsroom.tests.test_browser import BrowserTestCase

OLD = '<aside data-pull-quote="">Old words<br>of two lines</aside>'
SAID = '<aside data-pull-quote=""><p>We walk</p><p data-speaker="name">Айгүл</p>'
SAID += '<p data-speaker="role">a herder</p></aside>'


class WritingTests(BrowserTestCase):
    def start(self, body):
        self.log_in("chief")
        self.article = make_article(section=self.theme, body=body)
        self.open(self.article.get_absolute_url())
        self.text = self.page.locator(".prose-editor .tiptap")
        self.type = self.page.keyboard.type
        self.key = self.press_key

    def body(self):
        return self.page.locator("[name=body]").input_value()

    def save(self):
        with self.page.expect_navigation():
            self.key("Control+s")
        return Article.objects.get().body

    def test_speaker_is_typed_below_the_words_and_left_out_by_enter(self):
        self.start("<p>We walk</p><p>End.</p>")
        self.text.get_by_text("We walk").click()
        self.page.get_by_role("button", name="Pull quote").click()
        self.key("End")
        self.key("Enter")
        self.type("Айгүл")
        self.key("Enter")
        self.type("a herder")
        self.key("Enter")
        self.type("Below.")
        said = f"{SAID}<p>Below.</p><p>End.</p>"
        assert self.body() == said
        expect(self.page.locator(".editor-count")).to_contain_text("7 words")
        assert self.save() == said

    def test_without_a_name_it_is_what_it_was_and_two_enters_leave_it(self):
        self.start("<p>We walk</p>")
        self.text.get_by_text("We walk").click()
        self.page.get_by_role("button", name="Pull quote").click()
        self.key("End")
        self.key("Enter")
        self.key("Enter")
        self.type("On.")
        assert self.body() == '<aside data-pull-quote="">We walk</aside><p>On.</p>'

    def test_stored_quotes_stay_to_the_letter_and_come_apart_again(self):
        self.start(f"<p>Start</p>{OLD}{SAID}<p>End</p>")
        self.text.get_by_text("Start").click()
        self.key("End")
        self.type("ed")
        assert self.body() == f"<p>Started</p>{OLD}{SAID}<p>End</p>"
        self.text.get_by_text("Айгүл").click()
        self.page.get_by_role("button", name="Pull quote").click()
        assert self.body() == f"<p>Started</p>{OLD}<p>We walk</p><p>Айгүл</p><p>a herder</p><p>End</p>"
        self.text.get_by_text("Old words").click(position={"x": 4, "y": 8})  # its first line
        self.key("Home")
        self.key("Backspace")
        assert self.body().startswith("<p>Started</p><p>Old words<br>of two lines</p><p>We walk</p>")

    def test_backspace_goes_from_the_name_to_the_words_and_joins_nothing(self):
        self.start(SAID)
        self.text.get_by_text("Айгүл").click()
        self.key("Home")
        self.key("Backspace")
        self.type("!")
        assert self.body() == SAID.replace("We walk", "We walk!")

    def test_axe_finds_nothing_while_it_is_written(self):
        self.lift_policy()
        self.start(f"{OLD}{SAID}<p>End</p>")
        assert not self.found()


class ReadingTests(BrowserTestCase):
    def test_axe_finds_nothing_and_it_fits_a_phone(self):
        self.lift_policy()
        edition = make_edition(section=self.theme, body=f"<p>{'Text. ' * 40}</p>{SAID}<p>{'Text. ' * 40}</p>")
        self.open(edition.path)
        assert not self.found()
        expect(self.page.get_by_role("figure").get_by_text("a herder")).to_be_visible()
        self.page.set_viewport_size({"width": 320, "height": 800})
        assert self.page.evaluate("document.documentElement.scrollWidth") == 320
