"""Merging: all rows of the one that goes are moved to the one that stays, and it is deleted."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks.base import Task

from articles import tasks
from articles.desk.merges import listings
from articles.desk.merges.places import (
    LISTED,
    OF_A_SECTION,
    PLACES,
    MergePlace,
    columns_as_json,
    kind_of,
    lock_row,
    model_of,
)
from articles.desk.merges.refusing import why_not
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Article, FormerAddress, Merge, TagKey
from articles.models.redirect import normal_path, path_of

logger = logging.getLogger(__name__)
AT_ONCE = 1_000  # rows of a table
IN_A_ROW = 20  # steps of one task, which others wait for
MOST_FAILURES = 5
MEANWHILE = (IntegrityError, OperationalError)  # somebody else wrote one of the rows, or waits for one that we wrote
BLANKS = ["role", "biography", "links", "picture_id", "user_id"]  # of an author, filled from the other one


def start_merge(gone: Model, stays: Model, *, by: User, gives_rights: bool = False) -> Merge:
    """Merge ``gone`` into ``stays``: the newest rows at once, the rest in the background.

    With ``gives_rights`` the editors of ``gone``, a section, become editors of ``stays``.
    """
    try:
        with transaction.atomic():
            merge = _begin(gone, stays, by, gives_rights)
    except IntegrityError:  # somebody began another merge at this moment
        raise WorkflowError(_("Another merge has just begun. Wait until it is done, then look again.")) from None
    return after_first_batches(merge, lambda: move_some(merge.pk) or move_some(merge.pk), carry_on)


def after_first_batches(merge: Merge, first: Callable[[], bool], task: Task) -> Merge:
    """Run the ``first`` batches, which return whether that was all, or else queue ``task``; return the merge."""
    try:
        is_done = first()
    except MEANWHILE:
        is_done = False
    if not is_done:
        tasks.after_commit(task.enqueue, merge.pk)
    merge.refresh_from_db()
    return merge


def _begin(gone: Model, stays: Model, by: User, gives_rights: bool) -> Merge:
    if refusal := why_not(gone, stays, by):
        raise WorkflowError(refusal)
    kind = kind_of(gone)
    merge = Merge(kind=kind, gone=gone.pk, stays=stays.pk, by=by, gone_name=str(gone), stays_name=str(stays))
    gone, stays = lock_row(merge, gone.pk), lock_row(merge, stays.pk)
    if gone is None or stays is None:
        raise WorkflowError(_("One of the two is no more: somebody merged or removed it just now."))
    merge.gone_path = path_of(gone)
    merge.gone_values = columns_as_json(
        {field.attname: getattr(gone, field.attname) for field in gone._meta.concrete_fields}
    )
    merge.save()
    if kind == Merge.Kind.SECTION:
        _prepare_section(merge, gone, stays, gives_rights)
    else:
        {Merge.Kind.TAG: _prepare_tag, Merge.Kind.AUTHOR: _prepare_author}[kind](merge, gone, stays)
    merge.save()
    return merge


def _prepare_tag(merge: Merge, gone: Any, stays: Any) -> None:
    """Make the name of the tag a former name of the other one."""
    keys = TagKey.objects.filter(tag=gone)
    merge.batches.create(label="articles.TagKey", moved=list(keys.values_list("pk", flat=True)))
    keys.update(tag=stays, is_former=True)


def _prepare_author(merge: Merge, gone: Any, stays: Any) -> None:
    """Fill empty columns of the author that stays from the other one; drafts stay with the login that had them."""
    merge.given = {name: getattr(gone, name) for name in BLANKS if getattr(gone, name) and not getattr(stays, name)}
    if "user_id" in merge.given:
        gone.user = None
        gone.save(update_fields=["user"])
    for name, value in merge.given.items():
        setattr(stays, name, value)
    if merge.given:
        stays.save(update_fields=[name.removesuffix("_id") for name in merge.given])


def _prepare_section(merge: Merge, gone: Any, stays: Any, gives_rights: bool) -> None:
    """Move subsections to the one that stays; delete the checks and placements of the section that goes."""
    editors = list(gone.editors.values_list("pk", flat=True))
    merge.gone_values |= {"editors": editors}
    if gives_rights:
        new = set(editors) - set(stays.editors.values_list("pk", flat=True))
        merge.given = {"editors": sorted(new)}
        stays.editors.add(*new)
    merge.batches.create(label="articles.Section", moved=list(gone.children.values_list("pk", flat=True)))
    gone.children.update(parent=stays)
    for label in OF_A_SECTION:
        rows = model_of(label)._base_manager.filter(section=gone)
        merge.batches.create(label=label, taken=[columns_as_json(values) for values in rows.values()])
        rows.delete()


@transaction.atomic
def move_some(number: int) -> bool:
    """Move the next rows of a merge, or finish it if there are none; return whether it is done."""
    (merge,) = Merge.objects.filter(pk=number).select_for_update()
    if merge.stage != Merge.Stage.MOVING:
        return True
    moved = sum(_move(merge, place) for place in PLACES[Merge.Kind(merge.kind)])
    if merge.kind == Merge.Kind.SECTION:
        notes = listings.move_listings(merge.gone, merge.stays, AT_ONCE)
        moved += len(notes)
        if notes:
            merge.batches.create(label=LISTED, moved=notes)
    if moved:
        Merge.objects.filter(pk=number).update(rows=F("rows") + moved)
        return False
    _finish(merge)
    return True


def _move(merge: Merge, place: MergePlace) -> int:
    """Move the newest rows of one table to ``stays``, and return how many; of two rows that would be equal one is
    deleted.
    """
    rows, column = place.rows, place.column
    newest = rows.filter(**{column: merge.gone}).order_by(place.newest)
    keys = list(newest.values_list("pk", flat=True)[:AT_ONCE])
    if not keys:
        return 0
    if place.article:
        _lock_articles(rows.filter(pk__in=keys).values(place.article))
    duplicates = _twice(merge, place, keys) if place.whole else []
    duplicate_pks = [values["id"] for values in duplicates]
    rows.filter(pk__in=duplicate_pks).delete()
    moving = sorted(set(keys) - set(duplicate_pks))
    rows.filter(pk__in=moving).update(**{column: merge.stays})
    merge.batches.create(label=place.label, moved=moving, taken=[columns_as_json(values) for values in duplicates])
    return len(keys)


def _lock_articles(articles: QuerySet) -> None:
    """Lock the articles before their rows, as every save does, so that no two transactions wait for each other."""
    list(Article.objects.select_for_update().filter(pk__in=articles).order_by("pk").values_list("pk"))


def _twice(merge: Merge, place: MergePlace, keys: list[int]) -> list[dict[str, Any]]:
    """Return rows that would exist twice within a whole; of bylines the later one, of others that of ``gone``."""
    going = {values[place.whole]: values for values in place.rows.filter(pk__in=keys).values()}
    staying = place.rows.filter(**{place.column: merge.stays, f"{place.whole}__in": list(going)}).values()
    return [_of_two(place, going[values[place.whole]], values) for values in staying]


def _of_two(place: MergePlace, going: dict[str, Any], staying: dict[str, Any]) -> dict[str, Any]:
    is_first = place.is_ordered and (going["order"], going["id"]) < (staying["order"], staying["id"])
    return staying if is_first else going


def _finish(merge: Merge) -> None:
    """Delete the row that has no more rows pointing to it, and redirect its addresses to the other."""
    former, kind = FormerAddress.objects, merge.kind
    moved = list(former.filter(kind=kind, row=merge.gone).values_list("pk", flat=True))
    merge.batches.create(label="articles.FormerAddress", moved=moved)
    if gone := lock_row(merge, merge.gone):
        merge.gone_path = path_of(gone)
        gone.delete()
    former.update_or_create(path=normal_path(merge.gone_path), defaults={"kind": kind, "row": merge.stays})
    former.filter(kind=kind, row=merge.gone).update(row=merge.stays)
    merge.stage = Merge.Stage.DONE
    merge.save(update_fields=["stage", "gone_path"])


@task()
def carry_on(number: int) -> None:
    """Move the remaining rows of a merge; other tasks get their turn in between."""
    if not go_through(move_some, number):
        carry_on.enqueue(number)


def go_through(step: Callable[[int], bool], number: int) -> bool:
    """Run as many steps as one task may, and return whether that was all; wait for others who write the same rows."""
    failures = 0
    for _number in range(IN_A_ROW):
        try:
            if step(number):
                return True
        except MEANWHILE:
            failures += 1
            if failures == MOST_FAILURES:
                logger.exception("Merge %s goes on when somebody presses its button.", number)
                raise
    return False
