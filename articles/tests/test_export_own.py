"""The paper's own format holds everything editorial, is the same bytes each time, and is read again whole."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import SimpleTestCase, TestCase
from django.utils import timezone
from taggit.models import Tag

from articles.desk import roles
from articles.desk.revisions import keep_revision
from articles.exporting.own import rows, shape
from articles.exporting.own.archive import OwnExport
from articles.importing.items import (
    ReadingError,
    ReadingReport,
    SourceAuthor,
    SourceMedia,
    SourceSite,
    SourceState,
    SourceStory,
    SourceTerm,
    Surroundings,
)
from articles.importing.own import read_own
from articles.importing.own_bodies import convert_own_body
from articles.models import Article, Author, Edition, FlatPage, FormerAddress, MenuLink, Note, Placement, Redirect
from articles.models.site import SiteSettings
from articles.tests.copy_fields import ANOTHER
from articles.tests.factories import (
    make_article,
    make_author,
    make_edition,
    make_image,
    make_section,
    make_user,
)
from ground.times import FOR_EVER


def export(**choices):
    """An export in memory, as a zip."""
    buffer = io.BytesIO()
    OwnExport("default", timezone.now(), **choices).write(buffer)
    return zipfile.ZipFile(buffer)


def lines_of(archive, name):
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]


def manifest_of(archive):
    return json.loads(archive.read(shape.MANIFEST))


class CoverageTests(SimpleTestCase):
    def test_every_table_of_the_paper_is_exported_part_of_a_line_or_left_out_with_a_reason(self):
        tables = set(apps.get_app_config("articles").get_models(include_auto_created=True)) | {Tag, User}
        tables = {model for model in tables if not model._meta.proxy}
        kinds = {kind.model for kind in rows.KINDS.values()}
        assert tables == kinds | rows.PARTS | set(rows.LEFT_OUT)
        assert not kinds & set(rows.LEFT_OUT)
        assert all(rows.LEFT_OUT.values())

    def test_no_column_takes_the_place_of_what_every_line_has(self):
        for kind in rows.KINDS.values():
            assert not {"model", "key"} & {column.name for column in kind.fields}, kind.name

    def test_every_kind_has_a_file_and_every_column_left_out_exists(self):
        assert list(rows.KINDS) == sorted(rows.KINDS, key=shape.FILES.index)
        assert set(rows.KINDS) == set(shape.FILES)
        for kind in rows.KINDS.values():
            columns = {field.name for field in kind.model._meta.local_concrete_fields}
            assert set(kind.left_out) <= columns, kind.name


class PaperCase(TestCase):
    """A paper with a row of nearly everything."""

    @classmethod
    def setUpTestData(cls):
        SiteSettings.current().save()
        cls.chief = make_user(roles.CHIEF_EDITOR, username="chief", email="secret@mail.example", first_name="Cara")
        make_user(username="own@mail.example", email="own@mail.example")
        world = make_section(name="World", slug="world")
        cls.section = make_section(name="Asia", slug="asia", parent=world)
        cls.image = make_image(title="Lake", alt="A lake", caption="Lakecaption", credit="Ana")
        cls.image.file.save("lake.jpg", ContentFile(b"picture bytes"))
        cls.author = make_author(name="Ana", slug="ana", biography="Writes.", user=cls.chief)
        cls.tag = Tag.objects.create(name="Rail", slug="rail")
        values = {name: make() for name, make in ANOTHER.items()} | {
            "section": cls.section,
            "lead_image": cls.image,
            "body": f'<p>Public words</p><figure data-image="{cls.image.pk}"></figure>',
        }
        values = {name: value for name, value in values.items() if name not in {"section_id", "lead_image_id"}}
        cls.article = make_article(authors=[cls.author], tags=[cls.tag], further=[world], **values)
        make_edition(article=cls.article)
        keep_revision(cls.article, by=cls.chief, note="First save")
        cls.draft = make_article(headline="Draft", body="<p>Draftwords</p>")
        Note.objects.create(article=cls.draft, text="Ask her", by=cls.chief)
        now = timezone.now()
        Placement.objects.create(article=cls.article, slot=1, image=cls.image, starts_at=now, ends_at=FOR_EVER)
        cls.page = FlatPage.objects.create(title="About", slug="about", body="<p>Aboutwords</p>")
        FormerAddress.objects.create(path="/authors/anna", kind="author", row=cls.author.pk)
        Redirect.objects.create(source="/old", target="/latest/")
        MenuLink.objects.create(place="menu", kind="section", row=cls.section.pk)


class OwnFormatTests(PaperCase):
    def test_two_exports_of_one_paper_have_the_same_bytes(self):
        first, second = io.BytesIO(), io.BytesIO()
        OwnExport("default", timezone.now()).write(first)
        OwnExport("default", timezone.now() + timedelta(days=9)).write(second)
        assert first.getvalue() == second.getvalue()

    def test_the_sums_are_those_of_every_other_file(self):
        archive = export()
        sums = dict(reversed(line.split("  ")) for line in archive.read(shape.SUMS).decode().splitlines())
        names = set(archive.namelist()) - {shape.SUMS}
        assert sums == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names}
        assert archive.read(f"pictures/{self.image.file.name}") == b"picture bytes"

    def test_every_field_of_a_text_is_in_its_line(self):
        archive = export()
        for name, row in (("stories", self.article), ("editions", self.article.editions.get())):
            line = next(line for line in lines_of(archive, name) if line["headline"] == row.headline)
            for field in Article._meta.get_fields():
                if field.name in ANOTHER:
                    value = getattr(row, field.name)
                    assert line[field.name] == (
                        [f"story:{number}" for number in value] if field.name == "related" else value
                    )
            assert line["section"] == "section:world/asia"
            assert line["lead_image"] == f"picture:{self.image.pk}"
            assert line["authors"] == ["author:ana"]
            assert line["tags"] == ["tag:rail"]
            assert line["further_sections"] == ["section:world"]

    def test_rows_name_each_other_by_keys(self):
        archive = export()
        assert lines_of(archive, "authors")[0]["user"] == "person:chief"
        assert lines_of(archive, "former_addresses")[0]["target"] == "author:ana"
        assert lines_of(archive, "menu_links")[0]["target"] == "section:world/asia"
        assert lines_of(archive, "placements")[0]["article"] == f"story:{self.article.pk}"
        assert lines_of(archive, "placements")[0]["ends_at"] is None
        revision = lines_of(archive, "revisions")[0]
        assert revision["snapshot"]["section"] == "section:world/asia"
        assert revision["snapshot"]["bylines"] == ["author:ana"]
        assert revision["note"] == "First save"
        assert lines_of(archive, "notes")[0]["by"] == "person:chief"

    def test_no_secret_goes_out_and_mail_addresses_only_if_they_are_asked_for(self):
        archive = export()
        whole = b"".join(archive.read(name) for name in archive.namelist())
        assert b"mail.example" not in whole
        assert b"password" not in whole
        people = lines_of(export(with_mail_addresses=True), "people")
        assert {person["email"] for person in people} >= {"secret@mail.example", "own@mail.example"}

    def test_revisions_may_stay_at_home(self):
        assert "revisions.jsonl" not in export(with_revisions=False).namelist()

    def test_since_a_time_only_stories_that_changed_go_out(self):
        later = timezone.now() + timedelta(hours=1)
        Article.objects.filter(pk=self.draft.pk).update(saved_at=later)
        archive = export(since=later)
        assert [line["headline"] for line in lines_of(archive, "stories")] == ["Draft"]
        assert [line["text"] for line in lines_of(archive, "notes")] == ["Ask her"]
        assert lines_of(archive, "editions") == []
        assert len(lines_of(archive, "pictures")) >= 1
        assert not [name for name in archive.namelist() if name.startswith("pictures/")]

    def test_a_file_that_is_gone_is_named(self):
        make_image(file="gone.jpg")
        assert "pictures/gone.jpg" in manifest_of(export())["missing_files"]

    def test_contents_are_the_same_whatever_the_numbers(self):
        before = manifest_of(export())["contents"]
        old, new = self.image.pk, self.image.pk + 1000
        body = self.article.body.replace(f'"{old}"', f'"{new}"')
        copy = make_image(pk=new, title="Lake", alt="A lake", caption="Lakecaption", credit="Ana")
        Article.objects.filter(pk=self.article.pk).update(lead_image=copy, body=body)
        Edition.objects.filter(article=self.article).update(lead_image=copy, body=body)
        after = manifest_of(export())["contents"]
        assert before["story"] == after["story"]
        Edition.objects.filter(article=self.article).update(body=body.replace("Public", "Other"))
        assert manifest_of(export())["contents"]["story"] != after["story"]

    def test_contents_tell_each_change_of_what_they_cover(self):
        sums = {json.dumps(manifest_of(export())["contents"])}
        changes = [
            lambda: Edition.objects.update(headline="x"),
            lambda: Edition.objects.update(language="ky"),
            lambda: Author.objects.update(biography="x"),
            lambda: Tag.objects.filter(pk=self.tag.pk).update(slug="x"),
            lambda: self.image.__class__.objects.filter(pk=self.image.pk).update(alt="x"),
            lambda: FlatPage.objects.update(title="x"),
            lambda: self.article.editions.get().tag_rows.all().delete(),
        ]
        for number, change in enumerate(changes, start=2):
            change()
            sums.add(json.dumps(manifest_of(export())["contents"]))
            assert len(sums) == number


class ReadingTests(PaperCase):
    def items(self, archive=None, report=None):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "paper.zip"
            buffer = io.BytesIO()
            OwnExport("default", timezone.now()).write(buffer)
            path.write_bytes(buffer.getvalue() if archive is None else archive)
            return list(read_own(str(path), report or ReadingReport()))

    def stories(self):
        return {item.key: item for item in self.items() if isinstance(item, SourceStory)}

    def test_everything_that_an_item_can_say_is_there(self):
        report = ReadingReport()
        items = self.items(report=report)
        assert isinstance(items[0], SourceSite)
        authors = {item.key: item for item in items if isinstance(item, SourceAuthor)}
        assert authors["author:ana"].addresses == ("/authors/anna",)
        terms = {item.key: item for item in items if isinstance(item, SourceTerm)}
        assert terms["section:world/asia"].parent == "section:world"
        assert [key for key in terms if key in {"section:world", "section:world/asia"}] == [
            "section:world",
            "section:world/asia",
        ]
        media = {item.key: item for item in items if isinstance(item, SourceMedia)}
        assert media[f"picture:{self.image.pk}"].alt == "A lake"
        assert media[f"picture:{self.image.pk}"].address.endswith(f"/pictures/{self.image.file.name}")
        counts = {"author": Author.objects.count(), "tag": 1, "page": 1, "story": Article.objects.count()}
        assert report.counts.items() >= counts.items()
        assert {finding.what.partition(":")[0] for finding in report.findings} >= {
            "placements",
            "menu_links",
            "redirects",
        }

    def test_a_story_comes_with_all_its_fields(self):
        story = self.stories()[f"story:{self.article.pk}"]
        copy = self.article.editions.get()
        assert story.state == SourceState.PUBLISHED
        said = {
            "headline": story.title,
            "body": story.text,
            "slug": story.slug,
            "standfirst": story.standfirst,
            "lead_caption": story.lead_caption,
            "language": story.language,
            "seo_title": story.seo_title,
            "seo_description": story.seo_description,
        }
        for name, value in said.items():
            assert value == getattr(copy, name), name
        assert story.published_at == copy.published_at
        assert story.terms == ("section:world/asia", "section:world", "tag:rail")
        assert story.authors == ("author:ana",)
        assert story.lead_media == f"picture:{self.image.pk}"
        assert story.addresses == (copy.path,)
        assert story.corrections == (
            ("", copy.corrections),
            *((row["day"], row["text"]) for row in copy.dated_corrections),
        )
        elsewhere = {"section_id", "lead_image_id", "corrections", "dated_corrections", "translation_of_id"}
        assert set(ANOTHER) - set(said) - elsewhere == {name for name, _value in story.attributes}

    def test_what_readers_do_not_have_never_comes_as_public(self):
        now = timezone.now()
        coming = make_edition(live_from=now + timedelta(days=1))
        withdrawn = make_edition(live_until=now - timedelta(days=1))
        trashed = make_article(trashed_at=now)
        stories = self.stories()
        assert stories[f"story:{self.draft.pk}"].state == SourceState.DRAFT
        assert stories[f"story:{self.draft.pk}"].comments[0].text == "Ask her"
        assert stories[f"story:{coming.article_id}"].state == SourceState.SCHEDULED
        assert stories[f"story:{withdrawn.article_id}"].state == SourceState.DRAFT
        assert stories[f"story:{trashed.pk}"].state == SourceState.TRASHED

    def test_changes_that_readers_do_not_have_are_told(self):
        Article.objects.filter(pk=self.article.pk).update(stage="draft", body="<p>Newwords</p>")
        report = ReadingReport()
        items = self.items(report=report)
        assert not [item for item in items if isinstance(item, SourceStory) and "Newwords" in item.text]
        assert [finding.key for finding in report.findings if finding.kind == "unpublished changes"] == [
            f"story:{self.article.pk}"
        ]

    def test_pictures_of_a_text_are_named_and_numbers_of_other_rows_dropped(self):
        html = (
            '<figure data-apart="" data-image="7"><figcaption>c</figcaption></figure>'
            '<figure data-embed="https://youtu.be/abcdefghijk" data-poster="8"></figure>'
            '<figure data-read-also="1 2"></figure><p>data-image="9"</p>'
        )
        text = convert_own_body(html, Surroundings(key="story:1"))
        assert text.media == ("picture:7",)
        assert '<figure data-apart="" data-media="picture:7"><figcaption>c' in text.html
        assert '<p>data-image="9"</p>' in text.html
        assert "poster" not in text.html
        assert "read-also" not in text.html
        assert {finding.kind for finding in text.findings} == {"picture before an embed", "read also"}

    def test_what_is_no_export_or_damaged_is_refused_with_a_reason(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                shape.MANIFEST, json.dumps({"format": shape.FORMAT, "version": shape.VERSION, "address": ""})
            )
            archive.writestr("tags.jsonl", b"x" * 50_000_000)
        for content, why in (
            (b"no zip", "can't be read as a zip"),
            (buffer.getvalue(), "swells"),
            (_zip({"a.txt": b""}), "no manifest.json"),
            (_zip({shape.MANIFEST: b"{}"}), "of something else"),
            (_zip({shape.MANIFEST: b'{"format":"newsroom-export","version":99}'}), "Update the newsroom"),
            (
                _zip(
                    {shape.MANIFEST: b'{"format":"newsroom-export","version":1,"address":""}', "tags.jsonl": b'{"a":'}
                ),
                "ends",
            ),
            (
                _zip({shape.MANIFEST: b'{"format":"newsroom-export","version":1,"address":""}', "tags.jsonl": b"[]\n"}),
                "damaged",
            ),
        ):
            with self.assertRaisesMessage(ReadingError, why):
                self.items(content)


def _zip(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
