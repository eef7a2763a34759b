"""One kept page: its bytes, compressed, and how they answer a request."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_http_date_safe

from newsroom.serving.pagecache import codings
from newsroom.serving.pagecache.codings import CODINGS, PLAIN

TEXT = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:xml|json)\b|application/manifest|image/svg\+xml")
SMALL = 200  # bytes that are not worth compressing
# What each answer says anew, or what the server says.
OURS = {"content-length", "content-encoding", "etag", "vary", "cache-control", "x-cache", "x-noise", "date"}
OF_304 = {"last-modified", "content-location", "surrogate-key", "cache-tag", "cross-origin-resource-policy"}


@dataclass(slots=True)
class Page:
    """An answer to everybody: of one generation, made at a time and good until another (seconds since 1970, UTC)."""

    generation: str
    made_at: float
    until: float
    status: int
    headers: dict[str, str]
    etag: str
    bodies: dict[str, bytes]  # by coding, "" for none; one is made when it is first asked for
    is_text: bool  # and may be compressed
    _ready: dict[str | None, dict] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, response: HttpResponse, generation: str, made_at: float, until: float, accepted: str) -> "Page":
        """The page that ``response`` is, which nobody has compressed yet; in the coding that ``accepted`` prefers."""
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
        """Whether it is what a render would give now."""
        return self.generation == generation and now < self.until

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return 2000 + sum(map(len, list(self.bodies.values())))  # a copy, as other threads may add a coding

    def answer(self, request: HttpRequest, cache_control: str, is_whole: bool = True) -> HttpResponse:
        """The answer to ``request``: the bytes in a coding it takes, or a 304; no bytes unless ``is_whole`` (HEAD)."""
        meta = request.META
        if self.status == 200 and self._is_known(meta):
            return self._with_headers(HttpResponseNotModified(), None, cache_control)
        coding = codings.best(meta.get("HTTP_ACCEPT_ENCODING", "")) if self.is_text else PLAIN
        response = HttpResponse(self.body(coding) if is_whole else b"", status=self.status)
        return self._with_headers(response, coding, cache_control)

    def _with_headers(self, response: HttpResponse, coding: str | None, cache_control: str) -> HttpResponse:
        """``response`` with the page's headers for ``coding``, None for a 304: made once, as a hit is mostly this."""
        ready = self._ready.get(coding)
        if ready is None:
            kept = self.headers
            if coding is None:
                kept = {name: value for name, value in kept.items() if name.lower() in OF_304}
            made = HttpResponse(headers=kept).headers
            if coding is None:
                del made["Content-Type"]
            else:
                made["Content-Length"] = str(len(self.body(coding)))
            if coding:
                made["Content-Encoding"] = coding
            made["ETag"], made["Vary"] = self.etag, "Accept-Encoding"
            ready = self._ready[coding] = made._store
        response.headers._store = ready | {"cache-control": ("Cache-Control", cache_control)}
        return response

    def body(self, coding: str) -> bytes:
        """Its bytes in ``coding``."""
        if coding not in self.bodies:
            known, encoded = next(iter(self.bodies.items()))
            self.bodies[coding] = codings.encode(codings.decode(encoded, known), coding)
        return self.bodies[coding]

    def _is_known(self, meta: dict[str, Any]) -> bool:
        """Whether the client has this very page (RFC 9110, 13.2.2)."""
        if known := meta.get("HTTP_IF_NONE_MATCH"):
            return self.etag[2:] in known or known.strip() == "*"
        since, changed = meta.get("HTTP_IF_MODIFIED_SINCE"), self.headers.get("Last-Modified")
        if not (since and changed):
            return False
        known_at, changed_at = parse_http_date_safe(since), parse_http_date_safe(changed)
        return known_at is not None and changed_at is not None and changed_at <= known_at

    def pack(self) -> bytes:
        """As bytes for a store: a line of JSON, then the body, compressed if it can be."""
        coding = CODINGS[0] if self.is_text else PLAIN
        body = self.body(coding)
        about = [self.generation, self.made_at, self.until, self.status, self.headers, self.etag, self.is_text, coding]
        return json.dumps(about).encode() + b"\n" + body

    @classmethod
    def unpack(cls, packed: bytes) -> "Page":
        """The page that ``pack`` made; ``ValueError`` for anything else, as of a server with codings of its own."""
        about, _, body = packed.partition(b"\n")
        generation, made_at, until, status, headers, etag, is_text, coding = json.loads(about)
        if coding not in (*CODINGS, PLAIN):
            raise ValueError(f"Kept as {coding}, which this server can't read.")
        return cls(generation, made_at, until, status, headers, etag, {coding: body}, is_text)
