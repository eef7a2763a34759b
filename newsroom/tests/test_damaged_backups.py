"""Every way in which a backup can be damaged is found before anything is written."""

import shutil
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import CommandError
from django.test import TransactionTestCase, override_settings

from articles.tests.factories import make_edition, make_image
from newsroom.backups import restoring
from newsroom.tests import backup_places

ROWS, WORDS = "tables/articles_edition/00001.jsonl.gz.age", "tables/articles_*search*/00001.jsonl.gz.age"
PICTURES, MASTERS = "files/default/00001.tar.age", "files/uploads/00001.tar.age"
SETTINGS, MANIFEST, SUMS = "settings.env.age", "manifest.json.age", "SHA256SUMS"
KINDS = [ROWS, WORDS, PICTURES, MASTERS, SETTINGS, MANIFEST, SUMS]


def change(how):
    return lambda path, older: path.write_bytes(how(path.read_bytes()))


def flip(place):
    """One bit, at a share of the file."""

    def how(content):
        at = int((len(content) - 1) * place)
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    return change(how)


OF_ANY_FILE = {
    "its first bit flipped": flip(0),
    "a bit in the middle flipped": flip(0.5),
    "its last bit flipped": flip(1),
    "cut in half": change(lambda content: content[: len(content) // 2]),
    "its last byte cut off": change(lambda content: content[:-1]),
    "empty": change(lambda content: b""),
    "a byte longer": change(lambda content: content + b"\n"),
    "its second half blank": change(lambda content: content[: len(content) // 2] + bytes(len(content) // 2)),
    "missing": lambda path, older: path.unlink(),
    "of an older backup": lambda path, older: shutil.copy(older, path),
}


def swap(first, second):
    def damage(folder):
        one, other = path_in(folder, first), path_in(folder, second)
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)

    return damage


def sums(how):
    return lambda folder: (folder / SUMS).write_text(how((folder / SUMS).read_text()))


def swap_sums(text):
    (first, one), (second, other), *rest = (line.split("  ") for line in text.splitlines())
    return "".join(f"{digest}  {path}\n" for digest, path in [(second, one), (first, other), *rest])


OF_A_WHOLE = {
    "half written": lambda folder: (folder / SUMS).unlink(),
    "half written, before the manifest": lambda folder: [(folder / name).unlink() for name in (SUMS, MANIFEST)],
    "a file more": lambda folder: (folder / "tables" / "more.jsonl.gz.age").write_bytes(b"more"),
    "a file more, beside the manifest": lambda folder: (folder / "manifest.json").write_text("{}"),
    "two parts swapped": swap(ROWS, WORDS),
    "pictures and masters swapped": swap(PICTURES, MASTERS),
    "manifest and settings swapped": swap(MANIFEST, SETTINGS),
    "two sums swapped": sums(swap_sums),
    "a sum in capitals": sums(lambda text: text[:64].upper() + text[64:]),
    "a sum left out": sums(lambda text: text.split("\n", 1)[1]),
    "a sum of a file that is not there": sums(lambda text: text + f"{'0' * 64}  tables/x.jsonl.gz.age\n"),
    "sums of another system's lines": sums(lambda text: text.replace("\n", "\r\n")),
    "a file renamed": lambda folder: path_in(folder, ROWS).rename(
        path_in(folder, ROWS).with_name("00002.jsonl.gz.age")
    ),
    "a folder renamed": lambda folder: (folder / "files" / "uploads").rename(folder / "files" / "masters"),
    "a folder gone": lambda folder: shutil.rmtree(folder / "tables"),
    "all gone but the sums": lambda folder: [shutil.rmtree(folder / name) for name in ("tables", "files")],
}


def path_in(folder: Path, pattern) -> Path:
    return sorted(folder.glob(pattern))[0]


@pytest.mark.long
@override_settings(BACKUP_KEY=backup_places.KEY)
class DamagedBackupTests(TransactionTestCase):
    def setUp(self):
        self.folder = backup_places.use_folder(self) / "backups"
        self.older, self.whole = self.next_backup(), self.next_backup()

    def next_backup(self):
        make_edition(lead_image=make_image(made_cut=1))
        backup_places.write_named_files()
        return backup_places.backup()

    def refusal(self, name):
        """Why a backup is not restored; nothing may have been written by then."""
        with mock.patch.object(restoring, "restore_backup") as restore:
            try:
                backup_places.run("restore", name)
            except CommandError as error:
                restore.assert_not_called()
                return str(error)
        return ""

    def damaged(self, damage):
        """The refusal of a copy of the whole backup that was damaged, under the same name."""
        path, aside = self.folder / self.whole, self.folder / "aside"
        shutil.copytree(path, aside)
        try:
            damage(path)
            return self.refusal(self.whole)
        finally:
            shutil.rmtree(path, ignore_errors=True)
            aside.rename(path)

    def test_every_damage_of_many_is_found(self):
        assert self.refusal(self.whole) == ""
        tried = 0
        for pattern in KINDS:
            older = path_in(self.folder / self.older, pattern)
            for name, damage in OF_ANY_FILE.items():
                with self.subTest(f"{pattern}: {name}"):
                    assert self.damaged(lambda folder: damage(path_in(folder, pattern), older))  # noqa: B023 - at once
                    tried += 1
        for name, damage in OF_A_WHOLE.items():
            with self.subTest(name):
                assert self.damaged(damage)
                tried += 1
        assert tried == len(KINDS) * len(OF_ANY_FILE) + len(OF_A_WHOLE) >= 50
        assert self.refusal(self.whole) == ""

    def test_any_bit_of_the_sums_is_found(self):
        path = self.folder / self.whole / SUMS
        content = path.read_bytes()
        for at in range(0, len(content), len(content) // 40):
            path.write_bytes(content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :])
            assert self.refusal(self.whole), at

    def test_sums_that_can_not_be_read_are_told_so(self):
        for name in ("a sum in capitals", "sums of another system's lines"):
            assert self.damaged(OF_A_WHOLE[name]).startswith("SHA256SUMS is damaged"), name

    def test_another_key_or_none_is_told_apart_from_damage(self):
        with override_settings(BACKUP_KEY=backup_places.OTHER_KEY):
            assert "not the key" in self.refusal(self.whole)
        with override_settings(BACKUP_KEY=""):
            assert "is encrypted" in self.refusal(self.whole)

    def test_backup_under_another_ones_name_is_not_taken_for_it(self):
        renamed = "20300101T000000Z-abcd"
        (self.folder / self.whole).rename(self.folder / renamed)
        assert f"This is the backup {self.whole}" in self.refusal(renamed)

    def test_each_fault_is_named(self):
        def damage(folder):
            path_in(folder, ROWS).unlink()
            (folder / "stranger").write_text("")
            path_in(folder, PICTURES).write_bytes(b"")

        refusal = self.damaged(damage)
        assert f"{ROWS} is missing." in refusal
        assert "stranger does not belong to the backup." in refusal
        assert f"{PICTURES} is not what was written." in refusal
