"""Lists of the desk: quick with any number of rows, and never counted."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles import desk_search
from articles.desk import roles, workflow
from articles.models import Article, Image, Placement
from articles.tests.factories import (
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_image,
    make_section,
    make_user,
)

INDEX = reverse("admin:index")
LISTS = ["article", "edition", "revision", "image", "author", "section", "placement"]


def list_address(model):
    app = {"tag": "taggit", "user": "auth"}.get(model, "articles")
    return reverse(f"admin:{app}_{model}_changelist")


class AdminListTestCase(TestCase):
    def setUp(self):
        self.client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))

    def queries(self, address, **query):
        with CaptureQueriesContext(connection) as queries:
            response = self.client.get(address, query)
        assert response.status_code == 200
        return [query["sql"] for query in queries.captured_queries]


class CountingTests(AdminListTestCase):
    def fill(self, number):
        section, chief = make_section(), make_chief()
        for _ in range(number):
            author = make_author(picture=make_image(uploaded_by=chief), user=make_user())
            edition = make_edition(section=section, authors=[author], created_by=chief)
            workflow.saved(edition.article, by=chief)
            Placement.objects.create(slot=1, article=edition.article, starts_at=timezone.now())
            Tag.objects.create(name=f"Tag {author.pk}", slug=f"tag-{author.pk}")
            make_section(parent=section)

    def test_lists_take_as_many_queries_for_many_rows_as_for_few_and_count_nothing(self):
        self.client.get(INDEX)  # the frame is kept from now on
        self.fill(2)
        few = {model: self.queries(list_address(model)) for model in [*LISTS, "tag", "user"]}
        self.fill(8)
        for model, before in few.items():
            with self.subTest(model):
                after = self.queries(list_address(model))
                assert len(after) == len(before), after
                assert len(after) <= 8, after
                assert not [sql for sql in after if "COUNT(" in sql.upper()]

    def test_pages_and_searches_count_nothing(self):
        self.fill(3)
        for query in ({"q": "Headline"}, {"stage__exact": "published"}, {"p": "1"}, {"all": ""}, {"whose": "mine"}):
            with self.subTest(query):
                assert not [sql for sql in self.queries(list_address("article"), **query) if "COUNT(" in sql.upper()]


class PagingTests(AdminListTestCase):
    def setUp(self):
        super().setUp()
        section = make_section()
        Article.objects.bulk_create(
            Article(headline=f"Row {number}", section=section, saved_at=timezone.now() - timedelta(minutes=number))
            for number in range(120)
        )
        desk_search.rebuild_copies()

    def rows(self, **query):
        return [
            article.headline for article in self.client.get(list_address("article"), query).context["cl"].result_list
        ]

    def test_pages_follow_one_another_to_the_end(self):
        pages = [self.rows(p=str(page)) for page in (1, 2, 3)]
        assert [len(page) for page in pages] == [40, 40, 40]
        assert [*pages[0], *pages[1], *pages[2]] == [f"Row {number}" for number in range(120)]

    def test_page_beyond_the_end_leads_back(self):
        for page in ("4", "99999999", "x", "-1", "0"):
            with self.subTest(page):
                response = self.client.get(list_address("article"), {"p": page}, follow=True)
                assert response.status_code == 200

    def test_show_all_shows_a_page(self):
        assert len(self.rows(all="")) == 40

    def test_search_finds_words_and_numbers(self):
        number = Article.objects.get(headline="Row 77").pk
        assert self.rows(q="row 77") == ["Row 77"]
        assert "Row 77" in self.rows(q=str(number))
        assert self.rows(q="nothing like it") == []

    def test_search_knows_cyrillic_capitals(self):
        make_article(headline="Озеро Иссык-Куль")
        assert self.rows(q="озеро ИССЫК") == ["Озеро Иссык-Куль"]

    def test_strange_queries_are_answered(self):
        for query in (
            {"q": "'\"%_\\"},
            {"section": "x"},
            {"section": "9" * 30},
            {"stage__exact": "?"},
            {"nonsense": "1"},
        ):
            with self.subTest(query):
                assert self.client.get(list_address("article"), query, follow=True).status_code == 200


class StateTests(AdminListTestCase):
    def state(self, article):
        rows = self.client.get(list_address("article")).context["cl"]
        return rows.model_admin.standing(next(row for row in rows.result_list if row.pk == article.pk))

    def test_state_says_where_an_article_stands(self):
        chief = make_chief()
        draft, waiting = make_article(), make_article(stage="in_review")
        live = make_edition().article
        withdrawn = make_edition().article
        workflow.withdraw(withdrawn, by=chief, reason="x")
        coming = make_article()
        workflow.schedule(coming, by=chief, at=timezone.now() + timedelta(days=1))
        changed = make_edition().article
        changed.refresh_from_db()
        workflow.saved(changed, by=chief)
        assert self.state(draft) == "draft"
        assert self.state(waiting) == "in review"
        assert self.state(live) == "live"
        assert self.state(withdrawn) == "no longer live, draft"
        assert self.state(coming).startswith("scheduled for")
        assert self.state(changed).endswith("changes unpublished")

    def test_filters_find_a_section_with_those_within_and_what_is_mine(self):
        user = make_user(roles.CHIEF_EDITOR)
        parent = make_section()
        mine = make_article(section=make_section(parent=parent), created_by=user)
        make_article()
        self.client.force_login(user)
        for query in ({"section": parent.pk}, {"whose": "mine"}):
            with self.subTest(query):
                assert list(self.client.get(list_address("article"), query).context["cl"].result_list) == [mine]


class AutocompleteTests(AdminListTestCase):
    def found(self, field, term, model="article"):
        query = {"app_label": "articles", "model_name": model, "field_name": field, "term": term}
        with CaptureQueriesContext(connection) as queries:
            answer = self.client.get(reverse("admin:autocomplete"), query).json()
        assert not [row for row in queries.captured_queries if "COUNT(" in row["sql"].upper()]
        return answer

    def test_articles_show_their_state(self):
        make_edition(headline="A railway")
        [row] = self.found("article", "rail", "placement")["results"]
        assert row["text"].startswith("A railway (live, first published 8 Dec 2025")

    def test_sections_say_what_they_lie_within_and_pictures_show_themselves(self):
        child = make_section(name="Rail", parent=make_section(name="Business"))
        assert self.found("further_sections", "rai")["results"] == [{"id": str(child.pk), "text": "Business › Rail"}]
        make_image(title="Lake")
        [row] = self.found("lead_image", "lak")["results"]
        assert row["picture"].endswith("safe.jpg")

    def test_long_answers_come_in_pages(self):
        for _ in range(25):
            make_author(name="Same name")
        answer = self.found("author", "same", "articlebyline")
        assert (len(answer["results"]), answer["pagination"]) == (20, {"more": True})

    def test_tags_are_offered_by_what_is_typed(self):
        for name in ("railway", "Trans-Afghan railway", "food"):
            Tag.objects.create(name=name, slug=name)
        names = self.client.get(reverse("admin:taggit_tag_names"), {"term": "rail"}).json()["names"]
        assert names == ["railway", "Trans-Afghan railway"]


class IndexTests(AdminListTestCase):
    def test_tables_stand_in_groups(self):
        groups = [str(group["name"]) for group in self.client.get(INDEX).context["app_list"]]
        assert groups[:6] == ["Articles", "Front page", "Library", "People", "Rates", "Paper"]


class ArticleFormTests(AdminListTestCase):
    def test_form_takes_as_many_queries_for_much_as_for_little(self):
        def measure(size):
            authors = [make_author() for _ in range(size)]
            article = make_article(
                authors=authors, further=[make_section() for _ in range(size)], lead_image=make_image()
            )
            chief = make_chief()
            for number in range(size):
                article.refresh_from_db()
                workflow.saved(article, by=chief)
                workflow.schedule(article, by=chief, at=timezone.now() + timedelta(days=1 + number))
            return len(self.queries(reverse("admin:articles_article_change", args=[article.pk])))

        self.client.get(INDEX)
        few, many = measure(1), measure(5)
        assert many <= few + 4, "a query a byline: its author's name"
        assert few <= 30  # eight of them ask what the checks look at

    def test_image_form_takes_as_many_queries_for_many_uses_as_for_few(self):
        def measure(size, start):
            for number in range(size):
                edition = make_edition(lead_image=image, body=f'<p>A</p><figure data-image="{image.pk}"></figure>')
                make_author(picture=image)
                Placement.objects.create(
                    slot=1, article=edition.article, image=image, starts_at=start + timedelta(hours=number)
                )
            return len(self.queries(address))

        image = make_image()
        address = reverse("admin:articles_image_change", args=[image.pk])
        self.client.get(address)  # what is kept ready by the first request
        few = measure(1, timezone.now())
        many = measure(25, timezone.now() + timedelta(days=1))
        assert few == many <= 12
        assert Image.objects.count() == 1
