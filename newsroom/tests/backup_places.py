"""A folder for the backups of a test, and what it takes to make and read them."""

import io
import tempfile
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command
from django.test import override_settings

from articles.models import Image
from newsroom.backups import archive, named_files
from newsroom.backups.archive import CheckedBackup
from newsroom.backups.making import make_backup

KEY = "AGE-SECRET-KEY-10Q7D7WEDNS3NV4M9MQXYJSCAK0YRKN600VLDMK7DSHQLAZEDDHAQFFGETX"
OTHER_KEY = "AGE-SECRET-KEY-183Y7HWCXJPEE48DV4DC59SN6K5H5EAXLR9925TC08VD307ZQED7QQJQ4YX"
QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def storages_in(folder):
    """The settings of storages with all of them in a folder."""
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    return settings.STORAGES | {
        name: files | {"OPTIONS": {"location": f"{folder}/{name}"}} for name in ("default", "uploads", "backups")
    }


def use_folder(test) -> Path:
    """Give ``test`` storages in a folder that goes away."""
    folder = Path(test.enterContext(tempfile.TemporaryDirectory()))
    test.enterContext(override_settings(STORAGES=storages_in(folder)))
    test.enterContext(mock.patch.object(Image._meta.get_field("file"), "storage", storages["uploads"]))
    return folder


def write_named_files():
    """Write each file that a row names and that is not there yet."""
    for place in named_files.PLACES:
        for name in named_files.names_in(place, "default"):
            if not storages[place].exists(name):
                named_files.put_file(storages[place], name, f"The file {name}.".encode())


def backup(**options):
    """Make a backup and return its name."""
    return make_backup(archive.place_of_backups(), lambda line: None, **options)[0]


def checked(name):
    return CheckedBackup(archive.place_of_backups(), name)


def run(*command, **options):
    """What a command says."""
    said = io.StringIO()
    call_command(*command, stdout=said, **options)
    return said.getvalue()
