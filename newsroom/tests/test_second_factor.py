"""The second factor: asked for after the password, required by role, set up, lost; and typed words meanwhile."""

import base64
import hashlib
import hmac
import json
import re
import struct
import time

import time_machine
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from articles.desk import roles
from articles.desk.people import attempts, second_factor
from articles.models import UnsavedForm
from articles.tests.factories import make_author, make_edition, make_user
from articles.tests.test_sign_in import INDEX, LOGIN, RIGHT, WRONG, is_in, make_person, send

OVERVIEW, SHOW, ADD_APP = reverse("mfa_index"), reverse("mfa_authenticate"), reverse("mfa_activate_totp")
CODES = reverse("mfa_view_recovery_codes")
FOR_PUBLISHERS = override_settings(SECOND_FACTOR={"publishers"})
CODE = re.compile(r"<li><code>(\d{8})</code></li>")
ORIGIN = "https://testserver"


def code_of(secret, steps=0):
    """What an app shows that has the key, some half minutes from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def set_up_app(client):
    """Set up an app in the session of ``client``; return its key and the recovery codes."""
    secret = client.get(ADD_APP).context["form"].secret
    response = client.post(ADD_APP, {"code": code_of(secret, -1)}, follow=True)
    assert response.status_code == 200, response
    return secret, CODE.findall(response.content.decode())


def logged_in(username="chief"):
    client = Client()
    assert send(username, RIGHT, client=client).status_code == 302
    return client


def may_work(client):
    return client.get(INDEX).status_code == 200


class FactorTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        roles.make_groups()
        cls.chief = make_person("chief", roles.CHIEF_EDITOR)

    def with_app(self, username="chief"):
        """The key and recovery codes of somebody who has an app, in no session."""
        with self.captureOnCommitCallbacks(execute=True):
            secret, codes = set_up_app(logged_in(username))
        return secret, codes


class AskedTests(FactorTestCase):
    def test_nobody_without_a_factor_is_asked_where_no_role_requires_one(self):
        assert is_in(send("chief", RIGHT))

    def test_password_alone_opens_nothing(self):
        secret, _codes = self.with_app()
        client = Client()
        self.assertRedirects(send("chief", RIGHT, client=client), SHOW)
        assert not may_work(client)
        for address in (OVERVIEW, ADD_APP, CODES, reverse("mfa_generate_recovery_codes")):
            assert LOGIN in client.get(address).headers["Location"], address
        self.assertContains(client.post(SHOW, {"code": "000000"}), "This is not the right one")
        assert not may_work(client)
        self.assertRedirects(client.post(SHOW, {"code": code_of(secret)}), INDEX)
        assert may_work(client)

    def test_page_of_the_code_without_a_password_leads_to_the_log_in(self):
        self.assertRedirects(Client().get(SHOW), LOGIN)
        self.assertRedirects(Client().post(SHOW, {"code": "000000"}), LOGIN)

    def test_code_is_good_once_in_any_process(self):
        secret, _codes = self.with_app()
        code = code_of(secret)
        one, other = Client(), Client()
        send("chief", RIGHT, client=one)
        send("chief", RIGHT, client=other)
        one.post(SHOW, {"code": code})
        with override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}):
            self.assertContains(other.post(SHOW, {"code": f"{code[:3]} {code[3:]}"}), "used already")
        assert (may_work(one), may_work(other)) == (True, False)

    def test_codes_are_tried_only_so_often(self):
        secret, _codes = self.with_app()
        client = Client()
        send("chief", RIGHT, client=client)
        for _number in range(attempts.MOST_OF_ACCOUNT):
            client.post(SHOW, {"code": "000000"})
        self.assertContains(client.post(SHOW, {"code": code_of(secret)}), "There were too many attempts")
        assert not may_work(client)
        with time_machine.travel(timezone.now() + attempts.WINDOW * 1.1):
            send("chief", RIGHT, client=client)
            client.post(SHOW, {"code": code_of(secret)})
            assert may_work(client)

    def test_recovery_code_lets_in_once(self):
        _secret, codes = self.with_app()
        assert len(codes) == len(set(codes)) == 10
        for expected in (True, False):
            client = Client()
            send("chief", RIGHT, client=client)
            client.post(SHOW, {"code": codes[0]})
            assert may_work(client) is expected

    def test_right_password_and_wrong_code_are_written_down(self):
        secret, _codes = self.with_app()
        client = Client()
        with self.assertLogs("newsroom.sign_in") as logs:
            send("chief", RIGHT, client=client)
            client.post(SHOW, {"code": "000000"}, REMOTE_ADDR="203.0.113.7")
            client.post(SHOW, {"code": code_of(secret)}, REMOTE_ADDR="203.0.113.7")
        assert [line.partition("sign_in:")[2] for line in logs.output] == [
            f"refused address=203.0.113.7 user={self.chief.pk} reason=code",
            f"let in address=203.0.113.7 user={self.chief.pk} by=password+second-factor",
        ]
        page = client.get(reverse("admin:admin_logentry_changelist"))
        for sentence in (
            "was not let in: a wrong second factor at 203.0.113.7",
            "set up a second factor: app with codes",
        ):
            self.assertContains(page, sentence)

    def test_typed_words_come_through_both_steps(self):
        secret, _codes = self.with_app()
        author = make_author(name="Aigul")
        address = reverse("admin:articles_author_change", args=[author.pk])
        client = Client()
        page = client.post(address, {"name": "Typed-before", "_save": "1"}, headers={"origin": "http://testserver"})
        carried = page.context["carried"]
        send("chief", RIGHT, client=client)  # another attempt, without the words
        data = {"username": "chief", "password": RIGHT, "next": address, "carried": carried}
        self.assertRedirects(client.post(LOGIN, data), SHOW)
        assert not UnsavedForm.objects.exists()
        response = client.post(SHOW, {"code": code_of(secret)})
        form = UnsavedForm.objects.get()
        assert (form.user, form.fields["name"]) == (self.chief, ["Typed-before"])
        self.assertRedirects(response, reverse("admin:unsaved_form", args=[form.pk]), fetch_redirect_response=False)

    def test_somebody_logged_in_as_a_reader_comes_in_as_another(self):
        secret, _codes = self.with_app()
        client = Client()
        client.force_login(make_user(username="reader", is_staff=False))
        send("chief", RIGHT, client=client)
        client.post(SHOW, {"code": code_of(secret)})
        assert may_work(client)

    def test_suspended_between_password_and_code_comes_not_in(self):
        secret, _codes = self.with_app()
        client = Client()
        send("chief", RIGHT, client=client)
        self.chief.is_active = False
        self.chief.save()
        client.post(SHOW, {"code": code_of(secret)})
        assert not may_work(client)


@FOR_PUBLISHERS
class RequiredTests(FactorTestCase):
    def test_roles_that_may_publish_are_led_to_set_one_up_and_come_to_where_they_wanted(self):
        client = Client()
        wanted = reverse("admin:articles_author_changelist")
        response = client.post(LOGIN, {"username": "chief", "password": RIGHT, "next": wanted})
        self.assertRedirects(response, OVERVIEW)
        self.assertContains(client.get(OVERVIEW), "Your role needs a second factor")
        for address in (INDEX, wanted, reverse("admin:find")):
            assert client.get(address).status_code == 302, address
        assert client.get(LOGIN).headers["Location"] == OVERVIEW
        with self.captureOnCommitCallbacks(execute=True):
            _secret, codes = set_up_app(client)
        assert len(codes) == 10
        self.assertRedirects(client.get(LOGIN), wanted)
        assert may_work(client)

    def test_each_role_is_asked_as_the_setting_says(self):
        publishing = {roles.SECTION_EDITOR, roles.CHIEF_EDITOR, roles.ADMINISTRATOR}
        for role in roles.PERMISSIONS:
            user = make_user(role)
            assert slugify(role) in settings.ROLES
            assert second_factor.is_required(user) is (role in publishing), role
            with self.settings(SECOND_FACTOR={slugify(role)}):
                assert second_factor.is_required(user)
                assert not any(second_factor.is_required(make_user(other)) for other in set(roles.PERMISSIONS) - {role})
            with self.settings(SECOND_FACTOR={"everybody"}):
                assert second_factor.is_required(user)
            with self.settings(SECOND_FACTOR=set()):
                assert not second_factor.is_required(user)

    def test_session_without_it_is_nobodys_for_readers_pages_too(self):
        edition = make_edition()
        with self.settings(SECOND_FACTOR=set()):
            client = logged_in()
        later = {"at": "2030-01-01T00:00"}
        with self.settings(SECOND_FACTOR=set()):
            assert client.get("/", later).status_code == 200
        refused = client.get("/", later)
        assert refused.status_code == Client().get("/", later).status_code != 200
        assert client.get(edition.get_absolute_url()).status_code == 200

    def test_session_that_never_showed_the_factor_ends_where_one_is_required(self):
        with self.settings(SECOND_FACTOR=set()):
            secret, _codes = self.with_app()
            stale = Client()
            stale.force_login(self.chief)  # as one from before the setting
        assert not may_work(stale)
        assert LOGIN in stale.get(OVERVIEW).headers["Location"]
        send("chief", RIGHT, client=stale)
        stale.post(SHOW, {"code": code_of(secret)})
        assert may_work(stale)

    def test_words_typed_in_such_a_session_are_kept_until_it_is_set_up(self):
        address = reverse("admin:articles_author_change", args=[make_author(name="Aigul").pk])
        with self.settings(SECOND_FACTOR=set()):
            client = logged_in()
        sent = client.post(address, {"name": "Typed-before", "_save": "1"}, headers={"origin": "http://testserver"})
        self.assertRedirects(sent, OVERVIEW)
        with self.captureOnCommitCallbacks(execute=True):
            set_up_app(client)
        client.get(LOGIN)
        assert UnsavedForm.objects.get(user=self.chief).fields["name"] == ["Typed-before"]

    def test_reader_costs_no_query_more(self):
        edition = make_edition()

        def queries():
            with CaptureQueriesContext(connection) as captured:
                response = Client().get(edition.get_absolute_url())
            assert "Cookie" not in response.get("Vary", "")
            return [query["sql"] for query in captured]

        queries()
        with self.settings(SECOND_FACTOR=set()):
            before = len(queries())
        after = queries()
        assert len(after) == before
        assert not [sql for sql in after if "session" in sql or "auth_user" in sql or "mfa_" in sql]

    def test_page_of_the_desk_costs_no_query_more_for_whoever_showed_it(self):
        client = logged_in()
        with self.captureOnCommitCallbacks(execute=True):
            set_up_app(client)
        client.get(INDEX)
        with CaptureQueriesContext(connection) as captured:
            assert may_work(client)
        assert not [query for query in captured if "mfa_authenticator" in query["sql"]]

    def test_who_lacks_it_can_log_out(self):
        client = logged_in()
        client.post(reverse("admin:logout"))
        assert LOGIN in client.get(OVERVIEW).headers["Location"]


class SetUpTests(FactorTestCase):
    def test_secrets_are_encrypted_and_read_by_a_former_key(self):
        secret, codes = self.with_app()
        stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
        assert secret not in stored
        assert not any(code in stored for code in codes)
        for keys, comes_in in ((["the-former-key"], False), ([settings.SECRET_KEY], True)):
            with override_settings(SECRET_KEY="x" * 50, SECRET_KEY_FALLBACKS=keys):
                client = Client()
                send("chief", RIGHT, client=client)
                client.post(SHOW, {"code": code_of(secret)})
                assert may_work(client) is comes_in

    def test_setting_one_up_ends_the_sessions_that_never_showed_it(self):
        elsewhere, here = logged_in(), logged_in()
        with self.captureOnCommitCallbacks(execute=True):
            set_up_app(here)
        assert (may_work(here), may_work(elsewhere)) == (True, False)

    def test_password_is_asked_for_again_before_a_factor_changes_unless_the_session_is_fresh(self):
        client = logged_in()
        with time_machine.travel(timezone.now() + second_factor_pause()):
            again = client.get(ADD_APP).headers["Location"]
            assert again.startswith(reverse("account_reauthenticate"))
            self.assertContains(client.post(again, {"password": WRONG}), "errorlist")
            self.assertRedirects(client.post(again, {"password": RIGHT}), ADD_APP)
            for _number in range(attempts.MOST_OF_ACCOUNT):
                client.post(again, {"password": WRONG})
            self.assertContains(client.post(again, {"password": RIGHT}), "There were too many attempts")

    def test_recovery_codes_are_shown_once_and_replaced(self):
        client = logged_in()
        with self.captureOnCommitCallbacks(execute=True):
            _secret, codes = set_up_app(client)
        page = client.get(CODES)
        self.assertContains(page, "You have 10 recovery codes left")
        self.assertNotContains(page, codes[0])
        with self.captureOnCommitCallbacks(execute=True):
            page = client.post(reverse("mfa_generate_recovery_codes"), follow=True)
        fresh = CODE.findall(page.content.decode())
        assert len(fresh) == 10
        assert not set(fresh) & set(codes)
        assert LogEntry.objects.filter(change_message__contains="Made new recovery codes").exists()

    @FOR_PUBLISHERS
    def test_who_removes_the_last_one_sets_up_another(self):
        client = logged_in()
        with self.captureOnCommitCallbacks(execute=True):
            set_up_app(client)
        assert may_work(client)
        self.assertRedirects(client.post(reverse("mfa_deactivate_totp")), OVERVIEW)
        assert not Authenticator.objects.exists()
        assert client.get(LOGIN).headers["Location"] == OVERVIEW
        assert LogEntry.objects.filter(change_message__contains="Removed a second factor").exists()

    def test_codes_and_passkeys_are_never_kept_as_unsaved_words(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.chief)
        response = client.post(ADD_APP, {"code": "123456"}, headers={"origin": "http://testserver"})
        assert response.status_code == 403
        assert not UnsavedForm.objects.exists()
        for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn"):
            page = logged_in().get(reverse(name)).content.decode()
            forms = re.findall(r"<form[^>]*>", page)
            assert all("data-not-kept" in form or "logout" in form for form in forms), forms


class ResetTests(FactorTestCase):
    def test_administrator_resets_it_and_the_sessions_end(self):
        client = logged_in()
        with self.captureOnCommitCallbacks(execute=True):
            set_up_app(client)
        administrator = Client()
        administrator.force_login(make_user(roles.ADMINISTRATOR))
        screen = reverse("admin:auth_user_change", args=[self.chief.pk])
        self.assertContains(administrator.get(screen), "Second factor: app with codes.")
        administrator.post(reverse("admin:auth_user_second-factor", args=[self.chief.pk]))
        assert not Authenticator.objects.exists()
        assert not may_work(client)
        assert is_in(send("chief", RIGHT))
        self.assertContains(
            administrator.get(reverse("admin:admin_logentry_changelist")), "reset the second factor of the user"
        )

    def test_nobody_else_resets_it_nor_anybody_their_own(self):
        self.with_app()
        address = reverse("admin:auth_user_second-factor", args=[self.chief.pk])
        for user in (make_user(roles.CHIEF_EDITOR), make_user(roles.REPORTER), self.chief):
            client = Client()
            client.force_login(user)
            assert client.post(address).status_code == 403, user
        administrator = make_user(roles.ADMINISTRATOR)
        client = Client()
        client.force_login(administrator)
        assert client.post(reverse("admin:auth_user_second-factor", args=[administrator.pk])).status_code == 403
        assert client.get(address).status_code == 405
        assert Authenticator.objects.count() == 2


class Passkey:
    """A passkey in software: what a browser sends of it."""

    def __init__(self):
        self.key, self.name = ec.generate_private_key(ec.SECP256R1()), b"a-key-in-software"

    def made(self, options):
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.name, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(self._site(options["rp"]["id"]), 0x45, 0, credential)
        attestation = AttestationObject.create("none", data, {})
        answer = {"clientDataJSON": self._client("webauthn.create", options), "attestationObject": attestation}
        return self._sent({name: websafe_encode(bytes(value)) for name, value in answer.items()})

    def shown(self, options, origin=ORIGIN):
        data = AuthenticatorData.create(self._site(options["rpId"]), 0x05, 1)
        client = self._client("webauthn.get", options, origin)
        signature = self.key.sign(bytes(data) + client.hash, ec.ECDSA(SHA256()))
        answer = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._sent({name: websafe_encode(bytes(value)) for name, value in answer.items()})

    def _sent(self, answer):
        name = websafe_encode(self.name)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": answer})

    def _client(self, kind, options, origin=ORIGIN):
        return CollectedClientData.create(kind, options["challenge"], origin)

    def _site(self, name):
        return hashlib.sha256(name.encode()).digest()


class PasskeyTests(FactorTestCase):
    def options(self, client, address):
        data = client.get(address, secure=True).context["js_data"]
        options = data.get("creation_options") or data["request_options"]
        return json.loads(json.dumps(options))["publicKey"]

    def with_passkey(self):
        client, passkey, address = logged_in(), Passkey(), reverse("mfa_add_webauthn")
        sent = {"name": "My phone", "credential": passkey.made(self.options(client, address))}
        with self.captureOnCommitCallbacks(execute=True):
            self.assertRedirects(client.post(address, sent, secure=True), CODES, fetch_redirect_response=False)
        return client, passkey

    def test_passkey_is_added_asked_for_and_lets_in(self):
        _first, passkey = self.with_passkey()
        client = Client()
        send("chief", RIGHT, client=client)
        options = self.options(client, SHOW)
        client.post(SHOW, {"credential": Passkey().shown(options)}, secure=True)
        assert not may_work(client)
        options = self.options(client, SHOW)
        client.post(SHOW, {"credential": passkey.shown(options)}, secure=True)
        assert may_work(client)

    def test_what_one_log_in_was_shown_opens_no_other(self):
        _first, passkey = self.with_passkey()
        client, thief = Client(), Client()
        for one in (client, thief):
            send("chief", RIGHT, client=one)
        shown = passkey.shown(self.options(client, SHOW))
        self.options(thief, SHOW)
        thief.post(SHOW, {"credential": shown}, secure=True)
        assert not may_work(thief)

    def test_junk_in_place_of_a_passkey_is_an_answer(self):
        self.with_passkey()
        client = Client()
        send("chief", RIGHT, client=client)
        for junk in ("", "{}", "[]", "null", '{"id": 1}', '{"id": "x", "response": {}}', "x" * 10_000):
            self.options(client, SHOW)
            assert client.post(SHOW, {"credential": junk}, secure=True).status_code == 200, junk
            assert not may_work(client)

    def test_passkey_is_removed(self):
        client, _passkey = self.with_passkey()
        self.assertContains(client.get(OVERVIEW), "My phone")
        row = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
        client.post(reverse("mfa_remove_webauthn", args=[row.pk]))
        assert not Authenticator.objects.exists()

    def test_passkey_of_another_is_not_removed(self):
        self.with_passkey()
        make_person("rustam", roles.CHIEF_EDITOR)
        row = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
        assert logged_in("rustam").post(reverse("mfa_remove_webauthn", args=[row.pk])).status_code == 404
        assert Authenticator.objects.filter(pk=row.pk).exists()


def second_factor_pause():
    from newsroom.desk.account_adapter import FRESH

    return FRESH * 1.1
