"""The preview beside the form: the public page made of what is typed, however incomplete, and nothing of it stored."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from taggit.models import Tag

from articles.desk import roles
from articles.models import Address, Article, Edition, Revision
from articles.tests.factories import (
    make_article,
    make_author,
    make_chief,
    make_edition,
    make_image,
    make_section,
    make_user,
)
from articles.tests.test_admin_article import DeskTestCase, typed


def address(pk):
    return reverse("admin:articles_article_live_preview", args=[pk])


class LivePreviewTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_article(headline="As saved", section=make_section())

    def look(self, article=None, **changes):
        article = article or self.article
        by_script = {"X-Requested-With": "fetch"}
        return self.client.post(address(article.pk), typed(article, **changes), headers=by_script)

    def test_shows_what_is_typed_and_stores_nothing(self):
        author = make_author(name="Aigul Tash")
        changes = {"headline": "As typed", "tags": "Brand new", "bylines-0-author": author.pk}
        response = self.look(**changes, body="<p>Words typed just now.</p>")
        for words in ("As typed", "Words typed just now.", "Brand new", "Aigul Tash", "noindex"):
            self.assertContains(response, words)
        self.assertTemplateUsed(response, "articles/article_page.html")
        assert "no-store" in response["Cache-Control"]
        self.article.refresh_from_db()
        assert (self.article.headline, self.article.version, self.article.bylines.count()) == ("As saved", 0, 0)
        for model in (Edition, Revision, Tag, Address):
            assert not model.objects.exists()

    def test_incomplete_and_wrong_forms_are_previewed_too(self):
        other = make_edition(headline="Other").article
        changes = [
            {"headline": ""},
            {"headline": "\x07"},
            {"headline": "x" * 300},
            {"section": ""},
            {"section": "9" * 30},
            {"lead_image": "abc"},
            {"body": ""},
            {"body": "<p>" + "<ul><li>" * 200},
            {"slug": "no slug at all!"},
            {"slug": other.slug},
            {"tags": "?!, fine"},
            {"embargo_until": "yesterday"},
            {"kind": "poem"},
            {"version": "x"},
            {"version": "99"},
            {"bylines-TOTAL_FORMS": "x"},
            {"bylines-0-author": "9" * 30},
        ]
        for change in changes:
            with self.subTest(str(change)[:60]):
                assert self.look(**change).status_code == 200
        assert self.client.post(address(self.article.pk), {}).status_code == 200

    def test_missing_headline_is_said(self):
        self.assertContains(self.look(headline=" "), "Without a headline")

    def test_slug_of_another_article_is_no_obstacle(self):
        other = make_edition(headline="Other", slug="taken").article
        Article.objects.filter(pk=self.article.pk).update(published_at=other.editions.get().published_at)
        self.assertContains(self.look(slug="taken", headline="Mine"), "Mine")

    def test_new_article_is_previewed_without_coming_into_being(self):
        response = self.client.post(address(0), typed(headline="Not begun", body="<p>Text</p>", version=0))
        self.assertContains(response, "Not begun")
        assert Article.objects.count() == 1

    def test_lead_picture_and_corrections_are_the_typed_ones(self):
        picture = make_image(alt="A bridge")
        self.assertContains(self.look(lead_image=picture.pk), 'alt="A bridge"')

    def test_only_who_may_edit_posts_text(self):
        self.log_in(make_user(roles.REPORTER))
        assert self.look().status_code == 403
        saved = reverse("admin:articles_article_preview", args=[self.article.pk])
        assert self.client.get(saved).status_code == 200, "the saved text is for all of the desk"
        self.log_in(make_user(roles.PICTURE_EDITOR))
        assert self.look().status_code == 403
        assert self.client.post(address(0), typed()).status_code == 403
        self.log_in(make_user(roles.RATES_DESK))
        assert self.client.get(saved).status_code == 403
        self.client.logout()
        assert self.look().status_code == 302

    def test_what_is_no_article_is_a_404_and_only_posts_are_taken(self):
        assert self.client.post(address(10**15), {}).status_code == 404
        assert self.client.get(address(self.article.pk)).status_code == 405

    def test_archive_does_not_make_it_slower(self):
        make_edition(section=self.article.section)  # to read next
        self.look()  # what is kept ready by the first request
        few = self.queries()
        for _ in range(30):
            make_edition(section=self.article.section)
        assert self.queries() == few <= 52

    def queries(self):
        with CaptureQueriesContext(connection) as asked:
            self.look()
        return len(asked)
