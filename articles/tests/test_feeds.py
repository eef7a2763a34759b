from datetime import UTC, datetime

import time_machine
from django.test import TestCase

from articles import workflow
from articles.tests.factories import make_article, make_chief, make_edition, make_section


class NotModifiedTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.section = make_section(slug="business")
        make_edition(section=cls.section, headline="Stays")

    def test_withdrawn_article_leaves_the_feed_of_a_reader_who_asks_by_date(self):
        chief, newest = make_chief(), make_article(section=self.section, headline="Goes")
        with time_machine.travel(datetime(2025, 12, 9, tzinfo=UTC)):
            workflow.publish(newest, by=chief)
        asked = {"If-Modified-Since": "Wed, 10 Dec 2025 00:00:00 GMT"}
        for path in ("/feed/", "/business/feed/"):
            assert "Goes" in self.client.get(path, headers=asked).content.decode(), path
        workflow.withdraw(newest, by=chief, reason="Wrong.")
        for path in ("/feed/", "/business/feed/"):
            response = self.client.get(path, headers=asked)
            assert response.status_code == 200, path
            assert "Goes" not in response.content.decode(), path

    def test_unchanged_feed_is_not_sent_twice(self):
        etag = self.client.get("/feed/").headers["ETag"]
        assert self.client.get("/feed/", headers={"If-None-Match": etag}).status_code == 304
