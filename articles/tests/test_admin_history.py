"""What is left behind by saves and publications, and what may be deleted."""

from unittest import mock

from django.contrib.admin.models import CHANGE, LogEntry
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles, workflow
from articles.models import Article
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_image, make_user
from articles.tests.test_admin_article import DeskTestCase


class HistoryTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())

    def test_revision_becomes_the_working_copy_again(self):
        author, image = make_author(), make_image()
        article = make_article(headline="First", authors=[author], lead_image=image, tags=["Rail"])
        workflow.saved(article, by=self.chief)
        self.send(article, headline="Second", tags="", **{"bylines-0-DELETE": "on"}, lead_image="", _continue="1")
        first = article.revisions.get(version=1)
        self.assertContains(
            self.client.get(reverse("admin:articles_revision_change", args=[first.pk])), "working copy again"
        )
        author.delete()
        self.client.post(reverse("admin:articles_revision_restore", args=[first.pk]), {"version": 2})
        article.refresh_from_db()
        assert (article.headline, article.lead_image, article.version) == ("First", image, 3)
        assert [tag.name for tag in article.tags.all()] == ["Rail"]
        assert not article.bylines.exists()

    def test_restoring_into_a_live_article_makes_a_draft(self):
        article = make_article(headline="First")
        workflow.publish(article, by=self.chief)
        revision = article.revisions.get()
        self.client.post(reverse("admin:articles_revision_restore", args=[revision.pk]), {"version": 1})
        article.refresh_from_db()
        assert article.stage == "draft"

    def test_refused_restoring_says_why(self):
        article = make_article()
        workflow.saved(article, by=self.chief)
        address = reverse("admin:articles_revision_restore", args=[article.revisions.get().pk])
        with mock.patch.object(workflow, "restore", side_effect=workflow.WorkflowError("Not into that section.")):
            self.assertContains(self.client.post(address, follow=True), "Not into that section.")

    def test_revisions_and_editions_are_read_only(self):
        edition = make_edition()
        workflow.saved(edition.article, by=self.chief)
        for row in (edition, edition.article.revisions.get()):
            model = row._meta.model_name
            with self.subTest(model):
                address = reverse(f"admin:articles_{model}_change", args=[row.pk])
                assert self.client.get(address).status_code == 200
                assert self.client.post(address, {"headline": "x"}).status_code == 403
                delete = reverse(f"admin:articles_{model}_delete", args=[row.pk])
                assert self.client.post(delete, {"post": "yes"}).status_code == 403

    def test_administrator_erases_an_edition_that_ended_with_a_reason(self):
        edition = make_edition(live_until=timezone.now())
        address = reverse("admin:articles_edition_erase", args=[edition.pk])
        assert self.client.post(address, {"reason": "Court"}).status_code == 403
        self.log_in(make_user(roles.ADMINISTRATOR))
        self.assertContains(self.client.post(address, {"reason": ""}), "This field is required")
        self.client.post(address, {"reason": "Court order 12"})
        edition.refresh_from_db()
        assert (edition.body, edition.erased_reason) == ("", "Court order 12")

    def test_erased_words_leave_the_log_and_the_page_says_where_others_remain(self):
        administrator = self.log_in(make_user(roles.ADMINISTRATOR))
        roles.make_groups()
        edition = make_edition(headline="Named in court", live_until=timezone.now())
        LogEntry.objects.log_actions(administrator.pk, [edition], CHANGE, "Looked at")
        address = reverse("admin:articles_edition_erase", args=[edition.pk])
        self.assertContains(self.client.get(address), "Words of it remain elsewhere")
        page = self.client.post(address, {"reason": "Court order 12"}, follow=True)
        self.assertContains(page, "may still hold words of it")
        assert set(LogEntry.objects.values_list("object_repr", flat=True)) == {"Erased"}

    def test_live_edition_is_not_erased_and_says_why(self):
        self.log_in(make_user(roles.ADMINISTRATOR))
        address = reverse("admin:articles_edition_erase", args=[make_edition().pk])
        self.assertContains(self.client.post(address, {"reason": "Court"}), "Withdraw the article first")


class DeletingTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())

    def delete(self, article):
        return self.client.post(
            reverse("admin:articles_article_delete", args=[article.pk]), {"post": "yes"}, follow=True
        )

    def test_nothing_is_deleted_past_the_trash(self):
        for article in (make_article(), make_edition().article):
            self.assertContains(self.delete(article), "put it in the trash")
            data = {"action": "delete_selected", "_selected_action": [article.pk], "post": "yes"}
            self.client.post(reverse("admin:articles_article_changelist"), data)
            assert Article.objects.filter(pk=article.pk).exists()

    def test_ticked_row_that_is_none_is_no_row(self):
        draft = make_article()
        data = {"action": "submit_selected", "_selected_action": ["9" * 23, "abc"]}
        response = self.client.post(reverse("admin:articles_article_changelist"), data, follow=True)
        self.assertContains(response, "tick the rows first")
        assert list(Article.objects.all()) == [draft]
