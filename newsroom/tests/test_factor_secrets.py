"""How secrets of second factors are stored, and what another secret key means for them, for sessions and for links."""

import base64
import re
from datetime import timedelta
from io import StringIO

import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.utils import timezone

from articles.desk.people import factor_secrets, links
from articles.tests.test_sign_in import RIGHT, send
from newsroom.tests.test_second_factor import ADD_APP, SHOW, FactorTestCase, code_of, logged_in, may_work, set_up_app

NEWER = "n" * 50
RENEWED = re.compile(r"^(\d+) secrets are encrypted by NEWSROOM_SECRET_KEY now\.$", re.MULTILINE)


def by_fernet(text):
    """What was stored before this code."""
    key = factor_secrets._derived(settings.SECRET_KEY, factor_secrets.BY_FERNET)
    return Fernet(base64.urlsafe_b64encode(key)).encrypt(text.encode()).decode()


def lets_in(code, username="chief"):
    client = Client()
    send(username, RIGHT, client=client)
    client.post(SHOW, {"code": code})
    return may_work(client)


class StoredTests(FactorTestCase):
    def stored(self, kind):
        return Authenticator.objects.get(user=self.chief, type=kind).data

    def test_seeds_are_encrypted_by_aes_256_gcm_each_time_otherwise(self):
        adapter = factor_secrets.SecretsAtRest()
        texts = {adapter.encrypt("JBSWY3DP") for _number in range(3)}
        assert len(texts) == 3
        assert len(factor_secrets._derived(settings.SECRET_KEY, factor_secrets.BY_GCM)) * 8 == 256
        for text in texts:
            assert text.startswith(factor_secrets.GCM)
            assert adapter.decrypt(text) == "JBSWY3DP"
            assert "JBSWY3DP" not in text

    def test_what_was_altered_or_is_of_another_key_is_not_read(self):
        adapter = factor_secrets.SecretsAtRest()
        text = adapter.encrypt("JBSWY3DP")
        data = bytearray(base64.urlsafe_b64decode(text.removeprefix(factor_secrets.GCM)))
        for place in range(len(data)):
            data[place] ^= 1
            with self.assertRaises(ValidationError):
                adapter.decrypt(factor_secrets.GCM + base64.urlsafe_b64encode(data).decode())
            data[place] ^= 1
        for other in (factor_secrets.GCM, f"{factor_secrets.GCM}!", "", "nonsense", by_fernet("x")[:-4]):
            with self.assertRaises(ValidationError):
                adapter.decrypt(other)
        with override_settings(SECRET_KEY=NEWER), self.assertRaises(ValidationError):
            adapter.decrypt(text)

    def test_what_fernet_wrote_is_read_and_renewed(self):
        secret, _codes = self.with_app()
        row = Authenticator.objects.get(type=Authenticator.Type.TOTP)
        row.data["secret"] = by_fernet(secret)
        row.save()
        assert lets_in(code_of(secret))
        call_command("renew_secrets", stdout=StringIO())
        assert self.stored("totp")["secret"].startswith(factor_secrets.GCM)
        assert factor_secrets.SecretsAtRest().decrypt(self.stored("totp")["secret"]) == secret

    def test_seed_of_an_app_that_is_being_set_up_is_encrypted_in_the_session(self):
        client = logged_in()
        secret = client.get(ADD_APP).context["form"].secret
        kept = [str(row.get_decoded()) for row in Session.objects.all()]
        assert any(factor_secrets.GCM in session for session in kept)
        assert not any(secret in session for session in kept)
        client.post(ADD_APP, {"code": "000000"})
        assert client.post(ADD_APP, {"code": code_of(secret, -1)}).status_code == 302

    def test_seed_that_the_session_had_in_the_clear_before_is_made_anew(self):
        client = logged_in()
        session = client.session
        session["mfa.totp.secret"] = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
        session.save()
        page = client.post(ADD_APP, {"code": code_of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")})
        self.assertContains(page, "This is not the right one")

    def test_recovery_codes_are_hashed_once_they_were_shown(self):
        _secret, codes = self.with_app()
        stored = self.stored("recovery_codes")
        assert "seed" not in stored
        assert len(set(stored[factor_secrets.HASHES])) == len(codes) == 10
        for digest in stored[factor_secrets.HASHES]:
            assert digest.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
        assert len(bytes.fromhex(stored[factor_secrets.SALT])) * 8 >= 32
        assert not any(code in str(stored) for code in codes)

    def test_digest_is_no_code_and_each_code_works_once_by_itself(self):
        _secret, codes = self.with_app()
        for wrong in (*self.stored("recovery_codes")[factor_secrets.HASHES][:2], "00000000", codes[0][:-1], ""):
            assert not lets_in(wrong), wrong
        assert lets_in(f"{codes[3][:4]} {codes[3][4:]}")
        assert not lets_in(codes[3])
        assert lets_in(codes[0])
        assert len(self.stored("recovery_codes")[factor_secrets.HASHES]) == 8

    def test_codes_that_were_shown_before_this_code_are_hashed_by_the_command(self):
        _secret, _codes = self.with_app()
        row = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
        row.data = {"seed": by_fernet("ab" * 40), "used_mask": 1, "viewed_at": 1.0}
        row.save()
        codes = row.wrap().get_unused_codes()
        assert len(codes) == 9
        assert lets_in(codes[8])
        call_command("renew_secrets", stdout=StringIO())
        assert "seed" not in self.stored("recovery_codes")
        assert not lets_in(codes[8])
        assert lets_in(codes[0])


class AnotherKeyTests(FactorTestCase):
    """docs/operators.md, “Changing the key”, step by step."""

    def test_after_the_command_the_former_key_can_be_taken_away(self):
        with self.captureOnCommitCallbacks(execute=True):
            used, unused = logged_in(), None
            secret, codes = set_up_app(used)
        unused = Client()
        send("chief", RIGHT, client=unused)
        unused.post(SHOW, {"code": codes[9]})
        _link, address = links.make_link(self.chief, by=None)
        with override_settings(SECRET_KEY=NEWER, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            assert may_work(used)
            assert lets_in(code_of(secret))
            assert len(factor_secrets.needing_former_key()) == 1
            text = StringIO()
            call_command("renew_secrets", stdout=text)
            assert RENEWED.search(text.getvalue())[1] == "1"
            assert "FALLBACKS can be taken away" in text.getvalue()
            assert factor_secrets.needing_former_key() == []
        with override_settings(SECRET_KEY=NEWER), time_machine.travel(timezone.now() + timedelta(minutes=2)):
            assert may_work(used)
            assert not may_work(unused)
            assert lets_in(code_of(secret))
            assert lets_in(codes[0])
            form = Client().get(address, follow=True)
            assert form.status_code == 200
            data = {"new_password1": "a new river here", "new_password2": "a new river here"}
            assert Client().post(address, data).status_code == 302

    def test_who_is_lost_without_the_former_key_is_named_and_nothing_is_destroyed(self):
        secret, _codes = self.with_app()
        before = Authenticator.objects.get(type=Authenticator.Type.TOTP).data
        with override_settings(SECRET_KEY=NEWER), self.assertRaisesMessage(CommandError, "second factor of: chief"):
            call_command("renew_secrets", stdout=StringIO())
        assert Authenticator.objects.get(type=Authenticator.Type.TOTP).data == before
        assert lets_in(code_of(secret))
