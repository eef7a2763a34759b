"""A format of the tests alone: items as Python objects, read like those of a file."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from articles.importing import formats
from articles.importing.items import (
    ReadingReport,
    SourceAuthor,
    SourceItem,
    SourceSite,
    SourceState,
    SourceStory,
    SourceTerm,
)

SITE = SourceSite(name="Old Paper", addresses=("https://old.example",), language="en")
DAY = datetime(2019, 5, 4, 6, 30, tzinfo=UTC)
exports: dict[str, list[SourceItem]] = {}


def read_test_items(path: str, report: ReadingReport) -> Iterator[SourceItem]:
    yield SITE
    for item in exports[path]:
        report.count("item")
        yield item


def with_test_format(case: Any) -> None:
    """Make the format known for the duration of a test."""
    patcher = mock.patch.dict(formats.READERS, {"tests": f"{__name__}.read_test_items"})
    patcher.start()
    case.addCleanup(patcher.stop)


def export_of(case: Any, items: list[SourceItem]) -> str:
    """Return the path of a file with these items; the file is removed after the test."""
    folder = tempfile.TemporaryDirectory()
    case.addCleanup(folder.cleanup)
    path = str(Path(folder.name, "export.tests"))
    Path(path).write_text(repr(items))
    exports[path] = items
    return path


def a_story(number: int = 1, **fields: Any) -> SourceStory:
    defaults: dict[str, Any] = {
        "key": f"post:{number}",
        "kind": "story",
        "title": f"The river rose {number}",
        "text": f"<p>Water stood in the streets, word{number}.</p><h2>Later</h2><p>It fell.</p>",
        "format": "body",
        "state": SourceState.PUBLISHED,
        "slug": f"river-{number}",
        "authors": ("author:ana",),
        "terms": ("category:news", "tag:flood"),
        "published_at": DAY + timedelta(hours=number),
        "modified_at": DAY + timedelta(hours=number + 5),
        "addresses": (f"/{number}/river/", f"/?p={number}"),
    }
    return SourceStory(**defaults | fields)


def an_export(stories: int) -> list[SourceItem]:
    """Return an author, two categories, a tag and so many stories."""
    return [
        SourceAuthor(
            key="author:ana", name="Ana Smith", slug="ana", email="ana@old.example", addresses=("/author/ana/",)
        ),
        SourceTerm(key="category:news", kind="category", name="News from far", slug="far-news", addresses=("/far/",)),
        SourceTerm(key="category:local", kind="category", name="Local", slug="local", parent="category:news"),
        SourceTerm(key="tag:flood", kind="tag", name="Flood", slug="flood"),
        *(a_story(number) for number in range(1, stories + 1)),
    ]
