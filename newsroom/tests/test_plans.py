"""What the database does for a page, by its own account: never more than a page's worth, however large the archive.

On PostgreSQL, which tells how many rows each step of a plan read.
"""

import json
from unittest import mock, skipUnless

import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag

from articles.desk import workflow
from articles.models import Article, ArticleByline, Author, Edition, Section
from articles.tests.factories import make_chief
from bench import archive
from ground import compiled_queries
from newsroom.serving import frame

ARTICLES = 30_000
BOUND = 3_000  # rows that one step may read
LARGE = {
    *("articles_article", "articles_articlebyline", "articles_address", "articles_edition", "articles_search"),
    *("articles_editionbyline", "articles_editionsection", "articles_editiontag"),
    *("articles_articletag", "articles_desk_search", "articles_indexedarticle"),
}


def steps(plan):
    yield plan
    for below in plan.get("Plans", ()):
        yield from steps(below)


def rows_read(step):
    removed = sum(step.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck", "Join Filter"))
    return (step["Actual Rows"] + removed) * step["Actual Loops"]


if connection.vendor == "postgresql":
    from psycopg._queries import PostgresQuery
    from psycopg.adapt import Transformer


@pytest.mark.long
@skipUnless(connection.vendor == "postgresql", "SQLite does not say how many rows a step read")
class PlanTests(TransactionTestCase):
    def setUp(self):
        archive.make(0, ARTICLES)
        self.land()
        frame.forget_frame()
        self.newest = Edition.objects.newest().first()

    def land(self):
        """A country with a place on the front page, under which everything is listed as well, and one with nothing."""
        land = Section.objects.create(name="Land", slug="land", kind="country", order=1, has_shelf=True)
        Section.objects.create(name="Empty", slug="empty", kind="country", order=2, has_shelf=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO articles_editionsection (edition_id, section_id, is_further, published_at) "
                "SELECT id, %s, true, published_at FROM articles_edition",
                [land.pk],
            )
            cursor.execute("ANALYZE articles_editionsection")

    def asked_of(self, do):
        """The SELECTs that ``do`` makes, as the database got them."""
        with CaptureQueriesContext(connection) as captured:
            do()
        statements = (query["sql"].strip() for query in captured)
        return [sql for sql in statements if sql.upper().startswith(("SELECT", "WITH", "(SELECT"))]

    def assert_bounded(self, name, statements, bound=BOUND):
        assert statements, name
        for sql in statements:
            self.assert_plan_is_bounded(name, sql.replace("%", "%%"), [], bound)

    def assert_plan_is_bounded(self, name, sql, values, bound):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", values)
            answer = cursor.fetchone()[0]
        plan = (answer if isinstance(answer, list) else json.loads(answer))[0]["Plan"]
        for step in steps(plan):
            if step.get("Relation Name") in LARGE or step["Node Type"] in {"Sort", "Incremental Sort"}:
                read = rows_read(step)
                about = f"{name}: {step['Node Type']} of {step.get('Relation Name')} reads {read:.0f} rows for\n{sql}"
                assert read <= bound, about

    def planned_once(self, do):
        """Statements of ground/compiled_queries.py that ``do`` makes, with their values."""
        with mock.patch.object(compiled_queries, "_planned_once", wraps=compiled_queries._planned_once) as asked:
            do()
        return [call.args[1:] for call in asked.call_args_list]

    def assert_bounded_when_planned_once(self, name, statements, bound=BOUND):
        for sql, values in statements:
            query = PostgresQuery(Transformer(connection.connection))
            query.convert(sql, values)
            with connection.cursor() as cursor:
                cursor.execute(f"PREPARE planned AS {query.query.decode().replace('%', '%%')}", [])
                marks = ", ".join(["%s"] * len(values))
                self.assert_plan_is_bounded(name, f"EXECUTE planned ({marks})", values, bound)
                cursor.execute("DEALLOCATE planned")

    def get(self, path):
        response = self.client.get(path)
        assert response.status_code == 200, path

    def test_work_does_not_grow_with_the_archive(self):
        self.pages()
        self.searches()
        self.desk()

    def pages(self):
        pages = ["/", "/section-1/", "/section-1/?page=25", "/section-1/2025/10/", "/latest/", "/latest/2025/10/"]
        pages += [
            self.newest.path,
            "/2025/11/17/article-1000/",
            "/authors/author-1/",
            "/topics/tag-1/",
            "/corrections/",
        ]
        pages += ["/section-0/", "/section-11/", "/topics/tag-0/", "/topics/tag-499/", "/authors/author-0/"]
        pages += ["/section-0/feed/", "/topics/tag-0/feed/", "/topics/tag-499/feed/", "/authors/author-0/feed/"]
        pages += ["/feed/", "/section-1/feed/", "/topics/tag-1/atom/", "/authors/author-1/feed.json"]
        pages += ["/land/", "/land/section-1/", "/land/section-1/?page=3", "/land/section-1/feed/"]
        pages += ["/land/section-1/2025/10/"]
        pages += ["/sitemap.xml", "/sitemap-sections.xml", "/news-sitemap.xml", "/search/suggest/?q=mark"]
        for path in pages:
            self.assert_bounded(path, self.asked_of(lambda path=path: self.get(path)))
            self.assert_bounded_when_planned_once(path, self.planned_once(lambda path=path: self.get(path)))

    def searches(self):
        for path in ("/search/?q=market", "/search/?q=rareword500", "/search/?q=market&section=1&sort=oldest"):
            # Of those found it is counted where they could be narrowed: by whole indexes, if those are small.
            asked = [sql for sql in self.asked_of(lambda path=path: self.get(path)) if "count(*)" not in sql]
            self.assert_bounded(path, asked, bound=70_000)  # of 90,000
        self.assert_bounded("rare", self.asked_of(lambda: self.get("/search/?q=rareword500")))

    def desk(self):
        chief = make_chief()
        self.client.force_login(chief)
        for path in (
            "/admin/",
            "/admin/articles/article/",
            "/admin/articles/article/?p=10",
            "/admin/articles/edition/calendar/",
            f"/admin/articles/article/{self.newest.article_id}/change/",
        ):
            self.assert_bounded(path, self.asked_of(lambda path=path: self.get(path)), bound=2 * BOUND)
        self.desk_lists(chief)
        article = Article.objects.get(pk=self.newest.article_id)
        self.assert_bounded("publish", self.asked_of(lambda: workflow.publish(article, by=chief)))

    def desk_lists(self, chief):
        """Lists that are narrowed, and searches: what is one person's, one author's or one word's may be read."""
        author = Author.objects.create(name="Somebody", slug="somebody", user=chief)
        some = list(Article.objects.values_list("pk", flat=True)[:20_000:200])
        ArticleByline.objects.bulk_create(ArticleByline(article_id=pk, author=author) for pk in some)
        Article.objects.filter(pk__in=some[::5]).update(stage="draft")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        articles, editions, find = "/admin/articles/article/", "/admin/articles/edition/", "/admin/find/?format=json&q="
        for path in (
            f"{articles}?whose=mine",
            f"{articles}?desk=unpublished",
            f"{articles}?desk=older",
            f"{articles}?desk=waiting",
            f"{articles}?readers=live",
            f"{articles}?readers=coming",
            f"{articles}?author=Somebody",
            f"{articles}?tag=Tag+1",
            f"{articles}?published_by={chief.username}",
            f"{articles}?since=2025-11-20&until=2025-11-25",
            f"{articles}?q=market",
            f"{articles}?q=ma",
            f"{articles}?q=rareword500",
            f"{articles}?q=somebody+market",
            f"{articles}?q=market&section={Section.objects.get(slug='section-1').pk}&language__exact=en",
            f"{articles}?q=market&author=Somebody&since=2025-11-20",
            editions,
            f"{editions}?q=market",
            f"{editions}?q=rareword500",
            f"{editions}?q=/2025/11/17/article-1000/",
            f"{find}market",
            f"{find}ma",
            f"{find}rareword500",
            f"{find}market+valley&for=link",
            "/admin/articles/placement/board/?q=market",
            f"/admin/articles/author/{author.pk}/change/",
            f"/admin/taggit/tag/{Tag.objects.get(slug='tag-1').pk}/change/",
        ):
            with self.subTest(path):
                self.assert_bounded(path, self.asked_of(lambda path=path: self.get(path)), bound=4 * BOUND)
