"""The blocks of the desk's first page: a few lines, each the beginning of a list."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

SHOWN = 8  # lines of a block
TASKS = "django_tasks_database_dbtaskresult"  # as the admin names the pages of background work


@dataclass(frozen=True)
class BlockLine:
    """A row of a list, and the facts shown of it."""

    title: str
    url: str
    facts: list[str | SafeString] = field(default_factory=list)
    mark: str = ""  # why it is urgent
    note: str = ""  # a note that somebody wrote about it


@dataclass(frozen=True)
class DashboardBlock:
    """The first lines of a list; ``nothing`` is the text if there are none."""

    slug: str
    title: str
    url: str
    nothing: str
    lines: list[BlockLine]
    is_well: bool = True  # whether it is good to have no lines


def list_of(name: str, **query: str) -> str:
    """Return the address of a list with a filter set."""
    return f"{reverse(f'admin:{name}_changelist')}?{urlencode(query)}"
