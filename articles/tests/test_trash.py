"""The trash: off the desk, back as it was, and emptied of what no reader ever saw."""

from datetime import timedelta
from unittest import mock

import time_machine
from django.core.management import call_command
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles, workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_image, make_user
from articles.tests.test_admin_article import DeskTestCase, change_address, typed

LIST = reverse("admin:articles_article_changelist")


class TrashTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()

    def fresh(self, article):
        return Article.objects.filter(pk=article.pk).first()

    def test_article_comes_back_as_it_was(self):
        article = make_article(stage="in_review", assignee=self.chief, tags=["Rail"])
        before = Article.objects.values().get(pk=article.pk)
        workflow.trash(article, by=self.chief)
        assert self.fresh(article).trashed_by == self.chief
        workflow.untrash(article, by=self.chief)
        assert Article.objects.values().get(pk=article.pk) == before
        with self.assertRaises(WorkflowError):
            workflow.untrash(article, by=self.chief)

    def test_what_readers_see_or_will_see_is_ended_first(self):
        live, coming = make_edition().article, make_article()
        edition = workflow.schedule(coming, by=self.chief, at=timezone.now() + timedelta(days=1))
        with self.assertRaisesMessage(WorkflowError, "withdraw it first"):
            workflow.trash(live, by=self.chief)
        with self.assertRaisesMessage(WorkflowError, "cancel that first"):
            workflow.trash(coming, by=self.chief)
        workflow.withdraw(live, by=self.chief, reason="x")
        workflow.cancel(edition, by=self.chief)
        workflow.trash(live, by=self.chief)
        workflow.trash(coming, by=self.chief)

    def test_nothing_is_done_with_what_lies_there_even_by_an_administrator(self):
        administrator, article = make_user(roles.ADMINISTRATOR), make_article()
        workflow.trash(article, by=administrator)
        for step in (workflow.submit, workflow.publish, workflow.approve, workflow.trash, workflow.claim):
            with self.assertRaisesMessage(WorkflowError, "restore it first"):
                step(article, by=administrator)

    def test_emptying_takes_after_thirty_days_what_no_reader_saw(self):
        never = make_article(authors=[make_author()], tags=["Rail"], lead_image=make_image())
        once, fresh, kept = make_edition().article, make_article(), make_article()
        workflow.saved(never, by=self.chief)
        workflow.leave_note(never, by=self.chief, text="x")
        workflow.withdraw(once, by=self.chief, reason="x")
        for article in (never, once):
            workflow.trash(article, by=self.chief)
        with time_machine.travel(timezone.now() + timedelta(days=29, hours=23)):
            workflow.trash(fresh, by=self.chief)
            assert workflow.empty_trash() == 0
        with time_machine.travel(timezone.now() + timedelta(days=30, hours=1)):
            call_command("empty_trash", verbosity=0)
        assert self.fresh(never) is None
        assert all(map(self.fresh, (once, fresh, kept)))

    def test_emptying_is_not_held_up_by_drafts_on_the_desk(self):
        workflow.trash(make_article(), by=self.chief)
        drafts = [make_article() for _number in range(3)]
        with mock.patch.dict(workflow.empty_trash.__globals__, AT_ONCE=2):
            assert workflow.empty_trash(timezone.now() + timedelta(days=31)) == 1
        assert Article.objects.filter(pk__in=[draft.pk for draft in drafts]).count() == 3

    def test_step_with_what_was_emptied_meanwhile_is_refused_in_words(self):
        article = make_article()
        Article.objects.filter(pk=article.pk).delete()
        with self.assertRaisesMessage(WorkflowError, "is gone"):
            workflow.submit(article, by=self.chief)


class TrashOnTheDeskTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.article = make_article(headline="Unwanted railway")
        workflow.trash(self.article, by=self.chief)

    def test_it_is_in_no_list_and_no_picker(self):
        pick = {"app_label": "articles", "model_name": "placement", "field_name": "article", "term": "Unwanted"}
        for address, query in (
            (LIST, {}),
            (LIST, {"q": "Unwanted"}),
            (reverse("admin:index"), {}),
            (reverse("admin:autocomplete"), pick),
            (reverse("admin:autocomplete"), pick | {"trash": "1"}),
        ):
            with self.subTest(address=address, query=query):
                self.assertNotContains(self.client.get(address, query), "Unwanted railway")
        self.assertContains(self.client.get(LIST, {"trash": "1"}), "Unwanted railway")
        self.assertContains(self.client.get(LIST, {"trash": "1", "q": "unwanted"}), "Unwanted railway")

    def test_its_form_is_read_only_with_the_way_back(self):
        page = self.page(self.article)
        self.assertContains(page, "In the trash since")
        self.assertContains(page, 'value="untrash"')
        for field in ('name="headline"', 'name="_continue"', 'value="publish"', 'value="note"', 'value="trash"'):
            self.assertNotContains(page, field)
        self.client.post(change_address(self.article), typed(self.article, headline="Changed", _continue="1"))
        self.article.refresh_from_db()
        assert self.article.headline == "Unwanted railway"
        self.client.post(change_address(self.article), {"_step": "untrash"})
        self.assertContains(self.client.get(LIST), "Unwanted railway")

    def test_trash_offers_only_the_way_out(self):
        page = self.client.get(LIST, {"trash": "1"})
        self.assertContains(page, 'value="untrash_selected"')
        self.assertNotContains(page, 'value="publish_selected"')
        self.assertNotContains(self.client.get(LIST), 'value="untrash_selected"')
