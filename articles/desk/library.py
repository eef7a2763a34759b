"""The library of pictures: what is done with every accepted file, whoever sends it."""

import uuid

from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from articles import tasks
from articles.desk_search import pictures
from articles.models import Image
from articles.pictures import renditions
from ground.priorities import LATER


def measure_upload(image: Image, upload: renditions.Upload) -> ContentFile:
    """Set the row's measures, and return its file under a random name."""
    image.key, image.sha256, image.colour = uuid.uuid4().hex, upload.sha256, upload.colour
    image.width, image.height = upload.width, upload.height
    return ContentFile(upload.content, name=f"{image.key}.jpg")


def add_picture(upload: renditions.Upload, *, by: User | None, **texts: str) -> Image:
    """Store an accepted picture with its texts, each cut to what its column takes; its sizes are made later."""
    columns = {field.name: field for field in Image._meta.concrete_fields}
    cut = {name: text[: columns[name].max_length] for name, text in texts.items()}
    image = Image(uploaded_by=by, **cut)
    image.file = measure_upload(image, upload)
    image.save()
    pictures.index_pictures([image])
    renditions.write_safe_copy(renditions.draw_safe_copy(upload.content), image.key)
    tasks.after_commit(tasks.make_renditions.using(priority=LATER).enqueue, image.pk)
    return image


def remove_files(image: Image) -> None:
    """Delete the master and every public copy from the storages."""
    assert image.file.name  # noqa: S101 - no picture is stored without a file
    image.file.storage.delete(image.file.name)
    for key in filter(None, (image.key, image.former_key)):
        renditions.remove_renditions(key)
