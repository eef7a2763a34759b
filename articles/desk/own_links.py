"""Links of a text to old addresses of the paper itself, turned into today's.

``todays_links`` only reads. An edition is frozen: an import calls it before readers see its editions, whoever changes
texts that they have seen makes a correction of it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit

from django.utils import timezone
from taggit.models import Tag

from articles.desk.old_addresses import is_fixed_page
from articles.models import Address, Author, FlatPage, Section
from articles.models.old_address import old_key
from articles.models.redirect import path_of
from articles.public import wordpress
from articles.public.old_addresses import find_old_targets
from ground.rows import in_pieces

HREF = re.compile(r'(<a(?: [\w-]+="[^"]*")*? href=")([^"]*)(?=")')
LONGEST_LINK = 4000  # characters
RULE_STEPS = 4
DAY = re.compile(r"/(\d{4}/\d{2})/\d{2}/\Z", re.ASCII)
FEED = re.compile(r"(/(?!\d{4}/).+/)(feed/|atom/|feed\.json)")  # of a list; a story has none
MONTH = re.compile(r"/latest/\d{4}/\d{2}/\Z", re.ASCII)
CACHES = re.compile(r"i[0-3]\.wp\.com\Z")  # hosts that have the former site's pictures under its own name


class OwnLink(NamedTuple):
    """A link to the paper itself: what it asks the former site for, and what only its reader needs."""

    path: str
    query: str
    anchor: str


@dataclass(frozen=True)
class RelinkedText:
    """A text whose links to own old addresses are today's."""

    html: str
    changed: tuple[tuple[str, str], ...] = ()  # each link as it was, and today's
    unknown: tuple[str, ...] = ()  # links to the paper itself that lead nowhere, or to what readers can't see yet


def todays_links(html: str, own_hosts: Collection[str], base: str = "/") -> RelinkedText:
    """Return a cleaned text whose links to own old addresses are today's; see ``relink_texts``."""
    return relink_texts([(html, base)], own_hosts)[0]


def relink_texts(texts: Iterable[tuple[str, str]], own_hosts: Collection[str]) -> list[RelinkedText]:
    """Return texts, in the form of ``markup.clean``, with links to own old addresses turned into today's.

    ``texts`` are pairs of a body and the old address at which it stood, which relative links begin at; ``own_hosts``
    are names like "paper.example", with or without a scheme; http, https and www make no difference. However many texts
    there are, it takes some twenty queries for 500 addresses in them.
    """
    texts = list(texts)
    hosts = {_plain_host(urlsplit(host if "//" in host else f"//{host}").hostname or "") for host in own_hosts}
    links = [
        {written: own for written in _written(html) if (own := _own_link(written, base, hosts))} for html, base in texts
    ]
    todays = _todays_addresses({own for some in links for own in some.values()})
    return [_relinked(html, some, todays) for (html, _base), some in zip(texts, links, strict=True)]


def _written(html: str) -> list[str]:
    return list(dict.fromkeys(match[2] for match in HREF.finditer(html)))


def _relinked(html: str, links: Mapping[str, OwnLink], todays: Mapping[OwnLink, str]) -> RelinkedText:
    new = {written: todays[own] for written, own in links.items() if own in todays}
    changed = {written: link for written, link in new.items() if unescape(written) != link}
    text = (
        HREF.sub(lambda match: match[1] + escape(changed.get(match[2], unescape(match[2]))), html) if changed else html
    )
    pairs = tuple((unescape(written), link) for written, link in changed.items())
    return RelinkedText(text, pairs, tuple(unescape(written) for written in links if written not in new))


def _own_link(written: str, base: str, hosts: Collection[str]) -> OwnLink | None:
    """Return what a link asks the former site for; None if it leads elsewhere, or to a place in its own text."""
    address = unescape(written).strip()
    if not address or address.startswith("#") or len(address) > LONGEST_LINK:
        return None
    try:
        parts = urlsplit(urljoin(f"https://own.invalid{base}", address))
        host = _plain_host(parts.hostname or "")
    except ValueError:
        return None
    if CACHES.match(host):
        host, parts = _plain_host(parts.path.split("/")[1] if "/" in parts.path else ""), _within_cache(parts)
    if parts.scheme not in {"http", "https"} or host not in {"own.invalid", *hosts} or "\0" in parts.path:
        return None
    return OwnLink(parts.path or "/", parts.query, parts.fragment)


def _within_cache(parts: SplitResult) -> SplitResult:
    return parts._replace(path="/" + "/".join(parts.path.split("/")[2:]), query="")


def _plain_host(host: str) -> str:
    return host.lower().removeprefix("www.")


def _todays_addresses(links: Collection[OwnLink]) -> dict[OwnLink, str]:
    """Return today's address of each link, with its query and place; those that are not known are left out."""
    paths = {link: link.path if not wordpress.asks_old_site(link.path, link.query) else "" for link in links}
    todays = _pages({path for path in paths.values() if path})
    answers = {link: todays[path] for link, path in paths.items() if path in todays}
    unanswered = [link for link in links if link not in answers]
    targets = find_old_targets({(link.path, link.query) for link in unanswered}, timezone.now())
    for link in unanswered:
        if (target := targets.get((link.path, link.query))) and target.path:
            answers[link] = target.lasting or target.addresses[0]
    ruled = {link: _by_rule(link) for link in unanswered if (link.path, link.query) not in targets}
    todays = _pages({path for addresses in ruled.values() for path in addresses})
    for link, addresses in ruled.items():
        if path := next((path for path in addresses if path in todays), ""):
            answers[link] = todays[path]
    return {link: _with_rest(address, link) for link, address in answers.items()}


def _by_rule(link: OwnLink) -> list[str]:
    """Return the addresses that the usual ones of WordPress, Ghost and Joomla lead to, the last first."""
    is_root = wordpress.is_root(link.path)
    name_and_path = wordpress.of_query(dict(parse_qsl(link.query, keep_blank_values=True))) if is_root else ("", "")
    ours = name_and_path[1] or ("" if name_and_path[0] else link.path)
    addresses = [_slashed(ours)] if ours else []
    for _number in range(RULE_STEPS if ours else 0):
        ours = DAY.sub(r"/latest/\1/", addresses[0])
        if ours == addresses[0] and not (ours := wordpress.translate(ours)):
            break
        addresses.insert(0, ours.partition("?")[0])
    return addresses


def _slashed(path: str) -> str:
    return path if path.endswith("/") or "." in path.rpartition("/")[2] else f"{path}/"


def _pages(paths: Collection[str]) -> dict[str, str]:
    """Return those of ``paths`` that a page has today, each with the form in which it is written."""
    feeds = {path: match for path in paths if (match := FEED.fullmatch(path))}
    keys = {path: old_key(feeds[path][1] if path in feeds else path) for path in paths}
    owned: dict[str, str] = {}
    for some in in_pieces(sorted({key for key in keys.values() if key not in {"", "/"}})):
        addresses = Address.objects.filter(path__in=[f"{key}/" for key in some])
        owned |= {path.rstrip("/"): path for path in addresses.values_list("path", flat=True)}
        words = {word for key in some for word in key.split("/")[1:3]}
        for objects in (
            Section.objects.with_parent(),
            Author.objects.public(),
            Tag.objects,
            FlatPage.objects.filter(is_public=True),
        ):
            owned |= {path.rstrip("/"): path for path in map(path_of, objects.filter(slug__in=words))}
    own = {path: owned[key] + (feeds[path][2] if path in feeds else "") for path, key in keys.items() if key in owned}
    return own | {path: path for path in paths if path == "/" or is_fixed_page(path) or MONTH.match(path)}


def _with_rest(address: str, link: OwnLink) -> str:
    """Return today's ``address`` with the parameters of a link that chose nothing, and its place in the page."""
    pairs = parse_qsl(link.query, keep_blank_values=True)
    more = urlencode(wordpress.without_old(pairs, is_root=wordpress.is_root(link.path)))
    path, _mark, query = address.partition("?")
    whole_query = "&".join(filter(None, [query, more]))
    whole = (path if "://" in path else quote(path, safe="/%")) + (f"?{whole_query}" if whole_query else "")
    return f"{whole}#{link.anchor}" if link.anchor else whole
