"""Text from other programs, in the shapes their clipboards really have, pasted into the body and saved.

Each file in ``clipboards/`` (HTML, or plain text) stands beside one with what becomes of it.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from articles.body.embeds import Shape
from articles.body.markup import clean
from articles.models import Article, EmbedProvider
from articles.tests.factories import make_article
from newsroom.tests.test_browser import BrowserTestCase

FOLDER = Path(__file__).with_name("clipboards")
CLIPBOARDS = sorted(path for path in FOLDER.iterdir() if path.suffix != ".becomes")
FRAMES = {  # as other sites' pages have them, and what is kept; None is left out
    "https://www.youtube.com/embed/dQw4w9WgXcQ?si=abc": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "//player.vimeo.com/video/123456789": "https://vimeo.com/123456789",
    "https://t.me/akipress/12345?embed=1": "https://t.me/akipress/12345",
    "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fa%2Fb": "https://soundcloud.com/a/b",
    "https://www.openstreetmap.org/export/embed.html?bbox=74,42,75,43": None,
    "https://ads.example.com/banner": None,
}
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
        self.press_key("Control+a")
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
                expect(self.page.locator("[name=body]")).to_have_value(expected)  # frames are asked about first
                assert expected == clean(expected)

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
                expect(self.page.locator("[name=body]")).to_have_value(expected)
                first = self.shown()
                self.press_key("Control+a")
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

    def test_of_frames_those_are_told_that_are_missing_and_no_others(self):
        usual = {"addresses": "https://charts.example/{id}", "frame": "https://frames.example/{id}/"}
        EmbedProvider.objects.create(name="Charts", shape=Shape.GRAPHIC, **usual)
        own = ("https://frames.example/7/", "https://charts.example/7")
        self.page.locator(".tiptap").click()
        for frame, page in (*FRAMES.items(), own):
            with self.subTest(frame):
                self.empty()
                html = f'<p>Before.</p><iframe src="{frame}"></iframe><p>After.</p>'
                self.page.evaluate(PASTE, [html, ""])
                expect(self.page.locator(".tiptap")).to_contain_text("After.")
                note = self.page.locator(".editor-note")
                if page:
                    expect(note).to_have_text("")
                    begins = re.compile(re.escape(f'<p>Before.</p><figure data-embed="{page}">'))
                    expect(self.page.locator("[name=body]")).to_have_value(begins)
                else:
                    expect(note).to_contain_text(urlsplit(frame).hostname)
                    expect(self.page.locator("[name=body]")).to_have_value("<p>Before.</p><p>After.</p>")

    def test_frames_that_nobody_could_be_asked_about_are_told(self):
        usual = {"addresses": "https://charts.example/{id}", "frame": "https://frames.example/{id}/"}
        EmbedProvider.objects.create(name="Charts", shape=Shape.GRAPHIC, **usual)
        self.page.locator(".tiptap").click()
        html = '<p>Before.</p><iframe src="https://frames.example/7/"></iframe><p>After.</p>'
        self.page.route("**/look/?frame=*", lambda route: route.fulfill(status=503))
        self.page.evaluate(PASTE, [html, ""])
        expect(self.page.locator(".editor-note")).to_contain_text("frames.example")
        expect(self.page.locator("[name=body]")).to_have_value("<p>Before.</p><p>After.</p>")
        self.page.unroute("**/look/?frame=*")
        self.empty()
        self.page.evaluate(PASTE, [html, ""])
        expect(self.page.locator(".tiptap figure")).to_have_count(1)
        self.troubles.clear()

    def test_what_is_saved_is_what_is_shown(self):
        self.page.locator(".tiptap").click()
        for clipboard in CLIPBOARDS:
            before = self.shown()
            self.paste(clipboard)
            expect(self.page.locator("[name=body]")).not_to_have_value(before)
            self.press_key("Control+End")
            self.page.keyboard.press("Enter")
        shown = self.shown()
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+s")
        saved = Article.objects.get(pk=self.article.pk).body
        assert saved == shown
        assert "It snows since" in saved
        self.open(self.article.get_absolute_url())
        assert self.shown() == saved
