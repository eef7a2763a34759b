"""Addresses of the old site: which are its own, and every form in which WordPress answered for the same thing."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

LONGEST = 1500
CUT = re.compile(r"%[0-9a-fA-F]?$")
CODED = re.compile(r"(?:%[0-9a-fA-F]{2})+$")
DATED = re.compile(r"/(\d{4})/(\d\d)(?:/(\d\d))?/")
MOST_FORMER = 20


class SiteAddresses:
    """The site's hosts and the folder it lies in, as the export names them."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self.beginnings = tuple(dict.fromkeys(address.strip().rstrip("/") for address in addresses if address.strip()))
        self.hosts = {host for address in self.beginnings if (host := _host(address))}
        self.folder = _path(self.beginnings[-1]).rstrip("/") if self.beginnings else ""

    def own_path(self, address: str) -> str:
        """Return path and query of ``address`` as it is written; "" if it is elsewhere, too long or the front page."""
        address = address.strip().partition("#")[0]
        host = _host(address)
        if len(address) > LONGEST or host is None or (host and self.hosts and host not in self.hosts):
            return ""
        path = _path(address)
        return path if path.startswith("/") and path.rstrip("/") != self.folder else ""

    def within(self, path: str) -> str:
        """Return ``path`` in the site's folder."""
        return f"{self.folder}{path}"


def _host(address: str) -> str | None:
    """Return the host of ``address`` without "www."; "" if it has none, None if it is no address of a page."""
    try:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https", ""):
            return None
        return (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None


def _path(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path


def nicename(name: str) -> str:
    """Return how WordPress writes ``name`` in addresses when nobody chose another word."""
    bases = ((unicodedata.normalize("NFKD", sign)[0], sign) for sign in name.lower())
    letters = "".join(base if base.isascii() else sign for base, sign in bases)
    signs = re.sub(r"[^\w\s.-]", "", letters)
    return quote(re.sub(r"[\s.-]+", "-", signs).strip("-")).lower()


def whole_slug(slug: str) -> str:
    """Return ``slug`` as it is stored, without a percent-coded sign at its end that was cut at 200 bytes."""
    slug = CUT.sub("", slug)
    coded = CODED.search(slug)
    if coded is None:
        return slug
    code = bytes.fromhex(coded[0].replace("%", ""))
    try:
        code.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return slug[: len(slug) - 3 * (len(code) - error.start)]
    return slug


def former_paths(path: str, slug: str, old_slugs: Iterable[str], old_dates: Iterable[str]) -> list[str]:
    """Return where a story at ``path`` was under its former slugs and on its former days, at most 20 addresses."""
    paths: list[str] = []
    slugs = [slug, *(old for old in dict.fromkeys(old_slugs) if old and "/" not in old)]
    dates = ["", *dict.fromkeys(old_dates)]
    head, found_slug, tail = path.rpartition(f"/{slug}") if slug else ("", "", "")
    for old_slug in slugs:
        renamed = f"{head}/{old_slug}{tail}" if found_slug else path
        for day in dates:
            moved = _on_day(renamed, day)
            if moved != path and moved not in paths and len(paths) < MOST_FORMER:
                paths.append(moved)
    return paths


def _on_day(path: str, day: str) -> str:
    date = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?: .*)?", day)
    dated = DATED.search(path)
    if date is None or dated is None:
        return path
    parts = [date[number] for number in (1, 2, 3) if dated[number]]
    return f"{path[: dated.start()]}/{'/'.join(parts)}/{path[dated.end() :]}"
