"""The one client that asks banks for their rates: politely, by https alone, and never for long or for much."""

import http.client
import random
import socket
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError
from urllib3.exceptions import TimeoutError as SlowError
from urllib3.response import BaseHTTPResponse

CONNECT, READ, WHOLE = 4.0, 6.0, 20.0  # seconds: to reach it, for a piece of an answer, for everything
MOST_BYTES = 2 * 1024 * 1024  # after decompression; the longest of the daily lists has some 30 KB
PIECE = 16 * 1024
TRIES = 3
PAUSE = 0.5  # seconds before the second try, doubled for the third, and shaken by half
AGAIN = {429, 500, 502, 503, 504}
REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 2
LOOPBACK = {"127.0.0.1", "localhost", "::1"}  # asked without https too: a stub in a test, a proxy of one's own


class FetchError(Exception):
    """Why nothing came: a sentence for the rates desk. ``status`` is what was answered, if anything."""

    def __init__(self, sentence: str, status: int | None = None):
        super().__init__(sentence)
        self.status = status


class _AgainError(FetchError):
    """It may work in a moment."""


@dataclass(frozen=True)
class Validators:
    """By which the next asking learns that nothing changed."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class Answer:
    """What came: nothing but ``unchanged``, if it is what ``validators`` were given for."""

    body: bytes
    unchanged: bool
    validators: Validators


def get(address: str, validators: Validators | None = None, *, whole: float | None = None) -> Answer:
    """What is at ``address``, within ``whole`` seconds (WHOLE) with all its tries; FetchError says why nothing came."""
    until = time.monotonic() + (WHOLE if whole is None else whole)
    for number in range(TRIES):
        try:
            return _follow(address, validators or Validators(), until)
        except _AgainError as trouble:
            pause = PAUSE * 2**number * random.uniform(0.5, 1.5)  # noqa: S311 - spreads requests, and is no secret
            if number + 1 == TRIES or time.monotonic() + pause >= until:
                raise FetchError(str(trouble), trouble.status) from None
            time.sleep(pause)
    raise AssertionError("unreachable")


def _follow(address: str, validators: Validators, until: float) -> Answer:
    """Ask, and go where the same host sends us."""
    for _redirect in range(MOST_REDIRECTS + 1):
        answer, moved_to = _ask(address, validators, until)
        if answer is not None:
            return answer
        address = _next(address, moved_to)
    raise FetchError(_("%(host)s sends us round in a circle.") % {"host": urlsplit(address).hostname})


def _next(address: str, moved_to: str) -> str:
    old = urlsplit(address)
    try:
        new = urlsplit(urljoin(address, moved_to))
        is_same = (new.hostname, new.port) == (old.hostname, old.port)
    except ValueError:
        raise FetchError(_("%(host)s sends us to what is no address.") % {"host": old.hostname}) from None
    if not is_same:
        told = {"host": old.hostname, "other": (new.hostname or "?")[:100]}
        raise FetchError(_("%(host)s sends us to another host, %(other)s, which is not asked.") % told)
    return new.geturl()


def _ask(address: str, validators: Validators, until: float) -> tuple[Answer | None, str]:
    """One request: the answer, or where it has moved to."""
    parts = urlsplit(address)
    connection = _connection(parts, until)
    left = until - time.monotonic()
    brake = threading.Timer(max(0.01, left), connection.stop)
    brake.daemon = True
    brake.start()
    try:
        return _exchange(connection, parts, validators, until)
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as trouble:
        raise _silent(parts, trouble, is_late=time.monotonic() >= until or connection.stopped) from None
    finally:
        brake.cancel()
        connection.close()
        connection.let_go()


def _exchange(
    connection: "_Plain | _Secure", parts: SplitResult, validators: Validators, until: float
) -> tuple[Answer | None, str]:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.connect()
    connection.sock.settimeout(READ)
    connection.request("GET", target, headers=_headers(validators), preload_content=False)
    response = connection.getresponse()
    if connection.stopped:
        raise TimeoutError
    told = {"host": parts.hostname, "status": response.status}
    if response.status in REDIRECTS and response.headers.get("Location"):
        return None, response.headers["Location"]
    if response.status == HTTPStatus.NOT_MODIFIED and validators != Validators():
        return Answer(b"", True, validators), ""
    if response.status in AGAIN:
        raise _AgainError(_("%(host)s answered with an error (%(status)s).") % told, response.status)
    if response.status != HTTPStatus.OK:
        raise FetchError(_("%(host)s refused to answer (%(status)s).") % told, response.status)
    if "html" in response.headers.get("Content-Type", "").lower():
        raise FetchError(_("%(host)s answered with a web page instead of rates.") % told)
    body = _read(response, parts, until)
    if connection.stopped:
        raise TimeoutError
    etag, modified = (response.headers.get(name, "")[:200] for name in ("ETag", "Last-Modified"))
    return Answer(body, False, Validators(etag, modified)), ""


def _read(response: BaseHTTPResponse, parts: SplitResult, until: float) -> bytes:
    body = bytearray()
    while piece := response.read1(PIECE):  # type: ignore[attr-defined] # the base class doesn't name it
        body += piece
        if len(body) > MOST_BYTES:
            told = {"host": parts.hostname, "limit": MOST_BYTES // 1024 // 1024}
            raise FetchError(_("%(host)s sends more than %(limit)s MB, which are no rates.") % told)
        if time.monotonic() >= until:
            raise TimeoutError
    return bytes(body)


def _headers(validators: Validators) -> dict[str, str]:
    contact = settings.CONTACT or settings.SITE_ROOT
    headers = {
        "User-Agent": f"newsroom-rates/1.0 (a newspaper's rate bar, a few requests a day; {contact})",
        "Accept": "application/xml, application/json, text/xml, */*;q=0.1",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return headers | {name: value for name, value in conditions.items() if value}


def _silent(parts: SplitResult, trouble: Exception, *, is_late: bool) -> FetchError:
    told = {"host": parts.hostname}
    if isinstance(trouble, DecodeError):
        return FetchError(_("%(host)s sends what can't be unpacked.") % told)
    if is_late or isinstance(trouble, (TimeoutError, SlowError)):
        kind = FetchError if is_late else _AgainError
        return kind(_("%(host)s took too long to answer.") % told)
    if "certificate" in str(trouble).lower():
        return FetchError(_("%(host)s can't prove that it is itself: its certificate is no good.") % told)
    return _AgainError(_("%(host)s can't be reached, or broke off.") % told)


class _Braked:
    """A connection that a timer can end, so that an answer that comes in drops has an end, too."""

    brake: socket.socket | None = None
    stopped = False

    def _new_conn(self):
        connected = super()._new_conn()  # type: ignore[misc] # urllib3's, of the class beside this one
        self.brake = connected.dup()
        return connected

    def stop(self) -> None:
        self.stopped = True
        if self.brake:
            try:
                self.brake.shutdown(socket.SHUT_RDWR)
            except OSError:  # it ended by itself in this moment
                return

    def let_go(self) -> None:
        if self.brake:
            self.brake.close()


class _Plain(_Braked, HTTPConnection):
    pass


class _Secure(_Braked, HTTPSConnection):
    pass


def _connection(parts: SplitResult, until: float) -> _Plain | _Secure:
    """A connection that is not open yet; only https leaves this machine."""
    left = until - time.monotonic()
    if left <= 0:
        raise FetchError(_("%(host)s took too long to answer.") % {"host": parts.hostname})
    host, timeout = parts.hostname or "", min(CONNECT, left)
    if parts.scheme == "https":
        return _Secure(host, parts.port or 443, timeout=timeout, cert_reqs="CERT_REQUIRED")
    if parts.scheme == "http" and host in LOOPBACK:
        return _Plain(host, parts.port or 80, timeout=timeout)
    raise FetchError(_("%(host)s is not asked without https.") % {"host": host or parts.geturl()[:100]})
