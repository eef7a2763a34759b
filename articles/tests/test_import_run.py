"""An import brings what readers had, once, and no more than that; it may be killed, repeated and taken back."""

import contextlib
from dataclasses import replace
from datetime import timedelta

from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone

from articles.importing.items import SourceState
from articles.importing.running import ImportOrder, run_import
from articles.importing.sums import sum_of_tables
from articles.importing.taking_back import take_import_back
from articles.models import Article, Author, Edition, Import, ImportedRow, Section
from articles.tests.factories import make_article, make_author, make_edition, make_user
from articles.tests.import_source import a_story, an_export, export_of, with_test_format


class ImportTestCase(TestCase):
    def setUp(self):
        with_test_format(self)

    def bring(self, items, name="old", **more):
        order = {field: more.pop(field) for field in ("mapping", "media", "hooks") if field in more}
        return run_import(name, ImportOrder(export_of(self, items), format="tests", **order), **more)

    def row(self, key, name="old"):
        return ImportedRow.objects.get(operation__name=name, key=key)

    def article(self, key):
        return Article.objects.get(pk=self.row(key).row)


class BringTests(ImportTestCase):
    def test_a_published_story_is_live_since_its_day_with_all_it_had(self):
        self.bring(an_export(1))
        edition = Edition.objects.live().get()
        assert edition.path == "/2019/05/04/river-1/"
        assert edition.headline == "The river rose 1"
        assert [author.name for author in edition.authors] == ["Ana Smith"]
        assert edition.section.slug == "far-news"
        assert list(edition.tags.values_list("name", flat=True)) == ["Flood"]
        assert edition.published_at == edition.live_from == a_story(1).published_at
        assert self.client.get(edition.path).status_code == 200

    def test_each_state_becomes_what_it_may(self):
        states = list(SourceState)
        later = timezone.now() + timedelta(days=3)
        stories = [a_story(number, state=state) for number, state in enumerate(states, 1)]
        stories.append(a_story(90, published_at=later))
        stories.append(a_story(91, published_at=None, modified_at=None))
        self.bring([*an_export(0), *stories])
        public = {edition.article_id for edition in Edition.objects.all()}
        assert public == {self.article(f"post:{states.index(SourceState.PUBLISHED) + 1}").pk}
        for number, state in enumerate(states, 1):
            article = self.article(f"post:{number}")
            assert bool(article.trashed_at) == (state == SourceState.TRASHED)
            assert article.stage == ("published" if state == SourceState.PUBLISHED else "draft")
        for key in ("post:90", "post:91"):
            assert self.article(key).stage == "draft"

    def test_two_stories_of_one_path_get_two_and_it_is_told(self):
        same = {"slug": "river", "published_at": a_story(1).published_at}
        operation = self.bring([*an_export(0), a_story(1, **same), a_story(2, **same)])
        assert list(Edition.objects.order_by("pk").values_list("path", flat=True)) == [
            "/2019/05/04/river/",
            "/2019/05/04/river-2/",
        ]
        assert list(operation.findings.filter(kind="another address").values_list("key", flat=True)) == ["post:2"]

    def test_a_path_that_the_paper_has_stays_its_own(self):
        article = make_article(slug="river-1")
        make_edition(article=article, live_from=a_story(1).published_at)
        self.bring(an_export(1))
        assert self.article("post:1").slug == "river-1-2"

    def test_an_author_that_the_paper_has_is_used(self):
        make_author(name="Ana Smith", slug="ana")
        self.bring(an_export(1))
        assert Author.objects.count() == 1
        assert self.row("author:ana").outcome == "used"

    def test_links_to_the_old_site_become_todays(self):
        text = (
            '<p><a href="https://www.old.example/2/river/#late">a</a> <a href="/?p=2">b</a> '
            '<a href="http://old.example/author/ana">c</a> <a href="https://elsewhere.example/2/river/">d</a></p>'
        )
        self.bring([*an_export(0), a_story(1, text=text), a_story(2)])
        body = Edition.objects.get(article=self.row("post:1").row).body
        assert body.count('href="/2019/05/04/river-2/') == 2
        assert 'href="/2019/05/04/river-2/#late"' in body
        assert 'href="/authors/ana/"' in body
        assert 'href="https://elsewhere.example/2/river/"' in body

    def test_nothing_but_a_clean_body_is_stored(self):
        self.bring([*an_export(0), a_story(1, text='<p onclick="x()">Rain<script>alert(1)</script></p>')])
        assert Edition.objects.get().body == "<p>Rain</p>"
        assert self.article("post:1").revisions.get().snapshot["body"] == "<p>Rain</p>"

    def test_a_category_within_another_is_a_section_within_it(self):
        self.bring(an_export(0))
        assert Section.objects.get(slug="local").parent.slug == "far-news"

    def test_two_items_of_one_key_both_come(self):
        self.bring([*an_export(0), a_story(1), replace(a_story(2), key="post:1")])
        assert Article.objects.count() == 2

    def test_none_is_brought_from_an_empty_export(self):
        operation = self.bring([])
        assert operation.state == Import.State.DONE
        assert not Article.objects.exists()


class AgainTests(ImportTestCase):
    def test_the_same_file_twice_brings_nothing_new(self):
        self.bring(an_export(5))
        before = sum_of_tables()
        self.bring(an_export(5))
        assert sum_of_tables() == before

    def test_only_what_changed_is_brought(self):
        self.bring(an_export(3))
        items = [replace(item, text="<p>Corrected.</p>") if item.key == "post:2" else item for item in an_export(4)]
        self.bring(items)
        assert Article.objects.count() == 4
        assert {article.version for article in Article.objects.exclude(pk=self.article("post:2").pk)} == {1}
        live = Edition.objects.live().get(article=self.article("post:2"))
        assert live.body == "<p>Corrected.</p>"
        assert live.path == "/2019/05/04/river-2/"
        assert live.published_at == a_story(2).published_at

    def test_what_an_editor_changed_is_kept_and_told(self):
        self.bring(an_export(2))
        article = self.article("post:1")
        Article.objects.filter(pk=article.pk).update(version=2, headline="An editor's")
        items = [replace(item, title="The source's") if hasattr(item, "title") else item for item in an_export(2)]
        operation = self.bring(items)
        assert self.article("post:1").headline == "An editor's"
        assert self.row("post:1").outcome == "kept"
        assert operation.findings.filter(kind="changed here", key="post:1").exists()
        assert self.article("post:2").headline == "The source's"

    def test_a_story_that_is_private_since_is_withdrawn(self):
        self.bring(an_export(1))
        self.bring([*an_export(0), a_story(1, state=SourceState.PRIVATE)])
        assert not Edition.objects.live().exists()

    def test_a_draft_that_was_published_since_is_live_since_its_day(self):
        self.bring([*an_export(0), a_story(1, state=SourceState.DRAFT)])
        self.bring(an_export(1))
        assert Edition.objects.live().get().live_from == a_story(1).published_at

    def test_an_author_renamed_in_the_source_is_renamed_here_unless_changed_here(self):
        self.bring(an_export(0))
        renamed = [replace(item, name="Ana Jones") if item.key == "author:ana" else item for item in an_export(0)]
        self.bring(renamed)
        assert Author.objects.get().name == "Ana Jones"
        Author.objects.update(role="Correspondent")
        self.bring(an_export(0))
        assert Author.objects.get().name == "Ana Jones"
        assert self.row("author:ana").outcome == "kept"


class Killed(Exception):
    pass


class KilledTests(ImportTestCase):
    def test_killed_after_each_batch_and_continued_the_result_is_the_same(self):
        same = {"slug": "river", "published_at": a_story(1).published_at}
        items = [*an_export(0), *(a_story(number, **same) for number in range(1, 8))]
        results = set()
        for kill_after in range(1, 5):

            def stop(progress, after=kill_after):
                if progress.done >= after * 2:
                    raise Killed

            name = f"killed {kill_after}"
            with contextlib.suppress(Killed):
                self.bring(items, name=name, tell=stop, batch=2)
            self.bring(items, name=name, batch=2)
            rows = ImportedRow.objects.filter(operation__name=name, kind="story").order_by("key")
            assert rows.count() == 7
            paths = tuple(Edition.objects.get(article=row.row).path for row in rows)
            results.add(paths)
            take_import_back(name)
        assert len(results) == 1


class TakeBackTests(ImportTestCase):
    def setUp(self):
        super().setUp()
        make_edition(headline="The paper's own", body="<p>Words of its own.</p>")
        self.before = sum_of_tables()

    def test_everything_is_as_before(self):
        for number in (0, 1, 30):
            self.bring(
                [*an_export(number), a_story(95, kind="page", slug="imprint"), a_story(96, state=SourceState.TRASHED)]
            )
            assert sum_of_tables() != self.before
            result = take_import_back("old")
            assert result.stays == []
            assert sum_of_tables() == self.before, number
        assert not ImportedRow.objects.exists()

    def test_after_a_second_run_with_changes_too(self):
        self.bring(an_export(3))
        self.bring(
            [replace(item, text="<p>Unheard wording.</p>") if hasattr(item, "text") else item for item in an_export(3)]
        )
        take_import_back("old")
        assert sum_of_tables() == self.before

    def test_what_was_changed_or_used_since_stays_and_is_named(self):
        self.bring(an_export(3))
        kept = self.article("post:2")
        Article.objects.filter(pk=kept.pk).update(version=2)
        make_article(authors=[Author.objects.get(slug="ana")])
        result = take_import_back("old")
        assert {key for key, _why in result.stays} == {"post:2", "author:ana", "category:news", "tag:flood"}
        assert list(Article.objects.filter(slug__startswith="river")) == [kept]
        result = take_import_back("old", also_edited=True)
        assert {key for key, _why in result.stays} == {"author:ana"}

    def test_the_words_of_what_was_published_since_stay(self):
        from articles.models import SearchWord

        self.bring([*an_export(0), a_story(1, text="<p>Unheard.</p>")])
        make_edition(body="<p>Unheard.</p>")
        take_import_back("old")
        assert SearchWord.objects.filter(word="unheard").exists()


class CommandTests(ImportTestCase):
    def test_every_step(self):
        import io
        import json
        from pathlib import Path

        make_user(username="boss")
        path = export_of(self, an_export(2))
        draft = str(Path(path).with_name("mapping.json"))
        out = io.StringIO()
        call_command("import_archive", "look", path, format="tests", draft=draft, stdout=out)
        assert "story: 2" in out.getvalue()
        mapping = json.loads(Path(draft).read_text())
        mapping["categories"]["category:news"] |= {"name": "World", "slug": "worldwide", "kind": "country"}
        mapping["categories"]["category:local"]["within"] = "worldwide"
        mapping["section"] = "worldwide"
        Path(draft).write_text(json.dumps(mapping))
        call_command("import_archive", "run", "old", path, format="tests", mapping=draft, by="boss", stdout=out)
        assert Section.objects.get(slug="worldwide").kind == "country"
        assert Edition.objects.live().first().cut_by.username == "boss"
        csv = str(Path(path).with_name("report.csv"))
        call_command("import_archive", "report", "old", csv=csv, stdout=out)
        assert "/2019/05/04/river-2/" in Path(csv).read_text()
        assert "does not add up" not in out.getvalue()
        call_command("import_archive", "take-back", "old", stdout=out)
        call_command("import_archive", "list", stdout=out)
        assert not Article.objects.exists()
        assert "old: tests" in out.getvalue()
