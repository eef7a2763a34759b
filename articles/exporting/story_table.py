"""All stories as a table: a CSV file that spreadsheets open, with a line for each story and no texts."""

import csv
from datetime import datetime
from typing import TextIO

from articles.exporting.stories import Story, public_picture_address, read_stories
from articles.models.copy import Copy
from articles.text import harmless_cell

BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheets know that the file is UTF-8
IN_OTHER_WORDS = {"body": "words", "section": "section", "lead_image": "lead_image"}  # fields that are shown by these
FIELDS = [field.name for field in Copy._meta.local_fields if field.name not in IN_OTHER_WORDS]
COLUMNS = [
    *("number", "state", "address", "first_published", "changed", "begun", "saved", "stage", "section"),
    *("further_sections", "authors", "tags", "words", "lead_image", *FIELDS),
]


def write_story_table(out: TextIO, alias: str, at: datetime, since: datetime | None = None) -> int:
    """Write the table and return how many stories it has; with ``since`` only those that changed from then on."""
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    count = 0
    for story in read_stories(alias, at, since):
        count += 1
        cells = _cells(story)
        writer.writerow([harmless_cell(cells[column]) for column in COLUMNS])
    return count


def _cells(story: Story) -> dict[str, str]:
    article, copy = story.article, story.copy
    cells = {
        "number": str(article.pk),
        "state": story.state.value,
        "address": f"{story.root}{story.path}" if story.path else "",
        "first_published": _time(story.published_at),
        "changed": _time(story.changed_at),
        "begun": _time(article.created_at),
        "saved": _time(article.saved_at),
        "stage": article.stage,
        "section": str(story.section or ""),
        "further_sections": "; ".join(map(str, story.further)),
        "authors": "; ".join(map(str, story.authors)),
        "tags": "; ".join(map(str, story.tags)),
        "words": str(copy.words),
        "lead_image": public_picture_address(story.lead_image, story.root) if story.lead_image else "",
    }
    return cells | {name: _text(getattr(copy, name)) for name in FIELDS}


def _time(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _text(value: object) -> str:
    """Return a value of a field in words: yes and no, lists as lines."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(f"{row['day']}: {row['text']}" if isinstance(row, dict) else str(row) for row in value)
    return str(value)
