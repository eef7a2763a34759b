"""Which requests the cache may answer, and what distinguishes their pages."""

import hashlib
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve

from articles.public import wordpress
from newsroom import pages

# Never cached: the desk, files that others serve, probes, and pages that the list of pages excludes.
UNKEPT = ("/admin/", "/static/", "/healthz", "/readyz", *pages.UNKEPT)
PARAMETERS = {page.name: page.parameters for page in pages.ALL}
KEYED = {name for parameters in PARAMETERS.values() for name in parameters}
ASKED = {"amount", "at", "currency", "day", "q"}  # parameters that make a page somebody's own
LONGEST = 1000  # characters of an address, and of a query: longer ones are not cached
LOCAL = (".localhost", "127.0.0.1", "[::1]")  # Django's own in debug mode without hosts
CODE = ("newsroom", "articles", "tickers", "ground", "templates", "static")


def key_of(request: HttpRequest) -> str | None:
    """Return the whole address of a page that may be cached, with the relevant parameters sorted; None for others."""
    meta = request.META
    if request.method not in {"GET", "HEAD"} or request.path.startswith(UNKEPT) or len(request.path) > LONGEST:
        return None
    if "HTTP_AUTHORIZATION" in meta or settings.SESSION_COOKIE_NAME in meta.get("HTTP_COOKIE", ""):
        return None
    if "\0" in request.path or (settings.SECURE_SSL_REDIRECT and not request.is_secure()):
        return None
    query = relevant_query(request.path, meta.get("QUERY_STRING", ""))
    if query is None or wordpress.asks_old_site(request.path, meta.get("QUERY_STRING", "")):
        return None
    host_header = meta.get("HTTP_HOST") or meta.get("SERVER_NAME", "")
    host = host_of(host_header, meta.get("SERVER_PORT", ""), tuple(settings.ALLOWED_HOSTS))
    return f"{request.scheme}://{host}{request.path}?{query}" if host else None


@lru_cache(maxsize=500)
def host_of(host_header: str, server_port: str, allowed: tuple[str, ...]) -> str:
    """Return the Host header in small letters if it is one of the paper's; Django refuses any others.

    It accepts any port, which would make as many copies of each page: only that of this server is known.
    """
    name, _port = split_domain_port(host_header)
    here = allowed or (LOCAL if settings.DEBUG else ())
    is_usual = host_header.lower() in {name, f"{name}:{server_port}"}
    return host_header.lower() if name and is_usual and validate_host(name, here) else ""


def relevant_query(path: str, query: str) -> str | None:
    """Return the parameters of ``query`` that make another page at ``path``, sorted.

    It is None if the page would be somebody's own. A value that is none of the page's own gets 404, which is not kept.
    """
    return _relevant_query(path, query) if query else ""


@lru_cache(maxsize=2000)
def _relevant_query(path: str, query: str) -> str | None:
    if len(query) > LONGEST or "%00" in query:
        return None
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    if ASKED & parameters.keys():
        return None
    own = _parameters_at(path) if KEYED & parameters.keys() else ()
    return urlencode(sorted((name, value) for name, value in parameters.items() if name in own))


def _parameters_at(path: str) -> tuple[str, ...]:
    """Return the parameters that make another page at ``path``."""
    try:
        return PARAMETERS.get(resolve(path).url_name or "", ())
    except Resolver404:
        return ()


def name_of(key: str) -> str:
    """Return the name under which a page is stored; other versions of the code never find it."""
    return hashlib.sha256(f"{build()} {key}".encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def build() -> str:
    """Return a digest of the code and templates that make pages, the same on every machine that has them."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".xml", ".opml", ".css", ".js", ".mo"} and "tests" not in path.parts:
                digest.update(f"{path.relative_to(settings.BASE_DIR)}".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
