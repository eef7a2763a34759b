"""Which requests anybody could have made, and what tells their pages apart."""

import hashlib
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

from articles.public import wordpress
from newsroom import pages

# What is never kept: the desk, files that others serve, probes, and what the list of pages says.
UNKEPT = ("/admin/", "/static/", "/healthz", "/readyz", *pages.UNKEPT)
KEYED = {"page", "span"}  # parameters that make another page; unknown ones make none
ASKED = {"amount", "at", "currency", "day", "q"}  # those with which a page is somebody's own
LONGEST = 1000  # characters of an address, and of a query: longer ones are not looked at
LOCAL = (".localhost", "127.0.0.1", "[::1]")  # Django's, with debug and no host named
CODE = ("newsroom", "articles", "tickers", "ground", "templates", "static")


def key_of(request: HttpRequest) -> str | None:
    """The whole address of a page that may be kept, with the parameters that matter in order; None for others."""
    meta = request.META
    if request.method not in {"GET", "HEAD"} or request.path.startswith(UNKEPT) or len(request.path) > LONGEST:
        return None
    if "HTTP_AUTHORIZATION" in meta or settings.SESSION_COOKIE_NAME in meta.get("HTTP_COOKIE", ""):
        return None
    if "\0" in request.path or (settings.SECURE_SSL_REDIRECT and not request.is_secure()):
        return None
    query = known(meta.get("QUERY_STRING", ""))
    if query is None or (request.path == "/" and asks_wordpress(meta.get("QUERY_STRING", ""))):
        return None
    host = host_of(meta.get("HTTP_HOST") or meta.get("SERVER_NAME", ""), tuple(settings.ALLOWED_HOSTS))
    return f"{request.scheme}://{host}{request.path}?{query}" if host else None


@lru_cache(maxsize=500)
def host_of(given: str, allowed: tuple[str, ...]) -> str:
    """The Host header ``given``, in small letters, if it is one of the paper's; the others are for Django to refuse."""
    name, _port = split_domain_port(given)
    here = allowed or (LOCAL if settings.DEBUG else ())
    return given.lower() if name and validate_host(name, here) else ""


@lru_cache(maxsize=2000)
def known(query: str) -> str | None:
    """The parameters of ``query`` that make another page, in order; None if the page would be somebody's own."""
    if not query:
        return ""
    if len(query) > LONGEST or "%00" in query:
        return None
    given = dict(parse_qsl(query, keep_blank_values=True))
    if ASKED & given.keys():
        return None
    return urlencode(sorted((name, value) for name, value in given.items() if name in KEYED))


@lru_cache(maxsize=2000)
def asks_wordpress(query: str) -> bool:
    """Whether ``query`` asks "/" for another page, as a site made with WordPress was asked."""
    return bool(wordpress.ASKED & {name for name, _value in parse_qsl(query, keep_blank_values=True)})


def name_of(key: str) -> str:
    """What a page is called where it is kept: other code never finds it."""
    return hashlib.sha256(f"{build()} {key}".encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def build() -> str:
    """One word for the code and templates that make pages, the same on every machine that has them."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".xml", ".opml", ".css", ".js", ".mo"} and "tests" not in path.parts:
                digest.update(f"{path.relative_to(settings.BASE_DIR)}".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
