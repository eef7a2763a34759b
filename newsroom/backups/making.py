"""Making a backup of the whole paper while people write."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.core.files.storage import Storage, storages
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.views.debug import get_default_exception_reporter_filter

from newsroom.backups import archive, named_files, table_rows
from newsroom.backups.archive import BackupError, BackupWriter
from newsroom.backups.snapshot import one_moment
from newsroom.backups.table_rows import Checksum
from newsroom.env import PREFIX

ATTEMPTS = 3
NAMED = 20  # of the files that are missing
LOGIN = re.compile(r"(?<=://)\S*@|\?\S*")  # of an address; parameters may have a password, too

Tell = Callable[[str], None]


class VanishedFiles(Exception):
    """Files that the snapshot's rows name were deleted, with their rows, before they were read."""


def make_backup(storage: Storage, tell: Tell, *, with_files: bool = True) -> tuple[str, dict[str, Any]]:
    """Make a backup in ``storage`` and return its name and manifest; without files it is of the database alone.

    A picture that is deleted while files are read would be missing, so the backup is begun again, from a later moment.
    """
    for attempt in range(ATTEMPTS):
        name = archive.name_backup(timezone.now())
        writer = BackupWriter(storage, name)
        try:
            manifest = _write(writer, tell, with_files=with_files)
            writer.finish(manifest)
            return name, manifest | {"bytes": writer.written}
        except BaseException as error:
            with suppress(Exception):  # what is left is half a backup, which is deleted after a day
                remove_backup(storage, name)
            if not isinstance(error, VanishedFiles) or attempt == ATTEMPTS - 1:
                raise
            tell(f"Begun again, as pictures were deleted meanwhile: {error}")
    raise BackupError("Pictures are deleted all the time; try again later.")


def remove_backup(storage: Storage, name: str) -> None:
    """Delete a backup; first what makes it a whole one."""
    storage.delete(f"{name}/{archive.SUMS}")
    _remove_tree(storage, name)


def _remove_tree(storage: Storage, folder: str) -> None:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        storage.delete(f"{folder}/{name}")
    for name in folders:
        _remove_tree(storage, f"{folder}/{name}")
    storage.delete(folder)  # a bucket has no folders, and nothing of that name


def _write(writer: BackupWriter, tell: Tell, *, with_files: bool) -> dict[str, Any]:
    manifest: dict[str, Any] = {"made_at": timezone.now().isoformat(), "vendor": connection.vendor}
    with one_moment() as alias:
        manifest["migrations"] = _migrations(alias)
        manifest["numbers"] = table_rows.last_numbers(alias)
        manifest["files"] = {
            place: _write_files(writer, place, alias, tell) for place in named_files.PLACES if with_files
        }
        manifest["tables"] = _write_tables(writer, table_rows.model_tables(), alias, tell)
        manifest["bare_tables"] = _write_tables(writer, table_rows.bare_tables(alias), alias, tell)
    writer.write(archive.SETTINGS, settings_without_secrets().encode())
    return manifest


def _migrations(alias: str) -> list[list[str]]:
    """Return what the database was migrated to; refuse if it is not what this code is written for."""
    executor = MigrationExecutor(connections[alias])
    applied, in_code = set(executor.loader.applied_migrations), set(executor.loader.disk_migrations)
    installed = {app for app, _name in in_code}
    strange = {key for key in applied - in_code if key[0] in installed}
    if strange or executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise BackupError(
            "This code and the database are of different releases, so a backup might lack columns. Make it with the "
            "code that serves the paper; if that is this one, run the command migrate first."
        )
    return sorted([app, name] for app, name in applied & in_code)


def _write_tables(writer: BackupWriter, tables: list[table_rows.Table], alias: str, tell: Tell) -> dict[str, Any]:
    about = {}
    for number, table in enumerate(tables, start=1):
        checksum = Checksum()
        writer.write_rows(f"tables/{table.name}", table.rows(alias), checksum)
        about[table.name] = {"columns": table.columns, "rows": checksum.count, "checksum": str(checksum)}
        tell(f"[{number}/{len(tables)}] {table.name}: {checksum.count:,} rows")
    return about


def _write_files(writer: BackupWriter, place: str, alias: str, tell: Tell) -> dict[str, Any]:
    checksum, missing = Checksum(), set[str]()

    def there() -> Iterator[tuple[str, bytes]]:
        for name in named_files.names_in(place, alias):
            content = named_files.read_file(storages[place], name)
            if content is None:
                missing.add(name)
                continue
            checksum.add(named_files.line_of(name, content))
            yield name, content

    for number, part in enumerate(named_files.pack_files(there()), start=1):
        writer.write(f"files/{place}/{number:05}.tar", part)
        tell(f"{place}: {checksum.count:,} files")
    _refuse_vanished(place, missing)
    if missing:
        tell(f"{place}: {len(missing):,} files are named by rows and missing, such as {min(missing)}")
    return {"count": checksum.count, "checksum": str(checksum), "missing": sorted(missing)[:NAMED]}


def _refuse_vanished(place: str, missing: set[str]) -> None:
    """Raise ``VanishedFiles`` if rows name files no longer that they named at the moment of the snapshot."""
    vanished = missing - set(named_files.names_in(place, "default")) if missing else set()
    if vanished:
        raise VanishedFiles(", ".join(sorted(vanished)[:NAMED]))


def settings_without_secrets() -> str:
    """Return the variables of the environment, but those that Django, too, would hide, and logins within addresses."""
    hidden = get_default_exception_reporter_filter().hidden_settings
    lines = []
    for name, value in sorted(os.environ.items()):
        if name.startswith(PREFIX):
            lines.append(f"#{name}=" if hidden.search(name) else f"{name}={LOGIN.sub('…', value)}")
    return "\n".join(lines) + "\n"
