"""The links of a body: those into the paper are looked up here, those to other sites by a background task."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.body import markup
from articles.desk.readiness import closed
from articles.desk.readiness.problem import Problem
from articles.models import Address, Article, Author, Check, Edition, FlatPage, OutsideLink, Section
from articles.outside import SURE, Trouble

MOST_LINKS = 200  # checked in one body
MOST_NAMED = 8  # links without an address
SHOWN = 80  # characters of an address in a sentence
DESK = ("admin", "preview")  # first words of addresses that are no reader's


class LinkTarget(NamedTuple):
    """A page of the paper that a link names: the kind of row it shows, and the parts of the address that name it."""

    kind: str
    key: tuple[str, ...]


def outside_of(body: str) -> list[str]:
    """Return the addresses of other sites that ``body`` links to."""
    return [href for href in markup.links_of_body(body)[:MOST_LINKS] if is_outside(href)]


def link_problems(article: Article, path: str, checks: set[str]) -> Iterator[Problem]:
    hrefs = markup.links_of_body(article.body)[:MOST_LINKS]
    inside = {href: place for href in hrefs if (place := path_within(href)) is not None}
    if Check.INTERNAL_LINKS in checks:
        yield from _inside(inside, path)
    if Check.EXTERNAL_LINKS in checks:
        yield from _closed(article.body)
        yield from _outside([href for href in outside_of(article.body) if not closed.words_for(href)])


def path_within(href: str) -> str | None:
    """Return the path if ``href`` leads into the paper; None for other sites, telephone numbers and the like."""
    try:
        parts = urlsplit(href)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme in {"http", "https", ""} and parts.netloc:
        return (unquote(parts.path) or "/") if _is_own(host) else None
    if parts.scheme or href.startswith("#"):
        return None
    return unquote(parts.path)


def is_outside(href: str) -> bool:
    """Return whether ``href`` is the address of a page of another site."""
    return href.lower().startswith(("http://", "https://", "//")) and path_within(href) is None


def _is_own(host: str) -> bool:
    own = [name.lower() for name in settings.ALLOWED_HOSTS]
    return any(host == name or (name.startswith(".") and f".{host}".endswith(name)) for name in own)


def _inside(places: dict[str, str], own_path: str) -> Iterator[Problem]:
    targets = {href: _target(place) for href, place in places.items() if place.startswith("/") and place != own_path}
    known_targets = _existing_targets({target for target in targets.values() if target})
    for href, place in places.items():
        if not place.startswith("/"):
            text = _("The link “%(link)s” lacks https:// and the site’s name in front: write the whole address.")
        elif place.lstrip("/").partition("/")[0] in DESK:
            text = _("The link “%(link)s” leads to the desk, where readers can’t go: link the article’s own address.")
        elif place == own_path or known_targets.get(targets.get(href), False):
            continue
        elif targets.get(href) in known_targets:
            text = _("The link “%(link)s” leads to an article that is not live now: take it out, or wait for that one.")
        else:
            text = _("The link “%(link)s” leads to no page of the paper: mend it, or take it out.")
        yield Problem("body", text % {"link": _short(href)}, Check.INTERNAL_LINKS, place=href)


def _target(path: str) -> LinkTarget | None:
    """Return which page ``path`` leads to; None if the paper has no such address."""
    try:
        match = resolve(path if path.endswith("/") or "." in path.rpartition("/")[2] else f"{path}/")
    except (Resolver404, UnicodeError):
        return None
    name, words = match.url_name or "", match.kwargs
    if name == "article_page":
        return LinkTarget("article", (path if path.endswith("/") else f"{path}/",))
    kind = name.partition("_")[0]
    if kind in {"section", "child"}:  # its page, its feeds, its months
        return LinkTarget("section", (words["slug"], words.get("child", "")))
    if kind in {"tag", "author"}:
        return LinkTarget(kind, (words["slug"],))
    return LinkTarget("page", (path,))


def _existing_targets(targets: set[LinkTarget]) -> dict[LinkTarget | None, bool]:
    """Return those of ``targets`` that exist, with whether readers get a page; a query for each kind of page."""
    is_readable: dict[LinkTarget | None, bool] = {target: True for target in targets if target.kind == "page"}
    keys = {kind: [target.key for target in targets if target.kind == kind] for kind in ("article", "section")}
    if keys["article"]:
        live = Edition.objects.live().filter(article=OuterRef("article"))
        rows = Address.objects.filter(path__in=[key[0] for key in keys["article"]]).annotate(is_live=Exists(live))
        is_readable |= {LinkTarget("article", (row.path,)): row.is_live for row in rows}
    if keys["section"]:
        slugs = {slug for key in keys["section"] for slug in key if slug}
        rows = Section.objects.filter(slug__in=slugs).values_list("slug", "parent__slug")
        is_readable |= {LinkTarget("section", (parent, slug) if parent else (slug, "")): True for slug, parent in rows}
        pages = FlatPage.objects.filter(slug__in=slugs, is_public=True).values_list("slug", flat=True)
        is_readable |= {LinkTarget("section", (slug, "")): True for slug in pages}
    for kind, rows in (("tag", Tag.objects.all()), ("author", Author.objects.public())):
        if slugs := [target.key[0] for target in targets if target.kind == kind]:
            slugs_found = rows.filter(slug__in=slugs).values_list("slug", flat=True)
            is_readable |= {LinkTarget(kind, (slug,)): True for slug in slugs_found}
    return is_readable


def _closed(body: str) -> Iterator[Problem]:
    """Yield the links whose addresses alone show that no reader can open them."""
    for href in outside_of(body):
        if text := closed.words_for(href):
            yield Problem("body", text % {"link": _short(href)}, Check.EXTERNAL_LINKS, place=href)
    for words in closed.nowhere(body)[:MOST_NAMED]:
        label = markup.plain_text(words)
        text = _("The link “%(words)s” has no address that readers can open: link it anew, or take the link out.")
        yield Problem("body", text % {"words": _short(label)}, Check.EXTERNAL_LINKS, place=label)


def _outside(hrefs: list[str]) -> Iterator[Problem]:
    answers = OutsideLink.objects.about(hrefs) if hrefs else {}
    for href in hrefs:
        link = answers.get(href)
        if link and link.problem:
            text = _words(link.problem) % {"link": _short(href), "status": link.status or ""}
            yield Problem("body", text, Check.EXTERNAL_LINKS, place=href, mild=link.problem not in SURE)


def _words(trouble: str) -> str:
    texts: dict[str, str] = {
        Trouble.GONE: _("The page “%(link)s” is gone (it answers %(status)s): mend the link, or take it out."),
        Trouble.NO_HOST: _("The site of “%(link)s” was not found from here: look at the spelling of its name."),
        Trouble.BROKEN: _("“%(link)s” is no address that a browser understands: write it anew."),
        Trouble.INSIDE: _("“%(link)s” leads into a private network, where readers can’t go."),
        Trouble.PORT: _("“%(link)s” has a port of its own, which we don’t ask: open it yourself."),
        Trouble.CERTIFICATE: _("“%(link)s” shows a certificate that is not valid: browsers will warn readers."),
        Trouble.LOOP: _("“%(link)s” redirects on and on: open it and link where it ends."),
        Trouble.UNWILLING: _("“%(link)s” did not answer to us (status %(status)s): open it yourself, it may be fine."),
    }
    return texts.get(trouble) or _("“%(link)s” did not answer to us: open it yourself, it may be fine.")


def _short(href: str) -> str:
    return href if len(href) <= SHOWN else f"{href[: SHOWN - 1]}…"
