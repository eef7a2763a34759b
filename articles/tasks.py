"""Background work: what would keep a person waiting. Each task can also be run by a command."""

import logging

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django_tasks import task

from articles import renditions
from articles.models.autosave import Autosave
from articles.models.image import Image

logger = logging.getLogger(__name__)
ROWS_AT_ONCE = 500  # a table is not locked for long


@task()
def make_renditions(image_pk: int) -> None:
    """Cut every public size of a picture around its focal point; nothing to do if it is gone or has them."""
    image = Image.objects.filter(pk=image_pk, made_cut__lt=F("wanted_cut")).first()
    if image is None:
        return
    try:
        with image.file.open("rb") as master:
            renditions.make(master, image.key, image.wanted_cut, (image.focal_x, image.focal_y))
    except Exception:  # told to whoever runs the server, then left to the worker, which marks the task as failed
        logger.exception("Picture %s got no sizes; pages show its safe copy.", image_pk)
        raise
    replaced = _show(image)
    if replaced is not None:
        _remove_cuts_before(image.wanted_cut, image.key, but=replaced)


@transaction.atomic
def _show(image: Image) -> int | None:
    """Have pages show the cut just made; the one it replaces, or None if a newer is wanted or it is shown already."""
    # A focal point moved meanwhile has a task of its own, which these sizes must not be taken for.
    lacking = Image.objects.filter(pk=image.pk, wanted_cut=image.wanted_cut, made_cut__lt=F("wanted_cut"))
    current = lacking.select_for_update().first()
    if current is None:
        return None
    replaced, current.made_cut = current.made_cut, image.wanted_cut
    current.save(update_fields=["made_cut"])  # not update(): what is kept of the logo has to hear of it
    return replaced


def _remove_cuts_before(cut: int, key: str, *, but: int) -> None:
    """Delete the files of old cuts, except of the one that open pages and other sites' cards still point at."""
    folder = f"{key[:2]}/{key}"
    for name in default_storage.listdir(folder)[1]:
        number = name.partition("-")[0]
        if number.isdecimal() and int(number) < cut and int(number) != but:
            default_storage.delete(f"{folder}/{name}")


@task()
def empty_autosaves() -> int:
    """Remove what was typed and not saved so long ago that nobody will ask for it; how many rows that were."""
    removed = 0
    while found := list(Autosave.objects.outdated().values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        Autosave.objects.filter(pk__in=found).delete()
        removed += len(found)
    return removed
