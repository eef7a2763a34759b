"""The palette: finds what one may see, a few of each kind, quickly."""

from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles.desk import roles
from articles.tests.factories import (
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_image,
    make_section,
    make_user,
)
from tickers.tests.factories import make_pair

FIND = reverse("admin:find")


class FindTestCase(TestCase):
    def setUp(self):
        roles.make_groups()
        self.chief = make_chief()
        self.client.force_login(self.chief)

    def kinds(self, words=""):
        answer = self.client.get(FIND, {"q": words, "format": "json"})
        assert answer.status_code == 200
        return {kind["name"]: kind["found"] for kind in answer.json()["kinds"]}

    def titles(self, words, kind):
        return [row["title"] for row in self.kinds(words).get(kind, [])]


class FindTests(FindTestCase):
    def test_every_kind_is_found_by_all_its_words(self):
        article = make_article(headline="The railway to Kashgar")
        make_article(headline="Another road")
        make_section(name="Railway to the sea")
        make_author(name="Aigul Railway-To")
        make_image(title="A railway", alt="Railway to nowhere")
        Tag.objects.create(name="railway to heaven", slug="rth")
        found = self.kinds("RAILWAY to")
        assert {name: [row["title"] for row in rows] for name, rows in found.items()} == {
            "Articles": ["The railway to Kashgar"],
            "Sections": ["Railway to the sea"],
            "Authors": ["Aigul Railway-To"],
            "Pictures": ["A railway"],
            "Tags": ["railway to heaven"],
        }
        assert found["Articles"][0]["url"] == article.get_absolute_url()

    def test_pair_is_found_by_its_currencies_written_together_or_apart(self):
        pair = make_pair()
        for words in ("kgs", "KGS/USD", "usd kgs"):
            [found] = self.kinds(words)["Pairs"]
            assert (found["title"], found["detail"]) == ("KGS/USD", "Entered by hand")
            assert found["url"] == f"/admin/tickers/pair/{pair.pk}/change/"
        assert self.titles("kgs kzt", "Pairs") == []

    def test_article_is_found_by_its_number_and_in_cyrillic(self):
        article = make_article(headline="Озеро Иссык-Куль")
        assert self.titles(str(article.pk), "Articles") == [article.headline]
        assert self.titles("озеро ИССЫК", "Articles") == [article.headline]

    def test_newest_come_first_and_at_most_eight_of_a_kind(self):
        for number in range(12):
            make_article(headline=f"Row {number}")
        assert self.titles("row", "Articles") == [f"Row {number}" for number in range(11, 3, -1)]

    def test_trash_is_not_found(self):
        make_article(headline="Thrown away", trashed_at=timezone.now(), saved_by=self.chief)
        assert self.titles("thrown", "Articles") == []
        assert "Your last articles" not in self.kinds()

    def test_nothing_typed_shows_what_one_worked_at_last_and_screens(self):
        make_article(headline="Begun", created_by=self.chief)
        make_article(headline="Saved", saved_by=self.chief)
        make_article(headline="Another’s")
        kinds = self.kinds("  ")
        assert [row["title"] for row in kinds["Your last articles"]] == ["Saved", "Begun"]
        assert kinds["Screens"][0]["title"] == "Calendar"

    def test_screens_are_found_by_name(self):
        assert self.titles("add article", "Screens") == ["Add: article"]
        [out] = self.kinds("log out")["Screens"]
        assert (out["url"], out["by_post"]) == (reverse("admin:logout"), True)
        assert reverse("admin:articles_sitesettings_changelist") in [
            row["url"] for row in self.kinds("settings")["Screens"]
        ]

    def test_each_finds_only_what_they_may_see_and_every_address_opens(self):
        make_edition(headline="Lake", section=make_section(name="Lake"), authors=[make_author(name="Lake")])
        make_image(title="Lake")
        Tag.objects.create(name="Lake", slug="lake")
        every = {"Articles", "Sections", "Authors", "Pictures", "Tags"}
        expected = dict.fromkeys(roles.PERMISSIONS, every)
        expected[roles.PICTURE_EDITOR] = every - {"Tags"}
        expected[roles.RATES_DESK] = set()
        for role, kinds in expected.items():
            self.client.force_login(make_user(role))
            with self.subTest(role):
                found = self.kinds("lake")
                assert set(found) == kinds
                rows = [
                    row for name in ("lake", "", "rate", "add") for kind in self.kinds(name).values() for row in kind
                ]
                for url in {row["url"] for row in rows if not row["by_post"]}:
                    assert self.client.get(url, follow=True).status_code == 200, url

    def test_screens_that_one_may_not_see_are_not_named(self):
        self.client.force_login(make_user(roles.REPORTER))
        assert self.titles("settings", "Screens") == []
        assert self.titles("user", "Screens") == []

    def test_stranger_is_asked_to_log_in(self):
        self.client.logout()
        assert self.client.get(FIND, {"format": "json"}).status_code == 302
        self.client.force_login(make_user(is_staff=False))
        assert self.client.get(FIND, {"format": "json"}).status_code == 302

    def test_strange_words_are_answered(self):
        for words in ("'\"%_\\", "9" * 50, "x" * 5000, "\x01\x7f", "<script>", "٣"):
            with self.subTest(words):
                assert self.client.get(FIND, {"q": words}).status_code in {200, 400}
                assert self.client.get(FIND, {"q": words, "format": "json"}).status_code in {200, 400}

    def test_page_needs_no_script(self):
        article = make_article(headline="A <b>railway</b>")
        page = self.client.get(FIND, {"q": "railway"})
        self.assertContains(page, "A &lt;b&gt;railway&lt;/b&gt;")
        self.assertContains(page, article.get_absolute_url())
        self.assertContains(self.client.get(FIND, {"q": "nothing like it"}), "Nothing that you may see")

    def test_much_takes_as_many_queries_as_little_and_counts_nothing(self):
        def measure():
            with CaptureQueriesContext(connection) as queries:
                self.kinds("row")
            assert not [row for row in queries.captured_queries if "COUNT(" in row["sql"].upper()]
            return len(queries)

        def fill(number):
            for _ in range(number):
                make_edition(headline="Row", section=make_section(name="Row", parent=make_section()))
                make_author(name="Row")
                make_image(title="Row")

        fill(1)
        self.kinds("row")
        few = measure()
        fill(7)
        assert measure() <= few <= 16  # a look at texts, too, where headlines alone do not fill the list


class TextTests(FindTestCase):
    def test_words_of_a_text_are_found_behind_those_of_headlines_and_shown(self):
        make_article(headline="Water", body="<p>The railway &amp; <b>the dam</b> of spring</p>")
        make_article(headline="A dam", saved_at=timezone.now() - timedelta(days=900))
        rows = self.kinds("dam")["Articles"]
        assert [row["title"] for row in rows] == ["A dam", "Water"]
        assert [row["excerpts"] for row in rows] == [
            [],
            [{"place": "text", "parts": ["The railway & the ", "dam", " of spring"]}],
        ]
        self.assertContains(self.client.get(FIND, {"q": "dam"}), "the <mark>dam</mark> of spring")

    def test_names_are_found_in_every_spelling(self):
        make_author(name="Gulnora Oʻrozova")
        make_image(title="Посёлок")
        Tag.objects.create(name="Oʻzbekiston", slug="uz")
        for words in ("o'rozova", "O‘ROZOVA", "orozova", "gulnora o`r"):
            assert self.titles(words, "Authors") == ["Gulnora Oʻrozova"], words
        assert self.titles("поселок", "Pictures") == self.titles("ПОСЁЛОК", "Pictures") == ["Посёлок"]
        assert self.titles("o'zbek", "Tags") == ["Oʻzbekiston"]

    def test_it_is_said_where_was_looked_and_nowhere_else(self):
        def nothing(user):
            self.client.force_login(user)
            return self.client.get(FIND, {"q": "zzzz", "format": "json"}).json()["nothing"]

        assert "headline, standfirst, text, tags, authors and notes of articles" in nothing(self.chief)
        said = nothing(make_user(roles.RATES_DESK))
        assert "articles" not in said
        assert "currencies of pairs; names of screens" in said


class LinkTests(FindTestCase):
    def found(self, words):
        answer = self.client.get(FIND, {"q": words, "format": "json", "for": "link"})
        return [(row["title"], row["url"]) for kind in answer.json()["kinds"] for row in kind["found"]]

    def test_only_what_readers_see_is_found_by_title_and_text_with_its_public_address(self):
        live = make_edition(headline="Water", body="<p>The dam</p>")
        titled = make_edition(headline="Dam", live_from=timezone.now() - timedelta(days=900))
        make_article(headline="Dam of a draft")
        make_edition(headline="Dam to come", live_from=timezone.now() + timedelta(days=1))
        make_edition(headline="Dam withdrawn", live_until=timezone.now() - timedelta(days=1))
        make_edition(headline="Bread")
        assert self.found("dam") == [("Dam", titled.path), ("Water", live.path)]

    def test_nothing_typed_offers_the_newest(self):
        edition = make_edition(headline="Water")
        assert self.found("") == [("Water", edition.path)]
