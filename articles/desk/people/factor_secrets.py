"""The secrets of second factors as they are stored: seeds encrypted by a key of the secret key, recovery codes hashed.

A text says by its first letters what wrote it, so that what was stored before, or under a former key, is still read.
"""

import base64
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from articles.models import SiteSettings

CONTEXT = b"newsroom: secrets of second factors"
BY_FERNET, BY_GCM = CONTEXT, CONTEXT + b", AES-256-GCM"  # each cipher has a key of its own
GCM, HASHED = "gcm:", "argon2$"  # what a stored text begins with; others are Fernet's
NONCE_BYTES, SALT_BYTES = 12, 16
HASHES, SALT = "migrated_codes", "salt"  # in the data of recovery codes; the first is allauth's name for single codes
SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}  # of each kind, by its name


class RecoveryCodeHasher(Argon2PasswordHasher):
    """Argon2id with 19 MB: ten codes are hashed when they are made, and one when it is typed."""

    memory_cost, time_cost, parallelism = 19 * 1024, 2, 1


class SecretsAtRest(DefaultMFAAdapter):
    """allauth's adapter, which encrypts the secrets of factors before they are stored."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This is not the right one. Look at what the app shows now, and try again."),
    }

    def encrypt(self, text: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = AESGCM(_derived(settings.SECRET_KEY, BY_GCM))
        return GCM + base64.urlsafe_b64encode(nonce + cipher.encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the text of a secret; in place of a hash something that nobody can type."""
        if encrypted_text.startswith(HASHED):
            return secrets.token_hex(32)
        for secret_key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            if (text := _decrypted(encrypted_text, secret_key)) is not None:
                return text
        raise ValidationError(
            _(
                "The server’s secret key has changed, so your second factor can’t be read. Ask an administrator to "
                "reset it."
            )
        )

    def get_totp_issuer(self) -> str:
        return SiteSettings.current().name

    def get_totp_label(self, user: Any) -> str:
        return user.get_username()


def _decrypted(encrypted_text: str, secret_key: str) -> str | None:
    """Return what ``secret_key`` encrypted; None for what it did not."""
    try:
        if encrypted_text.startswith(GCM):
            data = base64.urlsafe_b64decode(encrypted_text.removeprefix(GCM))
            cipher = AESGCM(_derived(secret_key, BY_GCM))
            return cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None).decode()
        former_cipher = Fernet(base64.urlsafe_b64encode(_derived(secret_key, BY_FERNET)))
        return former_cipher.decrypt(encrypted_text.encode()).decode()
    except (InvalidTag, InvalidToken, ValueError):
        return None


@lru_cache(maxsize=8)
def _derived(secret_key: str, context: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=context).derive(secret_key.encode())


@contextmanager
def readable_seed(session: Any) -> Iterator[None]:
    """Let allauth read and make the seed of an app that is being set up, which is stored encrypted in the session."""
    adapter = SecretsAtRest()
    try:
        if SECRET_SESSION_KEY in session:
            session[SECRET_SESSION_KEY] = adapter.decrypt(session[SECRET_SESSION_KEY])
    except ValidationError:
        del session[SECRET_SESSION_KEY]
    try:
        yield
    finally:
        if SECRET_SESSION_KEY in session:
            session[SECRET_SESSION_KEY] = adapter.encrypt(session[SECRET_SESSION_KEY])


def hash_recovery_codes(user: User, codes: list[str]) -> None:
    """Store the digests of ``codes`` in place of the seed that they were made of: they were shown, for once."""
    salt, hasher = secrets.token_hex(SALT_BYTES), RecoveryCodeHasher()
    data = {HASHES: [hasher.encode(code, salt) for code in codes], SALT: salt, "viewed_at": time.time()}
    _recovery_codes(user).update(data=data)


def use_recovery_code(user: User, code: str) -> Authenticator | None:
    """Return the recovery codes of ``user`` if ``code`` is one of them that was not used; it is used then."""
    row, digits = _recovery_codes(user).first(), "".join(code.split())
    if row is None or not row.data.get(SALT) or len(digits) != settings.MFA_RECOVERY_CODE_DIGITS:
        return None
    digest = RecoveryCodeHasher().encode(digits, row.data[SALT])
    with transaction.atomic():
        row = _recovery_codes(user).select_for_update().get()
        unused = [stored for stored in row.data[HASHES] if not constant_time_compare(stored, digest)]
        if len(unused) == len(row.data[HASHES]):
            return None
        row.data[HASHES] = unused
        row.save(update_fields=["data"])
    return row


def _recovery_codes(user: User) -> Any:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)


def needing_former_key() -> list[Authenticator]:
    """Return the factors that the secret key alone can't read."""
    return [row for row, text in _encrypted() if _decrypted(text, settings.SECRET_KEY) is None]


def renew_secrets() -> tuple[int, list[Authenticator]]:
    """Encrypt each seed by the secret key, hash codes that were shown; return how many, and what no key reads."""
    renewed, unreadable = 0, []
    for row, _text in _encrypted():
        try:
            _renew(row.pk)
        except ValidationError:
            unreadable.append(row)
        else:
            renewed += 1
    return renewed, unreadable


def _encrypted() -> list[tuple[Authenticator, str]]:
    rows = Authenticator.objects.filter(type__in=SECRETS).select_related("user").order_by("pk")
    return [(row, row.data[SECRETS[row.type]]) for row in rows if SECRETS[row.type] in row.data]


def _renew(pk: int) -> None:
    adapter = SecretsAtRest()
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().select_related("user").get(pk=pk)
        name = SECRETS[row.type]
        if row.data.get("viewed_at"):
            hash_recovery_codes(row.user, row.wrap().get_unused_codes())
        elif name in row.data:
            row.data[name] = adapter.encrypt(adapter.decrypt(row.data[name]))
            row.save(update_fields=["data"])
