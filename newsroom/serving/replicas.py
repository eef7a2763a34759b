"""Which database answers: replicas serve readers' requests, the primary serves the desk and all writes.

A replica runs behind the primary. Cached pages must not be made from one that does not show the newest generation's
write yet: each generation has the position of the primary's log, and a replica is asked whether it has reached it.
Until it has, and while it is away, the primary answers.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse

from ground import outcomes
from newsroom.postgresql import patience
from newsroom.serving import generation

logger = logging.getLogger(__name__)
PRIMARY = DEFAULT_DB_ALIAS
PAUSE = 5.0  # seconds that a failed replica is not used
LATE = 0.4  # seconds after which replicas were waited for in vain
AFTER_LATE = 1.5  # seconds that the primary has for the page then
OTHERS = ("/admin/", "/preview/", "/healthz", "/readyz")

_asked: ContextVar[str] = ContextVar("database of this request", default=PRIMARY)
_reached: dict[str, str] = {}  # the generation that each replica is known to show
_away_until: dict[str, float] = {}  # by the monotonic clock


class ReadersMayAskReplicas:
    """Django's database router."""

    def db_for_read(self, model, **hints):
        return _asked.get()

    def db_for_write(self, model, **hints):
        return PRIMARY

    def allow_relation(self, one, other, **hints):
        return True  # all have the same rows

    def allow_migrate(self, db, app_label, **hints):
        return db == PRIMARY


def for_readers(get_response):
    """Middleware that sends a reader's queries to an up-to-date replica, and to the primary if that fails.

    It also says what kind of work the request is, by which is limited how long it waits for a database.
    """

    def middleware(request):
        outcomes.begin_work()
        if not _is_readers(request):
            with patience.doing("desk"):
                return get_response(request)
        began = time.monotonic()
        if settings.REPLICAS:
            request.generation = getattr(request, "generation", None) or generation.current()
            if response := _ask_replica(get_response, request):
                return response
        is_late = time.monotonic() - began > LATE
        with patience.doing("reader"), patience.within(AFTER_LATE if is_late else None):
            return get_response(request)

    return middleware


def _ask_replica(get_response: Callable, request: HttpRequest) -> HttpResponse | None:
    """Return the answer that a replica gives; None if none is up to date, or that one fails."""
    with patience.doing("replica"):
        replica = choose_database(request.generation)  # type: ignore[attr-defined] # set by the caller
        if replica == PRIMARY:
            return None
        with asking(replica):
            response = get_response(request)
        if response.status_code < 500:
            return response
        _set_aside(replica)
        return None


@contextmanager
def asking(alias: str) -> Iterator[None]:
    """Make models read from ``alias``."""
    before = _asked.set(alias)
    try:
        yield
    finally:
        _asked.reset(before)


def choose_database(token: str) -> str:
    """Return any replica that shows the generation ``token``; else the primary."""
    now = time.monotonic()
    aliases = [alias for alias in settings.REPLICAS if _away_until.get(alias, 0) < now]
    random.shuffle(aliases)
    return next((alias for alias in aliases if _has_reached(alias, token)), PRIMARY)


def _has_reached(alias: str, token: str) -> bool:
    if _reached.get(alias) == token:
        return True
    position = generation.position_of(token)
    if not position:  # its write is unknown: the next one has a position
        return False
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT COALESCE(pg_last_wal_replay_lsn() >= %s::pg_lsn, true)", [position])
            if cursor.fetchone()[0]:
                _reached[alias] = token
    except Exception:  # whatever the driver raises, another answers
        _set_aside(alias)
    return _reached.get(alias) == token


def _set_aside(alias: str) -> None:
    logger.error("The database %s does not answer; others are asked for a while.", alias)
    _away_until[alias] = time.monotonic() + PAUSE


def _is_readers(request: HttpRequest) -> bool:
    if request.method not in {"GET", "HEAD"} or request.path.startswith(OTHERS):
        return False
    return settings.SESSION_COOKIE_NAME not in request.META.get("HTTP_COOKIE", "")
