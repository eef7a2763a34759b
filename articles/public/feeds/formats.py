"""The three formats of feeds: RSS 2.0, Atom and JSON Feed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.languages import direction, language_attributes
from articles.models.author import Author
from articles.models.edition import Edition
from articles.models.site import SiteSettings
from articles.pictures import renditions
from ground import xml
from ground.addresses import absolute
from ground.characters import strip_control

ICON_WIDTH = 640


@dataclass(frozen=True)
class Picture:
    """A picture in a feed, with an absolute address."""

    url: str
    width: int
    height: int
    text: str
    credit: str


@dataclass(frozen=True)
class Item:
    """An edition in a feed; ``write`` returns its body as self-contained HTML, None: only the standfirst is shown."""

    edition: Edition
    write: Callable[[], str] | None
    root: str
    host: str  # the host that names the paper's articles for ever, whatever host it has today

    @property
    def is_whole(self) -> bool:
        return self.write is not None

    @property
    def text(self) -> str:
        """The body, which says itself if it runs from right to left: no format of feeds says it of an item."""
        html, language = self.write() if self.write else "", self.edition.language
        return f"<div{language_attributes(language)}>{html}</div>" if html and direction(language) == "rtl" else html

    @property
    def summary_html(self) -> str:
        """The standfirst, or else the headline, as HTML, for which readers of RSS take a description."""
        return escape(self.edition.standfirst or self.edition.headline, quote=False)

    @property
    def id(self) -> str:
        """The article's permanent id (RFC 4151), which does not change with its address or headline."""
        edition = self.edition
        return f"tag:{self.host},{edition.published_at:%Y-%m-%d}:article-{edition.article_id}"

    @property
    def url(self) -> str:
        return self.root + self.edition.path

    @property
    def topics(self) -> list[str]:
        """The names of its parent section and section, then of further sections, like countries, and of tags."""
        assert self.edition.section  # noqa: S101 - the constraint edition_has_a_section
        own = [section.name for section in (self.edition.section.parent, self.edition.section) if section]
        more = f"{self.edition.further_names or ''}\n{self.edition.tag_names or ''}".split("\n")
        by_folded_name: dict[str, str] = {}
        for name in filter(None, map(strip_control, [*own, *more])):
            by_folded_name.setdefault(name.casefold(), name)
        return list(by_folded_name.values())

    @property
    def picture(self) -> Picture | None:
        image = self.edition.lead_image
        if image is None:
            return None
        url, width, height = image.sources("wide").at_most(renditions.SHARED_WIDTH)
        return Picture(
            url=absolute(url, self.root),
            width=width,
            height=height,
            text=image.alternative,
            credit=image.credit,
        )


@dataclass(frozen=True)
class Feed:
    """A feed in any format: ``subject`` names what it lists (None: the paper), ``home`` is the page it belongs to."""

    paper: SiteSettings
    root: str
    home: str
    address: str
    subject: str | None
    items: list[Item]
    made_at: datetime

    @property
    def title(self) -> str:
        return f"{self.paper.name}: {self.subject}" if self.subject else self.paper.name

    @property
    def description(self) -> str:
        if self.subject:
            return _("%(thing)s: the latest from %(paper)s") % {"thing": self.subject, "paper": self.paper.name}
        return self.paper.description or self.paper.tagline or self.paper.name

    @property
    def description_html(self) -> str:
        return escape(self.description, quote=False)

    @property
    def updated(self) -> datetime:
        """When an item last went live, was updated or corrected."""
        return max((item.edition.modified_at for item in self.items), default=self.made_at)

    @property
    def language(self) -> str:
        """The language of all items, or else the site's."""
        languages = {item.edition.language for item in self.items}
        return languages.pop() if len(languages) == 1 else get_language()

    @property
    def icon(self) -> str:
        """The absolute address of the paper's square logo, or of the icon that is shipped."""
        if not self.paper.logo:
            return self.root + static("icons/icon-512.png")
        url = self.paper.logo.sources("square").at_most(ICON_WIDTH)[0]
        return absolute(url, self.root)


def rss(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Return the feed as RSS 2.0, with the modules content, media and Dublin Core.

    Its type is not application/rss+xml, because browsers show that as source, without style.
    """
    return xml.xml_answer(request, "articles/feed_rss.xml", {"feed": feed})


def atom(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Return the feed as Atom: RFC 4287."""
    return xml.xml_answer(request, "articles/feed_atom.xml", {"feed": feed})


def json_feed(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Return the feed as JSON Feed 1.1: jsonfeed.org/version/1.1."""
    content = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address,
        "description": feed.description,
        "icon": feed.icon,
        "language": feed.language,
        "authors": [{"name": feed.paper.name, "url": f"{feed.root}/"}],
        "hubs": [{"type": "WebSub", "url": feed.paper.websub_hub}] if feed.paper.websub_hub else None,
        "items": [_json_item(item) for item in feed.items],
    }
    return JsonResponse(
        _without_empty(content), json_dumps_params={"ensure_ascii": False}, content_type="application/feed+json"
    )


def _json_item(item: Item) -> dict[str, Any]:
    edition, picture, text = item.edition, item.picture, item.text
    content = {
        "id": item.id,
        "url": item.url,
        "title": edition.headline,
        "content_html": text,
        "content_text": "" if text else edition.standfirst or edition.headline,
        "summary": edition.standfirst,
        "image": picture and picture.url,
        "date_published": edition.published_at.isoformat(timespec="seconds"),
        "date_modified": edition.modified_at.isoformat(timespec="seconds"),
        "authors": [_author(author, item.root) for author in edition.authors],
        "tags": item.topics,
        "language": edition.language,
    }
    return _without_empty(content)


def _author(author: Author, root: str) -> dict[str, str]:
    """Return an author with the address of the public page; a guest has none."""
    path = author.get_absolute_url()
    return {"name": author.name} | ({"url": root + path} if path else {})


def _without_empty(content: dict[str, Any]) -> dict[str, Any]:
    """Return ``content`` without empty values."""
    return {name: value for name, value in content.items() if value or name == "items"}


WRITE = {"rss": rss, "atom": atom, "json": json_feed}
