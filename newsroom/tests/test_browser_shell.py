"""The shell of the desk in a real browser: at every width, by keyboard, without scripts, on a phone."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles.desk import roles, workflow
from articles.models import Article
from articles.tests.factories import make_article, make_author, make_edition, make_user
from newsroom.tests.test_browser import PASSWORD, AxeTestCase, BrowserTestCase
from tickers.tests.factories import make_pair, make_rate

LIST = reverse("admin:articles_article_changelist")
WIDTHS = (360, 390, 768, 1000, 1024, 1366, 1920)
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
WITHIN = """() => {
  const rows = [...document.querySelectorAll("#result_list tbody tr")].map((row) => row.getBoundingClientRect());
  return rows.filter((row) => row.top >= 0 && row.bottom <= innerHeight).length;
}"""
LONG = (
    "A headline that goes on for so long that no line of any list can hold all of it, whatever the width of the screen"
)


class ShellTestCase(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.root = make_user(roles.ADMINISTRATOR, username="root", is_superuser=True)
        self.root.set_password(PASSWORD)
        self.root.save()

    def fill(self, number=20):
        author = make_author(name="Gulnora Oʻrozova")
        for at in range(number):
            make_edition(
                headline=f"{LONG} {at}", section=self.theme, authors=[author], lead_image=self.pictures[at % 2]
            )
        changed = Article.objects.order_by("-pk").first()
        workflow.saved(changed, by=self.root)
        changed.refresh_from_db()
        workflow.schedule(changed, by=self.root, at=timezone.now() + timedelta(hours=5))
        changed.refresh_from_db()
        workflow.saved(changed, by=self.root)
        Article.objects.filter(pk=changed.pk).update(assignee=self.root, due_at=timezone.now() - timedelta(days=1))
        make_article(headline="W" * 150, section=self.theme)
        make_rate(make_pair(), status="held")

    def open_list(self):
        """Without waiting for pictures that are not in sight."""
        self.page.goto(self.live_server_url + LIST)
        expect(self.page.locator("#result_list tbody tr").last).to_be_attached()

    def size(self, width, height=768):
        self.page.set_viewport_size({"width": width, "height": height})


class WidthTests(ShellTestCase):
    def test_twelve_stories_with_all_that_an_editor_asks_are_seen_at_once(self):
        self.fill()
        self.log_in("root")
        self.size(1366)
        self.open_list()
        assert self.page.evaluate(WITHIN) >= 12
        row = self.page.locator("#result_list tbody tr", has_text=f"{LONG} 3").first
        expect(row.locator("img")).to_be_visible()
        expect(row.locator(".authors")).to_have_text("Gulnora Oʻrozova")
        expect(row.locator(".field-section")).to_have_text("Business")
        expect(row.locator(".pill")).to_have_text("live")
        expect(row.locator(".field-published")).to_contain_text("2025")

    @pytest.mark.long
    def test_no_list_and_no_first_page_scrolls_sideways_at_any_width(self):
        self.fill(3)
        self.log_in("root")
        addresses = [reverse("admin:index"), f"{LIST}?q=headline&desk=unpublished&author=gulnora"]
        addresses += [
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            for model in admin.site._registry
        ]
        scrolling = []
        for address in addresses:
            self.page.goto(self.live_server_url + address)
            for width in WIDTHS:
                self.size(width)
                if self.page.evaluate(SCROLLS):
                    scrolling.append((address, width))
        assert not scrolling

    def test_row_has_the_width_at_every_width(self):
        self.log_in("root")
        for width in WIDTHS:
            self.size(width)
            for name in ("Today", "Articles", "Front page"):
                expect(self.page.locator(".desk-row").get_by_role("link", name=name).first).to_be_in_viewport()
            expect(self.page.locator("#user-tools .bell")).to_be_in_viewport()
            assert self.page.locator("#header").evaluate("(head) => head.scrollWidth <= head.clientWidth"), width


class KeyboardTests(ShellTestCase):
    def test_menu_opens_is_walked_and_closes_by_keys(self):
        self.log_in("root")
        menu = self.page.locator(".desk-nav .desk-menu")
        menu.locator("summary").focus()
        self.page.keyboard.press("Enter")
        expect(menu.get_by_role("link", name="Authors")).to_be_visible()
        self.page.keyboard.press("Tab")
        assert menu.evaluate("(menu) => menu.contains(document.activeElement)")
        self.page.keyboard.press("Escape")
        expect(menu.get_by_role("link", name="Authors")).to_be_hidden()
        expect(menu.locator("summary")).to_be_focused()
        self.page.keyboard.press("Enter")
        menu.get_by_role("link", name="Authors").focus()
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="Authors", exact=True, level=1)).to_be_visible()
        expect(self.page.locator(".desk-nav summary")).to_contain_text("you are here")

    def test_filter_is_chosen_and_taken_away_by_keys(self):
        make_article(headline="Waits", section=self.theme, stage="in_review")
        make_article(headline="Draft", section=self.theme)
        self.log_in("root")
        self.open(LIST)
        self.page.locator(".list-filter > summary", has_text="Stage").focus()
        self.page.keyboard.press("Enter")
        self.page.locator(".list-filter a", has_text="in review").focus()
        self.page.keyboard.press("Enter")
        rows = self.page.locator("#result_list tbody tr")
        expect(rows).to_have_count(1)
        self.page.get_by_role("link", name="Without “stage”").focus()
        self.page.keyboard.press("Enter")
        expect(rows).to_have_count(2)

    def test_what_to_do_with_ticked_rows_stands_in_sight_while_there_are_any(self):
        self.fill(20)
        self.log_in("root")
        self.open(LIST)
        actions = self.page.locator("#changelist .actions")
        expect(actions).to_be_hidden()
        self.page.locator(".action-select").first.check()
        expect(actions.get_by_role("button", name="Go")).to_be_in_viewport()
        self.page.locator(".action-select").first.uncheck()
        expect(actions).to_be_hidden()

    def test_focus_is_never_under_what_is_done_with_ticked_rows_and_that_is_seen_whole_on_a_phone(self):
        self.fill(20)
        self.log_in("root")
        for width in (390, 1366):
            self.size(width, 800)
            self.open_list()
            self.page.locator(".action-select").first.check()
            actions = self.page.locator("#changelist .actions")
            right = actions.get_by_role("button", name="Go").evaluate("(one) => one.getBoundingClientRect().right")
            assert right <= width
            link = self.page.locator("#result_list tbody th a").nth(8)
            link.focus()
            low, high = (one.evaluate("(one) => one.getBoundingClientRect().toJSON()") for one in (link, actions))
            assert low["bottom"] <= high["top"], width


class WithoutScriptsTests(ShellTestCase):
    def test_menus_filters_and_actions_work(self):
        make_article(headline="Waits", section=self.theme, stage="in_review")
        make_article(headline="Draft", section=self.theme)
        self.log_in("root")
        cookies = self.page.context.cookies()
        context = self.page.context.browser.new_context(java_script_enabled=False)
        self.addCleanup(context.close)
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(self.live_server_url + LIST)
        page.locator(".list-filter > summary", has_text="Stage").click()
        page.locator(".list-filter a", has_text="in review").click()
        expect(page.locator("#result_list tbody tr")).to_have_count(1)
        page.locator(".action-select").first.check()
        expect(page.locator("#changelist .actions").get_by_role("button", name="Go")).to_be_visible()
        page.locator(".desk-nav summary").click()
        page.get_by_role("link", name="Sections").click()
        expect(page.get_by_role("heading", name="Sections", exact=True, level=1)).to_be_visible()
        page.locator(".desk-person summary").click()
        expect(page.locator(".theme-toggle")).to_be_hidden()
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url("**/logout/")


class PhoneTests(ShellTestCase):
    def test_bar_at_the_foot_leads_everywhere(self):
        self.fill(3)
        self.size(390, 844)
        self.log_in("root")
        bar = self.page.locator(".desk-row")
        top = bar.evaluate("(bar) => bar.getBoundingClientRect().top")
        assert top > 700
        bar.get_by_role("link", name="Articles").click()
        expect(bar.get_by_role("link", name="Articles")).to_have_attribute("aria-current", "page")
        bar.get_by_text("More").click()
        bar.get_by_role("link", name="Calendar").click()
        expect(self.page.get_by_role("heading", name="Calendar")).to_be_visible()
        bar.get_by_text("More").click()
        bar.get_by_role("link", name="Redirects").click()
        expect(self.page.get_by_role("heading", name="Redirects", level=1)).to_be_visible()
        bar.get_by_role("link", name="Write an article").click()
        self.page.wait_for_url("**/article/add/")

    def test_last_row_can_be_scrolled_above_the_bar(self):
        self.fill(20)
        self.size(390, 844)
        self.log_in("root")
        self.open_list()
        self.page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
        bottom = self.page.locator("#result_list tbody tr").last.evaluate("(row) => row.getBoundingClientRect().bottom")
        assert bottom <= self.page.locator(".desk-row").evaluate("(bar) => bar.getBoundingClientRect().top")

    def test_row_is_a_card_that_names_its_facts(self):
        self.fill(3)
        self.size(390, 844)
        self.log_in("root")
        self.open(LIST)
        cell = self.page.locator("#result_list .field-saved").first
        assert "Last change" in cell.evaluate(
            "(cell) => getComputedStyle(cell, '::before').content + cell.dataset.name"
        )


class ShellAxeTests(AxeTestCase):
    """Nothing for axe in the row, its menu, a list with its filters, and the first page."""

    def test_row_menus_list_and_first_page(self):
        make_article(headline="Waits", section=self.theme, stage="in_review")
        self.lift_policy()
        self.log_in("chief")
        self.page.set_viewport_size({"width": 1366, "height": 844})
        self.page.goto(f"{self.live_server_url}{reverse('admin:index')}")
        assert self.found() == []
        self.page.goto(f"{self.live_server_url}{LIST}?kind__exact=news")
        for opened in (".list-filter > summary", ".desk-nav .desk-menu > summary"):
            self.page.locator(opened).first.click()
            assert self.found() == [], opened

    def test_bar_at_the_foot_of_a_phone(self):
        self.lift_policy()
        self.log_in("chief")
        self.page.set_viewport_size({"width": 390, "height": 844})
        self.page.goto(f"{self.live_server_url}{reverse('admin:index')}")
        assert self.found() == []


class IconTests(ShellTestCase):
    def test_buttons_of_the_editor_are_drawn_and_no_font_of_pictures_is_fetched(self):
        fetched = []
        self.page.on("request", lambda request: fetched.append(request.url))
        self.log_in("root")
        self.open("/admin/articles/article/add/")
        buttons = self.page.locator(".prose-menubar .material-icons")
        assert buttons.count() > 5
        words = buttons.evaluate_all(
            "(all) => all.filter((one) => !one.querySelector('svg')).map((one) => one.textContent)"
        )
        assert words == []
        assert not [url for url in fetched if "material-icons" in url and url.endswith("woff2")]
