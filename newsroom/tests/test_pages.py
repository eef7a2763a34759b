"""The list of public pages: it has every route that is not the desk's, and each answers as its row says."""

import pytest
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, resolve

from articles.public import menus, sitemaps
from newsroom import pages
from newsroom.serving import frame
from newsroom.serving.pagecache import keys
from newsroom.tests import public_paper

MOST_QUERIES = 9  # of any public page, the frame being ready; what single ones may take: test_public_pages.py


def of_pages(patterns, before=""):
    for one in patterns:
        route = before + str(one.pattern)
        if not isinstance(one, URLPattern):
            yield from of_pages(one.url_patterns, route)
        elif not route.startswith("admin/"):
            yield str(one.name)


class ListTests(TestCase):
    def test_every_route_that_is_not_the_desk_s_is_in_the_list(self):
        listed = [route.name for page in pages.ALL for route in page.routes()]
        assert sorted(of_pages(get_resolver().url_patterns)) == sorted(listed)
        assert len(listed) == len(set(listed)) > 50

    def test_every_example_is_answered_by_its_own_route(self):
        for page in pages.ALL:
            for address, route in zip(page.addresses, page.routes(), strict=True):
                with self.subTest(address):
                    assert resolve(address.partition("?")[0]).url_name == route.name

    def test_a_page_of_one_address_has_that_address(self):
        for page in pages.ALL:
            if page.is_fixed:
                assert page.example.partition("?")[0] == f"/{page.path}"
            assert page.is_fixed or not (page.menu_rank or page.in_sitemap or page.is_warmed or page.is_sitemap)

    def test_a_word_that_no_page_knows_is_refused(self):
        with pytest.raises(TypeError):
            pages.PublicPage("x", "x/", "newsroom.serving.text_files.robots", "/x/", is_warm=True)


@override_settings(CACHED_FRAGMENTS=1000)
class AnswerTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        public_paper.fill()

    def setUp(self):
        frame.forget_frame()
        self.client.get("/robots.txt")

    def test_every_example_answers_as_the_list_says(self):
        for page in pages.ALL:
            for address in page.addresses:
                with self.subTest(address):
                    assert self.client.get(address).status_code == page.answers

    def test_no_page_takes_more_than_a_few_queries(self):
        for address in public_paper.addresses():
            frame.forget_frame()
            self.client.get("/robots.txt")
            with self.subTest(address), CaptureQueriesContext(connection) as asked:
                self.client.get(address)
            assert len(asked) <= MOST_QUERIES, address

    def test_menus_sitemap_and_crawlers_are_told_of_the_pages_that_the_list_names(self):
        footer = self.client.get("/latest/").content.decode().partition("<footer")[2]
        for page in pages.ALL:
            address = page.example.partition("?")[0]
            if page.is_fixed and page.is_screen and address != "/":
                assert (f'<li><a href="{address}">' in footer) == bool(page.menu_rank), address
                assert (address in menus.OWN) == bool(page.menu_rank), address
        listed = self.client.get("/sitemap-sections.xml").content.decode()
        for page in pages.ALL:
            if page.is_fixed:
                assert (f"<loc>http://testserver{page.example}</loc>" in listed) == page.in_sitemap, page.example
        assert len(sitemaps.FIXED) == len(set(sitemaps.FIXED)) > 3
        told = self.client.get("/robots.txt").content.decode().splitlines()
        assert told[:3] == ["User-agent: *", "Disallow: /admin/", "Disallow: /preview/"]
        assert told[4:] == [f"Sitemap: http://testserver/{name}" for name in ("sitemap.xml", "news-sitemap.xml")]

    def test_only_what_the_list_says_may_be_kept(self):
        for page in pages.ALL:
            for address in page.addresses:
                request = self.client.get(address).wsgi_request
                request.META.pop("HTTP_COOKIE", None)
                with self.subTest(address):
                    assert (keys.key_of(request) is not None) == page.is_kept
