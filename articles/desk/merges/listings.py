"""The sections that list an edition, when two sections are merged or a merge is undone.

An edition is listed in its own section, in further ones, and in their parents; the rows follow from the first two, so
they are computed anew both ways.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from articles.models import Edition, EditionSection, Section

Note = list[int]  # an edition; whether ``gone`` was its own section, and a further one; whether ``stays`` was further


@dataclass
class _Listed:
    """The sections that list one edition."""

    own: int | None
    published_at: datetime
    rows: dict[int, EditionSection]

    @property
    def further(self) -> set[int]:
        return {section for section, row in self.rows.items() if row.is_further}


def move_listings(gone: int, stays: int, most: int) -> list[Note]:
    """List the newest ``most`` editions of ``gone`` in ``stays`` instead, and return their former state."""
    newest = EditionSection.objects.filter(section=gone).order_by("-published_at")
    keys = list(newest.values_list("edition_id", flat=True)[:most])
    keys = keys or list(Edition.objects.filter(section=gone).values_list("pk", flat=True)[:most])
    notes, new_sections, listings = [], {}, _look_up(keys)
    for key, listed in listings.items():
        further = listed.further
        notes.append([key, int(listed.own == gone), int(gone in further), int(stays in further)])
        own = stays if listed.own == gone else listed.own
        new_sections[key] = (own, {stays if section == gone else section for section in further})
    Edition.objects.filter(pk__in=keys, section=gone).update(section=stays)
    _write(listings, new_sections, gone, stays)
    return notes


def part(notes: list[Note], gone: int, stays: int) -> int:
    """Restore the listings in ``notes``, and return how many of the editions still exist."""
    new_sections, listings = {}, _look_up([note[0] for note in notes])
    for key, was_own, was_further, stays_was_further in notes:
        if listed := listings.get(key):
            own = gone if was_own else listed.own
            again = ({gone} if was_further else set()) | ({stays} if stays_was_further else set())
            new_sections[key] = (own, (listed.further - {stays}) | again)
    owned = [note[0] for note in notes if note[1]]
    Edition.objects.filter(pk__in=owned, section=stays).update(section=gone)
    _write(listings, new_sections, gone, stays)
    return len(listings)


def _look_up(keys: list[int]) -> dict[int, _Listed]:
    editions = Edition.objects.filter(pk__in=keys).values_list("pk", "section_id", "published_at")
    listings = {pk: _Listed(own, published_at, {}) for pk, own, published_at in editions}
    for row in EditionSection.objects.filter(edition__in=keys):
        listings[row.edition_id].rows[row.section_id] = row
    return listings


def _write(listings: dict[int, _Listed], new_sections: dict[int, tuple[int | None, set[int]]], *concerned: int) -> None:
    """Change the rows of editions to those that follow from ``new_sections``: the own section and the further ones."""
    over = dict(Section.objects.filter(parent__isnull=False).values_list("pk", "parent_id"))
    near = {*concerned, *(over[section] for section in concerned if section in over)}
    removed_pks, new = [], []
    flags: dict[bool, list[int]] = {True: [], False: []}
    for key, (own, further) in new_sections.items():
        chosen = {section for section in (own, *further) if section is not None}
        listed = chosen | {over[section] for section in chosen if section in over}
        for section in near:
            row, is_further = listings[key].rows.get(section), section in further and section != own
            if row is None and section in listed:
                values = {"section_id": section, "is_further": is_further, "published_at": listings[key].published_at}
                new.append(EditionSection(edition_id=key, **values))
            elif row is not None and section not in listed:
                removed_pks.append(row.pk)
            elif row is not None and row.is_further != is_further:
                flags[is_further].append(row.pk)
    _store(removed_pks, new, flags)


def _store(removed_pks: list[int], new: Iterable[EditionSection], flags: dict[bool, list[int]]) -> None:
    EditionSection.objects.filter(pk__in=removed_pks).delete()
    EditionSection.objects.bulk_create(new)
    for is_further, rows in flags.items():
        EditionSection.objects.filter(pk__in=rows).update(is_further=is_further)
