"""Logging in by an OpenID Connect provider: a small one on loopback, with signed tokens."""

import base64
import hashlib
import hmac
import json
import threading
import time
import warnings
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from jwt.algorithms import RSAAlgorithm
from zeal import zeal_ignore

from articles.admin.provider import NEEDED
from articles.desk import roles
from articles.tests.factories import make_user
from articles.tests.test_sign_in import INDEX, LOGIN, make_person

WAY_THERE = reverse("openid_connect_login")
FROM_HERE = {"sec-fetch-site": "same-origin"}  # what a browser says of a link on our own page
SECRET = "the-desk's-secret"


class Provider(ThreadingHTTPServer):
    """A provider that knows one person at a time: ``claims``."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.key = rsa.generate_private_key(65537, 2048)
        self.root = f"http://127.0.0.1:{self.server_address[1]}"
        self.claims, self.audience, self.challenge, self.nonce = {}, "desk-client", "", ""
        self.published = {"use": "sig", "kid": "one"}

    def config(self):
        places = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        return {"issuer": self.root} | {name: f"{self.root}/{name}" for name in places}

    def keys(self):
        """The keys that it publishes: one for encryption, and the one that it signs with."""
        key = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [key | {"use": "enc", "kid": "one"}, key | self.published]}

    def token_claims(self):
        now = int(time.time())
        claims = {"iss": self.root, "aud": self.audience, "iat": now, "exp": now + 60, "nonce": self.nonce}
        return claims | self.claims

    def token(self):
        return jwt.encode(self.token_claims(), self.key, algorithm="RS256", headers={"kid": "one"})


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        paths = {
            "/.well-known/openid-configuration": self.server.config,
            "/userinfo_endpoint": lambda: self.server.claims,
            "/jwks_uri": self.server.keys,
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
        self.provider.audience, self.provider.published = "desk-client", {"use": "sig", "kid": "one"}
        self.says(sub="a-1", email="aigul@example.org", email_verified=True)

    def says(self, **claims):
        self.provider.claims = claims

    def there(self, client, **parameters):
        """Where the way to the provider leads, with what is told to it."""
        url = urlsplit(client.get(WAY_THERE, parameters, headers=FROM_HERE).headers["Location"])
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.provider.challenge, self.provider.nonce = asked.get("code_challenge", ""), asked.get("nonce", "")
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
        self.provider.audience, self.provider.published = "desk-client", {"use": "sig", "kid": "one"}
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
        assert client.get(WAY_THERE, {"process": "connect"}, headers=FROM_HERE).headers["Location"] == LOGIN
        client.force_login(make_user(roles.CHIEF_EDITOR))
        for parameters in ({}, {"process": "connect"}):
            assert client.get(WAY_THERE, parameters, headers=FROM_HERE).headers["Location"] == LOGIN
        assert not SocialAccount.objects.exists()

    def test_provider_that_is_away_is_told(self):
        away = settings.OIDC | {"settings": {"server_url": "http://127.0.0.1:9"}}
        with self.settings(OIDC=away, SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [away]}}):
            client = Client()
            self.assertRedirects(client.get(WAY_THERE, headers=FROM_HERE), LOGIN, fetch_redirect_response=False)
            self.assertContains(client.get(LOGIN), "did not say who you are")

    def test_provider_that_says_nonsense_is_told(self):
        self.says(email="aigul@example.org", email_verified=True)  # and not who it is
        self.assertNobodyIn(self.come_back())
        with mock.patch.object(Provider, "token", return_value="nonsense"):
            self.assertNobodyIn(self.come_back())
        with mock.patch.object(Provider, "config", return_value={"issuer": self.provider.root}):
            self.assertRedirects(Client().get(WAY_THERE, headers=FROM_HERE), LOGIN, fetch_redirect_response=False)

    def forged(self):
        """What is wrong with a token, and the token: each but for that one thing right."""
        provider, stranger = self.provider, rsa.generate_private_key(65537, 2048)
        claims, headers = provider.token_claims(), {"kid": "one"}
        public = provider.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        signed = partial(jwt.encode, key=provider.key, algorithm="RS256", headers=headers)
        return {
            "another key": jwt.encode(claims, stranger, algorithm="RS256", headers=headers),
            "a key that it brings along": jwt.encode(
                claims, stranger, "RS256", {"jwk": RSAAlgorithm.to_jwk(stranger.public_key(), as_dict=True)}
            ),
            "an unknown key": signed(claims, headers={"kid": "two"}),
            "no signature": jwt.encode(claims, None, algorithm="none", headers=headers),
            "a cut signature": signed(claims).rpartition(".")[0] + ".",
            "the public key as a secret": hmac_signed(claims, public),
            "another client": signed(claims | {"aud": "somebody-else"}),
            "several clients, given to another": signed(claims | {"aud": ["desk-client", "x"], "azp": "x"}),
            "another issuer": signed(claims | {"iss": "https://evil.example"}),
            "over": signed(claims | {"exp": int(time.time()) - 60}),
            "of tomorrow": signed(claims | {"iat": int(time.time()) + 86400}),
            "another login": signed(claims | {"nonce": "another"}),
            "another person": signed(claims | {"sub": "b-2"}),
            **{f"without {name}": signed({k: v for k, v in claims.items() if k != name}) for name in NEEDED},
        }

    def test_token_that_the_provider_did_not_sign_for_this_login_lets_nobody_in(self):
        for wrong in self.forged():
            with (
                self.subTest(wrong),
                mock.patch.object(Provider, "token", lambda _self, name=wrong: self.forged()[name]),
            ):
                self.assertNobodyIn(self.come_back())
        with mock.patch.object(Provider, "token", return_value=None):
            self.assertNobodyIn(self.come_back())
        assert not SocialAccount.objects.exists()
        self.assertRedirects(self.come_back(), INDEX, fetch_redirect_response=False)

    def test_listed_algorithms_are_taken_by_whatever_key_the_provider_names(self):
        for published in ({"use": "sig", "kid": "one", "alg": "RS256"}, {"use": "sig", "kid": "one"}, {"kid": "one"}):
            self.provider.published = published
            self.assertRedirects(self.come_back(), INDEX, fetch_redirect_response=False)
        self.provider.published = {"use": "sig", "kid": "one", "alg": "PS256"}
        self.assertNobodyIn(self.come_back())

    def test_key_that_can_be_broken_proves_nothing(self):
        weak = rsa.generate_private_key(65537, 1024)
        with mock.patch.object(self.provider, "key", weak), warnings.catch_warnings(action="ignore"):
            self.assertNobodyIn(self.come_back())

    def test_metadata_of_another_issuer_or_of_places_without_tls_is_not_believed(self):
        config = self.provider.config()
        for change in ({"issuer": "https://evil.example"}, {"token_endpoint": "ftp://evil.example/"}):
            with mock.patch.object(Provider, "config", return_value=config | change):
                response = Client().get(WAY_THERE, headers=FROM_HERE)
                self.assertRedirects(response, LOGIN, fetch_redirect_response=False)
        with mock.patch.object(Provider, "config", return_value=config | {"issuer": f"{self.provider.root}/"}):
            self.there(Client())  # some write their own name with a slash at its end

    def test_answer_to_one_login_is_good_for_that_login_alone(self):
        self.there(Client())
        token = self.provider.token()
        with mock.patch.object(Provider, "token", return_value=token):
            self.assertNobodyIn(self.come_back())

    def test_login_by_the_provider_begins_on_our_own_page_alone(self):
        wanted = reverse("admin:articles_article_changelist")
        for headers in (
            {},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "none"},
            {"sec-fetch-site": "cross-site", "referer": f"http://testserver{LOGIN}"},
            {"referer": "http://testserver.evil.example/"},
        ):
            with self.subTest(headers):
                client = Client()
                response = client.get(WAY_THERE, {"next": wanted}, headers=headers)
                self.assertRedirects(response, f"{LOGIN}?{urlencode({'next': wanted})}", fetch_redirect_response=False)
                assert not client.session.keys()
                self.assertContains(client.get(response.headers["Location"]), f"?next={wanted}")
        response = Client().get(WAY_THERE, headers={"referer": f"http://testserver{LOGIN}"})
        assert response.headers["Location"].startswith(self.provider.root)


def hmac_signed(claims, secret):
    """A token signed by HMAC, whatever the secret looks like."""
    first, second, _none = jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": "one"}).split(".")
    digest = hmac.new(secret, f"{first}.{second}".encode(), hashlib.sha256).digest()
    return f"{first}.{second}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


class NoProviderTests(TestCase):
    def test_without_one_there_is_no_link_and_no_way(self):
        self.assertNotContains(Client().get(LOGIN), "Log in with")
        assert Client().get(WAY_THERE, headers=FROM_HERE).status_code == 404
        assert Client().get("/admin/provider/desk/back/").status_code == 404
