"""What a first walk through an export writes down, in a file of its own beside memory: an archive may have gigabytes.

It holds authors, terms and media by key, which path each public story gets, and what each address of the old site
became. Stories themselves are read once more when they are brought.
"""

import hashlib
import json
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from articles.importing.items import (
    ReadingReport,
    SourceAuthor,
    SourceItem,
    SourceMedia,
    SourceSite,
    SourceState,
    SourceStory,
    SourceTerm,
)
from articles.models.redirect import normal_path

LONGEST_KEY = 200  # characters, as ImportedRow.key has
OF_ANY_SIZE = re.compile(r"(?:-\d{1,5}x\d{1,5}|-scaled|-rotated)(?=\.\w{1,5}\Z)", re.ASCII)
TABLES = """
CREATE TABLE item (key TEXT PRIMARY KEY, kind TEXT, data TEXT) WITHOUT ROWID;
CREATE INDEX item_of ON item (kind);
CREATE TABLE media (address TEXT PRIMARY KEY, key TEXT) WITHOUT ROWID;
CREATE TABLE attached (parent TEXT, key TEXT, PRIMARY KEY (parent, key)) WITHOUT ROWID;
CREATE TABLE path (path TEXT PRIMARY KEY, key TEXT) WITHOUT ROWID;
CREATE INDEX path_of ON path (key);
CREATE TABLE place (key TEXT PRIMARY KEY, path TEXT) WITHOUT ROWID;
CREATE TABLE former (address TEXT PRIMARY KEY, key TEXT) WITHOUT ROWID;
CREATE TABLE translation (word TEXT, key TEXT, PRIMARY KEY (word, key)) WITHOUT ROWID;
CREATE TABLE count (kind TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID;
"""
Item = TypeVar("Item", SourceAuthor, SourceTerm, SourceMedia)


def kind_of_item(item: SourceItem) -> str:
    """Return the kind under which the report counts an item."""
    kinds = {SourceSite: "site", SourceAuthor: "author", SourceMedia: "media"}
    return kinds.get(type(item)) or item.kind  # type: ignore[union-attr] # terms and stories have one


def short_key(key: str) -> str:
    """Return a key that fits its column; a longer one ends in its hash."""
    return key if len(key) <= LONGEST_KEY else f"{key[:160]}…{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def hash_of(item: SourceItem) -> str:
    """Return a hash by which a later run knows that an item came as it was."""
    return hashlib.sha256(json.dumps(asdict(item), default=_plain, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def distinct(items: Iterable[SourceItem], report: ReadingReport) -> Iterator[SourceItem]:
    """Yield ``items``; one whose key came before gets a key with a number, so that none of two is lost."""
    with _table("CREATE TABLE key (key TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID") as database:
        for item in items:
            if isinstance(item, SourceSite):
                yield item
                continue
            key = short_key(item.key)
            insert = (
                "INSERT INTO key VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET number = number + 1 RETURNING number"
            )
            number = database.execute(insert, [key]).fetchone()[0]
            if number > 1:
                report.tell("same key twice", key, str(getattr(item, "title", "") or getattr(item, "name", "")))
            yield replace(item, key=key if number == 1 else short_key(f"{key} ({number})"))


@contextmanager
def _table(statements: str) -> Iterator[sqlite3.Connection]:
    """Yield a database in a temporary file, which is deleted with the block."""
    with (
        tempfile.TemporaryDirectory(prefix="import-") as folder,
        closing(sqlite3.connect(f"{folder}/survey", isolation_level=None)) as database,
    ):
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -16000"):
            database.execute(f"PRAGMA {pragma}")
        database.executescript(statements)
        yield database


@contextmanager
def new_survey() -> Iterator["Survey"]:
    """Yield an empty survey; its file is deleted with the block."""
    with _table(TABLES) as database:
        yield Survey(database)


class Survey:
    """The notes of a first walk, on disk."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self.site = SourceSite()

    def note(self, item: SourceItem) -> None:
        """Write down what other items may refer to, and count the item."""
        if isinstance(item, SourceSite):
            self.site = item
            return
        kind = kind_of_item(item)
        self.count(kind)
        if isinstance(item, SourceStory):
            if kind == "story" and item.translation_of:
                self.database.execute(
                    "INSERT OR IGNORE INTO translation VALUES (?, ?)", [item.translation_of, item.key]
                )
            if kind not in {"story", "page"}:
                self._store(item.key, kind, item.text)
            elif kind == "page" and item.state == SourceState.PUBLISHED:
                self._store(item.key, kind, json.dumps([item.slug, item.title]))
        else:
            self._store(item.key, type(item).__name__, json.dumps(asdict(item)))
        if isinstance(item, SourceMedia):
            self._note_media(item)
        else:
            self.note_former(item.key, item.addresses)

    def count(self, kind: str) -> None:
        insert = "INSERT INTO count VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET number = number + 1"
        self.database.execute(insert, [kind])

    def counts(self) -> dict[str, int]:
        """Return the number of items by kind."""
        return dict(self.database.execute("SELECT kind, number FROM count ORDER BY kind"))

    def _store(self, key: str, kind: str, data: str) -> None:
        self.database.execute("INSERT OR IGNORE INTO item VALUES (?, ?, ?)", [key, kind, data])

    def _note_media(self, media: SourceMedia) -> None:
        insert = "INSERT OR IGNORE INTO media VALUES (?, ?)"  # of two with one name the first has the bare one
        rows = {plain_address(address) for address in (media.address, *media.sizes)}
        rows |= {OF_ANY_SIZE.sub("", address) for address in rows}
        self.database.executemany(insert, [(address, media.key) for address in rows if address])
        if media.parent:
            self.database.execute("INSERT OR IGNORE INTO attached VALUES (?, ?)", [media.parent, media.key])

    def note_former(self, key: str, addresses: Iterable[str]) -> None:
        rows = [(normal_path(address), key) for address in addresses]
        self.database.executemany("INSERT OR IGNORE INTO former VALUES (?, ?)", rows)

    def item(self, cls: type[Item], key: str) -> Item | None:
        """Return the author, term or media of a key; None if the export has none."""
        query = "SELECT data FROM item WHERE key = ? AND kind = ?"
        row = self.database.execute(query, [short_key(key), cls.__name__]).fetchone()
        return _again(cls, row[0]) if row else None

    def items(self, cls: type[Item]) -> Iterator[Item]:
        """Yield the authors, terms or media in the order of their keys."""
        for _key, data in self._of_kind(cls.__name__):
            yield _again(cls, data)

    def public_pages(self) -> Iterator[tuple[str, str, str]]:
        """Yield key, slug and title of each page that readers had."""
        for key, data in self._of_kind("page"):
            slug, title = json.loads(data)
            yield key, slug, title

    def _of_kind(self, kind: str) -> Iterator[tuple[str, str]]:
        last = ""
        query = "SELECT key, data FROM item WHERE kind = ? AND key > ? ORDER BY key LIMIT 500"
        while rows := self.database.execute(query, [kind, last]).fetchall():
            yield from rows
            last = rows[-1][0]

    def block(self, key: str) -> str:
        """Return the text of a block that several stories share; "" if the export has none of that key."""
        query = (
            "SELECT data FROM item WHERE key = ? AND kind NOT IN ('SourceAuthor', 'SourceTerm', 'SourceMedia', 'page')"
        )
        row = self.database.execute(query, [short_key(key)]).fetchone()
        return row[0] if row else ""

    def media_of(self, address: str) -> str:
        """Return the key of the media at an address of any of its sizes; "" if the export names none."""
        plain = plain_address(address)
        for candidate in (plain, OF_ANY_SIZE.sub("", plain)):
            row = self.database.execute("SELECT key FROM media WHERE address = ?", [candidate]).fetchone()
            if row:
                return row[0]
        return ""

    def attached(self, key: str) -> tuple[str, ...]:
        """Return the keys of the media that were uploaded for a story."""
        rows = self.database.execute("SELECT key FROM attached WHERE parent = ? ORDER BY key", [key])
        return tuple(row[0] for row in rows)

    def translations(self) -> Iterator[list[str]]:
        """Yield the keys of the stories that are translations of each other, where there are several."""
        last = ""
        query = "SELECT word FROM translation WHERE word > ? GROUP BY word HAVING count(*) > 1 ORDER BY word LIMIT 500"
        while words := [row[0] for row in self.database.execute(query, [last])]:
            for word in words:
                yield [row[0] for row in self.database.execute("SELECT key FROM translation WHERE word = ?", [word])]
            last = words[-1]

    def claim(self, path: str, key: str) -> bool:
        """Give ``path`` to the item of ``key``, and return whether no other item has it."""
        self.database.execute("INSERT OR IGNORE INTO path VALUES (?, ?)", [path, key])
        return self.database.execute("SELECT key FROM path WHERE path = ?", [path]).fetchone()[0] == key

    def name_path(self, path: str, key: str) -> None:
        """Store that ``path`` stands for the item of ``key``, too: two may have become one row."""
        self.database.execute("INSERT OR REPLACE INTO place VALUES (?, ?)", [key, path])

    def path_of(self, key: str) -> str:
        """Return the path that the item of ``key`` gets; "" if it has none."""
        query = "SELECT path FROM path WHERE key = ? UNION ALL SELECT path FROM place WHERE key = ? LIMIT 1"
        row = self.database.execute(query, [key, key]).fetchone()
        return row[0] if row else ""

    def path_now(self, address: str) -> str:
        """Return today's path of a path of the old site, with query; "" if it is not known."""
        path, mark, query = normal_path(address).partition("?")
        for candidate in dict.fromkeys([path + mark + query, path]):
            row = self.database.execute("SELECT key FROM former WHERE address = ?", [candidate]).fetchone()
            if row and (today := self.path_of(row[0])):
                return today
        return ""


def _again(cls: Callable[..., Item], data: str) -> Item:
    values: dict[str, Any] = json.loads(data)
    return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def plain_address(address: str) -> str:
    """Return an address of media in the form in which they are compared: no scheme, no www, no query."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # half an address
        return ""
    return f"{host}{unquote(parts.path)}".lower()
