"""Two articles of one headline on one day: the second gets an address of its own, at the first try, and keeps it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import time_machine
from django.db import connection, connections
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone

from articles.desk import path_claims, workflow
from articles.desk.workflow import timeline
from articles.models import Address, Article, Redirect, SiteSettings
from articles.tests.factories import make_article, make_chief, make_edition, make_section
from articles.tests.test_bulk import BulkTestCase

HOUR = timedelta(hours=1)
NOON = "2025-12-08T06:00:00Z"  # in Bishkek


class AddressTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief, cls.section = make_chief(), make_section()

    def twin(self, **fields):
        return make_article(**{"headline": "Rail opens", "slug": "rail-opens", "section": self.section} | fields)

    def publish(self, **fields):
        return workflow.publish(self.twin(**fields), by=self.chief)


@time_machine.travel(NOON, tick=True)
class TwinTests(AddressTestCase):
    def test_second_gets_a_number_and_the_third_the_next(self):
        paths = [self.publish().path for _ in range(3)]
        assert paths == [f"/2025/12/08/rail-opens{end}/" for end in ("", "-2", "-3")]

    def test_slug_made_from_the_headline_gets_one_as_well(self):
        self.publish(slug="")
        assert self.publish(slug="").path == "/2025/12/08/rail-opens-2/"

    def test_working_copy_says_the_slug_so_that_updates_stay_there(self):
        first, second = self.publish(), self.publish()
        article = Article.objects.get(pk=second.article_id)
        assert article.slug == "rail-opens-2"
        assert article.revisions.last().snapshot["slug"] == "rail-opens-2"
        workflow.withdraw(first.article, by=self.chief, reason="x")
        workflow.saved(article, by=self.chief)
        assert workflow.publish(article, by=self.chief).path == second.path

    def test_slug_typed_back_leads_to_the_address_it_had(self):
        self.publish()
        second = self.publish()
        Article.objects.filter(pk=second.article_id).update(slug="rail-opens")
        assert workflow.publish(second.article, by=self.chief).path == second.path

    def test_scheduled_and_live_leave_each_other_their_addresses(self):
        at = timezone.now() + 2 * HOUR
        coming = [workflow.schedule(self.twin(), by=self.chief, at=at) for _ in range(2)]
        live = self.publish()
        assert [one.slug for one in (*coming, live)] == ["rail-opens", "rail-opens-2", "rail-opens-3"]

    def test_publication_that_moves_to_a_day_where_another_has_the_address_gets_the_next(self):
        first, twin = self.publish(), self.twin()
        scheduled = workflow.schedule(twin, by=self.chief, at=timezone.now() + 48 * HOUR)
        assert scheduled.path == "/2025/12/10/rail-opens/"
        moved = workflow.reschedule(scheduled, by=self.chief, at=timezone.now() + HOUR)
        assert (moved.path, moved.slug) == ("/2025/12/08/rail-opens-2/", "rail-opens-2")
        assert Article.objects.get(pk=twin.pk).slug == "rail-opens-2"
        assert workflow.publish(twin, by=self.chief).path == moved.path
        assert twin.addresses.get().path == moved.path != first.path

    def test_update_scheduled_before_the_first_publication_moves_with_it(self):
        self.publish()
        twin = self.twin()
        later = workflow.schedule(twin, by=self.chief, at=timezone.now() + 48 * HOUR)
        live = workflow.publish(twin, by=self.chief)
        later.refresh_from_db()
        assert live.path == later.path == "/2025/12/08/rail-opens-2/"

    def test_address_of_what_was_withdrawn_stays_its_own(self):
        first = self.publish()
        workflow.withdraw(first.article, by=self.chief, reason="x")
        assert self.publish().path == "/2025/12/08/rail-opens-2/"

    def test_address_that_an_article_had_before_its_slug_changed_stays_its_own(self):
        first = self.publish()
        Article.objects.filter(pk=first.article_id).update(slug="line-opens")
        workflow.publish(first.article, by=self.chief)
        assert self.publish().path == "/2025/12/08/rail-opens-2/"

    def test_redirect_keeps_its_address_unless_it_leads_to_the_article_itself(self):
        Redirect.objects.create(source="/2025/12/08/rail-opens", target="/business/")
        second = self.publish()
        assert second.path == "/2025/12/08/rail-opens-2/"
        Redirect.objects.update(target=second.path)
        assert path_claims.free("/2025/12/08/rail-opens/", second.article_id) == "/2025/12/08/rail-opens/"
        assert path_claims.free("/2025/12/08/rail-opens/", None) == "/2025/12/08/rail-opens-3/"

    def test_long_slug_is_cut_to_make_room(self):
        slug = "a" * 78 + "-b"
        self.publish(slug=slug)
        assert self.publish(slug=slug).slug == "a" * 78 + "-2"

    def test_thirty_of_one_headline_take_one_query_more_to_find_an_address(self):
        for number in range(1, 31):
            path = f"/2025/12/08/rail-opens{'' if number == 1 else f'-{number}'}/"
            Address.objects.create(path=path, article=self.twin())
        with self.assertNumQueries(3):
            assert path_claims.free("/2025/12/08/rail-opens/", None) == "/2025/12/08/rail-opens-31/"

    def test_preview_is_drawn_at_the_address_it_would_get_and_takes_none(self):
        self.publish()
        twin = self.twin()
        assert timeline.preview(twin, lambda edition: edition.path) == "/2025/12/08/rail-opens-2/"
        assert not twin.addresses.exists()


class ScreenTests(BulkTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.section = make_section()

    def twin(self):
        return make_article(headline="Rail opens", slug="rail-opens", section=self.section)

    def test_checks_offer_the_address_and_publishing_says_it(self):
        first = workflow.publish(self.twin(), by=self.chief)
        article = self.twin()
        offered = first.path.replace("rail-opens", "rail-opens-2")
        self.assertContains(self.page(article), f"this one gets {offered}")
        page = self.client.get(self.send(article, _step="publish").url)
        self.assertContains(page, f"readers see it at {offered}")
        self.assertContains(page, 'value="rail-opens-2"')
        self.assertNotContains(page, "this one gets")

    @override_settings(ZEAL_NPLUSONE_THRESHOLD=1000)  # each article is a step by itself
    def test_twenty_published_at_once_all_are(self):
        articles = [self.twin() for _ in range(20)]
        page = self.confirm("publish_selected", *articles)
        self.assertContains(page, "Published 20 articles:")
        self.assertNotContains(page, "Not done with")
        ends = {one.editions.get().slug for one in articles}
        assert ends == {"rail-opens", *(f"rail-opens-{number}" for number in range(2, 21))}


class RaceTests(TransactionTestCase):
    """Each with a connection of its own, as requests to different servers are."""

    def publish(self, article, chief, barrier, at):
        try:
            barrier.wait(timeout=30)
            if at:
                return workflow.schedule(article, by=chief, at=at).path
            return workflow.publish(article, by=chief).path
        finally:
            connections["default"].close()

    def test_of_eight_at_the_same_moment_each_gets_an_address(self):
        chief, section, barrier = make_chief(), make_section(), Barrier(8)
        articles = [make_article(headline="Rail", slug="rail", section=section) for _ in range(8)]
        midnight = timezone.localtime(timezone=SiteSettings.current().zone).replace(hour=23, minute=59, second=59)
        connection.close()
        with ThreadPoolExecutor(8) as pool:
            times = [midnight if number % 2 and midnight > timezone.now() + HOUR else None for number in range(8)]
            sent = [pool.submit(self.publish, one, chief, barrier, at) for one, at in zip(articles, times, strict=True)]
            paths = [one.result() for one in sent]
        slugs = sorted(path.split("/")[-2] for path in paths)
        assert slugs == sorted(["rail", *(f"rail-{number}" for number in range(2, 9))])
        assert Address.objects.count() == 8


class ColumnTests(TestCase):
    def test_edition_says_the_slug_of_its_path(self):
        first = make_edition(slug="rail")
        second = make_edition(slug="rail", section=first.section)
        assert (second.slug, second.path) == ("rail-2", "/2025/12/08/rail-2/")
