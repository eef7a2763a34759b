"""What ends and what is handed over when somebody leaves, or a story is withdrawn."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.admin.article import going_live
from articles.desk import roles, workflow
from articles.desk.people import leaving, links
from articles.desk.workflow import WorkflowError
from articles.models import Article, Autosave, Notice, PreviewLink
from articles.tests.factories import make_article, make_author, make_edition, make_user
from articles.tests.test_people import PeopleTestCase, screen, with_password


class LeavingTests(PeopleTestCase):
    def setUp(self):
        super().setUp()
        self.person, self.heir = with_password(username="leaver"), make_user(roles.REPORTER, username="heir")
        self.author = make_author(user=self.person)
        self.draft = make_article(headline="Their draft", created_by=self.person)
        self.given = make_article(headline="Given to them", assignee=self.person, stage="in_review")
        self.theirs = make_article(headline="Somebody else has it", created_by=self.person, assignee=self.chief)
        self.live = make_edition(headline="Live of theirs", authors=[self.author]).article
        Article.objects.filter(pk=self.live.pk).update(created_by=self.person)
        self.link = PreviewLink.objects.create(
            article=self.draft, created_by=self.person, expires_at=timezone.now() + timedelta(days=1)
        )
        self.at_work = Client()
        self.at_work.force_login(self.person)

    def suspend(self, heir=""):
        return self.client.post(screen(self.person, "suspend"), {"heir": heir}, follow=True)

    def test_page_says_beforehand_what_ends_and_what_needs_another_hand(self):
        page = self.client.get(screen(self.person, "suspend"))
        for words in ("1 session", "The preview link of “Their draft”", "Their draft", "Given to them", "byline"):
            self.assertContains(page, words)
        for absent in ("Somebody else has it", "Live of theirs"):
            self.assertNotContains(page, absent)

    def test_page_counts_words_that_were_never_saved_alone(self):
        for article, outcome in ((self.draft, ""), (self.given, ""), (self.live, Autosave.Outcome.SAVED)):
            settled = {"settled_at": timezone.now(), "outcome": outcome} if outcome else {}
            Autosave.objects.create(user=self.person, article=article, window="a-window", fields={}, **settled)
        self.assertContains(self.client.get(screen(self.person, "suspend")), "In 2 articles they typed words")
        Article.objects.filter(created_by=self.person).update(assignee=self.chief)
        Article.objects.filter(assignee=self.person).update(assignee=None)
        self.assertContains(self.client.get(screen(self.person, "suspend")), "no draft that they began waits")

    def test_suspension_ends_sessions_and_links_and_hands_the_work_over(self):
        _link, address = links.make_link(self.person, by=self.administrator)
        self.suspend("heir")
        assert self.at_work.get(reverse("admin:index")).status_code == 302
        assert Client().get(self.link.get_absolute_url()).status_code == 410
        assert Client().get(address).status_code == 410
        assert not Client().login(username="leaver", password="an-old-password")
        holders = {article.headline: article.assignee for article in Article.objects.select_related("assignee")}
        assert holders["Their draft"] == holders["Given to them"] == self.heir
        assert holders["Somebody else has it"] == self.chief
        assert holders["Live of theirs"] is None

    def test_stories_and_byline_stay(self):
        path = self.live.editions.get().path
        self.suspend("heir")
        self.author.refresh_from_db()
        assert self.author.user == self.person
        self.assertContains(Client().get(path), self.author.name)
        assert Client().get(self.author.get_absolute_url()).status_code == 200

    def test_heir_gets_one_notice_and_the_log_names_all(self):
        self.suspend("heir")
        notice = Notice.objects.get(user=self.heir)
        assert "handed 2 articles of leaver over to you" in notice.text
        said = [entry.change_message for entry in LogEntry.objects.all()]
        assert any(text.startswith("Suspended: 1 sessions and 1 preview links ended, 2 articles") for text in said)
        assert sum("Handed over from leaver to heir" in text for text in said) == 2

    def test_without_an_heir_assignments_are_taken_back_and_drafts_stay(self):
        self.suspend()
        self.given.refresh_from_db()
        self.draft.refresh_from_db()
        assert self.given.assignee is None
        assert (self.draft.created_by, self.draft.assignee) == (self.person, None)

    def test_who_is_let_in_again_has_the_same_password_but_no_session_and_no_link(self):
        self.suspend()
        self.client.post(screen(self.person, "let-in"))
        assert self.at_work.get(reverse("admin:index")).status_code == 302
        assert Client().get(self.link.get_absolute_url()).status_code == 410
        assert Client().login(username="leaver", password="an-old-password")

    def test_nobody_suspends_themselves_or_hands_work_to_who_may_not_write(self):
        self.client.post(screen(self.chief, "suspend"), {"heir": ""})
        self.chief.refresh_from_db()
        assert self.chief.is_active
        make_user(roles.RATES_DESK, username="rates")
        self.assertContains(self.suspend("rates"), "Select a valid choice")
        with self.assertRaises(WorkflowError):
            leaving.suspend(self.person, by=self.chief, heir=self.person)
        self.person.refresh_from_db()
        assert self.person.is_active

    def test_withdrawing_ends_the_articles_preview_links_and_says_so(self):
        link = workflow.share(self.live, by=self.chief, until=timezone.now() + timedelta(days=1))
        other = workflow.share(self.draft, by=self.chief, until=timezone.now() + timedelta(days=1))
        said = going_live.press_withdraw(
            Article.objects.get(pk=self.live.pk), {"withdrawal_reason": "A court asked."}, self.chief
        )
        assert "1 preview link of it ended." in said
        assert Client().get(link.get_absolute_url()).status_code == 410
        assert Client().get(other.get_absolute_url()).status_code == 200

    def test_many_drafts_are_handed_over_in_as_many_queries_as_few(self):

        def queries(number):
            person = make_user(roles.REPORTER)
            for _ in range(number):
                make_article(created_by=person)
            with CaptureQueriesContext(connection) as captured:
                leaving.suspend(person, by=self.chief, heir=self.heir)
            return len(captured)

        queries(1)
        assert queries(12) == queries(2)

    def test_deleting_a_login_without_traces_ends_its_preview_links(self):
        person = make_user(roles.REPORTER)
        link = workflow.share(make_article(created_by=person), by=person, until=timezone.now() + timedelta(days=1))
        self.client.force_login(self.administrator)
        self.client.post(screen(person, "delete"), {"post": "yes"})
        assert not User.objects.filter(pk=person.pk).exists()
        assert Client().get(link.get_absolute_url()).status_code == 410
