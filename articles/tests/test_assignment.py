"""Who has an article in hand, by when, and what is said of it: none of it makes anybody's form stale."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib.admin.models import LogEntry
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles, workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article, Note, Notice, PreviewLink
from articles.tests.factories import make_article, make_author, make_chief, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase, change_address
from ground.times import FOR_EVER

HOUR = timedelta(hours=1)


class HandsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief, cls.reporter = make_chief(), make_user(roles.REPORTER, username="zarina")
        cls.article = make_article(created_by=cls.chief)

    def fresh(self):
        return Article.objects.get(pk=self.article.pk)

    def test_assigning_changes_no_version_and_gives_the_right_to_write(self):
        assert not roles.may(self.reporter, "edit", self.fresh())
        workflow.assign(self.article, self.reporter, by=self.chief, due_at=timezone.now() + HOUR)
        article = self.fresh()
        assert (article.assignee, article.version) == (self.reporter, 0)
        assert article.due_at
        assert roles.may(self.reporter, "edit", article)
        workflow.assign(self.article, None, by=self.chief)
        assert self.fresh().assignee is None

    def test_only_those_who_write_are_given_articles(self):
        for user in (make_user(roles.PICTURE_EDITOR), make_user(roles.REPORTER, is_active=False), make_user()):
            with self.assertRaisesMessage(WorkflowError, "can't be given articles"):
                workflow.assign(self.article, user, by=self.chief)

    def test_reporter_claims_what_nobody_has_and_gives_it_back(self):
        workflow.claim(self.article, by=self.reporter)
        assert self.fresh().assignee == self.reporter
        other = make_user(roles.REPORTER)
        with self.assertRaises(WorkflowError):
            workflow.claim(self.article, by=other)
        with self.assertRaises(WorkflowError):
            workflow.release(self.article, by=other)
        workflow.release(self.article, by=self.reporter)
        assert self.fresh().assignee is None

    def test_reporter_claims_no_draft_that_another_began_or_has_a_byline_on(self):
        begun = make_article(created_by=make_user(roles.REPORTER))
        carried = make_article(created_by=self.chief, authors=[make_author(user=make_user(roles.REPORTER))])
        for article in (begun, carried, make_article(created_by=self.chief, stage="in_review")):
            with self.assertRaises(WorkflowError):
                workflow.claim(article, by=self.reporter)

    def test_due_time_lies_in_the_future_and_ends_with_publication(self):
        for at in (timezone.now() - HOUR, FOR_EVER):
            with self.assertRaises(WorkflowError):
                workflow.set_due(self.article, by=self.chief, at=at)
        workflow.set_due(self.article, by=self.chief, at=timezone.now() + HOUR)
        workflow.publish(self.article, by=self.chief)
        assert self.fresh().due_at is None

    def test_whoever_claims_what_is_overdue_is_reminded_anew(self):
        Article.objects.filter(pk=self.article.pk).update(due_at=timezone.now(), due_told_at=timezone.now())
        workflow.claim(self.article, by=self.reporter)
        assert self.fresh().due_told_at is None

    def test_only_who_did_not_have_it_is_told_of_an_assignment(self):
        for _time in range(2):
            workflow.assign(self.article, self.reporter, by=self.chief, due_at=timezone.now() + HOUR)
            assert Notice.objects.filter(kind=Notice.Kind.ASSIGNED, user=self.reporter).count() == 1
        workflow.assign(self.article, None, by=self.chief)
        workflow.assign(self.article, self.reporter, by=self.chief)
        assert Notice.objects.filter(kind=Notice.Kind.ASSIGNED, user=self.reporter).count() == 2

    def test_section_editor_assigns_in_their_sections_alone(self):
        editor = make_user(roles.SECTION_EDITOR)
        with self.assertRaises(WorkflowError):
            workflow.assign(self.article, self.reporter, by=editor)
        self.article.section.editors.add(editor)
        editor = type(editor).objects.get(pk=editor.pk)
        workflow.assign(self.article, self.reporter, by=editor)


class NoteTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief, cls.reporter = make_chief(), make_user(roles.REPORTER)
        cls.article = make_article(created_by=cls.reporter)

    def test_note_speaks_of_the_version_it_was_left_at(self):
        workflow.saved(self.article, by=self.reporter)
        note = workflow.leave_note(self.article, by=self.chief, text=" Who says so? ")
        assert (note.text, note.version, note.by) == ("Who says so?", 1, self.chief)

    def test_note_says_something_and_not_too_much(self):
        for text in ("", "  ", "x" * 4001):
            with self.assertRaises(WorkflowError):
                workflow.leave_note(self.article, by=self.chief, text=text)

    def test_note_is_ticked_off_and_opened_again(self):
        note = workflow.leave_note(self.article, by=self.chief, text="x")
        assert workflow.tick_note(note, by=self.reporter)
        note.refresh_from_db()
        assert note.done_by == self.reporter
        assert not workflow.tick_note(note, by=self.chief)
        with self.assertRaises(WorkflowError):
            workflow.tick_note(note, by=make_user(roles.REPORTER))

    def test_sending_back_leaves_its_note_among_the_notes(self):
        workflow.submit(self.article, by=self.reporter)
        workflow.send_back(self.article, by=self.chief, note="Name the source.")
        assert self.article.notes.get().text == "Name the source."

    def test_whoever_has_a_link_that_takes_notes_leaves_one_with_a_name(self):
        later = timezone.now() + HOUR
        link = PreviewLink.objects.create(article=self.article, takes_notes=True, expires_at=later)
        note = workflow.leave_note(self.article, by=None, link=link, name="Anna", text="", approves=True)
        assert (note.name, note.approves, note.link) == ("Anna", True, link)
        link.revoked_at = timezone.now()
        link.save()
        silent = PreviewLink.objects.create(article=self.article, expires_at=later)
        foreign = PreviewLink.objects.create(article=make_article(), takes_notes=True, expires_at=later)
        for wrong in (link, silent, foreign, None):
            with self.assertRaises(WorkflowError):
                workflow.leave_note(self.article, by=None, link=wrong, name="Anna", text="x")


class FormTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.reporter = make_user(roles.REPORTER, username="zarina", first_name="Zarina", last_name="T")
        self.article = make_article(headline="As it was", slug="as-it-was")
        self.soon = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")

    def take(self, step, **given):
        self.article.refresh_from_db()
        response = self.send(self.article, _step=step, **given)
        self.article.refresh_from_db()
        return response

    def test_assigning_with_a_due_time_stands_in_the_rail_and_in_the_log(self):
        self.take("assign", assign_to="Zarina", due_at=self.soon)
        assert (self.article.assignee, self.article.version) == (self.reporter, 0)
        page = self.page(self.article)
        self.assertContains(page, "Zarina T")
        self.assertContains(page, f'value="{self.soon}"')
        assert "Assigned to Zarina T" in LogEntry.objects.first().get_change_message()
        self.take("due", due_at="")
        assert self.article.due_at is None
        self.take("unassign")
        assert self.article.assignee is None

    def test_wrong_login_or_time_is_refused_beside_its_field_with_what_was_typed(self):
        for given, words in (
            ({"assign_to": "nobody at all"}, "There is no login"),
            ({"assign_to": "x\x00"}, "Null characters"),
            ({"assign_to": ""}, "Write the login"),
            ({"assign_to": "x" * 200}, "at most 150"),
            ({"assign_to": "zarina", "due_at": "9999-99-99T99:99"}, "Enter a valid"),
            ({"assign_to": "zarina", "due_at": "2001-01-01T10:00"}, "in the future"),
        ):
            with self.subTest(given):
                response = self.take("assign", **given)
                self.assertContains(self.client.get(response.url), words)
                assert self.article.assignee is None

    def test_passed_due_time_that_was_not_touched_does_not_stand_in_the_way(self):
        past = timezone.now() - HOUR
        Article.objects.filter(pk=self.article.pk).update(due_at=past)
        shown = past.astimezone(ZoneInfo("Asia/Bishkek")).strftime("%Y-%m-%dT%H:%M")
        self.take("assign", assign_to="zarina", due_at=shown)
        assert self.article.assignee == self.reporter
        self.assertContains(self.page(self.article), "overdue")

    def test_note_is_left_and_ticked_by_buttons_of_the_form(self):
        self.take("note", desk_note="Who <b>says</b> so?")
        self.assertContains(self.page(self.article), "Who &lt;b&gt;says&lt;/b&gt; so?")
        self.take(f"tick:{self.article.notes.get().pk}")
        self.assertContains(self.page(self.article), "Open again")
        for step in ("tick:", "tick:x", "tick:" + "9" * 30, f"tick:{self.article.pk + 1000}"):
            assert self.take(step).status_code == 302

    def test_somebody_who_only_reads_leaves_a_note_whatever_was_saved_since(self):
        roles.make_groups()
        self.log_in(make_user(roles.PICTURE_EDITOR))
        workflow.saved(self.article, by=self.chief)
        self.assertContains(self.page(self.article), 'value="note"')
        self.client.post(
            change_address(self.article), {"_step": "note", "desk_note": "Picture at noon", "version": "0"}
        )
        assert Note.objects.get().text == "Picture at noon"

    def test_reporter_claims_from_the_form_and_then_writes(self):
        roles.make_groups()
        pitch = make_article(created_by=self.chief, headline="A pitch")
        self.log_in(self.reporter)
        page = self.page(pitch)
        self.assertContains(page, 'value="claim"')
        self.assertNotContains(page, 'name="headline"')
        self.client.post(change_address(pitch), {"_step": "claim"})
        self.assertContains(self.page(pitch), 'name="headline"')

    def test_lists_find_what_is_mine_what_is_due_and_what_is_free(self):
        workflow.assign(self.article, self.chief, by=self.chief, due_at=timezone.now() + timedelta(minutes=1))
        late, free = make_article(created_by=self.chief), make_article(created_by=self.chief)
        Article.objects.filter(pk=late.pk).update(due_at=timezone.now() - HOUR, assignee=self.reporter)
        address = reverse("admin:articles_article_changelist")
        for query, found in (
            ({"whose": "assigned"}, [self.article]),
            ({"whose": "nobody"}, [free]),
            ({"due": "over"}, [late]),
            ({"due": "week"}, [self.article]),
        ):
            with self.subTest(query):
                assert list(self.client.get(address, query).context["cl"].result_list) == found
        assert "due=today" in self.client.get(address).content.decode()
        assert self.client.get(address, {"due": "x\x07"}, follow=True).status_code == 200


class MovingTests(DeskTestCase):
    def setUp(self):
        self.editor = self.log_in(make_user(roles.SECTION_EDITOR))
        self.own, self.foreign = make_section(name="Own"), make_section(name="Foreign")
        self.own.editors.add(self.editor)
        self.chief = make_chief()
        roles.make_groups()

    def move(self, article, section):
        article.refresh_from_db()
        response = self.send(article, section=section.pk, _continue="1")
        article.refresh_from_db()
        return response

    def test_published_or_waiting_article_is_not_put_upon_other_editors(self):
        live, waiting = make_article(section=self.own), make_article(section=self.own, stage="in_review")
        workflow.publish(live, by=self.chief)
        for article in (live, waiting):
            self.assertContains(
                self.move(article, self.foreign), "only a draft that was never published is handed over"
            )
            assert article.section == self.own

    def test_live_article_that_is_being_revised_is_not_put_upon_other_editors(self):
        live = make_article(section=self.own)
        workflow.publish(live, by=self.chief)
        live.refresh_from_db()
        workflow.saved(live, by=self.editor)
        assert live.stage == "draft"
        with self.assertRaisesMessage(WorkflowError, "only a draft that was never published is handed over"):
            workflow.move(live, self.foreign, by=self.editor)

    def test_draft_is_handed_over_and_not_taken_back(self):
        draft = make_article(section=self.own)
        self.move(draft, self.foreign)
        assert draft.section == self.foreign

    def test_assigned_draft_of_another_section_is_not_carried_off(self):
        draft = make_article(section=self.foreign, created_by=self.chief)
        workflow.assign(draft, self.editor, by=self.chief)
        self.assertContains(self.move(draft, self.own), "only an editor there moves it")
        assert draft.section == self.foreign

    def test_restoring_a_save_moves_nothing_either(self):
        draft = make_article(section=self.own, created_by=self.chief)
        workflow.saved(draft, by=self.chief)
        revision = draft.revisions.get()
        Article.objects.filter(pk=draft.pk).update(section=self.foreign, assignee=self.editor)
        workflow.restore(revision, by=self.editor, version=revision.version)
        draft.refresh_from_db()
        assert draft.section == self.foreign

    def test_restoring_puts_what_readers_had_upon_no_other_editors(self):
        live = make_article(section=self.foreign, created_by=self.editor)
        workflow.publish(live, by=self.chief)
        was = live.editions.get()
        Article.objects.filter(pk=live.pk).update(section=self.own)
        live.refresh_from_db()
        workflow.restore(was, by=self.editor, version=live.version)
        live.refresh_from_db()
        assert live.section == self.own

    def test_restored_text_is_compared_with_what_readers_had_when_it_was_written(self):
        article = make_article(section=self.own)
        first = workflow.publish(article, by=self.chief)
        moment = first.cut_at - HOUR
        type(first).objects.filter(pk=first.pk).update(based_at=moment)
        first.refresh_from_db()
        article.refresh_from_db()
        assert workflow.restore(first, by=self.chief, version=article.version).based_at == moment
