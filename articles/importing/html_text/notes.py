"""Footnotes of foreign HTML: a mark that links to a note further down, which mostly links back."""

import re
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import unquote

from articles.importing.html_text.tree import Element, classes_of, excerpt_of, tag_of

NUMBER = re.compile(r"[\[(]?(?:\d{1,3}|[ivx]{1,6}|[a-z]|[*†‡§¶]{1,4})[\])]?[.:]?\Z", re.ASCII | re.IGNORECASE)
BACK = re.compile(r"[\W\d_]{0,12}\Z")
NAMED = re.compile(r"fn|foot-?note|endnote|ref", re.IGNORECASE)
BLOCKS = {"li", "p", "dd", "div"}
HEADINGS = {
    "footnotes",
    "footnote",
    "notes",
    "endnotes",
    "references",
    "примечания",
    "сноски",
    "эскертүүлөр",
    "шилтемелер",
}
LONGEST = 5000  # characters of a note
MOST_ELEMENTS = 200
TOO_LARGE = {"h1", "h2", "h3", "h4", "h5", "h6", "table", "iframe", "img"}
CLIMB = 4  # elements between an anchor and the block that it stands in


@dataclass
class NotesOfText:
    """The marks of a text, each with the element that holds its note, and the elements that aren't written again."""

    by_mark: dict[Element, Element] = field(default_factory=dict)
    hidden: set[Element] = field(default_factory=set)  # notes, and their heading
    numbers: dict[Element, str] = field(default_factory=dict)  # of a note, as its mark says it


def find_notes(root: Element) -> NotesOfText:
    """Return the footnotes of a text."""
    notes = NotesOfText()
    links = [link for link in root.iter("a") if (link.get("href") or "").startswith("#")]
    if not links:
        return notes
    places: dict[Element, int] = {}
    anchors: dict[str, Element] = {}
    for at, element in enumerate(root.iter("*")):
        places[element] = at
        for name in filter(None, (element.get("id"), element.get("name"))):
            anchors.setdefault(name, element)
    for link in links:
        anchor = anchors.get(unquote((link.get("href") or "")[1:]))
        words = excerpt_of(link)
        if anchor is None or places[anchor] < places[link] or not NUMBER.match(words):
            continue
        note = _block_of(anchor)
        if note is not None and places[note] > places[link] and _is_note(link, note):
            notes.by_mark[link] = note
            notes.numbers[note] = words.strip("[]().: ")
            notes.hidden.add(note)
    for parent in {note.getparent() for note in notes.hidden}:
        _hide_heading(parent, notes)
    return notes


def _block_of(anchor: Element) -> Element | None:
    for element in (anchor, *islice(anchor.iterancestors(), CLIMB)):
        if tag_of(element) in BLOCKS:
            return element
    return None


def _is_note(link: Element, note: Element) -> bool:
    """Return whether a link by a number leads to a note and not to a part of the text."""
    if not _is_short(note):
        return False
    is_raised = (
        any(tag_of(element) == "sup" for element in islice(link.iterancestors(), 2)) or link.find("sup") is not None
    )
    is_named = any(NAMED.search(name) for name in classes_of(link) | {link.get("href") or ""})
    return has_way_back(note) or (is_raised and (tag_of(note) == "li" or is_named))


def _is_short(note: Element) -> bool:
    length = 0
    for count, element in enumerate(note.iter()):
        length += len(element.text or "") + len(element.tail or "")
        if count > MOST_ELEMENTS or length > LONGEST or tag_of(element) in TOO_LARGE:
            return False
    return True


def has_way_back(note: Element) -> bool:
    """Return whether a note links back to the text."""
    return any(is_way_back(link) for link in note.iter("a"))


def is_way_back(link: Element) -> bool:
    """Return whether a link within a note only leads back to its mark."""
    return (link.get("href") or "").startswith("#") and bool(BACK.match(excerpt_of(link)))


def is_own_number(element: Element, note: Element, number: str) -> bool:
    """Return whether an element at the beginning of a note repeats the number of its mark."""
    is_first = not (note.text or "").strip() and element is next(iter(note), None)
    return is_first and tag_of(element) in {"sup", "a", "span"} and excerpt_of(element).strip("[]().: ") == number


def _hide_heading(parent: Element | None, notes: NotesOfText) -> None:
    """Hide the heading above a list of which every part became a footnote."""
    if parent is None or any(child not in notes.hidden for child in parent.iterchildren("*")):
        return
    before = parent.getprevious()
    while before is not None and tag_of(before) in {"", "hr"}:
        before = before.getprevious()
    if before is not None and excerpt_of(before).lower().rstrip(":") in HEADINGS:
        notes.hidden.add(before)
