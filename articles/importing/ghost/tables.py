"""The tables of an export that surround posts: authors, tags, settings, and which post has which of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from articles.importing.ghost.export_file import export_rows
from articles.importing.items import ReadingError, ReadingReport

Row = dict[str, Any]
POSTS = {"posts", "pages"}  # the Admin API gives pages as a table of their own
READ = {"posts", "pages", "users", "tags", "posts_authors", "posts_tags", "posts_meta", "settings", "meta", "version"}
SILENT = {  # of the program and its staff, not of the paper
    *("roles", "roles_users", "permissions", "permissions_users", "permissions_roles", "migrations", "migrations_lock"),
    *("integrations", "api_keys", "webhooks", "actions", "jobs", "sessions", "brute", "invites", "tokens", "stats"),
    *("custom_theme_settings", "mobiledoc_revisions", "post_revisions", "snippets", "warnings", "links"),
}


@dataclass
class GhostTables:
    """What a post refers to, by the ids of the export."""

    version: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    users: dict[str, Row] = field(default_factory=dict)
    tags: dict[str, Row] = field(default_factory=dict)
    authors_of: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    tags_of: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    meta_of: dict[str, Row] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)  # of all tables, with their rows
    more_pages: int = 0  # of the API's answer, if it is one of several
    address: str = ""  # of the site, as far as the export says it: "https://paper.example"

    @property
    def language(self) -> str:
        names = ("locale", "lang", "default_locale", "defaultLang")
        return next((self.settings[name].replace("_", "-") for name in names if self.settings.get(name)), "")

    @property
    def time_zone(self) -> str:
        return self.settings.get("timezone") or self.settings.get("activeTimezone", "")


def id_of(row: Row, name: str = "id") -> str:
    """Return an id as text: the first Ghosts counted, later ones have words."""
    value = row.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def text_of(row: Row, name: str) -> str:
    """Return a column without blanks at its ends; "" if it is empty or no text."""
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def site_of(address: str) -> str:
    """Return the beginning of an address, like "https://paper.example"; "" if it has none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""


def read_tables(path: str, report: ReadingReport) -> GhostTables:
    """Return what surrounds the posts of an export; raise ``ReadingError`` if it has no table of posts."""
    tables = GhostTables()
    for name, row in export_rows(path):
        tables.names.setdefault(name, 0)
        if isinstance(row, dict):
            tables.names[name] += 1
            _store(tables, name, row)
    if not tables.names.keys() & POSTS:
        raise ReadingError(_refusal(tables))
    if tables.more_pages:
        report.tell(
            "part of a site", "", str(tables.more_pages), _("The API gave the file in pages; this is one of so many.")
        )
    for name, count in sorted(tables.names.items()):
        if count and name not in READ | SILENT:
            report.counts[name] = count
            report.tell("table", "", f"{name}: {count}", _("This table isn’t brought in."))
    return tables


def posts_of(path: str) -> Iterator[tuple[str, Row]]:
    """Yield each post and page of an export with the name of its table."""
    for name, row in export_rows(path):
        if name in POSTS and isinstance(row, dict):
            yield name, row


def _refusal(tables: GhostTables) -> str:
    if {"result", "options"} <= tables.names.keys():
        return _(
            "This is a working file of Ghost’s migration tools, which they stop at. Let them end, and bring in the "
            "JSON that they write for Ghost."
        )
    names = ", ".join(sorted(tables.names)[:10])
    return _("This JSON has no posts, so it is no export of Ghost. It holds: %(names)s.") % {"names": names or "–"}


def _store(tables: GhostTables, name: str, row: Row) -> None:
    if name == "users":
        tables.users[id_of(row)] = row
    elif name == "tags":
        tables.tags[id_of(row)] = row
    elif name == "posts_authors":
        _join(tables.authors_of, row, "author_id")
    elif name == "posts_tags":
        _join(tables.tags_of, row, "tag_id")
    elif name == "posts_meta":
        tables.meta_of[id_of(row, "post_id")] = row
    elif name == "meta":
        tables.version = text_of(row, "version") or tables.version
        pagination = row.get("pagination")
        pages = pagination.get("pages") if isinstance(pagination, dict) else 0
        tables.more_pages = pages if isinstance(pages, int) and pages > 1 else 0
    elif name == "settings":
        _store_setting(tables, row)
    elif name in POSTS:
        tables.address = tables.address or site_of(text_of(row, "url"))
        _store_nested(tables.users, tables.authors_of, row, "authors")
        _store_nested(tables.tags, tables.tags_of, row, "tags")


def _join(joins: dict[str, list[tuple[int, str]]], row: Row, name: str) -> None:
    order = row.get("sort_order")
    rows = joins.setdefault(id_of(row, "post_id"), [])
    rows.append((order if isinstance(order, int) else len(rows), id_of(row, name)))


def _store_setting(tables: GhostTables, row: Row) -> None:
    if "key" in row:
        tables.settings[text_of(row, "key")] = str(row.get("value") or "").strip()
    else:  # as an API gives them
        tables.settings |= {name: value for name, value in row.items() if isinstance(value, str)}
    if site_of(address := tables.settings.get("url", "")):
        tables.address = address.rstrip("/")


def _store_nested(table: dict[str, Row], joins: dict[str, list[tuple[int, str]]], post: Row, name: str) -> None:
    """Store the authors or tags that the API gives within a post."""
    nested = post.get(name)
    for row in nested if isinstance(nested, list) else []:
        if isinstance(row, dict) and (number := id_of(row)):
            table.setdefault(number, row)
            _join(joins, {"post_id": id_of(post), "id": number}, "id")
