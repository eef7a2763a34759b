"""A template in a real browser: kept by an editor, begun with by a reporter."""

from playwright.sync_api import expect

from articles.models import Article, Template
from articles.tests.factories import make_article
from newsroom.tests.test_browser import BrowserTestCase


class TemplateTests(BrowserTestCase):
    def test_editor_keeps_one_and_a_reporter_begins_with_it(self):
        body = "<h2>Currencies</h2><p>Text.</p>"
        article = make_article(headline="Som gains", body=body, section=self.theme, tags=["Rates"])
        self.log_in("chief")
        self.open(article.get_absolute_url())
        self.part("history")
        self.page.get_by_role("link", name="Keep as a template").click()
        self.page.locator("#id_name").fill("Market wrap")
        self.page.locator("#id_headline").fill("Som on {weekday}")
        expect(self.page.locator(".tiptap")).to_contain_text("Currencies")
        self.press("Save")
        template = Template.objects.get()
        assert (template.body, template.tags, template.section) == (body, ["Rates"], self.theme)
        self.log_in("reporter")
        self.open("/admin/articles/article/add/")
        with self.page.expect_navigation():
            self.page.get_by_role("link", name="Market wrap").click()
        expect(self.page.locator(".tiptap")).to_contain_text("Currencies")
        self.page.locator(".tiptap").get_by_text("Text.").click()
        self.press_key("End")
        self.page.keyboard.type(" More.")
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+s")
        begun = Article.objects.exclude(pk=article.pk).get()
        assert begun.headline.startswith("Som on ")
        assert begun.headline.endswith("day")
        assert begun.body == "<h2>Currencies</h2><p>Text. More.</p>"
        assert begun.section == self.theme

    def test_axe_finds_nothing_and_nothing_is_too_wide(self):
        self.lift_policy()
        for number in range(6):
            template = Template.objects.create(name=f"Market wrap of the day, number {number}", section=self.theme)
        self.log_in("chief")
        pk = template.pk
        paths = ["/admin/articles/template/", f"/admin/articles/template/{pk}/change/"]
        self.check([*paths, f"/admin/articles/article/add/?template={pk}"])
        self.page.set_viewport_size({"width": 360, "height": 800})
        assert self.page.evaluate("document.documentElement.scrollWidth") == 360
