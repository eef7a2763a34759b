"""The first way through a file: what must be known before the first story, and whether it is an export at all."""

import re
from dataclasses import dataclass, field
from itertools import chain

from django.utils.translation import gettext as _

from articles.importing.items import ReadingError, SourceSite
from articles.importing.wxr.authors import AuthorDirectory
from articles.importing.wxr.dates import SiteOffsets, read_time
from articles.importing.wxr.entries import EntryTerm, ExportEntry, own_prefixes, read_channel, read_entries
from articles.importing.wxr.languages import language_of_locale
from articles.importing.wxr.scanner import LONGEST_CHANNEL, RawElement, Scanner, wordpress_prefix
from articles.importing.wxr.site_addresses import SiteAddresses
from articles.importing.wxr.source import SNIFFED, explain_refusal, is_archive, read_chunks
from articles.importing.wxr.terms import TermIndex, read_term
from articles.importing.wxr.words import plain, plain_line

GENERATOR = re.compile(r"wordpress(?:\.org/\?v=|/)([\d.]{1,20})", re.I)
COAUTHOR = re.compile(rb"""domain=["']author["']""")
DUPLICATE = re.compile(
    rb"_icl_lang_duplicate_of(?:\]\]>)?</[\w:.-]{1,60}>\s{0,99}<[\w:.-]{1,60}>(?:<!\[CDATA\[)?(\d{1,18})"
)
ROW_OF_EXPORT = re.compile(rb"<[\w.-]{1,40}:(?:post_type|post_id|wxr_version|author_login)[\s>]")
CORRECTION, CORRECTED = "newspack_correction", "newspack_correction-post-id"
GUEST = "guest-author"
MOST_AUTHORS = 100_000


@dataclass
class ExportSurvey:
    """What a file says about its site, and what its stories refer to."""

    site: SourceSite = field(default_factory=SourceSite)
    description: str = ""
    first: bytes = b""  # of the file
    prefixes: dict[str, str] = field(default_factory=dict)
    addresses: SiteAddresses = field(default_factory=lambda: SiteAddresses(()))
    offsets: SiteOffsets = field(default_factory=SiteOffsets)
    authors: AuthorDirectory = field(default_factory=AuthorDirectory)
    terms: TermIndex = field(default_factory=TermIndex)
    corrections: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # by the number of the post
    originals: set[str] = field(default_factory=set)  # numbers of posts that WPML copied into other languages
    coauthors: dict[EntryTerm, None] = field(default_factory=dict)
    is_export: bool = False
    is_closed: bool = True  # the file has an end

    def entries(self, element: RawElement) -> list[ExportEntry]:
        return list(read_entries(element, self.prefixes))


def open_scanner(path: str) -> tuple[Scanner, bytes]:
    """Return a scanner of the file at ``path`` and the file's first bytes."""
    chunks = read_chunks(path)
    first = next(chunks, b"")
    return Scanner(chain([first], chunks), wordpress_prefix(first[:SNIFFED])), first[:SNIFFED]


def survey_file(path: str) -> ExportSurvey:
    """Return what the file at ``path`` says about its site; ReadingError if it is no export."""
    scanner, first = open_scanner(path)
    if is_archive(first):  # one that isn't compressed would show the items within
        raise ReadingError(explain_refusal(first))
    survey = ExportSurvey(first=first, prefixes=own_prefixes(first))
    head = bytearray()
    logins: list[ExportEntry] = []
    is_above, last = True, b""
    for element in scanner.elements():
        if element.tag == "item" and is_above:
            is_above = False
            _read_head(survey, bytes(head), logins)
        last = element.source or last
        if element.tag == "item":
            _learn_item(survey, element)
        elif element.tag == "wp:tag":  # nothing refers to one
            survey.is_export = True
        elif element.tag:
            logins += _learn_row(survey, element)
        elif is_above and len(head) < LONGEST_CHANNEL:
            head += element.source
        _refuse_too_many(max(len(logins), len(survey.authors.authors)))
    if is_above:
        _read_head(survey, bytes(head), logins)
    for term in survey.coauthors:
        survey.authors.add_term(term)
    survey.is_closed = b"<rss" not in first or b"</rss" in last
    _refuse_what_is_none(survey, bytes(head))
    return survey


def _read_head(survey: ExportSurvey, head: bytes, logins: list[ExportEntry]) -> None:
    channel = read_channel(head, survey.prefixes)
    beginnings = [channel.get("link"), channel.get("wp:base_blog_url")]
    if not any(beginnings):  # otherwise it is the address of the network that the site is part of
        beginnings.append(channel.get("wp:base_site_url"))
    survey.addresses = SiteAddresses(
        beginning for beginning in beginnings if beginning.startswith(("http://", "https://"))
    )
    version = GENERATOR.search(head.decode(errors="replace"))
    language = language_of_locale(channel.get("language"))
    survey.site = SourceSite(
        plain_line(channel.get("title")),
        survey.addresses.beginnings,
        language,
        system=f"WordPress {version[1]}" if version else "WordPress",
    )
    survey.description = plain_line(channel.get("description"))
    survey.is_export = survey.is_export or bool(ROW_OF_EXPORT.search(head))
    survey.terms.addresses = survey.authors.addresses = survey.addresses
    survey.terms.main_language = language[:2]
    for login in logins:
        survey.authors.add_login(login)


def _learn_row(survey: ExportSurvey, element: RawElement) -> list[ExportEntry]:
    """Note what others need of a term; return the entries of authors, for which the site must be known first."""
    survey.is_export = True
    entries = survey.entries(element)
    if element.tag == "wp:author":
        return entries
    for entry in entries:
        survey.terms.learn(read_term(entry))
    return []


def _learn_item(survey: ExportSurvey, element: RawElement) -> None:
    source = element.source
    survey.is_export = survey.is_export or bool(ROW_OF_EXPORT.search(source))
    survey.offsets.learn(source)
    survey.originals.update(match[1].decode() for match in DUPLICATE.finditer(source))
    if CORRECTION.encode() not in source and GUEST.encode() not in source and not COAUTHOR.search(source):
        return
    for entry in survey.entries(element):
        if entry.get("wp:post_type") == GUEST:
            survey.authors.add_guest(entry)
        elif entry.get("wp:post_type") == CORRECTION and entry.get("wp:status") == "publish":
            day = read_time(entry.get("wp:post_date"))
            text = plain(entry.get("content:encoded"))
            rows = survey.corrections.setdefault(entry.meta(CORRECTED), [])
            rows.append((str(day.date()) if day else "", text))
        survey.coauthors.update(dict.fromkeys(term for term in entry.terms if term.domain == "author"))


def _refuse_too_many(authors: int) -> None:
    if authors > MOST_AUTHORS:
        raise ReadingError(_("The file has more than 100,000 authors, which no site has. Export it anew."))


def _refuse_what_is_none(survey: ExportSurvey, head: bytes) -> None:
    if not survey.first.strip():
        raise ReadingError(_("The file is empty. Download the export again."))
    if b"<!ENTITY" in head:
        raise ReadingError(
            _("The file defines entities of its own, which no export does; they could grow without bound.")
        )
    if not survey.is_export:
        raise ReadingError(explain_refusal(survey.first))
