"""A comma mended in an old article: every list of the desk says when it was first published and when it changed."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.admin.calendar import entries, span
from articles.admin.times import short
from articles.desk import workflow
from articles.models import Article, Edition, SiteSettings
from articles.tests.factories import make_article, make_chief, make_edition
from articles.tests.test_admin_article import DeskTestCase
from newsroom.desk import dashboard

FIRST = datetime(2025, 12, 8, 3, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class FirstPublicationTestCase(DeskTestCase):
    def setUp(self):
        timezone.activate(SiteSettings.current().zone)
        self.addCleanup(timezone.deactivate)
        self.chief = self.log_in(make_chief())
        self.now = timezone.now()
        self.old = self.mended(headline="Of last month", live_from=FIRST)
        self.new = make_edition(headline="Of yesterday", live_from=self.now - DAY).article

    def mended(self, **fields):
        """An article with a comma put right a moment ago."""
        article = Article.objects.get(pk=make_edition(**fields).article_id)
        workflow.saved(article, by=self.chief)
        workflow.publish(article, by=self.chief)
        article.refresh_from_db()
        return article

    def changed(self, article):
        return short(article.editions.live().get().live_from)


class ListTests(FirstPublicationTestCase):
    def test_dashboard_has_newest_first_by_first_publication_and_says_the_change_apart(self):
        [block] = [one for one in dashboard.dashboard_of(self.chief).paper if one.slug == "live"]
        assert [line.title for line in block.lines] == ["Of yesterday", "Of last month"]
        said = [str(fact) for fact in block.lines[1].facts]
        assert said[0].startswith("first published ")
        assert short(FIRST) in said[0]
        assert said[1].startswith("changed ")
        assert self.changed(self.old) in said[1]
        assert not any("changed" in str(fact) for fact in block.lines[0].facts)

    def test_dashboard_does_not_put_a_scheduled_one_among_what_is_live(self):
        workflow.schedule(make_article(headline="Tomorrow"), by=self.chief, at=self.now + DAY)
        [block] = [one for one in dashboard.dashboard_of(self.chief).paper if one.slug == "live"]
        assert "Tomorrow" not in [line.title for line in block.lines]

    def test_scheduled_update_says_of_which_publication_it_is_one(self):
        workflow.schedule(self.old, by=self.chief, at=self.now + HOUR)
        workflow.schedule(make_article(headline="New one"), by=self.chief, at=self.now + 2 * HOUR)
        [block] = [one for one in dashboard.dashboard_of(self.chief).paper if one.slug == "scheduled"]
        update, new = block.lines
        assert any(short(FIRST) in str(fact) for fact in update.facts)
        assert not any("first published" in str(fact) for fact in new.facts)

    def test_list_of_articles_has_both_in_a_column_of_its_own(self):
        page = self.client.get(reverse("admin:articles_article_changelist")).content.decode()
        assert f'{short(FIRST)} <span class="quiet">changed {self.changed(self.old)}</span>' in page
        assert "live since" not in page
        assert ">first published<" in page.lower().replace("\n", "")

    def test_what_is_only_scheduled_was_not_published(self):
        article = make_article(headline="Tomorrow")
        workflow.schedule(article, by=self.chief, at=self.now + DAY)
        cl = self.client.get(reverse("admin:articles_article_changelist")).context["cl"]
        row = next(row for row in cl.result_list if row.pk == article.pk)
        assert cl.model_admin.published(row) == ""
        assert "first published" not in cl.model_admin.describe_choice(row)["text"]

    def test_finding_says_both(self):
        page = self.client.get(reverse("admin:find"), {"q": "last month"})
        self.assertContains(page, f"live, first published {short(FIRST)}, changed {self.changed(self.old)}")

    def test_panel_of_the_article_says_both(self):
        page = self.page(self.old).content.decode()
        assert "Live since" not in page
        first, change = page.index("<dt>First published</dt>"), page.index("<dt>Changed for readers</dt>")
        assert "8 December 2025" in page[first:change]
        page = self.page(self.new)
        self.assertContains(page, "<dt>First published</dt>", html=True)
        self.assertNotContains(page, "Changed for readers")

    def test_panel_of_what_is_no_longer_live_keeps_the_day_of_publication(self):
        workflow.withdraw(self.old, by=self.chief, reason="x")
        self.assertContains(self.page(self.old), "<dt>First published</dt>", html=True)

    def test_list_of_editions_is_sorted_by_first_publication_and_shows_it(self):
        page = self.client.get(reverse("admin:articles_edition_changelist"), {"when": "now"})
        cl = page.context["cl"]
        assert [edition.headline for edition in cl.result_list] == ["Of yesterday", "Of last month"]
        assert [cl.model_admin.first_published(one) for one in cl.result_list] == [
            *(short(self.now - DAY), short(FIRST)),
        ]
        self.assertContains(page, "This text from")


class CalendarTests(FirstPublicationTestCase):
    def labels(self):
        whole = span.CalendarSpan(span.MONTH, timezone.localdate(self.now))
        found, _more = entries.collect(whole, self.chief, timezone.now())
        return {(entry.title, entry.label) for entry in found}

    def test_comma_is_a_change_and_no_publication(self):
        labels = self.labels()
        assert ("Of last month", "changed") in labels
        assert ("Of last month", "went live") not in labels

    def test_what_is_to_come_is_told_apart_too(self):
        coming = self.mended(headline="To be changed", live_from=FIRST)
        coming.standfirst = "Newer."
        coming.save()
        workflow.schedule(coming, by=self.chief, at=timezone.now() + timedelta(seconds=2))
        gone = self.mended(headline="Gone", live_from=FIRST)
        workflow.withdraw(gone, by=self.chief, reason="x")
        workflow.publish(gone, by=self.chief)
        labels = self.labels()
        assert ("To be changed", "changes") in labels
        assert ("Gone", "went live again") in labels


class ScaleTests(FirstPublicationTestCase):
    def test_newest_are_found_by_the_index_of_first_publication(self):
        if connection.vendor != "sqlite":
            self.skipTest("newsroom/tests/test_plans.py looks at PostgreSQL's plans")
        with CaptureQueriesContext(connection) as asked:
            dashboard.dashboard_of(self.chief)
        [sql] = [one["sql"] for one in asked if 'ORDER BY "articles_edition"."published_at" DESC' in one["sql"]]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}", [])
            plan = " ".join(row[3] for row in cursor.fetchall())
        assert "edition_by_published" in plan
        assert "TEMP B-TREE" not in plan
        assert Edition.objects.count() == 3
