"""An item, author or term of an export with its fields, read by expat; a broken one is mended first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from articles.importing.wxr.mending import COMMENT, LEAVES, PAIRS, mend
from articles.importing.wxr.scanner import RawElement

SPACES = {
    "wp": r"wordpress\.org/export/[\d.]*/?$",
    "excerpt": "excerpt/?$",
    "content": "modules/content/?$",
    "dc": "purl.org/dc/",
}
DECLARED = re.compile(rb"""xmlns:([\w.-]{1,40})\s*=\s*["']([^"'<>]{1,300})["']""")
BETWEEN_ITEMS = re.compile(rb"(?<=</item>)\s{0,1000}(?=<item[\s>])")
MOST_METAS, DEEPEST = 2000, 50


@dataclass(frozen=True)
class EntryTerm:
    """A <category> of an item."""

    domain: str
    nicename: str
    name: str


@dataclass
class ExportEntry:
    """What stands in one element of the file; ``fields`` has the first value of each name, without space around it."""

    tag: str
    fields: dict[str, str] = field(default_factory=dict)
    terms: list[EntryTerm] = field(default_factory=list)
    metas: list[tuple[str, str]] = field(default_factory=list)
    comments: int = 0
    repairs: dict[str, int] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    def meta(self, *names: str) -> str:
        """The first value that isn't empty of the first of these names that has one."""
        for name in names:
            for key, value in self.metas:
                if key == name and value:
                    return value
        return ""

    def all_of_meta(self, name: str) -> list[str]:
        return [value for key, value in self.metas if key == name and value]


class MisplacedTagError(ValueError):
    """A tag stands where only text should; the element is well-formed by chance and must be mended."""


def own_prefixes(first: bytes) -> dict[str, str]:
    """Return the prefixes that the file's beginning declares, with those that WordPress writes for the same."""
    prefixes = {}
    for declared in DECLARED.finditer(first):
        for name, pattern in SPACES.items():
            if re.search(pattern, declared[2].decode(errors="replace")):
                prefixes[declared[1].decode()] = name
    return prefixes


def read_entries(element: RawElement, prefixes: dict[str, str]) -> Iterator[ExportEntry]:
    """Yield the entry of ``element``; several if a section had no end, so that the next items seemed to be in it."""
    try:
        yield _parsed(element.source, element.tag, prefixes)
        return
    except (expat.ExpatError, MisplacedTagError):
        sources = BETWEEN_ITEMS.split(element.source) if element.tag == "item" else [element.source]
    if not element.is_whole:  # the file ended within a section, in which whole items may have stood
        sources[-1] = sources[-1][: sources[-1].rfind(b"</item>") + len(b"</item>")]
    for source in sources:
        yield _parsed_or_mended(source, element.tag, prefixes)


def _parsed_or_mended(source: bytes, tag: str, prefixes: dict[str, str]) -> ExportEntry:
    try:
        return _parsed(source, tag, prefixes)
    except (expat.ExpatError, MisplacedTagError):
        mended = mend(source, prefixes, tag)
    entry = _parsed(mended.xml.encode(), tag, prefixes)
    entry.repairs = mended.repairs or {"unknown element": 1}
    return entry


def read_channel(source: bytes, prefixes: dict[str, str]) -> ExportEntry:
    """Return what stands above the items about the site."""
    return _parsed(mend(source, prefixes, "channel").xml.encode(), "channel", prefixes)


def _parsed(source: bytes, tag: str, prefixes: dict[str, str]) -> ExportEntry:
    return _Handler(tag, prefixes).read(source)


class _Handler:
    """Gathers the fields of one element; a tag where there should be text is an error, for mending."""

    def __init__(self, tag: str, prefixes: dict[str, str]) -> None:
        self.entry = ExportEntry(tag)
        self.prefixes = prefixes
        self.path: list[str] = []
        self.attributes: dict[str, str] = {}
        self.words: list[str] = []
        self.key = ""

    def read(self, source: bytes) -> ExportEntry:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = lambda words: self._text(f"<!--{words}-->")  # a mark of a block or a language
        parser.Parse(source, True)
        return self.entry

    def _name(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return f"{self.prefixes.get(prefix, prefix)}:{local}" if colon else name

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) > DEEPEST:  # each level is memory, and no plugin writes so
            raise MisplacedTagError(name)
        if len(self.path) > 1 and self.path[1] not in LEAVES and self.path[1] not in PAIRS:
            self.path.append("")  # within a comment, or within what a plugin added
            return
        if len(self.path) > (2 if len(self.path) > 1 and self.path[1] in PAIRS else 1):
            raise MisplacedTagError(name)
        self.path.append(self._name(name))
        self.attributes = attributes
        self.words = []

    def _text(self, text: str) -> None:
        self.words.append(text)

    def _end(self, _name: str) -> None:
        name = self.path.pop()
        depth = len(self.path)
        value = "".join(self.words).strip()
        self.words = []
        if depth == 1:
            self._field(name, value)
        elif depth == 2 and name == "wp:meta_key":
            self.key = value
        elif depth == 2 and name == "wp:meta_value" and len(self.entry.metas) < MOST_METAS:
            self.entry.metas.append((self.key, value))

    def _field(self, name: str, value: str) -> None:
        if name == COMMENT:
            self.entry.comments += 1
        elif name == "category":
            domain, nicename = self.attributes.get("domain", ""), self.attributes.get("nicename", "")
            self.entry.terms.append(EntryTerm(domain, nicename, value))
        elif name not in PAIRS and not self.entry.fields.get(name):
            self.entry.fields[name] = value
