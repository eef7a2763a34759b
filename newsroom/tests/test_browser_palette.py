"""Finding in a real browser: a link to one of our own articles, the palette, the list and its saved searches."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Alert, Article, SavedSearch
from articles.tests.factories import make_article, make_author, make_edition
from newsroom.tests import test_browser

MOST_STEPS = 4
LIST = "/admin/articles/article/"


class FindTestCase(test_browser.BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.edition = make_edition(
            headline="Water returns",
            body="<p>In spring the dam of Toktogul was mended.</p>",
            section=self.theme,
            authors=[make_author(name="Gulnora Oʻrozova")],
            tags=["Energy"],
            live_from=timezone.now() - timedelta(days=90),
        )
        self.article = make_article(headline="Mine", section=self.theme, body="<p>As we wrote</p>")
        self.log_in("chief")


class LinkTests(FindTestCase):
    def start(self):
        self.open(self.article.get_absolute_url())
        self.page.locator(".tiptap p").first.click()
        self.press_key("End")
        self.press_key("Control+Shift+ArrowLeft")  # a word of the text is selected
        self.settle()
        self.dialog = self.page.get_by_role("dialog", name="Link")
        self.field = self.dialog.get_by_role("combobox")

    def press(self, key):
        self.steps += 1
        self.page.keyboard.press(key)

    def save(self):
        self.page.keyboard.press("Control+s")
        expect(self.page.locator(".messagelist")).to_be_visible()
        return Article.objects.get(pk=self.article.pk).body

    def test_own_article_is_linked_by_a_word_of_its_text_in_four_steps(self):
        self.start()
        self.steps = 0
        self.press("Control+k")
        expect(self.field).to_be_focused()
        self.page.keyboard.type("toktogul")
        self.steps += 1  # the words
        option = self.dialog.get_by_role("option", name="Water returns")
        expect(option.locator("mark")).to_have_text("Toktogul")
        expect(option).to_have_attribute("aria-selected", "true")
        self.press("Enter")
        expect(self.dialog).to_have_count(0)
        assert self.steps <= MOST_STEPS
        assert self.save() == f'<p>As we <a href="{self.edition.path}">wrote</a></p>'

    def test_enter_before_the_answer_takes_what_is_found(self):
        self.start()
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type("energy")
        self.page.keyboard.press("Enter")
        expect(self.dialog).to_have_count(0)
        expect(self.page.locator(".tiptap a")).to_have_attribute("href", self.edition.path)

    def test_what_was_found_for_fewer_words_is_not_taken_for_more(self):
        self.start()
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type("toktogul")
        option = self.dialog.get_by_role("option", name="Water returns")
        expect(option).to_have_attribute("aria-selected", "true")
        self.page.keyboard.type(" nowhere")
        self.page.keyboard.press("Enter")
        expect(self.dialog.get_by_role("alert")).to_contain_text("headline, standfirst, text, tags, authors or notes")
        assert self.page.locator(".tiptap a").count() == 0

    def test_an_answer_to_older_words_is_not_taken(self):
        under_way = []
        self.page.route(re.compile(r"for=link&q=$"), lambda route: under_way.append(route))
        self.start()
        self.page.keyboard.press("Control+k")
        expect(self.field).to_be_focused()
        with self.page.expect_response(re.compile(r"for=link&q=$")):
            self.page.keyboard.type("nowhere")
            found = [{"title": "Water returns", "url": self.edition.path, "detail": "", "excerpts": []}]
            under_way[0].fulfill(json={"kinds": [{"name": "Articles", "found": found}], "nothing": ""})
        self.page.keyboard.press("Enter")
        expect(self.dialog.get_by_role("alert")).to_contain_text("headline, standfirst, text, tags, authors or notes")
        assert self.page.locator(".tiptap a").count() == 0

    def test_by_mouse_and_an_address_as_before(self):
        self.start()
        self.page.keyboard.press("Control+k")
        self.dialog.get_by_role("option", name="Water returns").click()
        expect(self.page.locator(".tiptap a")).to_have_attribute("href", self.edition.path)
        self.press_key("Control+Shift+ArrowLeft")
        self.page.keyboard.press("Control+k")
        expect(self.field).to_have_value(self.edition.path)
        self.field.fill("stat.example/3")
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".tiptap a")).to_have_attribute("href", "https://stat.example/3")

    def test_nothing_found_says_where_was_looked(self):
        self.start()
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type("nowhere")
        self.page.keyboard.press("Enter")
        expect(self.dialog.get_by_role("alert")).to_contain_text("headline, standfirst, text, tags, authors or notes")
        expect(self.field).to_have_value("nowhere")
        self.page.keyboard.press("Escape")
        expect(self.dialog).to_have_count(0)


class PaletteTests(FindTestCase):
    def test_shows_the_words_it_found_in_a_text(self):
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type("toktogul")
        palette = self.page.get_by_role("dialog", name="Find")
        expect(palette.get_by_role("option").first.locator("mark")).to_have_text("Toktogul")
        palette.get_by_role("combobox").fill("nowhere at all")
        expect(palette.get_by_role("status")).to_contain_text("notes of articles")

    def test_goes_nowhere_once_it_is_closed(self):
        held = []
        self.page.route(re.compile(r"/find/.*q=toktogul"), lambda route: held.append(route))
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type("toktogul")
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Escape")
        address = self.page.url
        for route in held:
            route.continue_()
        self.page.wait_for_timeout(500)
        assert self.page.url == address


class AlertTests(FindTestCase):
    def test_link_of_an_alert_is_found_by_words(self):
        self.open("/admin/articles/alert/add/")
        self.page.get_by_label("Text", exact=False).first.fill("Breaking")
        link = self.page.locator("#id_link")
        link.press_sequentially("toktogul")
        option = self.page.get_by_role("option", name="Water returns")
        expect(option).to_have_attribute("aria-selected", "true")
        self.page.keyboard.press("Enter")
        expect(link).to_have_value(self.edition.path)
        expect(option).to_have_count(0)
        self.press("Save")
        assert Alert.objects.get().link == self.edition.path

    def test_save_is_pressed_by_one_click_while_the_list_is_open(self):
        self.open("/admin/articles/alert/add/")
        self.page.get_by_label("Text", exact=False).first.fill("Breaking")
        save = self.page.get_by_role("button", name="Save", exact=True)
        place = save.bounding_box()
        self.page.locator("#id_link").press_sequentially("toktogul")
        expect(self.page.get_by_role("option")).to_have_count(1)
        assert save.bounding_box() == place
        self.page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        expect(self.page.locator(".field-link .errorlist")).to_contain_text("“Water returns” is at")

    def test_words_that_are_left_as_they_are_are_said_to_be_no_link_yet(self):
        self.open("/admin/articles/alert/add/")
        link = self.page.locator("#id_link")
        link.press_sequentially("toktogul")
        expect(self.page.get_by_role("option")).to_have_count(1)
        self.page.get_by_label("Text", exact=False).first.fill("Breaking")
        expect(self.page.locator(".field-link")).to_contain_text("No article is taken yet")
        self.press("Save")
        expect(link).to_have_value("toktogul")
        expect(self.page.locator(".field-link")).to_contain_text(f"“Water returns” is at {self.edition.path}")
        link.fill("Water returns")
        self.page.get_by_label("Text", exact=False).first.click()
        self.press("Save")
        assert Alert.objects.get().link == self.edition.path

    def test_enter_before_the_answer_waits_for_it(self):
        self.open("/admin/articles/alert/add/")
        link = self.page.locator("#id_link")
        link.press_sequentially("toktogul")
        self.page.keyboard.press("Enter")
        expect(link).to_have_value(self.edition.path)
        assert self.page.url.endswith("/alert/add/")


class ListTests(FindTestCase):
    def test_filters_are_used_together_said_and_saved(self):
        self.open(LIST)
        self.page.get_by_label("Search", exact=True).fill("spring")
        self.page.get_by_text("Author, tag, day").click()
        self.page.get_by_label("Author", exact=True).fill("o'rozova")
        self.page.get_by_label("Tag", exact=True).fill("energy")
        self.page.locator("#changelist-search").get_by_role("button", name="Search").click()
        line = self.page.locator(".find-line")
        expect(line).to_contain_text("Author: Gulnora Oʻrozova")
        expect(self.page.locator("#result_list tbody tr")).to_have_count(1)
        expect(self.page.locator(".excerpt mark")).to_have_text("spring")
        self.page.locator(".find-saved > summary").click()
        self.page.get_by_label("Name", exact=True).fill("The dam")
        self.page.get_by_role("button", name="Save", exact=True).click()
        assert SavedSearch.objects.get().name == "The dam"
        line.get_by_role("link", name="Without “author”").click()
        expect(line).not_to_contain_text("Gulnora")
        self.page.locator(".find-saved > summary").click()
        self.page.get_by_role("link", name="The dam").click()
        expect(line).to_contain_text("Gulnora")

    def test_nothing_scrolls_sideways(self):
        chief = User.objects.get(username="chief")
        SavedSearch.objects.create(user=chief, name="x" * 60, query="q=a")
        for width in (360, 390, 1024, 1366):
            self.page.set_viewport_size({"width": width, "height": 800})
            self.open(f"{LIST}?q=spring&author=gulnora&tag=energy&since=2020-01-01")
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@pytest.mark.long
class AxeTests(FindTestCase):
    def test_axe_finds_nothing(self):
        self.lift_policy()
        self.log_in("chief")
        self.check([f"{LIST}?q=spring&author=gulnora&since=soon", f"{LIST}?q=nowhere", "/admin/find/?q=toktogul"])
        self.open(self.article.get_absolute_url())
        self.page.locator(".tiptap p").first.click()
        self.press_key("Control+a")
        self.page.keyboard.press("Control+k")
        dialog = self.page.get_by_role("dialog", name="Link")
        dialog.get_by_role("combobox").fill("toktogul")
        expect(dialog.get_by_role("option")).to_have_count(1)
        assert not self.found()
