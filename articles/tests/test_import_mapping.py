"""What a paper chooses of an import, in a mapping and in hooks; what is refused, and in which words."""

import json
import zipfile
from pathlib import Path

from django.test import SimpleTestCase, TestCase

from articles.importing import formats
from articles.importing.items import ReadingError, SourceMedia
from articles.importing.mapping import read_mapping
from articles.importing.media import Archive, Folder, MediaMissing
from articles.models import Article, Author, Edition, Image
from articles.tests.factories import picture_file
from articles.tests.import_source import a_story, an_export, export_of
from articles.tests.test_import_run import ImportTestCase

HOOKS = """
from dataclasses import replace

def change_story(story):
    if dict(story.attributes).get("sponsored"):
        return None
    return replace(story, standfirst=dict(story.attributes).get("subtitle", ""))

def change_author(author):
    return replace(author, name=author.name.upper())
"""


class MappingTests(TestCase):
    def test_each_mistake_is_named(self):
        section = {"as": "section", "name": "N", "slug": "n"}
        for values, word in (
            ([], "object"),
            ({"colour": "red"}, "colour"),
            ({"language": "xx"}, "xx"),
            ({"languages": {"fr": "xx"}}, "fr"),
            ({"kind": "gossip"}, "gossip"),
            ({"shortcodes": {"ad": "shout"}}, "shout"),
            ({"categories": []}, "categories"),
            ({"categories": {"c": "nothing"}}, "categories, c"),
            ({"categories": {"c": {"as": "page"}}}, "page"),
            ({"categories": {"c": section | {"size": "1"}}}, "size"),
            ({"categories": {"c": section | {"name": " "}}}, "name"),
            ({"categories": {"c": section | {"slug": "Ñ"}}}, "slug"),
            ({"categories": {"c": section | {"slug": "admin"}}}, "admin"),
            ({"categories": {"c": section | {"within": "nowhere"}}}, "nowhere"),
            ({"categories": {"c": section | {"kind": "planet"}}}, "kind"),
            ({"authors": {"a": {"as": "section", "name": "A"}}}, "section"),
            ({"section": "nowhere"}, "nowhere"),
        ):
            with self.assertRaises(ReadingError, msg=values) as caught:
                read_mapping(json.dumps(values))
            assert word in str(caught.exception), values
        with self.assertRaises(ReadingError):
            read_mapping("{")
        assert read_mapping(json.dumps({"categories": {"c": section}, "section": "n"})).section == "n"


class FormatTests(SimpleTestCase):
    def test_a_file_is_known_by_what_it_holds(self):
        for content, name in (
            ("<?xml version='1.0'?><rss xmlns:wp='http://wordpress.org/export/1.2/'>", "wxr"),
            ("\ufeff<rss version='2.0'><channel/></rss>", "feed"),
            ('{"db": [{"data": {"posts": []}}]}', "ghost"),
            ('{"kind": "paper"}\n', "own"),
        ):
            assert formats.recognise(self.file(content)) == name

    def test_what_is_none_is_refused_in_words(self):
        for content in ("plain words", "<html></html>", "PK broken"):
            with self.assertRaises(ReadingError):
                formats.recognise(self.file(content))
        with self.assertRaises(ReadingError):
            formats.recognise("/nowhere/export.xml")

    def file(self, content):
        path = export_of(self, [])
        Path(path).write_text(content)
        return path


class HookTests(ImportTestCase):
    def test_a_file_of_python_changes_and_leaves_out(self):
        path = str(Path(export_of(self, [])).with_name("hooks.py"))
        Path(path).write_text(HOOKS)
        stories = [a_story(1, attributes=(("subtitle", "Slowly"),)), a_story(2, attributes=(("sponsored", "1"),))]
        self.bring([*an_export(0), *stories], hooks=path)
        assert Article.objects.get().standfirst == "Slowly"
        assert Author.objects.get().name == "ANA SMITH"
        assert self.row("post:2").outcome == "left out"

    def test_one_that_fails_is_named(self):
        path = str(Path(export_of(self, [])).with_name("hooks.py"))
        for content in ("1/0", "x = 1"):
            Path(path).write_text(content)
            with self.assertRaises(ReadingError):
                self.bring([], hooks=path)


class MediaTests(ImportTestCase):
    def items(self):
        text = (
            '<p>A.</p><figure data-media="media:1" data-alt="A street"></figure><figure data-media="media:2"></figure>'
        )
        address = "https://old.example/wp-content/uploads/2019/05/a.jpg"
        return [
            *an_export(0),
            SourceMedia(key="media:1", address=address, caption="Rain"),
            SourceMedia(key="media:2", address="https://old.example/wp-content/uploads/2019/05/gone.jpg"),
            a_story(1, text=text, lead_media="media:1"),
        ]

    def folder(self):
        folder = Path(export_of(self, [])).parent / "uploads"
        (folder / "2019/05").mkdir(parents=True)
        (folder / "2019/05/a.jpg").write_bytes(picture_file().read())
        return folder

    def test_pictures_come_from_a_folder_and_what_is_missing_is_named(self):
        operation = self.bring(self.items(), media=str(self.folder()))
        image, edition = Image.objects.get(), Edition.objects.get()
        assert (image.alt, image.caption, image.credit) == ("A street", "Rain", "Credit unknown")
        assert edition.lead_image == image
        assert edition.body.count("data-image") == 1
        assert "data-media" not in edition.body
        missing = operation.findings.filter(kind="missing picture")
        assert [finding.what.endswith("gone.jpg") for finding in missing] == [True]

    def test_a_damaged_zip_names_its_picture_as_missing_whichever_byte_is_wrong(self):
        path, name = self.folder().parent / "uploads.zip", "2019/05/a.jpg"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, b"some bytes, and then again some bytes, " * 50)
        whole = path.read_bytes()
        begin = 30 + len(name)  # of the packed bytes, after the header
        for at in range(begin, begin + 40):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
            with self.subTest(at), self.assertRaisesMessage(MediaMissing, "The archive is damaged"):
                Archive(str(path)).read(f"https://old.example/wp-content/uploads/{name}")

    def test_a_later_run_with_the_folder_adds_them(self):
        self.bring(self.items())
        assert "data-image" not in Edition.objects.live().get().body
        self.bring(self.items(), media=str(self.folder()))
        assert "data-image" in Edition.objects.live().get().body

    def test_no_path_leads_out_of_the_folder_or_the_archive(self):
        folder = self.folder()
        (folder.parent / "secret.jpg").write_text("x")
        (folder / "2019/link.jpg").symlink_to(folder.parent / "secret.jpg")
        archive = folder.parent / "uploads.zip"
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("uploads/2019/05/a.jpg", b"picture")
            file.writestr("../secret.jpg", b"x")
        for address in (
            "https://old.example/../secret.jpg",
            "https://old.example/2019/link.jpg",
            "https://[",
            "a\0b/c",
        ):
            for source in (Folder(folder), Archive(str(archive))):
                with self.assertRaises(MediaMissing):
                    source.read(address)
        assert Archive(str(archive)).read("https://old.example/wp-content/uploads/2019/05/a.jpg") == b"picture"
