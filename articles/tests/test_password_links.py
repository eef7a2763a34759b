"""Links by which people set their own password: invitations, and for forgotten ones."""

from unittest.mock import patch

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles
from articles.desk.people import links
from articles.models import PasswordLink
from articles.models.access import MOST_TRIES
from articles.tests.factories import make_user
from articles.tests.test_people import NEW, WITH_MAIL, PeopleTestCase, screen, with_password

ASK, ASKED = reverse("password_ask"), reverse("password_asked_for")


class LinkTests(PeopleTestCase):
    def make(self, user=None, by=None):
        return links.make_link(user or make_user(roles.REPORTER), by=by or self.chief)

    def test_link_works_once(self):
        link, address = self.make()
        assert self.set_password(address).status_code == 302
        response = self.set_password(address, "another-long-password")
        assert response.status_code == 410
        assert Client().login(username=link.user.username, password=NEW)

    def test_whoever_is_slower_of_two_is_told_that_the_link_is_gone(self):
        _link, address = self.make()
        with patch.object(links, "use", return_value=False):
            response = Client().post(address, {"new_password1": NEW, "new_password2": NEW})
        self.assertContains(response, "leads nowhere any more", status_code=410)

    def test_link_runs_out_is_ended_and_is_replaced_by_a_newer_one(self):
        over, ended, replaced = (make_user(roles.REPORTER) for _ in range(3))
        addresses = [self.make(user)[1] for user in (over, ended, replaced)]
        PasswordLink.objects.filter(user=over).update(expires_at=timezone.now())
        self.client.post(screen(ended, "link_end"))
        self.make(replaced)
        for address in addresses:
            assert Client().get(address).status_code == 410
            assert self.set_password(address).status_code == 410
        assert not User.objects.exclude(password__startswith="!").exists()

    def test_secret_is_nowhere_in_the_database_and_the_log(self):
        response = self.client.post(screen(make_user(roles.REPORTER), "link"))
        secret = self.link_in(response.content.decode()).split("/")[-2]
        stored = [*PasswordLink.objects.values_list(), *LogEntry.objects.values_list(), *Session.objects.values_list()]
        assert stored
        assert secret not in str(stored)
        assert any("Link to set a password made" in entry.change_message for entry in LogEntry.objects.all())

    def test_tries_are_bounded(self):
        link, address = self.make()
        wrong = reverse("set_password", args=[link.name, "x" * 43])
        for _ in range(MOST_TRIES):
            assert Client().get(wrong).status_code == 410
        assert Client().get(address).status_code == 410
        link, address = self.make()
        for _ in range(MOST_TRIES):
            assert self.set_password(address, "short").status_code == 200
        assert self.set_password(address).status_code == 410

    def test_weak_passwords_are_refused_in_words(self):
        _link, address = self.make(make_user(roles.REPORTER, username="zarina-umarova"))
        for password, again, words in (
            ("short", None, "It must contain at least 10 characters"),
            ("zarina-umarova", None, "too similar to the username"),
            ("12345678901", None, "entirely numeric"),
            (NEW, "another", "The two passwords are not the same"),
        ):
            self.assertContains(self.set_password(address, password, again), words)

    def test_one_open_link_a_person_by_the_database_itself(self):
        link, _address = self.make()
        values = {"user": link.user, "secret_digest": "0" * 64, "expires_at": timezone.now()}
        with self.assertRaises(IntegrityError), transaction.atomic():
            PasswordLink.objects.create(**values)
        PasswordLink.objects.create(**values, used_at=timezone.now())

    def test_page_of_a_link_is_for_nobody_to_keep_or_to_follow(self):
        _link, address = self.make()
        client = Client()
        for response in (client.get(address), client.get(address, follow=True)):
            assert response["Referrer-Policy"] == "same-origin"  # other sites hear nothing of it
            assert "no-store" in response["Cache-Control"]
            assert "noindex" in response["X-Robots-Tag"]

    def test_secret_leaves_the_address_at_once_and_is_not_in_the_session_either(self):
        link, address = self.make()
        client = Client()
        page = client.get(address, follow=True)
        ((place, status),) = page.redirect_chain
        assert status == 302
        assert place == reverse("set_password", args=[link.name, "new"])
        assert address.split("/")[-2] not in str([*client.session.items()]) + page.text
        assert Client().get(place).status_code == 410  # for whoever did not come by the link
        assert client.post(place, {"new_password1": NEW, "new_password2": NEW}).status_code == 302
        assert client.get(place).status_code == 410
        assert Client().login(username=link.user.username, password=NEW)

    def test_session_that_showed_one_link_opens_no_other_and_none_that_ended(self):
        link, address = self.make()
        other, _address = self.make()
        client = Client()
        client.get(address)
        assert client.get(reverse("set_password", args=[other.name, "new"])).status_code == 410
        links.end_open(link.user)
        assert client.get(reverse("set_password", args=[link.name, "new"])).status_code == 410

    def test_new_password_ends_sessions_and_is_in_the_audit(self):
        person = with_password()
        elsewhere = Client()
        elsewhere.force_login(person)
        _link, address = self.make(person, by=self.administrator)
        assert self.set_password(address).status_code == 302
        assert elsewhere.get(reverse("admin:index")).status_code == 302
        assert LogEntry.objects.filter(user=person, object_id=str(person.pk)).exists()

    def test_suspended_person_sets_no_password(self):
        link, address = self.make()
        User.objects.filter(pk=link.user_id).update(is_active=False)
        assert self.set_password(address).status_code == 410


class ForgottenTests(PeopleTestCase):
    def ask(self, address):
        return Client().post(ASK, {"email": address})

    def queries(self, address):
        with CaptureQueriesContext(connection) as captured:
            self.ask(address)
        return [query["sql"] for query in captured]

    @WITH_MAIL
    def test_mail_brings_a_link_that_sets_a_new_password(self):
        person = with_password(email="Aigul@example.org", username="aigul")
        assert self.ask("aigul@example.org").url == ASKED
        assert self.set_password(self.link_in(mail.outbox[0].body)).status_code == 302
        person.refresh_from_db()
        assert person.check_password(NEW)

    @WITH_MAIL
    def test_answer_is_the_same_whether_somebody_has_the_address(self):
        with_password(email="aigul@example.org")
        with_password(email="gone@example.org", is_active=False)
        make_user(roles.REPORTER, email="invited@example.org")
        answers = [self.ask(f"{who}@example.org") for who in ("aigul", "gone", "invited", "nobody")]
        assert len({(one.status_code, one.url, one.content) for one in answers}) == 1
        assert [message.to for message in mail.outbox] == [["aigul@example.org"]]

    @WITH_MAIL
    def test_request_itself_asks_for_no_login(self):
        """So it takes as long for an address that nobody has."""
        with_password(email="aigul@example.org")
        with patch.object(links.mail_asked_for.__class__, "enqueue") as queued:
            asked = [self.queries(f"{who}@example.org") for who in ("warm", "aigul", "nobody")]
        assert len(asked[1]) == len(asked[2])
        assert not [sql for sql in asked[1] if "auth_user" in sql]
        assert queued.call_count == 3

    @WITH_MAIL
    def test_second_mail_waits_five_minutes(self):
        with_password(email="aigul@example.org")
        self.ask("aigul@example.org")
        self.ask("aigul@example.org")
        assert len(mail.outbox) == 1

    def test_without_mail_the_page_says_whom_to_ask_and_nothing_is_sent(self):
        with_password(email="aigul@example.org")
        self.assertContains(Client().get(ASK), "Ask an administrator")
        self.assertContains(self.ask("aigul@example.org"), "Ask an administrator")
        assert not PasswordLink.objects.exists()
        self.assertContains(Client().get(reverse("admin:login")), "Forgot password?")

    def test_administrator_makes_a_link_to_hand_over(self):
        person = with_password()
        self.client.force_login(self.administrator)
        address = self.link_in(self.client.post(screen(person, "link")).content.decode())
        assert self.set_password(address).status_code == 302
        person.refresh_from_db()
        assert person.check_password(NEW)
