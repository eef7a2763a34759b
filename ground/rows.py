"""Rows of a table as forms and addresses name them: by their primary keys."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME

Item = TypeVar("Item")
AT_ONCE = 500  # values that one query names


def in_pieces(items: Sequence[Item], size: int = AT_ONCE) -> Iterator[Sequence[Item]]:
    """Yield ``items`` in pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def is_number(text: str) -> bool:
    """Return whether ``text`` can be a row's primary key."""
    return text.isascii() and text.isdecimal() and len(text) < 16


class TickedRows(ModelAdmin):
    """A part of a ``ModelAdmin`` that limits actions to the rows somebody ticked, never to a whole table."""

    def response_action(self, request, queryset, *args, **kwargs):
        request.POST = request.POST.copy()
        request.POST["select_across"] = "0"
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        request.POST.setlist(ACTION_CHECKBOX_NAME, [text for text in ticked if is_number(text)])
        return super().response_action(request, queryset, *args, **kwargs)
