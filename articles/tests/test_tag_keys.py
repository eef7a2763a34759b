"""One tag is one tag, however its name is typed and by whatever way it comes."""

import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from threading import Barrier

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.test import TestCase, TransactionTestCase
from django.urls import reverse
from taggit.models import Tag

from articles.desk import revisions, workflow
from articles.folding import key
from articles.models import Article, ArticleTag, EditionTag, FormerAddress, Merge, TagKey, tag_key
from articles.tests.factories import make_article, make_chief, make_edition
from articles.tests.test_admin_article import change_address, typed
from ground.characters import normalise

LIST = reverse("admin:articles_article_changelist")
ALIKE = [
    ("Kyrgyzstan", "KYRGYZSTAN"),
    ("Ёлка", "елка"),
    ("Ёлка", "ЕЛКА"),
    ("Großstadt", "GROSSSTADT"),
    ("Osh", "O\u200bsh"),
    ("Issyk-Kul", "Issyk\u00ad-Kul\ufeff"),
    ("Issyk-Kul", "Issyk\u2011Kul"),
    ("Silk Road", "Silk\u00a0 Road"),
    ("Oʻzbekiston", "O‘zbekiston"),
    ("Oʻzbekiston", "O'zbekiston"),
    ("Йод", unicodedata.normalize("NFD", "Йод")),
    ("Türkiye", unicodedata.normalize("NFD", "TÜRKİYE")),
    ("COP30", "ＣＯＰ３０"),
    ("Кыргыз", "Кы\u0301ргыз"),
]
APART = [("C", "C++"), ("Иод", "Йод"), ("Osh", "Oshi"), ("Тоо", "Төө"), ("Ұлы", "Улы"), ("Cop 30", "Cop30")]


def by_old_code(*names):
    """Tags as code makes them that knows of no keys."""
    table, count = Tag._meta.db_table, Tag.objects.count()
    slugs = [f"old-{number}" for number in range(count, count + len(names))]
    with connection.cursor() as cursor:
        for name, slug in zip(names, slugs, strict=True):
            cursor.execute(f"INSERT INTO {table} (name, slug) VALUES (%s, %s)", [name, slug])
    return [Tag.objects.get(slug=slug) for slug in slugs]


class KeyTests(TestCase):
    def test_names_that_are_one_have_one_key_and_others_have_not(self):
        for one, other in ALIKE:
            assert key(one) == key(other), (one, other)
        for one, other in APART:
            assert key(one) != key(other), (one, other)
        for nothing in ("", " ", "\u200b", "\u00ad\u2060", "\u3164", "\u2800", "\u200e\u200f"):
            assert key(nothing) == ""

    def test_a_name_is_compared_as_it_is_stored_whatever_hides_in_it(self):
        for code in (*range(0x10000), *range(0x1BC00, 0x1BD00), *range(0x1D000, 0x1D200), *range(0xE0000, 0xE1000)):
            name = f"a{chr(code)}b"
            assert key(name) == key(normalise(name)), hex(code)

    def test_the_database_holds_a_key_once_and_none_that_is_empty(self):
        for one, other in ALIKE:
            with self.subTest(one=one, other=other), transaction.atomic():
                Tag.objects.create(name=one)
                with pytest.raises(IntegrityError), transaction.atomic():
                    Tag.objects.create(name=other)
                with pytest.raises(IntegrityError), transaction.atomic():
                    Tag.objects.bulk_create([Tag(name=other, slug="other")])
                transaction.set_rollback(True)
        with pytest.raises(IntegrityError), transaction.atomic():
            Tag.objects.create(name="\u200b", slug="nothing")


class DoorTests(TestCase):
    """Each way by which a tag comes."""

    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()
        cls.tags = {one: Tag.objects.get_or_create(name=one)[0] for one, _other in ALIKE}

    def setUp(self):
        self.client.force_login(self.chief)

    def test_form_of_an_article_takes_the_tag_that_there_is(self):
        for one, other in ALIKE:
            article = make_article()
            self.client.post(change_address(article), typed(article, tags=f"{other}, {other.lower()}"))
            assert [tag.name for tag in article.tags.all()] == [one]

    def test_saving_with_the_tag_in_other_letters_changes_nothing(self):
        article = make_article(tags=["Ёлка"])
        page = self.client.get(change_address(article))
        form = page.context["adminform"].form
        assert not form.fields["tags"].has_changed(form.initial["tags"], "ЕЛКА")
        assert form.fields["tags"].has_changed(form.initial["tags"], "Елки")

    def test_bulk_tagging_takes_the_tag_that_there_is(self):
        article = make_article()
        data = {"action": "tag_selected", "_selected_action": [article.pk], "confirmed": "1"}
        self.client.post(LIST, data | {"tags": "ЕЛКА, GROSSSTADT"})
        assert {tag.name for tag in article.tags.all()} == {"Ёлка", "Großstadt"}

    def test_picker_offers_it_and_says_that_it_is_no_new_one(self):
        for one, other in ALIKE:
            answer = self.client.get(reverse("admin:taggit_tag_names"), {"term": other}).json()
            assert one in answer["names"]
            assert answer["same"] == one
        assert self.client.get(reverse("admin:taggit_tag_names"), {"term": "Kyrgyz"}).json()["same"] is None
        assert self.client.get(reverse("admin:taggit_tag_names"), {"term": "\u200b"}).json()["names"] == []

    def test_form_of_a_tag_names_the_one_that_there_is(self):
        for one, other in ALIKE:
            page = self.client.post("/admin/taggit/tag/add/", {"name": other, "slug": "another"})
            self.assertContains(page, f"There is a tag “{one}” already", html=False)

    def test_orm_finds_it_by_every_name(self):
        article = make_article()
        for one, other in ALIKE:
            assert Tag.objects.get_or_create(name=other) == (self.tags[one], False)
            assert Tag.objects.get_or_create(name__iexact=other, defaults={"name": other}) == (self.tags[one], False)
            tag, made = Tag.objects.update_or_create(name=other, defaults={"slug": self.tags[one].slug})
            assert (tag, made) == (self.tags[one], False)
            article.tags.add(other)
            article.tags.set([other])
            assert list(article.tags.all()) == [self.tags[one]]
        assert Tag.objects.count() == len({one for one, _other in ALIKE})

    def test_bulk_create_that_passes_over_conflicts_passes_over_these(self):
        before = Tag.objects.count()
        tags = [Tag(name="ЕЛКА", slug="a"), Tag(name="New", slug="b"), Tag(name="NEW", slug="c")]
        Tag.objects.bulk_create(tags, ignore_conflicts=True)
        assert Tag.objects.count() == before + 1
        assert tag_key.tag_named("new").slug == "b"

    def test_update_gives_a_new_key_and_takes_none_that_another_has(self):
        Tag.objects.filter(name="Ёлка").update(name="Сосна")
        assert tag_key.holder("СОСНА") == self.tags["Ёлка"]
        with pytest.raises(IntegrityError), transaction.atomic():
            Tag.objects.filter(name="Сосна").update(name="KYRGYZSTAN")

    def test_fixture_brings_no_second_one_and_is_loaded_again_as_it_is(self):
        dumped = serializers.serialize("json", [*Tag.objects.all(), *TagKey.objects.all()])
        for row in serializers.deserialize("json", dumped):
            row.save()
        row = {"model": "taggit.tag", "pk": 10**6, "fields": {"name": "ЕЛКА", "slug": "twin"}}
        with pytest.raises(IntegrityError), transaction.atomic():
            next(serializers.deserialize("json", json.dumps([row]))).save()
        assert Tag.objects.get_by_natural_key("ЕЛКА") == self.tags["Ёлка"]

    def test_known_tags_take_one_query_however_many(self):
        with self.assertNumQueries(1):
            tag_key.get_or_make([other for _one, other in ALIKE])

    def test_revision_of_a_tag_in_other_letters_restores_the_tag(self):
        article = make_article(tags=["Ёлка"])
        workflow.saved(article, by=self.chief)
        article.refresh_from_db()
        values = revisions.snapshot(article) | {"tags": ["ЕЛКА"]}
        revisions.restore_snapshot(article, values, by=self.chief, note="")
        assert [tag.name for tag in article.tags.all()] == ["Ёлка"]


class RenamingTests(TestCase):
    def test_a_former_name_leads_to_the_tag_until_another_takes_it(self):
        tag = Tag.objects.create(name="Kirghizia")
        tag.name = "Kyrgyzstan"
        tag.save()
        assert tag_key.tag_named("KIRGHIZIA") == tag
        assert tag_key.holder("Kirghizia") is None
        self.client.force_login(make_chief())
        self.client.post("/admin/taggit/tag/add/", {"name": "Kirghizia", "slug": "kirghizia-2"})
        other = Tag.objects.get(slug="kirghizia-2")
        assert tag_key.tag_named("Kirghizia") == other
        assert tag_key.tag_named("Kyrgyzstan") == tag

    def test_a_name_in_other_letters_is_the_same_tag_renamed(self):
        tag = Tag.objects.create(name="kyrgyzstan")
        tag.name = "Kyrgyzstan"
        tag.save()
        assert TagKey.objects.get().name == "Kyrgyzstan"

    def test_a_removed_tag_leaves_its_name_to_another(self):
        Tag.objects.create(name="Osh").delete()
        assert not TagKey.objects.exists()
        Tag.objects.create(name="OSH")


class OldCodeTests(TestCase):
    """Code without keys goes on writing to the same database for a while."""

    def test_its_tag_is_found_before_another_is_made(self):
        (tag,) = by_old_code("Ёлка")
        assert tag_key.get_or_make(["ЕЛКА"]) == [tag]
        assert Tag.objects.count() == 1

    def test_its_new_name_is_found_and_the_old_one_is_free(self):
        tag = Tag.objects.create(name="Kirghizia")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE taggit_tag SET name = 'Kyrgyzstan' WHERE id = %s", [tag.pk])
        assert tag_key.get_or_make(["KYRGYZSTAN"]) == [tag]
        assert tag_key.holder("Kirghizia") is None

    def test_its_removal_leaves_the_name_to_another(self):
        tag = Tag.objects.create(name="Osh")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM taggit_tag WHERE id = %s", [tag.pk])
        assert tag_key.get_or_make(["OSH"])[0].pk != tag.pk

    def test_its_twin_waits_to_be_merged_and_nothing_fails(self):
        tag = Tag.objects.create(name="Osh")
        (twin,) = by_old_code("OSH")
        assert tag_key.get_or_make(["osh", "New"])[0] == tag
        assert list(tag_key.without_key()) == [twin]


class MigrationTests(TestCase):
    """What collides already is merged by the migration, and made again by its reverse."""

    def setUp(self):
        loader = MigrationLoader(connection)
        (number,) = [name for app, name in loader.graph.nodes if app == "articles" and name.endswith("_one_tag_a_name")]
        self.migration = import_module(f"articles.migrations.{number}")
        self.apps = loader.project_state(("articles", number)).apps  # as it is when it runs: without our signals
        names = by_old_code("елка", "Ёлка", "ЕЛКА", "Osh", "\u200b")
        self.less, self.most, self.third, self.osh, self.nothing = names
        self.both = make_edition()
        self.one = make_edition()
        self.other, self.more = make_edition(), make_edition()
        for edition, tags in (
            (self.both, names[:3]),
            (self.one, [self.most]),
            (self.more, [self.most]),
            (self.other, [self.less, self.osh]),
        ):
            for tag in tags:
                ArticleTag.objects.create(content_object=edition.article, tag=tag)
                EditionTag.objects.create(edition=edition, tag=tag, published_at=edition.published_at)
        FormerAddress.objects.create(path="/topics/fir", kind="tag", row=self.less.pk)

    def rows(self):
        tagged = [
            set(EditionTag.objects.values_list("edition", "tag")),
            set(ArticleTag.objects.values_list("content_object", "tag")),
        ]
        return tagged, set(Tag.objects.values_list("pk", "name", "slug"))

    def test_the_most_used_takes_the_others_in_and_the_reverse_parts_them(self):
        before = self.rows()
        self.migration.fill(self.apps, None)
        assert set(Tag.objects.all()) == {self.most, self.osh, self.nothing}
        for rows, name in ((EditionTag.objects, "edition"), (ArticleTag.objects, "content_object__editions")):
            assert set(rows.filter(tag=self.most).values_list(name, flat=True)) == {
                self.both.pk, self.one.pk, self.other.pk, self.more.pk
            }  # fmt: skip
        assert {row.row for row in FormerAddress.objects.filter(kind="tag")} == {self.most.pk}
        assert self.client.get(f"/topics/{self.less.slug}/").headers["Location"] == f"/topics/{self.most.slug}/"
        assert self.client.get("/topics/fir/feed/").headers["Location"] == f"/topics/{self.most.slug}/feed/"
        assert tag_key.tag_named("ЁЛКА") == self.most
        assert Merge.objects.filter(stage="done").count() == 2
        self.migration.take_apart(self.apps, None)
        assert self.rows() == before
        assert FormerAddress.objects.get(path="/topics/fir").row == self.less.pk
        assert not TagKey.objects.exists()

    def test_it_may_run_again(self):
        self.migration.fill(self.apps, None)
        kept = self.rows()
        TagKey.objects.all().delete()
        self.migration.fill(self.apps, None)
        assert self.rows() == kept


class RaceTests(TransactionTestCase):
    def test_of_two_at_once_one_makes_the_tag_and_both_have_it(self):
        for one, other in ALIKE:
            barrier = Barrier(2)
            with ThreadPoolExecutor(2) as pool:
                found = list(pool.map(lambda name, barrier=barrier: self.make(name, barrier), (one, other)))
            assert found[0] == found[1]
        assert Tag.objects.count() == len({key(one) for one, _other in ALIKE})

    def make(self, name, barrier):
        try:
            barrier.wait(timeout=30)
            return tag_key.get_or_make([name])[0].pk
        finally:
            connections.close_all()


class ArticlesOfTests(TestCase):
    def test_article_never_has_a_tag_twice(self):
        article = make_article(tags=["Osh"])
        article.tags.add("OSH", "O\u200bsh")
        assert Article.objects.get().tag_rows.count() == 1
