"""Readers' pages from memory: never old, never somebody's own, and there when the database is not."""

import gzip
import itertools
import re
import shutil
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from unittest import mock

import brotli
import time_machine
from backports import zstd
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.http import HttpResponse
from django.test import Client, RequestFactory, SimpleTestCase, TransactionTestCase, override_settings
from django.utils import timezone

from articles.desk import workflow
from articles.models import Author, Edition, FlatPage, Placement, Redirect, RedirectHits, Section, SiteSettings
from articles.tests.factories import make_article, make_chief, make_edition, make_section
from ground import compiled_queries
from newsroom import pages
from newsroom.serving import frame, generation, redis_client
from newsroom.serving.headers import PUBLIC
from newsroom.serving.pagecache import codings, counts
from newsroom.serving.pagecache.keys import LONGEST, build, key_of, name_of, relevant_query
from newsroom.serving.pagecache.middleware import Flight, PageCacheMiddleware
from newsroom.serving.pagecache.page import Page
from newsroom.serving.pagecache.stores import Files, Memory, Redis
from tickers.tests.factories import make_pair, make_rate

WITH_CACHE = [settings.PAGE_CACHE, *settings.MIDDLEWARE]


def page_of(text=b"words", headers=None, until=None):
    response = HttpResponse(text, headers=headers)
    return Page.of(response, "token", time.time(), until or time.time() + 60, "br")


@override_settings(MIDDLEWARE=WITH_CACHE)
class KeptTests(TransactionTestCase):
    """With real commits, as only those are seen."""

    def setUp(self):
        shutil.rmtree(settings.VAR_DIR / "cache" / "pages", ignore_errors=True)
        generation.change()
        self.section = make_section(name="Business", slug="business")
        self.edition = make_edition(section=self.section, headline="The first", live_from=timezone.now())
        self.client = Client()  # a handler of its own: nothing in its memory

    def get(self, path="/", **kwargs):
        return self.client.get(path, **kwargs)

    def assertFrom(self, how, path="/", **kwargs):
        response = self.get(path, **kwargs)
        assert response.headers.get("X-Cache") == how, (path, response.headers.get("X-Cache"))
        return response

    def test_second_reader_takes_no_query(self):
        for path in [*pages.WARMED, "/business/", self.edition.path]:
            made = self.assertFrom("made", path)
            with self.assertNumQueries(0):
                kept = self.assertFrom("hits", path)
            assert kept.content == made.content, path
            assert kept.headers["Content-Type"] == made.headers["Content-Type"]
            for name in ("Content-Security-Policy", "X-Content-Type-Options", "Cache-Control", "ETag"):
                assert kept.headers[name] == made.headers[name], (path, name)

    def test_whatever_readers_see_is_new_after_its_commit(self):
        author = Author.objects.create(name="Aigul", slug="aigul")
        pair = make_pair()
        writes = [
            lambda: make_edition(section=self.section, headline="Another"),
            lambda: Edition.objects.filter(pk=self.edition.pk).update(headline="Written past all signals"),
            lambda: Section.objects.filter(pk=self.section.pk).update(name="Trade"),
            lambda: Author.objects.bulk_update([Author(pk=author.pk, name="Asel")], ["name"]),
            lambda: SiteSettings.objects.create(name="Another paper"),
            lambda: make_rate(pair, timezone.now().date(), "0.01144"),
            lambda: pair.delete() if not pair.rates.exists() else pair.rates.all().delete(),
            lambda: Placement.objects.create(
                slot=1, article=self.edition.article, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(1)
            ),
        ]
        for number, write in enumerate(writes):
            self.get()
            self.assertFrom("hits")
            write()
            assert self.get().headers["X-Cache"] == "made", number

    def test_no_page_has_the_text_of_before_a_commit_and_that_of_after(self):
        """Whichever of a page's queries the commit comes before; the front page has a country's newest twice."""
        country = make_section(name="Kyrgyzstan", slug="kyrgyzstan", kind="country")
        replacement = Replacement(country)
        for path in ("/", "/kyrgyzstan/", "/latest/", "/feed/", replacement.path):
            for number in itertools.count():
                replacement.undo()
                self.get(path)  # keeps the fragments of this generation; the page itself is forgotten
                shutil.rmtree(settings.VAR_DIR / "cache" / "pages")
                self.client, replacement.left = Client(), number
                with connection.execute_wrapper(replacement), before_planned_queries(replacement):
                    answer = self.assertFrom("made", path)
                words = {word for word in (b"Before", b"Afterwards") if word in answer.content}
                assert len(words) == 1, (path, number)
                if replacement.left >= 0:
                    break
            assert number, path

    def test_what_the_desk_alone_sees_leaves_pages_as_they_are(self):
        self.get()
        article = make_article(section=self.section)
        article.headline = "A working copy"
        article.save()
        Client().login(username="nobody", password="x")
        self.assertFrom("hits")

    def test_what_is_rolled_back_changes_nothing(self):
        self.get()
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            make_edition(section=self.section, headline="Never was")
            raise ZeroDivisionError
        self.assertFrom("hits")

    def test_time_alone_brings_the_new_page(self):
        chief = make_chief()
        article = make_article(section=self.section, headline="Scheduled")
        start = timezone.now() + timedelta(minutes=5)
        workflow.schedule(article, at=start, by=chief)
        assert b"Scheduled" not in self.get().content
        with time_machine.travel(start - timedelta(milliseconds=1), tick=False):
            assert b"Scheduled" not in self.assertFrom("hits").content
        with time_machine.travel(start, tick=False):
            assert b"Scheduled" in self.assertFrom("made").content
            assert b"Scheduled" in self.assertFrom("hits").content

    def test_clock_that_is_put_back_leaves_no_page_of_a_time_to_come(self):
        make_edition(section=self.section, headline="Tonight", live_from=timezone.now() + timedelta(hours=2))
        with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
            self.assertContains(self.assertFrom("made"), "Tonight")
        self.assertNotContains(self.assertFrom("made"), "Tonight")

    def test_a_failure_after_the_commit_leaves_no_old_page(self):
        self.get()

        def fail():
            raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            transaction.on_commit(fail)
            make_edition(section=self.section, headline="Committed")
        assert b"Committed" in self.assertFrom("made").content

    def test_staff_and_whoever_looks_at_another_time_are_never_answered_from_it(self):
        self.get()
        staff = make_chief()
        self.client.force_login(staff)
        assert "X-Cache" not in self.get().headers
        assert "X-Cache" not in self.get("/?at=2026-01-01T06:00").headers
        self.client.logout()
        assert self.get("/?at=2026-01-01T06:00").status_code == 403

    def test_who_comes_with_a_password_is_never_answered_from_it_and_leaves_nothing_in_it(self):
        for _time in range(2):
            self.assertFrom(None, "/business/", headers={"Authorization": "Basic c2VjcmV0"})
        self.assertFrom("made", "/business/")
        self.assertFrom(None, "/business/", headers={"Authorization": "Basic c2VjcmV0"})

    def test_nothing_of_the_desk_is_kept(self):
        for path in ("/admin/login/", "/preview/x/", "/search/?q=words", "/healthz", "/readyz", "/api/oembed/"):
            assert "X-Cache" not in self.get(path).headers, path
        assert "X-Cache" not in self.client.post("/").headers

    def test_unknown_parameters_make_no_other_page_and_are_in_none(self):
        self.assertFrom("made", "/feed/")
        response = self.assertFrom("hits", "/feed/?utm_source=evil&x=%3Cscript%3E")
        assert b"evil" not in response.content
        self.get("/business/?fbclid=evil")
        assert b"evil" not in self.assertFrom("hits", "/business/").content
        assert self.get("/business/?page=2&x=1").status_code == 404
        assert self.get("/?page=%00").status_code == 400

    def test_nothing_that_a_stranger_can_vary_makes_a_page_that_is_kept(self):
        FlatPage.objects.create(title="About", slug="about", body="<p>Us.</p>", is_public=True)
        make_section(name="Kyrgyzstan", slug="kyrgyzstan", kind=Section.Kind.COUNTRY)
        make_rate(make_pair(), timezone.now().date(), "0.01144")
        other_ways = ["/business/kyrgyzstan/", "/rates/usd-kgs/", "/business", "/about"]
        listed = [address for page in pages.ALL if page.is_kept for address in page.addresses]
        for path in [*listed, *other_ways, "/about/", "/kyrgyzstan/", self.edition.path]:
            self.get(path)
            memory = self.client.handler._middleware_chain.memory
            held = len(memory)
            for query in (
                "page=junk",
                "page=-1",
                "page=01",
                "page=999",
                "page=1%20",
                "span=junk",
                "span=",
                "x=1",
                "page[]=2",
            ):
                self.get(f"{path}?{query}")
            for port in ("1", "443", "65535", ""):
                self.get(path, headers={"host": f"testserver:{port}"})
            self.get(path, headers={"host": "testserver."})
            assert len(memory) == held, path

    def test_redirect_that_is_kept_keeps_each_readers_query(self):
        Section.objects.filter(pk=self.section.pk).update(slug="trade")
        with override_settings(NGINX=True):
            for how, query in (("made", "?utm_source=one"), ("hits", ""), ("hits", "?utm_source=two&x=%D0%B0")):
                response = self.assertFrom(how, f"/business/feed/{query}")
                assert response.headers["Location"] == f"/trade/feed/{query}"
                assert response.headers["X-Accel-Expires"] == "0"  # nginx would send all on with one's query

    def test_what_another_system_asks_of_the_front_page_is_no_front_page(self):
        self.assertFrom("made", "/")
        self.assertFrom("hits", "/?utm_source=x")
        assert self.get("/?p=123").status_code == self.get("/?utm_source=x&page_id=1").status_code == 404
        assert self.get("/?s=rail&utm_source=x").headers["Location"] == "/search/?q=rail&utm_source=x"
        self.assertFrom("hits", "/")

    def test_hits_of_redirects_are_counted_and_leave_pages_as_they_are(self):
        redirect = Redirect.objects.create(source="/old", target="/business/")
        self.assertFrom("made", "/")
        for _number in range(3):
            response = self.get("/old/?utm_source=x")
            assert (response.status_code, response.headers["Location"]) == (301, "/business/?utm_source=x")
        assert RedirectHits.objects.get(redirect=redirect).hits == 3
        self.assertFrom("hits", "/")

    def test_each_host_has_pages_of_its_own(self):
        with override_settings(ALLOWED_HOSTS=["one.example", "two.example"]):
            assert b"http://one.example/" in self.get("/robots.txt", headers={"host": "one.example"}).content
            response = self.assertFrom("made", "/robots.txt", headers={"host": "two.example"})
            assert b"one.example" not in response.content
            assert self.get("/robots.txt", headers={"host": "evil.example"}).status_code == 400

    def test_who_has_the_page_is_told_so(self):
        first = self.get()
        response = self.assertFrom("hits", headers={"if-none-match": first.headers["ETag"]})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == first.headers["ETag"]
        assert response.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert self.get(headers={"if-none-match": 'W/"another"'}).status_code == 200
        feed = self.get("/feed/")
        since = feed.headers["Last-Modified"]
        assert self.get("/feed/", headers={"if-modified-since": since}).status_code == 304

    def test_shared_caches_are_told_how_long_and_readers_nothing(self):
        at = timezone.now() + timedelta(seconds=100)
        workflow.schedule(make_article(section=self.section), by=make_chief(), at=at)
        readers = self.get("/").headers
        assert readers["Cache-Control"] == PUBLIC
        with override_settings(CDN=["fastly"]):
            told = self.get("/latest/").headers
            left = int(re.search(r"s-maxage=(\d+), stale-while-revalidate=\d,", told["Cache-Control"])[1])
            assert 0 < left <= 94
            assert "paper" in told["Surrogate-Key"]
        with override_settings(NGINX=True):
            told = self.get("/business/").headers
            assert time.time() < int(told["X-Accel-Expires"].removeprefix("@")) < int(at.timestamp())
            assert self.get("/business/?page=1").headers["X-Accel-Expires"] == told["X-Accel-Expires"]
            assert self.get("/business/?x=1").headers["X-Accel-Expires"] == "0"  # nginx's key would have it
            assert "X-Accel-Expires" not in self.get("/search/?q=first").headers
        for headers in (readers, told):
            assert "Surrogate-Key" not in headers
            assert ("X-Accel-Expires" in headers) == (headers is told)
        with override_settings(NGINX=True, CDN=["purge"]):
            told = self.get(self.edition.path).headers
            assert told["Cache-Control"] == PUBLIC  # nginx does not say how old it is
            assert "paper" in told["Surrogate-Key"]

    def test_head_is_the_page_without_its_bytes(self):
        whole = self.get()
        response = self.client.head("/")
        assert response.content == b""
        assert response.headers["Content-Length"] == str(len(whole.content))
        assert self.client.head("/latest/").headers["X-Cache"] == "made"
        assert len(self.assertFrom("hits", "/latest/").content) > 1000

    def test_bytes_come_in_the_coding_that_the_client_likes(self):
        plain = self.get().content
        for accepted, coding, decode in (
            ("gzip, deflate, br, zstd", "br", brotli.decompress),
            ("zstd, br;q=0.5", "zstd", zstd.decompress),
            ("gzip", "gzip", gzip.decompress),
        ):
            response = self.assertFrom("hits", headers={"accept-encoding": accepted})
            assert response.headers["Content-Encoding"] == coding
            assert response.headers["Vary"] == "Accept-Encoding"
            assert decode(response.content) == plain

    def test_errors_and_what_sets_cookies_are_not_kept(self):
        for _ in range(2):
            assert "X-Cache" not in self.get("/nothing/").headers

        def with_cookie(request):
            request.frame, request.shown_at = frame.frame_at(), None
            response = HttpResponse("words")
            response.set_cookie("seen", "1")
            return response

        middleware = PageCacheMiddleware(with_cookie)
        for _ in range(2):
            assert "X-Cache" not in middleware(RequestFactory().get("/")).headers

    def test_what_is_another_page_for_another_reader_is_not_kept(self):
        for name, value in (
            ("Vary", "Accept-Language, Cookie"),
            ("Content-Security-Policy", "script-src 'nonce-x'"),
            ("Cache-Control", "private"),
        ):

            def answer(request, headers={name: value}):  # noqa: B006 - it is only read
                request.frame, request.shown_at = frame.frame_at(), None
                return HttpResponse("words", headers=headers)

            assert "X-Cache" not in PageCacheMiddleware(answer)(RequestFactory().get("/own/")).headers, name

    def test_old_addresses_and_withdrawn_articles_are_kept_too(self):
        chief = make_chief()
        workflow.withdraw(self.edition.article, by=chief, reason="It was wrong.")
        assert self.get(self.edition.path).status_code == 410
        assert b"It was wrong." in self.assertFrom("hits", self.edition.path).content

    def test_neighbour_finds_the_page_in_the_files(self):
        made = self.get().content
        self.client = Client()
        with self.assertNumQueries(0):
            assert self.assertFrom("shared").content == made

    def test_one_makes_it_while_the_others_wait(self):
        made = []

        def slowly(request):
            made.append(request.path)
            time.sleep(0.3)
            request.frame, request.shown_at = frame.frame_at(), None
            return HttpResponse("words")

        middleware, answers = PageCacheMiddleware(slowly), []
        threads = [
            threading.Thread(target=lambda: answers.append(middleware(RequestFactory().get("/slow/"))))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert made == ["/slow/"]
        assert sorted(one.headers["X-Cache"] for one in answers) == ["made", *["waited"] * 7]

    def test_a_page_made_while_something_was_written_is_made_once_more(self):
        words = iter(["old", "new", "newer"])

        def meanwhile_written(request):
            request.frame, request.shown_at = frame.frame_at(), None
            response = HttpResponse(next(words))
            if response.content == b"old":
                generation.change()
            return response

        middleware = PageCacheMiddleware(meanwhile_written)
        answers = [middleware(RequestFactory().get("/")).content for _ in range(3)]
        assert answers == [b"new", b"new", b"new"]

    def test_who_asked_before_a_change_and_who_asked_after_it_get_the_new_page_which_is_made_once(self):
        words, may_end = iter(["old", "new"]), threading.Event()

        def slowly(request):
            request.frame, request.shown_at = frame.frame_at(), None
            response = HttpResponse(next(words))
            may_end.wait(10)
            return response

        middleware, answers = PageCacheMiddleware(slowly), {}

        def ask(name):
            response = middleware(RequestFactory().get("/slow/"))
            answers[name] = (response.headers["X-Cache"], response.content)

        threads = [threading.Thread(target=ask, args=[name]) for name in ("first", "before", "after")]
        for thread in threads:
            if thread is threads[-1]:
                generation.change()
            thread.start()
            time.sleep(0.2)  # it waits now
        may_end.set()
        for thread in threads:
            thread.join()
        assert answers == {"first": ("made", b"new"), "before": ("shared", b"new"), "after": ("waited", b"new")}

    def test_who_waits_gets_what_a_neighbour_made_as_well(self):
        self.get("/business/")
        middleware, flight, request = PageCacheMiddleware(None), Flight(), RequestFactory().get("/business/")
        made = middleware._lead(request, key_of(request), generation.current(), flight)
        assert made.headers["X-Cache"] == "shared"
        middleware = PageCacheMiddleware(None)
        middleware._flights[key_of(request)] = flight
        waited = middleware(request)
        assert (waited.headers["X-Cache"], waited.content) == ("waited", made.content)

    def test_counts_tell_how_it_goes(self):
        _before, _living = counts.of_machine()
        self.get()
        self.get()
        with mock.patch.object(counts, "TOLD", -1):
            self.get()
        after, living = counts.of_machine()
        assert living == 1
        assert after["hits"] == 2
        assert after["made"] == 1
        assert after["bytes"] > 1000


def before_planned_queries(wrapper):
    """Have ``wrapper`` called for queries that PostgreSQL plans once, too: they pass none of Django's."""
    planned_once = compiled_queries._planned_once

    def wrapped(cursor, sql, parameters):
        return wrapper(lambda *_arguments: planned_once(cursor, sql, parameters), sql, parameters, False, {})

    return mock.patch.object(compiled_queries, "_planned_once", wrapped)


class Replacement:
    """A colleague's edition in the place of another, right before a query of a page; ``left`` come before that one."""

    LATER = datetime(2090, 1, 1, tzinfo=UTC)

    def __init__(self, section):
        self.before = make_edition(section=section, headline="Before", live_until=self.LATER)
        article = self.before.article
        article.headline = "Afterwards"
        self.after = make_edition(article=article, live_from=self.LATER)
        self.path, self.left = self.before.path, 0

    def move(self, moment):
        rows = [(self.before, {"live_until": moment}), (self.after, {"live_from": moment})]
        for edition, times in rows if moment < self.LATER else reversed(rows):
            Edition.objects.filter(pk=edition.pk).update(**times)

    def undo(self):
        self.move(self.LATER)

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == -1:
            self.move(timezone.now() - timedelta(minutes=1))  # its step took a while
        return execute(sql, params, many, context)


@override_settings(MIDDLEWARE=WITH_CACHE)
class OutageTests(TransactionTestCase):
    def setUp(self):
        shutil.rmtree(settings.VAR_DIR / "cache" / "pages", ignore_errors=True)
        generation.change()
        make_edition(section=make_section(slug="business"), live_from=timezone.now())
        self.client = Client(raise_request_exception=False)

    def database_away(self):
        return mock.patch.object(CursorWrapper, "execute", side_effect=OperationalError("the connection is closed"))

    def test_last_good_page_goes_out_with_its_age(self):
        self.client.get("/")
        generation.change()
        with self.database_away(), self.assertLogs("django.request", "ERROR"):
            response = self.client.get("/")
            assert (response.status_code, response.headers["X-Cache"]) == (200, "stale")
            assert response.headers["Age"] == "0"
            with override_settings(NGINX=True):
                assert self.client.get("/").headers["X-Accel-Expires"] == "1"

    def test_slow_page_takes_the_place_of_an_older_one_and_of_no_newer_one(self):
        for minutes, is_taken in ((-1, True), (0, True), (1, False), (10, True)):  # the last is of a clock put back
            middleware = PageCacheMiddleware(None)
            page = replace(page_of(b"slow"), made_at=time.time() - 120)
            middleware.shared.put(name_of("/slow/"), replace(page_of(), made_at=page.made_at + minutes * 60))
            assert middleware._is_newest("/slow/", page) == is_taken, minutes

    def test_last_good_page_is_this_process_own_where_the_files_are_gone(self):
        self.client.get("/")
        generation.change()
        shutil.rmtree(settings.VAR_DIR / "cache" / "pages")
        with self.database_away(), self.assertLogs("django.request", "ERROR"):
            assert self.client.get("/").headers["X-Cache"] == "stale"

    def test_last_good_page_is_the_one_that_a_neighbour_made_since(self):
        self.client.get("/")
        Edition.objects.update(headline="Made by a neighbour", live_until=timezone.now() + timedelta(days=9))
        generation.change()
        Client().get("/")  # another process, with a memory of its own
        generation.change()
        with self.database_away(), self.assertLogs("django.request", "ERROR"):
            response = self.client.get("/")
        assert response.headers["X-Cache"] == "stale"
        self.assertContains(response, "Made by a neighbour")

    def test_who_waited_for_a_page_that_could_not_be_made_gets_the_last_good_one(self):
        self.client.get("/")
        generation.change()
        request = RequestFactory().get("/")
        middleware = PageCacheMiddleware(mock.Mock(side_effect=OperationalError("the connection is closed")))
        flight = middleware._flights[key_of(request)] = Flight()

        def fail(seconds):
            middleware._broken_until[key_of(request)] = time.monotonic() + 60

        with mock.patch.object(flight.landed, "wait", side_effect=fail):
            assert middleware(request).headers["X-Cache"] == "stale"

    def test_who_waited_for_a_page_that_nobody_has_is_told_at_once_and_not_made_to_wait_again(self):
        request, entered, made = RequestFactory().get("/"), threading.Event(), []

        def fail(request):
            made.append(1)
            entered.wait(20)
            return HttpResponse("away", status=503, headers={"Retry-After": "5"})

        middleware, answers = PageCacheMiddleware(fail), []
        people = [threading.Thread(target=lambda: answers.append(middleware(request))) for _number in range(5)]
        for person in people:
            person.start()
        while not middleware._flights:
            time.sleep(0.01)
        waiting = [person for person in people if person.is_alive()]
        time.sleep(0.2)  # until the others wait, too
        entered.set()
        for person in waiting:
            person.join(20)
        assert len(made) == 1
        assert [(answer.status_code, answer.headers["Retry-After"]) for answer in answers] == [(503, "5")] * 5

    def test_it_is_made_anew_as_soon_as_that_is_possible(self):
        self.client.get("/")
        generation.change()
        with self.database_away(), self.assertLogs("django.request", "ERROR"):
            self.client.get("/")
        time.sleep(1.1)
        assert self.client.get("/").headers["X-Cache"] == "made"

    def test_page_that_nobody_had_says_that_the_database_is_away(self):
        with self.database_away(), self.assertLogs("django.request", "ERROR"):
            response = self.client.get("/latest/")
        assert response.status_code == 503
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Retry-After"] == "5"
        assert "having technical problems" in response.content.decode()

    def test_words_that_were_sent_come_back_to_be_copied_but_no_password(self):
        sent = {"body": "<p>Words & more</p>", "password": "correct horse", "stage": "draft"}
        with self.database_away(), self.assertLogs("django.request", "ERROR"):
            page = self.client.post("/admin/articles/article/add/", sent).content.decode()
        assert "&lt;p&gt;Words &amp; more&lt;/p&gt;</textarea>" in page
        assert "correct horse" not in page
        assert ">draft<" not in page

    def test_desk_is_told_that_the_words_are_still_there(self):
        with self.database_away(), self.assertLogs("django.request", "ERROR"):
            response = self.client.get("/admin/login/")
        assert response.status_code == 503
        assert "What you typed is kept in your browser" in response.content.decode()

    def test_without_a_generation_pages_are_made(self):
        with (
            mock.patch.object(generation, "_locked", side_effect=OSError("No space left")),
            mock.patch.object(generation, "can_write", return_value=False),
            self.assertLogs("newsroom.serving.generation", "ERROR"),
        ):
            response = self.client.get("/")
        assert response.status_code == 200
        assert "X-Cache" not in response.headers


class PageTests(SimpleTestCase):
    def test_it_survives_a_store(self):
        page = page_of(b"<p>words</p>" * 100, {"X-Frame-Options": "DENY"})
        again = Page.unpack(page.pack())
        assert again == page
        assert Page.of(HttpResponse(b"\x00\n\xff", content_type="image/png"), "t", 0, 1, "br").pack()

    def test_what_is_no_page_is_refused(self):
        for packed in (b"", b"\n", b"[1]\nwords", b"{}"):
            with self.assertRaises(ValueError):
                Page.unpack(packed)

    def test_codings(self):
        assert codings.best("") == ""
        assert codings.best("identity") == ""
        assert codings.best("br;q=0, gzip;q=0.1") == "gzip"
        assert codings.best("*") == "br"
        assert codings.best("gzip;q=x, zstd;q=0.5") == "zstd"
        assert codings.best("BR ; Q=0.4, gzip;q=0.3") == "br"

    def test_parameters(self):
        assert relevant_query("/latest/", "") == ""
        assert relevant_query("/latest/", "page=2&utm_source=x&page=3&span=1y") == "page=3"
        assert relevant_query("/rates/kgs-usd/", "span=1y&page=1") == "span=1y"
        for path in ("/", "/feed/", "/2025/12/08/a-slug/", "/rates/", "/robots.txt", "/latest", "/no/page/at/all"):
            assert relevant_query(path, "page=2&span=1y") == "", path
        for name in ("amount", "at", "currency", "day", "q"):
            assert relevant_query("/latest/", f"page=2&{name}=1") is None, name
        assert relevant_query("/", "x=" + "y" * (LONGEST - 2)) == ""
        assert relevant_query("/", "x=" + "y" * (LONGEST - 1)) is None
        assert relevant_query("/", "x=%00") is None

    def test_addresses_that_nobody_types_are_not_looked_at(self):
        for length, is_kept in ((LONGEST, True), (LONGEST + 1, False)):
            request = RequestFactory().get("/" + "a" * (length - 1))
            assert (key_of(request) is not None) == is_kept, length

    def test_where_pages_are_secure_only_secure_ones_are_kept(self):
        with override_settings(SECURE_SSL_REDIRECT=True):
            assert key_of(RequestFactory().get("/", secure=True)) == "https://testserver/?"
            assert key_of(RequestFactory().get("/")) is None
        assert key_of(RequestFactory().get("/")) == "http://testserver/?"

    def test_a_page_is_made_as_for_a_reader_whoever_asks_for_its_headers_first(self):
        request, methods = RequestFactory().head("/"), []
        middleware = PageCacheMiddleware(lambda request: methods.append(request.method) or HttpResponse("all of it"))
        middleware._make(request)
        assert (methods, request.method) == (["GET"], "HEAD")

    def test_pages_of_other_code_or_templates_are_others_but_tests_make_no_pages(self):
        with tempfile.TemporaryDirectory() as folder, override_settings(BASE_DIR=Path(folder)):
            words = []
            for name in ("templates/page.html", "newsroom/views.py", "newsroom/tests/test_views.py", "static/note.txt"):
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(name)
                words.append(build.__wrapped__())
        template, code, test, note = words
        assert template != code == test == note


class StoresTests(SimpleTestCase):
    def test_memory_lets_go_of_what_was_used_least_lately(self):
        memory = Memory(30_000)
        for name in "abc":
            memory.put(name, page_of(bytes(9000), {"Content-Type": "image/png"}))
        assert memory.get("a") is None
        memory.get("b")
        memory.put("d", page_of(bytes(9000), {"Content-Type": "image/png"}))
        assert memory.get("c") is None
        assert memory.get("b") is not None
        assert memory.size <= 30_000

    def test_memory_counts_codings_that_join_later(self):
        memory = Memory(10**6)
        page = page_of(b"<p>words</p>" * 1000)
        memory.put("a", page)
        before = memory.size
        page.body("")
        memory.get("a")
        assert memory.size - before == 12_000

    def test_files_take_no_more_than_they_may(self):
        store = Files(settings.VAR_DIR / "few", 40_000)
        for number in range(410):
            store.put(f"{number:032x}", page_of(bytes(1000), {"Content-Type": "image/png"}))
        assert store.size() < 400_000
        assert store.get(f"{409:032x}") is not None
        assert store.get(f"{0:032x}") is None

    def test_redis_is_asked_only_while_it_answers(self):
        page = page_of()
        with mock.patch.object(redis_client, "client_of_paper") as client:
            client().get.return_value = page.pack()
            for is_heard, found in ((True, page), (False, None)):
                with mock.patch.object(generation, "is_heard", return_value=is_heard):
                    assert Redis().get("a" * 32) == found, is_heard

    def test_a_broken_file_is_no_page(self):
        store = Files(settings.VAR_DIR / "broken", 10**6)
        store.put("a" * 32, page_of())
        store._path("a" * 32).write_bytes(b"half a pa")
        assert store.get("a" * 32) is None
        assert store.get("b" * 32) is None


class FakeRedis:
    """As much of Redis as the generation asks for; ``broken`` names what fails."""

    def __init__(self):
        self.values, self.broken = {}, set()

    def _fail(self, name):
        if name in self.broken:
            raise ConnectionError(name)

    def get(self, key):
        self._fail("get")
        return self.values.get(key)

    def set(self, key, value, **kwargs):
        self._fail("set")
        self.values[key] = value.encode() if isinstance(value, str) else value

    def delete(self, key):
        self._fail("delete")
        self.values.pop(key, None)


@override_settings(REDIS_URL="redis://stand-in")
class ManyMachinesTests(SimpleTestCase):
    """Each machine has a folder of its own; Redis is what they share."""

    def setUp(self):
        self.redis = FakeRedis()
        patch = mock.patch.object(generation.redis_client, "client_of_paper", return_value=self.redis)
        patch.start()
        self.addCleanup(patch.stop)
        self.here, self.there = settings.VAR_DIR / "here", settings.VAR_DIR / "there"
        for folder in (self.here, self.there):
            shutil.rmtree(folder, ignore_errors=True)

    def at(self, folder):
        return override_settings(GENERATION_DIR=folder)

    def look(self, folder):
        with self.at(folder):
            generation.Follower().look(self.redis)
            return generation.current()

    def test_others_follow_a_change(self):
        with self.at(self.here):
            token = generation.change()
        assert self.look(self.there) == token
        assert self.look(self.here) == token

    def test_a_change_that_redis_did_not_take_is_told_when_it_answers(self):
        with self.at(self.here):
            first = generation.change()
        assert self.look(self.there) == first
        self.redis.broken = {"set", "delete"}
        with self.at(self.here), self.assertLogs("newsroom.serving.generation", "ERROR"):
            assert generation.change() != first
            assert generation.current() != first
        self.redis.broken = set()
        token = self.look(self.here)
        assert token != first
        assert self.look(self.there) == token

    def test_a_full_redis_forgets_what_nobody_may_believe(self):
        with self.at(self.here):
            generation.change()
        self.redis.broken = {"set"}
        with self.at(self.here), self.assertLogs("newsroom.serving.generation", "ERROR"):
            generation.change()
        assert generation.KEY not in self.redis.values

    def test_a_redis_that_forgot_everything_gets_a_new_generation(self):
        with self.at(self.here):
            token = generation.change()
        self.redis.values.clear()
        fresh = self.look(self.here)
        assert fresh != token
        assert self.look(self.there) == fresh

    def test_position_of_the_log_stays_with_the_token(self):
        with self.at(self.here):
            token = generation.change("0/16B3748")
        assert generation.position_of(token) == "0/16B3748"
        assert generation.position_of(self.look(self.there)) == "0/16B3748"
        assert generation.position_of("abc") == ""

    def test_what_two_machines_wrote_apart_waits_for_the_later_position(self):
        with self.at(self.here):
            generation.change("0/FF")
        self.redis.broken = {"set", "delete"}
        with self.at(self.there), self.assertLogs("newsroom.serving.generation", "ERROR"):
            generation.change("0/9")
        self.redis.broken = set()
        assert generation.position_of(self.look(self.there)) == "0/FF"

    def test_while_others_cannot_be_heard_a_page_lasts_a_second(self):
        made = []

        def view(request):
            made.append(request.path)
            request.shown_at = None
            request.frame = mock.Mock(until=timezone.now() + timedelta(hours=1))
            return HttpResponse("words")

        with (
            self.at(self.here),
            mock.patch.object(generation.follower, "start"),
            mock.patch.object(generation.follower, "heard_at", float("-inf")),
        ):
            middleware = PageCacheMiddleware(view)
            for _ in range(2):
                middleware(RequestFactory().get("/"))
            assert len(made) == 1
            with time_machine.travel(timezone.now() + timedelta(seconds=1.1), tick=False):
                middleware(RequestFactory().get("/"))
                with override_settings(NGINX=True):
                    assert middleware(RequestFactory().get("/")).headers["X-Accel-Expires"] == "0"
                with override_settings(CDN=["fastly"]):
                    assert "s-maxage=1," in middleware(RequestFactory().get("/")).headers["Cache-Control"]
        assert len(made) == 2

    def test_nginx_lets_go_of_what_it_kept_when_others_are_no_longer_heard(self):
        with self.at(self.here):
            token = generation.change("0/FF")
            generation.Follower().lose()
            alone = generation.current()
        assert alone != token
        assert generation.position_of(alone) == "0/FF"
        assert self.look(self.there) == token  # it is told to nobody
        assert self.look(self.here) == token


class WarmTests(TransactionTestCase):
    def warm(self, *arguments):
        out = StringIO()
        call_command("warm_pages", *arguments, stdout=out)
        return out.getvalue()

    @override_settings(MIDDLEWARE=WITH_CACHE)
    def test_pages_are_ready_before_the_first_reader(self):
        generation.change()
        edition = make_edition(section=make_section(slug="business"), live_from=timezone.now(), tags=["Rail"])
        assert "[18/18]" in self.warm("--root", "http://testserver")
        client = Client()
        for path in ("/", "/business/", edition.path, "/topics/rail/", "/feed/", "/sitemap.xml"):
            with self.assertNumQueries(0):
                assert client.get(path, headers={"accept-encoding": "br"}).headers["X-Cache"] == "shared", path

    def test_a_wrong_root_is_refused(self):
        with self.assertRaisesMessage(CommandError, "--root must be a scheme and a host"):
            self.warm("--root", "news.example.org")


class DeskPageTests(TransactionTestCase):
    def test_administrator_sees_how_it_goes_and_has_all_made_anew(self):
        admin = User.objects.create(username="admin", is_staff=True, is_superuser=True)
        self.client.force_login(admin)
        self.assertContains(self.client.get("/admin/"), "Pages that are kept")
        page = self.client.get("/admin/pages/")
        self.assertContains(page, generation.current())
        self.assertContains(page, "Nothing is scheduled")
        before = generation.current()
        response = self.client.post("/admin/pages/", follow=True)
        self.assertContains(response, "All pages are made anew")
        assert generation.current() != before

    def test_others_do_not(self):
        self.client.force_login(make_chief())
        assert self.client.get("/admin/pages/").status_code == 403
        self.assertNotContains(self.client.get("/admin/"), "Pages that are kept")
