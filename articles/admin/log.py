"""What an entry of Django's log says, in words and with the values before and after, where they were kept."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ACTIONS = {ADDITION: gettext_lazy("added"), CHANGE: gettext_lazy("changed"), DELETION: gettext_lazy("deleted")}


@dataclass(frozen=True)
class Value:
    """A field with what it said before and after."""

    field: str
    before: str
    after: str


def action(entry: LogEntry) -> str:
    """What was done, in a word."""
    return str(ACTIONS.get(entry.action_flag, _("did something with")))


def message(entry: LogEntry) -> str:
    """Django's own sentence; an entry that another program wrote in another shape is shown as it stands."""
    try:
        return str(entry.get_change_message())
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError):
        return str(entry.change_message)


def parts(entry: LogEntry) -> list[dict] | None:
    """What Django's own message is made of; None of a sentence, and of what another program wrote in another shape."""
    try:
        found = json.loads(entry.change_message) if entry.change_message.startswith("[") else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or not all(_is_part(part) for part in found):
        return None
    return found


def _is_part(part: Any) -> bool:
    """Whether it is as Django writes it: one thing done, to fields or to an object."""
    if not (isinstance(part, dict) and len(part) == 1):
        return False
    (what,) = part.values()
    if not isinstance(what, dict) or not isinstance(what.get("object", ""), str):
        return False
    fields = what.get("fields", [])
    is_list = isinstance(fields, list) and all(isinstance(name, str) for name in fields)
    return is_list and isinstance(what.get("name") or "", str)


def values(entry: LogEntry) -> list[Value]:
    """The fields with the values kept in ``{"changed": {"fields": […], "values": {"Name": ["old", "new"]}}}``."""
    found = []
    for part in parts(entry) or []:
        changed = part.get("changed")
        kept = changed.get("values") if changed else None
        found += [_value(field, pair) for field, pair in kept.items()] if isinstance(kept, dict) else []
    return found


def _value(field: str, pair: Any) -> Value:
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else ("", pair)
    return Value(_(field) if field else "", _text(before), _text(after))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    return "" if value is None else str(value)
