"""How often somebody may try to log in: bounded for each account and each address, before any password is hashed.

An attempt is written down before it is made, in a transaction of its own, and only then counted: of any number that
come at once, in any number of processes and on any machine, no more than allowed are made. Names are counted as they
are typed, whether there is such a login or not, so that nothing tells which logins exist.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from django.contrib.auth.models import User
from django.db.models import Min
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import LoginAttempt
from articles.models.access import secret_digest
from ground.client_address import client_address, network_of

WINDOW = timedelta(minutes=15)
MOST_OF_ACCOUNT = 10  # wrong passwords, or wrong codes, in that time
MOST_OF_ADDRESS = 40  # of all people behind one address, as in a newsroom
MOST_WAITING = 8  # of one process: more would keep its threads from readers
REMOVED_AT_ONCE = 200
_places = BoundedSemaphore(MOST_WAITING)


class TooManyAttemptsError(Exception):
    """Nobody looked at the password, because there were too many attempts; it says when to try again."""

    def __init__(self, wait: timedelta):
        self.wait = max(wait, timedelta(seconds=1))
        minutes = -(-int(self.wait.total_seconds()) // 60) or 1
        text = ngettext(
            "There were too many attempts to log in. Wait a minute, then try again.",
            "There were too many attempts to log in. Wait %(minutes)d minutes, then try again.",
            minutes,
        )
        super().__init__(text % {"minutes": minutes})


class BusyError(TooManyAttemptsError):
    """So many people log in at this moment that this one can't be looked at."""

    def __init__(self) -> None:
        super().__init__(timedelta(seconds=5))
        self.args = (_("Many people are logging in at this moment. Try again in some seconds."),)


@dataclass
class Attempt:
    """An attempt that may be made; ``forgive`` takes it back, because it was right."""

    rows: list[int] = field(default_factory=list)

    def forgive(self) -> None:
        LoginAttempt.objects.filter(pk__in=self.rows).delete()


def begin_attempt(*bounds: tuple[str, int]) -> Attempt:
    """Count an attempt against each key of ``bounds``; raise if that makes more than the number beside the key.

    What is refused is not counted, so nobody makes others wait longer by trying on.
    """
    now = timezone.now()
    old = LoginAttempt.objects.filter(at__lt=now - WINDOW).order_by("at").values_list("pk", flat=True)
    LoginAttempt.objects.filter(pk__in=list(old[:REMOVED_AT_ONCE])).delete()
    attempt = Attempt()
    for key, most in bounds:
        digest = secret_digest(key)
        attempt.rows.append(LoginAttempt.objects.create(key_digest=digest, at=now).pk)
        counted = LoginAttempt.objects.filter(key_digest=digest, at__gt=now - WINDOW)
        if counted.count() > most:
            oldest: datetime = counted.aggregate(at=Min("at"))["at"]
            attempt.forgive()
            raise TooManyAttemptsError(oldest + WINDOW - now)
    return attempt


def bounds_of(request: HttpRequest, login: str, *, is_known: bool = False) -> list[tuple[str, int]]:
    """Return what an attempt to log in as ``login`` counts against.

    A browser in which this person was logged in before (``is_known``) has a count of its own, so that nobody keeps
    people from their desk by typing wrong passwords for them.
    """
    account = f"{'known' if is_known else 'account'}:{login.lower()}"
    return [(account, MOST_OF_ACCOUNT), (f"address:{network_of(client_address(request))}", MOST_OF_ADDRESS)]


@contextmanager
def place() -> Iterator[None]:
    """Take one of the few places in which passwords are looked at; raise at once if all are taken."""
    if not _places.acquire(blocking=False):
        raise BusyError
    try:
        yield
    finally:
        _places.release()


def try_password(bounds: list[tuple[str, int]], check: Callable[[], User | None]) -> User | None:
    """Return whom ``check`` finds by a password, if another attempt may be made; a right one is not counted."""
    with place():
        attempt = begin_attempt(*bounds)
        if user := check():
            attempt.forgive()
        return user
