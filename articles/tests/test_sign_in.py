"""Logging in: how often it may be tried, what it costs, what it tells, and what is written down of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from threading import Event, Lock
from unittest import mock

import time_machine
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client, RequestFactory, TestCase, TransactionTestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles
from articles.desk.people import attempts, hashing
from articles.models import LoginAttempt
from articles.tests.factories import make_user
from ground.client_address import client_address, network_of

LOGIN, INDEX = reverse("admin:login"), reverse("admin:index")
RIGHT, WRONG = "the-right-password", "a-wrong-password"
FAIL2BAN = re.compile(r"^ *failregex = (.+)$", re.MULTILINE)


def make_person(username="aigul", role=roles.REPORTER, **fields):
    user = make_user(role, username=username, **fields)
    user.set_password(RIGHT)
    user.save()
    return user


def send(login="aigul", password=WRONG, client=None, **headers):
    return (client or Client()).post(LOGIN, {"username": login, "password": password, "next": INDEX}, **headers)


def is_in(response):
    return response.status_code == 302 and response["Location"] == INDEX


class ThrottleTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.person = make_person()

    def test_right_password_waits_after_forty_wrong_ones_and_is_let_in_when_the_time_is_over(self):
        for number in range(40):
            assert send().status_code == (200 if number < attempts.MOST_OF_ACCOUNT else 429)
        response = send(password=RIGHT)
        self.assertContains(response, "Wait 15 minutes, then try again.", status_code=429)
        assert 0 < int(response["Retry-After"]) <= 900
        with time_machine.travel(timezone.now() + attempts.WINDOW + timedelta(seconds=1)):
            assert is_in(send(password=RIGHT))

    def test_what_is_refused_makes_nobody_wait_longer_and_fills_no_table(self):
        for _number in range(100):
            send()
        assert LoginAttempt.objects.count() == 2 * attempts.MOST_OF_ACCOUNT

    def test_no_password_is_hashed_that_has_to_wait(self):
        for _number in range(attempts.MOST_OF_ACCOUNT):
            send()
        for login in ("aigul", "Aigul"):
            with mock.patch("newsroom.desk.login_form.authenticate") as authenticate:
                send(login, RIGHT)
            authenticate.assert_not_called()

    def test_address_is_bounded_over_all_logins_there_are_and_there_are_not(self):
        for number in range(attempts.MOST_OF_ADDRESS):
            assert send(f"nobody-{number}").status_code == 200
        assert send(password=RIGHT).status_code == 429
        assert is_in(send(password=RIGHT, REMOTE_ADDR="203.0.113.7"))

    def test_right_passwords_are_not_counted(self):
        for _number in range(attempts.MOST_OF_ADDRESS + 5):
            assert is_in(send(password=RIGHT))
        assert not LoginAttempt.objects.exists()

    def test_stranger_keeps_nobody_from_the_browser_that_they_use(self):
        mine = Client()
        send(password=RIGHT, client=mine)
        mine.get(INDEX)
        mine.post(reverse("admin:logout"))
        for _number in range(attempts.MOST_OF_ACCOUNT):
            send(REMOTE_ADDR="203.0.113.7")
        assert send(password=RIGHT).status_code == 429
        assert is_in(send(password=RIGHT, client=mine))
        for _number in range(attempts.MOST_OF_ACCOUNT):
            send(client=mine)
        assert send(password=RIGHT, client=mine).status_code == 429

    def test_cookie_of_one_person_opens_no_count_of_another(self):
        mine = Client()
        make_person("rustam")
        send("rustam", RIGHT, client=mine)
        mine.get(INDEX)
        mine.post(reverse("admin:logout"))
        for _number in range(attempts.MOST_OF_ACCOUNT):
            send(client=mine, REMOTE_ADDR="203.0.113.7")
        assert send(password=RIGHT, client=mine).status_code == 429

    def test_old_password_is_bounded_for_whoever_sits_at_an_open_desk(self):
        here = Client()
        here.force_login(self.person)
        new = {"new_password1": "quite-another-one-7", "new_password2": "quite-another-one-7"}
        for _number in range(attempts.MOST_OF_ACCOUNT):
            here.post(reverse("admin:password_change"), {"old_password": WRONG, **new})
        response = here.post(reverse("admin:password_change"), {"old_password": RIGHT, **new})
        self.assertContains(response, "There were too many attempts")
        with time_machine.travel(timezone.now() + attempts.WINDOW + timedelta(seconds=1)):
            here.force_login(self.person)
            response = here.post(reverse("admin:password_change"), {"old_password": RIGHT, **new})
        assert response.status_code == 302

    def test_old_attempts_are_removed(self):
        send()
        LoginAttempt.objects.update(at=timezone.now() - attempts.WINDOW * 2)
        send("rustam")
        assert LoginAttempt.objects.count() == 2

    def test_who_comes_when_all_places_are_taken_is_told_to_come_again(self):
        with mock.patch.object(attempts, "_places") as places:
            places.acquire.return_value = False
            self.assertContains(send(password=RIGHT), "Many people are logging in", status_code=429)


class AtOnceTests(TransactionTestCase):
    def test_attempts_that_come_at_once_are_bounded_too(self):
        tried = []

        def attempt(_number):
            try:
                attempts.begin_attempt(("account:aigul", 10))
                tried.append(1)
            except attempts.TooManyAttemptsError:
                pass
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(attempt, range(40)))
        assert 0 < len(tried) <= 10


class CostTests(TestCase):
    def test_only_a_few_passwords_are_hashed_at_once(self):
        running, most, lock, full = 0, [], Lock(), Event()

        def slow(hasher, password, encoded):
            nonlocal running
            with lock:
                running += 1
                most.append(running)
            full.wait(0.02)
            with lock:
                running -= 1
            return True

        with (
            mock.patch("django.contrib.auth.hashers.Argon2PasswordHasher.verify", slow),
            ThreadPoolExecutor(8) as pool,
        ):
            list(pool.map(lambda _number: hashing.FewAtOnce().verify("x", "y"), range(16)))
        assert max(most) == hashing.AT_ONCE

    @override_settings(PASSWORD_HASHERS=["articles.desk.people.hashing.FewAtOnce"])
    def test_passwords_that_were_stored_before_are_still_right(self):
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]):
            stored = make_password(RIGHT)
        assert check_password(RIGHT, stored)
        assert not check_password(WRONG, stored)


class NoEnumerationTests(TestCase):
    """What is answered is the same for logins there are, there are not, are suspended, or have no password."""

    @classmethod
    def setUpTestData(cls):
        make_person()
        make_person("suspended", is_active=False)
        make_person("reader", is_staff=False)
        User.objects.create(username="invited", is_staff=True).set_unusable_password()

    def answer(self, login):
        with CaptureQueriesContext(connection) as captured:
            response = send(login, REMOTE_ADDR=f"203.0.113.{len(login)}")
        page = response.content.decode().replace(login, "LOGIN")
        kinds = [re.sub(r"\d+|'[^']*'", "?", query["sql"])[:60] for query in captured]
        return response.status_code, re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page), kinds

    def test_text_status_and_work_are_the_same(self):
        with mock.patch("articles.desk.people.sign_ins.audit_refusal"):
            self.answer("the-first-page-of-a-process-reads-more")
            for _number in range(attempts.MOST_OF_ACCOUNT + 2):
                answers = [self.answer(login) for login in ("aigul", "nobody", "suspended", "reader", "invited")]
                for answer in answers[1:]:
                    assert answer == answers[0]

    def test_each_failure_hashes_once(self):
        for login in ("aigul", "nobody", "suspended", "reader", "invited"):
            with mock.patch("django.contrib.auth.hashers.MD5PasswordHasher.encode", return_value="md5$x$y") as encode:
                send(login)
            assert encode.call_count == 1, login


class WrittenDownTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.person = make_person(first_name="Aigul", last_name="Tash")

    def test_log_ins_and_failures_are_in_the_audit_with_the_address(self):
        send(REMOTE_ADDR="203.0.113.7")
        send(password=RIGHT, REMOTE_ADDR="203.0.113.8")
        chief = Client()
        chief.force_login(make_user(roles.CHIEF_EDITOR))
        page = chief.get(reverse("admin:admin_logentry_changelist"))
        self.assertContains(page, "was not let in: a wrong password was typed at 203.0.113.7")
        self.assertContains(page, "logged in from 203.0.113.8")

    def test_what_was_typed_is_in_no_log(self):
        with self.assertLogs("newsroom.sign_in") as logs:
            send("my-secret-in-the-wrong-field")
        assert "my-secret" not in "".join(logs.output)
        assert not LogEntry.objects.exists()

    def test_fail2ban_reads_each_refusal_and_nothing_else(self):
        document = (Path(settings.BASE_DIR) / "docs" / "operators.md").read_text()
        pattern = re.compile(FAIL2BAN.search(document)[1].replace("<ADDR>", r"(?P<ip>\S+)"))
        with self.assertLogs("newsroom.sign_in") as logs:
            for _number in range(attempts.MOST_OF_ACCOUNT + 1):
                send(REMOTE_ADDR="203.0.113.7")
            send("x address=1.2.3.4 newsroom.sign_in: refused address=1.2.3.4", REMOTE_ADDR="203.0.113.7")
            make_person("rustam")
            assert is_in(send("rustam", RIGHT, REMOTE_ADDR="2001:db8::1"))
        form = settings.LOGGING["formatters"]["text"]["format"]
        lines = [
            form.format(
                asctime="2026-11-30 12:00:00,123", levelname=row.levelname, name=row.name, message=row.msg % row.args
            )
            for row in logs.records
        ]
        banned = [match["ip"] for line in lines if (match := pattern.search(line))]
        assert banned == ["203.0.113.7"] * (attempts.MOST_OF_ACCOUNT + 2)
        assert "let in address=2001:db8::1" in lines[-1]

    def test_who_only_logged_in_can_still_be_deleted(self):
        send(password=RIGHT)
        chief = Client()
        chief.force_login(make_user(roles.ADMINISTRATOR))
        self.assertContains(chief.get(reverse("admin:auth_user_delete", args=[self.person.pk])), "goes for good")


class AddressTests(TestCase):
    def address(self, remote, forwarded=None):
        headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
        return client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **headers))

    def test_only_named_proxies_are_believed(self):
        cases = [  # proxies, the connection's address, the header, the client
            ("", "198.51.100.1", "203.0.113.7", "198.51.100.1"),
            ("127.0.0.0/8", "127.0.0.1", "203.0.113.7", "203.0.113.7"),
            ("127.0.0.0/8", "198.51.100.1", "203.0.113.7", "198.51.100.1"),
            ("127.0.0.0/8", "127.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
            ("127.0.0.0/8 10.0.0.0/8", "127.0.0.1", "1.2.3.4, 203.0.113.7, 10.0.0.3", "203.0.113.7"),
            ("127.0.0.0/8", "127.0.0.1", "1.2.3.4, junk", "127.0.0.1"),
            ("127.0.0.0/8", "127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.0/8", "127.0.0.1", None, "127.0.0.1"),
            ("127.0.0.0/8", "", "203.0.113.7", "203.0.113.7"),
            ("", "", "203.0.113.7", "unknown"),
            ("::1", "::1", "2001:db8::1", "2001:db8::1"),
            ("127.0.0.0/8", "::ffff:127.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ]
        for proxies, remote, forwarded, client in cases:
            with self.settings(PROXIES=list(map(ip_network, proxies.split()))):
                assert self.address(remote, forwarded) == client, (proxies, remote, forwarded)

    def test_one_line_of_ipv6_counts_as_one_address(self):
        assert network_of("2001:db8:1:2::3") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
        assert network_of("2001:db8:1:3::3") != network_of("2001:db8:1:2::3")
        assert network_of("203.0.113.7") == "203.0.113.7"
