import re
from datetime import timedelta
from unittest import mock, skipUnless

from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Section
from articles.tests.factories import MORNING, make_author, make_edition, make_section
from newsroom.serving import frame

HOME = "/kazakhstan/business/"
FEEDS = ("feed/", "atom/", "feed.json")


class CrossingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.country = make_section(name="Kazakhstan", slug="kazakhstan", kind=Section.Kind.COUNTRY)
        cls.empty = make_section(name="Mongolia", slug="mongolia", kind=Section.Kind.COUNTRY)
        cls.theme = make_section(name="Business", slug="business")
        cls.other = make_section(name="Travel", slug="travel")
        cls.author = make_author()
        cls.both = [cls.make(f"Both {number}", hours=number) for number in range(23)]
        make_edition(headline="Country alone", section=cls.country)
        make_edition(headline="Theme alone", section=cls.theme)
        ended = timezone.now() - timedelta(hours=1)
        make_edition(headline="Gone", section=cls.other, further=[cls.country], live_until=ended)
        later = timezone.now() + timedelta(hours=1)
        make_edition(headline="Tomorrow", section=cls.theme, further=[cls.empty], live_from=later)

    @classmethod
    def make(cls, headline, hours):
        asked = {"section": cls.theme, "further": [cls.country]} if hours % 2 else {}
        asked = asked or {"section": cls.country, "further": [cls.theme]}
        return make_edition(
            headline=headline, authors=[cls.author], live_from=MORNING - timedelta(hours=hours), **asked
        )

    def setUp(self):
        frame.forget_frame()

    def test_the_list_has_what_both_have_the_newest_first(self):
        first = self.client.get(HOME)
        assert list(first.context["page"]) == self.both[:20]
        self.assertContains(first, f'<link rel="canonical" href="http://testserver{HOME}">')
        assert list(self.client.get(f"{HOME}?page=2").context["page"]) == self.both[20:]
        assert self.client.get(f"{HOME}?page=3").status_code == 404

    def test_feeds_have_the_same(self):
        for ending in FEEDS:
            text = self.client.get(HOME + ending).content.decode()
            assert [f"Both {number}<" in text or f'Both {number}"' in text for number in (0, 19, 20)] == [
                *(True, True, False),
            ], ending
            assert "Kazakhstan: Business" in text
            assert "alone" not in text

    def test_months_have_what_both_have_of_them(self):
        old = self.make("Old", hours=24 * 70)  # of September
        older = self.make("Older", hours=24 * 71)
        make_edition(headline="Of the theme alone", section=self.theme, live_from=MORNING - timedelta(days=40))
        with mock.patch("articles.public.crossings.MOST_WALKED", 30):
            september = self.client.get(f"{HOME}2025/09/")
        assert list(september.context["page"]) == [old, older]
        self.assertContains(september, f'<a href="{HOME}2025/12/">Later: December 2025</a>')
        december = self.client.get(f"{HOME}2025/12/")
        assert list(december.context["page"]) == self.both[:20]
        self.assertContains(december, f'<a href="{HOME}2025/09/">Earlier: September 2025</a>')
        assert self.client.get(f"{HOME}2025/10/").status_code == 404
        moved = self.client.get("/business/kazakhstan/2025/09/?page=1")
        assert (moved.status_code, moved["Location"]) == (301, f"{HOME}2025/09/?page=1")
        self.assertContains(self.client.get(f"{HOME}?page=2"), f'href="{HOME}2025/09/"')

    def test_the_other_way_round_leads_there(self):
        for ending in ("", *FEEDS, "?page=2", "feed/?x=/y"):
            moved = self.client.get(f"/business/kazakhstan/{ending}")
            assert (moved.status_code, moved["Location"]) == (301, HOME + ending)

    def test_where_there_is_nothing_there_is_no_page(self):
        for home in ("/mongolia/business/", "/kazakhstan/travel/", "/mongolia/travel/", "/business/travel/"):
            for ending in ("", *FEEDS):
                assert self.client.get(home + ending).status_code == 404, home + ending
        assert self.client.get("/kazakhstan/mongolia/").status_code == 404
        assert self.client.get("/kazakhstan/nothing/").status_code == 404

    def test_a_section_within_keeps_its_address(self):
        child = make_section(name="Kazakh business", slug="business", parent=self.country)
        edition = make_edition(section=child)
        frame.forget_frame()
        assert list(self.client.get(HOME).context["page"]) == [edition]
        assert self.client.get("/business/kazakhstan/").status_code == 404

    def test_countries_and_the_sitemap_name_those_that_have_something(self):
        page = self.client.get("/kazakhstan/").content.decode()
        assert page.count(f'<a href="{HOME}">Business</a>') == 1
        assert "/kazakhstan/travel/" not in page
        for path in ("/mongolia/", "/business/"):
            assert not self.client.get(path).context.get("crossings"), path
        sitemap = self.client.get("/sitemap-sections.xml").content.decode()
        assert sitemap.count(HOME) == 1
        assert "/mongolia/business/" not in sitemap

    @override_settings(CACHED_FRAGMENTS=1000)
    def test_the_budgets_hold(self):
        # One of each is for what rows share (their sections or authors), which the next page finds kept.
        budgets = {HOME: 3, f"{HOME}?page=2": 3, f"{HOME}feed/": 3, "/kazakhstan/": 6, f"{HOME}2025/12/": 5}
        for path, most in budgets.items():
            frame.forget_frame()
            frame.frame_at()
            with CaptureQueriesContext(connection) as captured:
                assert self.client.get(path).status_code == 200
            assert len(captured) <= most, [path, *(query["sql"][:200] for query in captured)]

    @skipUnless(
        connection.vendor == "sqlite", "PostgreSQL says how many rows a step read: newsroom/tests/test_plans.py"
    )
    def test_no_statement_reads_a_whole_table_of_listings_or_editions(self):
        Section.objects.filter(pk=self.country.pk).update(has_shelf=True)
        for path in (HOME, f"{HOME}2025/12/", f"{HOME}feed/", "/kazakhstan/", "/sitemap-sections.xml", "/"):
            frame.forget_frame()
            with CaptureQueriesContext(connection) as captured:
                assert self.client.get(path).status_code == 200
            statements = [query["sql"] for query in captured if "articles_editionsection" in query["sql"]]
            assert statements, path
            for sql in statements:
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"), [])
                    steps = [row[-1] for row in cursor.fetchall()]
                whole = [step for step in steps if re.match(r"SCAN (articles_\w+|listed|live|also)\b", step)]
                assert not whole, (path, whole, sql)
