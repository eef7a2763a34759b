"""Fetching rates from banks: politely, only by https, and with limits of time and size."""

import random
import time
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from ground.http import Client, Failure, Reason, Response
from ground.internet import is_loopback

CONNECT, READ, WHOLE = 4.0, 6.0, 20.0  # seconds: to connect, for each part of an answer, for everything
MOST_BYTES = 2 * 1024 * 1024  # after decompression; the longest of the daily lists has some 30 KB
TRIES = 3
PAUSE = 0.5  # seconds before the second try, doubled for the third, with random variation
AGAIN = {429, 500, 502, 503, 504}
MOST_REDIRECTS = 2
LOOPBACK = {"127.0.0.1", "localhost", "::1"}  # also asked without https: a stub in a test, a proxy of one's own
MOMENTARY = {Reason.SILENT, Reason.UNREACHED, Reason.NO_HOST}  # another try may work


class FetchError(Exception):
    """Nothing was fetched; the text is for the rates desk. ``status`` is that of the answer, if there was one."""

    def __init__(self, sentence: str, status: int | None = None):
        super().__init__(sentence)
        self.status = status


class _AgainError(FetchError):
    """Another try may work."""


@dataclass(frozen=True)
class Validators:
    """The headers by which the next request learns that nothing changed."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class FetchedBody:
    """The body of an answer; empty if ``unchanged`` since the one of ``validators``."""

    body: bytes
    unchanged: bool
    validators: Validators


def get(address: str, validators: Validators | None = None, *, whole: float | None = None) -> FetchedBody:
    """Return the answer of ``address``, within ``whole`` seconds (WHOLE) for all tries; raise FetchError if there is
    none.
    """
    until = time.monotonic() + (WHOLE if whole is None else whole)
    for number in range(TRIES):
        try:
            return _ask(address, validators or Validators(), until)
        except _AgainError as trouble:
            pause = PAUSE * 2**number * random.uniform(0.5, 1.5)  # noqa: S311 - spreads requests, and is no secret
            if number + 1 == TRIES or time.monotonic() + pause >= until:
                raise FetchError(str(trouble), trouble.status) from None
            time.sleep(pause)
    raise AssertionError("unreachable")


def _ask(address: str, validators: Validators, until: float) -> FetchedBody:
    try:
        response = _client(address).request("GET", address, headers=_headers(validators), until=until)
    except Failure as failure:
        kind = _AgainError if failure.reason in MOMENTARY else FetchError
        raise kind(_sentence(failure)) from None
    return _answer(response, validators)


def _client(address: str) -> Client:
    """Return a client that only uses https outside this machine, and follows redirects only on the same host."""
    limits = Client(
        ports={"https": None},
        connect=CONNECT,
        silence=READ,
        most_bytes=MOST_BYTES,
        redirects=MOST_REDIRECTS,
        elsewhere=False,
    )
    if urlsplit(address).hostname in LOOPBACK:
        return replace(limits, ports={"http": None, "https": None}, is_open=is_loopback)
    return limits


def _answer(response: Response, validators: Validators) -> FetchedBody:
    params = {"host": urlsplit(response.address).hostname, "status": response.status}
    if response.status == HTTPStatus.NOT_MODIFIED and validators != Validators():
        return FetchedBody(b"", True, validators)
    if response.status in AGAIN:
        raise _AgainError(_("%(host)s answered with an error (%(status)s).") % params, response.status)
    if response.status != HTTPStatus.OK:
        raise FetchError(_("%(host)s refused to answer (%(status)s).") % params, response.status)
    if "html" in response.headers.get("Content-Type", "").lower():
        raise FetchError(_("%(host)s answered with a web page instead of rates.") % params)
    etag, modified = (response.headers.get(name, "")[:200] for name in ("ETag", "Last-Modified"))
    return FetchedBody(response.body, False, Validators(etag, modified))


def _headers(validators: Validators) -> dict[str, str]:
    contact = settings.CONTACT or settings.SITE_ROOT
    headers = {
        "User-Agent": f"newsroom-rates/1.0 (a newspaper's rate bar, a few requests a day; {contact})",
        "Accept": "application/xml, application/json, text/xml, */*;q=0.1",
        "Accept-Encoding": "gzip",
    }
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return headers | {name: value for name, value in conditions.items() if value}


def _sentence(failure: Failure) -> str:
    """Return the failure in words for the rates desk."""
    sentences = {
        Reason.BROKEN: _("%(host)s sends us to what is no address."),
        Reason.SCHEME: _("%(host)s is not asked without https."),
        Reason.INSIDE: _("%(host)s is not on the open internet, and is not asked."),
        Reason.CERTIFICATE: _("%(host)s can't prove that it is itself: its certificate is no good."),
        Reason.SILENT: _("%(host)s took too long to answer."),
        Reason.LATE: _("%(host)s took too long to answer."),
        Reason.TOO_LONG: _("%(host)s sends more than %(limit)s MB, which are no rates."),
        Reason.GARBLED: _("%(host)s sends what can't be unpacked."),
        Reason.ELSEWHERE: _("%(host)s sends us to another host, %(other)s, which is not asked."),
        Reason.LOOP: _("%(host)s sends us round in a circle."),
    }
    unreached = _("%(host)s can't be reached, or broke off.")
    params = {"host": failure.host, "other": failure.other, "limit": MOST_BYTES // 1024 // 1024}
    return sentences.get(failure.reason, unreached) % params
