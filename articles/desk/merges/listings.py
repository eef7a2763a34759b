"""In which sections editions are listed when two sections become one, and when they part again.

An edition is listed in its own section, in further ones, and in those that these lie within: which rows there are
follows from the first two, so both ways they are worked out anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from articles.models import Edition, EditionSection, Section

Note = list[int]  # an edition; whether what goes was its own section, and a further one; whether what stays was further


@dataclass
class _Listed:
    """Where one edition stands."""

    own: int | None
    published_at: datetime
    rows: dict[int, EditionSection]

    @property
    def further(self) -> set[int]:
        return {section for section, row in self.rows.items() if row.is_further}


def move_listings(gone: int, stays: int, most: int) -> list[Note]:
    """List the newest ``most`` editions of ``gone`` in ``stays`` instead; what each of them was."""
    newest = EditionSection.objects.filter(section=gone).order_by("-published_at")
    keys = list(newest.values_list("edition_id", flat=True)[:most])
    keys = keys or list(Edition.objects.filter(section=gone).values_list("pk", flat=True)[:most])
    notes, wanted, found = [], {}, _look_up(keys)
    for key, listed in found.items():
        further = listed.further
        notes.append([key, int(listed.own == gone), int(gone in further), int(stays in further)])
        own = stays if listed.own == gone else listed.own
        wanted[key] = (own, {stays if section == gone else section for section in further})
    Edition.objects.filter(pk__in=keys, section=gone).update(section=stays)
    _write(found, wanted, gone, stays)
    return notes


def part(notes: list[Note], gone: int, stays: int) -> int:
    """List editions where they stood before; how many of them are still there."""
    wanted, found = {}, _look_up([note[0] for note in notes])
    for key, was_own, was_further, stays_was_further in notes:
        if listed := found.get(key):
            own = gone if was_own else listed.own
            again = ({gone} if was_further else set()) | ({stays} if stays_was_further else set())
            wanted[key] = (own, (listed.further - {stays}) | again)
    owned = [note[0] for note in notes if note[1]]
    Edition.objects.filter(pk__in=owned, section=stays).update(section=gone)
    _write(found, wanted, gone, stays)
    return len(found)


def _look_up(keys: list[int]) -> dict[int, _Listed]:
    editions = Edition.objects.filter(pk__in=keys).values_list("pk", "section_id", "published_at")
    found = {pk: _Listed(own, published_at, {}) for pk, own, published_at in editions}
    for row in EditionSection.objects.filter(edition__in=keys):
        found[row.edition_id].rows[row.section_id] = row
    return found


def _write(found: dict[int, _Listed], wanted: dict[int, tuple[int | None, set[int]]], *concerned: int) -> None:
    """Have just the rows that follow from ``wanted``: the own section of each edition, and the further ones."""
    over = dict(Section.objects.filter(parent__isnull=False).values_list("pk", "parent_id"))
    near = {*concerned, *(over[section] for section in concerned if section in over)}
    gone, new = [], []
    flags: dict[bool, list[int]] = {True: [], False: []}
    for key, (own, further) in wanted.items():
        named = {section for section in (own, *further) if section is not None}
        listed = named | {over[section] for section in named if section in over}
        for section in near:
            row, is_further = found[key].rows.get(section), section in further and section != own
            if row is None and section in listed:
                values = {"section_id": section, "is_further": is_further, "published_at": found[key].published_at}
                new.append(EditionSection(edition_id=key, **values))
            elif row is not None and section not in listed:
                gone.append(row.pk)
            elif row is not None and row.is_further != is_further:
                flags[is_further].append(row.pk)
    _store(gone, new, flags)


def _store(gone: list[int], new: Iterable[EditionSection], flags: dict[bool, list[int]]) -> None:
    EditionSection.objects.filter(pk__in=gone).delete()
    EditionSection.objects.bulk_create(new)
    for is_further, rows in flags.items():
        EditionSection.objects.filter(pk__in=rows).update(is_further=is_further)
