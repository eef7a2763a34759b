"""Telling machines what went live and what ended, however it came to do so."""

import json
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from unittest import mock
from urllib.parse import parse_qs

import time_machine
from django.test import TestCase, override_settings

from articles import tasks
from articles.desk import workflow
from articles.models import Announcement, ArchiveMonth, SiteSettings
from articles.outside import LinkAnswer, Trouble
from articles.public import announcements
from articles.public.announcements import Listener, NotTold
from articles.tests.factories import MORNING, make_article, make_author, make_chief, make_edition, make_section

NOON = MORNING + timedelta(hours=6)
HUB = "https://hub.example.org/"


@contextmanager
def outside(answer=None):
    """What is told to other sites, which answer all the same."""
    with mock.patch("articles.outside.tell", return_value=answer or LinkAnswer(204)) as tell:
        yield tell


def at(hours):
    return time_machine.travel(NOON + timedelta(hours=hours), tick=False)


class AnnouncingTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.objects.create(websub_hub=HUB, tells_search_engines=True)
        cls.section = make_section(slug="business")
        cls.chief = make_chief()
        cls.old = make_edition(section=cls.section, headline="Old")
        with at(0), outside() as tell:
            tasks.announce.func()
        assert not tell.called  # what readers know already

    def announce(self, hours):
        """What is told when the clock looks: address and body of each message."""
        with at(hours), outside() as tell:
            tasks.announce.func()
        return [(call.args[0], call.args[1].decode()) for call in tell.call_args_list]

    def told(self, hours):
        """Paths that search engines are told of."""
        bodies = [body for address, body in self.announce(hours) if address == announcements.INDEXNOW]
        return [
            address.partition("localhost")[2] or address for body in bodies for address in json.loads(body)["urlList"]
        ]


@override_settings(SITE_ROOT="https://localhost")
class TellingTests(AnnouncingTestCase):
    def test_scheduled_article_is_told_of_when_its_time_has_come_and_once(self):
        article = make_article(section=self.section, slug="later")
        with at(0):
            workflow.schedule(article, by=self.chief, at=NOON + timedelta(hours=2))
        assert self.told(1) == []
        assert self.told(2) == ["/2025/12/08/later/"]
        assert self.told(2.01) == []
        assert self.told(3) == []

    def test_withdrawn_article_is_told_of(self):
        with at(1):
            workflow.withdraw(self.old.article, by=self.chief, reason="Wrong.")
        assert self.told(1) == [self.old.path]

    def test_article_that_is_committed_late_is_told_of(self):
        """Its time lies before the look that did not see it yet."""
        assert self.told(1) == []
        edition = make_edition(section=self.section, live_from=NOON + timedelta(hours=1) - timedelta(seconds=20))
        assert self.told(1 + 1 / 120) == [edition.path]
        assert self.told(1 + 1 / 60) == []

    def test_article_hidden_from_search_engines_is_not_told_of(self):
        make_edition(section=self.section, live_from=NOON + timedelta(hours=1), noindex=True)
        assert self.told(2) == []

    def test_hub_hears_of_every_feed_that_lists_the_article(self):
        child = make_section(slug="markets", parent=self.section)
        make_edition(
            section=child, tags=["Rail"], authors=[make_author(slug="aigul")], live_from=NOON + timedelta(hours=1)
        )
        body = next(body for address, body in self.announce(2) if address == HUB)
        asked = parse_qs(body)
        assert asked["hub.mode"] == ["publish"]
        bases = {"/", "/business/", "/business/markets/", "/topics/rail/", "/authors/aigul/"}
        expected = {f"https://localhost{base}{form}" for base in bases for form in ("feed/", "atom/", "feed.json")}
        assert set(asked["hub.url"]) == expected

    def test_one_listener_that_fails_keeps_nobody_else_from_hearing_and_is_told_later(self):
        make_edition(section=self.section, live_from=NOON + timedelta(hours=1))

        def answer(address, *_body):
            return LinkAnswer(500, Trouble.UNWILLING) if address == HUB else LinkAnswer(200)

        with (
            at(1),
            mock.patch("articles.outside.tell", side_effect=answer) as tell,
            self.assertRaisesMessage(RuntimeError, f"{HUB} did not take it: 500"),
        ):
            tasks.announce.func()
        assert {call.args[0] for call in tell.call_args_list} == {HUB, announcements.INDEXNOW}
        assert self.announce(1 + 1 / 60) == []  # not again at once
        assert [address for address, _body in self.announce(1.2)] == [HUB]
        assert Announcement.objects.get(pk=Listener.WEBSUB).failures == 0

    def test_who_never_listens_is_asked_ever_more_seldom(self):
        make_edition(section=self.section, live_from=NOON + timedelta(hours=1))
        asked = 0
        for minute in range(0, 12 * 60):
            now = NOON + timedelta(hours=1, minutes=minute)
            with outside(LinkAnswer(None, Trouble.SILENT)) as tell:
                if Listener.WEBSUB in announcements.due(now):
                    with self.assertRaises(NotTold):
                        announcements.announce_to(Listener.WEBSUB, now)
                asked += tell.call_count
        assert 5 <= asked <= 9

    def test_many_at_once_are_told_of_bit_by_bit_and_none_is_forgotten(self):
        late = make_edition(section=self.section, live_from=NOON + timedelta(hours=1.9))
        for number in range(6):
            make_edition(section=self.section, live_from=NOON + timedelta(hours=1), slug=f"same-{number}")
        with mock.patch("articles.public.announcements.MOST", 3):
            told = [self.told(2 + look / 60) for look in range(5)]
        assert [len(paths) for paths in told] == [3, 3, 1, 0, 0]
        assert told[2] == [late.path]

    def test_two_workers_tell_once(self):
        make_edition(section=self.section, live_from=NOON + timedelta(hours=1))
        now = NOON + timedelta(hours=2)

        def second(*_message):
            assert announcements.announce_to(Listener.INDEXNOW, now) == 0
            return LinkAnswer(200)

        with mock.patch("articles.outside.tell", side_effect=second) as tell:
            assert announcements.announce_to(Listener.INDEXNOW, now) == 1
        assert tell.call_count == 1

    def test_nobody_is_told_whom_the_paper_does_not_name(self):
        SiteSettings.objects.update(websub_hub="", tells_search_engines=False)
        make_edition(section=self.section, live_from=NOON + timedelta(hours=1))
        assert self.announce(2) == []


class KeyTests(AnnouncingTestCase):
    def test_key_file_proves_whose_the_addresses_are(self):
        path = f"/{announcements.indexnow_key_text()}.txt"
        assert self.client.get(path).content.decode() == announcements.indexnow_key_text()
        assert self.client.get(f"/{'0' * 32}.txt").status_code == 404


class SitemapTests(AnnouncingTestCase):
    def index(self, hours=None):
        if hours is None:
            return self.client.get("/sitemap.xml").content.decode()
        with at(hours):
            return self.client.get("/sitemap.xml").content.decode()

    def test_month_says_when_something_in_it_changed_at_once_and_after_the_clock(self):
        assert "<lastmod>2025-12-08T03:00:00+00:00" in self.index(0)
        make_edition(section=self.section, live_from=NOON + timedelta(hours=1))
        for told in (False, True):
            if told:
                self.announce(2)
            assert "<lastmod>2025-12-08T10:00:00+00:00" in self.index(2), told
        with at(3):
            workflow.withdraw(self.old.article, by=self.chief, reason="Wrong.")
        assert "<lastmod>2025-12-08T12:00:00+00:00" in self.index(3)

    def test_month_whose_last_article_ended_is_not_listed(self):
        other = make_edition(section=self.section, live_from=datetime(2025, 11, 3, tzinfo=UTC))
        Announcement.objects.all().delete()
        self.announce(0)
        assert "sitemap-2025-11.xml" in self.index(1)
        with at(1):
            workflow.withdraw(other.article, by=self.chief, reason="Wrong.")
        for told in (False, True):
            if told:
                self.announce(2)
            assert "sitemap-2025-11.xml" not in self.index(2), told

    def test_month_is_that_of_utc_whatever_the_papers_zone(self):
        edition = make_edition(section=self.section, live_from=datetime(2025, 11, 30, 20, tzinfo=UTC))
        assert edition.path in self.client.get("/sitemap-2025-11.xml").content.decode()
        assert ArchiveMonth.objects.get().month == date(2025, 12, 1)

    def test_large_month_has_several_files(self):
        for number in range(4):
            make_edition(section=self.section, live_from=NOON + timedelta(minutes=number), slug=f"number-{number}")
        with mock.patch("articles.public.sitemaps.MONTH_MOST", 2):
            index = self.index(1)
            assert all(f"/sitemap-2025-12{part}.xml" in index for part in ("", "-2", "-3"))
            assert "sitemap-2025-12-4" not in index
            with at(1):
                texts = [self.client.get(f"/sitemap-2025-12{part}.xml").content.decode() for part in ("", "-2", "-3")]
                assert self.client.get("/sitemap-2025-12-4.xml").status_code == 404
        assert [text.count("<url>") for text in texts] == [2, 2, 1]
        assert self.old.path in texts[2]
