"""Where people are logged in: listed, and ended one by one or all at once."""

from datetime import timedelta

import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles
from articles.desk.people import sessions
from articles.models import LoginSession
from articles.tests.factories import make_article, make_user
from articles.tests.test_people import PeopleTestCase, screen
from newsroom.tests.forms import loaded

ANOTHER = "another long phrase 7"


class SessionTests(PeopleTestCase):
    def browser(self, user, agent="Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"):
        client = Client(headers={"user-agent": agent})
        client.force_login(user)
        sessions.noted.clear()
        client.get(reverse("admin:index"))
        return client

    def is_in(self, client):
        return client.get(reverse("admin:index")).status_code == 200

    def test_sessions_are_listed_by_browser_with_keys_as_digests_alone(self):
        person = make_user(roles.REPORTER)
        client = self.browser(person)
        self.assertContains(self.client.get(screen(person)), "Firefox on Windows")
        key = client.session.session_key
        assert key not in str(list(LoginSession.objects.values_list()))

    def test_one_session_is_ended_and_its_next_request_is_out(self):
        person = make_user(roles.REPORTER)
        one, other = self.browser(person), self.browser(person, "Safari/605 (iPhone)")
        row = LoginSession.objects.get(user=person, browser="Safari on iPhone")
        self.client.post(screen(person, "sessions"), {"session": row.pk})
        assert (self.is_in(one), self.is_in(other)) == (True, False)

    def test_all_sessions_are_ended_those_that_nobody_noted_too(self):
        person = make_user(roles.REPORTER)
        noted, unnoted = self.browser(person), self.browser(person)
        LoginSession.objects.filter(user=person).first().delete()
        self.client.post(screen(person, "sessions"), {"all": "1"})
        assert not self.is_in(noted)
        assert not self.is_in(unnoted)
        assert self.is_in(self.client)

    def test_session_that_ended_by_another_password_is_neither_listed_nor_counted(self):
        """By whatever way it was set: no request with the old one is let in."""
        person = make_user(roles.REPORTER)
        ways = {
            "on its own screen": lambda here: here.post(
                reverse("admin:password_change"),
                {"old_password": "password", "new_password1": ANOTHER, "new_password2": ANOTHER},
            ),
            "in the database": lambda here: self.set_password(person),
        }
        for way, change in ways.items():
            with self.subTest(way):
                person.set_password("password")
                person.save()
                here, elsewhere = self.browser(person), self.browser(person, "Safari/605 (iPhone)")
                change(here)
                is_here = self.is_in(here)
                assert len(sessions.sessions_of(User.objects.get(pk=person.pk))) == is_here
                row = LoginSession.objects.filter(user=person, browser="Safari on iPhone").first()
                assert row is None or sessions.end_session(row) == 0
                assert sessions.end_all(person) == is_here
                assert not self.is_in(elsewhere)

    def set_password(self, person):
        person.set_password(ANOTHER)
        person.save()

    def test_own_others_are_ended_and_this_one_goes_on(self):
        here, elsewhere = self.browser(self.chief), self.browser(self.chief)
        here.post(screen(self.chief, "sessions"), {"all": "1"})
        assert self.is_in(here)
        assert not self.is_in(elsewhere)

    def test_session_of_another_is_not_ended_by_ones_own_screen(self):
        person, other = make_user(roles.REPORTER), make_user(roles.REPORTER)
        mine, theirs = self.browser(person), self.browser(other)
        mine.post(screen(person, "sessions"), {"session": LoginSession.objects.get(user=other).pk})
        assert mine.post(screen(other, "sessions"), {"all": "1"}).status_code == 403
        assert self.is_in(theirs)

    def test_session_goes_from_the_list_with_log_out_and_when_it_ran_out(self):
        person = make_user(roles.REPORTER)
        client = self.browser(person)
        client.post(reverse("admin:logout"))
        assert not LoginSession.objects.filter(user=person).exists()
        self.browser(person)
        Session.objects.update(expire_date=timezone.now())
        assert sessions.sessions_of(person) == []

    def test_what_ran_out_long_ago_is_removed_when_somebody_logs_in(self):
        person = make_user(roles.REPORTER)
        self.browser(person)
        LoginSession.objects.filter(user=person).update(seen_at=timezone.now() - timedelta(days=30))
        Client().force_login(self.administrator)
        assert not LoginSession.objects.filter(user=person).exists()

    def test_page_of_the_desk_notes_the_session_at_most_once_in_five_minutes(self):
        client = self.browser(self.chief)

        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("admin:index"))
        assert not [query for query in captured if "loginsession" in query["sql"]]

    def test_session_ends_unused_and_stays_with_use(self):
        client, start = self.browser(make_user(roles.REPORTER)), timezone.now()
        idle = timedelta(seconds=settings.SESSION_IDLE)
        for days in range(1, 4):
            with time_machine.travel(start + idle * 0.9 * days):
                assert self.is_in(client)
        with time_machine.travel(start + idle * 0.9 * 3 + idle * 1.01):
            assert not self.is_in(client)

    def test_session_ends_some_days_after_the_log_in_whatever_it_is_used(self):
        client, start = self.browser(make_user(roles.REPORTER)), timezone.now()
        limit, step = timedelta(seconds=settings.SESSION_COOKIE_AGE), timedelta(seconds=settings.SESSION_IDLE * 0.9)
        at = start
        while (at := at + step) < start + limit:
            with time_machine.travel(at):
                assert self.is_in(client), at - start
        with time_machine.travel(start + limit + timedelta(minutes=1)):
            assert not self.is_in(client)

    def test_saving_a_session_does_not_prolong_it_beyond_that(self):
        client, start = self.browser(make_user(roles.REPORTER)), timezone.now()
        limit = timedelta(seconds=settings.SESSION_COOKIE_AGE)
        with time_machine.travel(start + limit - timedelta(hours=1)):
            Session.objects.update(expire_date=timezone.now() + timedelta(hours=1))
            session = client.session
            session["anything"] = 1
            session.save()
            assert Session.objects.get(pk=session.session_key).expire_date <= start + limit + timedelta(minutes=1)

    def test_open_form_that_nobody_types_into_is_no_use(self):
        client, start = self.browser(self.chief), timezone.now()
        pulse = reverse("admin:articles_article_pulse", args=[make_article().pk])
        with time_machine.travel(start + timedelta(seconds=settings.SESSION_IDLE * 0.9)):
            assert client.get(pulse).status_code == 200
        with time_machine.travel(start + timedelta(seconds=settings.SESSION_IDLE * 1.01)):
            assert not self.is_in(client)

    def test_session_from_before_has_the_limit_from_its_next_use(self):
        client = self.browser(make_user(roles.REPORTER))
        session = client.session
        del session["began"]
        session.save()
        sessions.noted.clear()
        assert self.is_in(client)
        assert client.session["began"] > 0

    def test_disabled_login_is_out_at_its_next_request_in_whatever_way_it_was_disabled(self):
        for change in ({"is_active": False}, {"is_staff": False}):
            person = make_user(roles.CHIEF_EDITOR)
            client = self.browser(person)
            User.objects.filter(pk=person.pk).update(**change)  # as by a script, past the desk
            assert not self.is_in(client), change
        person = make_user(roles.CHIEF_EDITOR)
        client = self.browser(person)
        person.groups.clear()
        assert client.get(reverse("admin:auth_user_changelist")).status_code == 403

    def test_browsers_are_named_in_words(self):
        cases = {
            "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0": "Edge on Windows",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17 Safari/605": "Safari on Mac",
            "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36": "Chrome on Android",
            "curl/8.0": "",
            "": "",
        }
        for agent, words in cases.items():
            assert sessions.browser_of(agent) == words


class ShownAgainTests(PeopleTestCase):
    """What would help whoever sits down at somebody's open desk asks for the password again."""

    def setUp(self):
        super().setUp()
        self.chief.set_password("an-old-password")
        self.chief.save()
        self.client.force_login(self.chief)
        self.client.get(reverse("admin:index"))
        self.enterContext(time_machine.travel(timezone.now() + timedelta(minutes=11)))

    def form_of(self, person):
        names = {"username": person.username, "first_name": person.first_name, "email": person.email}
        return loaded(self.client, screen(person)) | names

    def answers_after_the_password(self, address, data):
        """Send a form, show the password, and return the answer to the form; nothing may have happened before."""
        asked = self.client.post(address, data)
        assert asked.status_code == 302
        assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
        self.assertContains(self.client.post(asked.headers["Location"], {"password": "x"}), "errorlist")
        return self.client.post(asked.headers["Location"], {"password": "an-old-password"})

    def test_ones_own_mail_address_and_anybody_s_changes_after_that_alone(self):
        for person in (self.chief, make_user(roles.REPORTER, email="old@example.org")):
            before = person.email
            data = self.form_of(person) | {"email": f"new-{person.pk}@example.org"}
            asked = self.client.post(screen(person), data)
            assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
            assert User.objects.get(pk=person.pk).email == before
            answer = self.client.post(asked.headers["Location"], {"password": "an-old-password"})
            self.assertRedirects(answer, screen(person))
            assert User.objects.get(pk=person.pk).email == data["email"]
            self.enterContext(time_machine.travel(timezone.now() + timedelta(minutes=11)))

    def test_other_fields_change_without(self):
        self.client.post(screen(self.chief), self.form_of(self.chief) | {"first_name": "Aigerim"})
        assert User.objects.get(pk=self.chief.pk).first_name == "Aigerim"

    def test_ones_own_sessions_end_after_that_alone(self):
        elsewhere = Client()
        elsewhere.force_login(self.chief)
        address = screen(self.chief, "sessions")
        answer = self.answers_after_the_password(address, {"all": "1"})
        self.assertRedirects(answer, screen(self.chief))
        assert elsewhere.get(reverse("admin:index")).status_code == 302
        assert self.client.post(address, {"all": "1"}).headers["Location"] == screen(self.chief)  # for a while

    def test_session_has_another_key_then_and_is_still_in_the_list(self):
        before = self.client.session.session_key
        self.answers_after_the_password(screen(self.chief, "sessions"), {"all": "1"})
        after = self.client.session.session_key
        assert after != before
        assert not Session.objects.filter(session_key=before).exists()
        (row,) = sessions.sessions_of(self.chief, after)
        assert row.is_here

    def test_who_ends_the_sessions_of_others_is_not_asked(self):
        person = make_user(roles.REPORTER)
        assert self.client.post(screen(person, "sessions"), {"all": "1"}).headers["Location"] == screen(person)
