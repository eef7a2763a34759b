"""“Updated” changes when an editor says so, however the line of editions changes afterwards."""

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from articles.desk import workflow
from articles.models import Article, Edition
from articles.tests.copy_fields import ANOTHER, UNREAD
from articles.tests.factories import (
    MORNING,
    make_article,
    make_author,
    make_chief,
    make_edition,
)

HOUR = timedelta(hours=1)


class SignificantTests(TestCase):
    def setUp(self):
        self.chief = make_chief()
        self.article = make_article()
        self.first = workflow.publish(self.article, by=self.chief)
        self.now = timezone.now()

    def rewrite(self, article=None, **words):
        """Say something else in the working copy."""
        self.number = getattr(self, "number", 0) + 1
        Article.objects.filter(pk=(article or self.article).pk).update(**words or {"headline": f"Words {self.number}"})

    def schedule(self, hours, *, significant=False, same=False):
        at = self.now + hours * HOUR
        if not same:
            self.rewrite()
        return workflow.schedule(self.article, by=self.chief, at=at, significant=significant)

    def updates(self):
        """In how many hours from now each edition to come says that it was updated."""
        coming = self.article.editions.filter(live_from__gt=self.now).order_by("live_from")
        return [edition.updated_at and round((edition.updated_at - self.now) / HOUR) for edition in coming]

    def test_first_text_and_small_changes_are_no_update(self):
        assert self.first.updated_at is None
        assert workflow.publish(self.article, by=self.chief).updated_at is None

    def test_significant_change_is_an_update_from_its_start_on(self):
        self.rewrite()
        second = workflow.publish(self.article, by=self.chief, significant=True)
        third = workflow.publish(self.article, by=self.chief)
        assert second.updated_at == third.updated_at == second.live_from

    def test_significant_first_text_is_no_update(self):
        article = make_article()
        edition = workflow.publish(article, by=self.chief, significant=True)
        assert edition.updated_at is None
        assert edition.modified_at == edition.published_at
        assert workflow.publish(article, by=self.chief).updated_at is None

    def test_scheduled_update_that_moves_is_one_from_its_new_time_on(self):
        update = self.schedule(1, significant=True)
        self.schedule(2)
        assert self.updates() == [1, 1]
        workflow.reschedule(update, by=self.chief, at=self.now + 3 * HOUR)
        assert self.updates() == [None, 3]

    def test_small_change_that_moves_beyond_an_update_follows_it(self):
        small = self.schedule(1)
        self.schedule(2, significant=True)
        assert self.updates() == [None, 2]
        workflow.reschedule(small, by=self.chief, at=self.now + 3 * HOUR)
        assert self.updates() == [2, 2]

    def test_cancelled_update_is_none_for_those_after_it(self):
        update = self.schedule(1, significant=True)
        self.schedule(2)
        workflow.cancel(update, by=self.chief)
        assert self.updates() == [None]

    def test_update_put_between_is_one_for_those_after_it(self):
        self.schedule(2)
        self.schedule(1, significant=True)
        assert self.updates() == [1, 1]

    def test_scheduled_first_text_that_something_precedes_becomes_the_update_it_was_meant_as(self):
        article = make_article()
        workflow.schedule(article, by=self.chief, at=self.now + 5 * HOUR, significant=True)
        later = article.editions.get()
        assert later.updated_at is None
        self.rewrite(article)
        workflow.publish(article, by=self.chief)
        later = article.editions.get(live_from=self.now + 5 * HOUR)
        assert later.updated_at == later.live_from

    def test_withdrawn_article_comes_back_with_the_update_it_had(self):
        self.rewrite()
        update = workflow.publish(self.article, by=self.chief, significant=True)
        workflow.withdraw(self.article, by=self.chief, reason="Checking a source.")
        assert workflow.publish(self.article, by=self.chief).updated_at == update.live_from

    def test_update_that_says_nothing_new_is_told_to_nobody(self):
        """Whatever column changes: readers are told if it stands on the page, and only then."""
        values = {name: another() for name, another in ANOTHER.items()}
        assert workflow.publish(self.article, by=self.chief, significant=True).updated_at is None
        for name, value in values.items():
            with self.subTest(name):
                before = self.article.editions.live().get()
                self.rewrite(**{name: value})
                edition = workflow.publish(self.article, by=self.chief, significant=True)
                assert edition.updated_at == (before.updated_at if name in UNREAD else edition.live_from)
        self.article.refresh_from_db()
        self.article.bylines.create(author=make_author())
        edition = workflow.publish(self.article, by=self.chief, significant=True)
        assert edition.updated_at == edition.live_from

    def test_planned_update_is_one_for_as_long_as_it_says_something_new(self):
        self.rewrite(headline="What matters")
        self.schedule(5, significant=True, same=True)
        self.schedule(6)
        assert self.updates() == [5, 5]
        early = workflow.reschedule(self.schedule(2, same=True), by=self.chief, at=self.now + 3 * HOUR)
        assert self.updates() == [None, 5, 5], "it says something else than what goes out before it"
        workflow.cancel(early, by=self.chief)
        self.rewrite(headline="What matters")
        early = self.schedule(3, same=True)
        assert self.updates() == [None, None, None]
        update = self.article.editions.get(live_from=self.now + 5 * HOUR)
        moved = workflow.reschedule(update, by=self.chief, at=self.now + 4 * HOUR)
        assert self.updates() == [None, None, None]
        workflow.cancel(early, by=self.chief)
        assert self.updates() == [4, 4], "an editor called it an update, and readers read something new in it again"
        workflow.publish(self.article, by=self.chief)
        assert self.updates() == [None, None, None], "what is live since a moment, and what is to come"
        assert self.article.editions.get(pk=moved.pk).repeats_since

    def test_update_that_older_code_scheduled_is_one_still(self):
        self.schedule(5, significant=True)
        self.article.editions.update(called_update=False)
        early = self.schedule(3, same=True)
        assert self.updates() == [None, None]
        workflow.cancel(early, by=self.chief)
        assert self.updates() == [5]


class ShownTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.first = make_edition(live_from=MORNING, live_until=MORNING + HOUR)

    def update(self, *, significant):
        self.first.article.headline = "Other words"
        self.first.article.save()
        return make_edition(article=self.first.article, live_from=MORNING + HOUR, significant=significant)

    def said(self, edition):
        """What the article's page, the feed and the sitemap say of its last change."""
        page = self.client.get(edition.path).content.decode()
        feed = self.client.get("/feed/").content.decode()
        month = self.client.get(f"/sitemap-{MORNING:%Y-%m}.xml").content.decode()
        return page, feed, month

    def test_small_change_leaves_every_time_as_it_was(self):
        page, _feed, month = self.said(self.update(significant=False))
        assert "Updated" not in page
        assert '"dateModified": "2025-12-08T03:00:00+00:00"' in page
        assert 'article:modified_time" content="2025-12-08T09:00:00+06:00"' in page
        assert "<lastmod>2025-12-08T09:00:00+06:00</lastmod>" in month

    def test_update_is_said_to_readers_and_machines(self):
        page, feed, month = self.said(self.update(significant=True))
        assert 'Updated <time datetime="2025-12-08T10:00:00+06:00">' in page
        assert '"dateModified": "2025-12-08T04:00:00+00:00"' in page
        assert 'article:modified_time" content="2025-12-08T10:00:00+06:00"' in page
        assert "<lastmod>2025-12-08T10:00:00+06:00</lastmod>" in month
        assert "Mon, 08 Dec 2025 10:00:00 +0600" in feed or "Mon, 08 Dec 2025 04:00:00 +0000" in feed

    def test_sitemap_asks_nothing_more_of_each_article(self):
        def measure():
            with self.assertNumQueries(2):
                self.client.get(f"/sitemap-{MORNING:%Y-%m}.xml")

        self.update(significant=True)
        self.client.get("/")  # the frame is kept from now on
        measure()
        make_edition(live_from=MORNING)
        measure()
        assert Edition.objects.count() == 3
