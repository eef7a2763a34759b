"""One tag is one tag, and two become one, in a real browser: a test for each sentence that editors are told."""

import pytest
from playwright.sync_api import expect
from taggit.models import Tag

from articles.desk import roles
from articles.models import Author, Section
from articles.tests.factories import make_article, make_author, make_edition, make_section
from newsroom.tests.test_browser import BrowserTestCase


class OneTagTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        roles.make_groups()
        self.tag = Tag.objects.create(name="Ёлка")

    def test_a_tag_typed_in_other_letters_is_the_one_there_is(self):
        article = make_article(section=self.theme)
        self.log_in("chief")
        self.open(article.get_absolute_url())
        field = self.page.get_by_role("combobox", name="Tags")
        for typed in ("ЕЛКА", "ел\u00adка", "ё\u200bлка"):
            field.fill(typed)
            offered = self.page.get_by_role("option", name="Ёлка", exact=True)
            expect(offered).to_be_visible()
            expect(self.page.locator(".tag-new")).to_have_count(0)
            field.press("Enter")
            expect(self.page.locator(".chips li")).to_have_count(1)
            expect(self.page.locator(".chips li span")).to_have_text("Ёлка")
        self.press("Save draft")
        assert list(article.tags.all()) == [self.tag]

    def test_a_second_one_is_refused_by_its_name(self):
        self.log_in("chief")
        self.open("/admin/taggit/tag/add/")
        self.page.get_by_label("Name").fill("ЕЛКА")
        self.page.get_by_label("Slug").fill("yolka-2")
        self.press("Save")
        expect(self.page.locator("#content")).to_contain_text("There is a tag “Ёлка” already.")


@pytest.mark.both_databases
class MergeTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        roles.make_groups()

    def merge(self, thing, screen, name, into):
        """Look for the other, see what changes, do it."""
        self.open(f"/admin/{screen}/{thing.pk}/change/")
        self.page.get_by_role("link", name="Merge into another").click()
        self.page.get_by_label("Into which?").fill(into)
        self.press("Look")
        assert self.found() == []
        self.page.get_by_role("link", name=into).click()
        rows = self.page.locator("#content-main").get_by_role("row")
        expect(rows.filter(has_text="Live articles")).to_contain_text("1")
        expect(rows.filter(has_text="for good")).to_be_visible()
        assert self.found() == []
        self.press(f"Merge “{name}” into “{into}”")
        expect(self.page.locator(".messagelist")).to_contain_text(f"“{name}” is “{into}” now, for readers too.")
        assert self.found() == []

    def leads(self, old, new):
        """Where a reader ends who comes to an old address."""
        for ending in ("", "feed/"):
            answer = self.page.context.request.get(self.live_server_url + old + ending, max_redirects=0)
            assert answer.status == 301
            assert answer.headers["location"] == new + ending

    def undo(self, name, into):
        self.open("/admin/admin/logentry/")
        self.page.get_by_role("link", name="Undo this merge").first.click()
        assert self.found() == []
        self.press("Undo the merge")
        expect(self.page.locator(".messagelist")).to_contain_text(f"“{name}” and “{into}” are two again.")

    def try_it(self, screen, gone, stays, old, new):
        self.log_in("chief")
        self.readers_see("The story", [old])
        self.readers_do_not_see("The story", [new])
        self.merge(gone, screen, str(gone), str(stays))
        self.readers_see("The story", [new])
        self.leads(old, new)
        self.undo(str(gone), str(stays))
        self.readers_see("The story", [old])
        self.readers_do_not_see("The story", [new])

    def test_tags_are_merged_and_parted(self):
        gone, stays = (Tag.objects.create(name=name) for name in ("Railroads", "Railways"))
        make_edition(section=self.theme, tags=[gone], headline="The story")
        make_edition(section=self.theme, tags=[stays], headline="Another one")
        self.try_it("taggit/tag", gone, stays, "/topics/railroads/", "/topics/railways/")
        assert Tag.objects.count() == 2

    def test_authors_are_merged_and_parted(self):
        gone, stays = make_author(name="A. Bek", slug="a-bek"), make_author(name="Azat Bek", slug="azat-bek")
        make_edition(section=self.theme, authors=[gone], headline="The story")
        make_edition(section=self.theme, authors=[stays], headline="Another one")
        self.try_it("articles/author", gone, stays, "/authors/a-bek/", "/authors/azat-bek/")
        assert Author.objects.filter(name__endswith="Bek").count() == 2

    def test_sections_are_merged_and_parted(self):
        gone, stays = make_section(name="Economy", slug="economy"), make_section(name="Finance", slug="finance")
        make_edition(section=gone, headline="The story")
        make_edition(section=stays, headline="Another one")
        self.try_it("articles/section", gone, stays, "/economy/", "/finance/")
        assert Section.objects.filter(slug__in=["economy", "finance"]).count() == 2

    def test_preview_fits_a_phone(self):
        gone, stays = (Tag.objects.create(name=name) for name in ("Railroads" * 5, "Railways" * 5))
        self.page.set_viewport_size({"width": 360, "height": 740})
        self.log_in("chief")
        self.open(f"/admin/taggit/tag/{gone.pk}/merge/?into={stays.pk}")
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert self.found() == []
