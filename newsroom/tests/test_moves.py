"""The paper moves to another host, time zone or folder of pictures: what follows, and what must not change.

docs/operators.md says how; a bucket is tried in test_s3.py, the old host's redirects in test_nginx.py.
"""

import re
import shutil
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import time_machine
from django.conf import settings
from django.core.files.storage import storages
from django.test import Client, TransactionTestCase, override_settings

from articles.desk import workflow
from articles.models import Image, SiteSettings
from articles.tests.factories import make_article, make_chief, make_edition, make_section
from newsroom.serving import generation
from newsroom.tests.backup_places import storages_in
from newsroom.tests.test_pagecache import WITH_CACHE
from newsroom.tests.test_pictures import make_picture

FORMER, NEW = "news.example.org", "paper.example.org"
FEEDS = ["/feed/", "/atom/", "/feed.json"]
ADDRESSES = ["/", "/business/", "/latest/", "/robots.txt", "/sitemap.xml", "/sitemap-2025-12.xml", "/news-sitemap.xml"]
NAMES = re.compile(r"tag:[\w.-]+,[\d-]+:article-\d+")
EVENING = datetime(2025, 12, 8, 20, 0, tzinfo=UTC)  # the next day in Bishkek, the same in London


@override_settings(MIDDLEWARE=WITH_CACHE)
class MovesTestCase(TransactionTestCase):
    def setUp(self):
        shutil.rmtree(settings.VAR_DIR / "cache" / "pages", ignore_errors=True)
        generation.change()
        self.client = Client()
        self.enterContext(time_machine.travel(EVENING + timedelta(hours=2), tick=False))

    def names_in_feeds(self, **headers):
        return [NAMES.findall(self.client.get(path, headers=headers).content.decode()) for path in FEEDS]


class HostTests(MovesTestCase):
    @contextmanager
    def paper_at(self, host):
        """Serve the paper as with NEWSROOM_HOSTS=host."""
        with override_settings(ALLOWED_HOSTS=[host], SITE_HOST=host, SITE_ROOT=f"https://{host}"):
            yield

    def test_addresses_follow_and_the_names_of_articles_in_feeds_stay(self):
        with self.paper_at(FORMER):
            SiteSettings().save()
            edition = make_edition(section=make_section(slug="business"), live_from=EVENING)
            addresses = [*ADDRESSES, *FEEDS, edition.path]
            for path in addresses:
                assert self.client.get(path, headers={"host": FORMER}).status_code == 200, path
                assert self.client.get(path, headers={"host": FORMER}).headers["X-Cache"] == "hits"
            names = self.names_in_feeds(host=FORMER)
        assert all(names)
        with self.paper_at(NEW):
            assert self.client.get("/", headers={"host": FORMER}).status_code == 400  # nginx leads on before that
            for path in addresses:
                with self.subTest(path):
                    answer = self.client.get(path, headers={"host": NEW})
                    assert (answer.status_code, answer.headers["X-Cache"]) == (200, "made")
                    text = answer.content.decode()
                    assert f"http://{NEW}" in text
                    assert FORMER not in NAMES.sub("", text)
            assert self.names_in_feeds(host=NEW) == names
            SiteSettings.current().save()
            assert SiteSettings.current().feed_host == FORMER


class ZoneTests(MovesTestCase):
    def test_times_stay_and_days_follow(self):
        SiteSettings(time_zone="Asia/Bishkek").save()
        chief, section = make_chief(), make_section(slug="business")
        edition = make_edition(section=section, live_from=EVENING)
        article, tomorrow = make_article(section=section), EVENING + timedelta(days=1)
        planned = workflow.schedule(article, by=chief, at=tomorrow)
        assert edition.path.startswith("/2025/12/09/")
        assert planned.path.startswith("/2025/12/10/")
        addresses = ["/", "/latest/", edition.path]
        texts = [self.client.get(path).content.decode() for path in addresses]
        names, months = self.names_in_feeds(), self.locations("/sitemap.xml")

        paper = SiteSettings.current()
        paper.time_zone = "Europe/London"
        paper.save()

        for path, before in zip(addresses, texts, strict=True):
            answer = self.client.get(path)
            assert (answer.status_code, answer.headers["X-Cache"]) == (200, "made")
            assert answer.content.decode() != before
        assert self.names_in_feeds() == names
        assert self.locations("/sitemap.xml") == months
        planned.refresh_from_db()
        assert (planned.live_from, planned.path[:12]) == (tomorrow, "/2025/12/10/")
        again = make_article(section=section)
        workflow.publish(again, by=chief)
        assert again.editions.get().path.startswith("/2025/12/08/")
        moved = workflow.reschedule(planned, by=chief, at=tomorrow + timedelta(minutes=5))
        assert moved.path.startswith("/2025/12/09/")

    def locations(self, path):
        return re.findall(r"<loc>(.*?)</loc>", self.client.get(path).content.decode())


class FolderTests(MovesTestCase):
    def test_pictures_are_at_their_addresses_from_another_folder(self):
        field = Image._meta.get_field("file")
        with tempfile.TemporaryDirectory() as former, tempfile.TemporaryDirectory() as new:
            with (
                override_settings(STORAGES=storages_in(former)),
                mock.patch.object(field, "storage", storages["uploads"]),
            ):
                image = make_picture()
                contents = self.contents(image)
            for place in ("default", "uploads"):
                shutil.copytree(Path(former, place), Path(new, place))
                shutil.rmtree(Path(former, place))
            with override_settings(STORAGES=storages_in(new)), mock.patch.object(field, "storage", storages["uploads"]):
                assert self.contents(Image.objects.get()) == contents

    def contents(self, image):
        """What readers get at the picture's addresses, and its master."""
        sources = image.sources("wide")
        found = {}
        for address in [sources.src, *re.findall(r"/media/\S+", " ".join(sources.srcsets.values()))]:
            answer = self.client.get(address)
            assert answer.status_code == 200
            found[address] = b"".join(answer.streaming_content)
        with image.file.open("rb") as master:
            return found | {"master": master.read()}
