"""The outermost middleware: a reader's page from memory, or rendered once while other requests wait for it.

A page is valid while its generation is the newest and time alone has changed nothing. If it can't be rendered (the
database is away, an error), the last valid one is served, with its age.
"""

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from articles.public import wordpress
from ground.requests import ReaderRequest
from newsroom.serving import generation
from newsroom.serving.compression import CompressionMiddleware
from newsroom.serving.pagecache import control
from newsroom.serving.pagecache.counts import Counts
from newsroom.serving.pagecache.keys import key_of, name_of, relevant_query
from newsroom.serving.pagecache.page import Page
from newsroom.serving.pagecache.stores import Memory, shared_store

if TYPE_CHECKING:
    from newsroom.serving.frame import Frame

logger = logging.getLogger(__name__)
KEPT_STATUS = {200, 301, 410}
LARGEST = 20 * 1024 * 1024  # bytes of a page, before it is compressed
PATIENCE = 20.0  # seconds that a request waits for another that renders its page
PAUSE = 1.0  # seconds until a failed page is tried again
EVERYTHING = ""  # the key of all pages, which fail while the database is away
OF_ITS_OWN = ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE")


class FramedRequest(ReaderRequest):
    """A reader's request with the frame of its page, which ``time_travel.py`` sets."""

    frame: "Frame"


@dataclass
class Flight:
    """A page that is being rendered; other requests for it wait until it has landed."""

    landed: threading.Event = field(default_factory=threading.Event)
    page: Page | None = None
    failure: HttpResponse | None = None  # the answer if the database was away


class PageCacheMiddleware:
    """Answers with a cached page, or renders and caches it."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.memory = Memory(settings.PAGE_CACHE_BYTES)
        self.shared = shared_store()
        self.counts = Counts()
        generation.current()  # so that nginx finds one before the first reader comes
        self._flights: dict[str, Flight] = {}
        self._lock = threading.Lock()
        self._broken_until: dict[str, float] = {}  # by key, by the monotonic clock

    def __call__(self, request):
        if request.method == "PURGE":
            return _purge(request)
        key = key_of(request)
        if key is None:
            return self.get_response(request)
        generation.follower.start()
        token = generation.current()
        if not token:  # it can't be written: cached pages may be old
            return self.get_response(request)
        page = self.memory.get(key)
        if page is not None and _is_good(page, token):
            return self._answer(request, page, "hits")
        return self._without(request, key, token)

    def _without(self, request: FramedRequest, key: str, *tokens: str) -> HttpResponse:
        """Answer what memory doesn't have: by a neighbour's page, by waiting for another request, by rendering.

        ``tokens`` are the generations since the request came, the newest last: a page of any of them is as new as the
        request, so that a request that waited is not made to wait again each time that an editor saves.
        """
        if self._is_broken(key) and (old := self._old(key)):
            return self._answer(request, old, "stale")
        with self._lock:
            flight = self._flights.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flights[key] = Flight()
        if leads:
            return self._lead(request, key, tokens[-1], flight)
        flight.landed.wait(PATIENCE)
        if flight.page is not None:
            made_for = flight.page.generation
            if made_for in tokens and _is_good(flight.page, made_for):
                return self._answer(request, flight.page, "waited")
            newest = generation.current()
            if not newest:
                return self._compressed(request, self._make(request))
            return self._without(request, key, *tokens, newest)  # its rendering began before the request came
        if self._is_broken(key) and (old := self._old(key)):
            return self._answer(request, old, "stale")
        if flight.failure is not None:  # it took as long as anybody may wait
            return self._compressed(request, _copied(flight.failure))
        return self._compressed(request, self._make(request))

    def _lead(self, request: FramedRequest, key: str, token: str, flight: Flight) -> HttpResponse:
        try:
            page = self.memory.get(key)  # the request that rendered it may have landed a moment ago
            if page is None or not _is_good(page, token):
                page = self.shared.get(name_of(key))
            if page is not None and _is_good(page, token):
                flight.page = page
                self.memory.put(key, page)
                return self._answer(request, page, "shared")
            return self._render(request, key, token, flight)
        finally:
            with self._lock:
                self._flights.pop(key, None)
            flight.landed.set()

    def _render(self, request: FramedRequest, key: str, token: str, flight: Flight) -> HttpResponse:
        response, token, made_at = self._make_of_one_moment(request, token)
        if response.status_code >= 500:
            is_away = response.status_code == 503
            self._broken_until[EVERYTHING if is_away else key] = time.monotonic() + PAUSE
            if is_away:
                flight.failure = _copied(response)
            old = self._old(key)
            return self._compressed(request, response) if old is None else self._answer(request, old, "stale")
        self._broken_until.clear()
        has_parameters = not key.endswith("?")
        if not _may_be_kept(request, response) or (response.status_code == 301 and has_parameters):
            self.counts.add("passed", **self._holds())
            return self._compressed(request, response)
        control.mark_for_cdn(response)
        accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
        page = Page.of(response, token, made_at, request.frame.until.timestamp(), accepted)
        flight.page = page
        self.memory.put(key, page)
        if generation.current() == token or self._is_newest(key, page):
            self._share(key, page)
        return self._answer(request, page, "made")

    def _make_of_one_moment(self, request: FramedRequest, token: str) -> tuple[HttpResponse, str, float]:
        """Return the answer, its generation, and when making it began: once more if the generation ended meanwhile.

        A page is made of several queries: with a commit between two of them it would have the text of before and that
        of after. The generation is the one that the frame and a replica must show, and no newer name for older content.
        """
        request.generation, made_at = token, time.time()
        response = self._make(request)
        newest = generation.current()
        if newest in {token, ""} or response.status_code >= 500:
            return response, token, made_at
        request.generation, made_at = newest, time.time()
        return self._make(request), newest, made_at

    def _make(self, request):
        """Render the whole page, uncompressed, without parameters that mean nothing, as for a first request."""
        meta, method = request.META, request.method
        own_headers = {name: meta.pop(name) for name in OF_ITS_OWN if name in meta}
        query = meta.get("QUERY_STRING", "")
        meta["QUERY_STRING"] = relevant_query(request.path, query) or ""
        request.method = "GET"
        response = self.get_response(request)
        meta.update(own_headers, QUERY_STRING=query)
        request.method = method
        return _joined(response)

    def _is_newest(self, key: str, page: Page) -> bool:
        """Return whether no neighbour made a newer one while ``page`` took its time; what is of the future is none."""
        shared = self.shared.get(name_of(key))
        return shared is None or not page.made_at < shared.made_at <= time.time()

    def _share(self, key: str, page: Page) -> None:
        try:
            self.shared.put(name_of(key), page)
        except Exception:  # a full disk or Redis: this process has it
            logger.exception("A page could not be shared with other processes.")

    def _old(self, key: str) -> Page | None:
        """Return the last valid page, of any generation: of whichever process, and this one's where none is shared."""
        own, shared = self.memory.get(key), self.shared.get(name_of(key))
        if shared is None or (own is not None and (own.generation, own.made_at) == (shared.generation, shared.made_at)):
            return own
        self.memory.put(key, shared)
        return shared

    def _is_broken(self, key: str) -> bool:
        now = time.monotonic()
        return any(self._broken_until.get(broken_key, 0) > now for broken_key in (EVERYTHING, key))

    def _answer(self, request: FramedRequest, page: Page, how: str) -> HttpResponse:
        self.counts.add(how, **self._holds())
        is_old = how == "stale"
        response = page.answer(request, control.header(page, is_old=is_old), is_whole=request.method != "HEAD")
        response.headers["X-Cache"] = how
        if settings.NGINX:  # which would cache a redirect with one reader's query, and a page for each meaningless one
            is_of_all = page.status != 301 and not _dropped(request)
            response.headers["X-Accel-Expires"] = control.until(page, is_old=is_old) if is_of_all else "0"
        if page.status == 301:
            _keep_query(request, response)
        if is_old:
            response.headers["Age"] = str(max(0, int(time.time() - page.made_at)))
        return response

    def _holds(self) -> dict[str, int]:
        return {"pages": len(self.memory), "bytes": self.memory.size}

    def _compressed(self, request, response):
        if response.status_code == 301:
            _keep_query(request, response)
        compress = CompressionMiddleware(lambda request: response)
        return compress(request)


def _keep_query(request: HttpRequest, response: HttpResponse) -> None:
    """Add the reader's whole query to a redirect, which was rendered without meaningless parameters.

    What only asked a former site for another form of a page is left out.
    """
    if dropped := [pair for pair in _dropped(request) if pair.partition("=")[0].lower() not in wordpress.FORMS]:
        where = response.headers["Location"]
        response.headers["Location"] = f"{where}{'&' if '?' in where else '?'}{'&'.join(dropped)}"


def _dropped(request: HttpRequest) -> list[str]:
    """Return the parts of the reader's query that make no other page."""
    pairs = request.META.get("QUERY_STRING", "").split("&")
    return [pair for pair in pairs if pair and not relevant_query(request.path, pair)]


def _purge(request: HttpRequest) -> HttpResponse:
    """Make all pages outdated, after another newsroom's server wrote something (purging.py)."""
    if not settings.PURGE_KEY or not constant_time_compare(
        request.META.get("HTTP_X_PURGE_KEY", ""), settings.PURGE_KEY
    ):
        return HttpResponse("The header X-Purge-Key must say NEWSROOM_PURGE_KEY.", "text/plain", 403)
    try:
        generation.change()
    except OSError as error:  # the sender tries again
        logger.error("The generation can't be written: %s", error)
        return HttpResponse("The generation can't be written; nothing is kept until it can.", "text/plain", 503)
    return HttpResponse("All pages are made anew.", "text/plain")


def _is_good(page: Page, token: str) -> bool:
    now = time.time()
    if not page.is_good(token, now):
        return False
    return generation.is_heard() or now - page.made_at < generation.UNHEARD


def _may_be_kept(request: FramedRequest, response: HttpResponse) -> bool:
    """Return whether every reader would get the same answer."""
    headers = response.headers
    if response.status_code not in KEPT_STATUS or response.streaming or response.cookies:
        return False
    if "cookie" in headers.get("Vary", "").lower() or "'nonce-" in headers.get("Content-Security-Policy", ""):
        return False
    if any(word in headers.get("Cache-Control", "") for word in ("no-store", "private", "no-cache")):
        return False
    return hasattr(request, "frame") and request.shown_at is None and len(response.content) <= LARGEST


def _joined(response):
    """Return a streamed text as a whole."""
    if not response.streaming or not response.headers.get("Content-Type", "").startswith("text/"):
        return response
    whole = HttpResponse(response.getvalue(), status=response.status_code, headers=response.headers)
    whole.cookies = response.cookies
    return whole


def _copied(response: HttpResponse) -> HttpResponse:
    return HttpResponse(response.content, status=response.status_code, headers=response.headers)
