"""The list of all public addresses, each with its view and its uses.

The apps list their own (``articles.pages``, ``tickers.pages``); here they are joined with those of the project, which
alone may know both. The list determines the routes (``newsroom.urls``), the pages offered for menus, the lines of the
sitemap and of robots.txt, what is warmed and what is never cached, and the tests of every public page. A row names its
view and does not hold it, so that whoever needs an address does not import all views.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, path, re_path
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from articles import pages as of_articles
from tickers import pages as of_rates

FORMATS = {"rss": "feed/", "atom": "atom/", "json": "feed.json"}


@dataclass(frozen=True)
class PublicPage:
    """One public address, or all those of one pattern."""

    name: str  # of the route
    path: str  # of the route; one that begins with ^ is a regular expression
    view: str  # its path: ``articles.public.views.front_page``
    example: str  # an address of that pattern, on the paper that ``newsroom.tests.public_paper`` makes
    answers: int = 200  # the status of the example
    feed: tuple[str, str] | None = None  # the name of its feeds' routes, and their view
    menu: str | Promise = ""  # the name by which it is offered for menus
    menu_rank: int = 0  # its position among those; 0 is not offered
    in_sitemap: bool = False  # if it has one address; the sitemaps list sections, articles and pairs by themselves
    is_warmed: bool = False  # rendered before anybody requests it, with its feeds
    is_kept: bool = True  # in the page cache; addresses with the first word of others are never cached
    parameters: tuple[str, ...] = ()  # those that make another page; the page cache drops all others
    is_screen: bool = False  # people look at it in a browser
    is_sitemap: bool = False  # robots.txt names it
    is_hidden: bool = False  # robots.txt keeps crawlers away from it

    @property
    def is_fixed(self) -> bool:
        """Whether the pattern matches only one address."""
        return not self.path.startswith("^") and "<" not in self.path

    @property
    def first_word(self) -> str:
        """The beginning of all its addresses, up to the first slash or variable part."""
        match = re.match(r"\^?([\w.-]*/?)", self.path)
        return f"/{match[1] if match else ''}"

    @property
    def addresses(self) -> list[str]:
        """The example, and the examples of its feeds."""
        base, mark, query = self.example.partition("?")
        endings = FORMATS.values() if self.feed else ()
        return [self.example, *(f"{base}{ending}{mark}{query}" for ending in endings)]

    def routes(self) -> Iterator[URLPattern]:
        """Yield its route, and those of its feeds."""
        make = re_path if self.path.startswith("^") else path
        yield make(self.path, import_string(self.view), name=self.name)
        if self.feed:
            name, view = self.feed
            for form, ending in FORMATS.items():
                yield path(self.path + ending, import_string(view), {"form": form}, name=f"{name}_{form}")


OWN = [
    PublicPage("robots", "robots.txt", "newsroom.serving.text_files.robots", "/robots.txt", is_warmed=True),
    PublicPage(
        "manifest",
        "manifest.webmanifest",
        "newsroom.serving.text_files.manifest",
        "/manifest.webmanifest",
        is_warmed=True,
    ),
    PublicPage(
        "look",
        r"^look-(?P<digest>[0-9a-f]{12})\.css$",
        "newsroom.serving.text_files.look_stylesheet",
        "/look-0123456789ab.css",
        is_kept=False,
    ),
    PublicPage("ads", "ads.txt", "newsroom.serving.text_files.ads", "/ads.txt"),
    PublicPage("humans", "humans.txt", "newsroom.serving.text_files.humans", "/humans.txt"),
    PublicPage(
        "indexnow_key",
        r"^(?P<key>[0-9a-f]{32})\.txt$",
        "newsroom.serving.text_files.indexnow_key",
        f"/{'0' * 32}.txt",
        answers=404,
    ),
    PublicPage(
        "security", ".well-known/security.txt", "newsroom.serving.text_files.security", "/.well-known/security.txt"
    ),
    PublicPage("security_before", "security.txt", "newsroom.serving.text_files.security", "/security.txt"),
    PublicPage(
        "icon",
        r"^(?P<name>favicon\.ico|apple-touch-icon(?:-precomposed)?\.png)$",
        "newsroom.serving.text_files.icon",
        "/favicon.ico",
    ),
    PublicPage(
        "policy_reports",
        "policy-reports/",
        "newsroom.serving.policy_reports.take_reports",
        "/policy-reports/",
        answers=405,
        is_kept=False,
    ),
    PublicPage(
        "media",
        "media/<path:name>",
        "newsroom.serving.media.rendition",
        "/media/ab/key/1-wide-640.webp",
        answers=404,
        is_kept=False,
    ),
]
ALL = [
    *OWN,
    *(PublicPage(**row) for row in (*of_rates.PAGES, *of_articles.PAGES)),
]  # in the order in which they are matched

IN_MENUS = {
    page.example.partition("?")[0]: page.menu for page in sorted(ALL, key=lambda page: page.menu_rank) if page.menu_rank
}
IN_SITEMAP = [page.example for page in ALL if page.in_sitemap]
WARMED = [address for page in ALL if page.is_warmed for address in page.addresses]
UNKEPT = tuple(sorted({page.first_word for page in ALL if not page.is_kept}))
HIDDEN = sorted({page.first_word for page in ALL if page.is_hidden})
SITEMAPS = [page.example for page in ALL if page.is_sitemap]
