"""Pieces of pages, and rows that pages share: kept ones make the same page, and none outlives a change."""

from datetime import UTC, datetime, timedelta
from unittest import skipUnless

import pytest
from django.db import DataError, connection
from django.test import Client, TransactionTestCase, override_settings

from articles import search
from articles.models import Author, Edition, Image, Section
from articles.tests.factories import make_author, make_edition, make_image, make_section
from newsroom.serving import frame


class Pages(TransactionTestCase):
    """Some articles that share sections, authors and tags; with real commits, as only those are heard."""

    def setUp(self):
        frame.forget_frame()
        self.theme = make_section(name="Old theme", slug="business")
        section = make_section(name="Old section", slug="markets", parent=self.theme)
        self.author = make_author(name="Old author", slug="aigul", picture=make_image())
        self.image = make_image(credit="Old credit")
        self.editions = [
            make_edition(
                headline=f"Railway, old {number}",
                body="<p>A bridge over the river.</p>",
                kind="opinion" if number == 3 else "news",
                section=section,
                authors=[self.author],
                tags=["Rail"],
                lead_image=self.image,
            )
            for number in range(5)
        ]
        for edition in self.editions:
            search.add(edition)
        self.section, self.edition = section, self.editions[-1]
        self.client = Client()

    def paths(self):
        yield from ["/", "/business/", "/business/markets/", "/latest/", "/topics/rail/", "/authors/aigul/"]
        yield from [self.edition.path, "/search/?q=railway", "/search/?q=bridge", "/feed/", "/atom/", "/feed.json"]

    def all(self):
        return {path: self.client.get(path).content.decode() for path in self.paths()}


@override_settings(CACHED_FRAGMENTS=1000)
class CachedFragmentsTests(Pages):
    def test_pages_of_kept_pieces_are_the_same(self):
        first, again = self.all(), self.all()
        with self.settings(CACHED_FRAGMENTS=0):
            frame.forget_frame()
            made = self.all()
        for path in first:
            assert first[path] == again[path] == made[path], path

    def test_what_is_renamed_is_renamed_everywhere_at_once(self):
        before = self.all()
        Section.objects.filter(pk=self.section.pk).update(name="New section")
        Section.objects.filter(pk=self.theme.pk).update(name="New theme")
        Author.objects.filter(pk=self.author.pk).update(name="New author")
        Image.objects.filter(pk=self.image.pk).update(credit="New credit")
        Edition.objects.filter(pk=self.edition.pk).update(headline="Railway, new 4")
        after = self.all()
        for old, new in (
            ("Old section", "New section"),
            ("Old theme", "New theme"),
            ("Old author", "New author"),
            ("Old credit", "New credit"),
            ("Railway, old 4", "Railway, new 4"),
        ):
            seen = [path for path in before if old in before[path]]
            assert seen, old
            for path in seen:
                assert old not in after[path], (path, old)
                assert new in after[path], (path, new)

    def test_each_question_has_its_own_snippet(self):
        for word in ("bridge", "river", "bridge"):
            page = self.client.get(f"/search/?q={word}").content.decode()
            assert page.count(f"<mark>{word}</mark>") == len(self.editions)
            assert page.count("<mark>") == len(self.editions)
            assert "<!--snippet-->" not in page

    def test_ways_to_share_are_each_articles_own(self):
        for edition in (
            self.edition,
            self.editions[0],
            make_edition(headline='A <b> & "[share-text]" [share-address]'),
        ):
            page = self.client.get(edition.path).content.decode()
            assert f"url=http%3A%2F%2Ftestserver{edition.path.replace('/', '%2F')}&amp;text=" in page
        assert 'data-title="A &lt;b&gt; &amp; &quot;[share-text]&quot; [share-address]"' in page
        assert "text=A%20%3Cb%3E%20%26%20%22%5Bshare-text%5D%22%20%5Bshare-address%5D" in page


@skipUnless(connection.vendor == "postgresql", "SQLite plans each time")
class PlannedTests(Pages):
    def test_times_are_read_as_django_reads_them(self):
        said = ("2026-11-26 06:05:04", "2026-11-26 06:05:04.5", "1899-12-31 23:59:59.000001", "9999-01-01 00:00:00")
        for text in said:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT timestamptz '{text}+00', NULL::timestamptz")
                moment, nothing = cursor.fetchone()
            assert moment == datetime.fromisoformat(text).replace(tzinfo=UTC)
            assert moment.utcoffset() == timedelta(0)
            assert nothing is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'infinity'::timestamptz")
            with pytest.raises(DataError, match="too large"):
                cursor.fetchone()

    def test_a_table_that_is_altered_meanwhile_breaks_no_page(self):
        for _time in range(5):
            self.all()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            assert cursor.fetchone()[0] > 5
            cursor.execute("ALTER TABLE articles_edition ALTER COLUMN path TYPE varchar(300)")
        try:
            for path in self.paths():
                assert self.client.get(path).status_code == 200, path
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE articles_edition ALTER COLUMN path TYPE varchar(255)")
