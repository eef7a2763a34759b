"""Checksums of what a paper says, whichever numbers its rows have: two papers with the same stories have the same.

They cover names, addresses and texts of authors, sections and tags, the words of pictures, and of each story headline,
standfirst, text, language, date, authors, terms and lead picture; of a story that readers have or had the last edition.
"""

import hashlib
import json
import re
from typing import Any

from articles.body import references
from articles.exporting.own import shape

NUMBERED = re.compile(r' data-(image|poster|read-also)="([0-9 ]{1,100})"')
WORDS_OF_PICTURES = ("title", "alt", "caption", "credit", "decorative")
TEXT = ("headline", "standfirst", "language", "lead_caption", "seo_title", "seo_description", "dated_corrections")
NAMED = {"section": ("name", "slug", "description"), "author": ("name", "slug", "biography"), "tag": ("name", "slug")}


class ContentSums:
    """A checksum for each kind of content, of lines that are given in the order of ``shape.FILES``."""

    def __init__(self) -> None:
        self._digests: dict[str, dict[str, int]] = {kind: {} for kind in ("picture", "story", "page", *NAMED)}
        self._last: dict[str, str] = {}  # when the last edition of each story begins

    def add(self, line: dict[str, Any]) -> None:
        """Take a line into account, if it is of such a kind."""
        kind, key = line["model"], line["key"]
        if kind == "picture":
            self._set(kind, key, [line[name] for name in WORDS_OF_PICTURES])
        elif kind in NAMED:
            self._set(kind, key, [line[name] for name in NAMED[kind]] + [line.get("parent")])
        elif kind == "page":
            self._set(kind, key, [line["title"], line["slug"], line["description"], self._body(line["body"])])
        elif kind == "story" and line["trashed_at"] is None:
            self._set("story", key, self._text(line, None))
        elif kind == "edition" and line["article"] in self._digests["story"]:
            self._add_edition(line)

    def _add_edition(self, line: dict[str, Any]) -> None:
        story, began = line["article"], line["live_from"]
        if began > self._last.get(story, ""):
            self._last[story] = began
            is_open = line["live_until"] is None
            self._set("story", story, self._text(line, line["published_at"] if is_open else None))

    def sums(self) -> dict[str, dict[str, Any]]:
        """Return count and checksum of each kind; their order doesn't matter."""
        return {
            kind: {"count": len(digests), "checksum": f"{sum(digests.values()) % 2**256:064x}"}
            for kind, digests in self._digests.items()
        }

    def _set(self, kind: str, key: str, values: list[Any]) -> None:
        text = json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
        self._digests[kind][key] = int.from_bytes(hashlib.sha256(text).digest(), "big")

    def _text(self, line: dict[str, Any], published_at: str | None) -> list[Any]:
        terms = [line["section"], sorted(line["further_sections"]), sorted(line["tags"])]
        values = [line[name] for name in TEXT] + [self._body(line["body"]), published_at, line["authors"], *terms]
        return [*values, self._picture(line["lead_image"])]

    def _body(self, html: str) -> str:
        """Return a text whose pictures are named by what they say, and without the rates of a time."""
        return NUMBERED.sub(self._named, references.thaw_rates(html))

    def _named(self, match: re.Match[str]) -> str:
        number = match[2]
        name = "" if match[1] == "read-also" else self._picture(shape.line_key("picture", int(number)))
        return f' data-{match[1]}="{name}"'

    def _picture(self, key: str | None) -> int:
        return self._digests["picture"].get(key or "", 0)
