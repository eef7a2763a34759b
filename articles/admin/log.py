"""Entries of Django's log, in words and, if they were stored, with old and new values."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ACTIONS = {ADDITION: gettext_lazy("added"), CHANGE: gettext_lazy("changed"), DELETION: gettext_lazy("deleted")}


@dataclass(frozen=True)
class Value:
    """A field with its old and new value."""

    field: str
    before: str
    after: str


def action(entry: LogEntry) -> str:
    """Return what was done, in a word."""
    return str(ACTIONS.get(entry.action_flag, _("did something with")))


def message(entry: LogEntry) -> str:
    """Return Django's own sentence; an entry that another program wrote differently is returned unchanged."""
    try:
        return str(entry.get_change_message())
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError):
        return str(entry.change_message)


def parts(entry: LogEntry) -> list[dict] | None:
    """Return the parts of Django's own message; None for a sentence, and for another program's format."""
    try:
        parsed = json.loads(entry.change_message) if entry.change_message.startswith("[") else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, list) or not all(_is_part(part) for part in parsed):
        return None
    return parsed


def _is_part(part: Any) -> bool:
    """Return whether a part is as Django writes it: one action, on fields or on an object."""
    if not (isinstance(part, dict) and len(part) == 1):
        return False
    (details,) = part.values()
    if not isinstance(details, dict) or not isinstance(details.get("object", ""), str):
        return False
    fields = details.get("fields", [])
    is_list = isinstance(fields, list) and all(isinstance(name, str) for name in fields)
    return is_list and isinstance(details.get("name") or "", str)


def values(entry: LogEntry) -> list[Value]:
    """Return the fields with the values in ``{"changed": {"fields": […], "values": {"Name": ["old", "new"]}}}``."""
    field_values = []
    for part in parts(entry) or []:
        changed = part.get("changed")
        stored = changed.get("values") if changed else None
        field_values += [_value(field, pair) for field, pair in stored.items()] if isinstance(stored, dict) else []
    return field_values


def _value(field: str, pair: Any) -> Value:
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else ("", pair)
    return Value(_(field) if field else "", _text(before), _text(after))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    return "" if value is None else str(value)
