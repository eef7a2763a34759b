"""A backup is the paper at one moment, whoever writes meanwhile; it holds no secret, and old ones go."""

import os
import re
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import boto3
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import CommandError
from django.db import connection, transaction
from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from moto.server import ThreadedMotoServer

from articles.desk import roles
from articles.models import Author, Edition, Image, Section
from articles.tests.factories import make_author, make_edition, make_image, make_section, make_user
from newsroom import env
from newsroom.backups import archive, making, named_files, outcome, retention, table_rows
from newsroom.backups.archive import BackupError
from newsroom.desk import dashboard
from newsroom.tests import backup_places
from newsroom.tests.test_docs import asked_settings

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Writer(threading.Thread):
    """Writes a section and an author in each transaction, so that at every moment there are as many of both."""

    def __init__(self):
        super().__init__()
        self.stopped, self.written = threading.Event(), 0

    def run(self):
        try:
            while not self.stopped.is_set():
                with transaction.atomic():
                    make_section()
                    make_author()
                self.written += 1
                time.sleep(0.005)
        finally:
            connection.close()


class OneMomentTests(TransactionTestCase):
    def setUp(self):
        self.folder = backup_places.use_folder(self)

    def rows(self, name, model):
        return list(backup_places.checked(name).rows(f"tables/{model._meta.db_table}", table_rows.Checksum()))

    def test_it_is_one_moment_while_somebody_writes(self):
        writer = Writer()
        writer.start()
        names = []
        try:
            for _ in range(3):
                before = writer.written
                while writer.written < before + 3:
                    time.sleep(0.01)
                names.append(backup_places.backup())
        finally:
            writer.stopped.set()
            writer.join()
        counts = [(len(self.rows(name, Section)), len(self.rows(name, Author))) for name in names]
        assert all(sections == authors for sections, authors in counts), counts
        assert 0 < counts[0][0] < counts[1][0] < counts[2][0] < writer.written  # it wrote during the last one, too

    def test_what_is_written_between_two_tables_is_not_in_it(self):
        make_author()

        def tell(line):
            if re.search(r"articles_a\w+: ", line):
                make_author()
                make_section()

        name, _manifest = making.make_backup(archive.place_of_backups(), tell)
        assert Author.objects.count() > 3
        assert (len(self.rows(name, Author)), len(self.rows(name, Section))) == (1, 0)

    def test_every_file_that_a_row_names_is_in_it_and_no_other(self):
        edition = make_edition(lead_image=make_image(made_cut=1))
        Edition.objects.filter(pk=edition.pk).update(card="cards/1.png")
        make_image(first_cut=1)
        backup_places.write_named_files()
        named_files.put_file(storages["default"], "no/row/names.it", b"-")
        checked = backup_places.checked(backup_places.backup())
        for place in named_files.PLACES:
            names = set(named_files.names_in(place, "default"))
            packed = dict(
                pair
                for path in checked.parts(f"files/{place}")
                for pair in named_files.unpack_files(checked.read(path))
            )
            assert packed == {name: f"The file {name}.".encode() for name in names}
            assert len(names) == checked.manifest["files"][place]["count"] > 1
        sizes = {source.partition(" ")[0] for image in Image.objects.all() for source in addresses(image)}
        assert {size.removeprefix("/media/") for size in sizes} <= set(named_files.names_in("default", "default"))

    def test_what_is_large_is_written_in_parts(self):
        images = [make_image() for _ in range(3)]
        backup_places.write_named_files()
        with mock.patch.object(archive, "PART", 1), mock.patch.object(named_files, "PART", 1):
            checked = backup_places.checked(backup_places.backup())
        assert len(checked.parts("tables/articles_image")) > 1
        assert len(checked.parts("files/uploads")) == len(images)
        assert len(list(checked.rows("tables/articles_image", table_rows.Checksum()))) == len(images)

    def test_picture_that_is_deleted_meanwhile_has_it_begun_again(self):
        lines = []
        image, _another = make_image(), make_image()
        backup_places.write_named_files()
        read_file = named_files.read_file

        def delete_first(storage, name):
            if name == f"{image.file}" and Image.objects.filter(pk=image.pk).delete()[0]:
                storage.delete(name)
            return read_file(storage, name)

        with mock.patch.object(named_files, "read_file", delete_first):
            name, manifest = making.make_backup(archive.place_of_backups(), lines.append)
        assert [line for line in lines if "Begun again" in line and f"{image.file}" in line]
        assert len(self.rows(name, Image)) == manifest["files"]["uploads"]["count"] == 1
        assert archive.folders_of_backups(archive.place_of_backups()) == [name]

    def test_file_that_was_lost_before_is_told_and_stops_nothing(self):
        lost = make_image()
        lines = []
        _name, manifest = making.make_backup(archive.place_of_backups(), lines.append)
        assert f"{lost.file}" in manifest["files"]["uploads"]["missing"]
        assert [line for line in lines if "1 files are named by rows and missing" in line]

    def test_backup_that_fails_leaves_nothing_that_looks_like_one(self):
        class Full(OSError):
            pass

        put_file, written = named_files.put_file, []

        def put(storage, name, content):
            written.append(name)
            if len(written) > 3:
                raise Full("No space left on device")
            put_file(storage, name, content)

        with (
            override_settings(TASKS=backup_places.QUEUE),
            mock.patch.object(archive, "put_file", put),
            self.assertRaises(Full),
        ):
            backup_places.run("backup")
        assert archive.folders_of_backups(archive.place_of_backups()) == []
        assert outcome.newest_outcomes()["backup"].fault == "No space left on device"

    def test_code_of_another_release_makes_none(self):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET name = '9999_newer' WHERE name = '0058_words_for_steps'")
        try:
            with self.assertRaisesMessage(BackupError, "different releases"):
                backup_places.backup()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE django_migrations SET name = '0058_words_for_steps' WHERE name = '9999_newer'")

    def test_place_that_is_not_empty_is_refused_and_says_what_it_has(self):
        make_edition(lead_image=make_image())
        backup_places.write_named_files()
        name = backup_places.backup()
        with self.assertRaises(CommandError) as refusal:
            backup_places.run("restore", name)
        text = str(refusal.exception)
        assert re.search(r"The database has \d+ tables already \(articles_address: 1 rows", text), text
        assert "“uploads” of pictures has files already" in text
        assert "“default” of pictures has files already" in text
        assert "Nothing was written" in text

    def test_numbers_of_rows_that_are_gone_are_known(self):
        make_section()
        newest = make_section().pk
        Section.objects.filter(pk=newest).delete()
        assert table_rows.last_numbers("default")["articles_section"] == newest


def addresses(image):
    for crop in ("full", "wide", "card", "square"):
        sources = image.sources(crop)
        yield from [sources.src, *(copy for srcset in sources.srcsets.values() for copy in srcset.split(", "))]


class SecretTests(SimpleTestCase):
    def test_no_secret_of_any_setting_is_in_a_backup(self):
        secret = "hush"
        names = asked_settings() | {"NEWSROOM_SENTRY_DSN", "NEWSROOM_OIDC_CLIENT_SECRET", "NEWSROOM_METRICS_TOKEN"}
        values = dict.fromkeys(names, f"x+y://me:{secret}@host/place?password={secret}")
        plain = {name for name in names if re.search("KEY$|TOKEN$|PASSWORD$|SECRET$", name)}
        with mock.patch.dict(os.environ, values | dict.fromkeys(plain, secret)):
            text = making.settings_without_secrets()
        assert len(plain) > 6
        assert secret not in text
        assert "NEWSROOM_DATABASE_URL=x+y://…host/place…\n" in text
        assert "#NEWSROOM_SECRET_KEY=\n" in text


class RetentionTests(SimpleTestCase):
    def names(self, days, hours=(2, 14)):
        return [
            f"{NOON.replace(hour=hour) - timedelta(days=day):%Y%m%dT%H%M%SZ}-{hour:04x}"
            for day in range(days)
            for hour in hours
        ]

    def test_last_of_each_day_week_and_month_is_kept(self):
        names = self.names(400)
        days = sorted(f"{archive.made_at(name):%d.%m.%y %H}" for name in retention.kept_backups(names, (3, 3, 3)))
        assert days == sorted(
            ["30.11.26 14", "29.11.26 14", "28.11.26 14", "22.11.26 14", "31.10.26 14", "30.09.26 14"]
        )

    def test_the_newest_is_kept_whatever_is_set(self):
        names = self.names(3)
        assert retention.kept_backups(names, (0, 0, 0)) == {max(names)}
        assert retention.kept_backups([], (7, 4, 12)) == set()


class OldBackupTests(SimpleTestCase):
    def setUp(self):
        self.folder = backup_places.use_folder(self) / "backups"

    def make(self, name, *, whole=True):
        for path in ("tables/x/1.gz", "manifest.json", *(["SHA256SUMS"] if whole else [])):
            named_files.put_file(archive.place_of_backups(), f"{name}/{path}", b"-")

    @override_settings(BACKUP_KEEP=(1, 0, 0))
    def test_old_ones_and_those_given_up_go_and_one_that_is_written_now_stays(self):
        for name in ("20261129T020000Z-0001", "20261130T020000Z-0002"):
            self.make(name)
        for name in ("20261128T020000Z-0003", "20261130T110000Z-0004"):
            self.make(name, whole=False)
        (self.folder / "letters").mkdir()
        assert retention.remove_old_backups(NOON) == ["20261128T020000Z-0003", "20261129T020000Z-0001"]
        assert sorted(path.name for path in self.folder.iterdir()) == [
            "20261130T020000Z-0002",
            "20261130T110000Z-0004",
            "letters",
        ]
        assert archive.newest_backup(archive.place_of_backups()) == "20261130T020000Z-0002"

    def test_nobody_takes_half_a_backup_for_the_newest(self):
        self.make("20261130T110000Z-0004", whole=False)
        with self.assertRaisesMessage(BackupError, "There is no whole backup"):
            archive.newest_backup(archive.place_of_backups())


@pytest.mark.long
class BucketTests(TransactionTestCase):
    def test_backups_live_in_a_bucket(self):
        backup_places.use_folder(self)
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        self.addCleanup(server.stop)
        login = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "eu-central-1"}
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        place = {"LocationConstraint": "eu-central-1"}
        boto3.client("s3", endpoint_url=endpoint, **login).create_bucket(Bucket="safe", CreateBucketConfiguration=place)
        address = endpoint.replace("http://", "s3+http://key:secret@") + "/safe?region=eu-central-1"
        with mock.patch.dict(os.environ, {"NEWSROOM_BACKUP_URL": address}):
            bucket = env.backups("BACKUP_URL", Path("/nowhere"))
        make_edition(lead_image=make_image())
        backup_places.write_named_files()
        with override_settings(STORAGES=settings.STORAGES | {"backups": bucket}):
            names = [backup_places.backup(), backup_places.backup()]
            assert archive.whole_backups(archive.place_of_backups()) == sorted(names)
            assert "is what was written" in backup_places.run("restore", names[0], "--check")
            making.remove_backup(archive.place_of_backups(), names[0])
            assert archive.folders_of_backups(archive.place_of_backups()) == [names[1]]


@override_settings(TASKS=backup_places.QUEUE)
class DeskTests(TestCase):
    def setUp(self):
        roles.make_groups()
        self.now = timezone.now()
        self.admin = make_user(roles.ADMINISTRATOR)

    def block(self, user=None):
        page = dashboard.dashboard_of(user or self.admin, self.now)
        return next((block for block in page.paper if block.slug == "backups"), None)

    def marks(self):
        return [(line.title, line.mark) for line in self.block().lines]

    def note(self, kind, fault="", hours=1):
        outcome.note_outcome.enqueue(kind, "20261130T020000Z-0002, 5.0 MB", fault)
        newest = DBTaskResult.objects.order_by("-enqueued_at").first()
        DBTaskResult.objects.filter(pk=newest.pk).update(enqueued_at=self.now - timedelta(hours=hours))

    def test_what_was_never_done_failed_or_is_late_stands_there(self):
        assert self.marks() == [("Backup", "missing"), ("Drill of a backup", "missing")]
        self.note("drill", hours=31)
        self.note("backup", fault="No space left on device")
        assert self.marks() == [("Backup", "failed"), ("Drill of a backup", "late")]
        assert "No space left on device" in self.block().lines[0].facts[0]

    def test_newest_says_when_all_went_well(self):
        self.note("backup", fault="No space left on device", hours=3)
        self.note("backup", hours=2)
        self.note("drill")
        assert self.marks() == []
        assert "Drill of a backup: 20261130T020000Z-0002, 5.0 MB, 60 minutes ago." in self.block().nothing

    def test_only_administrators_see_it(self):
        assert self.block(make_user(roles.CHIEF_EDITOR)) is None

    def test_failure_is_a_failed_task(self):
        with self.assertRaisesMessage(BackupError, "drill: wrong key"):
            outcome.note_outcome.call("drill", "", "wrong key")
