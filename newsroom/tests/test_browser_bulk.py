"""Many live articles at once, a comma of last month, two of one headline: in a real browser, click by click."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from playwright.sync_api import expect

from articles.desk import workflow
from articles.models import Article
from articles.tests.factories import make_article, make_author, make_edition
from newsroom.tests.test_browser import BrowserTestCase

LIST = "/admin/articles/article/"
COUNT = """
addEventListener("click", (event) => {
  if (event.isTrusted) sessionStorage.setItem("clicks", 1 + Number(sessionStorage.getItem("clicks")));
}, true);
"""
LIVE = 15
MOST = 20  # clicks
WAIT = 90_000  # milliseconds: twenty articles are cut, indexed and drawn within the request here


@override_settings(ZEAL_NPLUSONE_THRESHOLD=1000)  # each article is a step by itself
class LiveArticlesTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.chief = User.objects.get(username="chief")
        author = make_author(name="Bek Osh", slug="bek")
        for number in range(LIVE):
            make_edition(headline=f"Live story {number}", section=self.theme, authors=[author])
        self.log_in("chief")
        self.page.set_default_timeout(WAIT)

    def ask(self, action):
        self.page.get_by_label("Action:").select_option(label=action)
        self.press("Go")

    @pytest.mark.both_databases
    def test_fifteen_live_articles_are_tagged_for_readers_in_twenty_clicks(self):
        self.page.add_init_script(COUNT)
        self.open(LIST)
        for box in self.page.get_by_label("Select this object for an action").all():
            box.click()
        self.ask("Tag …")
        expect(self.page.locator(".bulk-outlook")).to_contain_text("15 articles: 15 are live.")
        expect(self.page.locator(".bulk-outlook")).to_contain_text("readers of 15 see them at once")
        expect(self.page.get_by_label("and publish these changes")).to_be_checked()
        assert self.found() == []
        self.page.get_by_role("combobox", name="Tags").click()
        self.page.keyboard.type("Railways,")
        self.press("Add the tags")
        expect(self.page.locator(".messagelist")).to_contain_text("Readers see it in 15 articles:", timeout=WAIT)
        assert self.found() == []
        clicks = int(self.page.evaluate("sessionStorage.getItem('clicks')")) + 2  # a choice from a list is two
        assert LIVE < clicks <= MOST, clicks
        assert not Article.objects.exclude(stage="published").exists()
        self.page.context.clear_cookies()
        self.open("/topics/railways/")
        for number in range(LIVE):
            expect(self.page.get_by_role("link", name=f"Live story {number}", exact=True).first).to_be_visible()

    def test_move_without_the_tick_says_that_readers_see_nothing_of_it(self):
        self.open(LIST)
        self.page.get_by_label("Select this object for an action").first.check()
        self.ask("Move to a section …")
        self.page.get_by_label("Into the section").select_option(label="Kyrgyzstan")
        self.page.get_by_label("and publish these changes").uncheck()
        self.press("Move")
        said = self.page.locator(".messagelist")
        expect(said).to_contain_text("Saved in 1 article, readers see no difference:")
        expect(said).to_contain_text("Readers see it once the article is published.")
        expect(said.get_by_role("link", name="Live story")).to_be_visible()

    def test_tags_alone_are_published_from_the_article_while_its_text_is_half_done(self):
        article = Article.objects.first()
        self.open(article.get_absolute_url())
        self.page.get_by_label("Headline").fill("Half a thought")
        self.page.get_by_role("combobox", name="Tags").fill("Railways")
        self.further_steps()
        self.press("Publish section, bylines and tags alone")
        expect(self.page.locator(".messagelist")).to_contain_text("Readers see now: tagged Railways.")
        expect(self.page.get_by_label("Headline")).to_have_value("Half a thought")
        assert self.found() == []
        self.open(article.editions.live().get().path)
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Live story")
        expect(self.page.get_by_role("link", name="Railways")).to_be_visible()


class FirstPublicationTests(BrowserTestCase):
    def test_comma_of_last_month_leaves_its_day_and_its_place_in_all_lists(self):
        chief = User.objects.get(username="chief")
        old = make_edition(headline="Of last month", section=self.theme, live_from=datetime(2025, 10, 1, 6, tzinfo=UTC))
        make_edition(headline="Of this month", section=self.theme)
        article = Article.objects.get(pk=old.article_id)
        workflow.saved(article, by=chief)
        workflow.publish(article, by=chief)
        self.log_in("chief")
        lines = self.page.locator(".block-live li")
        expect(lines.nth(0)).to_contain_text("Of this month")
        expect(lines.nth(1)).to_contain_text("first published 1 Oct 2025")
        expect(lines.nth(1)).to_contain_text("changed")
        self.open(LIST)
        row = self.page.locator("#result_list tr", has_text="Of last month")
        expect(row.locator(".field-published")).to_contain_text("1 Oct 2025")
        expect(row.locator(".field-published .quiet")).to_contain_text("changed")
        expect(self.page.locator("#result_list")).not_to_contain_text("live since")
        assert self.found() == []
        self.open(article.get_absolute_url())
        expect(self.page.locator(".state")).to_contain_text("First published")
        expect(self.page.locator(".state")).to_contain_text("Changed for readers")
        self.open("/admin/articles/edition/calendar/?view=month")
        expect(self.page.locator(".entry", has_text="Of last month")).to_contain_text("changed")


@override_settings(ZEAL_NPLUSONE_THRESHOLD=1000)
class TwinTests(BrowserTestCase):
    def test_second_of_one_headline_is_offered_an_address_and_published_there(self):
        first = make_article(headline="Rail opens", slug="rail-opens", section=self.theme)
        workflow.publish(first, by=User.objects.get(username="chief"))
        self.log_in("chief")
        second = make_article(headline="Rail opens", slug="rail-opens", section=self.theme)
        self.open(second.get_absolute_url())
        expect(self.page.locator(".checks")).to_contain_text("/rail-opens-2/")
        self.page.get_by_role("button", name="Publish now", exact=True).click()
        expect(self.page.locator(".messagelist")).to_contain_text("/rail-opens-2/")

    def test_twenty_of_one_headline_are_published_at_once(self):
        for _ in range(20):
            make_article(headline="Rail opens", slug="rail-opens", section=self.theme)
        self.log_in("chief")
        self.open(LIST)
        self.page.locator("#action-toggle").check()
        self.page.get_by_label("Action:").select_option(label="Publish now …")
        self.page.get_by_role("button", name="Go", exact=True).click()
        expect(self.page.locator(".bulk-outlook")).to_contain_text("Readers get 20 that they don’t have.")
        self.page.set_default_timeout(WAIT)
        self.press("Publish now")
        said = self.page.locator(".messagelist")
        expect(said).to_contain_text("Published 20 articles:")
        expect(said).to_contain_text("/rail-opens-20/")
        expect(said).not_to_contain_text("Not done with")
