"""Background work: what would keep a person waiting. Each task can also be run by a command."""

import logging

from django.core.files.storage import default_storage
from django.db.models import F
from django_tasks import task

from articles import renditions
from articles.models.image import Image

logger = logging.getLogger(__name__)


@task()
def make_renditions(image_pk: int) -> None:
    """Cut every public size of a picture around its focal point; nothing to do if it is gone or has them."""
    image = Image.objects.filter(pk=image_pk, made_cut__lt=F("wanted_cut")).first()
    if image is None:
        return
    try:
        with image.file.open("rb") as master:
            renditions.make(master, image.key, image.wanted_cut, (image.focal_x, image.focal_y))
    except Exception:
        logger.exception("Picture %s got no sizes; pages show its safe copy.", image_pk)
        raise
    # A focal point moved meanwhile has a task of its own, which these sizes must not be taken for.
    current = Image.objects.filter(pk=image_pk, wanted_cut=image.wanted_cut)
    if current.update(made_cut=image.wanted_cut):
        _remove_cuts_before(image.wanted_cut, image.key)


def _remove_cuts_before(cut: int, key: str) -> None:
    folder = f"{key[:2]}/{key}"
    for name in default_storage.listdir(folder)[1]:
        number = name.partition("-")[0]
        if number.isdecimal() and int(number) < cut:
            default_storage.delete(f"{folder}/{name}")
