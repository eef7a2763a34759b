"""Scripts name each other by their content, so that what a browser has from before an update is never mixed in."""

import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.files.base import ContentFile
from django.http import HttpResponseNotFound
from django.test import RequestFactory, SimpleTestCase, override_settings

from newsroom.serving.static_files import StaticFiles, StaticFilesMiddleware

IMPORTED = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")
NAMED = re.compile(r"\.[0-9a-f]{12}\.js\Z")


class ImportTests(SimpleTestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(Path(settings.BASE_DIR) / "static" / "js", self.folder / "js")
        self.storage = StaticFiles(location=self.folder, base_url="/static/")

    def collect(self):
        files = {str(path.relative_to(self.folder)): (self.storage, str(path.relative_to(self.folder)))
                 for path in sorted(self.folder.rglob("*.js")) if not NAMED.search(path.name)}  # fmt: skip
        for _name, _hashed, done in self.storage.post_process(files, dry_run=False):
            if isinstance(done, Exception):
                raise done
        return {name: self.storage.hashed_files[name] for name in files}

    def test_every_import_of_every_script_is_named_by_its_content(self):
        found = 0
        for name, hashed in self.collect().items():
            for imported in IMPORTED.findall((self.folder / hashed).read_text()):
                with self.subTest(name=name, imported=imported):
                    found += 1
                    assert NAMED.search(imported)
                    assert (self.folder / hashed).parent.joinpath(imported).is_file()
        assert found > 50

    def test_another_module_gives_each_script_that_imports_it_another_name(self):
        before = self.collect()
        importing = [name for name in before if './desk-form.js"' in (self.folder / name).read_text()]
        changed = self.folder / "js" / "desk-form.js"
        text = changed.read_text()
        changed.unlink()
        self.storage.save("js/desk-form.js", ContentFile(text + "\n// another\n"))
        after = self.collect()
        assert importing
        assert all(before[name] != after[name] for name in ["js/desk-form.js", *importing])


class OldFilesTests(SimpleTestCase):
    """Releases are collected into one folder; what none of them names any more goes, but for thirty days."""

    databases = ()

    def setUp(self):
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder = self.root / "static"
        self.now = time.time()

    def collect(self, release, text):
        """What the release ``release`` calls its only script, which says ``text``; copies of it are compressed."""
        code = self.root / "releases" / release
        (code / "static").mkdir(parents=True, exist_ok=True)
        (code / "static" / "a.js").write_text(text)
        clock = mock.patch("time.time", return_value=self.now)
        name = mock.patch.object(StaticFiles, "manifest_name", f"staticfiles-{release}.json")
        with clock, name, override_settings(BASE_DIR=code):
            storage = StaticFiles(location=self.folder, base_url="/static/")
            (self.folder / "a.js").unlink(missing_ok=True)
            storage.save("a.js", ContentFile(text))
            for _name, _hashed, done in storage.post_process({"a.js": (storage, "a.js")}, dry_run=False):
                if isinstance(done, Exception):
                    raise done
        return storage.hashed_files["a.js"]

    def days_go_by(self, days):
        """Make everything so much older."""
        for path in [path for path in self.folder.rglob("*") if path.is_file()]:
            then = path.stat().st_mtime - days * 24 * 3600
            os.utime(path, (then, then))

    def names(self):
        return {path.name for path in self.folder.rglob("*") if path.suffix not in {".br", ".gz", ".json"}}

    def compressed(self, name):
        return {path.name for path in self.folder.glob(f"{name}.*")}

    def test_script_goes_thirty_days_after_its_release_with_its_compressed_copies(self):
        first = self.collect("v1", "// one\n" * 99)
        assert self.compressed(first)
        self.days_go_by(400)
        second = self.collect("v2", "// two\n" * 99)
        assert self.names() == {"a.js", first, second}  # v1 can still be served again
        shutil.rmtree(self.root / "releases" / "v1")
        self.days_go_by(29)
        third = self.collect("v3", "// three\n" * 99)
        assert self.names() == {"a.js", first, second, third}
        self.days_go_by(2)
        self.collect("v3", "// three\n" * 99)
        assert self.names() == {"a.js", second, third}
        assert not self.compressed(first)
        assert {path.name for path in self.folder.glob("*.json")} == {"staticfiles-v2.json", "staticfiles-v3.json"}

    def test_release_whose_list_is_old_and_that_was_served_until_today_keeps_its_files(self):
        first = self.collect("v1", "// one")
        self.days_go_by(400)
        self.collect("v2", "// two")
        shutil.rmtree(self.root / "releases" / "v1")
        self.collect("v3", "// three")
        assert first in self.names()

    def test_code_that_always_has_the_same_name_keeps_its_files_for_thirty_days_too(self):
        first = self.collect("app", "// one")
        self.days_go_by(400)
        second = self.collect("app", "// two")
        self.days_go_by(29)
        self.collect("app", "// two")
        assert self.names() == {"a.js", first, second}
        self.days_go_by(2)
        third = self.collect("app", "// three")
        assert self.names() == {"a.js", second, third}

    def test_nothing_is_deleted_where_a_list_is_damaged(self):
        first = self.collect("v1", "// one")
        (self.folder / "staticfiles-v1.json").write_text("{")
        self.days_go_by(400)
        self.collect("v2", "// two")
        assert first in self.names()

    def test_file_that_another_process_collects_just_now_stays(self):
        self.collect("v1", "// one")
        (self.folder / "b.0123456789ab.js").touch()
        self.collect("v1", "// one")
        assert "b.0123456789ab.js" in self.names()

    def test_who_asks_for_a_file_that_was_deleted_gets_404(self):
        first = self.collect("v1", "// one")
        options = {"STATIC_ROOT": self.folder, "WHITENOISE_AUTOREFRESH": False, "WHITENOISE_USE_FINDERS": False}
        with override_settings(**options):
            middleware = StaticFilesMiddleware(lambda request: HttpResponseNotFound())
            request = RequestFactory().get(f"/static/{first}")
            answer = middleware(request)
            assert answer.status_code == 200
            answer.close()
            (self.folder / first).unlink()
            for path in self.folder.glob(f"{first}.*"):
                path.unlink()
            assert middleware(request).status_code == 404
