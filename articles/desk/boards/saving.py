"""Storing a board whole: one transaction, one revision, one line in the log; never over a save one has not seen."""

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
    """What can't be saved; the text says to a person why, and what would help."""


class BoardMovedError(BoardError):
    """Somebody saved the board after it was loaded: ``last`` is their save."""

    def __init__(self, last: BoardRevision | None):
        self.last = last
        super().__init__(_("Somebody saved this board after you opened it, so nothing of yours was saved."))


def load(section: Section | None, now: datetime, *, to_change: bool = False) -> list[Placement]:
    """The placements of a board that have not ended, in the order of slots and times; ``to_change`` locks them."""
    rows = Placement.objects.on(section).filter(ends_at__gt=now).select_related("image")
    if to_change:
        rows = rows.select_for_update(of=("self",))
    return list(rows.order_by("slot", "starts_at", "pk")[: MOST * 2])


def saves(section: Section | None) -> QuerySet[BoardRevision]:
    """The board's revisions, the newest first."""
    return BoardRevision.objects.filter(section=section).select_related("by").order_by("-pk")


def last_save(section: Section | None) -> BoardRevision | None:
    """The board's newest revision; its id is what a board is ``loaded`` at."""
    return saves(section).first()


@transaction.atomic
def save(
    section: Section | None, wanted: Sequence[Placing], *, by: User, loaded: int, slots: int | None = None
) -> BoardRevision | None:
    """Store a board as ``wanted``; ``loaded`` is the id of its last save when it was loaded, 0 for none.

    With as many ``slots`` as given, or as it had. None if nothing is new. ``BoardMovedError`` if somebody saved since,
    ``BoardError`` for what can't be.
    """
    last = _claim(section, by, loaded)
    return _write(section, wanted, by, "", last, slots or slots_of(section, last))


@transaction.atomic
def roll_back(revision: BoardRevision, *, by: User, loaded: int) -> tuple[BoardRevision | None, list[str]]:
    """Make a board what it was after ``revision``, as a new save; also the headlines of what can't stand any more."""
    last = _claim(revision.section, by, loaded)
    wanted, left_out = _again(revision)
    note = _("Rolled back to %(time)s.") % {"time": short_time_with_zone(revision.at, SiteSettings.current().zone)}
    slots = slots_of(revision.section, revision)
    return _write(revision.section, wanted, by, note, last, slots), left_out


@transaction.atomic
def record(section: Section | None, *, by: User, note: str) -> BoardRevision:
    """Keep what placements saved elsewhere than on the board made of it: an open board is not saved over them."""
    lock_boards()
    last = last_save(section)
    return _keep(section, load(section, timezone.now()), by, [note], last.slots if last else None)


def lock_boards() -> None:
    """Have saves of boards follow one another: each holds this row until its transaction ends."""
    rows = ContentType.objects.select_for_update(no_key=True).filter(app_label="articles", model="boardrevision")
    list(rows.values_list("pk"))


def _claim(section: Section | None, by: User, loaded: int) -> BoardRevision | None:
    """The board's newest save, once nobody else can save it and it is the one that was loaded."""
    if not roles.may_curate(by, section):
        place = section or _("front page")
        raise BoardError(_("You may not place articles here: “%(place)s”.") % {"place": place})
    lock_boards()
    last = last_save(section)
    if (last.pk if last else 0) != loaded:
        raise BoardMovedError(last)
    return last


def _write(
    section: Section | None, wanted: Sequence[Placing], by: User, note: str, last: BoardRevision | None, slots: int
) -> BoardRevision | None:
    now = timezone.now()
    stored = load(section, now, to_change=True)
    made = plan(stored, _going_on(section, wanted, stored), section=section, now=now)
    had = slots_of(section, last)
    if not made and slots == had:
        return None
    titles = _titles([*stored, *made.after])
    check(made, titles, slots=slots, most=most_slots(section), now=now)
    lines = describe_differences(stored, made.after, titles, now, SiteSettings.current().zone)
    lines = [*([describe_slots(had, slots)] if slots != had else []), *lines]
    lines = [" ".join(filter(None, [note, *lines[:1]])), *lines[1:]]
    try:
        with transaction.atomic():
            Placement.objects.filter(pk__in=[placement.pk for placement in made.drop]).delete()
            for placement in made.end:  # row by row, as whoever keeps pages ready listens for saves
                placement.save(update_fields=["ends_at"])
            for planned in made.add:
                planned.placement.save(force_insert=True)
    except IntegrityError:
        message = _("An article or picture of this board was deleted a moment ago. Load the board again.")
        raise BoardError(message) from None
    return _keep(section, load(section, now), by, lines, slots)


def _going_on(section: Section | None, wanted: Sequence[Placing], stored: list[Placement]) -> list[Placing]:
    """``wanted`` without what ended while the board was open, unless it is to go on."""
    gone = {placing.pk for placing in wanted if placing.pk} - {placement.pk for placement in stored}
    ends = dict(Placement.objects.on(section).filter(pk__in=gone).values_list("pk", "ends_at")) if gone else {}
    return [placing for placing in wanted if placing.pk not in ends or placing.ends_at > ends[placing.pk]]


def _keep(
    section: Section | None, rows: list[Placement], by: User, lines: list[str], slots: int | None
) -> BoardRevision:
    titles = _titles(rows)
    kept = [_as_json(row) | {"title": titles.get(row.article_id, "")} for row in rows]
    note = shortened(lines, MOST_OF_NOTE)
    revision = BoardRevision.objects.create(section=section, placements=kept, note=note, by=by, slots=slots)
    place = section.name if section else _("Front page")
    LogEntry.objects.log_actions(by.pk, [revision], CHANGE, f"{place}: {'; '.join(lines)}", single_object=True)
    return revision


def _as_json(row: Placement) -> dict[str, Any]:
    times = {name: getattr(row, name).isoformat() for name in ("starts_at", "ends_at")}
    return {"id": row.pk, **{name: getattr(row, name) for name in SAME}, **times}


def _titles(rows: Iterable[Placement]) -> dict[int, str]:
    return dict(Article.objects.filter(pk__in={row.article_id for row in rows}).values_list("pk", "headline"))


def _again(revision: BoardRevision) -> tuple[list[Placing], list[str]]:
    """What ``revision`` kept and can stand again, and the headlines of what can't."""
    now = timezone.now()
    wanted, left_out = [], []
    rows = [row | {name: _time(row[name]) for name in ("starts_at", "ends_at")} for row in revision.placements]
    rows = [row for row in rows if row["ends_at"] > now]
    shown = _shown(row["article_id"] for row in rows)
    images = _images(row["image_id"] for row in rows)
    for row in rows:
        if row["article_id"] not in shown:
            left_out.append(row["title"])
            continue
        values = {name: row[name] for name in (*SAME, "starts_at", "ends_at")}
        values["image_id"] = row["image_id"] if row["image_id"] in images else None
        wanted.append(Placing(**values, pk=row["id"]))
    return wanted, left_out


def _time(text: str) -> datetime:
    return parse_datetime(text) or FOR_EVER


def check(made: Plan, titles: dict[int, str], *, slots: int, most: int, now: datetime) -> None:
    """Refuse what a board can't be, with a sentence for each reason."""
    new = [planned.placement for planned in made.add]
    rows = [placement for placement in made.after if placement.ends_at > now or placement in new]
    problems = [*_wrong(new, made.end, titles), *_crowded(rows, titles, now), *_beyond(rows, titles, slots, now)]
    if not 1 <= slots <= most:
        problems.append(_("A board like this has between 1 and %(most)d places.") % {"most": most})
    if len(rows) > MOST:
        problems.append(_("A board holds %(most)d placements at most: remove some.") % {"most": MOST})
    if problems:
        raise BoardError(" ".join(dict.fromkeys(problems)))


def _beyond(rows: list[Placement], titles: dict[int, str], slots: int, now: datetime) -> Iterable[str]:
    """What would stand where the board has no place."""
    for row in rows:
        if row.ends_at > now and not 1 <= row.slot <= slots:
            text = _("“%(title)s” stands in place %(slot)d of a board of %(slots)d: take it off, or move it up.")
            yield text % {"title": _title(row, titles), "slot": row.slot, "slots": slots}


def _wrong(new: list[Placement], ended: list[Placement], titles: dict[int, str]) -> Iterable[str]:
    shown, images = _shown(row.article_id for row in new), _images(row.image_id for row in new)
    for row in [*new, *ended]:
        if row.ends_at <= row.starts_at:
            yield _("“%(title)s” must end after it starts.") % {"title": _title(row, titles)}
    for row in new:
        title = _title(row, titles)
        if row.article_id not in shown:
            yield _("“%(title)s” is neither live nor scheduled, so it can’t be placed.") % {"title": title}
        if row.image_id and row.image_id not in images:
            yield _("The picture for “%(title)s” is no longer in the library.") % {"title": title}
        try:
            row.clean_fields(exclude=["section", "article", "image", "slot"])
        except ValidationError as error:
            yield from (f"“{title}”: {text}" for text in error.messages)


def _crowded(rows: list[Placement], titles: dict[int, str], now: datetime) -> Iterable[str]:
    """An article that would stand twice at a time, or two that would begin in a slot at one moment."""
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            words = {
                "title": _title(one, titles),
                "second": _title(other, titles),
                "one": slot_name(one.slot),
                "other": slot_name(other.slot),
            }
            is_at_once = max(one.starts_at, other.starts_at, now) < min(one.ends_at, other.ends_at)
            if one.article_id == other.article_id and is_at_once:
                text = _("“%(title)s” would stand twice at a time: %(one)s and %(other)s. Remove one, or end it first.")
                yield text % words
            elif (one.slot, one.starts_at) == (other.slot, other.starts_at):
                yield _("“%(title)s” and “%(second)s” would begin in one place at the same time: %(one)s.") % words


def _title(row: Placement, titles: dict[int, str]) -> str:
    return titles.get(row.article_id) or str(row.article_id)


def _shown(articles: Iterable[int]) -> set[int]:
    """Those of ``articles`` that are live, or will be."""
    rows = Edition.objects.filter(article__in=set(articles), live_until__gt=timezone.now())
    return set(rows.values_list("article_id", flat=True))


def _images(numbers: Iterable[int | None]) -> set[int]:
    return set(Image.objects.filter(pk__in={number for number in numbers if number}).values_list("pk", flat=True))
