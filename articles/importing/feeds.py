"""Feeds: each entry of RSS, Atom, RDF or JSON Feed is a draft for whoever looks after what agencies send."""

import hashlib
import io
import json
import re
from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from html.entities import html5
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import ParseError, tostring

import feedparser
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from articles.body.markup import plain_text
from articles.importing.body_writer import fragment_words
from articles.importing.items import (
    ReadingError,
    ReadingReport,
    SourceAuthor,
    SourceComment,
    SourceItem,
    SourceMedia,
    SourceSite,
    SourceStory,
    SourceTerm,
)

LARGEST = 10 << 20  # bytes
HEAD = 4096  # bytes in which a file says what it is
MOST_ENTRIES = 5000
DECLARATION = re.compile(r"^\s*<\?xml[^<>]*\?>")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
AMPERSAND = re.compile(r"&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};)([a-zA-Z][a-zA-Z0-9]{1,30};)?")
LONGEST_SUMMARY = 20_000  # characters of HTML
LONGEST_KEY = 200  # characters of a number; of a longer one it is the digest
OTHERS = {  # what begins like a feed, or is given for one, and what to do instead
    "<!doctype html": lambda: _("This is a web page, not a feed: look in it for the address of the feed."),
    "<html": lambda: _("This is a web page, not a feed: look in it for the address of the feed."),
    "<opml": lambda: _("This is a list of feeds (OPML): bring in the feeds that it names, one by one."),
    "<urlset": lambda: _("This is a sitemap, which has addresses without texts: give the address of a feed."),
    "<sitemapindex": lambda: _("This is a sitemap, which has addresses without texts: give the address of a feed."),
    "wordpress.org/export/": lambda: _("This is an export of WordPress: bring it in as one."),
}


@dataclass
class FeedEntry:
    """An entry, whatever the format of its feed."""

    number: str  # what the feed says it is known by; "" if it says nothing
    title: str = ""
    link: str = ""
    html: str = ""
    summary: str = ""  # plain text
    authors: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    enclosures: list[tuple[str, str]] = field(default_factory=list)  # address and type
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language: str = ""

    @property
    def key(self) -> str:
        """The entry's own number, else its address, else a digest of its words."""
        number = self.number or self.link
        if number and len(number) <= LONGEST_KEY:
            return f"entry:{number}"
        words = number or "\n".join((self.title, self.html, str(self.published_at)))
        return f"entry:{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()}"


def read_feed(path: str, report: ReadingReport) -> Iterator[SourceItem]:
    """Yield the entries of a feed as drafts, each with a note that says where it stood; raise ``ReadingError`` for
    what is no feed.
    """
    data = _bytes_of(path)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        site, entries = _read_json(data)
    else:
        site, entries = _read_xml(data)
    yield site
    keys: set[str] = set()
    for entry in entries[:MOST_ENTRIES]:
        if entry.key in keys:
            report.count("repeated entries")
            report.tell("repeated row", entry.key, entry.title, _("An entry with this number was read before."))
            continue
        report.count("entries")
        yield from _items(entry, site, keys, report)
    if len(entries) > MOST_ENTRIES:
        report.tell("more entries", "", str(len(entries) - MOST_ENTRIES), _("A feed is read up to 5,000 entries."))


def _bytes_of(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        message = _("The file can’t be read: %(reason)s.") % {"reason": error.strerror or error}
        raise ReadingError(message) from error
    if len(data) > LARGEST:
        raise ReadingError(_("The file has more than %(size)d MB, which no feed has.") % {"size": LARGEST >> 20})
    return data


def _items(entry: FeedEntry, site: SourceSite, keys: set[str], report: ReadingReport) -> Iterator[SourceItem]:
    """Yield the story of an entry, after the authors, words and pictures that no entry before it had."""
    keys.add(entry.key)
    authors = {f"author:{name.casefold()}": name for name in entry.authors}
    terms = {f"category:{name.casefold()}": name for name in entry.categories}
    pictures = [address for address, kind in entry.enclosures if kind.startswith("image/")]
    for address, kind in entry.enclosures:
        if not kind.startswith("image/"):
            report.tell("file", entry.key, address, _("Only pictures are brought in (%(type)s).") % {"type": kind})
    items: list[SourceAuthor | SourceTerm | SourceMedia] = [
        SourceAuthor(key, name, is_guest=True) for key, name in authors.items()
    ]
    items += [SourceTerm(key, "category", name) for key, name in terms.items()]
    items += [SourceMedia(f"media:{address}", address, parent=entry.key) for address in pictures]
    for item in items:
        if item.key not in keys:
            keys.add(item.key)
            yield item
    yield _story(entry, site, tuple(authors), tuple(terms), pictures)


def _story(
    entry: FeedEntry, site: SourceSite, authors: tuple[str, ...], terms: tuple[str, ...], pictures: list[str]
) -> SourceStory:
    source = _("From %(source)s: %(address)s") % {"source": site.name or "–", "address": entry.link}
    files = [address for address, kind in entry.enclosures if not kind.startswith("image/")]
    return SourceStory(
        key=entry.key,
        kind="story",
        title=entry.title,
        text=entry.html,
        format="html",
        standfirst=entry.summary,
        authors=authors,
        terms=terms,
        lead_media=f"media:{pictures[0]}" if pictures else "",
        published_at=entry.published_at,
        modified_at=entry.modified_at,
        language=entry.language,
        comments=(SourceComment(site.name, source, entry.published_at),) if entry.link else (),
        attributes=(*((("source_link", entry.link),) if entry.link else ()), *(("file", address) for address in files)),
    )


def _read_xml(data: bytes) -> tuple[SourceSite, list[FeedEntry]]:
    """Return site and entries of XML; texts stay as they are, because they are cleaned where they are brought in."""
    head = data[:HEAD].decode("utf-8", "replace").lower()
    for sign, refusal in OTHERS.items():
        if sign in head:
            raise ReadingError(refusal())
    parsed = feedparser.parse(io.BytesIO(_well_formed(data)), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        raise ReadingError(_("This is no feed: neither RSS nor Atom nor JSON Feed."))
    feed = parsed.feed
    site = SourceSite(
        name=fragment_words(feed.get("title", "")),
        addresses=_site_of(feed.get("link", "")),
        language=feed.get("language", ""),
        system=str(parsed.version),
    )
    return site, [_entry(row, feed.get("link", ""), feed.get("author", "")) for row in parsed.entries]


def _well_formed(data: bytes) -> bytes:
    """Return XML without entities and faults: feedparser guesses what damaged XML means, which may take it hours."""
    for attempt in (data, _repaired(data)):
        try:
            return tostring(fromstring(attempt), encoding="utf-8")
        except (ParseError, DefusedXmlException, LookupError, ValueError, RecursionError):
            continue
    raise ReadingError(_("This is no feed, or its XML is damaged: download it once more, or tell who sends it."))


def _repaired(data: bytes) -> bytes:
    """Return XML without control characters, names of HTML's signs, and ``&`` that stand for themselves."""
    text = CONTROLS.sub("", DECLARATION.sub("", data.decode("utf-8-sig", "replace"), count=1))
    return AMPERSAND.sub(_written_sign, text).encode("utf-8", "replace")


def _written_sign(match: re.Match[str]) -> str:
    name = match[1]
    if name and name.rstrip(";") in {"amp", "lt", "gt", "quot", "apos"}:
        return match[0]
    return escape(html5[name]) if name in html5 else "&amp;" + (name or "")


def _entry(row: Any, base: str, author: str) -> FeedEntry:
    """Return an entry of feedparser's; of several texts the longest is the story, another one its standfirst."""
    texts = [*row.get("content", []), row.get("summary_detail", {})]
    html = max((_html_of(text) for text in texts), key=len)
    summary = plain_text(_html_of(row.get("summary_detail", {}))[:LONGEST_SUMMARY]) if row.get("content") else ""
    names = [person.get("name", "") for person in row.get("authors", [])] or [row.get("author", "") or author]
    link = _joined(base, row.get("link", ""))
    return FeedEntry(
        number=row.get("id", ""),
        title=fragment_words(row.get("title", "")),
        link=link,
        html=html,
        summary=" ".join(summary.split()) if summary != plain_text(html[:LONGEST_SUMMARY]) else "",
        authors=_names(names),
        categories=_names(tag.get("term") or tag.get("label") or "" for tag in row.get("tags", [])),
        enclosures=_enclosures(row, link),
        published_at=_time(row.get("published_parsed")),
        modified_at=_time(dict.get(row, "updated_parsed")),
        language=row.get("content", [{}])[0].get("language") or "",
    )


def _html_of(text: Any) -> str:
    value = text.get("value", "")
    return f"<p>{escape(value, quote=False)}</p>" if value and text.get("type") == "text/plain" else value


def _names(values: Any) -> list[str]:
    names = (" ".join(fragment_words(value).split()) for value in values if isinstance(value, str))
    return list(dict.fromkeys(name for name in names if name))


def _enclosures(row: Any, base: str) -> list[tuple[str, str]]:
    """Return the files beside an entry, by all the ways of feeds to name them, each once."""
    files = [(item.get("href", ""), item.get("type", "")) for item in row.get("enclosures", [])]
    for item in row.get("media_content", []):
        kind = item.get("type") or ("image/" if item.get("medium") == "image" else "")
        files.append((item.get("url", ""), kind))
    if not any(kind.startswith("image/") for _address, kind in files):
        files += [(item.get("url", ""), "image/") for item in row.get("media_thumbnail", [])]
    return list({_joined(base, address): kind for address, kind in reversed(files) if address}.items())[::-1]


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip()) if address else ""
    except ValueError:
        return ""


def _site_of(address: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ()
    return (f"{parts.scheme}://{parts.netloc}",) if parts.scheme in {"http", "https"} and parts.netloc else ()


def _time(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _read_json(data: bytes) -> tuple[SourceSite, list[FeedEntry]]:
    """Return site and entries of JSON Feed (jsonfeed.org, 1.0 and 1.1)."""
    try:
        feed = json.loads(data.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        raise ReadingError(_("The JSON is damaged or cut off: download the feed once more.")) from None
    items = feed.get("items")
    if "jsonfeed.org" not in str(feed.get("version")) or not isinstance(items, list):
        raise ReadingError(_("This JSON is no feed: its “version” names jsonfeed.org, and it has “items”."))
    site = SourceSite(
        name=_word(feed, "title"),
        addresses=_site_of(_word(feed, "home_page_url") or _word(feed, "feed_url")),
        language=_word(feed, "language"),
        system="JSON Feed",
    )
    authors = _people(feed)
    return site, [_json_entry(item, authors) for item in items if isinstance(item, dict)]


def _json_entry(item: dict[str, Any], authors: list[str]) -> FeedEntry:
    words = _word(item, "content_text") or _word(item, "summary")
    lines = "".join(f"<p>{escape(line, quote=False)}</p>" for line in words.split("\n") if line.strip())
    image = _word(item, "image") or _word(item, "banner_image")
    files = [row for row in _rows(item, "attachments") if _word(row, "url")]
    number = item.get("id")
    return FeedEntry(
        number=str(number) if isinstance(number, str | int) else "",
        title=_word(item, "title"),
        link=_word(item, "url") or _word(item, "external_url"),
        html=_word(item, "content_html") or lines,
        summary=_word(item, "summary") if item.get("content_html") or item.get("content_text") else "",
        authors=_people(item) or authors,
        categories=_names(item.get("tags") if isinstance(item.get("tags"), list) else []),
        enclosures=[
            *([(image, "image/")] if image else []),
            *((_word(row, "url"), _word(row, "mime_type")) for row in files),
        ],
        published_at=_iso_time(_word(item, "date_published")),
        modified_at=_iso_time(_word(item, "date_modified")),
        language=_word(item, "language"),
    )


def _word(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def _rows(row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = row.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _people(row: dict[str, Any]) -> list[str]:
    """Return the authors, as 1.1 lists them, or the one of 1.0."""
    author = row.get("author")
    people = _rows(row, "authors") or ([author] if isinstance(author, dict) else [])
    return _names(_word(person, "name") for person in people)


def _iso_time(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
