"""Where people are logged in: noted while they work, listed by person, ended one by one or all at once.

Sessions are Django's own, kept in the database, so ending one is deleting it: its next request is a stranger's.
"""

import logging
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import LoginSession
from articles.models.access import secret_digest

logger = logging.getLogger(__name__)
EXACT = 300  # seconds to which it is known when a session was last used
MOST_NOTED = 10_000  # sessions whose last use one process remembers
LONGEST_AGENT = 400  # characters of what a browser says of itself that are looked at
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
noted: dict[str, float] = {}  # digests of keys, with the time at which this process noted each


def middleware(get_response: Any) -> Any:
    """Note that a session is in use, at most once in five minutes, after the page of the desk is made."""

    def answer(request: Any) -> Any:
        response = get_response(request)
        if request.path.startswith("/admin/") and (user := getattr(request, "user", None)) and user.is_authenticated:
            note_session(request, user)
        return response

    return answer


def note_session(request: Any, user: User) -> None:
    """Keep that ``user`` uses the request's session; that this can't be kept keeps nobody from working."""
    key, now = request.session.session_key, timezone.now()
    if not key or now.timestamp() - noted.get(secret_digest(key), 0) < EXACT:
        return
    if len(noted) >= MOST_NOTED:
        noted.clear()
    noted[secret_digest(key)] = now.timestamp()
    try:
        with transaction.atomic():
            browser = browser_of(request.META.get("HTTP_USER_AGENT", ""))
            kept = {"user": user, "browser": browser, "seen_at": now}
            LoginSession.objects.update_or_create(key_digest=secret_digest(key), defaults=kept)
    except DatabaseError:
        logger.exception("It was not noted where user %s is logged in.", user.pk)


def began(sender: Any, request: Any, user: User, **kwargs: Any) -> None:
    """Somebody logged in: note it, and remove what is left of sessions that ran out."""
    if request is None or not user.is_staff:
        return
    note_session(request, user)
    _store().clear_expired()
    over = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE + EXACT)
    LoginSession.objects.filter(seen_at__lt=over).delete()


def note_logout(sender: Any, request: Any, **kwargs: Any) -> None:
    """Somebody logged out."""
    if key := request.session.session_key:
        LoginSession.objects.filter(key_digest=secret_digest(key)).delete()


def sessions_of(user: User, here: str | None = None) -> list[LoginSession]:
    """The sessions of ``user`` that are open, the last used first; ``is_here`` is the one whose key is ``here``."""
    open_now = {secret_digest(key) for key in _keys()}
    found = [row for row in LoginSession.objects.filter(user=user) if row.key_digest in open_now]
    mine = secret_digest(here) if here else ""
    for row in found:
        row.is_here = row.key_digest == mine
    return found


def end_session(row: LoginSession) -> int:
    """End one session; 1, or 0 if it had ended by itself."""
    mine = [key for key in _keys() if secret_digest(key) == row.key_digest]
    for key in mine:
        _store()(key).delete()
    row.delete()
    return len(mine)


def end_all(user: User, but: str | None = None) -> int:
    """End every session of ``user``, except the one with the key ``but``; how many."""
    rows = LoginSession.objects.all()
    of_user = set(rows.filter(user=user).values_list("key_digest", flat=True))
    of_others = set(rows.exclude(user=user).values_list("key_digest", flat=True))
    ended = 0
    for key in _keys():
        if key == but or secret_digest(key) in of_others:
            continue
        if secret_digest(key) in of_user or _is_of(
            user, key
        ):  # one that was not used since sessions are noted has no row
            _store()(key).delete()
            ended += 1
    rows.filter(user=user).exclude(key_digest=secret_digest(but or "")).delete()
    return ended


def browser_of(agent: str) -> str:
    """A browser and its system in words, by what it says of itself: Firefox on Windows."""
    agent = agent[:LONGEST_AGENT]
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    where = CALLED.get(system, system)
    if browser and where:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": where}
    return browser or where


def _store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore


def _keys() -> list[str]:
    """The keys of all sessions that are open: of the desk's people alone, as readers have none."""
    sessions = _store().get_model_class().objects
    return list(sessions.filter(expire_date__gt=timezone.now()).values_list("session_key", flat=True))


def _is_of(user: User, key: str) -> bool:
    return str(_store()(key).get(SESSION_KEY, "")) == str(user.pk)
