"""Whom a step concerns is told, on the desk and by mail, as each chose; no step waits for a mail."""

from datetime import timedelta
from unittest import mock

from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks.base import TaskResultStatus

from articles import tasks
from articles.desk import notices, roles, workflow
from articles.models import Article, Notice, NoticeChoice
from articles.tests.factories import make_article, make_author, make_chief, make_section, make_user

NOTICES = reverse("admin:articles_notice_changelist")


class ConcernedTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()
        cls.parent = make_section()
        cls.section = make_section(parent=cls.parent)
        cls.writer, cls.reporter = make_user(roles.REPORTER), make_user(roles.REPORTER)
        cls.article = make_article(
            section=cls.section, created_by=cls.reporter, authors=[make_author(user=cls.writer), make_author()]
        )

    def told(self, kind):
        return set(Notice.objects.filter(kind=kind).values_list("user__username", flat=True))

    def names(self, *users):
        return {user.username for user in users}

    def test_editors_of_the_section_and_of_the_one_above_hear_of_what_is_submitted(self):
        near, far, roleless, other = (make_user(roles.SECTION_EDITOR) for _ in range(4))
        roleless.groups.clear()
        self.section.editors.set([near, roleless])
        self.parent.editors.add(far)
        make_section().editors.add(other)
        workflow.submit(self.article, by=self.reporter)
        assert self.told("submitted") == self.names(near, far)

    def test_chief_editors_hear_of_sections_without_editors(self):
        workflow.submit(self.article, by=self.reporter)
        assert self.told("submitted") == self.names(self.chief)

    def test_writers_hear_what_became_of_their_article_and_whoever_acted_does_not(self):
        assignee = make_user(roles.REPORTER)
        workflow.assign(self.article, assignee, by=self.chief)
        assert self.told("assigned") == self.names(assignee)
        mine = self.names(self.writer, self.reporter, assignee)
        workflow.submit(self.article, by=self.reporter)
        workflow.send_back(self.article, by=self.chief, note="Name the\nsource.")
        assert self.told("sent_back") == mine
        assert Notice.objects.filter(kind="sent_back").first().text.endswith("back: Name the source.")
        workflow.approve(self.article, by=self.chief)
        assert self.told("approved") == mine
        workflow.publish(self.article, by=self.chief)
        assert self.told("published") == mine
        workflow.withdraw(self.article, by=self.chief, reason="Wrong")
        assert self.told("withdrawn") == mine
        workflow.leave_note(self.article, by=self.writer, text="x")
        assert self.told("note") == self.names(self.reporter, assignee, self.chief)

    def test_scheduled_moved_and_cancelled_is_told_with_its_time(self):
        at = timezone.now() + timedelta(days=1)
        edition = workflow.schedule(self.article, by=self.chief, at=at)
        edition = workflow.reschedule(edition, by=self.chief, at=at + timedelta(hours=1))
        assert Notice.objects.filter(kind="published", user=self.writer).count() == 2
        assert "(Asia/Bishkek)" in Notice.objects.filter(kind="published").first().text
        workflow.cancel(edition, by=self.chief)
        assert self.told("withdrawn") == self.names(self.writer, self.reporter)

    def test_login_that_is_closed_is_told_nothing(self):
        self.writer.is_active = False
        self.writer.save()
        workflow.publish(self.article, by=self.chief)
        assert self.told("published") == self.names(self.reporter)

    def test_telling_takes_as_many_queries_for_many_people_as_for_few(self):
        def measure(number):
            article = make_article(authors=[make_author(user=make_user(email="a@b.org")) for _ in range(number)])
            with CaptureQueriesContext(connection) as queries:
                notices.tell_people("published", article, by=self.chief, text="%(who)s published “%(article)s”.")
            return len(queries)

        assert measure(8) == measure(2)

    def test_headline_with_signs_of_formatting_is_told_as_it_is(self):
        Article.objects.filter(pk=self.article.pk).update(headline="100 %(who)s {x} %d", created_by=self.reporter)
        workflow.publish(self.article, by=self.chief)
        assert "“100 %(who)s {x} %d”" in Notice.objects.first().text


class MailTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief, cls.writer = make_chief(), make_user(roles.REPORTER, email="writer@example.org")
        cls.article = make_article(created_by=cls.writer, headline="A railway")

    def publish(self):
        with self.captureOnCommitCallbacks(execute=True):
            workflow.publish(self.article, by=self.chief)

    def test_mail_has_the_articles_address_and_where_to_switch_it_off(self):
        self.publish()
        [sent] = mail.outbox
        assert (sent.to, sent.subject) == (["writer@example.org"], f"{self.chief} published “A railway”.")
        for address in (self.article.get_absolute_url(), NOTICES):
            assert f"http://127.0.0.1:8000{address}" in sent.body or f"https://localhost{address}" in sent.body

    def test_each_kind_is_switched_off_on_the_desk_and_by_mail(self):
        for desk, by_mail in ((True, False), (False, True), (False, False)):
            with self.subTest(desk=desk, mail=by_mail):
                notices.choose_notices(self.writer, {"published": (desk, by_mail)})
                mail.outbox.clear()
                Notice.objects.all().delete()
                self.publish()
                assert (Notice.objects.exists(), bool(mail.outbox)) == (desk, by_mail)

    def test_mail_that_fails_stops_no_step_and_is_marked_failed(self):
        with (
            mock.patch("django.core.mail.EmailMessage.send", side_effect=OSError("no server")),
            self.assertLogs("articles.tasks", "ERROR"),
        ):
            self.publish()
            result = tasks.mail_notice.enqueue(self.writer.pk, "Text", "/admin/")
        assert self.article.editions.exists()
        assert result.status == TaskResultStatus.FAILED

    def test_task_that_can_not_even_be_put_in_line_stops_no_step(self):
        with (
            mock.patch("django_tasks.backends.immediate.ImmediateBackend.enqueue", side_effect=OSError("disk full")),
            self.assertLogs("django.test", "ERROR"),
        ):
            self.publish()
        assert self.article.editions.exists()

    def test_nobody_is_mailed_without_an_address_or_after_the_login_was_closed(self):
        self.writer.is_active = False
        self.writer.save()
        tasks.mail_notice.enqueue(self.writer.pk, "Text", "/admin/")
        tasks.mail_notice.enqueue(self.chief.pk, "Text", "/admin/")
        tasks.mail_notice.enqueue(10**9, "Text", "/admin/")
        assert not mail.outbox


class DueTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief, cls.reporter = make_chief(), make_user(roles.REPORTER)

    def due(self, **ago):
        article = make_article(created_by=self.chief)
        fields = {"due_at": timezone.now() + timedelta(**ago), "assignee": self.reporter}
        Article.objects.filter(pk=article.pk).update(**fields)
        return article

    def test_assignee_is_told_once_when_it_is_near_and_again_when_it_was_moved(self):
        article = self.due(hours=1)
        self.due(hours=3)
        call_command("tell_due", verbosity=0)
        assert notices.tell_due() == 0
        assert Notice.objects.get(kind="due").user == self.reporter
        workflow.set_due(article, by=self.chief, at=timezone.now() + timedelta(minutes=90))
        assert notices.tell_due() == 1

    def test_what_is_overdue_is_told_and_what_lies_in_the_trash_is_not(self):
        self.due(hours=-5)
        workflow.trash(self.due(hours=1), by=self.chief)
        assert notices.tell_due() == 1
        assert " was due " in Notice.objects.get(kind="due").text

    def test_what_was_read_long_ago_goes_and_what_was_not_read_stays(self):
        long_ago = timezone.now() - timedelta(days=91)
        for read_at in (long_ago, timezone.now(), None):
            Notice.objects.create(user=self.reporter, kind="note", text="x", at=long_ago, read_at=read_at)
        assert notices.remove_read() == 1
        assert Notice.objects.count() == 2


class NoticesPageTests(TestCase):
    def setUp(self):
        self.user = make_user(roles.REPORTER)
        self.client.force_login(self.user)

    def give(self, number=1, user=None, **fields):
        user = user or self.user
        rows = [Notice(user=user, kind="note", text=f"Notice {n}", **fields) for n in range(number)]
        return Notice.objects.bulk_create(rows)

    def test_bell_counts_to_nine_in_one_query(self):
        for number, said in ((0, ""), (3, "3"), (9, "9+")):
            self.give(number)
            with self.assertNumQueries(1):
                assert notices.unread(self.user) == said
        self.assertContains(self.client.get(reverse("admin:index")), '<strong>9+<span class="visually-hidden">')

    def test_page_shows_the_newest_and_takes_as_many_queries_for_many_as_for_few(self):
        def measure():
            with CaptureQueriesContext(connection) as queries:
                assert self.client.get(NOTICES).status_code == 200
            return len(queries)

        self.give(2, article=make_article())
        self.client.get(NOTICES)
        few = measure()
        for _ in range(10):
            self.give(22, article=make_article())
        assert measure() == few
        page = self.client.get(NOTICES)
        assert len(page.context["notices"]) == 200

    def test_one_or_all_are_marked_read_and_never_anothers(self):
        mine, theirs = self.give(3), self.give(1, user=make_user(roles.REPORTER))
        self.client.post(NOTICES, {"read": mine[0].pk})
        assert notices.unread(self.user) == "2"
        for wrong in (theirs[0].pk, "x", "9" * 40, "\x00"):
            self.client.post(NOTICES, {"read": wrong})
        assert notices.unread(self.user) == "2"
        self.client.post(NOTICES, {"read": "all"})
        assert notices.unread(self.user) == ""
        assert notices.unread(theirs[0].user) == "1"

    def test_notice_leads_to_its_article_and_is_read_then(self):
        article = make_article()
        [mine] = self.give(1, article=article)
        [theirs] = self.give(1, user=make_user(roles.REPORTER))
        opened = self.client.get(reverse("admin:articles_notice_open", args=[mine.pk]))
        self.assertRedirects(opened, article.get_absolute_url(), fetch_redirect_response=False)
        assert notices.unread(self.user) == ""
        for wrong in (theirs.pk, 10**30):
            assert self.client.get(reverse("admin:articles_notice_open", args=[wrong])).status_code == 404

    def test_choice_is_kept_and_shown(self):
        self.client.post(NOTICES, {"choose": "1", "desk_note": "on", "mail_nonsense": "on"})
        assert NoticeChoice.objects.filter(user=self.user).count() == len(Notice.Kind)
        choices = {kind: choice for kind, _label, choice in self.client.get(NOTICES).context["choices"]}
        assert (choices["note"].on_desk, choices["note"].by_mail) == (True, False)
        assert (choices["due"].on_desk, choices["due"].by_mail) == (False, False)

    def test_notices_are_no_table_among_the_desks(self):
        self.assertNotContains(self.client.get(reverse("admin:index")), "model-notice")
        [notice] = self.give()
        for name in ("change", "delete"):
            assert self.client.get(reverse(f"admin:articles_notice_{name}", args=[notice.pk])).status_code == 403
