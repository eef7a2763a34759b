"""Of every table and folder it is said what bounds it; what grows by itself is pruned once a day."""

import json
import os
import re
import time
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.test import SimpleTestCase, TestCase
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles.models import BoardRevision, Edition, Image, LoginSession, Notice, PasswordLink, SiteSettings, WorkerBeat
from articles.pictures import renditions
from articles.tests.factories import make_edition, make_image, make_section, make_user
from newsroom.background import heartbeat, pruning
from newsroom.backups import elsewhere
from newsroom.serving import folders
from newsroom.serving.pagecache import counts
from newsroom.tests.test_dashboard import make_failure
from tickers.models import Pair
from tickers.tests.factories import make_pair

ARCHIVE = "the paper itself: it grows with each article, and is kept for ever"
TYPED = "people make each row by hand"
FIXED = "as many rows as the code or the settings name"
PRUNED = "pruned once a day: newsroom/background/pruning.py"
UNUSED = "a table of allauth that nothing of ours writes"
ITSELF = "whoever writes it deletes what is too old"

BOUNDS = {
    "articles.Address": ARCHIVE,
    "articles.Alert": TYPED,
    "articles.Announcement": FIXED,
    "articles.ArchiveMonth": ARCHIVE,
    "articles.Article": ARCHIVE,
    "articles.ArticleByline": ARCHIVE,
    "articles.ArticleImage": ARCHIVE,
    "articles.ArticleSection": ARCHIVE,
    "articles.ArticleTag": ARCHIVE,
    "articles.Author": TYPED,
    "articles.Autosave": PRUNED,
    "articles.BoardRevision": PRUNED,
    "articles.CheckRule": TYPED,
    "articles.Edition": ARCHIVE,
    "articles.EditionByline": ARCHIVE,
    "articles.EditionCorrection": ARCHIVE,
    "articles.EditionImage": ARCHIVE,
    "articles.EditionSection": ARCHIVE,
    "articles.EditionTag": ARCHIVE,
    "articles.EmbedProvider": TYPED,
    "articles.PaperFault": ITSELF,
    "articles.FlatPage": TYPED,
    "articles.FormerAddress": TYPED,
    "articles.Idea": TYPED,
    "articles.Image": TYPED,
    "articles.Import": TYPED,
    "articles.ImportFinding": ARCHIVE,
    "articles.ImportedRow": ARCHIVE,
    "articles.ImportedSource": ARCHIVE,
    "articles.IndexedArticle": ARCHIVE,
    "articles.LoginSession": PRUNED,
    "articles.LoginAttempt": ITSELF,
    "articles.MenuLink": TYPED,
    "articles.Merge": TYPED,
    "articles.MergedRows": TYPED,
    "articles.Note": TYPED,
    "articles.Notice": PRUNED,
    "articles.NoticeChoice": TYPED,
    "articles.OldAddress": ARCHIVE,
    "articles.OutsideLink": ARCHIVE,
    "articles.PaperLook": FIXED,
    "articles.PaperMenus": FIXED,
    "articles.PasswordLink": PRUNED,
    "articles.PictureWord": ARCHIVE,
    "articles.Placement": TYPED,
    "articles.PolicyReport": ITSELF,
    "articles.Presence": ITSELF,
    "articles.PreviewLink": TYPED,
    "articles.Redirect": TYPED,
    "articles.RedirectHits": TYPED,
    "articles.Revision": ARCHIVE,
    "articles.SavedSearch": TYPED,
    "articles.SearchWord": ARCHIVE,
    "articles.Section": TYPED,
    "articles.Section_editors": TYPED,
    "articles.SiteSettings": FIXED,
    "articles.TagKey": TYPED,
    "articles.Template": TYPED,
    "articles.UnsavedForm": PRUNED,
    "articles.WorkerBeat": PRUNED,
    "account.EmailAddress": UNUSED,
    "account.EmailConfirmation": UNUSED,
    "mfa.Authenticator": TYPED,
    "socialaccount.SocialAccount": TYPED,
    "socialaccount.SocialApp": UNUSED,
    "socialaccount.SocialToken": UNUSED,
    "tickers.Pair": TYPED,
    "tickers.Rate": ARCHIVE,
    "tickers.Source": FIXED,
    "admin.LogEntry": PRUNED,
    "auth.Group": FIXED,
    "auth.Group_permissions": FIXED,
    "auth.Permission": FIXED,
    "auth.User": TYPED,
    "auth.User_groups": TYPED,
    "auth.User_user_permissions": TYPED,
    "contenttypes.ContentType": FIXED,
    "sessions.Session": PRUNED,
    "taggit.Tag": TYPED,
    "taggit.TaggedItem": TYPED,
    "django_tasks_database.DBTaskResult": PRUNED,
}

FOLDERS = {  # in NEWSROOM_VAR_DIR, or wherever a variable moves them; by what bounds them
    "newsroom.sqlite3": "its tables, above",
    "draining": "an empty file of the operator's",
    "media": PRUNED,
    "uploads": PRUNED,
    "generation": f"{ITSELF}: generation.KEPT",
    "cache/pages": f"{ITSELF}: NEWSROOM_PAGE_CACHE_MB × stores.FOR_FILES",
    "cache/counts": f"{ITSELF}: a process that begins removes those of processes that are gone",
    "static": f"{ITSELF}: collectstatic, by newsroom/serving/static_files.py",
    "backups": f"{ITSELF}: each backup, by NEWSROOM_BACKUP_KEEP",
    "drill-": f"{ITSELF}: the next drill, if one was killed",
    "copy-": f"{ITSELF}: the next copy, if one was killed",
}
NAMED = re.compile(r"""VAR_DIR((?: / "[\w.-]+")+)|\bVAR_DIR",\s*VAR_DIR / "([\w.-]+)"|temporary_folder\("([\w-]+)"\)""")


class FolderTests(SimpleTestCase):
    databases = ()

    def test_every_folder_that_the_code_names_has_a_bound(self):
        named = set()
        for path in (settings.BASE_DIR / name for name in ("newsroom", "articles", "tickers", "ground")):
            for module in path.rglob("*.py"):
                if "tests" not in module.parts:
                    named |= {
                        "".join(match).replace('" / "', "/").strip(' /"') for match in NAMED.findall(module.read_text())
                    }
        assert named == FOLDERS.keys()

    def test_every_folder_that_is_looked_after_is_one_of_them(self):
        paths = {*folders.written_folders().values(), Path(settings.STATIC_ROOT)}
        paths |= {Path(about["OPTIONS"]["location"]) for about in settings.STORAGES.values() if "OPTIONS" in about}
        assert {str(path.relative_to(settings.VAR_DIR)) for path in paths} - {"."} <= FOLDERS.keys()

    def test_counts_of_processes_that_are_gone_are_deleted_when_another_begins(self):
        folder = settings.VAR_DIR / "cache" / "counts"
        folder.mkdir(parents=True, exist_ok=True)
        gone = [folder / "4194305", folder / "4194305.new"]  # more than the largest number of a process
        for path in gone:
            path.write_text(json.dumps({"hits": 1}))
        counts.Counts().add("hits")
        assert not any(path.exists() for path in gone)
        assert (folder / str(os.getpid())).exists()

    def test_folder_of_a_drill_that_was_killed_goes_with_the_next_and_that_of_one_that_runs_stays(self):
        killed, running = settings.VAR_DIR / "drill-killed", settings.VAR_DIR / "drill-running"
        for path, age in ((killed, elsewhere.LEFT + 60), (running, elsewhere.LEFT - 60)):
            path.mkdir()
            (path / "drill.sqlite3").touch()
            os.utime(path, (time.time() - age,) * 2)
        with elsewhere.temporary_folder("drill-") as own:
            assert own.is_dir()
            assert not killed.exists()
            assert running.exists()
        assert not own.exists()
        (running / "drill.sqlite3").unlink()
        running.rmdir()


class TableTests(SimpleTestCase):
    def test_every_table_has_a_bound(self):
        labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
        assert labels == BOUNDS.keys(), {
            "say in BOUNDS what bounds it, and prune it if nothing does": labels - BOUNDS.keys(),
            "it is gone": BOUNDS.keys() - labels,
        }


class PruningTests(TestCase):
    def setUp(self):
        self.now = timezone.now()

    def prune(self):
        return pruning.prune.func()

    def aged(self, model, age, column, make):
        """A row just within its bound, and one just beyond."""
        rows = [make(), make()]
        for row, days in zip(rows, (-1, 1), strict=True):
            model.objects.filter(pk=row.pk).update(**{column: self.now - age - timedelta(days=days)})
        return rows

    def test_what_is_beyond_its_bound_goes_and_what_is_within_stays(self):
        user, section = make_user("reporter"), make_section()
        sessions, numbers = timedelta(days=14), iter(range(100))
        links = {"user": user, "expires_at": self.now, "used_at": self.now}
        made = {
            LoginSession: (
                sessions,
                "seen_at",
                lambda: LoginSession.objects.create(user=user, key_digest=next(numbers)),
            ),
            Notice: (pruning.NOTICES, "at", lambda: Notice.objects.create(user=user, kind="note", text="x")),
            LogEntry: (
                pruning.AUDIT,
                "action_time",
                lambda: LogEntry.objects.create(user=user, object_repr="x", action_flag=CHANGE),
            ),
            PasswordLink: (pruning.LINKS, "expires_at", lambda: PasswordLink.objects.create(**links)),
            BoardRevision: (pruning.BOARDS, "at", lambda: BoardRevision.objects.create(section=section, placements=[])),
            DBTaskResult: (pruning.FAILED, "finished_at", make_failure),
            WorkerBeat: (
                heartbeat.KEPT,
                "seen_at",
                lambda: WorkerBeat.objects.create(worker=next(numbers), host="x", process=1),
            ),
        }
        rows = {model: self.aged(model, *how) for model, how in made.items()}
        BoardRevision.objects.create(section=section, placements=[])
        Session.objects.create(session_key="old", session_data="", expire_date=self.now - timedelta(days=1))
        Session.objects.create(session_key="new", session_data="", expire_date=self.now + timedelta(days=1))
        self.prune()
        for model, (within, beyond) in rows.items():
            with self.subTest(model=model):
                assert model.objects.filter(pk=within.pk).exists()
                assert not model.objects.filter(pk=beyond.pk).exists()
        assert list(Session.objects.values_list("pk", flat=True)) == ["new"]

    def test_newest_save_of_a_board_stays_however_old_it_is(self):
        for section in (None, make_section()):
            BoardRevision.objects.create(section=section, placements=[])
        BoardRevision.objects.update(at=self.now - 2 * pruning.BOARDS)
        self.prune()
        assert BoardRevision.objects.count() == 2

    def test_result_that_succeeded_goes_after_two_days_and_what_waits_stays(self):
        for status in ("SUCCESSFUL", "READY", "RUNNING"):
            row = make_failure()
            DBTaskResult.objects.filter(pk=row.pk).update(status=status, finished_at=self.now - timedelta(days=3))
        self.prune()
        assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["READY", "RUNNING"]

    def test_card_of_an_edition_that_ended_long_ago_goes_with_its_file(self):
        names = []
        for days in (29, 31, -1):
            name = default_storage.save(f"social/{days}.jpg", ContentFile(b"x"))
            edition = make_edition(live_from=self.now - timedelta(days=90))
            Edition.objects.filter(pk=edition.pk).update(card=name, live_until=self.now - timedelta(days=days))
            names.append(name)
        self.prune()
        assert [default_storage.exists(name) for name in names] == [True, False, True]
        assert Edition.objects.exclude(card="").count() == 2

    def prune_files_later(self):
        return pruning.prune_files(self.now + pruning.ORPHANS + timedelta(hours=1))

    def test_file_without_a_row_goes_when_it_is_two_days_old_empty_or_not(self):
        uploads, key = storages["uploads"], "f0" * 16
        orphans = [(uploads, f"orphan-{size}.jpg", size) for size in (0, 9)]
        public = (
            "social/orphan.jpg",
            f"f0/{key}/1-wide-640.jpg",
            "nameplate/orphan.webp",
            f"doctor-{key[:16]}.txt",
            "rates/a/b.png",
        )
        orphans += [(default_storage, name, size) for name, size in zip(public, (0, 9, 9, 9, 0), strict=True)]
        for storage, name, size in orphans:
            assert storage.save(name, ContentFile(b"x" * size)) == name
        self.prune()
        assert all(storage.exists(name) for storage, name, _size in orphans)
        assert self.prune_files_later() >= len(orphans)
        assert not any(storage.exists(name) for storage, name, _size in orphans)

    def test_file_that_a_row_or_a_page_names_or_somebody_else_put_there_stays_however_old_it_is(self):
        image = make_image(former_key="e1" * 16)
        files = [(storages["uploads"], image.file.name)]
        files += [(default_storage, f"{key[:2]}/{key}/{name}") for key in (image.key, image.former_key)
                  for name in ("safe.jpg", "1-wide-640.jpg")]  # fmt: skip
        files += [(default_storage, name) for name in ("social/named.jpg", "rates/named.png", "nameplate/named.webp")]
        for storage, name in files:
            storage.delete(name)
            storage.save(name, ContentFile(b"x"))
        Edition.objects.filter(pk=make_edition().pk).update(card="social/named.jpg")
        Pair.objects.filter(pk=make_pair().pk).update(card="rates/named.png")
        SiteSettings.objects.update_or_create(pk=1, defaults={"nameplate": "nameplate/named.webp"})
        files += [
            (default_storage, default_storage.save(name, ContentFile(b"x"))) for name in ("robots.txt", "own/a.jpg")
        ]
        self.prune_files_later()
        assert [name for storage, name in files if not storage.exists(name)] == []
        renditions.remove_renditions(image.former_key)

    def test_file_whose_row_is_saved_during_the_walk_stays(self):
        name = storages["uploads"].save("late.jpg", ContentFile(b"x"))
        usual = pruning.walk

        def walk(*where, **options):
            yield from usual(*where, **options)
            if where == (storages["uploads"],):
                Image.objects.filter(pk=make_image().pk).update(file=name)

        with mock.patch.object(pruning, "walk", walk):
            self.prune_files_later()
        assert storages["uploads"].exists(name)

    def test_kind_that_fails_stops_no_other_and_is_told(self):
        make_failure()
        DBTaskResult.objects.update(finished_at=self.now - 2 * pruning.FAILED)
        broken = mock.Mock(side_effect=OSError, __name__="prune_files")
        with (
            mock.patch.object(pruning, "KINDS", (broken, *pruning.KINDS)),
            self.assertLogs("newsroom.background.pruning", "ERROR"),
            pytest.raises(RuntimeError, match="files"),
        ):
            self.prune()
        assert not DBTaskResult.objects.exists()

    def test_more_rows_than_one_statement_takes(self):
        user = make_user("reporter")
        Notice.objects.bulk_create(Notice(user=user, kind="note", text="x", at=self.now) for _row in range(7))
        Notice.objects.update(at=self.now - 2 * pruning.NOTICES)
        with mock.patch.object(pruning, "AT_ONCE", 3):
            assert self.prune()["notices"] == 7
