"""What somebody types becomes what printers set, and an address on a line of its own what it leads to."""

from playwright.sync_api import expect

from articles.models import Article
from articles.tests.factories import make_article
from newsroom.tests.test_browser import CURSOR_HEARD, BrowserTestCase

TYPED = {  # by language: what is typed, and the paragraph that stands there
    "en": [
        ('"No," he said.', "“No,” he said."),
        ('He said: "She wrote "go" to me"', "He said: “She wrote ‘go’ to me”"),
        ("Don't, said the '90s", "Don’t, said the ‘90s"),
        ("the ministers' plan", "the ministers’ plan"),
        ("He came - late", "He came – late"),
        ("He came--late", "He came–late"),
        ("well-known 2025-12-08 -5", "well-known 2025-12-08 -5"),
        ("Wait...", "Wait…"),
        ('("so")', "(“so”)"),
        ('5 <6 & "7"', "5 &lt;6 &amp; “7”"),
    ],
    "ru": [
        ('Он сказал: "Нет"', "Он сказал: «Нет»"),
        ('Газета "Труд "и" быт"', "Газета «Труд „и“ быт»"),
        ("Он - врач", "Он — врач"),
    ],
    "ky": [('"Жок" деди', "«Жок» деди")],
    "uz": [("O'zbekiston e'lon qildi", "Oʻzbekiston eʼlon qildi"), ('"Yoʻq" dedi', "“Yoʻq” dedi")],
    "tk": [('"Ýok" diýdi - ol', "“Ýok” diýdi – ol")],
}


class TypingTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.log_in("chief")

    def start(self, **fields):
        article = make_article(**{"section": self.theme, "body": "<p></p>"} | fields)
        self.open(article.get_absolute_url())
        self.text = self.page.locator(".prose-editor .tiptap")
        self.text.click()
        self.page.evaluate(CURSOR_HEARD)
        return article

    def body(self):
        return self.page.locator("[name=body]").input_value()

    def test_quotation_marks_dashes_and_apostrophes_are_set_by_the_article_s_language(self):
        for language, lines in TYPED.items():
            self.start(language=language)
            self.page.keyboard.type("\n".join(typed for typed, _set in lines))
            with self.subTest(language):
                assert self.body() == "".join(f"<p>{line}</p>" for _typed, line in lines)

    def test_backspace_gives_back_what_was_typed(self):
        self.start()
        self.page.keyboard.type("He said: ")
        for typed, after in (('"', '"'), ("'", "'"), ("...", "..."), (" --", "--")):
            self.page.keyboard.type(typed)
            self.page.keyboard.press("Backspace")
            assert self.body().endswith(f"{after}</p>"), (typed, self.body())
            self.page.keyboard.type(" ")

    def test_bold_words_before_a_mark_stay_bold(self):
        self.start(body="<p>A <strong>bold</strong> word</p>")
        self.press_key("Control+End")
        self.page.keyboard.type(' "here"')
        assert self.body() == "<p>A <strong>bold</strong> word “here”</p>"

    def test_lists_headings_and_addresses_come_by_typing_them(self):
        self.start()
        self.page.keyboard.type("1. One\nTwo\n\n- Three\n\nSee https://example.org/page and Akorda.kz, www.kg too.")
        assert self.body() == (
            "<ol><li><p>One</p></li><li><p>Two</p></li></ol><ul><li><p>Three</p></li></ul>"
            '<p>See <a href="https://example.org/page">https://example.org/page</a> and Akorda.kz, www.kg too.</p>'
        )

    def paste(self, text):
        self.text.evaluate(
            """(text, words) => {
              const data = new DataTransfer();
              data.setData("text/plain", words);
              text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
            }""",
            text,
        )

    def test_address_pasted_on_a_line_of_its_own_becomes_what_it_leads_to(self):
        article = self.start()
        self.paste("https://t.me/akipress/12345")
        expect(self.page.locator(".editor-video")).to_have_text("Telegram: https://t.me/akipress/12345")
        self.page.get_by_role("button", name="Choose a picture to stand before it").click()
        self.page.get_by_role("dialog").get_by_text("Lake at dawn").first.click()
        expect(self.page.locator(".editor-figure img")).to_be_visible()
        figure = f'<figure data-embed="https://t.me/akipress/12345" data-poster="{self.pictures[0].pk}">'
        assert figure in self.body()
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+s")
        article.refresh_from_db()
        assert figure in article.body

    def test_address_within_a_sentence_or_of_an_unknown_site_stays_an_address(self):
        self.start()
        self.paste("https://example.org/")
        self.page.keyboard.type(" and ")
        self.paste("https://t.me/akipress/12345")
        self.page.wait_for_timeout(500)
        assert "<figure" not in self.body()
        assert "https://t.me/akipress/12345" in self.body()

    def test_dialog_says_what_can_not_be_shown_and_takes_what_can(self):
        self.start()
        self.page.get_by_role("button", name="Video, post, chart or map").click()
        dialog = self.page.get_by_role("dialog")
        for typed, words in (
            ("", "This is no address of a page."),
            ("nonsense", "This is no address of a page."),
            ("https://example.org/", "Nothing can be shown from example.org here"),
        ):
            dialog.get_by_role("textbox").fill(typed)
            self.page.keyboard.press("Enter")
            expect(dialog.get_by_role("alert")).to_contain_text(words)
        dialog.get_by_role("textbox").fill("youtu.be/dQw4w9WgXcQ")
        self.page.keyboard.press("Enter")
        expect(dialog).to_have_count(0)
        assert '<figure data-embed="https://youtu.be/dQw4w9WgXcQ">' in self.body()
        assert not Article.objects.filter(body__contains="figure").exists()
