"""The palette, the calendar and the words beside time fields in a real browser, by keyboard and by drag."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from articles.desk import workflow
from articles.models import Edition, SiteSettings
from articles.tests.factories import make_article
from newsroom.serving import frame
from newsroom.tests import test_browser

CALENDAR = "/admin/articles/edition/calendar/"
BISHKEK = ZoneInfo("Asia/Bishkek")


class PaletteTests(test_browser.BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.article = make_article(headline="The railway to Kashgar", section=self.theme, body="<p>Words of it.</p>")
        make_article(headline="Another railway", section=self.theme)
        self.log_in("chief")
        self.palette = self.page.get_by_role("dialog", name="Find")
        self.words = self.palette.get_by_role("combobox")

    def test_finds_and_opens_an_article_by_keyboard(self):
        keyboard = self.page.keyboard
        keyboard.press("Control+k")
        expect(self.words).to_be_focused()
        keyboard.type("railway")
        options = self.palette.get_by_role("option")
        expect(options).to_have_count(2)
        expect(options.first).to_have_attribute("aria-selected", "true")
        expect(self.words).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
        keyboard.press("ArrowDown")
        expect(options.nth(1)).to_have_attribute("aria-selected", "true")
        keyboard.press("Enter")
        expect(self.page.get_by_label("Headline")).to_have_value("The railway to Kashgar")
        self.page.wait_for_load_state()
        keyboard.press("Control+k")
        expect(self.words).to_be_focused()
        keyboard.press("Escape")
        expect(self.palette).to_be_hidden()

    def test_enter_takes_what_was_typed_however_quickly(self):
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type("calendar")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="Calendar")).to_be_visible()

    def test_logs_out(self):
        self.page.get_by_role("button", name="Find anything").click()
        self.words.fill("log out")
        expect(self.palette.get_by_role("option", name="Log out")).to_have_attribute("aria-selected", "true")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="Logged out")).to_be_visible()

    def test_editor_keeps_the_key_for_links_of_chosen_words(self):
        self.open(self.article.get_absolute_url())
        editor, keyboard = self.page.locator(".tiptap"), self.page.keyboard
        editor.click()
        keyboard.press("Control+k")
        expect(self.words).to_be_focused()
        keyboard.press("Escape")
        expect(self.palette).to_be_hidden()
        editor.click()
        self.press_key("Control+a")
        keyboard.press("Control+k")
        link = self.page.get_by_role("dialog", name="Link")
        expect(link).to_be_visible()
        assert not self.palette.is_visible()
        keyboard.press("Escape")
        expect(link).to_be_hidden()
        editor.click()
        self.press_key("Control+a")
        keyboard.press("Control+Shift+k")
        expect(self.words).to_be_focused()


class CalendarTests(test_browser.BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.noon = datetime(timezone.now().year + 1, 6, 9, 12, 0, tzinfo=BISHKEK)
        chief = User.objects.get(username="chief")
        article = make_article(headline="Coming", section=self.theme)
        workflow.schedule(article, by=chief, at=self.noon)
        self.log_in("chief")
        self.dialog = self.page.get_by_role("dialog", name="Move to another time")

    def start(self):
        return Edition.objects.get().live_from.astimezone(BISHKEK)

    def week(self):
        self.open(f"{CALENDAR}?day={self.noon:%Y-%m-%d}")

    def test_moves_by_keyboard_and_says_what_is_refused(self):
        self.week()
        button = self.page.get_by_role("link", name="Move… Coming")
        button.focus()
        self.page.keyboard.press("Enter")
        field = self.dialog.get_by_label("New time")
        expect(field).to_be_focused()
        field.fill("2020-01-01T10:00")
        self.page.keyboard.press("Enter")
        expect(self.dialog.get_by_role("alert")).to_contain_text("Choose a time in the future")
        later = self.noon + timedelta(hours=3)
        field.fill(f"{later:%Y-%m-%dT%H:%M}")
        expect(self.dialog).to_contain_text("12:00 →")
        assert self.start() == self.noon
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".messagelist")).to_contain_text("“Coming” goes live")
        assert self.start() == later

    def test_leaving_the_dialog_moves_nothing_and_goes_back_to_the_button(self):
        self.week()
        button = self.page.get_by_role("link", name="Move… Coming")
        button.click()
        self.page.keyboard.press("Escape")
        expect(button).to_be_focused()
        assert self.start() == self.noon

    def test_moves_by_drag_to_another_hour_and_to_another_day(self):
        self.week()
        day = f"{self.noon + timedelta(days=1):%Y-%m-%d}"
        target = self.page.locator(f'[data-day="{day}"][data-hour="9"]')
        self.page.locator("[data-entry]").drag_to(target)
        expect(self.dialog.get_by_label("New time")).to_have_value(f"{day}T09:00")
        assert self.start() == self.noon
        self.dialog.get_by_role("button", name="Move", exact=True).click()
        expect(self.page.locator(".messagelist")).to_contain_text("“Coming” goes live")
        assert self.start() == self.noon + timedelta(hours=21)

        self.open(f"{CALENDAR}?view=month&day={day}")
        last = f"{self.noon + timedelta(days=7):%Y-%m-%d}"
        self.page.locator("[data-entry]").drag_to(self.page.locator(f'[data-day="{last}"]'))
        self.dialog.get_by_role("button", name="Move", exact=True).click()
        expect(self.page.locator(".messagelist")).to_contain_text("“Coming” goes live")
        assert f"{self.start():%Y-%m-%dT%H:%M}" == f"{last}T09:00"


class TimeFieldTests(test_browser.BrowserTestCase):
    """With a person in Bishkek and a paper in Berlin."""

    def setUp(self):
        super().setUp()
        SiteSettings.objects.update(time_zone="Europe/Berlin")
        frame.forget_frame()
        self.log_in("chief")
        self.open(make_article(section=self.theme).get_absolute_url())
        self.further_steps()
        self.field = self.page.get_by_label("Goes live at")
        self.beside = self.page.locator(".desk-time", has=self.field).locator(".when")

    def test_words_follow_what_is_typed_in_both_zones(self):
        now = timezone.now().astimezone(ZoneInfo("Europe/Berlin"))
        self.field.fill(f"{now + timedelta(hours=72):%Y-%m-%dT%H:%M}")
        expect(self.beside).to_contain_text("in 3 days · for you")
        expect(self.beside).to_contain_text("Bishkek")
        self.field.fill("2027-01-15T12:00")
        expect(self.beside).to_contain_text("17:00, Bishkek")  # winter: five hours
        self.field.fill("2027-07-15T22:00")
        expect(self.beside).to_contain_text("for you Fri 02:00, Bishkek")  # summer: four, and the next day

    def test_clock_changes_are_said(self):
        self.field.fill("2027-03-28T02:30")
        expect(self.beside).to_contain_text("there is no such time")
        self.field.fill("2027-10-31T02:30")
        expect(self.beside).to_contain_text("comes twice")
        self.field.fill("2027-03-28T03:00")
        expect(self.beside).to_contain_text("for you 07:00, Bishkek")


class StepsTests(test_browser.BrowserTestCase):
    """The desk's server and its script say the same of every time, by the same steps (test_twins.py)."""

    def test_the_field_hands_its_steps_on(self):
        self.log_in("chief")
        self.open(make_article(section=self.theme).get_absolute_url())
        assert self.page.locator(".desk-time").first.get_attribute("data-steps") == "90 6 14 8 24"


class TimeAxeTests(test_browser.AxeTestCase):
    """Nothing for axe in what opens on these screens either."""

    def test_calendar_first_page_and_palette(self):
        workflow.schedule(
            make_article(section=self.theme),
            by=User.objects.get(username="chief"),
            at=timezone.now() + timedelta(hours=2),
        )
        edition = Edition.objects.order_by("-pk").first()
        self.lift_policy()
        self.log_in("chief")
        move = f"{CALENDAR}move/?entry=starts:{edition.pk}"
        self.check([move])
        day = edition.live_from.astimezone(SiteSettings.current().zone)  # late on a Sunday it is next week's
        self.open(f"{CALENDAR}?day={day:%Y-%m-%d}")
        self.page.get_by_role("link", name="Move…").first.click()
        assert self.found() == []
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Control+k")
        expect(self.page.get_by_role("option").first).to_be_visible()
        assert self.found() == []

    def test_phone_scrolls_nowhere_sideways(self):
        self.page.set_viewport_size({"width": 360, "height": 740})
        self.log_in("chief")
        for path in ("/admin/", CALENDAR, f"{CALENDAR}?view=month", "/admin/find/"):
            self.open(path)
            assert self.page.evaluate("document.scrollingElement.scrollWidth") <= 360, path
