"""Articles picked by hand in a real browser: found by their words, put in order by keyboard, and read."""

from playwright.sync_api import expect

from articles.models import Article
from articles.tests.factories import make_article, make_edition
from newsroom.tests.test_browser import BrowserTestCase


class PicksTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.rails = make_edition(headline="Rails over the pass", section=self.theme)
        self.roads = make_edition(headline="Roads to the lake", section=self.theme)
        self.article = make_article(headline="Where they read on", section=self.theme, body="<p>Begin</p><p>End</p>")
        self.log_in("chief")

    def start(self):
        self.open(self.article.get_absolute_url())
        self.key, self.type = self.page.keyboard.press, self.page.keyboard.type

    def find(self, words, title):
        """Type words and take the first that is found, by keyboard."""
        self.type(words)
        expect(self.page.locator(".found-option[aria-selected=true]:visible")).to_contain_text(title)
        self.key("Enter")

    def stored(self):
        return Article.objects.get(pk=self.article.pk)

    def test_block_is_put_into_the_text_changed_and_read(self):
        self.start()
        self.page.locator(".tiptap").get_by_text("Begin").click()
        self.page.get_by_role("button", name="Read also").click()
        expect(self.page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
        self.find("rails pass", "Rails over the pass")
        self.find("lake", "Roads to the lake")
        self.page.get_by_role("dialog").get_by_role("button", name="Move Roads to the lake up").press("Enter")
        self.page.get_by_role("button", name="OK").click()
        block = self.page.locator(".tiptap .editor-read-also")
        expect(block.locator("li")).to_contain_text(["Roads to the lake", "Rails over the pass"])
        numbers = f"{self.roads.article_id} {self.rails.article_id}"
        kept = f'<p>Begin</p><figure data-read-also="{numbers}"></figure><p>End</p>'
        assert self.page.locator("[name=body]").input_value() == kept
        block.get_by_role("button", name="Change what to read also").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Remove Roads to the lake").click()
        self.page.get_by_role("button", name="OK").click()
        with self.page.expect_navigation():
            self.key("Control+s")
        assert f'data-read-also="{self.rails.article_id}"' in self.stored().body
        self.press("Publish now")
        self.open(self.stored().editions.get().path)
        self.page.locator(".read-also").get_by_role("link", name="Rails over the pass").click()
        expect(self.page).to_have_url(self.live_server_url + self.rails.path)

    def test_read_next_is_picked_in_its_panel_by_keyboard(self):
        self.start()
        panel = self.page.locator("[data-panel=related]")
        panel.locator("summary").press("Enter")
        panel.get_by_role("combobox").focus()
        self.find("roads", "Roads to the lake")
        expect(panel.locator(".picks-list strong")).to_have_text(["Roads to the lake"])
        self.find("rails", "Rails over the pass")
        panel.get_by_role("button", name="Move Rails over the pass up").press("Enter")
        expect(panel.locator(".picks-list strong")).to_have_text(["Rails over the pass", "Roads to the lake"])
        expect(panel.locator(".picks-said")).to_have_text("Rails over the pass is now in place 1 of 2")
        with self.page.expect_navigation():
            self.key("Control+s")
        assert self.stored().related == [self.rails.article_id, self.roads.article_id]
        expect(panel.locator("[data-says]").first).to_contain_text("Rails over the pass · Roads to the lake")
        panel.locator("summary").press("Enter") if panel.get_attribute("open") is None else None
        panel.get_by_role("button", name="Remove Rails over the pass").click()
        with self.page.expect_navigation():
            self.key("Control+s")
        assert self.stored().related == [self.roads.article_id]

    def test_list_of_what_is_found_closes_by_escape_and_alone(self):
        self.start()
        self.page.locator(".tiptap").get_by_text("Begin").click()
        self.page.get_by_role("button", name="Read also").click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog.get_by_role("combobox")).to_be_focused()
        for leave in ("Escape", "Shift+Tab"):
            dialog.get_by_role("combobox").fill("")
            self.type("rails")
            expect(dialog.get_by_role("option")).to_have_count(1)
            self.key(leave)
            expect(dialog.get_by_role("option")).to_have_count(0)
            dialog.get_by_role("combobox").focus()

    def test_address_typed_before_the_list_is_there_stays(self):
        Article.objects.filter(pk=self.article.pk).update(related=[self.roads.article_id])
        held = []
        self.page.route("**/picks/**", lambda route: held.append(route))
        self.page.goto(self.live_server_url + self.article.get_absolute_url())
        panel = self.page.locator("[data-panel=related]")
        panel.locator("summary").click()
        field = panel.locator("textarea")
        field.fill(f"{field.input_value()}\n{self.rails.path}")
        self.page.wait_for_timeout(150)
        assert held
        for route in held:
            route.continue_()
        self.page.wait_for_load_state("networkidle")
        expect(field).to_be_visible()
        assert self.rails.path in field.input_value()

    def test_axe_finds_nothing_and_nothing_is_too_wide(self):
        self.lift_policy()
        body = f'<p>x</p><figure data-read-also="{self.rails.article_id}"></figure><p>y</p>'
        related = [self.roads.article_id, self.rails.article_id]
        edition = make_edition(section=self.theme, body=body, related=related)
        self.check([edition.path])
        self.log_in("chief")
        self.open(edition.article.get_absolute_url())
        self.page.locator("[data-panel=related] summary").click()
        expect(self.page.locator(".picks-list strong")).to_have_count(2)
        assert not self.found()
        self.page.get_by_role("button", name="Change what to read also").click()
        expect(self.page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
        assert not self.found()
        self.page.set_viewport_size({"width": 360, "height": 800})
        assert self.page.evaluate("document.documentElement.scrollWidth") == 360
