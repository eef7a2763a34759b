"""Feeds in three formats: complete, valid for those who parse them, never older than the paper."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import feedparser
import time_machine
from defusedxml import ElementTree
from django.test import TestCase, override_settings

from articles.desk import workflow
from articles.models import SiteSettings
from articles.tests.factories import (
    MORNING,
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_image,
    make_section,
)
from newsroom.serving import frame

FORMATS = ("feed/", "atom/", "feed.json")


class FeedTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.objects.create(name="The Caravan Post", websub_hub="https://hub.example.org/")
        cls.section = make_section(name="Business", slug="business")
        cls.child = make_section(name="Markets", slug="markets", parent=cls.section)
        cls.author = make_author(name="Aigul Tash", slug="aigul")
        cls.image = make_image(made_cut=1, caption="At the lake")
        cls.edition = make_edition(
            headline="Rates & <markets>",
            standfirst="What moved.",
            section=cls.child,
            authors=[cls.author, make_author(name="Business desk", slug="desk", is_desk=True)],
            tags=["Silk Road"],
            lead_image=cls.image,
            body=f'<p>See <a href="/business/">more</a>.</p><figure data-image="{cls.image.pk}"></figure>'
            '<aside data-pull-quote=""><p>See more</p></aside><aside data-fact-box=""><h3>Facts</h3></aside>',
        )

    def setUp(self):
        frame.forget_frame()

    def parsed(self, path):
        response = self.client.get(path)
        assert response.status_code == 200, path
        found = feedparser.parse(response.content)
        assert not found.bozo, (path, found.bozo_exception)
        return found


class ContentTests(FeedTestCase):
    def test_every_page_has_its_feed_in_each_format(self):
        bases = ["/", "/business/", "/business/markets/", "/topics/silk-road/", "/authors/aigul/"]
        for base in bases:
            for form in FORMATS[:2]:
                entries = self.parsed(base + form).entries
                assert [entry.title for entry in entries] == ["Rates & <markets>"], base + form
            items = self.client.get(f"{base}feed.json").json()["items"]
            assert [item["title"] for item in items] == ["Rates & <markets>"], base
            page = self.client.get(base).content.decode()
            for form in FORMATS:
                assert f'href="{base}{form}"' in page, base + form

    def test_a_search_is_a_feed_too(self):
        for form in FORMATS:
            assert "markets" in self.client.get(f"/search/{form}?q=moved").content.decode(), form
        assert self.client.get("/search/feed/").status_code == 404
        assert f'href="/search/feed/?q={quote("moved")}"' in self.client.get("/search/?q=moved").content.decode()

    def test_the_formats_say_the_same_of_an_article(self):
        entry = self.parsed("/feed/").entries[0]
        assert entry.id == f"tag:localhost,2025-12-08:article-{self.edition.article_id}"
        assert [author.name for author in entry.authors] == ["Aigul Tash", "Business desk"]
        assert [tag.term for tag in entry.tags] == ["Business", "Markets", "Silk Road"]
        assert entry.media_content[0]["url"].startswith("http://testserver/media/")
        assert entry.media_credit[0]["content"] == "Somebody"
        atom = self.parsed("/atom/").entries[0]
        item = self.client.get("/feed.json").json()["items"][0]
        assert atom.id == item["id"] == entry.id
        assert [author.name for author in atom.authors] == [one["name"] for one in item["authors"]]
        for text in (entry.content[0].value, atom.content[0].value, item["content_html"]):
            assert "At the lake" in text

    def test_full_text_stands_by_itself(self):
        text = self.client.get("/feed.json").json()["items"][0]["content_html"]
        assert 'href="http://testserver/business/"' in text
        assert 'src="http://testserver/media/' in text
        assert "See more" not in text  # a pull quote repeats
        assert "<blockquote><h3>Facts</h3></blockquote>" in text or "<blockquote><h2>Facts</h2></blockquote>" in text
        assert "data-" not in text
        assert "At the lake" in text

    def test_the_paper_may_keep_its_texts_to_its_pages(self):
        SiteSettings.objects.update(feed_text="summary")
        frame.forget_frame()
        assert "content:encoded" not in self.client.get("/feed/").content.decode()
        item = self.client.get("/feed.json").json()["items"][0]
        assert item["content_text"] == "What moved."
        assert "content_html" not in item

    def test_hub_and_the_feed_itself_are_named(self):
        found = self.parsed("/business/feed/").feed
        links = {link.rel: link.href for link in found.links}
        assert links["hub"] == "https://hub.example.org/"
        assert links["self"] == "http://testserver/business/feed/"
        assert self.client.get("/feed.json").json()["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]

    def test_empty_section_has_an_empty_feed_and_an_unknown_one_none(self):
        make_section(name="New", slug="new")
        for form in FORMATS:
            assert self.client.get(f"/new/{form}").status_code == 200, form
            for base in ("/none/", "/business/none/", "/topics/none/", "/authors/none/"):
                assert self.client.get(base + form).status_code == 404, base + form
        assert self.parsed("/new/feed/").feed.title == "The Caravan Post: New"

    def test_opml_lists_every_section(self):
        tree = ElementTree.fromstring(self.client.get("/feeds.opml").content)
        found = [line.get("xmlUrl") for line in tree.iter("outline")]
        root = "http://testserver"
        assert found == [f"{root}/feed/", f"{root}/business/feed/", f"{root}/business/markets/feed/"]
        assert "/business/markets/atom/" in self.client.get("/feeds/").content.decode()

    @override_settings(ALLOWED_HOSTS=["*"])
    def test_items_keep_their_names_on_another_host(self):
        first = self.client.get("/feed.json").json()["items"][0]["id"]
        second = self.client.get("/feed.json", headers={"Host": "other.example"}).json()["items"][0]["id"]
        assert first == second


class UpdateTests(FeedTestCase):
    def updated(self):
        return self.client.get("/feed.json").json()["items"][0]["date_modified"]

    def test_correction_moves_the_time_of_update_and_another_text_does_not(self):
        article = self.edition.article
        at = MORNING + timedelta(hours=5)
        article.headline = "Another"
        article.save()
        with time_machine.travel(at, tick=False):
            workflow.publish(article, by=make_chief())
            assert datetime.fromisoformat(self.updated()) == MORNING
        article.refresh_from_db()
        article.dated_corrections = [{"day": "2025-12-08", "text": "It was wrong."}]
        article.save()
        with time_machine.travel(at + timedelta(hours=1), tick=False):
            workflow.publish(article, by=make_chief())
            assert datetime.fromisoformat(self.updated()) == at + timedelta(hours=1)
        article.refresh_from_db()
        article.headline = "A third"
        article.save()
        with time_machine.travel(at + timedelta(hours=2), tick=False):
            workflow.publish(article, by=make_chief())
            assert datetime.fromisoformat(self.updated()) == at + timedelta(hours=1)

    def test_correction_that_was_scheduled_counts_from_its_own_time_also_when_that_is_moved(self):
        article = self.edition.article
        article.dated_corrections = [{"day": "2025-12-08", "text": "It was wrong."}]
        article.save()
        with time_machine.travel(MORNING + timedelta(hours=1), tick=False):
            chief = make_chief()
            edition = workflow.schedule(article, by=chief, at=MORNING + timedelta(hours=3))
            workflow.reschedule(edition, by=chief, at=MORNING + timedelta(hours=4))
        with time_machine.travel(MORNING + timedelta(hours=5), tick=False):
            assert datetime.fromisoformat(self.updated()) == MORNING + timedelta(hours=4)


class NotModifiedTests(FeedTestCase):
    def test_withdrawn_article_leaves_the_feed_of_a_reader_who_asks_by_date(self):
        chief, newest = make_chief(), make_article(section=self.section, headline="Goes")
        with time_machine.travel(datetime(2025, 12, 9, tzinfo=UTC)):
            workflow.publish(newest, by=chief)
        for path in ("/feed/", "/business/atom/", "/business/feed.json"):
            response = self.client.get(path)
            assert "Goes" in response.content.decode(), path
            asked = {"If-Modified-Since": response.headers["Last-Modified"]}
            assert self.client.get(path, headers=asked).status_code == 304, path
        workflow.withdraw(newest, by=chief, reason="Wrong.")
        for path in ("/feed/", "/business/atom/", "/business/feed.json"):
            response = self.client.get(path, headers=asked)
            assert response.status_code == 200, path
            assert "Goes" not in response.content.decode(), path

    def test_change_within_the_same_second_is_a_change(self):
        moment = datetime(2025, 12, 9, 8, 0, 0, 200_000, tzinfo=UTC)
        with time_machine.travel(moment, tick=False):
            last = self.client.get("/feed/").headers["Last-Modified"]
        article = make_article(section=self.section, headline="Late in the second")
        with time_machine.travel(moment + timedelta(milliseconds=300), tick=False):
            workflow.publish(article, by=make_chief())
            response = self.client.get("/feed/", headers={"If-Modified-Since": last})
        assert response.status_code == 200
        assert "Late in the second" in response.content.decode()

    def test_unchanged_feed_is_not_sent_twice(self):
        for path in ("/feed/", "/atom/", "/feed.json"):
            etag = self.client.get(path).headers["ETag"]
            assert self.client.get(path, headers={"If-None-Match": etag}).status_code == 304, path

    def test_json_feed_says_what_it_is(self):
        response = self.client.get("/feed.json")
        assert response.headers["Content-Type"] == "application/feed+json"
        assert json.loads(response.content)["version"] == "https://jsonfeed.org/version/1.1"
