"""Undoing a merge: the deleted row is created again, and gets back its rows."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, QuerySet
from django.utils import timezone
from django_tasks import task

from articles import tasks
from articles.desk.merges import listings
from articles.desk.merges.moving import after_first_batches, carry_on, go_through, move_some
from articles.desk.merges.places import LISTED, PLACES, MergePlace, lock_row, model_of, row_from_json
from articles.desk.merges.refusing import why_not_undone
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Edition, FormerAddress, Merge, MergedRows, Section, TagKey
from articles.models.redirect import MODELS, normal_path

AT_FIRST = 8  # batches: as many as a small merge has
FIRST = ["articles.TagKey", "articles.Section", "articles.FormerAddress"]  # restored together with the row itself


def undo(merge: Merge, *, by: User) -> Merge:
    """Undo ``merge``: the rows moved last at once, the rest in the background."""
    with transaction.atomic():
        merge = Merge.objects.select_for_update().get(pk=merge.pk)
        if refusal := why_not_undone(merge, by):
            raise WorkflowError(refusal)
        merge.stage, merge.undone_by, merge.undone_at = Merge.Stage.UNDOING, by, timezone.now()
        merge.save()
        _make_again(merge)
    return after_first_batches(merge, lambda: any(_step(merge.pk) for _number in range(AT_FIRST)), carry_on_parting)


def _make_again(merge: Merge) -> None:
    """Create the deleted row again, with its primary key, names and addresses."""
    stays = lock_row(merge, merge.stays)
    first = {batch.label: batch for batch in merge.batches.filter(label__in=FIRST)}
    if merge.given:
        _take_back(merge, stays)
    if batch := first.get("articles.TagKey"):
        TagKey.objects.filter(pk__in=batch.moved, tag=merge.stays).update(tag=merge.gone)
    gone: Any = row_from_json(model_of(MODELS[merge.kind]), merge.gone_values)
    _forget_what_is_no_more(gone)
    gone.save(force_insert=True)
    if merge.kind == Merge.Kind.SECTION:
        gone.editors.set(User.objects.filter(pk__in=merge.gone_values["editors"]))
        Section.objects.filter(pk__in=first["articles.Section"].moved, parent=merge.stays).update(parent=gone)
    former = FormerAddress.objects.filter(kind=merge.kind, row=merge.stays)
    former.filter(pk__in=first["articles.FormerAddress"].moved).update(row=merge.gone)
    former.filter(path=normal_path(merge.gone_path)).update(row=merge.gone)
    MergedRows.objects.filter(pk__in=[batch.pk for batch in first.values()]).delete()


def _take_back(merge: Merge, stays: Any) -> None:
    """Take back what the other row was given and still has."""
    if merge.kind == Merge.Kind.SECTION:
        stays.editors.remove(*merge.given["editors"])
        return
    unchanged = [name for name, value in merge.given.items() if getattr(stays, name) == value]
    for name in unchanged:
        setattr(stays, name, None if name.endswith("_id") else "")
    stays.save(update_fields=[name.removesuffix("_id") for name in unchanged])


def _forget_what_is_no_more(gone: Any) -> None:
    """Leave out a login or picture that was deleted since, or a login that has another byline now."""
    for name in ("picture", "user"):
        if key := getattr(gone, f"{name}_id", None):
            field = gone._meta.get_field(name)
            is_free = not field.unique or not type(gone)._base_manager.filter(**{name: key}).exists()
            if not (is_free and field.related_model._base_manager.filter(pk=key).exists()):
                setattr(gone, name, None)


@transaction.atomic
def _step(number: int) -> bool:
    """Move one batch of rows back, and return whether that was the last."""
    (merge,) = Merge.objects.filter(pk=number).select_for_update()
    batch = merge.batches.order_by("-pk").first() if merge.stage == Merge.Stage.UNDOING else None
    if batch is None:
        Merge.objects.filter(pk=number, stage=Merge.Stage.UNDOING).update(stage=Merge.Stage.UNDONE)
        return True
    left_over = _give_back(merge, batch)
    Merge.objects.filter(pk=number).update(left=F("left") + left_over)
    batch.delete()
    return False


def _give_back(merge: Merge, batch: MergedRows) -> int:
    """Return how many rows of ``batch`` could not be moved back because their article was changed since."""
    if batch.label == LISTED:
        return len(batch.moved) - listings.part(batch.moved, merge.gone, merge.stays)
    place = next(
        (merge_place for merge_place in PLACES[Merge.Kind(merge.kind)] if merge_place.label == batch.label), None
    )
    if place is None:
        model = model_of(batch.label)
        _make_rows(model, batch.taken)
        return 0
    rows = _unchanged(merge, place, place.rows.filter(pk__in=batch.moved))
    moved = rows.filter(**{place.column: merge.stays}).update(**{place.column: merge.gone})
    _put_back(merge, place, batch)
    return len(batch.moved) - moved


def _unchanged(merge: Merge, place: MergePlace, rows: QuerySet) -> QuerySet:
    """Return ``rows`` without working copies that were published since, because those must agree with their newest
    edition.
    """
    if not place.article:
        return rows
    return rows.exclude(Exists(Edition.objects.filter(article=OuterRef(place.article), cut_at__gt=merge.at)))


def _put_back(merge: Merge, place: MergePlace, batch: MergedRows) -> None:
    """Restore the rows that were deleted, if what they belonged to still exists."""
    if not batch.taken:
        return
    model, whole = place.rows.model, place.whole
    wholes = model._meta.get_field(whole.removesuffix("_id")).related_model._base_manager
    owners = wholes.filter(pk__in=[values[whole] for values in batch.taken])
    if place.article:
        owners = owners.exclude(Exists(Edition.objects.filter(article=OuterRef("pk"), cut_at__gt=merge.at)))
    keys = set(owners.values_list("pk", flat=True))
    _make_rows(model, [values for values in batch.taken if values[whole] in keys])


def _make_rows(model: type[Model], row_values: list[dict[str, Any]]) -> None:
    """Create rows with their former values, creation times included."""
    rows = model._base_manager
    rows.bulk_create([row_from_json(model, values) for values in row_values], ignore_conflicts=True)
    stamped = [field.attname for field in model._meta.concrete_fields if getattr(field, "auto_now_add", False)]
    if stamped and row_values:
        rows.bulk_update([row_from_json(model, values) for values in row_values], stamped)


def ask_again(merge: Merge) -> None:
    """Queue the task of an interrupted merge again; what is done already is not done twice."""
    job = carry_on if merge.stage == Merge.Stage.MOVING else carry_on_parting
    tasks.after_commit(job.enqueue, merge.pk)


def finish_all() -> list[Merge]:
    """Finish every merge or undoing that is under way, and return them."""
    open_merges = list(Merge.objects.filter(stage__in=[Merge.Stage.MOVING, Merge.Stage.UNDOING]))
    for merge in open_merges:
        step = move_some if merge.stage == Merge.Stage.MOVING else _step
        while not go_through(step, merge.pk):
            pass
        merge.refresh_from_db()
    return open_merges


@task()
def carry_on_parting(number: int) -> None:
    """Move back the remaining rows of a merge that is being undone."""
    if not go_through(_step, number):
        carry_on_parting.enqueue(number)
