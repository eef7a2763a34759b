"""Template tags of the desk for times, lists and steps."""

from itertools import chain, repeat

from django import template
from django.contrib.admin.views.main import SEARCH_VAR
from django.utils.html import format_html, strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import capfirst

from articles.admin import lists, times
from articles.desk import notices, steps
from newsroom.desk import navigation

NOTHING = {"", "-"}  # texts of a cell with an empty value

register = template.Library()


@register.filter
def shown(moment, form="DATETIME_FORMAT"):
    """Return a time in the paper's zone, with how far away it is: ``{{ edition.live_from|shown }}``."""
    return times.time_as_html(moment, form)


@register.simple_tag
def press(name, which="", *, live=False, look="", told_by=""):
    """Return the button of the step ``name``; ``which`` is the primary key of its edition or note."""
    step = steps.step_named(name)
    return format_html(
        '<button type="submit" name="_step" value="{}"{}{}>{}</button>',
        f"{name}:{which}" if which else name,
        format_html(' class="{}"', look) if look else "",
        format_html(' aria-describedby="{}"', told_by) if told_by else "",
        (live and step.update_button) or step.button,
    )


@register.filter
def person(user):
    """Return a person's name on the desk; empty for None."""
    return notices.name_of_person(user) if user else ""


@register.filter
def in_words(moment):
    """Return how far away a time is: in 3 hours, yesterday 18:00."""
    return times.time_from_now(moment)


@register.filter
def list_name(opts):
    """Return the desk's name for the list of a model: ``{{ cl.opts|list_name }}``."""
    return navigation.list_name(opts)


@register.filter
def pieces(cl):
    """Return the filters of a list that are set, in words, each with the address without it."""
    return lists.pieces(cl)


@register.filter
def states(cl):
    """Return the links above a list to the states of its rows."""
    return lists.states(cl)


@register.filter
def line_filters(cl):
    """Return the filters in the line above a list."""
    return lists.filters(cl)


@register.filter
def without_words(cl):
    """Return the address of a list without the words that were searched."""
    return lists.filtered_address(cl, without=[SEARCH_VAR])


@register.filter
def cells(row, headers):
    """Return a row's cells as Django drew them, each with the name of its column, and a sign for an empty one."""
    return [_labelled_cell(cell, header) for cell, header in zip(row, chain(headers, repeat({})), strict=False)]


def _labelled_cell(cell, header):
    if not cell.startswith("<td class=") or "action-checkbox" in cell[:32]:  # a box needs no name, a <th> is one
        return cell
    name = capfirst(strip_tags(header.get("text", "")))
    is_empty = "<img" not in cell and strip_tags(cell).strip() in NOTHING
    start = format_html('<td data-name="{}" data-nothing ' if is_empty else '<td data-name="{}" ', name)
    return mark_safe(start + cell.removeprefix("<td "))  # noqa: S308 - the cell is Django's own
