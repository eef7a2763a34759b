"""What a reader's page can do with scripts: play, enlarge, share, grow; suggestions while one types in a search."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from articles.models import FlatPage
from articles.tests.factories import make_edition
from newsroom.tests import test_browser

PLAYER = "https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1"


class ArticleTests(test_browser.BrowserTestCase):
    def setUp(self):
        super().setUp()
        figures = "".join(f'<figure data-image="{picture.pk}"></figure>' for picture in self.pictures)
        self.edition = make_edition(
            headline="Beside the lake",
            section=self.theme,
            lead_image=self.pictures[0],
            body=f"<p>It begins.</p><h2>A subhead</h2>{figures}<p>It ends.</p>"
            '<figure data-embed="https://youtu.be/abcdefghijk"><figcaption>A film</figcaption></figure>',
        )
        self.asked = []
        self.page.route("https://**", lambda route: (self.asked.append(route.request.url), route.abort()))
        self.open(self.edition.path)

    def test_video_plays_in_its_place_and_nobody_is_asked_before(self):
        assert self.asked == []
        with self.page.expect_request(PLAYER):
            self.page.get_by_role("link", name="A film").click()
        frame = self.page.locator(".embed iframe")
        expect(frame).to_have_attribute("src", PLAYER)
        assert frame.bounding_box()["width"] > 300
        self.troubles.clear()  # the network is cut off

    def test_picture_grows_to_the_window_and_back(self):
        self.page.locator(".body a.zoom").first.click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog.locator("img")).to_be_visible()
        self.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        self.page.locator(".lead-picture a.zoom").focus()
        self.page.keyboard.press("Enter")
        dialog.get_by_role("button", name="Close the picture").click()
        expect(dialog).to_have_count(0)
        expect(self.page.locator(".lead-picture a.zoom")).to_be_focused()

    def test_large_view_says_what_is_seen_and_leads_on(self):
        self.page.locator(".lead-picture a.zoom").click()
        dialog = self.page.get_by_role("dialog", name="Enlarged picture")
        caption, first = dialog.locator("p"), dialog.locator("img").get_attribute("src")
        expect(caption).to_contain_text("1 / 3")
        expect(caption).to_contain_text(self.pictures[0].credit)
        dialog.get_by_role("button", name="Next picture").click()
        expect(caption).to_contain_text("2 / 3")
        self.page.keyboard.press("ArrowRight")
        expect(caption).to_contain_text("3 / 3")
        assert dialog.locator("img").get_attribute("src") != first
        dialog.get_by_role("button", name="Previous picture").click()
        self.page.keyboard.press("ArrowLeft")
        expect(caption).to_contain_text("1 / 3")

    def test_series_has_arrows_and_a_count_where_it_does_not_fit(self):
        self.page.set_viewport_size({"width": 390, "height": 800})
        self.page.reload()
        bar = self.page.locator(".series-bar")
        expect(bar).to_contain_text("1 / 2")
        bar.get_by_role("button", name="Next picture").click()
        expect(bar).to_contain_text("2 / 2")
        self.page.locator(".series").focus()
        self.page.keyboard.press("ArrowLeft")
        expect(bar).to_contain_text("1 / 2")

    def swipe(self, box, *, by, down=0, fingers=1):
        """Move fingers over a box, as a touch screen reports it."""
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        screen = self.page.context.new_cdp_session(self.page)

        def send(kind, part):
            points = [{"x": x - by / 2 + by * part, "y": y + 40 * n + down * part} for n in range(fingers)]
            screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points if kind != "touchEnd" else []})

        send("touchStart", 0)
        for part in range(1, 6):
            send("touchMove", part / 5)
            self.page.wait_for_timeout(20)  # a jump is no movement
        send("touchEnd", 1)
        screen.detach()

    def test_fingers_turn_the_large_pictures(self):
        self.page.set_viewport_size({"width": 390, "height": 800})
        self.page.locator(".lead-picture a.zoom").click()
        dialog = self.page.get_by_role("dialog")
        caption, box = dialog.locator("p"), dialog.bounding_box()
        expect(caption).to_contain_text("1 / 3")
        for by, shown in ((-200, "2 / 3"), (-200, "3 / 3"), (-200, "1 / 3"), (200, "3 / 3"), (200, "2 / 3")):
            self.swipe(box, by=by)
            expect(caption).to_contain_text(shown)
        for slip in ({"by": -30}, {"by": -80, "down": 200}, {"by": -200, "fingers": 2}):
            self.swipe(box, **slip)
            expect(caption).to_contain_text("2 / 3")
        assert self.page.evaluate("getComputedStyle(document.querySelector('.zoomed')).touchAction") == "pinch-zoom"

    def test_fingers_move_a_series_as_its_arrows_and_keys_do(self):
        self.page.set_viewport_size({"width": 390, "height": 800})
        self.page.reload()
        series, bar = self.page.locator(".series"), self.page.locator(".series-bar")
        series.scroll_into_view_if_needed()
        expect(bar).to_contain_text("1 / 2")
        for way, shown in ((-200, "2 / 2"), (200, "1 / 2")):
            self.swipe(series.bounding_box(), by=way)
            expect(bar).to_contain_text(shown)

    def test_heading_is_named_by_its_words_and_its_link_is_no_stop(self):
        heading = self.page.get_by_role("heading", name="A subhead", exact=True)
        heading.hover()
        expect(heading.locator(".place")).to_have_count(1)
        expect(self.page.get_by_role("heading", name="A subhead", exact=True)).to_have_count(1)
        stops = "[...document.querySelectorAll('.body .place')].filter((link) => link.tabIndex >= 0).length"
        assert self.page.evaluate(stops) == 0

    def test_fresh_times_are_words_of_the_readers_clock(self):
        fresh = make_edition(headline="Fresh", section=self.theme, live_from=timezone.now() - timedelta(minutes=12))
        self.open(fresh.path)
        time = self.page.locator(".times time").first
        expect(time).to_have_text(re.compile(r"^1[23] minutes ago$"))
        expect(time).to_have_attribute("title", re.compile(r"^\d{1,2} \w+ \d{4}.* \d\d:\d\d$"))
        self.open(self.edition.path)
        expect(self.page.locator(".times time").first).to_have_text(re.compile(r"^\d{1,2} \w+ \d{4}, \d\d:\d\d$"))

    def test_pictures_in_a_row_are_a_series(self):
        assert self.page.get_by_role("group", name="A series of 2 pictures").locator("img").count() == 2

    def test_size_of_the_text_is_kept_in_the_browser(self):
        size = "parseFloat(getComputedStyle(document.querySelector('.body')).fontSize)"
        before = self.page.evaluate(size)
        self.page.get_by_role("button", name="Larger text").click()
        larger = self.page.evaluate(size)
        assert larger > before
        self.page.reload()
        assert self.page.evaluate(size) == larger
        assert self.page.context.cookies() == []

    def test_address_is_copied_and_paragraphs_have_their_own(self):
        self.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page.get_by_role("button", name="Copy link").click()
        expect(self.page.get_by_role("button", name="Link copied")).to_be_visible()
        assert self.page.evaluate("navigator.clipboard.readText()") == self.live_server_url + self.edition.path
        paragraph = self.page.get_by_text("It ends.")
        paragraph.hover()
        mark = paragraph.locator(".place")
        mark.click()
        place = self.page.evaluate("location.hash.slice(1)")
        assert self.page.evaluate(f"document.getElementById('{place}').textContent").startswith("It ends.")


class SearchTests(test_browser.BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.edition = make_edition(headline="The railway to Kashgar", section=self.theme)
        make_edition(headline="Another railway", section=self.theme)
        FlatPage.objects.create(title="About", slug="about", body="<p>Who we are.</p>")

    def test_suggestion_is_chosen_by_keyboard(self):
        self.open("/search/")
        field = self.page.locator(".search").get_by_role("searchbox")
        field.click()
        field = self.page.locator(".search").get_by_role("combobox")
        expect(field).to_be_visible()  # it is one as soon as the script for it has come
        self.page.keyboard.type("rail")
        options = self.page.locator(".search").get_by_role("option")
        expect(options).to_have_count(2)
        self.page.keyboard.press("ArrowUp")
        expect(options.nth(1)).to_have_attribute("aria-selected", "true")
        self.page.keyboard.press("ArrowUp")
        self.page.keyboard.press("Escape")
        expect(options.first).to_be_hidden()
        expect(field).to_have_value("rail")
        self.page.keyboard.type("way to")
        expect(options).to_have_count(1)
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="The railway to Kashgar")).to_be_visible()

    def test_search_is_a_plain_form_without_script(self):
        context = self.page.context.browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(self.live_server_url + "/search/")
        page.locator(".search").get_by_role("searchbox").fill("railwey")
        page.locator(".search").get_by_role("button").click()
        expect(page.get_by_role("heading", name="2 results for “railway”")).to_be_visible()
        context.close()

    def test_footer_leads_to_the_papers_own_pages(self):
        self.open("/")
        self.page.get_by_role("contentinfo").get_by_role("link", name="About").click()
        expect(self.page.get_by_role("heading", name="About")).to_be_visible()
        expect(self.page.get_by_text("Who we are.")).to_be_visible()
