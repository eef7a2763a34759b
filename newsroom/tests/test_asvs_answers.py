"""What OWASP ASVS 5.0 asks of logins, answers and logs, and no other test holds: docs/asvs.md names the points."""

import logging
import math
import random
import re

import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client, SimpleTestCase, TestCase
from django.urls import include, path, reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from articles.desk import roles
from articles.desk.people import links
from articles.tests.factories import make_user
from newsroom import settings as production
from newsroom import urls
from newsroom.desk import unsaved_forms
from newsroom.desk.message_storage import MessageCookie
from newsroom.tests import public_paper

LOGIN = reverse("admin:login")
PASSWORD = "a quiet river below"


def broken(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [path("broken/", broken), path("", include("newsroom.urls"))]
handler500 = urls.handler500


class PasswordTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.person = make_user(roles.REPORTER, username="aigul")
        cls.person.set_password(PASSWORD)
        cls.person.save()

    def logs_in(self, password):
        client = Client()
        client.post(LOGIN, {"username": "aigul", "password": password, "next": reverse("admin:index")})
        return "_auth_user_id" in client.session

    def change(self, old, new):
        client = Client()
        client.force_login(User.objects.get(pk=self.person.pk))
        texts = {"old_password": old, "new_password1": new, "new_password2": new}
        return client.post(reverse("admin:password_change"), texts).status_code == 302

    def test_people_change_their_own_with_the_one_they_have(self):
        assert not self.change("another river above", "a new river here")
        assert self.logs_in(PASSWORD)
        assert self.change(PASSWORD, "a new river here")
        assert (self.logs_in(PASSWORD), self.logs_in("a new river here")) == (False, True)

    def test_any_letters_and_any_length_are_taken_as_they_are_typed(self):
        current = PASSWORD
        for password in (
            "onlysmallletters",
            "жайлоо көлү тоо",
            " spaces around it ",
            "x7" * 32,
            "long words " * 18 + "end",
        ):
            with self.subTest(password):
                assert self.change(current, password)
                assert self.logs_in(password)
                for other in {password.swapcase(), password.strip(), password[:64], password[:-1]} - {password}:
                    assert not self.logs_in(other)
                current = password

    def test_one_is_good_for_years(self):
        with time_machine.travel(timezone.now().replace(year=timezone.now().year + 10, day=1)):
            assert self.logs_in(PASSWORD)

    def test_fields_are_masked_and_leave_managers_their_way(self):
        client = Client()
        client.force_login(self.person)
        _link, place = links.make_link(make_user(roles.REPORTER), by=None)
        for address in (LOGIN, place, reverse("admin:password_change")):
            answer = (client if "change" in address else Client()).get(address, follow=True).text
            fields = re.findall(r'<input[^>]+name="(?:\w*password\w*)"[^>]*>', answer)
            assert fields
            for field in fields:
                assert 'type="password"' in field, field
                assert not re.search(r'onpaste|readonly|autocomplete="off"|maxlength', field), field

    def test_new_password_by_a_link_logs_nobody_in(self):
        client, (_link, place) = Client(), links.make_link(self.person, by=None)
        assert (
            client.post(place, {"new_password1": "a new river here", "new_password2": "a new river here"}).status_code
            == 302
        )
        assert "_auth_user_id" not in client.session
        assert self.logs_in("a new river here")

    def test_stored_ones_are_argon2_with_memory_that_guessing_needs(self):
        hasher = import_string(production.PASSWORD_HASHERS[0])()
        stored = hasher.decode(hasher.encode(PASSWORD, hasher.salt()))
        assert (stored["algorithm"], stored["variety"]) == ("argon2", "argon2id")
        assert stored["memory_cost"] >= 19 * 1024  # KB; the standard's least for two rounds
        assert stored["time_cost"] >= 2


class SecondFactorTests(SimpleTestCase):
    def test_seeds_and_codes_can_not_be_guessed(self):
        from allauth.mfa import app_settings
        from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
        from allauth.mfa.totp.internal.auth import generate_totp_secret

        for make in (generate_totp_secret, RecoveryCodes.generate_seed):
            drawn = set()
            for _number in range(5):
                random.seed(1)
                drawn.add(make())
            assert len(drawn) == 5
            assert min(map(len, drawn)) * math.log2(16) >= 128
        assert app_settings.RECOVERY_CODE_DIGITS * math.log2(10) >= 20

    def test_no_token_of_a_provider_is_kept(self):
        from allauth.socialaccount import app_settings

        assert not app_settings.STORE_TOKENS


class SessionKeyTests(TestCase):
    def test_a_login_begins_another_session_and_its_end_ends_it(self):
        person = make_user(roles.REPORTER, username="aigul")
        person.set_password(PASSWORD)
        person.save()
        client = Client()
        session = client.session
        session["before"] = 1
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = before = session.session_key
        client.post(LOGIN, {"username": "aigul", "password": PASSWORD, "next": reverse("admin:index")})
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        assert cookie.value != before
        assert not Session.objects.filter(session_key=before).exists()
        client.post(reverse("admin:logout"))
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie.value
        assert client.get(reverse("admin:index")).status_code == 302

    def test_keys_can_not_be_guessed(self):
        keys = set()
        for _number in range(50):
            random.seed(1)
            session = Client().session
            session.create()
            keys.add(session.session_key)
        assert len(keys) == 50
        assert min(map(len, keys)) * math.log2(len(set("".join(keys)))) >= 128
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
        assert client.get(reverse("admin:index")).status_code == 302

    def test_links_can_not_be_guessed(self):
        person, secrets = make_user(roles.REPORTER), set()
        for _number in range(5):
            random.seed(1)
            secrets.add(links.make_link(person, by=None)[1].split("/")[-2])
        assert len(secrets) == 5
        assert min(map(len, secrets)) * 6 >= 128

    def test_logging_out_is_on_each_page_of_the_desk(self):
        client = Client()
        client.force_login(make_user(roles.ADMINISTRATOR))
        for name in (
            "index",
            "auth_user_changelist",
            "articles_section_add",
            "password_change",
            "articles_article_add",
        ):
            self.assertContains(client.get(reverse(f"admin:{name}")), 'id="logout-form"')

    def cookies(self):
        """Every cookie of the desk, as they are set one after the other."""
        person, client = make_user(roles.CHIEF_EDITOR, username="aigul"), Client()
        person.set_password(PASSWORD)
        person.save()
        client.get(LOGIN)
        client.post(LOGIN, {"username": "aigul", "password": PASSWORD, "next": reverse("admin:index")})
        client.post(reverse("admin:articles_author_add"), {"name": "Aigul", "slug": "aigul", "_window": "a-1"})
        own = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, MessageCookie.cookie_name}
        assert client.cookies.keys() == own | {unsaved_forms.LAST_USER, unsaved_forms.SAVED}
        return client.cookies

    def test_cookies_go_with_no_request_of_another_site(self):
        assert {cookie["samesite"] for cookie in self.cookies().values()} == {"Lax"}

    def test_cookies_are_of_this_host_alone_and_of_the_whole_of_it(self):
        for name, cookie in self.cookies().items():
            assert (cookie["path"], cookie["domain"]) == ("/", ""), name

    def test_cookies_are_encrypted_on_the_way(self):
        with self.settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True):
            assert all(cookie["secure"] for cookie in self.cookies().values())

    def test_scripts_read_the_one_cookie_that_is_for_them(self):
        readable = {name for name, cookie in self.cookies().items() if not cookie["httponly"]}
        assert readable == {unsaved_forms.SAVED}
        scripts = [path.read_text() for path in (settings.BASE_DIR / "static" / "js").glob("*.js")]
        assert sum("document.cookie" in script for script in scripts) == 1


class AnswerTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        public_paper.fill()

    def test_every_text_says_its_letters(self):
        for address in public_paper.addresses():
            kind = self.client.get(address).headers["Content-Type"]
            with self.subTest(address, kind=kind):
                assert not re.match(r"text/|\S+xml", kind) or kind.lower().endswith("charset=utf-8")

    def test_no_answer_is_open_to_scripts_of_other_sites(self):
        for address in [*public_paper.addresses(), LOGIN]:
            response = self.client.get(address, headers={"origin": "https://evil.example"})
            assert "Access-Control-Allow-Origin" not in response.headers, address

    def test_no_address_echoes_a_trace(self):
        for address in public_paper.addresses():
            response = self.client.generic("TRACE", address, headers={"x-secret": "hidden-word"})
            assert response.status_code == 405, address
            assert "hidden-word" not in response.text, address

    def test_no_folder_and_no_source_is_shown(self):
        for address in (
            "/static/",
            "/static/js/",
            "/media/",
            "/.git/config",
            "/.env",
            "/newsroom/settings.py",
            "/manage.py",
        ):
            assert self.client.get(address).status_code == 404, address


class LogTests(TestCase):
    def formatted(self, address="/nothing/", client=None):
        """The lines of the log that a request leaves, as production writes them."""
        style = production.LOGGING["formatters"].get("line") or production.LOGGING["formatters"]["text"]
        formatter = logging.Formatter(style["format"], style="{")
        with self.assertLogs("django", "WARNING") as logs:
            (client or self.client).get(address)
        return [formatter.format(record) for record in logs.records]

    def test_refusals_and_failures_are_written_down(self):
        client = Client(raise_request_exception=False)
        client.force_login(make_user(roles.REPORTER))
        assert "/admin/auth/group/" in self.formatted(reverse("admin:auth_group_changelist"), client)[0]
        with self.settings(ROOT_URLCONF="newsroom.tests.test_asvs_answers"):
            assert "RuntimeError: broken on purpose" in self.formatted("/broken/", client)[0]

    def test_an_error_tells_nothing_of_the_server(self):
        client = Client(raise_request_exception=False)
        with self.settings(ROOT_URLCONF="newsroom.tests.test_asvs_answers"), self.assertLogs("django.request", "ERROR"):
            response = client.get("/broken/")
        assert response.status_code == 500
        assert not re.search(r"broken on purpose|RuntimeError|Traceback|\.py", response.text)

    def test_nobody_writes_a_line_of_their_own(self):
        for address in ("/a%0a2026-01-01 ERROR forged: x", "/a%0d%0aERROR forged", "/a%1b[2Kb"):
            (line,) = self.formatted(address)
            assert not re.search(r"[\x00-\x1f]", line)

    def test_times_are_utc(self):
        with time_machine.travel("2026-06-30T23:30:00Z", tick=False):
            assert self.formatted()[0].startswith("2026-06-30 23:30:00")
