"""Sessions of people: recorded while they work, listed by person, ended one by one or all at once.

Sessions are Django's own, stored in the database; deleting one ends it.
"""

import logging
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.desk.people.session_store import BEGAN
from articles.models import LoginSession
from articles.models.access import secret_digest
from ground import outcomes

logger = logging.getLogger(__name__)
EXACT = 300  # seconds of precision of the time when a session was last used
MOST_NOTED = 10_000  # sessions whose last use one process remembers
LONGEST_AGENT = 400  # characters of the User-Agent header that are read
BROWSERS = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser", "Yandex Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
]
SYSTEMS = ["iPhone", "iPad", "Android", "Windows", "CrOS", "Macintosh", "Linux"]
CALLED = {"Macintosh": "Mac", "CrOS": "ChromeOS"}
noted: dict[str, float] = {}  # digests of keys, with the time at which this process recorded each


def middleware(get_response: Any) -> Any:
    """Record the use of a session, at most once in five minutes, after a page of the desk was made."""

    def answer(request: Any) -> Any:
        response = get_response(request)
        by_itself = request.path.endswith("/pulse/")  # an open form asks each minute, whether anybody sits there or not
        if (
            request.path.startswith("/admin/")
            and not by_itself
            and (user := getattr(request, "user", None))
            and user.is_authenticated
        ):
            note_session(request, user)
        return response

    return answer


def note_session(request: Any, user: User) -> None:
    """Record that ``user`` uses the request's session; a failure to do so prevents nobody from working."""
    key, now = request.session.session_key, timezone.now()
    if not key or now.timestamp() - noted.get(secret_digest(key), 0) < EXACT:
        return
    if len(noted) >= MOST_NOTED:
        noted.clear()
    noted[secret_digest(key)] = now.timestamp()
    request.session.setdefault(BEGAN, now.timestamp())  # of a log in before this was noted
    try:
        with outcomes.in_passing(), transaction.atomic():
            browser = browser_of(request.META.get("HTTP_USER_AGENT", ""))
            session_values = {"user": user, "browser": browser, "seen_at": now}
            LoginSession.objects.update_or_create(key_digest=secret_digest(key), defaults=session_values)
            request.session.prolong()
    except DatabaseError:
        logger.exception("It was not noted where user %s is logged in.", user.pk)


def began(sender: Any, request: Any, user: User, **kwargs: Any) -> None:
    """Record a login, and delete the rows of expired sessions."""
    if request is None or not user.is_staff:
        return
    request.session[BEGAN] = timezone.now().timestamp()
    note_session(request, user)
    _store().clear_expired()
    over = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE + EXACT)
    LoginSession.objects.filter(seen_at__lt=over).delete()


def renew_key(sender: Any, request: Any, reauthenticated: bool = False, **kwargs: Any) -> None:
    """Give the session another key when somebody shows again, within it, that it is they."""
    if not reauthenticated:
        return
    former_digest = secret_digest(request.session.session_key)
    request.session.cycle_key()
    digest = secret_digest(request.session.session_key)
    LoginSession.objects.filter(key_digest=former_digest).update(key_digest=digest)


def note_logout(sender: Any, request: Any, **kwargs: Any) -> None:
    """Delete the row of a session when somebody logs out."""
    if key := request.session.session_key:
        LoginSession.objects.filter(key_digest=secret_digest(key)).delete()


def sessions_of(user: User, here: str | None = None) -> list[LoginSession]:
    """Return the open sessions of ``user``, the last used first; ``is_here`` marks the one with the key ``here``."""
    open_now = {secret_digest(key) for key in _open_sessions()}
    rows = [row for row in LoginSession.objects.filter(user=user) if row.key_digest in open_now]
    mine = secret_digest(here) if here else ""
    for row in rows:
        row.is_here = row.key_digest == mine
    return rows


def end_session(row: LoginSession) -> int:
    """End one session; return 1, or 0 if it had ended by itself."""
    mine = [key for key in _open_sessions() if secret_digest(key) == row.key_digest]
    for key in mine:
        _store()(key).delete()
    row.delete()
    return len(mine)


def end_all(user: User, but: str | None = None) -> int:
    """End every session of ``user`` except the one with the key ``but``, and return how many."""
    rows = LoginSession.objects.all()
    of_user = set(rows.filter(user=user).values_list("key_digest", flat=True))
    of_others = set(rows.exclude(user=user).values_list("key_digest", flat=True))
    keys = [
        key
        for key, session in _open_sessions().items()
        if key != but
        and secret_digest(key) not in of_others
        # A session not used since sessions are recorded has no row.
        and (secret_digest(key) in of_user or _is_of(user, session))
    ]
    _store().get_model_class().objects.filter(session_key__in=keys).delete()
    rows.filter(user=user).exclude(key_digest=secret_digest(but or "")).delete()
    return len(keys)


def browser_of(agent: str) -> str:
    """Return a browser and its system in words, from its User-Agent header: Firefox on Windows."""
    agent = agent[:LONGEST_AGENT]
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    where = CALLED.get(system, system)
    if browser and where:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": where}
    return browser or where


def _store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore


def _open_sessions() -> dict[str, AbstractBaseSession]:
    """Return all open sessions by their keys; only people of the desk have any."""
    sessions = {
        session.session_key: session
        for session in _store().get_model_class().objects.filter(expire_date__gt=timezone.now())
    }
    users = {str(user.pk): user for user in User.objects.filter(is_staff=True)}
    return {key: session for key, session in sessions.items() if not _is_over(session, users)}


def _is_over(session: AbstractBaseSession, users: dict[str, User]) -> bool:
    """Return whether a session ended by another password of its user: the next request with it is out (Django's
    get_user).
    """
    values = session.get_decoded()
    user = users.get(str(values.get(SESSION_KEY, "")))
    if user is None:
        return False
    valid_hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return values.get(HASH_SESSION_KEY, "") not in valid_hashes


def _is_of(user: User, session: AbstractBaseSession) -> bool:
    return str(session.get_decoded().get(SESSION_KEY, "")) == str(user.pk)
