"""What is written is heard, and told to whoever keeps pages before us; what the tables of readers are."""

import json
import re
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles.desk import workflow
from articles.models import Article, Edition
from articles.public import surrogate_keys
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_section
from newsroom.serving import changes, generation, purging
from newsroom.tests import public_paper

# What readers' pages read without showing it: who was told what, words of searches, the index of what editions say.
UNSHOWN = {"articles_announcement", "articles_archivemonth", "articles_redirecthits", "articles_search"}
UNSHOWN |= {"articles_searchword"}


class Cache(BaseHTTPRequestHandler):
    """A cache that writes down what it is told, and refuses while ``status`` says so."""

    told, status = [], 200

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.told.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b'{"success": true}')

    do_POST = do_PURGE = answer

    def log_message(self, *args):
        pass


class HearingTests(TransactionTestCase):
    def assertChanges(self, write, expected=True):
        before = generation.current()
        write()
        assert (generation.current() != before) is expected

    def test_whatever_way_it_is_written(self):
        section = make_section()
        edition = make_edition(section=section)
        self.assertChanges(lambda: Edition.objects.filter(pk=edition.pk).update(kicker="By update"))
        self.assertChanges(lambda: Edition.objects.bulk_update([edition], ["kicker"]))
        self.assertChanges(lambda: connection.cursor().execute("UPDATE articles_section SET name = 'Raw'"))
        self.assertChanges(lambda: edition.section_rows.all().delete())

    def test_it_is_heard_once_for_a_transaction_and_after_it(self):
        section, seen = make_section(), []
        before = generation.current()
        with mock.patch.object(generation, "change", wraps=generation.change) as change:
            with transaction.atomic():
                make_edition(section=section)
                make_edition(section=section)
                seen.append(generation.current())
            assert change.call_count == 1
        assert seen == [before]
        assert generation.current() != before

    def test_what_the_desk_keeps_to_itself_is_not(self):
        article = make_article()
        self.assertChanges(lambda: Article.objects.filter(pk=article.pk).update(headline="A draft"), expected=False)

    def test_a_savepoint_that_is_rolled_back_is_not(self):
        section, before = make_section(), generation.current()
        before = generation.current()
        with transaction.atomic():
            try:
                with transaction.atomic():
                    make_edition(section=section)
                    raise ValueError
            except ValueError:
                pass
        assert generation.current() == before

    def test_a_full_disk_leaves_no_old_generation(self):
        before = generation.current()
        with (
            mock.patch.object(generation, "_point_to", side_effect=OSError("No space left")),
            self.assertLogs("newsroom.serving.changes", "ERROR"),
        ):
            make_section()
        assert generation.current() != before


class ShownTests(TestCase):
    def test_every_table_that_public_pages_read_is_listened_to(self):
        public_paper.fill()
        with CaptureQueriesContext(connection) as captured:
            for path in [*public_paper.addresses(), "/nothing/", "/2020/01/01/x/"]:
                self.client.get(path)
        read = {name for query in captured for name in re.findall(r"\b(?:FROM|JOIN) \(?\"?(\w+)\"?", query["sql"])}
        ours = {name for name in read if name.startswith(("articles_", "tickers_", "taggit_", "django_", "auth_"))}
        assert "articles_edition" in ours
        assert ours - UNSHOWN <= changes.shown_tables()


@override_settings(CDN=["purge"], PURGE_KEY="secret")
class KeysTests(TransactionTestCase):
    def purged(self, write):
        with mock.patch.object(purging, "after_change") as told:
            write()
        return [call.args[0] for call in told.call_args_list]

    def test_an_article_that_is_published_purges_itself(self):
        article, chief = make_article(section=make_section()), make_chief()
        keys = self.purged(lambda: workflow.publish(article, by=chief))
        assert keys == [[f"article-{article.pk}"]] * 2  # the second is its card, drawn at once in tests

    def test_what_may_be_on_any_page_purges_all(self):
        assert self.purged(lambda: make_section()) == [["paper"]]
        edition = make_edition()
        assert self.purged(lambda: Edition.objects.filter(pk=edition.pk).update(kicker="New")) == [["paper"]]

    def test_company_of_an_article(self):
        section, author = make_section(parent=make_section()), make_author()
        edition = make_edition(section=section, authors=[author], tags=["Rail"])
        tag = edition.tags.get()
        found = surrogate_keys.with_company([f"article-{edition.article_id}"])
        assert found == {
            f"article-{edition.article_id}",
            f"section-{section.pk}",
            f"section-{section.parent_id}",
            f"author-{author.pk}",
            f"tag-{tag.pk}",
            "latest",
        }
        assert surrogate_keys.with_company(["paper"]) == {"paper"}

    def test_pages_name_what_they_show(self):
        section, author = make_section(slug="business"), make_author(slug="aigul")
        edition = make_edition(section=section, authors=[author], tags=["Rail"])
        article, tag = f"article-{edition.article_id}", f"tag-{edition.tags.get().pk}"
        for path, keys in (
            (edition.path, {"paper", article, f"section-{section.pk}", f"author-{author.pk}", tag}),
            ("/business/", {"paper", article, f"section-{section.pk}"}),
            ("/authors/aigul/", {"paper", article, f"author-{author.pk}"}),
            ("/topics/rail/", {"paper", article, tag}),
        ):
            assert set(self.client.get(path).headers["Surrogate-Key"].split()) == keys, path


class PurgingTests(TransactionTestCase):
    def setUp(self):
        Cache.told, Cache.status = [], 200
        server = HTTPServer(("127.0.0.1", 0), Cache)
        self.root = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)

    def test_plain_purge(self):
        with override_settings(CDN=["purge"], PURGE_KEY="secret", PURGE_URLS=[f"{self.root}/"]):
            make_section()
        ((method, path, headers, _body),) = Cache.told
        assert (method, path, headers["Surrogate-Key"], headers["X-Purge-Key"]) == ("PURGE", "/", "paper", "secret")

    def test_fastly(self):
        with (
            override_settings(CDN=["fastly"], FASTLY_SERVICE="abc", FASTLY_TOKEN="token"),
            mock.patch.object(purging, "FASTLY", self.root),
        ):
            purging.purge.enqueue([f"tag-{number}" for number in range(40)])
        assert [(method, path) for method, path, *_rest in Cache.told] == [("POST", "/service/abc/purge")] * 2
        assert sum(len(headers["Surrogate-Key"].split()) for _m, _p, headers, _b in Cache.told) == 40
        assert {headers["Fastly-Key"] for _m, _p, headers, _b in Cache.told} == {"token"}

    def test_cloudflare(self):
        with (
            override_settings(CDN=["cloudflare"], CLOUDFLARE_ZONE="zone", CLOUDFLARE_TOKEN="token"),
            mock.patch.object(purging, "CLOUDFLARE", self.root),
        ):
            purging.purge.enqueue(["paper"])
        ((_method, path, headers, body),) = Cache.told
        assert path == "/client/v4/zones/zone/purge_cache"
        assert headers["Authorization"] == "Bearer token"
        assert json.loads(body) == {"tags": ["paper"]}

    def test_a_refusal_is_told_and_tried_again(self):
        Cache.status = 503
        with override_settings(CDN=["purge"], PURGE_KEY="secret", PURGE_URLS=[f"{self.root}/"]):
            with self.assertLogs("newsroom.serving.purging", "ERROR"), self.assertRaises(purging.NotPurged):
                purging.purge.call(["paper"])
            now, long_ago = timezone.now(), timezone.now() - timedelta(days=2)
            for keys, since in ((["article-1"], now), (["tag-2"], now), (["author-3"], long_ago)):
                DBTaskResult.objects.create(
                    args_kwargs={"args": [keys], "kwargs": {"since": since.isoformat()}},
                    task_path=purging.purge.module_path,
                    backend_name="default",
                    status="FAILED",
                    exception_class_path="newsroom.serving.purging.NotPurged",
                    traceback="",
                )
            Cache.told, Cache.status = [], 200
            purging.queue_unpurged()
        left = DBTaskResult.objects.get(status="FAILED")  # given up, and to be seen on the desk
        assert left.args_kwargs["args"] == [["author-3"]]
        told = set(Cache.told[-1][2]["Surrogate-Key"].split())
        assert {"article-1", "tag-2"} <= told
        assert "author-3" not in told

    def test_who_has_the_key_may_purge_us(self):
        from newsroom.serving.pagecache.middleware import PageCacheMiddleware

        middleware = PageCacheMiddleware(lambda request: mock.sentinel.passed)
        before = generation.current()

        def purge(key):
            request = mock.Mock(method="PURGE", path="/", META={"HTTP_X_PURGE_KEY": key})
            return middleware(request)

        with override_settings(PURGE_KEY="secret"):
            assert purge("wrong").status_code == 403
            assert generation.current() == before
            assert purge("secret").status_code == 200
            assert generation.current() != before
        with override_settings(PURGE_KEY=""):
            assert purge("").status_code == 403
