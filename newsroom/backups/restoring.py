"""Filling an empty place from a backup, which is checked to the last byte before anything is written."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from articles import desk_search, search
from articles.public.surrogate_keys import PAPER
from newsroom.backups import indexes, named_files, table_rows
from newsroom.backups.archive import BackupError, CheckedBackup, DamagedBackup
from newsroom.backups.snapshot import lift_time_limits
from newsroom.backups.table_rows import Checksum, Table
from newsroom.serving import generation, purging

ALIAS = "default"
SHOWN = 5  # tables with rows that a refusal names

Tell = Callable[[str], None]


def restore_backup(backup: CheckedBackup, tell: Tell) -> None:
    """Fill the empty database and the empty storages from ``backup``, compare both with it, and have pages made anew.

    A backup of an older release is restored as it was, and then migrated. Where the kind of database is another, words
    are indexed anew.
    """
    refuse_full_place(with_files=bool(backup.manifest["files"]))
    tables = _make_tables(backup, tell)
    with connection.constraint_checks_disabled(), transaction.atomic():
        lift_time_limits(ALIAS)
        _empty_tables([table.name for table in tables])
        with indexes.filled_at_once(ALIAS):
            _fill_tables(backup, tables, tell)
        connection.check_constraints()
    connection.close()  # SQLite reads the tables of words anew
    compare_tables(backup, tables, tell)
    for place in backup.manifest["files"]:
        _fill_place(backup, place, tell)
        compare_files(backup, place, tell)
    _finish(backup, tell)


def refuse_full_place(*, with_files: bool) -> None:
    """Raise ``BackupError`` if anything would be overwritten, and say what is there."""
    faults = []
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    if names:
        faults.append(f"The database has {len(names)} tables already ({_rows_in_words(set(names))}).")
    for place in named_files.PLACES if with_files else ():
        if name := named_files.first_file(storages[place]):
            faults.append(f"The storage “{place}” of pictures has files already, such as {name}.")
    if faults:
        hint = "Nothing was written. Name an empty database and empty folders, in which not even migrate was run."
        raise BackupError("\n".join([*faults, hint]))


def _rows_in_words(names: set[str]) -> str:
    models = {
        table.name: table.model for table in table_rows.model_tables() if isinstance(table, table_rows.ModelTable)
    }
    counts = []
    for name in sorted(names & set(models)):
        columns = _columns_of(name)
        if models[name]._meta.pk.column in columns and (count := models[name]._base_manager.order_by().count()):
            counts.append(f"{name}: {count:,} rows")
    more = [f"{len(counts) - SHOWN} more"] if len(counts) > SHOWN else []
    return ", ".join(counts[:SHOWN] + more) or "all empty"


def _columns_of(name: str) -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, name)}


def _make_tables(backup: CheckedBackup, tell: Tell) -> list[Table]:
    """Migrate the empty database to the state of the backup and return the tables that it has rows of."""
    recorded = {(app, name) for app, name in backup.manifest["migrations"]}
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    unknown = sorted(recorded - set(graph.nodes))
    if unknown:
        raise BackupError(
            f"The backup is of a newer release: this code has no migration {unknown[0][1]} of {unknown[0][0]}. Restore "
            "it with the release that made it, or a later one."
        )
    last_ones = sorted(key for key in recorded if not _followers(graph, key) & recorded)
    tell("Making the tables …")
    executor.migrate(last_ones)
    registry = executor.loader.project_state(last_ones).apps
    return _expected_tables(backup, table_rows.model_tables(registry))


def _followers(graph: Any, key: tuple[str, str]) -> set[tuple[str, str]]:
    """Return the migrations of the same app that follow the one with that ``key``."""
    return {child.key for child in graph.node_map[key].children if child.key[0] == key[0]}


def _expected_tables(backup: CheckedBackup, tables: list[Table]) -> list[Table]:
    """Return ``tables`` with those of words, if they fit; refuse if their columns are others than the backup's."""
    manifest = backup.manifest
    if manifest["vendor"] == connection.vendor:
        bare_tables = {table.name: table for table in table_rows.bare_tables(ALIAS)}
        tables = [*tables, *(bare_tables[name] for name in manifest["bare_tables"] if name in bare_tables)]
    about = _tables_in(manifest)
    different = {table.name for table in tables if about.get(table.name, {}).get("columns") != table.columns}
    missing = set(manifest["tables"]) - {table.name for table in tables}
    if different or missing:
        names = ", ".join(sorted(different | missing))
        raise BackupError(
            f"The backup's tables are not those that this code makes: {names}. Restore it with the release that made "
            "it."
        )
    return tables


def _tables_in(manifest: dict[str, Any]) -> dict[str, Any]:
    return manifest["tables"] | manifest["bare_tables"]


def _empty_tables(names: list[str]) -> None:
    """Delete what migrations wrote into the new tables."""
    statements = connection.ops.sql_flush(no_style(), names, allow_cascade=True)
    connection.ops.execute_sql_flush(statements)


def _fill_tables(backup: CheckedBackup, tables: list[Table], tell: Tell) -> None:
    for number, table in enumerate(tables, start=1):
        about, checksum = _tables_in(backup.manifest)[table.name], Checksum()
        table_rows.fill_table(table, backup.rows(f"tables/{table.name}", checksum), ALIAS)
        _expect(checksum, about, f"The rows of {table.name}")
        tell(f"[{number}/{len(tables)}] {table.name}: {checksum.count:,} rows")
    models = [table.model for table in tables if isinstance(table, table_rows.ModelTable)]
    table_rows.set_last_numbers(backup.manifest["numbers"], ALIAS, models)


def compare_tables(backup: CheckedBackup, tables: list[Table], tell: Tell) -> None:
    """Read every table from the database again; raise ``DamagedBackup`` if one is not what the backup has."""
    for table in tables:
        _expect(table_rows.checksum_of(table, ALIAS), _tables_in(backup.manifest)[table.name], table.name)
    tell(f"All {len(tables)} tables are equal to the backup, by their checksums.")


def _fill_place(backup: CheckedBackup, place: str, tell: Tell) -> None:
    parts = backup.parts(f"files/{place}")
    for number, path in enumerate(parts, start=1):
        for name, content in named_files.unpack_files(backup.read(path)):
            named_files.put_file(storages[place], name, content)
        tell(f"[{number}/{len(parts)}] files of “{place}”")


def compare_files(backup: CheckedBackup, place: str, tell: Tell) -> None:
    """Read every file of a storage again; raise ``DamagedBackup`` if they are not what the backup has."""
    checksum = Checksum()
    for name in named_files.files_below(storages[place]):
        checksum.add(named_files.line_of(name, named_files.read_file(storages[place], name) or b""))
    _expect(
        checksum, backup.manifest["files"][place] | {"rows": backup.manifest["files"][place]["count"]}, f"“{place}”"
    )
    tell(f"All {checksum.count:,} files of “{place}” are equal to the backup, by their checksums.")


def _expect(checksum: Checksum, about: dict[str, Any], subject: str) -> None:
    if (str(checksum), checksum.count) != (about["checksum"], about["rows"]):
        raise DamagedBackup(
            f"{subject}: {checksum.count:,} are there and {about['rows']:,} should be, or some differ. What was "
            "written so far is no paper: empty the place, and restore another backup."
        )


def _finish(backup: CheckedBackup, tell: Tell) -> None:
    """Migrate to the newest release, index words if they could not be taken over, and have pages made anew."""
    call_command("migrate", interactive=False, verbosity=0)
    if backup.manifest["vendor"] != connection.vendor:
        tell("Indexing all words for the searches …")
        search.rebuild_editions()
        desk_search.rebuild_copies()
    generation.change()
    if settings.CDN:
        purging.after_change([PAPER])
