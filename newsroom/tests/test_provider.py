"""Logging in by an OpenID Connect provider: a small one on loopback, with signed tokens."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from zeal import zeal_ignore

from articles.desk import roles
from articles.tests.factories import make_user
from articles.tests.test_sign_in import INDEX, LOGIN, make_person

WAY_THERE = reverse("openid_connect_login")
SECRET = "the-desk's-secret"


class Provider(ThreadingHTTPServer):
    """A provider that knows one person at a time: ``claims``."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.key = rsa.generate_private_key(65537, 2048)
        self.root = f"http://127.0.0.1:{self.server_address[1]}"
        self.claims, self.audience, self.asked, self.challenge = {}, "desk-client", [], ""

    def config(self):
        places = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        return {"issuer": self.root} | {name: f"{self.root}/{name}" for name in places}

    def token(self):
        now = int(time.time())
        claims = {"iss": self.root, "aud": self.audience, "iat": now, "exp": now + 60} | self.claims
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "one"})


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        paths = {
            "/.well-known/openid-configuration": self.server.config,
            "/userinfo_endpoint": lambda: self.server.claims,
        }
        self.answer(paths[self.path]())

    def do_POST(self):
        sent = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        login = base64.b64encode(f"desk-client:{SECRET}".encode()).decode()
        is_client = sent.get("client_secret") == SECRET or login in self.headers.get("Authorization", "")
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        is_same = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == self.server.challenge
        if not (is_client and is_same and sent["code"] == "the-code"):
            return self.answer({"error": "invalid_grant"}, 400)
        return self.answer({"access_token": "x", "token_type": "Bearer", "id_token": self.server.token()})

    def answer(self, data, status=200):
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class ProviderTests(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = Provider()
        thread = threading.Thread(target=cls.provider.serve_forever, daemon=True)
        thread.start()
        cls.addClassCleanup(thread.join)
        cls.addClassCleanup(cls.provider.server_close)
        cls.addClassCleanup(cls.provider.shutdown)
        app = settings.OIDC | {
            "name": "Example Login",
            "client_id": "desk-client",
            "secret": SECRET,
            "settings": {"server_url": cls.provider.root, "oauth_pkce_enabled": True},
        }
        named = override_settings(
            OIDC=app, OIDC_ISSUER=cls.provider.root, SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [app]}}
        )
        cls.enterClassContext(named)

    @classmethod
    def setUpTestData(cls):
        cls.person = make_person("aigul", roles.REPORTER, email="aigul@example.org")

    def setUp(self):
        self.provider.audience = "desk-client"
        self.says(sub="a-1", email="aigul@example.org", email_verified=True)

    def says(self, **claims):
        self.provider.claims = claims

    def there(self, client, **parameters):
        """Where the way to the provider leads, with what is told to it."""
        url = urlsplit(client.get(WAY_THERE, parameters).headers["Location"])
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.provider.challenge = asked.get("code_challenge", "")
        return f"{url.scheme}://{url.netloc}{url.path}", asked

    def come_back(self, client=None, **parameters):
        client = client or Client()
        _place, asked = self.there(client, **parameters)
        with zeal_ignore([{"model": "sessions.Session"}]):  # allauth reads it anew, to write what it has changed alone
            return client.get(urlsplit(asked["redirect_uri"]).path, {"code": "the-code", "state": asked["state"]})

    def assertNobodyIn(self, response):
        self.assertRedirects(response, LOGIN, fetch_redirect_response=False)
        assert response.client.get(INDEX).status_code == 302

    def test_page_for_logging_in_has_a_link_and_it_leads_there(self):
        self.assertContains(Client().get(LOGIN), "Log in with Example Login")
        place, asked = self.there(Client())
        assert place == f"{self.provider.root}/authorization_endpoint"
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert asked["redirect_uri"] == "http://testserver/admin/provider/desk/back/"

    def test_person_with_that_verified_address_is_in_and_known_by_the_providers_name_from_then_on(self):
        wanted = reverse("admin:articles_article_changelist")
        with self.assertLogs("newsroom.sign_in") as logs:
            self.assertRedirects(self.come_back(next=wanted), wanted, fetch_redirect_response=False)
        assert logs.output[0].endswith(f"user={self.person.pk} by=provider")
        self.says(sub="a-1", email="new@example.org", email_verified=True)
        self.assertRedirects(self.come_back(), INDEX, fetch_redirect_response=False)
        assert SocialAccount.objects.get().user == self.person

    def test_address_that_the_provider_did_not_check_or_nobody_or_several_have_lets_nobody_in(self):
        make_user(username="twin", email="twins@example.org")
        make_user(username="other-twin", email="twins@example.org")
        for claims in (
            {"email": "aigul@example.org", "email_verified": False},
            {"email": "aigul@example.org"},
            {"email": "stranger@example.org", "email_verified": True},
            {"email": "twins@example.org", "email_verified": True},
            {},
        ):
            self.says(sub="a-2", **claims)
            response = self.come_back()
            self.assertNobodyIn(response)
            self.assertContains(
                response.client.get(LOGIN), "Nobody is let in with the address that Example Login gives"
            )
        assert not SocialAccount.objects.exists()
        assert User.objects.count() == 3

    def test_nobody_suspended_comes_in_nor_a_reader(self):
        self.come_back()
        for change in ({"is_active": False}, {"is_staff": False, "is_active": True}):
            User.objects.filter(pk=self.person.pk).update(**change)
            self.assertNobodyIn(self.come_back())

    def test_second_factor_is_asked_for_all_the_same(self):
        with self.settings(SECOND_FACTOR={"reporter"}):
            self.assertRedirects(self.come_back(), reverse("mfa_index"), fetch_redirect_response=False)

    def test_token_for_another_client_or_of_another_issuer_lets_nobody_in(self):
        self.provider.audience = "somebody-else"
        self.assertNobodyIn(self.come_back())
        self.provider.audience = "desk-client"
        self.says(sub="a-1", email="aigul@example.org", email_verified=True, iss="https://evil.example")
        self.assertNobodyIn(self.come_back())
        self.says(sub="a-1", email="aigul@example.org", email_verified=True, exp=1)
        self.assertNobodyIn(self.come_back())

    def test_what_comes_back_belongs_to_who_was_sent(self):
        victim, thief = Client(), Client()
        _place, asked = self.there(thief)
        back = urlsplit(asked["redirect_uri"]).path
        self.assertNobodyIn(victim.get(back, {"code": "the-code", "state": asked["state"]}))
        self.assertNobodyIn(victim.get(back, {"code": "the-code"}))
        self.assertNobodyIn(victim.get(back, {"error": "access_denied", "state": asked["state"]}))
        self.assertNobodyIn(thief.get(back, {"code": "another-code", "state": asked["state"]}))

    def test_nobody_connects_an_identity_to_a_login_that_is_open(self):
        client = Client()
        assert client.get(WAY_THERE, {"process": "connect"}).headers["Location"] == LOGIN
        client.force_login(make_user(roles.CHIEF_EDITOR))
        for parameters in ({}, {"process": "connect"}):
            assert client.get(WAY_THERE, parameters).headers["Location"] == LOGIN
        assert not SocialAccount.objects.exists()

    def test_provider_that_is_away_is_told(self):
        away = settings.OIDC | {"settings": {"server_url": "http://127.0.0.1:9"}}
        with self.settings(OIDC=away, SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [away]}}):
            client = Client()
            self.assertRedirects(client.get(WAY_THERE), LOGIN, fetch_redirect_response=False)
            self.assertContains(client.get(LOGIN), "did not say who you are")

    def test_provider_that_says_nonsense_is_told(self):
        self.says(email="aigul@example.org", email_verified=True)  # and not who it is
        self.assertNobodyIn(self.come_back())
        with mock.patch.object(Provider, "token", return_value="nonsense"):
            self.assertNobodyIn(self.come_back())
        with mock.patch.object(Provider, "config", return_value={"issuer": self.provider.root}):
            self.assertRedirects(Client().get(WAY_THERE), LOGIN, fetch_redirect_response=False)


class NoProviderTests(TestCase):
    def test_without_one_there_is_no_link_and_no_way(self):
        self.assertNotContains(Client().get(LOGIN), "Log in with")
        assert Client().get(WAY_THERE).status_code == 404
        assert Client().get("/admin/provider/desk/back/").status_code == 404
