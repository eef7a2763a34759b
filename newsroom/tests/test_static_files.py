"""Scripts name each other by their content, so that what a browser has from before an update is never mixed in."""

import re
import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.test import SimpleTestCase

from newsroom.serving.static_files import StaticFiles

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
