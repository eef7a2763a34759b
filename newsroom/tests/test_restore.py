"""What was backed up comes back, by a process of its own: on the same kind of database, and on the other one."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from shutil import rmtree
from unittest import mock
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError
from django.db import connection, connections
from django.test import TransactionTestCase, override_settings
from django_tasks_db.models import DBTaskResult, get_date_max

from articles.desk import roles, workflow
from articles.models import Announcement, Article, Edition, Section
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_image, make_section
from newsroom import env
from newsroom.backups import archive, copying, elsewhere, making, outcome, table_rows
from newsroom.backups.archive import BackupError
from newsroom.backups.snapshot import connected
from newsroom.tests import backup_places, made_once
from tickers.tests.factories import make_pair, make_rate

LAST = ["articles", "0058_words_for_steps"]  # it changes no table
ODD = {"ё": [1, 0.1, None, True, {"b": "“ ' \" \\ \n", "a": []}], "": "\u2028", "a": 1e-7}


def make_task(status="READY", **fields):
    values = {"args_kwargs": {"args": [], "kwargs": {}}, "task_path": "a.b", "backend_name": "default"}
    return DBTaskResult.objects.create(status=status, run_after=get_date_max(), **values | fields)


def make_paper():
    """Rows with whatever one of the databases might take for something else."""
    roles.make_groups()
    chief = make_chief()
    image = make_image(made_cut=1, crops={"wide": [30, 40]}, trim_left=0.1)
    article = make_article(headline="Ош ‘б’ \\N \t“№”", lead_image=image, authors=[make_author()], tags=["Жол"])
    workflow.publish(article, by=chief)
    make_edition(live_from=datetime(1899, 1, 1, 0, 0, 0, 120, tzinfo=UTC), related=[3, 2, 1])
    pair = make_pair()
    make_rate(pair=pair, value=Decimal("0.000000123456789012"), effective_date=date(1999, 12, 31))
    make_rate(pair=pair, value=Decimal("12345.5"))
    announced = {"told": ODD, "told_until": datetime(2026, 1, 1, tzinfo=UTC)}
    Announcement.objects.update_or_create(listener="sitemaps", defaults=announced)
    for key in ("Б", "a", "Z", "_", "é"):
        Session.objects.create(session_key=key, session_data="", expire_date=datetime(2027, 1, 1, tzinfo=UTC))
    make_task("SUCCESSFUL", return_value=ODD, args_kwargs={"args": [ODD], "kwargs": {}})
    make_task("FAILED", traceback="x" * 100_000)
    Section.objects.filter(pk=make_section().pk).delete()  # its number is not given again
    backup_places.write_named_files()


@pytest.mark.long
@override_settings(BACKUP_KEY=backup_places.KEY, TASKS=backup_places.QUEUE)
class DrillTests(TransactionTestCase):
    def setUp(self):
        self.folder = backup_places.use_folder(self)

    def outcome(self):
        newest = outcome.newest_outcomes()["drill"]
        return newest.text, newest.fault

    def test_newest_backup_is_restored_elsewhere_and_equal(self):
        make_paper()
        backup_places.run("backup")
        name = archive.newest_backup(archive.place_of_backups())
        Edition.objects.update(headline="Written since")
        databases = self.databases_there()
        self.leave_database("drill_1700000000_abcdefabcdef")
        report = backup_places.run("drill_backup")
        assert report.startswith(f"Restoring {name} elsewhere …")
        assert "tables are equal to the backup" in report
        assert "files of “uploads” are equal to the backup" in report
        text, fault = self.outcome()
        assert (text.partition(",")[0], fault) == (name, "")
        assert self.databases_there() == databases  # nothing is left of it
        assert not list(Path(settings.VAR_DIR).glob("drill-*"))
        assert set(Edition.objects.values_list("headline", flat=True)) == {"Written since"}

    def test_damaged_backup_is_a_drill_that_failed(self):
        name = backup_places.backup()
        (self.folder / "backups" / name / "settings.env.age").write_bytes(b"")
        with self.assertRaisesMessage(CommandError, "settings.env.age is not what was written."):
            backup_places.run("drill_backup")
        assert "settings.env.age is not what was written." in self.outcome()[1]

    def test_backup_that_vanishes_while_it_is_restored_is_told_in_a_sentence(self):
        name = backup_places.backup()
        checked = archive.CheckedBackup(archive.place_of_backups(), name)
        rmtree(self.folder / "backups" / name)
        for path in checked.sums:
            with self.assertRaisesMessage(BackupError, "is missing, although it was there a moment ago."):
                checked.read(path.removesuffix(archive.ENCRYPTED))

    def leave_database(self, name):
        """A database of a drill that was killed long ago."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")

    def databases_there(self):
        if connection.vendor == "sqlite":
            return []
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database ORDER BY 1")
            return cursor.fetchall()


@pytest.mark.long
class CopyTests(TransactionTestCase):
    def setUp(self):
        self.folder = backup_places.use_folder(self)

    def test_copies_are_equal_and_share_no_task(self):
        make_paper()
        backup_places.run("rebuild_search")  # other tests leave rows in SQLite's index, which no flush empties
        waiting, running = make_task(), make_task("RUNNING")
        url = f"sqlite:///{self.folder}/copy.sqlite3"
        with mock.patch.object(making, "_migrations", former_release):
            report = backup_places.run("copy_database", to=url)
        assert "2 unfinished tasks stay with the source; the copy has none of them." in report
        waiting.refresh_from_db()
        running.refresh_from_db()
        assert (waiting.status, running.status) == ("READY", "RUNNING")
        self.compare(url)
        with self.assertRaisesMessage(CommandError, "The database has"):
            backup_places.run("copy_database", to=url)
        if connection.vendor == "postgresql":
            self.copy_back(url)

    def compare(self, url):
        """Everything in the copy is as it is here, but the tasks that wait here."""
        DBTaskResult.objects.filter(status__in=copying.UNFINISHED).delete()
        with connected("copy", env.database_at("DATABASE_URL", url)):
            for table in table_rows.model_tables():
                here, there = (table_rows.checksum_of(table, alias) for alias in ("default", "copy"))
                assert (str(here), here.count) == (str(there), there.count), table.name
            last_here, last_there = (table_rows.last_numbers(alias) for alias in ("default", "copy"))
            last_there["auth_group_permissions"] = last_here["auth_group_permissions"]  # migrate uses some up
            assert last_there == last_here
            with connections["copy"].cursor() as cursor:
                cursor.execute("SELECT COUNT(*) FROM articles_search")
                assert cursor.fetchone() == (Edition.objects.count(),)
                cursor.execute("SELECT COUNT(*) FROM django_migrations WHERE name = %s", LAST[1:])
                assert cursor.fetchone() == (1,)
            newest = Section.objects.using("copy").create(name="New", slug="new").pk
            assert newest == table_rows.last_numbers("default")["articles_section"] + 1
            Section.objects.using("copy").filter(pk=newest).delete()

    def test_copy_that_takes_over_gets_what_waits_and_not_what_began_or_ended_meanwhile(self):
        made_once.copy_file(self.folder / "copy.sqlite3")
        url = f"sqlite:///{self.folder}/copy.sqlite3"
        tasks = {status: make_task(status) for status in ("READY", "RUNNING", "SUCCESSFUL")}
        lines = []
        with connected("copy", env.database_at("DATABASE_URL", url)):
            rows = DBTaskResult.objects.using("copy")
            for task in tasks.values():
                rows.bulk_create([copy_of(task)])
            copying._take_over_tasks(lines.append)
            unfinished_there = set(rows.filter(status__in=copying.UNFINISHED).values_list("pk", flat=True))
        assert unfinished_there == {tasks["READY"].pk}
        unfinished_here = DBTaskResult.objects.filter(status__in=copying.UNFINISHED)
        assert set(unfinished_here.values_list("pk", flat=True)) == {tasks["RUNNING"].pk}
        assert lines == ["1 waiting tasks are the copy’s now; 2 that were running stay with the source."]

    def copy_back(self, url):
        """From the copy to another PostgreSQL, as its own newsroom does it."""
        name = f"back_{uuid4().hex[:8]}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        self.addCleanup(self.drop, name)
        with connected("copy", env.database_at("DATABASE_URL", url)):
            DBTaskResult.objects.using("copy").bulk_create([copy_of(make_task())])
        back = urlsplit(os.environ["NEWSROOM_DATABASE_URL"])._replace(path=f"/{name}").geturl()
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "newsroom.settings",
            "NEWSROOM_DATABASE_URL": url,
            "NEWSROOM_VAR_DIR": str(self.folder / "var"),
        }
        command = [sys.executable, "manage.py", "copy_database", "--to", back, "--take-over"]
        subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True)
        with connected("copy", env.database_at("DATABASE_URL", url)):
            source = {table.name: str(table_rows.checksum_of(table, "copy")) for table in table_rows.model_tables()}
        with connected("back", env.database_at("DATABASE_URL", back)):
            copies = {table.name: str(table_rows.checksum_of(table, "back")) for table in table_rows.model_tables()}
            assert DBTaskResult.objects.using("back").filter(status="READY").count() == 1
        assert {name for name in source if source[name] != copies[name]} == {DBTaskResult._meta.db_table}

    def drop(self, name):
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def test_copy_does_not_take_over_from_a_paper_that_was_written_since(self):
        make_article()
        _name, manifest = making.make_backup(archive.place_of_backups(), lambda line: None, with_files=False)
        copying._refuse_later_writes(manifest)
        Article.objects.update(headline="Written since")
        with self.assertRaisesMessage(BackupError, "somebody wrote since then: articles_article. All tasks stay"):
            copying._refuse_later_writes(manifest)

    def test_backup_of_a_newer_release_is_refused_before_a_table_is_made(self):
        with mock.patch.object(making, "_migrations", return_value=[["articles", "0999_of_tomorrow"]]):
            name = backup_places.backup()
        url = f"sqlite:///{self.folder}/copy.sqlite3"
        with self.assertRaisesMessage(BackupError, "no migration 0999_of_tomorrow of articles"):
            elsewhere.restore_elsewhere(name, elsewhere.url_of_backups(), url, self.folder / "var", print)
        with connected("copy", env.database_at("DATABASE_URL", url)), connections["copy"].cursor() as cursor:
            assert connections["copy"].introspection.table_names(cursor) == []


def copy_of(task):
    return DBTaskResult(
        pk=task.pk, status="READY", run_after=task.run_after, args_kwargs=task.args_kwargs, task_path=task.task_path
    )


USUAL = making._migrations


def former_release(alias):
    """What a database of the release before this one was migrated to."""
    return [key for key in USUAL(alias) if key != LAST]
