"""Text from other programs, in the shapes their clipboards really have, pasted into the body and saved.

Each file in ``clipboards/`` (HTML, or plain text) stands beside one with what becomes of it.
"""

from pathlib import Path

from playwright.sync_api import expect

from articles.markup import clean
from articles.models import Article
from articles.tests.factories import make_article
from newsroom.tests.test_browser import BrowserTestCase

FOLDER = Path(__file__).with_name("clipboards")
CLIPBOARDS = sorted(path for path in FOLDER.iterdir() if path.suffix != ".becomes")
PASTE = """([html, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  if (html) data.setData("text/html", html);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector(".tiptap").dispatchEvent(event);
}"""


class PasteTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.log_in("chief")
        self.article = make_article(section=self.theme, body="")
        self.open(self.article.get_absolute_url())

    def empty(self):
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")

    def shown(self):
        """The body as the form would send it."""
        return self.page.locator("[name=body]").input_value()

    def paste(self, clipboard):
        content = clipboard.read_bytes().decode()
        self.page.evaluate(PASTE, [content, ""] if clipboard.suffix == ".html" else ["", content])

    def test_each_clipboard_becomes_clean(self):
        assert len(CLIPBOARDS) == 60
        self.page.locator(".tiptap").click()
        for clipboard in CLIPBOARDS:
            with self.subTest(clipboard.stem):
                self.empty()
                self.paste(clipboard)
                expected = clipboard.with_suffix(".becomes").read_text().replace("\n", "")
                assert self.shown() == expected == clean(expected)

    def test_what_the_editor_gives_is_pasted_as_it_is(self):
        self.page.locator(".tiptap").click()
        for clipboard in CLIPBOARDS:
            with self.subTest(clipboard.stem):
                expected = clipboard.with_suffix(".becomes").read_text().replace("\n", "")
                self.empty()
                self.page.evaluate(PASTE, [expected, ""])
                assert self.shown() == expected.replace("\u00ad", "")
                self.empty()
                self.paste(clipboard)
                first = self.shown()
                self.page.keyboard.press("Control+a")
                self.page.keyboard.press("Control+c")
                self.page.keyboard.press("Control+v")
                assert self.shown() == first

    def test_what_was_left_out_is_told(self):
        self.page.locator(".tiptap").click()
        for name, words in (
            ("word-tracked-changes", "deleted text (“did not ever”, “, never”, “A whole paragraph that went.” …)"),
            ("word-comments", "comments (“Which one?”), now under Notes"),
            ("word-hidden", "hidden text"),
            ("web-news-page", "pictures: save them as files and drop them into the text"),
            ("web-news-page", "what other sites show in a frame (ads.example.com)"),
        ):
            with self.subTest(name):
                self.empty()
                self.paste(FOLDER / f"{name}.html")
                expect(self.page.locator(".editor-note")).to_contain_text(words)
        assert self.page.locator("[name=desk_note]").input_value() == "Which one?"
        self.empty()
        self.paste(FOLDER / "word-paragraphs.html")
        expect(self.page.locator(".editor-note")).to_have_text("")

    def test_what_is_saved_is_what_is_shown(self):
        self.page.locator(".tiptap").click()
        for clipboard in CLIPBOARDS:
            self.paste(clipboard)
            self.page.keyboard.press("Control+End")
            self.page.keyboard.press("Enter")
        shown = self.shown()
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+s")
        saved = Article.objects.get(pk=self.article.pk).body
        assert saved == shown
        assert "It snows since" in saved
        self.open(self.article.get_absolute_url())
        assert self.shown() == saved
