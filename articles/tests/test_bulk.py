"""Many articles at once: asked first, taken each by itself, and summed up with what was refused and why."""

from datetime import timedelta
from unittest.mock import patch

from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, OperationalError
from django.urls import reverse
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from articles.admin.article import actions
from articles.desk import roles, workflow
from articles.models import Article
from articles.tests.factories import make_article, make_chief, make_edition, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase

LIST = reverse("admin:articles_article_changelist")


class BulkTestCase(DeskTestCase):
    def run_action(self, action, *articles, **more):
        ticked = [article.pk for article in articles]
        return self.client.post(LIST, {"action": action, "_selected_action": ticked, "index": "0"} | more, follow=True)

    def confirm(self, action, *articles, **more):
        return self.run_action(action, *articles, confirmed="1", **more)

    def fresh(self, article):
        return Article.objects.get(pk=article.pk)


class ChiefsBulkTests(BulkTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.first, self.second = make_article(headline="First one"), make_article(headline="Second one")

    def test_page_says_what_is_about_to_happen_and_nothing_happens_before(self):
        for action, words in (
            ("publish_selected", "You are about to publish"),
            ("withdraw_selected", "Reason for withdrawal"),
            ("trash_selected", "You are about to put in the trash"),
            ("assign_selected", "Assign to"),
            ("move_selected", "Into the section"),
            ("tag_selected", "Tags"),
        ):
            with self.subTest(action):
                page = self.run_action(action, self.first, self.second)
                for said in (words, "First one", "Second one", "csrfmiddlewaretoken"):
                    self.assertContains(page, said)
        for article in (self.first, self.second):
            assert self.fresh(article).version == 0
            assert not article.editions.exists()

    def test_each_is_done_by_itself_and_the_summary_names_what_was_refused_and_why(self):
        live = make_edition(headline="Live one").article
        page = self.confirm("withdraw_selected", live, self.first, withdrawal_reason="Wrong figures")
        self.assertContains(page, "Withdrew 1 article, readers see the reason:")
        self.assertContains(page, f'<a href="{live.get_absolute_url()}">“Live one”</a>')
        self.assertContains(page, "Not done with 1 article:")
        self.assertContains(page, f'<a href="{self.first.get_absolute_url()}">“First one”</a>: The article is not live')
        assert live.editions.get().withdrawn_reason == "Wrong figures"

    def test_what_was_removed_by_somebody_else_in_that_moment_ends_nothing_but_its_own_article(self):
        first, second = make_article(headline="First"), make_article(headline="Second")
        deadlock = OperationalError("deadlock detected")
        deadlock.__cause__ = DeadlockDetected("deadlock detected")
        for error in (IntegrityError("a tag is gone"), deadlock):
            with self.subTest(error), patch.object(actions.Tag, "save", side_effect=[error, "Tagged."]):
                page = self.confirm("tag_selected", first, second, tags="rail")
                self.assertContains(page, "Something of it was changed in this very moment: do it again.")
                self.assertContains(page, "Saved in 1 article")

    def test_text_that_was_saved_after_the_question_is_not_published(self):
        page = self.run_action("publish_selected", self.first, self.second)
        self.assertContains(page, f'name="version-{self.first.pk}" value="0"')
        workflow.saved(self.first, by=self.chief)
        seen = {f"version-{article.pk}": "0" for article in (self.first, self.second)}
        page = self.confirm("publish_selected", self.first, self.second, **seen)
        self.assertContains(page, "Somebody saved it after you were asked")
        assert not self.first.editions.exists()
        assert self.second.editions.exists()

    def test_what_is_asked_for_must_be_given(self):
        live = make_edition().article
        for action, given, words in (
            ("withdraw_selected", {"withdrawal_reason": " "}, "This field is required"),
            ("assign_selected", {"assign_to": "nobody-here"}, "There is no login"),
            ("assign_selected", {"assign_to": "x\x00"}, "Null characters"),
            ("move_selected", {"section": "9" * 30}, "Select a valid choice"),
            ("tag_selected", {"tags": "?!"}, "neither a letter nor a digit"),
            ("tag_selected", {"tags": ", ,"}, "Write a tag"),
        ):
            with self.subTest(action, given=given):
                self.assertContains(self.confirm(action, live, **given), words)
        assert live.editions.live().exists()

    def test_moving_and_tagging_are_saves_with_revisions_and_a_log(self):
        section = make_section(name="Culture")
        self.confirm("move_selected", self.first, section=section.pk)
        self.confirm("tag_selected", self.first, tags="Rail, Silk Road")
        assert self.fresh(self.first).section == section
        assert {tag.name for tag in self.first.tags.all()} == {"Rail", "Silk Road"}
        notes = list(self.first.revisions.order_by("version").values_list("note", flat=True))
        assert notes[0].startswith("Moved from")
        assert notes[1].startswith("Tagged: ")
        assert LogEntry.objects.filter(object_id=str(self.first.pk)).count() == 2

    def test_live_article_that_is_tagged_has_something_unpublished(self):
        live = make_edition().article
        self.confirm("tag_selected", live, tags="Rail")
        assert self.fresh(live).stage == "draft"
        assert not live.editions.get().tags.exists()

    def test_articles_are_assigned_with_a_due_time(self):
        reporter = make_user(roles.REPORTER)
        soon = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        self.confirm("assign_selected", self.first, self.second, assign_to=reporter.username, due_at=soon)
        for article in (self.first, self.second):
            assert self.fresh(article).assignee == reporter
            assert self.fresh(article).due_at

    def test_articles_go_into_the_trash_and_come_back(self):
        self.confirm("trash_selected", self.first, self.second)
        assert not Article.objects.on_desk().exists()
        data = {"action": "untrash_selected", "_selected_action": [self.first.pk], "index": "0"}
        self.client.post(f"{LIST}?trash=1", data)
        assert list(Article.objects.on_desk()) == [self.first]

    def test_more_than_fifty_are_refused_before_anything_is_done(self):
        section = make_section()
        articles = [make_article(section=section) for _ in range(51)]
        self.assertContains(self.run_action("submit_selected", *articles), "at most 50")
        assert not Article.objects.filter(stage="in_review").exists()

    def test_what_left_the_list_meanwhile_is_said(self):
        workflow.trash(self.first, by=self.chief)
        page = self.confirm("publish_selected", self.first, self.second)
        self.assertContains(page, "1 article is no longer in this list")
        assert self.second.editions.exists()
        assert not self.first.editions.exists()


class EditorsBulkTests(BulkTestCase):
    def setUp(self):
        roles.make_groups()
        self.editor = self.log_in(make_user(roles.SECTION_EDITOR))
        self.own, self.foreign = make_section(name="Own"), make_section(name="Foreign")
        self.own.editors.add(self.editor)
        self.mine, self.theirs = make_article(section=self.own), make_article(section=self.foreign)

    def test_what_is_not_theirs_is_refused_in_words(self):
        page = self.confirm("trash_selected", self.mine, self.theirs)
        self.assertContains(page, "You may not do this with an article of “Foreign”")
        assert [bool(self.fresh(article).trashed_at) for article in (self.mine, self.theirs)] == [True, False]

    def test_waiting_article_is_not_moved_into_a_section_of_others(self):
        Article.objects.filter(pk=self.mine.pk).update(stage="in_review")
        page = self.confirm("move_selected", self.mine, section=self.foreign.pk)
        self.assertContains(page, "“Foreign” is not yours")
        assert self.fresh(self.mine).section == self.own
