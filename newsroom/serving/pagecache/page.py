"""A cached page: its bytes, compressed, and how they answer a request."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_http_date_safe

from newsroom.serving.headers import standing_headers
from newsroom.serving.pagecache import codings
from newsroom.serving.pagecache.codings import CODINGS, PLAIN

TEXT = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:xml|json)\b|application/manifest|image/svg\+xml")
SMALL = 200  # bytes that are not worth compressing
# Headers that are set for each answer, or by the server.
OURS = {"content-length", "content-encoding", "etag", "vary", "cache-control", "x-cache", "x-noise", "date"}
# A browser puts these in the place of those that it has kept with the page.
OF_304 = {
    *("last-modified", "content-location", "surrogate-key", "cache-tag", "strict-transport-security"),
    *("content-security-policy", *map(str.lower, standing_headers())),
}


@dataclass(slots=True)
class Page:
    """An answer for everybody: of one generation, made at a time and valid until another (seconds since 1970, UTC)."""

    generation: str
    made_at: float
    until: float
    status: int
    headers: dict[str, str]
    etag: str
    bodies: dict[str, bytes]  # by coding, "" for none; each is made when it is first needed
    is_text: bool  # text may be compressed
    _ready: dict[str | None, dict] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, response: HttpResponse, generation: str, made_at: float, until: float, accepted: str) -> "Page":
        """Return the page of an uncompressed ``response``, in the coding that ``accepted`` prefers."""
        raw = response.content
        coding = codings.best(accepted)
        is_text = len(raw) >= SMALL and TEXT.match(response.headers.get("Content-Type", ""))
        return cls(
            generation,
            made_at,
            until,
            response.status_code,
            {name: value for name, value in response.headers.items() if name.lower() not in OURS},
            f'W/"{hashlib.md5(raw, usedforsecurity=False).hexdigest()}"',
            {coding: codings.encode(raw, coding)} if is_text else {PLAIN: raw},
            bool(is_text),
        )

    def is_good(self, generation: str, now: float) -> bool:
        """Return whether rendering would give the same page now; not if the clock was put back since it was made."""
        return self.generation == generation and self.made_at <= now < self.until

    @property
    def size(self) -> int:
        """Its size in memory in bytes, approximately."""
        return 2000 + sum(map(len, list(self.bodies.values())))  # a copy, because other threads may add a coding

    def answer(self, request: HttpRequest, cache_control: str, is_whole: bool = True) -> HttpResponse:
        """Return the answer to ``request``: the bytes in an accepted coding, or a 304; without bytes unless
        ``is_whole`` (HEAD).
        """
        meta = request.META
        if self.status == 200 and self._is_known(meta):
            return self._with_headers(HttpResponseNotModified(), None, cache_control)
        coding = codings.best(meta.get("HTTP_ACCEPT_ENCODING", "")) if self.is_text else PLAIN
        response = HttpResponse(self.body(coding) if is_whole else b"", status=self.status)
        return self._with_headers(response, coding, cache_control)

    def _with_headers(self, response: HttpResponse, coding: str | None, cache_control: str) -> HttpResponse:
        """Set the page's headers for ``coding``, None for a 304; they are made once, because most of a hit's time is
        this.
        """
        ready = self._ready.get(coding)
        if ready is None:
            page_headers = self.headers
            if coding is None:
                page_headers = {name: value for name, value in page_headers.items() if name.lower() in OF_304}
            new_headers = HttpResponse(headers=page_headers).headers
            if coding is None:
                del new_headers["Content-Type"]
            else:
                new_headers["Content-Length"] = str(len(self.body(coding)))
            if coding:
                new_headers["Content-Encoding"] = coding
            new_headers["ETag"], new_headers["Vary"] = self.etag, "Accept-Encoding"
            ready = self._ready[coding] = new_headers._store
        response.headers._store = ready | {"cache-control": ("Cache-Control", cache_control)}
        return response

    def body(self, coding: str) -> bytes:
        """Return its bytes in ``coding``."""
        if coding not in self.bodies:
            known_coding, encoded = next(iter(self.bodies.items()))
            self.bodies[coding] = codings.encode(codings.decode(encoded, known_coding), coding)
        return self.bodies[coding]

    def _is_known(self, meta: dict[str, Any]) -> bool:
        """Return whether the client has this page already (RFC 9110, 13.2.2)."""
        if etags := meta.get("HTTP_IF_NONE_MATCH"):
            return self.etag[2:] in etags or etags.strip() == "*"
        since, changed = meta.get("HTTP_IF_MODIFIED_SINCE"), self.headers.get("Last-Modified")
        if not (since and changed):
            return False
        known_at, changed_at = parse_http_date_safe(since), parse_http_date_safe(changed)
        return known_at is not None and changed_at is not None and changed_at <= known_at

    def pack(self) -> bytes:
        """Return the page as bytes for a store: a line of JSON, then the body, compressed if possible."""
        coding = CODINGS[0] if self.is_text else PLAIN
        body = self.body(coding)
        about = [self.generation, self.made_at, self.until, self.status, self.headers, self.etag, self.is_text, coding]
        return json.dumps(about).encode() + b"\n" + body

    @classmethod
    def unpack(cls, packed: bytes) -> "Page":
        """Return the page of ``packed``; raise ``ValueError`` for anything else, as of a server with other codings."""
        about, _, body = packed.partition(b"\n")
        generation, made_at, until, status, headers, etag, is_text, coding = json.loads(about)
        if coding not in (*CODINGS, PLAIN):
            raise ValueError(f"Kept as {coding}, which this server can't read.")
        return cls(generation, made_at, until, status, headers, etag, {coding: body}, is_text)
