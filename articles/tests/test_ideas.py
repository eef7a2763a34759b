"""Ideas: who notes them, who has them, where they are found; and that two who begin one at once make one article."""

from datetime import timedelta
from threading import Barrier, Thread

from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import TransactionTestCase, skipUnlessDBFeature
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles, workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article, Idea, Notice
from articles.tests.factories import make_article, make_author, make_chief, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase
from articles.tests.test_admin_library import local
from newsroom.tests.forms import loaded

LIST, ADD = reverse("admin:articles_idea_changelist"), reverse("admin:articles_idea_add")


def make_idea(**fields):
    article = make_article(**{"stage": "idea", "body": "", **fields})
    return Idea.objects.get(pk=article.pk)


def page_of(idea, name="change"):
    return reverse(f"admin:articles_idea_{name}", args=[idea.pk])


class IdeaTestCase(DeskTestCase):
    def setUp(self):
        roles.make_groups()
        self.section = make_section()
        self.chief, self.reporter = make_chief(), make_user(roles.REPORTER)
        self.editor = make_user(roles.SECTION_EDITOR)
        self.section.editors.add(self.editor)
        self.soon = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)

    def send(self, address, **fields):
        sent = {"headline": "The dam", "section": self.section.pk, "who": "", "due": "", "note": "", **fields}
        return self.client.post(address, sent | (loaded(self.client, address) if "/change/" in address else {}))

    def problems(self, response):
        assert response.status_code == 200, "it was saved"
        return response.context["adminform"].form.errors


class NotingTests(IdeaTestCase):
    def test_editor_notes_an_idea_for_somebody_who_is_told(self):
        self.log_in(self.editor)
        sent = self.send(ADD, who=self.reporter.pk, due=local(self.soon), note="Ask the engineer")
        self.assertRedirects(sent, LIST, fetch_redirect_response=False)
        idea = Idea.objects.get()
        assert (idea.headline, idea.section, idea.assignee, idea.due_at) == (
            "The dam", self.section, self.reporter, self.soon,
        )  # fmt: skip
        assert (idea.created_by, idea.stage, idea.body) == (self.editor, "idea", "")
        assert idea.notes.get().text == "Ask the engineer"
        notice = Notice.objects.get(user=self.reporter, kind="assigned")
        assert "The dam" in notice.text
        assert LogEntry.objects.get().content_type.model == "article"
        self.log_in(self.reporter)
        self.assertContains(self.client.get(reverse("admin:index")), page_of(idea))

    def test_reporter_notes_for_themselves_or_nobody_alone(self):
        self.log_in(self.reporter)
        assert self.client.get(ADD).context["adminform"].form.initial["who"] == self.reporter.pk
        for who, count in ((self.reporter.pk, 1), ("", 2)):
            self.send(ADD, who=who)
            assert Idea.objects.count() == count
        assert "who" in self.problems(self.send(ADD, who=self.editor.pk))
        assert Idea.objects.count() == 2

    def test_section_editor_gives_away_what_is_theirs_alone(self):
        self.log_in(self.editor)
        response = self.send(ADD, who=self.reporter.pk, section=make_section().pk)
        assert "Only an editor of the section" in str(self.problems(response))
        self.send(ADD, who=self.editor.pk, section=make_section().pk)
        assert Idea.objects.get().assignee == self.editor

    def test_wrong_fields_are_told_and_keep_what_was_typed(self):
        self.log_in(self.editor)
        past = local(timezone.now() - timedelta(hours=2))
        for fields, name in (({"due": past}, "due"), ({"headline": " "}, "headline"), ({"who": "9" * 9}, "who")):
            with self.subTest(name):
                response = self.send(ADD, note="Do not lose this", **fields)
                assert name in self.problems(response)
                self.assertContains(response, "Do not lose this")
        assert not Article.objects.exists()

    def test_change_keeps_seconds_logs_values_and_nothing_changed_is_no_line(self):
        idea = make_idea(section=self.section, created_by=self.reporter, due_at=self.soon + timedelta(seconds=7))
        self.log_in(self.reporter)
        kept = {"headline": idea.headline, "due": local(self.soon)}
        self.send(page_of(idea), **kept)
        assert not LogEntry.objects.exists()
        self.send(page_of(idea), **kept | {"headline": "The dam holds"})
        idea.refresh_from_db()
        assert (idea.headline, idea.due_at.second) == ("The dam holds", 7)
        assert "The dam holds" in LogEntry.objects.get().change_message
        self.send(page_of(idea), **kept | {"headline": "The dam holds", "who": self.reporter.pk})
        idea.refresh_from_db()
        assert idea.assignee == self.reporter

    def test_stranger_reads_and_changes_nothing(self):
        idea = make_idea(section=self.section, created_by=self.chief, assignee=self.chief)
        for role in (roles.REPORTER, roles.PICTURE_EDITOR):
            self.log_in(make_user(role))
            page = self.client.get(page_of(idea))
            self.assertContains(page, idea.headline)
            self.assertNotContains(page, 'name="_save"')
            assert self.client.post(page_of(idea), {"headline": "x"}).status_code == 403
            for name in ("begin", "drop", "bring_back"):
                assert self.client.get(page_of(idea, name)).status_code == 405
                self.client.post(page_of(idea, name))
        assert Article.objects.filter(stage="idea", headline=idea.headline, trashed_at=None).exists()


class FindingTests(IdeaTestCase):
    def test_list_filters_and_searches(self):
        mine = make_idea(headline="Glacier", created_by=self.reporter, section=self.section)
        given = make_idea(headline="Market", assignee=self.reporter, due_at=timezone.now() - timedelta(hours=1))
        make_article(headline="Glacier in print")
        workflow.leave_note(given, by=self.chief, text="apricots")
        dropped = make_idea(headline="Dropped glacier")
        workflow.trash(dropped, by=self.chief)
        self.log_in(self.reporter)

        def shown(**query):
            return set(self.client.get(LIST, query).context["cl"].result_list)

        assert shown() == {mine, given}
        assert shown(whose="mine") == {mine}
        assert shown(whose="assigned") == {given}
        assert shown(whose="nobody") == {mine}
        assert shown(section=self.section.pk) == {mine}
        assert shown(due="over") == {given}
        assert shown(dropped="1") == {dropped}
        assert shown(q="glac") == {mine}
        assert shown(q="apricots") == {given}
        found = self.client.get(reverse("admin:find"), {"q": "apricots"})
        self.assertContains(found, page_of(given))

    def test_many_take_as_many_queries_as_few(self):
        self.log_in(self.chief)

        def measure():
            self.client.get(LIST)
            with self.assertNumQueries(8):  # session, user, 2 rights, sections, whether a page follows, rows, the bell
                self.client.get(LIST)

        for _ in range(2):
            make_idea(assignee=self.reporter, created_by=self.editor, due_at=self.soon)
        measure()
        for _ in range(8):
            make_idea(assignee=make_user(), created_by=make_user(), due_at=self.soon)
        measure()

    def test_articles_own_address_leads_to_the_form_of_the_idea(self):
        idea = make_idea(created_by=self.reporter)
        self.log_in(self.reporter)
        address = reverse("admin:articles_article_change", args=[idea.pk])
        self.assertRedirects(self.client.get(address), page_of(idea))
        assert self.client.post(address, {"body": "<p>x</p>"}).status_code == 403
        assert Article.objects.get(pk=idea.pk).get_absolute_url() == page_of(idea)

    def test_nothing_of_the_workflow_but_its_own_steps_is_taken(self):
        for step in (workflow.submit, workflow.approve, workflow.publish):
            idea = make_idea()
            with self.subTest(step.__name__), self.assertRaisesMessage(WorkflowError, "is an idea: begin to write"):
                step(idea, by=self.chief)


class BeginningTests(IdeaTestCase):
    def test_one_click_makes_it_an_article_with_all_it_had(self):
        author = make_author(user=self.reporter)
        idea = make_idea(headline="The dam", section=self.section, assignee=self.reporter, due_at=self.soon)
        self.log_in(self.reporter)
        response = self.client.post(page_of(idea, "begin"))
        address = reverse("admin:articles_article_change", args=[idea.pk])
        self.assertRedirects(response, address)
        article = Article.objects.get(pk=idea.pk)
        assert (article.stage, article.headline, article.section, article.assignee, article.due_at) == (
            "draft", "The dam", self.section, self.reporter, self.soon,
        )  # fmt: skip
        assert [row.author for row in article.bylines.all()] == [author]
        assert not Idea.objects.exists()
        self.assertRedirects(self.client.get(page_of(idea)), address)

    def test_what_nobody_has_is_whose_who_begins_it(self):
        idea = make_idea(created_by=self.editor)
        self.log_in(self.reporter)
        self.client.post(page_of(idea, "begin"))
        assert Article.objects.get(pk=idea.pk).assignee == self.reporter

    def test_saved_and_begun_at_once(self):
        self.log_in(self.reporter)
        response = self.send(ADD, who=self.reporter.pk, note="Begin now", _begin="1")
        article = Article.objects.get()
        self.assertRedirects(response, article.get_absolute_url())
        assert (article.stage, article.notes.get().text) == ("draft", "Begin now")

    def test_what_was_done_is_said_whether_a_field_was_changed_or_not(self):
        self.log_in(self.reporter)
        for headline in ("The dam", "Another dam"):
            idea = make_idea(headline="The dam", section=self.section, created_by=self.reporter)
            told = self.client.get(self.send(page_of(idea), headline=headline, _begin="1").url)
            self.assertContains(told, "It is a draft now: write.")
            self.assertNotContains(told, "Nothing new to save")

    def test_second_is_told_who_has_it_and_what_was_not_saved(self):
        idea = make_idea(section=self.section)
        self.log_in(self.editor)
        form = loaded(self.client, page_of(idea))
        workflow.begin(idea, by=self.chief)
        told = self.client.post(page_of(idea, "begin"), follow=True)
        self.assertContains(told, f"{self.chief.username} has it")
        sent = {"headline": "Mine", "section": self.section.pk, "who": "", "due": "", "note": "Typed words"} | form
        told = self.client.post(page_of(idea), sent, follow=True)
        self.assertContains(told, "Typed words")
        self.assertContains(told, f"is an article by now: {self.chief.username} has it")
        self.assertNotContains(told, "was deleted meanwhile")
        for name in ("drop", "bring_back"):
            self.assertContains(self.client.post(page_of(idea, name), follow=True), "is an article by now")
        assert Article.objects.get(pk=idea.pk).trashed_at is None

    def test_who_saved_it_meanwhile_is_named(self):
        idea = make_idea(section=self.section)
        self.log_in(self.editor)
        form = loaded(self.client, page_of(idea))
        sent = {"section": self.section.pk, "who": "", "due": "", "note": ""} | form
        self.log_in(self.chief)
        self.client.post(page_of(idea), sent | {"headline": "Theirs"})
        self.log_in(self.editor)
        page = self.client.post(page_of(idea), sent | {"headline": "Mine"})
        self.assertContains(page, self.chief.username)
        self.assertNotContains(page, "by a program")

    def test_dropped_and_brought_back(self):
        idea = make_idea(created_by=self.reporter)
        self.log_in(self.reporter)
        self.assertRedirects(self.client.post(page_of(idea, "drop")), LIST)
        self.assertContains(self.client.get(page_of(idea)), "Bring it back")
        self.client.post(page_of(idea, "begin"))
        assert Article.objects.get(pk=idea.pk).stage == "idea", "what was dropped is not begun"
        self.client.post(page_of(idea, "bring_back"))
        assert Idea.objects.on_desk().get() == idea


@skipUnlessDBFeature("has_select_for_update")
class BeginningAtOnceTests(TransactionTestCase):
    def test_of_two_one_begins_it_and_the_other_is_told(self):
        roles.make_groups()
        idea, people = make_idea(), [make_chief(), make_chief()]
        barrier, answers = Barrier(2), []

        def begin(user):
            barrier.wait()
            try:
                answers.append(workflow.begin(idea, by=user))
            except WorkflowError as refusal:
                answers.append(str(refusal))
            finally:
                connection.close()

        threads = [Thread(target=begin, args=[user]) for user in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = [answer for answer in answers if isinstance(answer, str)]
        assert len(told) == 1
        assert "is an article by now" in told[0]
        article = Article.objects.get()
        assert article.revisions.filter(note="Begun from an idea").count() == 1
        assert article.assignee in people
