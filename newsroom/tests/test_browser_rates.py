"""Rates in a real browser: a pair in a text, the bar beside its form, the inverse that lies behind, their pages."""

import re
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

from articles.desk import roles
from articles.models import Article
from articles.models.site import SiteSettings
from articles.tests.factories import make_article, make_edition, make_user
from newsroom.tests.test_browser import PASSWORD, BrowserTestCase
from newsroom.tests.test_paste import PASTE
from tickers.models import Pair, Rate
from tickers.tests.factories import make_pair, make_rate


class RatesInBrowserTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.pair = make_pair(provider="nbkr")
        make_rate(self.pair, timezone.localdate(), "0.01144", provider="nbkr")
        make_rate(make_pair("KZT", order=1), timezone.localdate(), "0.00196", provider="nbk")

    def write(self, body="<p></p>"):
        """An article in the editor, with the cursor in its text."""
        self.log_in("chief")
        article = make_article(section=self.theme, body=body)
        self.open(article.get_absolute_url())
        self.page.locator(".tiptap").click()
        return article

    def save(self):
        shown = self.page.locator("[name=body]").input_value()
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+s")
        assert Article.objects.get().body == shown
        return shown

    def test_rate_is_chosen_by_keyboard_alone_and_changed_again(self):
        self.write()
        self.page.keyboard.type("A dollar costs ")
        self.page.keyboard.press("Alt+F10")
        button = self.page.get_by_role("button", name="Exchange rate")
        for _step in range(40):
            if button.evaluate("button => button === document.activeElement"):
                break
            self.page.keyboard.press("ArrowRight")
        self.page.keyboard.press("Enter")
        dialog = self.page.get_by_role("dialog", name="Exchange rate")
        expect(dialog.get_by_label("Currencies")).to_be_focused()
        expect(dialog.get_by_label("Currencies")).to_contain_text("Kyrgyz som and US dollar: 87.41 som to the dollar")
        self.page.keyboard.press("ArrowDown")  # the tenge
        expect(dialog.get_by_role("radio", name="510.20 tenge to the dollar")).to_be_checked()
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("ArrowDown")
        expect(dialog.get_by_role("radio", name="510.20 tenge", exact=True)).to_be_checked()
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        day = date_format(timezone.localdate(), "j F Y")
        expect(dialog.get_by_role("radio", name=f"510.20 tenge on {day}", exact=True)).to_be_checked()
        self.page.keyboard.press("Enter")
        rate = self.page.locator(".tiptap .editor-rate")
        expect(rate).to_have_text(f"510.20 tenge on {day}")
        rate.dblclick()
        expect(dialog.get_by_label("With its date")).to_be_checked()
        expect(dialog.get_by_label("Currencies")).to_have_value("KZT/USD")
        dialog.get_by_label("With its date").uncheck()
        dialog.get_by_role("radio", name="$0.00196").check()
        self.page.keyboard.press("Enter")
        expect(rate).to_have_text("$0.00196")
        assert self.save() == '<p>A dollar costs <data data-rate="KZT/USD" data-form="amount">KZT/USD</data></p>'

    def test_typed_pair_is_offered_and_leaving_the_list_changes_nothing(self):
        self.write()
        self.page.keyboard.type("The som, KZT/USD")
        button = self.page.get_by_role("button", name="Exchange rate")
        button.click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog.get_by_label("Currencies")).to_have_value("KZT/USD")
        self.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        assert self.page.locator("[name=body]").input_value() == "<p>The som, KZT/USD</p>"
        button.click()
        dialog.get_by_role("radio", name="KZT/USD 0.00196").check()
        dialog.get_by_label("With its date").check()
        self.page.keyboard.press("Enter")
        self.page.keyboard.type(".")
        text = 'The som, <data data-rate="KZT/USD">KZT/USD</data>.'
        assert self.save() == f"<p>{text}</p>"
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator(".editor-count")).to_contain_text("3 words")
        self.page.locator(".tiptap").focus()
        self.press_key("Control+End")
        self.page.evaluate(PASTE, [f"<p>{text.replace('KZT/USD</data>', 'KZT/USD 9</data>')}</p>", ""])
        expect(self.page.locator(".tiptap .editor-rate")).to_have_count(2)
        assert self.page.locator("[name=body]").input_value() == f"<p>{text}{text}</p>"

    def test_chart_is_chosen_changed_and_kept(self):
        for back in range(1, 40):
            make_rate(self.pair, timezone.localdate() - timedelta(days=back), "0.0115", provider="nbkr")
        self.write("<p>The som.</p>")
        self.page.get_by_role("button", name="Chart of rates").click()
        dialog = self.page.get_by_role("dialog", name="Chart of rates")
        expect(dialog.get_by_role("radio", name="Som to the dollar")).to_be_checked()
        expect(dialog.get_by_label("From", exact=True)).to_be_hidden()
        dialog.get_by_role("button", name="OK").click()
        expect(self.page.locator(".editor-figure")).to_contain_text("Som to the dollar: The last three months")
        self.page.keyboard.type("A calm time")
        self.page.get_by_role("button", name="Change the chart").click()
        dialog.get_by_role("radio", name="Dollars to the som").check()
        dialog.get_by_label("From one day to another").check()
        dialog.get_by_label("From", exact=True).fill("2025-03-02")
        dialog.get_by_label("To", exact=True).fill("2025-03-01")
        self.page.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_have_text("Choose two days, the earlier one first.")
        dialog.get_by_label("The last month").check()
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".editor-figure")).to_contain_text("Dollars to the som: The last month")
        figure = '<figure data-chart="KGS/USD 1m"><figcaption>A calm time</figcaption></figure>'
        assert self.save() == f"<p>The som.</p>{figure}"

    def test_chart_fits_every_screen_and_is_named(self):
        for back in range(1, 400):
            value = f"0.011{40 + back % 9}"
            make_rate(self.pair, timezone.localdate() - timedelta(days=back), value, provider="nbkr")
        body = '<p>A.</p><figure data-chart="KGS/USD 1y turned"><figcaption>B</figcaption></figure>' * 2
        edition = make_edition(section=self.theme, body=body, live_from=timezone.now() - timedelta(minutes=1))
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            for width in (320, 390, 740, 1100, 1280):
                self.page.set_viewport_size({"width": width, "height": 800})
                self.open(edition.path)
                chart = self.page.get_by_role("img", name="Som to the dollar").first
                expect(self.page.get_by_role("img", name="Som to the dollar")).to_have_count(2)  # one of each size
                expect(chart).to_have_accessible_description(re.compile("Lowest: .* highest: "))
                self.page.locator(".chart summary").first.click()
                expect(self.page.locator(".chart table").first).to_be_visible()
                wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                assert self.page.evaluate(wide) <= 0
                box, figure = chart.bounding_box(), self.page.locator("figure.chart").first.bounding_box()
                assert figure["x"] <= box["x"]
                assert box["x"] + box["width"] <= figure["x"] + figure["width"] + 1
                assert box["width"] > 250

    def test_axe_finds_nothing_in_a_chart_nor_in_the_dialogs(self):
        make_rate(self.pair, timezone.localdate() - timedelta(days=9), "0.0115", provider="nbkr")
        body = '<p>A.</p><figure data-chart="KGS/USD 1m turned"><figcaption>B</figcaption></figure>'
        edition = make_edition(section=self.theme, body=body, live_from=timezone.now() - timedelta(minutes=1))
        self.lift_policy()
        self.open(edition.path)
        self.page.locator(".chart summary").click()
        assert not self.found()
        self.write(body)
        for name in ("Exchange rate", "Chart of rates"):
            self.page.get_by_role("button", name=name).first.click()
            expect(self.page.get_by_role("dialog", name=name)).to_be_visible()
            assert not self.found()
            self.page.keyboard.press("Escape")

    def test_bar_is_drawn_beside_the_form_as_it_is_typed(self):
        user = make_user(roles.RATES_DESK, username="rates")
        user.set_password(PASSWORD)
        user.save()
        self.log_in("rates")
        self.open(f"/admin/tickers/pair/{self.pair.pk}/change/")
        bar = self.page.locator("[data-bar]")
        expect(bar).to_contain_text("KGS/USD 0.01144")
        self.page.get_by_label("turned round").check()
        expect(bar).to_contain_text("USD/KGS 87.41")
        assert not Pair.objects.get(pk=self.pair.pk).is_inverse

    def test_enter_in_the_form_of_a_held_rate_saves_what_was_typed(self):
        held = make_rate(self.pair, timezone.localdate() - timedelta(days=1), "0.02", provider="nbkr", status="held")
        user = make_user(roles.RATES_DESK, username="rates")
        user.set_password(PASSWORD)
        user.save()
        self.log_in("rates")
        self.open(f"/admin/tickers/rate/{held.pk}/change/")
        self.page.get_by_label("Value").fill("0.01146")
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        held.refresh_from_db()
        assert held.status == "rejected"
        assert str(Rate.objects.accepted().get(effective_date=held.effective_date).value.normalize()) == "0.01146"

    def test_inverse_shows_for_pointer_and_keyboard_and_moves_nothing(self):
        self.open("/")
        link = self.page.get_by_role("link", name="KGS/USD").first
        value, inverse = link.locator(".rate-face").all()
        before = link.bounding_box()
        expect(value).to_be_visible()
        expect(inverse).to_be_hidden()
        link.hover()
        expect(inverse).to_be_visible()
        expect(value).to_have_css("opacity", "0")
        expect(inverse).to_have_text("1 USD = 87.41 KGS")
        assert link.bounding_box() == before
        self.page.mouse.move(0, 400)
        expect(inverse).to_be_hidden()
        link.focus()
        self.page.keyboard.press("Shift+Tab")
        self.page.keyboard.press("Tab")
        expect(inverse).to_be_visible()
        link.click()
        self.page.wait_for_url("**/rates/kgs-usd/")


WIDTHS = (320, 360, 390, 600, 740, 820, 960, 1024, 1100, 1280, 1440, 1600, 1920)
BAR = """() => {
  const bar = document.querySelector(".rate-bar"), box = bar.getBoundingClientRect();
  const out = (node) => {
    const { left, right } = node.getBoundingClientRect();
    return left < box.left - 1 || right > box.right + 1;
  };
  const pairs = bar.querySelector(".rate-bar-pairs"), edge = parseFloat(getComputedStyle(pairs.parentNode).paddingLeft);
  return {
    late: [...bar.querySelectorAll(".rate-bar-late, .rate-bar-late time")].some(out),
    note: [...bar.querySelectorAll(".rate-bar-line:not([inert]) > .rate-bar-note")].some(out),
    loops: bar.classList.contains("is-looping"),
    fits: pairs.offsetWidth + 2 * edge <= bar.clientWidth - 42, // the button's place
    wide: document.documentElement.scrollWidth > innerWidth,
    height: box.height,
  };
}"""
TABLE = """() => [...document.querySelectorAll("main tbody tr")].map((row) => [...row.children]
  .filter((cell) => cell.getBoundingClientRect().right <= innerWidth)
  .map((cell) => cell.innerText.split("\\n")[0].trim()))"""


class PagesOfRatesInBrowserTests(BrowserTestCase):
    """Nothing of the rates is cut, at any width, with few pairs or many, fresh or late, in either look."""

    def make(self, count, is_late):
        Rate.objects.all().delete()
        Pair.objects.all().delete()
        today = timezone.localdate()
        values = {
            "KGS": "0.01144",
            "KZT": "0.00196",
            "TJS": "0.10904",
            "UZS": "0.0000832",
            "TMT": "0.2849",
            "RUB": "0.0129",
        }
        for order, base in enumerate([*values, "EUR", "CNY"][:count]):
            pair = make_pair(base, order=order, provider="nbkr")
            day = today - timedelta(days=30 if is_late and order == 0 else 0)
            value = Decimal(values.get(base, "1.16"))
            Rate.objects.bulk_create([Rate(pair=pair, effective_date=day, value=value, provider="nbkr")])  # no card
        SiteSettings.current().save()

    def test_notes_stay_in_the_bar(self):
        for look in ("classic", "exact"):
            paper = SiteSettings.current()
            paper.rate_look = look
            paper.save()
            for count in (1, 5, 8):
                for is_late in (False, True):
                    self.make(count, is_late)
                    self.open("/rates/")
                    for width in WIDTHS:
                        self.page.set_viewport_size({"width": width, "height": 700})
                        self.page.wait_for_timeout(40)
                        found = self.page.evaluate(BAR)
                        case = (look, count, is_late, width, found)
                        assert not found["wide"], case
                        assert not found["late"], case
                        assert found["loops"] or not found["note"], case
                        if found["fits"] and width >= 960:
                            assert not found["loops"], case
                        if not is_late and count <= 5 and found["loops"]:
                            assert found["height"] <= 42, case

    def test_phone_shows_first_what_a_dollar_costs(self):
        self.make(5, is_late=True)
        self.page.set_viewport_size({"width": 390, "height": 800})
        self.open("/rates/")
        cells = self.page.evaluate(TABLE)
        assert [row[:2] for row in cells] == [
            ["USD/KGS", "87.41"],
            ["USD/KZT", "510.20"],
            ["USD/TJS", "9.171"],
            ["USD/UZS", "12,019"],
            ["USD/TMT", "3.510"],
        ]

    def test_no_page_of_rates_is_wider_than_its_window(self):
        self.make(5, is_late=True)
        Pair.objects.filter(base="UZS").update(is_inverse=True)
        for path in (
            "/rates/",
            "/rates/uzs-usd/?amount=1,250&currency=USD",
            "/rates/kgs-usd/?amount=1e14&currency=USD",
        ):
            self.open(path)
            for details in self.page.locator("details").all():
                details.evaluate("(node) => node.open = true")
            for width in (320, 390, 820, 1280):
                self.page.set_viewport_size({"width": width, "height": 700})
                assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)


class DayInBrowserTests(BrowserTestCase):
    """The rates desk enters a day's five rates; the browser runs no script."""

    MOST_CLICKS = 8

    def setUp(self):
        super().setUp()
        user = make_user(roles.RATES_DESK, username="rates")
        user.set_password(PASSWORD)
        user.save()
        dollars = {"KGS": ("nbkr", 87.45), "KZT": ("nbk", 510.2), "TJS": ("nbt", 9.17), "UZS": ("cbu", 12015.77)}
        dollars["TMT"] = ("cbt", 3.5)
        for order, (base, (source, value)) in enumerate(dollars.items(), start=1):
            pair = make_pair(base, provider=source, order=order)
            make_rate(pair, timezone.localdate() - timedelta(days=1), f"{1 / value:.15f}", provider=source)

    def begin(self, **options):
        context = self.page.context.browser.new_context(timezone_id="Asia/Bishkek", **options)
        context.set_default_timeout(10_000)
        self.addCleanup(context.close)
        self.page = context.new_page()
        self.watch(self.page)
        self.page.goto(f"{self.live_server_url}/admin/")
        self.page.get_by_label("Username").fill("rates")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()

    def test_five_pairs_take_eight_clicks_at_most_without_a_script(self):
        clicks = []

        def click(locator):
            clicks.append(locator)
            locator.click()

        self.begin(java_script_enabled=False)
        click(self.page.get_by_role("link", name="Enter the day’s rates").first)
        for base, typed in {"KGS": "87.41", "KZT": "0.00196", "TJS": "9.1655", "UZS": "12,019", "TMT": "3.5"}.items():
            click(self.page.get_by_label(f"1 USD = how many {base}"))
            self.page.keyboard.type(typed)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("alert")).to_contain_text("2 values have to be looked at")
        expect(self.page.get_by_label("1 USD = how many KGS")).to_have_value("87.41")
        expect(self.page.get_by_label("1 USD = 510.2041 KZT (turned round)")).to_be_checked()
        expect(self.page.get_by_label("1 USD = 12019 UZS")).to_be_checked()
        click(self.page.get_by_role("button", name="Save"))
        expect(self.page.locator(".messagelist")).to_contain_text("5 rates of")
        assert Rate.objects.filter(provider="manual").count() == 5
        assert len(clicks) <= self.MOST_CLICKS

    def test_on_a_phone_nothing_is_wider_than_the_screen_and_targets_are_large(self):
        self.begin(viewport={"width": 320, "height": 640})
        self.open("/admin/tickers/rate/day/")
        self.page.get_by_label("1 USD = how many KGS").fill("0.01144")
        self.page.get_by_label("1 USD = how many KZT").fill("999")
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Save").click()
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 320
        fields = ".day-row input:not([type=hidden], [type=radio]), .day-readings label, .day-rates .submit-row button"
        heights = self.page.locator(fields).evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
        assert len(heights) == 5 + 1 + 2 + 1  # values, a reason, two readings, the button
        assert min(heights) >= 40, heights

    def test_what_is_asked_passes_axe(self):
        self.lift_policy()
        self.page.goto(f"{self.live_server_url}/admin/")
        self.page.get_by_label("Username").fill("rates")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.open("/admin/tickers/rate/day/")
        assert self.found() == []
        self.page.get_by_label("1 USD = how many KGS").fill("0.01144")
        self.page.get_by_label("1 USD = how many KZT").fill("999")
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Save").click()
        assert self.found() == []
