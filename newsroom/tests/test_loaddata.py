import hashlib
import io
import json
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase, override_settings
from django_tasks_db.models import DBTaskResult
from PIL import Image as Pillow

from articles import search
from articles.models import Article, Author, Edition, Image, Placement, Section, SiteSettings
from articles.tests.factories import MORNING, make_author, make_edition, make_image, make_section, picture_file
from ground.priorities import LATER
from newsroom import demo_users, paper_fixtures

KEY = "ab" * 16


def load(*labels, **options):
    """What ``manage.py loaddata`` says."""
    said = io.StringIO()
    call_command("loaddata", *labels, stdout=said, **options)
    return said.getvalue()


class LoadDataTests(TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(FIXTURE_DIRS=[self.folder]))
        self.write("sections", *(self.section(pk) for pk in (1, 2, 3)))

    def section(self, pk, **fields):
        values = {"name": f"Part {pk}", "slug": f"part-{pk}", "description": "Said of it."}
        return {"model": "articles.section", "pk": pk, "fields": values | fields}

    def write(self, name, *rows):
        (self.folder / f"{name}.json").write_text(json.dumps(rows))

    def test_loads_what_is_not_there(self):
        assert "Installed 3 object(s) from 1 fixture(s)" in load("sections")
        assert list(Section.objects.values_list("slug", flat=True)) == ["part-1", "part-2", "part-3"]

    def test_twice_is_the_same_as_once(self):
        load("sections")
        assert "“sections” is already loaded." in load("sections")
        assert Section.objects.count() == 3

    def test_new_rows_get_numbers_of_their_own_afterwards(self):
        load("sections")
        assert make_section().pk > 3

    def test_an_edited_row_is_not_written_over(self):
        load("sections")
        Section.objects.filter(pk=2).update(name="Ours", description="")
        with pytest.raises(CommandError, match=r"articles.Section 2: description, name\n.*--overwrite"):
            load("sections")
        assert Section.objects.get(pk=2).name == "Ours"

    def test_a_deleted_row_does_not_come_back(self):
        load("sections")
        Section.objects.get(pk=3).delete()
        with pytest.raises(CommandError, match=r"articles.Section 3: not there any more"):
            load("sections")
        assert Section.objects.count() == 2

    def test_at_most_five_rows_are_named(self):
        self.write("many", *(self.section(pk) for pk in range(1, 9)))
        load("many")
        Section.objects.update(in_menu=False)
        with pytest.raises(CommandError, match=r"(?s)Section 5: in_menu\n\s+and 3 more\nNothing"):
            load("many")

    def test_overwrite_puts_the_fixture_in_place(self):
        load("sections")
        Section.objects.filter(pk=2).update(name="Ours")
        Section.objects.get(pk=3).delete()
        load("sections", overwrite=True)
        assert list(Section.objects.order_by("pk").values_list("name", flat=True)) == ["Part 1", "Part 2", "Part 3"]

    def test_one_refusal_keeps_the_other_fixtures_out(self):
        load("sections")
        Section.objects.filter(pk=2).update(name="Ours")
        self.write("more", self.section(9))
        with pytest.raises(CommandError):
            load("more", "sections")
        assert not Section.objects.filter(pk=9).exists()

    def test_many_to_many_rows_are_compared(self):
        editor = User.objects.create(username="editor")
        self.write("edited", self.section(7, editors=[editor.pk]))
        load("edited")
        assert "already loaded" in load("edited")
        Section.objects.get(pk=7).editors.clear()
        with pytest.raises(CommandError, match=r"articles.Section 7: editors"):
            load("edited")

    def test_rows_that_clash_are_told_in_words(self):
        make_section(slug="part-1")
        self.write("clash", self.section(99999, slug="part-1"))
        with pytest.raises(CommandError, match="Nothing was loaded"):
            load("clash")

    def test_paths_natural_keys_and_what_is_excluded_work_as_in_django(self):
        group = {"model": "auth.group", "fields": {"name": "Readers", "permissions": [["add_tag", "taggit", "tag"]]}}
        path = self.folder / "elsewhere.json"
        path.write_text(json.dumps([group, self.section(5)]))
        load(str(path), exclude=["articles.Section"])
        assert not Section.objects.exists()
        assert "already loaded" in load(str(path), exclude=["articles.Section"])

    def test_every_other_fixture_is_written_over_as_django_does(self):
        elsewhere = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "inside").mkdir()
        rows = json.dumps([self.section(1)])
        for path in (elsewhere / "dump.json", self.folder / "inside" / "dump.json"):
            path.write_text(rows)
            with self.subTest(path=path):
                load("sections", overwrite=True)
                Section.objects.filter(pk=1).update(name="Ours")
                assert "Installed 1 object(s)" in load(str(path))
                assert Section.objects.get(pk=1).name == "Part 1"
        with self.subTest("standard input"), mock.patch("sys.stdin", io.StringIO(rows)):
            Section.objects.filter(pk=1).update(name="Ours")
            assert "Installed 1 object(s)" in load("-", format="json")
            assert Section.objects.get(pk=1).name == "Part 1"

    def test_an_own_fixture_is_one_by_name_and_by_path(self):
        load("sections")
        Section.objects.filter(pk=2).update(name="Ours")
        for label in ("sections", "sections.json", str(self.folder / "sections"), str(self.folder / "sections.json")):
            with self.subTest(label), pytest.raises(CommandError, match="Nothing was loaded"):
                load(label)

    def test_an_unknown_fixture_is_an_error(self):
        with pytest.raises(CommandError, match="No fixture named 'nothing' found"):
            load("nothing")

    @override_settings(DEBUG=True)
    def test_the_first_run_loads_into_an_empty_newsroom_only(self):
        load("sections", first_run=True)
        self.write("more", self.section(9))
        assert load("more", first_run=True) == ""
        assert Section.objects.count() == 3

    def test_the_first_run_loads_nothing_in_production(self):
        load("sections", first_run=True)
        assert not Section.objects.exists()


class DemoTests(TestCase):
    """A paper in a fixture ``demo``, with a picture beside it."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(FIXTURE_DIRS=[self.folder], DEBUG=True))
        (self.folder / "pictures").mkdir()
        Pillow.new("RGB", (640, 400), "teal").save(self.folder / "pictures" / "lake.jpg")
        digest = hashlib.sha256((self.folder / "pictures" / "lake.jpg").read_bytes()).hexdigest()
        image = make_image(key=KEY, file=f"{KEY}.jpg", sha256=digest, width=640, height=400)
        self.addCleanup(image.file.storage.delete, image.file.name)
        self.addCleanup(shutil.rmtree, default_storage.path(KEY[:2]), ignore_errors=True)
        make_section(slug="business-economy")
        make_author(slug=demo_users.WRITER)
        make_edition(headline="A railway through the mountains")
        SiteSettings.objects.create(name="The Caravan Post")
        self.dump_and_empty()

    def dump_and_empty(self):
        models = ["articles.image", "articles.section", "articles.author", "articles.article", "articles.edition"]
        models += ["articles.editionsection", "articles.sitesettings"]
        said = io.StringIO()
        call_command("dumpdata", *models, stdout=said)
        rows = json.loads(said.getvalue())
        for row in rows:
            row["fields"].pop("editors", None)  # logins are in no fixture
        (self.folder / "demo.json").write_text(json.dumps(rows))
        for edition in Edition.objects.all():
            search.forget_edition(edition)
        for model in (Edition, Article, Author, Section, Image, SiteSettings):
            model.objects.all().delete()

    def test_pictures_come_with_their_rows(self):
        with self.captureOnCommitCallbacks(execute=True):
            load("demo")
        image = Image.objects.get(key=KEY)
        assert image.file.storage.exists(f"{KEY}.jpg")
        assert image.made_cut == image.wanted_cut == 1
        names = default_storage.listdir(f"ab/{KEY}")[1]
        assert {"safe.jpg", "1-full-480.avif", "1-card-240.webp", "1-square-160.jpg"} <= set(names)

    def test_what_the_newsroom_did_since_is_no_difference(self):
        with self.captureOnCommitCallbacks(execute=True):
            load("demo")
        assert Author.objects.get().user.username == "reporter"
        assert "“demo” is already loaded." in load("demo")

    def test_a_lost_picture_comes_back(self):
        load("demo")
        storage = Image.objects.get().file.storage
        storage.delete(f"{KEY}.jpg")
        load("demo")
        assert storage.exists(f"{KEY}.jpg")

    def test_search_finds_the_articles(self):
        load("demo")
        assert [hit.edition.headline for hit in search.find_editions("railway", at=MORNING.replace(year=2030))]

    def test_there_is_a_login_for_each_role(self):
        load("demo")
        load("demo", overwrite=True)
        assert {user.username for user in User.objects.all()} == {demo.username for demo in demo_users.DEMO_USERS}
        for demo in demo_users.DEMO_USERS:
            assert self.client.login(username=demo.username, password=demo_users.PASSWORD)
        editor = User.objects.get(username="editor")
        assert [section.slug for section in editor.edited_sections.all()] == ["business-economy"]
        assert User.objects.get(username="admin").is_superuser

    def test_demo_logins_are_worth_nothing_in_production(self):
        load("demo")
        chief = User.objects.get(username="chief")
        self.client.force_login(chief)
        with self.settings(DEBUG=False):
            assert not self.client.login(username="chief", password=demo_users.PASSWORD)
            assert self.client.get("/admin/").status_code == 302
            assert demo_users.existing() == []

    def test_production_gets_no_demo_logins(self):
        with self.settings(DEBUG=False):
            load("demo")
        assert not User.objects.exists()

    def test_a_login_of_the_same_name_stays_as_it_is(self):
        User.objects.create_user("chief", "chief@paper.example", "something else")
        load("demo")
        assert not User.objects.get(username="chief").is_staff

    def test_it_fits_the_database(self):
        load("demo")
        connection.check_constraints()


class SharpAtOnceTests(TestCase):
    """On the first run readers see the front page before a worker has cut anything."""

    @classmethod
    def setUpTestData(cls):
        cls.used, cls.newest, cls.placed, cls.second = (
            make_image(title=title, width=640, height=400) for title in "used newest placed second".split()
        )
        for number, image in enumerate((cls.second, cls.placed, cls.newest)):
            edition = make_edition(lead_image=image, live_from=MORNING + timedelta(hours=number))
            if image != cls.newest:
                Placement.objects.create(article=edition.article, slot=2 - number, starts_at=MORNING)

    def test_pictures_come_in_the_order_in_which_readers_see_them(self):
        order = paper_fixtures.in_order_of_sight(Image.objects.all())
        assert order == [self.placed, self.second, self.newest, self.used]

    def test_first_sizes_are_there_before_it_is_served_and_the_others_wait_behind_those_of_all(self):
        storages["uploads"].delete(self.placed.file.name)
        storages["uploads"].save(self.placed.file.name, picture_file())
        paper_fixtures.make_sharp([self.placed])
        self.placed.refresh_from_db()
        sources = self.placed.sources("wide")
        for part in sources.srcsets["webp"].split(", "):
            assert default_storage.exists(part.split()[0].removeprefix("/media/"))
        queue = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
        with override_settings(TASKS=queue), self.captureOnCommitCallbacks(execute=True):
            paper_fixtures.queue_sizes(self.placed)
        assert [task.priority for task in DBTaskResult.objects.all()] == [LATER]
