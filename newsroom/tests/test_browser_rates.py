"""Rates in a real browser: a pair in a text, the bar beside its form, the inverse that lies behind."""

import re
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

from articles import roles
from articles.models import Article
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
        self.page.keyboard.press("Control+End")
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
