"""The list of articles: what its search and filters leave, what it says of that, and searches that are saved."""

from datetime import UTC, date, datetime, timedelta
from unittest import mock

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from articles.admin.article import ArticleAdmin, searching
from articles.desk import roles, workflow
from articles.desk_search import postgres, sqlite
from articles.models import Article, Placement, Revision, SavedSearch
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_section, make_user

LIST = reverse("admin:articles_article_changelist")
SAVE = reverse("admin:articles_article_save_search")
REMOVE = reverse("admin:articles_article_remove_search")


class SearchTestCase(TestCase):
    def setUp(self):
        roles.make_groups()
        self.chief = make_chief()
        self.client.force_login(self.chief)

    def open(self, **query):
        response = self.client.get(LIST, query)
        assert response.status_code == 200, query
        return response

    def rows(self, **query):
        return {article.headline for article in self.open(**query).context["cl"].result_list}

    def pieces(self, **query):
        return [(str(piece.name), str(piece.text)) for piece in self.open(**query).context["cl"].pieces]


class FilterTests(SearchTestCase):
    def setUp(self):
        super().setUp()
        self.section = make_section(name="Water")
        self.aigul = make_author(name="Aigul Oʻrozova")
        self.dam = make_edition(
            headline="Dam",
            body="<p>spring flood</p>",
            section=self.section,
            authors=[self.aigul],
            tags=["Energy"],
            language="ru",
            live_from=datetime(2025, 3, 10, 12, tzinfo=UTC),
        ).article
        self.draft = make_article(headline="Draft", body="<p>spring bread</p>")
        later = make_edition(headline="Later", live_from=datetime(2025, 5, 31, 12, tzinfo=UTC))
        later.cut_by = self.chief
        later.save()

    def test_each_filter_leaves_its_own(self):
        for query in (
            {"author": "aigul"},
            {"author": "O'rozova"},
            {"tag": "ENERG"},
            {"section": self.section.pk},
            {"language__exact": "ru"},
            {"until": "2025-03-10"},
        ):
            with self.subTest(query):
                assert self.rows(**query) == {"Dam"}
        assert self.rows(published_by=self.chief.username) == {"Later"}
        assert self.rows(since="2025-05-31") == {"Later"}
        assert self.rows(since="2025-03-10", until="2025-05-30") == {"Dam"}
        assert self.rows(readers="live") == {"Dam", "Later"}
        assert self.rows(readers="never") == {"Draft"}
        workflow.schedule(self.draft, by=self.chief, at=timezone.now() + timedelta(days=1))
        assert self.rows(readers="coming") == {"Draft"}

    def test_filters_and_words_hold_together(self):
        assert self.rows(q="spring") == {"Dam", "Draft"}
        assert self.rows(q="spring", author="aigul", tag="energy", until="2025-12-31") == {"Dam"}
        assert self.rows(q="bread", author="aigul") == set()

    def test_whole_name_means_its_bearer_alone(self):
        make_article(headline="Namesake", authors=[make_author(name="Aigul Oʻrozova-Li")])
        assert self.rows(author="Aigul") == {"Dam", "Namesake"}
        assert self.rows(author="Aigul O'rozova") == {"Dam"}

    def test_line_says_what_was_asked(self):
        asked = {"author": "aigul", "tag": "energy", "since": "2025-03-01", "section": self.section.pk, "whose": "mine"}
        assert dict(self.pieces(q="spring", **asked)) == {
            "author": "Aigul Oʻrozova",
            "tag": "Energy",
            "first published from": date_format(date(2025, 3, 1)),
            "section": "Water",
            "whose": "Mine",
        }
        self.assertContains(self.open(q="spring", **asked), "With the words")

    def test_piece_leads_to_the_list_without_it(self):
        [author, _tag] = self.open(q="spring", author="aigul", tag="energy").context["cl"].pieces
        assert author.without == "?q=spring&tag=energy"

    def test_name_or_day_that_is_none_is_told(self):
        assert self.rows(author="nobody at all") == set()
        assert self.pieces(author="nobody at all") == [("author", "no author is called “nobody at all”")]
        assert self.rows(since="soon") == {"Dam", "Later", "Draft"}
        assert self.pieces(since="soon") == [("first published from", "“soon” is no day, so nothing is left out")]

    def test_strange_values_are_answered(self):
        for value in ("'\"%_\\[(", "9" * 40, "0001-01-01", "9999-12-31", "x" * 3000):
            with self.subTest(value):
                self.open(author=value, tag=value, published_by=value, since=value, until=value)


class SaidTests(SearchTestCase):
    def test_it_is_said_where_the_words_were_looked_for(self):
        make_article(headline="Dam")
        self.assertContains(self.open(q="dam"), "headlines, standfirsts, texts, tags, authors and notes")
        self.assertContains(self.open(q="to be"), "in headlines alone")
        nothing = self.open(q="nowhere")
        self.assertContains(nothing, "headlines, standfirsts, texts, tags, authors and notes")
        self.assertContains(nothing, "holds all of these words")
        self.assertNotContains(self.open(), "Looked")

    def test_it_is_said_that_not_all_were_looked_at(self):
        for _ in range(4):
            make_article(headline="Dam")
        module = {"sqlite": sqlite, "postgresql": postgres}[connection.vendor]
        by_index = {"COMMON": 10**9} if connection.vendor == "postgresql" else {}
        with mock.patch.multiple(module, MOST_FOUND=3, **by_index):
            self.assertContains(self.open(q="dam"), "begun last")

    def test_found_words_are_shown_marked(self):
        make_article(headline="Water", body="<p>The <b>dam</b> &lt;old&gt;</p>")
        page = self.open(q="dam")
        self.assertContains(page, "The <mark>dam</mark> &lt;old&gt;")
        self.assertNotContains(self.open(), "Found in")

    def test_pages_of_a_search_follow_one_another(self):
        now = timezone.now()
        for number in range(90):
            make_article(headline=f"Row {number}", saved_at=now - timedelta(minutes=number))
        pages = [
            [row.headline for row in self.open(q="row", p=str(page)).context["cl"].result_list] for page in (1, 2, 3)
        ]
        assert [row for page in pages for row in page] == [f"Row {number}" for number in range(90)]

    def test_many_take_as_many_queries_as_few(self):
        def measure():
            with CaptureQueriesContext(connection) as queries:
                self.open(q="dam", author="aigul")
            return len(queries)

        make_article(headline="Water", body="<p>dam</p>", authors=[make_author(name="Aigul")], tags=["a"])
        self.open()
        few = measure()
        for _ in range(6):
            make_article(headline="Water", body="<p>dam</p>", authors=[make_author(name="Aigul")], tags=["a", "b"])
        assert measure() == few <= 20


class RightsTests(SearchTestCase):
    def test_who_may_not_read_articles_finds_none(self):
        make_article(headline="Secret", body="<p>turbines</p>").notes.create(text="lawyer")
        self.client.force_login(make_user(roles.RATES_DESK))
        assert self.client.get(LIST, {"q": "turbines"}).status_code == 403
        for asked in ("", "link"):
            found = self.client.get(reverse("admin:find"), {"q": "turbines", "format": "json", "for": asked}).json()
            assert "Secret" not in str(found)
            assert "notes" not in found["nothing"]
        assert self.client.post(SAVE, {"name": "x", "query": "q=x"}).status_code == 403
        assert self.client.post(REMOVE, {"search": "1"}).status_code == 403


class SavedSearchTests(SearchTestCase):
    def save(self, **given):
        return self.client.post(SAVE, {"name": "Dams", "query": "q=dam&tag=energy&p=3"} | given, follow=True)

    def test_search_is_saved_opened_and_removed(self):
        make_article(headline="Dam", tags=["energy"])
        page = self.save()
        self.assertContains(page, "Saved: the search “Dams”.")
        saved = SavedSearch.objects.get()
        assert (saved.user, saved.query, saved.is_shared) == (self.chief, "q=dam&tag=energy", False)
        self.assertContains(self.open(), 'href="?q=dam&amp;tag=energy"')
        self.client.post(REMOVE, {"search": saved.pk})
        assert not SavedSearch.objects.exists()

    def test_others_see_what_is_shared_and_remove_nothing(self):
        self.save()
        self.save(name="For all", shared="on")
        self.client.force_login(make_user(roles.REPORTER))
        page = self.open()
        self.assertContains(page, "For all")
        self.assertNotContains(page, "Dams")
        for saved in SavedSearch.objects.all():
            self.assertContains(self.client.post(REMOVE, {"search": saved.pk}, follow=True), "somebody else’s")
        assert SavedSearch.objects.count() == 2

    def test_ones_own_are_shown_however_many_others_share(self):
        SavedSearch.objects.bulk_create(
            SavedSearch(user=make_user(roles.REPORTER), name=f"A {number}", query="q=a", is_shared=True)
            for number in range(searching.MOST_SAVED)
        )
        self.assertContains(self.save(name="My own"), "My own</a>")

    def test_what_cannot_be_saved_is_told_and_loses_nothing(self):
        self.save()
        for given, said in (
            ({}, "You have a search called “Dams” already"),
            ({"name": "  "}, "Give the search a name."),
            ({"name": "x" * 61}, "at most 60 characters"),
            ({"name": "y", "query": "p=2"}, "Search or filter first"),
            ({"name": "y", "query": f"q={'x' * 1500}"}, "too much in this search"),
        ):
            with self.subTest(said):
                page = self.save(**given)
                self.assertContains(page, said)
        assert SavedSearch.objects.count() == 1
        assert page.redirect_chain[0][0].startswith(f"{LIST}?q=xxx")

    def test_every_filter_of_the_list_is_saved_with_a_search(self):
        specs = self.open().context["cl"].get_filters(self.open().wsgi_request)[0]
        names = [getattr(spec, "lookup_kwarg", None) or spec.parameter_name for spec in specs]
        assert len(names) > 10
        for name in names:
            with self.subTest(name):
                assert searching.searched(f"{name}=x&p=2&e=1", ArticleAdmin.list_filter) == f"{name}=x"

    def test_address_of_a_saved_search_is_only_a_list(self):
        self.save(query="q=dam&next=//evil.example&_popup=1")
        assert SavedSearch.objects.get().query == "q=dam"


class ManyTests(SearchTestCase):
    def test_mine_and_unpublished_are_found_each_by_its_own_way(self):
        author = make_author(user=self.chief)
        make_article(headline="Begun", created_by=self.chief)
        make_article(headline="Byline", authors=[author])
        make_article(headline="Both", authors=[author], created_by=self.chief)
        make_article(headline="Another’s")
        assert self.rows(whose="mine") == {"Begun", "Byline", "Both"}
        changed = make_edition(headline="Changed").article
        Article.objects.filter(pk=changed.pk).update(stage="draft")
        make_edition(headline="As it is")
        assert self.rows(desk="unpublished") == {"Changed"}


class OtherListsTests(SearchTestCase):
    def setUp(self):
        super().setUp()
        self.edition = make_edition(headline="Water", body="<p>the dam</p>", authors=[make_author(name="Oʻrozova")])
        make_edition(headline="Bread")

    def found(self, name, words):
        response = self.client.get(reverse(f"admin:articles_{name}_changelist"), {"q": words})
        assert response.status_code == 200
        return list(response.context["cl"].result_list)

    def test_editions_are_found_by_text_names_number_and_address(self):
        for words in ("dam", "o'rozova", str(self.edition.pk), self.edition.path, self.edition.path[:-1]):
            with self.subTest(words):
                assert self.edition in self.found("edition", words)
        assert self.found("edition", "dam") == [self.edition]
        assert self.found("edition", "nowhere") == []

    def test_revisions_are_found_by_their_article_and_their_own_name(self):
        article = self.edition.article
        first = Revision.objects.create(article=article, version=8, snapshot={})
        named = Revision.objects.create(article=make_article(), version=1, snapshot={}, name="Before Oʻzbekiston")
        assert self.found("revision", "dam") == [first]
        assert self.found("revision", "o'zbek") == [named]

    def test_placements_are_found_by_their_article(self):
        placement = Placement.objects.create(slot=1, article=self.edition.article)
        assert self.found("placement", "dam") == [placement]
        assert self.found("placement", "bread") == []

    def test_board_offers_what_holds_the_words_anywhere(self):
        make_article(headline="A draft about the dam")
        response = self.client.get(reverse("admin:articles_placement_board"), {"q": "dam"})
        [candidate] = response.context["candidates"]
        assert candidate.headline == "Water"
        self.assertContains(response, "the <mark>dam</mark>")
        self.assertContains(
            self.client.get(reverse("admin:articles_placement_board"), {"q": "nowhere"}),
            "headline, standfirst, text, tags, authors or notes",
        )
