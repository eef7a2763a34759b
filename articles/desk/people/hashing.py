"""Hashing passwords: each takes 100 MB for a moment, so only a few are computed at once in a process."""

from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 2  # a process with two takes 200 MB more than without
_places = BoundedSemaphore(AT_ONCE)


class FewAtOnce(Argon2PasswordHasher):
    """Django's Argon2; whoever comes while ``AT_ONCE`` are at work waits."""

    def encode(self, password, salt):
        with _places:
            return super().encode(password, salt)

    def verify(self, password, encoded):
        with _places:
            return super().verify(password, encoded)
