"""Articles, editions and saves, full and bare, as those see them who don't write; and what previews say of time."""

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from articles.desk import roles, workflow
from articles.models import Article
from articles.tests.factories import (
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_image,
    make_section,
    make_user,
)
from articles.tests.test_admin_article import DeskTestCase
from tickers.tests.factories import make_pair, make_rate

BARE = {"headline": "Bare", "section": None, "body": ""}
FURNITURE = {
    "section": lambda: {"section": make_section()},
    "kicker": lambda: {"kicker": "Over it"},
    "standfirst": lambda: {"standfirst": "Under it."},
    "lead picture": lambda: {"lead_image": make_image(caption="Of the library")},
    "caption": lambda: {"lead_image": make_image(), "lead_caption": "Of the article"},
    "body": lambda: {"body": "<p>Words.</p>"},
    "authors": lambda: {"authors": [make_author()]},
    "tags": lambda: {"tags": ["Rail"]},
    "dateline": lambda: {"dateline": "Osh"},
    "corrections": lambda: {"dated_corrections": [{"day": "2025-12-08", "text": "Put right."}]},
}


class ReadOnlyTests(DeskTestCase):
    def setUp(self):
        roles.make_groups()
        self.reporter = self.log_in(make_user(roles.REPORTER))

    def test_page_of_any_article_has_its_head_its_text_and_its_parts(self):
        for name, fields in {"nothing": dict, **FURNITURE}.items():
            for more in ({"stage": "in_review"}, {"trashed_at": timezone.now()}, {"created_by": None}):
                with self.subTest(name, more=list(more)):
                    article = make_article(**BARE | {"created_by": self.reporter} | fields() | more)
                    page = self.page(article).content.decode()
                    assert page.count(">Bare<") >= 2, "its name in the head, its headline over the text"
                    for part in ("details", "checks", "history", "notes"):
                        assert f'data-part="{part}"' in page
                    assert ('value="take_back"' in page) == (more.get("stage") == "in_review")

    def test_pages_of_editions_and_saves_are_whole(self):
        chief = self.log_in(make_chief())
        for name, fields in {"nothing": dict, **FURNITURE}.items():
            with self.subTest(name):
                article = make_article(**BARE | fields())
                workflow.saved(article, by=chief)
                article.section = article.section or make_section()  # readers find nothing without one
                edition = make_edition(article=article)
                for row in (edition, article.revisions.get()):
                    address = reverse(f"admin:articles_{row._meta.model_name}_change", args=[row.pk])
                    assert self.client.get(address).content.decode().count(">Bare<") >= 2

    def test_rates_are_those_that_readers_get(self):
        make_rate(make_pair("KGS"), value="0.01144")
        body = '<p>A dollar cost <data data-rate="KGS/USD" data-form="rate">KGS/USD</data>.</p>'
        article = make_article(headline="Rates", body=body, stage="in_review", created_by=self.reporter)
        workflow.saved(article, by=make_chief())
        told = re.search(r"A dollar cost (.*?)\.</p>", self.page(article).content.decode())[1]
        assert "0.01144" in told
        page = self.client.get(reverse("admin:articles_article_preview", args=[article.pk])).content.decode()
        assert told in page


class CountTests(DeskTestCase):
    def test_number_on_the_part_is_that_of_its_list(self):
        self.log_in(make_chief())
        for fields in (BARE, {}, {"body": "<p>See TK.</p>", "standfirst": ""}):
            with self.subTest(fields):
                page = self.page(make_article(**fields)).content.decode()
                blocking, advisory = re.search(r'data-blocking="(\d+)" data-advisory="(\d+)"', page).groups()
                assert re.search(r"<b data-checks-count>(\d*)</b>", page)[1] == str(int(blocking) + int(advisory))
                assert blocking != "0" or fields != BARE


class PreviewTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        make_section()

    def pages(self, article):
        link = workflow.share(article, by=self.chief, until=timezone.now() + timedelta(days=1))
        addresses = [reverse("admin:articles_article_preview", args=[article.pk]), link.get_absolute_url()]
        return [self.client.get(address).content.decode() for address in addresses]

    def test_nothing_unpublished_has_a_time_of_publication_or_is_passed_on(self):
        for fields in ({}, {"section": None}):
            for page in self.pages(make_article(**fields)):
                assert "Not published yet" in page
                assert 'class="share"' not in page
                assert ("Next in" in page) is False

    def test_what_was_published_has_the_time_of_that(self):
        edition = make_edition(live_from=timezone.now() - timedelta(days=3))
        for page in self.pages(edition.article):
            assert "Not published yet" not in page
            assert edition.published_at.astimezone().strftime("%Y-%m-%d")[:7] in page


class EarlyTests(DeskTestCase):
    """Whoever publishes now is told what of the next update readers get with it."""

    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_edition(headline="Live", live_from=timezone.now() - timedelta(days=1)).article

    def told(self):
        self.article.refresh_from_db()
        page = self.page(self.article).content.decode()
        return re.findall(r"Publishing now gives readers at once what is scheduled for .*: ([a-z, ]*)\.<", page)

    def change(self, **fields):
        Article.objects.filter(pk=self.article.pk).update(**fields)
        self.article.refresh_from_db()
        workflow.saved(self.article, by=self.chief)

    def test_what_is_scheduled_and_still_in_the_text_is_named(self):
        assert self.told() == []
        self.change(headline="Evening", standfirst="Tonight.")
        workflow.schedule(self.article, by=self.chief, at=timezone.now() + timedelta(hours=5))
        assert self.told() == ["headline, standfirst"]
        self.change(headline="Live")
        assert self.told() == ["standfirst"]
        self.change(standfirst="")
        assert self.told() == []
