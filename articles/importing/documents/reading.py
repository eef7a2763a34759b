"""A document becomes one story: headline, standfirst, text, pictures, and its comments as notes for the desk."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from articles.body.footnotes import footnote_texts, without_footnotes
from articles.importing.body_writer import BodyWriter, fragment_words
from articles.importing.documents.blocks import BlockReader, DocumentBlock
from articles.importing.documents.lines import LineReader, paragraphs_of
from articles.importing.documents.numbering import Numbering
from articles.importing.documents.package import MEDIA_PREFIX, Package
from articles.importing.documents.styles import Styles, child_of
from articles.importing.documents.writing import MEDIA, write_blocks
from articles.importing.items import (
    ReadingReport,
    SourceComment,
    SourceItem,
    SourceMedia,
    SourceSite,
    SourceStory,
    Surroundings,
)

NOTES = {"footnotes": "w:footnoteReference", "endnotes": "w:endnoteReference"}
GENERIC_TITLES = {"", "word document", "microsoft word document", "document"}
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}\Z")
CYRILLIC = re.compile("[\u0400-\u052f]")
LATIN = re.compile("[A-Za-z](?![^<>]{0,40}>)")


def read_document(path: str, report: ReadingReport) -> Iterator[SourceItem]:
    """Yield the pictures of a .docx and the story that it is, a draft in the paper's own HTML; raise ``ReadingError``
    for any other file.

    Changes that Word tracked are accepted: what was deleted is nowhere, what was inserted or moved stands once.
    """
    key = f"document:{Path(path).name}"
    writer = BodyWriter(Surroundings(key=key))
    with Package(path) as package:
        lines, blocks = _read_text(package, writer)
        comments = tuple(_comments(package, lines, writer))
        properties = _properties(package)
        headline, standfirst, blocks = _headed(blocks, properties.get("title", ""), path, writer)
        write_blocks(writer, blocks)
        html = writer.converted().html
        language = _language(package, lines, html)
    yield SourceSite(language=language)
    names = dict.fromkeys(reference.removeprefix(MEDIA) for reference in writer.media)
    for name in names:
        report.count("pictures")
        yield SourceMedia(key=MEDIA + name, address=MEDIA_PREFIX + name, name=Path(name).name, parent=key)
    report.count("documents")
    for _comment in comments:
        report.count("comments")
    report.findings += writer.findings
    yield SourceStory(
        key=key,
        kind="story",
        title=headline,
        standfirst=standfirst,
        text=html,
        format="body",
        language=language,
        modified_at=_time(properties.get("modified", "")),
        comments=comments,
        attributes=tuple((name, properties[name]) for name in ("creator", "keywords") if properties.get(name)),
    )


def _read_text(package: Package, writer: BodyWriter) -> tuple[LineReader, list[DocumentBlock]]:
    styles = Styles(package.tree(package.related("styles")))
    notes = _notes(package, writer, styles)
    lines = LineReader(writer, styles, package.relationships(package.main), notes)
    reader = BlockReader(lines, styles, Numbering(package.tree(package.related("numbering"))), writer)
    body = child_of(package.tree(package.main), "w:body")
    blocks = reader.read(body) if body is not None else []
    for name in notes:
        writer.tell("note without mark", name.rpartition(" ")[2], _("No mark in the text leads to it any more."))
    return lines, blocks


def _notes(package: Package, writer: BodyWriter, styles: Styles) -> dict[str, tuple[LineReader, Element]]:
    """Return the footnotes and endnotes by mark and id, each with the reader of its part."""
    notes = {}
    for kind, mark in NOTES.items():
        name = package.related(kind)
        root = package.tree(name)
        reader = LineReader(writer, styles, package.relationships(name) if name else {}, {})
        for note in root if root is not None else ():
            if "eparator" not in note.get("w:type", "") and note.get("w:type") != "continuationNotice":
                notes[f"{mark} {note.get('w:id', '')}"] = reader, note
    return notes


def _comments(package: Package, lines: LineReader, writer: BodyWriter) -> Iterator[SourceComment]:
    """Yield the comments, each with the words that it is about."""
    name = package.related("comments")
    root = package.tree(name)
    reader = LineReader(BodyWriter(writer.surroundings), lines.styles, package.relationships(name) if name else {}, {})
    for comment in root if root is not None else ():
        texts = (fragment_words(reader.read(paragraph).html) for paragraph in paragraphs_of(comment))
        yield SourceComment(
            author=comment.get("w:author", "").strip(),
            text="\n".join(filter(None, texts)),
            at=_time(comment.get("w:date", "")),
            quoted=lines.quoted(comment.get("w:id", "")),
        )


def _headed(
    blocks: list[DocumentBlock], title: str, path: str, writer: BodyWriter
) -> tuple[str, str, list[DocumentBlock]]:
    """Return headline, standfirst and the other blocks: by the styles for them, else by a heading at the beginning."""
    titles = [block for block in blocks if block.role == "title"][:1]
    first = next((block for block in blocks if block.role not in {"picture", "subtitle"}), None)
    if not titles and first is not None and first.role == "heading":
        titles = [first]
    subtitles = [block for block in blocks if block.role == "subtitle"][:1]
    for block in titles + subtitles:
        for note in footnote_texts(block.html):
            writer.tell("note in a headline", fragment_words(note), _("A headline has no notes here."))
    headline, standfirst = (
        " ".join(fragment_words(without_footnotes(block.html)) for block in heads) for heads in (titles, subtitles)
    )
    name = title if title.casefold() not in GENERIC_TITLES else Path(path).stem
    heads = {id(block) for block in titles + subtitles}
    return headline or name, standfirst, [block for block in blocks if id(block) not in heads]


def _properties(package: Package) -> dict[str, str]:
    """Return what the document says of itself, by short names like ``title``."""
    names = [item.target for item in package.relationships("").values() if item.kind == "core-properties"]
    root = package.tree(names[0]) if names else None
    rows = root if root is not None else ()
    return {str(row.tag).rpartition(":")[2]: row.text.strip() for row in rows if row.text}


def _language(package: Package, lines: LineReader, html: str) -> str:
    """Return the language of most words; "" where a document in Cyrillic says that it is English, as templates do."""
    counts = lines.languages.most_common()
    language = next((name for name, _count in counts if LANGUAGE.match(name)), "")
    if not language:
        settings = package.tree(package.related("settings"))
        theme = child_of(settings, "w:themeFontLang")
        language = theme.get("w:val", "") if theme is not None else ""
    is_cyrillic = len(CYRILLIC.findall(html)) > len(LATIN.findall(html))
    is_english = language.casefold().startswith("en")
    return language if LANGUAGE.match(language) and not (is_cyrillic and is_english) else ""


def _time(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
