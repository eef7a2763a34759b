"""What an export holds, whatever wrote it: each reader of a format yields these, and nothing else is brought in.

Times are aware, in UTC. A ``key`` names a row of the source for good, like ``post:123``: a second import of a later
export finds by it what the first one made. Texts are as the source has them; the run cleans them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SourceState(StrEnum):
    """What readers of the old site could do with a story. Only the first becomes public by an import."""

    PUBLISHED = "published"
    SCHEDULED = "scheduled"  # with ``published_at`` in the future when it was exported
    DRAFT = "draft"  # also one that waited for an editor
    PRIVATE = "private"  # readers with a login, or with a password
    TRASHED = "trashed"


@dataclass(frozen=True)
class SourceSite:
    """The site that was exported; the first item of a reader."""

    name: str = ""
    addresses: tuple[str, ...] = ()  # its own beginnings, like "https://paper.example", each without a slash at its end
    language: str = ""  # BCP 47; "" if the export doesn't say
    time_zone: str = ""  # of IANA; "" if the export doesn't say
    system: str = ""  # like "WordPress 6.4.3", as far as it is known


@dataclass(frozen=True)
class SourceAuthor:
    """A name above stories. ``email`` is only for finding a login; it is never shown nor part of an address."""

    key: str
    name: str
    slug: str = ""
    email: str = ""
    biography: str = ""  # plain text
    links: tuple[str, ...] = ()
    is_guest: bool = False  # a name without a page of its own
    addresses: tuple[str, ...] = ()  # former paths of its page, with query, like "/author/ana/"
    attributes: tuple[tuple[str, str], ...] = ()  # what else the source has of it, as with stories


@dataclass(frozen=True)
class SourceTerm:
    """A category, tag or other word by which stories are grouped."""

    key: str
    kind: str  # "category", "tag", or the source's own name of another kind, which is listed and not brought in
    name: str
    slug: str = ""
    parent: str = ""  # key of the category it lies within
    description: str = ""
    language: str = ""
    addresses: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SourceMedia:
    """A file of the old site, known by its address; its bytes come from a folder, an archive or that address."""

    key: str
    address: str  # whole, of the largest file known
    name: str = ""  # as the source shows it
    alt: str = ""
    caption: str = ""  # plain text
    credit: str = ""
    parent: str = ""  # key of the story it was uploaded for
    addresses: tuple[str, ...] = ()  # paths of its own page, with query
    sizes: tuple[str, ...] = ()  # whole addresses of the same picture in other sizes, the one shown at first, if known
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SourceComment:
    """A remark within a text, for the desk alone; it becomes a note."""

    author: str
    text: str
    at: datetime | None = None
    quoted: str = ""  # the words it is about


@dataclass(frozen=True)
class SourceStory:
    """A story or a page that stands by itself."""

    key: str
    kind: str  # "story", "page", or "block": a text that others refer to by its key, which isn't brought in by itself
    title: str
    text: str  # as the source has it, in ``format``
    format: str  # a key of ``formats.CONVERTERS``: "wordpress", "html", "lexical", "mobiledoc", "body", "own"
    state: SourceState = SourceState.DRAFT
    slug: str = ""
    standfirst: str = ""  # plain text
    authors: tuple[str, ...] = ()  # keys, in order
    terms: tuple[str, ...] = ()  # keys; the first category is the main one
    lead_media: str = ""  # key
    lead_caption: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language: str = ""  # BCP 47; "" for the site's
    translation_of: str = ""  # stories with the same word here are translations of each other
    addresses: tuple[str, ...] = ()  # former paths, with query, like "/2019/05/04/flood/" and "/?p=123"
    seo_title: str = ""
    seo_description: str = ""
    corrections: tuple[tuple[str, str], ...] = ()  # (day as "2025-12-08" or "", text)
    comments: tuple[SourceComment, ...] = ()
    placements: tuple[str, ...] = ()  # "sticky"
    attributes: tuple[tuple[str, str], ...] = ()  # what else the source has of it; hooks read these, the report lists
    # names


SourceItem = SourceSite | SourceAuthor | SourceTerm | SourceMedia | SourceStory


@dataclass(frozen=True)
class SourceFinding:
    """Something that the report tells: what was left out, repaired or looks wrong, of which row, and why."""

    kind: str  # a short name to count by, like "shortcode", "missing picture", "control character"
    key: str  # of the item; "" for the file as a whole
    what: str
    why: str = ""


@dataclass
class ReadingReport:
    """What a reader tells besides its items: findings, and the count of items in the file by the source's own kinds."""

    findings: list[SourceFinding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def tell(self, kind: str, key: str, what: str, why: str = "") -> None:
        self.findings.append(SourceFinding(kind, key, what, why))

    def count(self, kind: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1


class ReadingError(Exception):
    """The file can't be read at all; the message says what it is and what to do instead."""


@dataclass(frozen=True)
class ConvertedText:
    """A body in the paper's own HTML, not yet cleaned, with pictures named by the source.

    A picture is ``<figure data-media="REFERENCE"><figcaption>…</figcaption></figure>``, where the reference is a key of
    ``SourceMedia`` ("media:123") or the address in the text, escaped as an attribute's value; further attributes are
    ``data-alt``, ``data-credit``, ``data-address`` (where the picture is, if only its number in the text says which it
    is: an export may lack that number), and ``data-apart=""`` on each picture that doesn't form a series with the one
    before. The run puts the picture's number in its place, or leaves it out and says so. Links are as in the source;
    the run turns those to the old site's own addresses into today's.
    """

    html: str
    media: tuple[str, ...] = ()  # the references, in order
    findings: tuple[SourceFinding, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What a converter knows about a text besides the text itself."""

    key: str = ""  # of the story
    site: SourceSite = SourceSite()
    media_of: Callable[[str], str] = lambda _address: ""  # key of the media at an address of any size; "" if unknown
    attached: tuple[str, ...] = ()  # keys of the media uploaded for the story, for a gallery that names none
    blocks: Callable[[str], str] = lambda _key: ""  # text of a reusable block by its key; "" if it isn't there
    footnotes: dict[str, str] = field(default_factory=dict)  # notes that WordPress keeps beside the text, by their ids
    shortcodes: dict[str, Callable[[dict[str, str], str], str]] = field(default_factory=dict)  # hooks, by name


Reader = Callable[[str, ReadingReport], Iterator[SourceItem]]  # of the path of a file
Converter = Callable[[str, Surroundings], ConvertedText]
