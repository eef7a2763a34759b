"""A correction is published while an update is scheduled, in a real browser: the mark, the question, the decision."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles.desk import roles, workflow
from articles.models import Article
from articles.tests.factories import make_article
from newsroom.tests.test_browser import BrowserTestCase

MARK = "lacks what readers have"
LIVE, WIDE, RIGHT = (f"<p>{words}</p>" for words in ("30 km long.", "30 km long and wide.", "3 km long."))
MORE = "<p>It opens in May.</p>"


@pytest.mark.browser
class ScheduledTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        roles.make_groups()
        self.chief = User.objects.get(username="chief")
        self.article = make_article(headline="The bridge", section=self.theme, body=LIVE)
        self.publish()

    def publish(self, **fields):
        Article.objects.filter(pk=self.article.pk).update(**fields)
        workflow.publish(self.article, by=self.chief)

    def schedule(self, body):
        Article.objects.filter(pk=self.article.pk).update(body=body)
        edition = workflow.schedule(self.article, by=self.chief, at=timezone.now() + timedelta(hours=3))
        self.article.refresh_from_db()
        workflow.restore(self.article.editions.live().get(), by=self.chief, version=self.article.version)
        return edition

    def coming(self):
        return self.article.editions.get(live_from__gt=timezone.now())

    def open_corrections(self):
        self.page.locator("[data-panel=corrections] > summary").click()

    def test_correction_goes_into_what_is_scheduled_by_itself(self):
        self.schedule(LIVE + MORE)
        self.log_in("chief")
        self.open(self.article.get_absolute_url())
        expect(self.page.get_by_label("Also put it into what is scheduled")).to_have_value("corrections")
        self.open_corrections()
        self.page.get_by_label("Day").first.fill(timezone.localdate().isoformat())
        self.page.get_by_label("What was wrong, and what is right").first.fill("It is not in Osh.")
        self.press("Publish the update now")
        expect(self.page.locator(".messagelist")).to_contain_text("has it now, too")
        expect(self.page.get_by_text(MARK)).to_have_count(0)
        assert [row["text"] for row in self.coming().dated_corrections] == ["It is not in Osh."]
        assert self.coming().body == LIVE + MORE

    def test_same_paragraph_is_asked_about_and_the_mark_goes_with_the_answer(self):
        edition = self.schedule(WIDE + MORE)
        self.publish(body=RIGHT)
        self.log_in("chief")
        expect(self.page.get_by_text(MARK).first).to_be_visible()
        self.open(self.article.get_absolute_url())
        self.page.get_by_role("link", name="Look at both, and decide").first.click()
        self.page.get_by_label("as readers have it").check()
        self.page.set_viewport_size({"width": 360, "height": 800})
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 360
        self.press("Put it in, as chosen above")
        expect(self.page.locator(".messagelist")).to_contain_text("has what readers have")
        assert self.coming().body == RIGHT + MORE
        self.open("/admin/")
        expect(self.page.get_by_text(MARK)).to_have_count(0)
        self.open(reverse("admin:articles_article_decide", args=[self.article.pk, edition.pk]))
        expect(self.page.locator(".messagelist")).to_contain_text("There is nothing to decide")

    def test_page_of_the_decision_has_nothing_for_axe(self):
        self.lift_policy()
        self.schedule(WIDE + MORE)
        self.publish(body=RIGHT, kicker="LATEST")
        self.log_in("chief")
        decide = reverse("admin:articles_article_decide", args=[self.article.pk, self.coming().pk])
        self.check([decide, self.article.get_absolute_url()])
