"""Footnotes in a real browser: written by keyboard, changed, kept from where they can't stand, and read."""

from playwright.sync_api import expect

from articles.models import Article
from articles.tests.factories import make_article, make_edition
from newsroom.tests.test_browser import CURSOR_HEARD, BrowserTestCase


def note(words):
    return f'<span data-footnote="">{words}</span>'


class WritingTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.log_in("chief")
        body = f"<h2>A heading</h2><p>Trade grew{note('By <em>4</em> per cent.')} last year.</p><p>It goes on.</p>"
        self.article = make_article(section=self.theme, body=body)
        self.open(self.article.get_absolute_url())
        self.text = self.page.locator(".prose-editor .tiptap")
        self.field = self.page.get_by_role("dialog").get_by_role("textbox")

    def settle(self):
        """Until the editor heard where the cursor is."""
        self.page.evaluate(CURSOR_HEARD)

    def body(self):
        return self.page.locator("[name=body]").input_value()

    def test_note_is_written_changed_and_removed_by_keyboard(self):
        before = self.body()
        self.text.focus()
        self.settle()
        self.press_key("Control+End")
        self.page.keyboard.press("ArrowLeft")  # before the full stop
        self.settle()
        self.page.keyboard.press("Control+Alt+f")
        expect(self.field).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("dialog")).to_contain_text("Write the note first.")
        self.page.keyboard.type("As of ")
        self.page.keyboard.press("Control+b")
        self.page.keyboard.type("June")
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.type("see the table")
        self.press_key("Shift+ArrowLeft")
        self.settle()
        self.page.keyboard.press("Control+k")
        expect(self.page.get_by_role("dialog", name="Link")).to_be_visible()
        self.page.keyboard.type("stat.example/3")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("dialog", name="Link")).to_have_count(0)
        self.page.keyboard.press("Enter")
        expect(self.field).to_have_count(0)
        self.page.keyboard.type(", too")
        words = 'As of <strong>June</strong><br><strong>see the tabl</strong><a href="https://stat.example/3"><strong>e</strong></a>'
        written = f"on{note(words)}, too.</p>"
        assert self.body() == before.replace("on.</p>", written)
        expect(self.page.locator(".editor-count")).to_contain_text("10 words")
        self.page.get_by_text("Note: By 4 per cent.").click()
        self.page.keyboard.type(" Or five.")
        self.page.keyboard.press("Enter")
        expect(self.field).to_have_count(0)
        changed = self.body()
        assert changed == before.replace("on.</p>", written).replace("per cent.</span>", "per cent. Or five.</span>")
        self.page.get_by_text("Note: As of June").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        self.page.get_by_text("Note: By 4 per cent.").click()
        self.page.keyboard.press("Escape")
        expect(self.field).to_have_count(0)
        shown = self.body()
        assert shown == changed.replace(note(words), "")
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+s")
        assert Article.objects.get().body == shown

    def test_words_of_a_note_are_not_thrown_away_by_one_key(self):
        self.text.focus()
        self.settle()
        self.press_key("Control+End")
        self.settle()
        self.page.keyboard.press("Control+Alt+f")
        expect(self.field).to_be_focused()
        for words in ("Long", " and longer"):
            self.page.keyboard.type(words)
            self.settle()
            self.page.keyboard.press("Escape")
            expect(self.page.get_by_role("dialog")).to_contain_text("would be lost")
        self.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def test_there_is_no_note_in_a_heading(self):
        self.text.get_by_text("A heading").click()
        expect(self.page.get_by_role("button", name="Footnote")).to_have_attribute("aria-disabled", "true")
        self.page.keyboard.press("Control+Alt+f")
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def test_axe_finds_nothing_in_the_dialog(self):
        self.lift_policy()
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        self.page.get_by_text("Note: By 4 per cent.").click()
        expect(self.page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
        assert not self.found()


class ReadingTests(BrowserTestCase):
    def test_contents_of_a_long_read_lead_to_its_headings_and_are_not_printed(self):
        parts = [f"<h2>Part {n}{note('Why?')}</h2><p>{'On. ' * 600}</p>" for n in range(3)]
        context = self.page.context.browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(self.live_server_url + make_edition(section=self.theme, body="".join(parts)).path)
        page.get_by_text("In this article").first.click()
        page.get_by_role("navigation", name="In this article").get_by_role("link", name="Part 2", exact=True).click()
        expect(page.get_by_role("heading", name="Part 2", exact=True)).to_be_in_viewport()
        page.emulate_media(media="print")
        expect(page.locator(".contents")).to_be_hidden()
        context.close()

    def test_reader_goes_to_the_note_and_back_and_prints_it(self):
        self.lift_policy()
        words = note('By <a href="https://stat.example/">4</a> per cent.')
        body = f"<p>Trade grew{words} last year.</p><p>{'On. ' * 900}</p>"
        edition = make_edition(section=self.theme, body=body)
        self.open(edition.path)
        assert not self.found()
        mark = self.page.get_by_role("link", name="Note 1", exact=True)
        mark.click()
        expect(self.page.locator("#footnote-1")).to_be_in_viewport()
        self.page.get_by_role("link", name="Back to note 1 in the text").click()
        expect(mark).to_be_in_viewport()
        self.page.emulate_media(media="print")
        expect(self.page.locator("#footnote-1")).to_be_visible()
        expect(self.page.locator(".footnote-back")).to_be_hidden()
