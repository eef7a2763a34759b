"""Saving a board as a whole: one transaction, one revision, one line in the log; never over an unseen save."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from articles.desk import roles
from articles.desk.boards.plan import SAME, Placing, Plan, most_slots, plan, slots_of
from articles.desk.boards.wording import (
    describe_differences,
    describe_slots,
    short_time_with_zone,
    shortened,
    slot_name,
)
from articles.models import Article, BoardRevision, Edition, Image, Placement, Section, SiteSettings
from ground.times import FOR_EVER

MOST_OF_NOTE = 300  # characters
MOST = 60  # placements of a board that have not ended


class BoardError(Exception):
    """A board can't be saved; the text tells a person why, and what would help."""


class BoardMovedError(BoardError):
    """Somebody saved the board after it was loaded: ``last`` is that save."""

    def __init__(self, last: BoardRevision | None):
        self.last = last
        super().__init__(_("Somebody saved this board after you opened it, so nothing of yours was saved."))


def load(section: Section | None, now: datetime, *, to_change: bool = False) -> list[Placement]:
    """Return the placements of a board that have not ended, by slot and time; ``to_change`` locks them."""
    rows = Placement.objects.on(section).filter(ends_at__gt=now).select_related("image")
    if to_change:
        rows = rows.select_for_update(of=("self",))
    return list(rows.order_by("slot", "starts_at", "pk")[: MOST * 2])


def saves(section: Section | None) -> QuerySet[BoardRevision]:
    """Return the board's revisions, the newest first."""
    return BoardRevision.objects.filter(section=section).select_related("by").order_by("-pk")


def last_save(section: Section | None) -> BoardRevision | None:
    """Return the board's newest revision; its id is sent as ``loaded`` with the next save."""
    return saves(section).first()


@transaction.atomic
def save(
    section: Section | None, placings: Sequence[Placing], *, by: User, loaded: int, slots: int | None = None
) -> BoardRevision | None:
    """Store a board as ``placings``; ``loaded`` is the id of its last save when it was loaded, 0 for none.

    ``slots`` is the new number of slots, by default the present one. Return None if nothing changed. Raise
    ``BoardMovedError`` if somebody saved since, ``BoardError`` if the board is invalid.
    """
    last = _claim(section, by, loaded)
    return _write(section, placings, by, "", last, slots or slots_of(section, last))


@transaction.atomic
def roll_back(revision: BoardRevision, *, by: User, loaded: int) -> tuple[BoardRevision | None, list[str]]:
    """Restore a board to its state after ``revision``, as a new save; return it with the headlines that had to be left
    out.
    """
    last = _claim(revision.section, by, loaded)
    placings, left_out = _again(revision)
    note = _("Rolled back to %(time)s.") % {"time": short_time_with_zone(revision.at, SiteSettings.current().zone)}
    slots = slots_of(revision.section, revision)
    return _write(revision.section, placings, by, note, last, slots), left_out


@transaction.atomic
def record(section: Section | None, *, by: User, note: str) -> BoardRevision:
    """Record placements that were saved elsewhere than on the board, so that a board opened before is not saved over
    them.
    """
    lock_boards()
    last = last_save(section)
    return _keep(section, load(section, timezone.now()), by, [note], last.slots if last else None)


def lock_boards() -> None:
    """Make saves of boards wait for each other: each locks this row until its transaction ends."""
    rows = ContentType.objects.select_for_update(no_key=True).filter(app_label="articles", model="boardrevision")
    list(rows.values_list("pk"))


def _claim(section: Section | None, by: User, loaded: int) -> BoardRevision | None:
    """Lock the boards and return the newest save, if it is the one that was loaded; else raise ``BoardMovedError``."""
    if not roles.may_curate(by, section):
        place = section or _("front page")
        raise BoardError(_("You may not place articles here: “%(place)s”.") % {"place": place})
    lock_boards()
    last = last_save(section)
    if (last.pk if last else 0) != loaded:
        raise BoardMovedError(last)
    return last


def _write(
    section: Section | None, placings: Sequence[Placing], by: User, note: str, last: BoardRevision | None, slots: int
) -> BoardRevision | None:
    now = timezone.now()
    stored = load(section, now, to_change=True)
    new_plan = plan(stored, _going_on(section, placings, stored), section=section, now=now)
    had = slots_of(section, last)
    if not new_plan and slots == had:
        return None
    titles = _titles([*stored, *new_plan.after])
    check(new_plan, titles, slots=slots, most=most_slots(section), now=now)
    lines = describe_differences(stored, new_plan.after, titles, now, SiteSettings.current().zone)
    lines = [*([describe_slots(had, slots)] if slots != had else []), *lines]
    lines = [" ".join(filter(None, [note, *lines[:1]])), *lines[1:]]
    try:
        with transaction.atomic():
            Placement.objects.filter(pk__in=[placement.pk for placement in new_plan.drop]).delete()
            for placement in new_plan.end:  # row by row, because the page cache listens to the signals of saves
                placement.save(update_fields=["ends_at"])
            for planned in new_plan.add:
                planned.placement.save(force_insert=True)
    except IntegrityError:
        message = _("An article or picture of this board was deleted a moment ago. Load the board again.")
        raise BoardError(message) from None
    return _keep(section, load(section, now), by, lines, slots)


def _going_on(section: Section | None, placings: Sequence[Placing], stored: list[Placement]) -> list[Placing]:
    """Return ``placings`` without those that ended while the board was open, unless their end was extended."""
    missing_pks = {placing.pk for placing in placings if placing.pk} - {placement.pk for placement in stored}
    ends = (
        dict(Placement.objects.on(section).filter(pk__in=missing_pks).values_list("pk", "ends_at"))
        if missing_pks
        else {}
    )
    return [placing for placing in placings if placing.pk not in ends or placing.ends_at > ends[placing.pk]]


def _keep(
    section: Section | None, rows: list[Placement], by: User, lines: list[str], slots: int | None
) -> BoardRevision:
    titles = _titles(rows)
    rows_as_json = [_as_json(row) | {"title": titles.get(row.article_id, "")} for row in rows]
    note = shortened(lines, MOST_OF_NOTE)
    revision = BoardRevision.objects.create(section=section, placements=rows_as_json, note=note, by=by, slots=slots)
    place = section.name if section else _("Front page")
    LogEntry.objects.log_actions(by.pk, [revision], CHANGE, f"{place}: {'; '.join(lines)}", single_object=True)
    return revision


def _as_json(row: Placement) -> dict[str, Any]:
    times = {name: getattr(row, name).isoformat() for name in ("starts_at", "ends_at")}
    return {"id": row.pk, **{name: getattr(row, name) for name in SAME}, **times}


def _titles(rows: Iterable[Placement]) -> dict[int, str]:
    return dict(Article.objects.filter(pk__in={row.article_id for row in rows}).values_list("pk", "headline"))


def _again(revision: BoardRevision) -> tuple[list[Placing], list[str]]:
    """Return the placements of ``revision`` that can be restored, and the headlines of those that can't."""
    now = timezone.now()
    placings, left_out = [], []
    rows = [row | {name: _time(row[name]) for name in ("starts_at", "ends_at")} for row in revision.placements]
    rows = [row for row in rows if row["ends_at"] > now]
    placeable = _placeable(row["article_id"] for row in rows)
    images = _images(row["image_id"] for row in rows)
    for row in rows:
        if row["article_id"] not in placeable:
            left_out.append(row["title"])
            continue
        values = {name: row[name] for name in (*SAME, "starts_at", "ends_at")}
        values["image_id"] = row["image_id"] if row["image_id"] in images else None
        placings.append(Placing(**values, pk=row["id"]))
    return placings, left_out


def _time(text: str) -> datetime:
    return parse_datetime(text) or FOR_EVER


def check(new_plan: Plan, titles: dict[int, str], *, slots: int, most: int, now: datetime) -> None:
    """Raise ``BoardError`` with a sentence for each problem of a plan."""
    new = [planned.placement for planned in new_plan.add]
    rows = [placement for placement in new_plan.after if placement.ends_at > now or placement in new]
    problems = [*_wrong(new, new_plan.end, titles), *_crowded(rows, titles, now), *_beyond(rows, titles, slots, now)]
    if not 1 <= slots <= most:
        problems.append(_("A board like this has between 1 and %(most)d places.") % {"most": most})
    if len(rows) > MOST:
        problems.append(_("A board holds %(most)d placements at most: remove some.") % {"most": MOST})
    if problems:
        raise BoardError(" ".join(dict.fromkeys(problems)))


def _beyond(rows: list[Placement], titles: dict[int, str], slots: int, now: datetime) -> Iterable[str]:
    """Yield a problem for each placement outside the board's slots."""
    for row in rows:
        if row.ends_at > now and not 1 <= row.slot <= slots:
            text = _("“%(title)s” stands in place %(slot)d of a board of %(slots)d: take it off, or move it up.")
            yield text % {"title": _title(row, titles), "slot": row.slot, "slots": slots}


def _wrong(new: list[Placement], ended: list[Placement], titles: dict[int, str]) -> Iterable[str]:
    placeable, images = _placeable(row.article_id for row in new), _images(row.image_id for row in new)
    for row in [*new, *ended]:
        if row.ends_at <= row.starts_at:
            yield _("“%(title)s” must end after it starts.") % {"title": _title(row, titles)}
    for row in new:
        title = _title(row, titles)
        if row.article_id not in placeable:
            yield _("“%(title)s” is neither live nor scheduled, so it can’t be placed.") % {"title": title}
        if row.image_id and row.image_id not in images:
            yield _("The picture for “%(title)s” is no longer in the library.") % {"title": title}
        try:
            row.clean_fields(exclude=["section", "article", "image", "slot"])
        except ValidationError as error:
            yield from (f"“{title}”: {text}" for text in error.messages)


def _crowded(rows: list[Placement], titles: dict[int, str], now: datetime) -> Iterable[str]:
    """Yield a problem for an article placed twice at a time, or two that begin in a slot at the same time."""
    for number, placement in enumerate(rows):
        for later in rows[number + 1 :]:
            words = {
                "title": _title(placement, titles),
                "second": _title(later, titles),
                "one": slot_name(placement.slot),
                "other": slot_name(later.slot),
            }
            is_at_once = max(placement.starts_at, later.starts_at, now) < min(placement.ends_at, later.ends_at)
            if placement.article_id == later.article_id and is_at_once:
                text = _("“%(title)s” would stand twice at a time: %(one)s and %(other)s. Remove one, or end it first.")
                yield text % words
            elif (placement.slot, placement.starts_at) == (later.slot, later.starts_at):
                yield _("“%(title)s” and “%(second)s” would begin in one place at the same time: %(one)s.") % words


def _title(row: Placement, titles: dict[int, str]) -> str:
    return titles.get(row.article_id) or str(row.article_id)


def _placeable(articles: Iterable[int]) -> set[int]:
    """Return those of ``articles`` that are live or scheduled."""
    rows = Edition.objects.filter(article__in=set(articles), live_until__gt=timezone.now())
    return set(rows.values_list("article_id", flat=True))


def _images(numbers: Iterable[int | None]) -> set[int]:
    return set(Image.objects.filter(pk__in={number for number in numbers if number}).values_list("pk", flat=True))
