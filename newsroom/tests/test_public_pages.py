"""Each public page opens, in as many queries as docs/design.md grants, however much there is to show."""

from datetime import timedelta
from unittest import mock

import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, TestCase, override_settings
from django.utils import timezone

from articles.desk import roles, workflow
from articles.models import Article, Placement, SiteSettings
from articles.public import curation, rendering
from articles.tests.factories import (
    MORNING,
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_image,
    make_section,
    make_user,
)
from newsroom.serving import changes, frame, time_travel
from newsroom.tests import public_paper


@override_settings(CACHED_FRAGMENTS=1000)
class PagesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.objects.create(name="The Caravan Post", contact_email="editor@example.org")
        cls.theme = make_section(name="Business", slug="business")
        cls.markets = make_section(name="Markets", slug="markets", parent=cls.theme)
        cls.country = make_section(name="Kyrgyzstan", slug="kyrgyzstan", kind="country")
        cls.author = make_author(name="Aigul", slug="aigul", picture=make_image())
        cls.image = make_image()
        body = f'<p>Words.</p><figure data-image="{cls.image.pk}"><figcaption>In it</figcaption></figure>'
        cls.editions = [
            make_edition(
                live_from=MORNING - timedelta(hours=hours),
                headline=f"Article {hours}",
                section=cls.markets if hours % 2 else cls.theme,
                authors=[cls.author],
                further=[cls.country],
                tags=["Silk Road", "Rail"],
                lead_image=cls.image,
                body=body,
            )
            for hours in range(30)
        ]
        cls.newest = cls.editions[0]

    def counted(self, path, queries, status=200):
        """What ``path`` answers with the frame ready, but nothing else kept of any page."""
        frame.forget_frame()
        self.client.get("/robots.txt")
        return self.counted_again(path, queries, status)

    def counted_again(self, path, queries, status=200):
        with self.assertNumQueries(queries):
            response = self.client.get(path)
        assert response.status_code == status
        return response

    def test_front_page(self):
        response = self.counted("/", 6)  # placements, newest, their pictures, those of countries, bylines, authors
        self.assertContains(response, "Article 0")
        self.counted_again("/", 2)  # whose cards are kept, so nobody asks who wrote them

    def test_front_page_without_countries(self):
        SiteSettings.objects.update(has_countries=False)
        self.counted("/", 5)

    def test_front_page_with_articles_of_countries_that_are_far_down(self):
        other = make_section(kind="country", has_shelf=True)
        make_edition(live_from=MORNING - timedelta(days=90), section=self.theme, further=[other])
        with mock.patch("articles.public.curation.POOL", 30):
            curation.POOL_OF_FRONT._statements.clear()
            self.addCleanup(curation.POOL_OF_FRONT._statements.clear)
            self.counted("/", 7)  # those that are not among the newest of the paper are asked for as well
        self.counted_again("/", 2)

    def test_front_page_with_old_placed_articles(self):
        for slot, edition in enumerate(self.editions[-3:], start=1):
            Placement.objects.create(slot=slot, article=edition.article)
        page = self.counted("/", 6).context["page"]
        assert page.lead == self.editions[-3]

    def test_section(self):
        self.counted("/business/", 6)  # section with those within, placements, editions, pictures, bylines, authors
        self.counted_again("/business/", 3)  # pictures and authors are kept, and cards that name these
        self.counted("/business/?page=2", 6)
        self.counted("/business/markets/", 6)
        self.counted("/kyrgyzstan/", 7)  # and with which themes it has articles

    def test_month_archive(self):
        self.counted("/business/2025/12/", 5)  # section, editions, bylines, the months beside
        self.counted("/latest/2025/12/", 4)
        self.counted("/business/markets/2025/12/", 5)
        assert self.client.get("/business/2019/13/").status_code == 404

    def test_month_goes_on_where_other_lists_end(self):
        with mock.patch("articles.public.paging.SIZE", 1):
            for path in ("/latest/2025/12/", "/kyrgyzstan/2025/12/"):
                assert self.client.get(f"{path}?page=25").context["page"].next == 26
                assert self.client.get(f"{path}?page=30").context["page"].items == [self.editions[-1]]
                assert self.client.get(f"{path}?page=31").status_code == 404
                assert self.client.get(f"{path}?page=251").status_code == 404
            assert self.client.get("/latest/?page=25").context["page"].is_last_kept
            assert self.client.get("/latest/?page=26").status_code == 404

    def test_article(self):
        response = self.counted(self.newest.path, 6)  # edition, topics, authors, body's pictures, related, theirs
        self.counted_again(self.newest.path, 4)  # its authors are kept, and pictures of those related
        self.assertContains(response, "Article 0")
        self.assertContains(response, "In it")

    def test_author_tag_and_latest(self):
        self.counted("/authors/aigul/", 3)
        self.counted("/topics/silk-road/", 5)
        self.counted("/latest/", 4)

    def test_search(self):
        guesses = connection.vendor == "postgresql"  # how common the words are
        response = self.counted("/search/?q=words", 5 + guesses)  # hits, editions, pictures, by what to narrow, names
        assert len(response.context["page"].items) == 20
        self.counted("/search/", 0)

    def test_feeds(self):
        self.counted("/feed/", 5)  # editions, pictures, bylines, authors, pictures in the texts
        self.counted_again("/feed/", 2)
        for path in ("/business/feed/", "/business/markets/feed/", "/topics/rail/feed/", "/authors/aigul/feed/"):
            self.counted(path, 5)

    def test_sitemaps(self):
        self.counted("/sitemap.xml", 3)  # who was told until when, months, what happened since
        self.counted("/sitemap-2025-12.xml", 3)
        self.counted("/sitemap-sections.xml", 3)
        self.counted("/news-sitemap.xml", 2)  # nothing new in two days: then the newest
        assert self.client.get("/sitemap-2019-01.xml").status_code == 404

    def test_rates_and_small_texts(self):
        for path in ("/rates/", "/robots.txt", "/manifest.webmanifest", "/.well-known/security.txt"):
            assert self.client.get(path).status_code == 200, path

    def test_unready_frame_takes_six_queries_once(self):
        frame.forget_frame()
        self.counted_again("/robots.txt", 6)  # settings, sections, alerts, flat pages, rates, next change
        self.counted_again("/robots.txt", 0)

    def test_many_tags_bylines_and_pictures_take_no_further_query(self):
        images = "".join(f'<figure data-image="{make_image().pk}"></figure>' for _ in range(5))
        edition = make_edition(
            body="<p>Words</p>" + images,
            authors=[make_author() for _ in range(4)],
            further=[make_section() for _ in range(4)],
            tags=[f"Tag {number}" for number in range(6)],
            lead_image=self.image,
        )
        self.counted(edition.path, 6)


class RelatedTests(TestCase):
    def test_an_article_edited_many_times_does_not_hide_the_others(self):
        shown, other = make_edition(tags=["Rail"]), make_edition(tags=["Rail"], live_from=MORNING)
        busy = make_article(tags=["Rail"], published_at=MORNING + timedelta(hours=1))
        start = MORNING + timedelta(hours=1)
        for number in range(rendering.RELATED_POOL):
            begin = start + timedelta(minutes=number)
            make_edition(article=busy, live_from=begin, live_until=begin + timedelta(minutes=1))
        assert rendering.further(shown, shown.topics(), timezone.now()) == (None, [other])

    def test_articles_that_are_yet_to_come_do_not_hide_the_others(self):
        shown, other = make_edition(tags=["Rail"]), make_edition(tags=["Rail"], live_from=MORNING)
        for number in range(rendering.RELATED_POOL):
            make_edition(tags=["Rail"], live_from=MORNING + timedelta(minutes=number + 1))
        assert rendering.further(shown, shown.topics(), MORNING) == (None, [other])

    def test_alike_in_more_ways_comes_first_and_the_next_in_the_section_stands_apart(self):
        section, country = make_section(), make_section(kind="country")
        hour = timedelta(hours=1)
        before = make_edition(section=section, live_from=MORNING - 9 * hour)
        make_edition(section=section, live_from=MORNING - 10 * hour)
        both = make_edition(tags=["Rail"], further=[country], live_from=MORNING - 3 * hour)
        tag = make_edition(tags=["Rail"], live_from=MORNING - 2 * hour)
        place = make_edition(further=[country], live_from=MORNING - hour)
        shown = make_edition(section=section, tags=["Rail"], further=[country])
        assert rendering.further(shown, shown.topics(), timezone.now()) == (before, [both, tag, place])

    def next_of(self, edition):
        """What stands on the page of ``edition`` to be read next: the next of its section, and the others."""
        context = self.client.get(edition.path).context
        return context["following"], context["related"]

    def test_every_article_has_something_to_read_next_but_the_only_one(self):
        hour, section = timedelta(hours=1), make_section()
        only = make_edition(live_from=MORNING)
        assert self.next_of(only) == (None, [])
        page = self.client.get(only.path).content.decode()
        assert 'class="related"' not in page
        assert 'class="following"' not in page
        oldest, newest = (make_edition(section=section, live_from=MORNING - n * hour) for n in (9, 8))
        assert self.next_of(only) == (None, [newest, oldest])  # alone in its section: from the paper
        assert self.next_of(oldest) == (None, [newest, only])  # the section before the paper
        assert self.next_of(newest) == (oldest, [only])
        make_edition(live_from=timezone.now() + hour)
        withdrawn = make_edition(section=section, live_from=MORNING, live_until=MORNING + hour)
        assert withdrawn not in self.next_of(oldest)[1]
        assert self.next_of(oldest) == (None, [newest, only])

    def test_those_alike_are_filled_up_and_none_comes_twice(self):
        hour, section = timedelta(hours=1), make_section()
        alike = make_edition(section=section, tags=["Rail"], live_from=MORNING - 9 * hour)
        shown = make_edition(section=section, tags=["Rail"], live_from=MORNING - 8 * hour)
        later = make_edition(section=section, live_from=MORNING - 2 * hour)
        elsewhere = [make_edition(live_from=MORNING - n * hour) for n in (5, 6, 7)]
        assert self.next_of(shown) == (alike, [later, *elsewhere[:2]])


class AddressTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()

    def test_former_address_leads_to_todays(self):
        edition = make_edition(slug="old-words")
        Article.objects.filter(pk=edition.article_id).update(slug="new-words")
        new = workflow.publish(edition.article, by=self.chief)
        assert new.path.endswith("/new-words/")
        self.assertRedirects(self.client.get(edition.path), new.path, status_code=301)

    def test_former_address_keeps_the_time_that_staff_look_at(self):
        edition = make_edition(slug="old-words")
        Article.objects.filter(pk=edition.article_id).update(slug="new-words")
        new = workflow.publish(edition.article, by=self.chief)
        self.client.force_login(self.chief)
        response = self.client.get(edition.path, {"at": "2999-12-01T06:00"})
        assert response.headers["Location"] == f"{new.path}?at=2999-12-01T06%3A00"
        assert self.client.get(f"{edition.path}?x=1").headers["Location"] == f"{new.path}?x=1"

    def test_section_may_be_named_like_a_health_address(self):
        make_section(name="Health news", slug="healthz-news")
        response = self.client.get("/healthz-news/")
        assert response.context["paper"].name == "The Paper"  # the frame is there

    def test_withdrawn_article_answers_410_with_the_reason(self):
        article = make_article()
        path = workflow.publish(article, by=self.chief).path
        workflow.withdraw(article, by=self.chief, reason="We had the wrong man.")
        self.assertContains(self.client.get(path), "We had the wrong man.", status_code=410)
        workflow.publish(article, by=self.chief)
        assert self.client.get(path).status_code == 200

    def test_unknown_address_is_a_404_with_a_way_on(self):
        response = self.client.get("/2025/12/08/nothing-here/")
        self.assertContains(response, 'action="/search/"', status_code=404)

    @override_settings(DEBUG=True, MIDDLEWARE=[*settings.MIDDLEWARE, "newsroom.serving.errors.readers_not_found"])
    def test_unknown_address_looks_the_same_with_debug_on(self):
        for path in ("/nothing-here/", "/no/such/address.html", "/2025/12/08/nothing-here/"):
            response = self.client.get(path)
            self.assertContains(response, 'action="/search/"', status_code=404)
            self.assertNotContains(response, "urlpatterns", status_code=404)

    def test_pages_beyond_the_end_are_404(self):
        make_edition()
        for page in ("2", "0", "-1", "x", "99999999999999999999", "²"):
            assert self.client.get("/latest/", {"page": page}).status_code == 404, page

    def test_nul_in_an_address_is_400(self):
        for path in ("/search/?q=%00", "/%00/", "/latest/?page=1%00"):
            assert self.client.get(path).status_code == 400, path

    def test_only_reading_is_allowed(self):
        for path in ("/", "/latest/", "/search/"):
            assert self.client.post(path).status_code == 405, path


class StandingTests(TestCase):
    """The paper as it stood, or will stand, at a time: for staff alone."""

    @classmethod
    def setUpTestData(cls):
        cls.section = make_section(slug="business")
        cls.edition = make_edition(section=cls.section, headline="Old news")
        roles.make_groups()
        cls.reporter = make_user(roles.REPORTER)

    def test_staff_see_another_time_and_are_told(self):
        self.client.force_login(self.reporter)
        response = self.client.get("/", {"at": "2025-12-08T00:00"})
        self.assertNotContains(response, "Old news")
        assert "no-store" in response.headers["Cache-Control"]
        response = self.client.get("/business/", {"at": "2025-12-08T12:00"})
        self.assertContains(response, "Old news")
        self.assertContains(response, ">8 December 2025, 12:00<")

    def test_first_and_last_years_are_shown(self):
        self.client.force_login(self.reporter)
        for text in ("1900-01-01T00:00", "2999-12-31T23:59"):
            assert self.client.get("/", {"at": text}).status_code == 200, text

    def test_readers_do_not(self):
        assert self.client.get("/", {"at": "2025-12-08T00:00"}).status_code == 403
        self.client.force_login(User.objects.create(username="reader"))
        assert self.client.get("/", {"at": "2025-12-08T00:00"}).status_code == 403

    def test_bar_says_of_everything_that_readers_see_whether_it_is_of_that_time(self):
        kinds = [time_travel.OF_THAT_TIME, time_travel.DATED, time_travel.OF_TODAY]
        assert sorted(label for kind in kinds for label in kind) == sorted(changes.SHOWN)
        self.section.name = "A new name"
        self.section.save()
        self.client.force_login(self.reporter)
        page = self.client.get("/business/", {"at": "2025-12-08T12:00"})
        self.assertContains(page, "A new name")  # so the bar has to say it
        words = "articles placements alerts rates sections authors topics pictures pages menu pairs redirects settings"
        told = page.content.decode().partition('class="shown-at"')[2].partition("</p>")[0].lower()
        for word in words.split():
            assert word in told, word

    def test_it_is_no_way_round_rights(self):
        for role in roles.PERMISSIONS:
            user = make_user(role)
            self.client.force_login(user)
            expected = 200 if user.has_perm("articles.view_edition") else 403
            assert (expected == 403) is (role == roles.RATES_DESK), role
            for path in ("/", self.edition.path, "/feed/", "/rates/"):
                assert self.client.get(path, {"at": "2026-01-01T00:00"}).status_code == expected, (role, path)

    def test_nonsense_is_refused_in_words(self):
        self.client.force_login(self.reporter)
        far = ("0001-01-01T00:00", "9999-12-31T23:59", "1899-12-31T23:59", "3000-01-01T00:00")
        for text in ("yesterday", "2025-13-40T00:00", "", *far):
            self.assertContains(self.client.get("/", {"at": text}), "2026-12-01T06:00", status_code=400)


class TrustTests(TestCase):
    """Headers and cookies of public pages."""

    def test_public_pages_set_no_cookie_and_may_be_kept_until_asked_again(self):
        public_paper.fill()
        for path in [*public_paper.addresses(is_kept=True), "/search/?q=x", "/no-such-page/"]:
            response = self.client.get(path)
            assert not response.cookies, path
            assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate", path
            assert "cookie" not in response.headers.get("Vary", "").lower(), path
            policy = response.headers["Content-Security-Policy"]
            assert "unsafe" not in policy, path
            assert "default-src 'none'" in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert response.headers["X-Content-Type-Options"] == "nosniff", path

    def test_desk_is_never_stored(self):
        for path in ("/admin/", "/admin/login/", "/admin/no-such-page/"):
            response = self.client.get(path)
            assert response.headers["Cache-Control"] == "no-store, private", path
            assert "unsafe" not in response.headers["Content-Security-Policy"], path

    def test_failures_are_never_stored(self):
        failing = Client(raise_request_exception=False)
        with mock.patch("articles.public.curation.front_page_at", side_effect=RuntimeError("broken")):
            responses = [failing.get("/")]
        responses += [
            self.client.get("/?at=2025-12-08T00:00"),
            self.client.get("/search/?q=%00"),
            self.client.get("/", headers={"host": "elsewhere.example"}),
            self.client.post("/latest/"),
        ]
        assert [response.status_code for response in responses] == [500, 403, 400, 400, 405]
        for response in responses:
            assert "no-store" in response.headers["Cache-Control"], response.status_code
            assert response.headers["X-Content-Type-Options"] == "nosniff", response.status_code

    def test_page_is_not_sent_twice(self):
        make_edition()
        etag = self.client.get("/").headers["ETag"]
        assert self.client.get("/", headers={"If-None-Match": etag}).status_code == 304
        make_edition()
        assert self.client.get("/", headers={"If-None-Match": etag}).status_code == 200

    def test_pages_have_no_inline_script_or_style(self):
        public_paper.fill()
        edition = make_edition(lead_image=make_image(), tags=["A"], body="<table><tr><td>1</td></tr></table><p>x</p>")
        for path in [*public_paper.addresses(is_screen=True), edition.path, "/no-such-page/"]:
            text = self.client.get(path).content.decode()
            assert " style=" not in text, path
            assert "<style" not in text, path
            assert " onclick=" not in text, path


class RefusalTests(TestCase):
    """What is refused before any view is told in words, and in ours."""

    def test_unknown_host_is_not_told_how_to_set_up_the_server(self):
        response = self.client.get("/", headers={"host": "elsewhere.example"})
        self.assertContains(response, "understand that request", status_code=400)
        for words in ("elsewhere.example", "ALLOWED_HOSTS", "HTTP_HOST"):
            self.assertNotContains(response, words, status_code=400)

    def test_form_that_is_too_old_is_told_what_to_do(self):
        response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "chief"})
        self.assertContains(response, "This form has expired", status_code=403)
        self.assertNotContains(response, "<style", status_code=403)
        assert "unsafe" not in response.headers["Content-Security-Policy"]

    def test_too_much_is_told_as_such(self):
        with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=2048):
            response = self.client.post("/admin/login/", {"username": "x" * 3000})
            self.assertContains(response, "too large: a form may hold 2.0\xa0KB", status_code=413)
        with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=2):
            response = self.client.post("/admin/login/", {"a": "1", "b": "2", "c": "3"})
            self.assertContains(response, "too large", status_code=413)


class LiveTests(TestCase):
    def test_scheduled_article_appears_everywhere_in_its_very_second(self):
        section, country = make_section(slug="business"), make_section(slug="kyrgyzstan")
        article = make_article(section=section, further=[country], tags=["Rail"], headline="On time")
        start = timezone.now() + timedelta(minutes=2)
        edition = workflow.schedule(article, by=make_chief(), at=start)
        pages = [
            "/",
            "/business/",
            "/kyrgyzstan/",
            "/latest/",
            "/feed/",
            "/business/feed/",
            "/search/?q=time",
            edition.path,
        ]
        with time_machine.travel(start - timedelta(seconds=1), tick=False):
            for path in pages:
                assert "On time" not in self.client.get(path).content.decode(), path
            assert self.client.get("/topics/rail/").status_code == 404
        with time_machine.travel(start, tick=False):
            for path in [*pages, "/topics/rail/", "/news-sitemap.xml"]:
                assert "On time" in self.client.get(path).content.decode(), path
